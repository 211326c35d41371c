// Chromium, and what its pages are served: a folder's files, and a backend that withdraws whatever it is asked to.

import assert from "node:assert/strict";
import { createReadStream, existsSync } from "node:fs";
import http from "node:http";
import { extname, join } from "node:path";
import { after, before } from "node:test";

import { imported } from "./project.mjs";

/** What a page's script does with its `Client`: the title says how it ended. */
export const WITHDRAW = `
const client = new Client({ base_url: "/hr" });
const done = client.withdrawProcess({ process_id: "7", actor: { system: true }, reason: "重复" });
done.then(
  ({ attribution, log_id }) => (document.title = attribution + " " + log_id),
  (error) => (document.title = error.message),
);
`;
const KINDS = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };
/** Milliseconds; a page that is not there by then never comes. */
const LONGEST = 120_000;

const servers = [];
let chromium;
before(async () => {
  const playwright = await imported("playwright-core");
  chromium = await playwright.chromium.launch({
    executablePath: process.env.FEISHU_COREHR_CHROMIUM,
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
    timeout: LONGEST,
  });
});
after(async () => {
  await chromium?.close();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

/** Serves a folder, and below /hr a backend that withdraws whatever it is asked to. */
export async function serve(folder) {
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

/** Loads a page, and waits until its title is another one than `…`; that, and what went wrong in it. */
export async function titled(url) {
  const tab = await chromium.newPage();
  const problems = [];
  tab.on("pageerror", (error) => problems.push(String(error)));
  tab.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  await tab.goto(url, { timeout: LONGEST });
  const isDone = () => document.title !== "…";
  await tab.waitForFunction(isDone, undefined, { timeout: LONGEST }).catch((error) => problems.push(error.message));
  const title = await tab.title();
  await tab.close();
  return { title, problems };
}

/** Loads the page and waits until it says how the withdrawal ended. */
export async function withdraws(url, seen) {
  assert.deepEqual(await titled(url), { title: "ours LOG", problems: [] });
  const body = { system_user: true, reason: "重复" };
  assert.deepEqual(seen, [{ line: "PUT /hr/open-apis/corehr/v2/process_withdraw/7", body }]);
}
