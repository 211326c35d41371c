// Chromium sends a PUT again by itself when a connection that it has kept breaks. Nobody is told, and the first one may
// have been obeyed: a withdrawal must not claim more than it can know.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import http from "node:http";
import { extname, join } from "node:path";
import test, { after, before } from "node:test";

import { imported } from "../project.mjs";

const PACKAGE = new URL("../../node_modules/feishu-corehr/", import.meta.url).pathname;
const KINDS = { ".js": "text/javascript", ".wasm": "application/wasm" };
const PAGE = `<!doctype html><link rel="icon" href="data:,"><script type="module">
import { Client } from "./package/web/browser.js";
globalThis.client = new Client({ base_url: "/" });
</script>`;
const WITHDRAW = { process_id: "7", actor: { system: true } };

/** Milliseconds; what is not there by then never comes. */
const LONGEST = 120_000;

/** Whether the connection of each of them was used before. */
const puts = [];
const used = new WeakSet();
let breaks = false;
let isWithdrawn = false;

/** Withdraws, and once breaks the connection on which it should say so. */
const server = http.createServer({ keepAliveTimeout: LONGEST }, (request, response) => {
  const isKept = used.has(request.socket);
  used.add(request.socket);
  if (request.method === "PUT") {
    puts.push(isKept);
    request.resume().on("end", () => {
      if (breaks) {
        breaks = false;
        isWithdrawn = true;
        request.socket.resetAndDestroy();
      } else {
        const code = isWithdrawn ? 1161006 : 0;
        response.writeHead(isWithdrawn ? 400 : 200, { "content-type": "application/json" }).end(JSON.stringify({ code, msg: "" }));
      }
    });
  } else if (request.url.startsWith("/open-apis/")) {
    const data = { status: isWithdrawn ? 4 : 1 };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ code: 0, msg: "", data }));
  } else if (request.url.startsWith("/package/")) {
    const path = join(PACKAGE, request.url.slice("/package/".length));
    response.writeHead(200, { "content-type": KINDS[extname(path)] }).end(readFileSync(path));
  } else {
    response.writeHead(200, { "content-type": "text/html" }).end(PAGE);
  }
});

let chromium;
before(async () => {
  const playwright = await imported("playwright-core");
  const args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];
  chromium = await playwright.chromium.launch({ executablePath: process.env.FEISHU_COREHR_CHROMIUM, args, timeout: LONGEST });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
});
after(async () => {
  await chromium?.close();
  server.closeAllConnections();
  server.close();
});

test("a PUT that Chromium has sent twice ends in a withdrawal that nobody claims", async () => {
  const page = await chromium.newPage();
  page.setDefaultTimeout(LONGEST);
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForFunction(() => globalThis.client !== undefined);
  const withdraw = () => page.evaluate((request) => globalThis.client.withdrawProcess(request), WITHDRAW);
  assert.equal((await withdraw()).attribution, "ours");
  breaks = true;
  const done = await withdraw();
  assert.equal(puts.length, 3, "Chromium did not send again by itself");
  assert.equal(puts[1], true, "no connection was kept");
  assert.deepEqual([done.attribution, done.attempts], ["unattributed", 1]);
});
