// Vite from version 5 on: a page in development and built, in Chromium, and modules run on a server.

import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { pathToFileURL } from "node:url";

import { page } from "../bundles.mjs";
import { serve, WITHDRAW, withdraws } from "../chromium.mjs";
import { sandbox } from "../sandbox.mjs";
import { bareFolder, run, tools } from "./matrix.mjs";

const feishu = await sandbox();
const app = { app_id: feishu.app_id, app_secret: feishu.app_secret, base_url: feishu.http, allow_insecure_loopback: true };
const PAGE = `import { Client } from "feishu-corehr";${WITHDRAW}`;
/** What a module of a page does when it is rendered on a server. */
const RENDERED = `
import { Client, load } from "feishu-corehr";
import { Client as PageClient } from "feishu-corehr/page";
export const clients = [new Client({ base_url: "/hr", credentials: "same-origin" }), new PageClient({ base_url: "/hr" })];
export const outcomes = () => Promise.all(clients.map((client) => client.getProcess({ process_id: "7" }).catch(({ problems }) => problems[0].field)));
`;
const SERVER = `
import { Client } from "feishu-corehr";
import { clients } from "./rendered.js";
const client = new Client(${JSON.stringify(app)});
client
  .withdrawProcess({ process_id: "${feishu.processes.running}", actor: { system: true } })
  .then((done) => console.log(done.attribution, clients.length), (error) => console.log(error.message))
  .finally(() => client.close());
`;

for (const version of [5, 6, 7, 8]) {
  const path = tools(`vite${version}`, {
    "index.html": page("./main.js"),
    "main.js": PAGE,
    "rendered.js": RENDERED,
    "server.js": SERVER,
  });
  const vite = await import(pathToFileURL(join(path, "node_modules/vite/dist/node/index.js")));
  const common = { root: path, configFile: false, logLevel: "error" };

  test(`Vite ${version} serves a page for development`, async () => {
    const backend = await serve(path);
    const options = { host: "127.0.0.1", port: 0, proxy: { "/hr": backend.url }, watch: null };
    const server = await vite.createServer({ ...common, server: options });
    try {
      await server.listen();
      await withdraws(`http://127.0.0.1:${server.httpServer.address().port}/`, backend.seen);
    } finally {
      await server.close();
    }
  });

  test(`Vite ${version} builds a page`, async () => {
    await vite.build({ ...common, build: { outDir: "dist/page" } });
    const { url, seen } = await serve(join(path, "dist/page"));
    await withdraws(url, seen);
  });

  test(`Vite ${version} runs a page's module on a server`, async () => {
    const options = { middlewareMode: true, watch: null, hmr: false, ws: false };
    const server = await vite.createServer({ ...common, appType: "custom", server: options });
    try {
      const { outcomes } = await server.ssrLoadModule("/rendered.js");
      assert.deepEqual(await outcomes(), ["base_url", "base_url"]);
    } finally {
      await server.close();
    }
  });

  test(`Vite ${version} builds a server with all that it needs inside`, async () => {
    const folder = bareFolder();
    const output = { entryFileNames: "server.mjs" };
    await vite.build({ ...common, build: { ssr: "server.js", outDir: folder, emptyOutDir: true, rollupOptions: { output } }, ssr: { noExternal: true } });
    assert.equal(await run(folder, process.execPath, ["server.mjs"]), "ours 2\n");
  });
}
