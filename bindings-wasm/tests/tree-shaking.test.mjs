// A bundle has what its page uses.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";

import { esbuild, page, viteBuild, webpack } from "./bundles.mjs";
import { project } from "./project.mjs";

const files = (main) => ({ "index.html": page("./main.js"), "main.js": main });
const BUNDLERS = { esbuild, vite: viteBuild, webpack };

/** The script that a bundler has written. */
function script(path) {
  const [entry] = readdirSync(join(path, "dist"), { recursive: true }).filter((name) => name.endsWith(".js"));
  return readFileSync(join(path, "dist", entry), "utf8");
}

for (const [name, bundle] of Object.entries(BUNDLERS)) {
  for (const entry of ["feishu-corehr", "feishu-corehr/inline"]) {
    test(`with ${name}, isFeishuError of ${entry} brings neither the client nor the module`, async () => {
      const main = `import { isFeishuError } from "${entry}"; console.log(isFeishuError(new Error("x")));`;
      const path = project(`${name}-${entry.replace("/", "-")}`, { type: "module" }, files(main));
      await bundle(path);
      const text = script(path);
      assert.match(text, /feishu-corehr\.error/);
      assert.doesNotMatch(text, /withdraw_process|WebAssembly|\.wasm|AGFzbQ|FinalizationRegistry/);
      assert.ok(text.length < 2_000, `${text.length} bytes: ${text.slice(0, 2_000)}`);
    });
  }

  test(`with ${name}, a page with a client has neither Node's part nor the backend's`, async () => {
    const main = `import { Client } from "feishu-corehr"; globalThis.client = new Client({ base_url: "/hr" });`;
    const path = project(`${name}-client`, { type: "module" }, files(main));
    await bundle(path, { loader: { ".wasm": "file" } });
    const text = script(path);
    assert.match(text, /withdraw_process/);
    assert.doesNotMatch(text, /undici|app_secret|node:|AGFzbQ/);
  });
}
