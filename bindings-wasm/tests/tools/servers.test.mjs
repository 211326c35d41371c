// A server in one file, as each bundler makes it, in a folder without packages: it withdraws over the network.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import test from "node:test";

import { sandbox } from "../sandbox.mjs";
import { bareFolder, run, toolOf, tools } from "./matrix.mjs";

const feishu = await sandbox();
const app = { app_id: feishu.app_id, app_secret: feishu.app_secret, base_url: feishu.http, allow_insecure_loopback: true };
const server = (entry) => `
import { Client, isFeishuError } from "${entry}";
import { fetchHandler, nodeHandler } from "feishu-corehr/backend";
const client = new Client(${JSON.stringify(app)});
for (const handler of [fetchHandler, nodeHandler]) handler({ client, authenticate: () => null });
client
  .withdrawProcess({ process_id: "${feishu.processes.running}", actor: { system: true } })
  .then((done) => console.log(done.attribution), (error) => console.log(isFeishuError(error), error.message))
  .finally(() => client.close?.());
`;
const path = tools("bundlers", {
  "main.mjs": server("feishu-corehr"),
  "server.mjs": server("feishu-corehr/server"),
  "main.cjs": server("feishu-corehr").replace(/import (.*) from (".*");/g, "const $1 = require($2);"),
});

async function esbuild(entry, format, file) {
  const { build } = await toolOf(path, "esbuild");
  await build({ absWorkingDir: path, entryPoints: [entry], bundle: true, platform: "node", format, outfile: file, logLevel: "silent" });
}

async function webpack(entry, file) {
  const make = await toolOf(path, "webpack");
  const output = { path: dirname(file), filename: "server.cjs" };
  const compiler = make({ context: path, entry: `./${entry}`, mode: "production", target: "node", output, performance: { hints: false } });
  const stats = await new Promise((resolve, reject) => compiler.run((error, result) => (error ? reject(error) : resolve(result))));
  await new Promise((resolve) => compiler.close(resolve));
  assert.deepEqual([stats.compilation.errors, stats.compilation.warnings], [[], []]);
}

async function rollup(entry, file, exportConditions) {
  const [{ rollup: make }, resolve, commonjs] = await Promise.all(
    ["rollup", "@rollup/plugin-node-resolve", "@rollup/plugin-commonjs"].map((name) => toolOf(path, name)),
  );
  const warnings = [];
  const plugins = [(resolve.nodeResolve ?? resolve)({ exportConditions, preferBuiltins: true }), (commonjs.default ?? commonjs)()];
  const bundle = await make({ input: join(path, entry), plugins, onwarn: ({ code, message }) => warnings.push({ code, message }) });
  await bundle.write({ file, format: "esm" });
  assert.deepEqual(warnings.filter(({ code }) => code !== "CIRCULAR_DEPENDENCY"), []);
}

async function ncc(entry, file) {
  const make = await toolOf(path, "@vercel/ncc");
  const { code, assets } = await make(join(path, entry), { cache: false, quiet: true });
  assert.deepEqual(Object.keys(assets).filter((name) => !name.endsWith("package.json")), []);
  writeFileSync(file, code);
  writeFileSync(join(dirname(file), "package.json"), assets["package.json"]?.source ?? "{}");
}

for (const [name, file, bundle] of [
  ["esbuild makes CommonJS of ES modules", "server.cjs", (to) => esbuild("main.mjs", "cjs", to)],
  ["esbuild makes CommonJS of CommonJS", "server.cjs", (to) => esbuild("main.cjs", "cjs", to)],
  ["esbuild makes ES modules", "server.mjs", (to) => esbuild("main.mjs", "esm", to)],
  ["esbuild makes ES modules of CommonJS", "server.mjs", (to) => esbuild("main.cjs", "esm", to)],
  ["esbuild takes the server's entry", "server.mjs", (to) => esbuild("server.mjs", "esm", to)],
  ["webpack", "server.cjs", (to) => webpack("main.mjs", to)],
  ["webpack takes the server's entry", "server.cjs", (to) => webpack("server.mjs", to)],
  ["Rollup, which knows no condition", "server.mjs", (to) => rollup("main.mjs", to, [])],
  ["Rollup takes the server's entry", "server.mjs", (to) => rollup("server.mjs", to, [])],
  ["Rollup with Node's condition", "server.mjs", (to) => rollup("main.mjs", to, ["node"])],
  ["ncc", "server.js", (to) => ncc("main.cjs", to)],
  ["ncc with ES modules", "server.mjs", (to) => ncc("main.mjs", to)],
]) {
  test(name, async () => {
    const folder = bareFolder();
    await bundle(join(folder, file));
    assert.equal(await run(folder, process.execPath, [file]), "ours\n");
  });
}
