// The package in other runtimes than Node: workerd (Cloudflare Workers), Deno and Bun, as servers and as backends.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import test, { after } from "node:test";

import { Client as PageClient, load } from "../node_modules/feishu-corehr/web/browser.js";

import { eventually, failure, sandbox, SYSTEM } from "./sandbox.mjs";

const feishu = await sandbox();
const { running } = feishu.processes;
const request = { process_id: running, actor: SYSTEM };
const runtimes = join(process.env.FEISHU_COREHR_RUNTIMES, "node_modules/.bin");
const project = fileURLToPath(new URL("..", import.meta.url));
const package_ = join(project, "node_modules/feishu-corehr");
const folder = mkdtempSync(join(tmpdir(), "feishu-corehr-workers-"));
await load(readFileSync(join(package_, "feishu_corehr.wasm")));
const started = [];
after(() => {
  started.forEach((process_) => process_.kill());
  rmSync(folder, { recursive: true });
});

/** What all of them serve: `/hr` for pages, and `/withdraw` as a server of their own. */
const SERVER = `
import { Client, isFeishuError } from "feishu-corehr";
import { fetchHandler } from "feishu-corehr/backend";

const app = ${JSON.stringify({ app_id: feishu.app_id, app_secret: feishu.app_secret, base_url: feishu.http, allow_insecure_loopback: true })};
const client = new Client(app);
const hr = fetchHandler({ client, authenticate: (request) => request.headers.has("x-nobody") ? null : { actor: "any" }, base_path: "/hr" });
const request = ${JSON.stringify(request)};

async function serve(asked) {
  const { pathname, searchParams } = new URL(asked.url);
  if (pathname.startsWith("/hr/")) {
    return hr(asked);
  }
  try {
    const own = searchParams.has("cold") ? new Client(app) : client;
    const read_back = searchParams.get("read_back") ?? undefined;
    const act = { withdraw: () => own.withdrawProcess(request, { read_back }), read: () => own.getProcess({ process_id: request.process_id }) };
    return Response.json(await act[pathname.slice(1)]());
  } catch (error) {
    return isFeishuError(error) ? Response.json(error) : new Response(String(error.stack), { status: 500 });
  }
}
`;

