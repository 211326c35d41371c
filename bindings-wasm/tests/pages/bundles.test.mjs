// What Vite, esbuild and webpack make of the installed package, in Chromium: each page withdraws through a backend.

import assert from "node:assert/strict";
import { createReadStream, existsSync, readdirSync } from "node:fs";
import http from "node:http";
import { extname, join } from "node:path";
import test, { after, before } from "node:test";

import { esbuild, page, vite, viteBuild, webpack } from "../bundles.mjs";
import { imported, project } from "../project.mjs";

const IMPORT = `import { Client } from "feishu-corehr";`;
const WITHDRAW = `
const client = new Client({ base_url: "/hr" });
const done = client.withdrawProcess({ process_id: "7", actor: { system: true }, reason: "重复" });
done.then(
  ({ attribution, log_id }) => (document.title = attribution + " " + log_id),
  (error) => (document.title = error.message),
);
`;
const KINDS = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };

/** Serves a folder, and below /hr a backend that withdraws whatever it is asked to. */
async function serve(folder) {
  const seen = [];
  const server = http.createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://x");
    if (pathname.startsWith("/hr/")) {
      let body = "";
      for await (const chunk of request) {
        body += chunk;
      }
      seen.push({ line: `${request.method} ${pathname}`, body: JSON.parse(body) });
      response.writeHead(200, { "content-type": "application/json", "x-tt-logid": "LOG" }).end('{"code":0,"msg":"","data":{}}');
      return;
    }
    const file = join(folder, pathname === "/" ? "index.html" : pathname);
    if (!existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "content-type": KINDS[extname(file)] ?? "application/octet-stream" });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  servers.push(server);
  return { seen, url: `http://127.0.0.1:${server.address().port}/` };
}

const servers = [];
let chromium;
before(async () => {
  const playwright = await imported("playwright-core");
  chromium = await playwright.chromium.launch({
    executablePath: process.env.FEISHU_COREHR_CHROMIUM,
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  });
});
after(async () => {
  await chromium?.close();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

/** Loads the page and waits until it says how the withdrawal ended. */
async function withdraws(url, seen) {
  const tab = await chromium.newPage();
  const problems = [];
  tab.on("pageerror", (error) => problems.push(String(error)));
  tab.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  await tab.goto(url);
  await tab.waitForFunction(() => document.title !== "…", undefined, { timeout: 40_000 }).catch((error) => problems.push(error.message));
  const title = await tab.title();
  await tab.close();
  assert.deepEqual([title, problems], ["ours LOG", []]);
  const body = { system_user: true, reason: "重复" };
  assert.deepEqual(seen, [{ line: "PUT /hr/open-apis/corehr/v2/process_withdraw/7", body }]);
}

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
