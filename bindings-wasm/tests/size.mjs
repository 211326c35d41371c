// The smallest page that withdraws, as bundlers make it: sizes as JSON, in bytes after `gzip -9`.

import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { gzipSync } from "node:zlib";

import { esbuild, page, viteBuild } from "./bundles.mjs";
import { project } from "./project.mjs";

const MAIN = `import { Client } from "feishu-corehr";
new Client({ base_url: "/hr" }).withdrawProcess({ process_id: "7", actor: { system: true } });`;

const path = project("size", { type: "module" }, { "index.html": page("./main.js"), "main.js": MAIN });
const zipped = (file) => gzipSync(readFileSync(file), { level: 9 }).length;
const wasm = zipped(join(path, "node_modules/feishu-corehr/feishu_corehr.wasm"));

/** The one script in `dist`. */
function script() {
  const [name, ...others] = readdirSync(join(path, "dist"), { recursive: true }).filter((name) => name.endsWith(".js"));
  if (others.length > 0) {
    throw new Error(`more than one script: ${[name, ...others]}`);
  }
  return zipped(join(path, "dist", name));
}

const { outputs } = await esbuild(path);
const sizes = { wasm, bundles: [{ bundler: "esbuild", script: script() }] };
await viteBuild(path);
sizes.bundles.push({ bundler: "Vite", script: script() });
const [{ inputs }] = Object.values(outputs).filter((output) => output.entryPoint !== undefined);
sizes.sources = Object.entries(inputs)
  .map(([name, { bytesInOutput }]) => ({ name: relative("node_modules/feishu-corehr", name), bytes: bytesInOutput }))
  .filter(({ bytes }) => bytes > 0)
  .sort((one, other) => other.bytes - one.bytes);
console.log(JSON.stringify(sizes));