async function freePort() {
  const server = net.createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** workerd reads modules that are listed one by one: what a bundler would have found. */
function workerd(port) {
  const modules = ["web/workerd.js", ...readdirSync(join(package_, "web")).filter((name) => name.endsWith(".js")).map((name) => `web/${name}`)];
  const listed = [...new Set(modules)].map((name) => `(name = "${name}", esModule = embed "${name}")`);
  const main = SERVER.replace('"feishu-corehr"', '"./web/workerd.js"').replace('"feishu-corehr/backend"', '"./web/backend.js"');
  const config = join(package_, "config.capnp");
  writeFileSync(join(package_, "main.js"), `${main}export default { fetch: serve };`);
  writeFileSync(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "main.js", esModule = embed "main.js"), ${listed.join(", ")},
        (name = "feishu_corehr.wasm", wasm = embed "feishu_corehr.wasm")],
      compatibilityDate = "2025-05-01",
      globalOutbound = "loopback",
    )),
    (name = "loopback", network = (allow = ["private", "local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);`,
  );
  return [join(runtimes, "workerd"), ["serve", config]];
}

function deno(port) {
  const file = join(project, "server-deno.mjs");
  writeFileSync(file, `${SERVER}Deno.serve({ port: ${port}, hostname: "127.0.0.1", onListen() {} }, serve);`);
  return [join(runtimes, "deno"), ["run", "--allow-all", "--no-prompt", "--node-modules-dir=manual", file]];
}

function bun(port) {
  const file = join(project, "server-bun.mjs");
  writeFileSync(file, `${SERVER}Bun.serve({ port: ${port}, hostname: "127.0.0.1", fetch: serve });`);
  return [join(runtimes, "bun"), ["run", file]];
}

for (const [name, runtime] of Object.entries({ workerd, deno, bun })) {
  let base;
  const ask = async (path) => {
    const answer = await fetch(`${base}${path}`);
    const text = await answer.text();
    assert.equal(answer.status, 200, text);
    return JSON.parse(text);
  };

  test(`${name} starts`, async () => {
    // Somebody else may take the port first; then it ends, and another port is tried.
    for (let isThere = false; !isThere; ) {
      const port = await freePort();
      const [program, arguments_] = runtime(port);
      const process_ = spawn(program, arguments_, { stdio: ["ignore", "ignore", "inherit"], cwd: project });
      started.push(process_);
      base = `http://127.0.0.1:${port}`;
      const answers = () => fetch(`${base}/hr`).then(() => true, () => false);
      await eventually(async () => process_.exitCode !== null || (isThere = process_.exitCode === null && (await answers())));
      assert.ok(started.length < 20);
    }
  });

  test(`${name}: a server withdraws, with the app's secret`, async () => {
    const done = await ask("/withdraw");
    assert.equal(done.attribution, "ours");
    assert.equal((await feishu.log("withdraw_process")).length, 1);
  });

  // Deno and Bun send a request again by themselves where a kept connection ends without an answer. Its own repetition
  // then finds the process withdrawn, and nobody can say by whom.
  test(`${name}: a lost answer is read back, and never taken for a failure`, async () => {
    await feishu.fault("withdraw_process", "eof-after-applied");
    const done = await ask("/withdraw?cold");
    const sent = (await feishu.log("withdraw_process")).length;
    assert.equal(done.attribution, sent === 1 ? "presumed" : "unattributed");
    assert.ok(sent === 1 || name !== "workerd");
  });

  test(`${name}: a redirect is not followed, and judged as one`, async () => {
    await feishu.fault("withdraw_process", "307-same-host");
    const error = await ask("/withdraw?cold&read_back=never");
    assert.deepEqual([error.kind, error.effect], ["unexpected_redirect", "unknown"]);
    assert.equal((await feishu.log("withdraw_process")).length, 1);
  });

  test(`${name}: 32 cold calls make one token request, and all end`, async () => {
    await ask("/read?cold");
    const before = (await feishu.log("token")).length;
    await feishu.control("POST", "/tokens/revoke", {});
    const all = await Promise.all(Array.from({ length: 32 }, () => ask("/read")));
    assert.ok(all.every((read) => read.process_id === running));
    assert.equal((await feishu.log("token")).length, before + 1);
  });

  test(`${name}: a call that waits for the token of another one outlives that one`, async () => {
    await ask("/read");
    await feishu.control("POST", "/tokens/revoke", {});
    await feishu.fault("token", "slow-token", { ms: 500 });
    await feishu.fault("withdraw_process", "drip-1B/s", { ms: 20 });
    const first = ask("/read");
    await eventually(async () => (await feishu.log("token")).length === 2);
    const second = ask("/withdraw");
    assert.equal((await first).process_id, running);
    assert.equal((await second).attribution, "ours");
    assert.equal((await feishu.log("token")).length, 2);
  });

  test(`${name}: a page behind it withdraws, and is refused when nobody is signed in`, async () => {
    const page = new PageClient({ base_url: `${base}/hr` });
    assert.equal((await page.withdrawProcess(request)).attribution, "ours");
    const error = await failure(page.withdrawProcess({ process_id: "a b", actor: SYSTEM }));
    assert.equal(error.kind, "invalid_argument");
    const refused = await fetch(`${base}/hr/open-apis/corehr/v2/processes/7`, { headers: { "x-nobody": "1" } });
    assert.equal(refused.status, 401);
  });

  // workerd does not notice that a connection was closed before it answers.
  const leaves = name === "workerd" ? undefined : test;
  leaves?.(`${name}: a page that leaves ends its request to Feishu`, async () => {
    await feishu.fault("withdraw_process", "timeout-not-applied", { times: 0 });
    const controller = new AbortController();
    const page = new PageClient({ base_url: `${base}/hr` });
    const call = failure(page.withdrawProcess(request, { signal: controller.signal }));
    await eventually(async () => (await feishu.log("withdraw_process")).length === 1);
    controller.abort();
    assert.equal((await call).kind, "cancelled");
    await eventually(async () => (await feishu.log("withdraw_process"))[0].client_closed_at_ms !== null);
  });
}
