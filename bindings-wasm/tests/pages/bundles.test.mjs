// What Vite, esbuild and webpack make of the installed package, in Chromium: each page withdraws through a backend.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";

import { esbuild, page, vite, viteBuild, webpack } from "../bundles.mjs";
import { serve, WITHDRAW, withdraws } from "../chromium.mjs";
import { project } from "../project.mjs";

const IMPORT = `import { Client } from "feishu-corehr";`;

const wasmFiles = (folder) => readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".wasm")).length;

const pageProject = (name, script = IMPORT + WITHDRAW, src = "./main.js") =>
  project(name, { type: "module" }, { "index.html": page(src), "main.js": script });

test("Vite builds it without a plugin", async () => {
  const path = pageProject("vite-build");
  await viteBuild(path);
  assert.equal(wasmFiles(join(path, "dist")), 1);
  const { url, seen } = await serve(join(path, "dist"));
  await withdraws(url, seen);
});

test("Vite's development server serves it without a plugin", async () => {
  const path = pageProject("vite-dev");
  const backend = await serve(path);
  const { createServer } = await vite();
  const server = await createServer({
    root: path,
    configFile: false,
    logLevel: "error",
    server: { host: "127.0.0.1", port: 0, proxy: { "/hr": backend.url }, watch: null },
  });
  try {
    await server.listen();
    await withdraws(`http://127.0.0.1:${server.httpServer.address().port}/`, backend.seen);
  } finally {
    await server.close();
  }
});

test("esbuild bundles the entry with the module inside", async () => {
  const path = pageProject("esbuild-inline", `import { Client } from "feishu-corehr/inline";${WITHDRAW}`);
  await esbuild(path);
  assert.equal(wasmFiles(join(path, "dist")), 0);
  const { url, seen } = await serve(join(path, "dist"));
  await withdraws(url, seen);
});

test("esbuild bundles the plain entry, which is told where the file is", async () => {
  const script = `import { Client, load } from "feishu-corehr";
    import wasm from "feishu-corehr/feishu_corehr.wasm";
    await load(wasm);${WITHDRAW}`;
  const path = pageProject("esbuild-file", script);
  await esbuild(path, { loader: { ".wasm": "file" } });
  assert.equal(wasmFiles(join(path, "dist")), 1);
  const { url, seen } = await serve(join(path, "dist"));
  await withdraws(url, seen);
});

test("webpack bundles it, the file as an asset", async () => {
  const path = pageProject("webpack");
  assert.deepEqual(await webpack(path), []);
  assert.equal(wasmFiles(join(path, "dist")), 1);
  const { url, seen } = await serve(join(path, "dist"));
  await withdraws(url, seen);
});
