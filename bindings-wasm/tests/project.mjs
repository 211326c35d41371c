// Empty projects that install the packed tarball, and the tools that build them.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const { FEISHU_COREHR_TARBALL: tarball, FEISHU_COREHR_NPM_TOOLS: tools } = process.env;
const folder = mkdtempSync(join(tmpdir(), "feishu-corehr-"));
process.on("exit", () => rmSync(folder, { recursive: true, maxRetries: 5 }));

/** Runs a program to its end; what it prints. */
export function run(program, arguments_, cwd) {
  return execFileSync(program, arguments_, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** A new project with these files, and the package installed; its folder. */
export function project(name, manifest, files) {
  const path = join(folder, name);
  mkdirSync(path);
  writeFileSync(join(path, "package.json"), JSON.stringify({ private: true, ...manifest }));
  run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", tarball], path);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, file)), { recursive: true });
    writeFileSync(join(path, file), text);
  }
  return path;
}

/** A file or folder of the installed tools. */
export const tool = (name) => join(tools, "node_modules", name);

/** A tool as a module. */
export async function imported(name) {
  const path = createRequire(join(tools, "package.json")).resolve(name);
  const module = await import(pathToFileURL(path));
  return module.default ?? module;
}
