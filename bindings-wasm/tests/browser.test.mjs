// The page's entry: no secret, no token, fetch with its settings. It runs here with Node's own fetch.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import http from "node:http";
import test, { after, before } from "node:test";

import { Client, decodeReply, explain, isFeishuError, load } from "../node_modules/feishu-corehr/web/browser.js";

import { eventually, failure, thrown } from "./sandbox.mjs";

const request = { process_id: "7", actor: { system: true } };
const wasm = readFileSync(new URL("../node_modules/feishu-corehr/feishu_corehr.wasm", import.meta.url));

let answer;
const seen = [];
const backend = http.createServer((sent, response) => {
  seen.push({ method: sent.method, url: sent.url, headers: sent.headers });
  answer(response);
});
const ok = (response) => response.end('{"code":0,"data":{}}');
let base_url;
before(async () => {
  await new Promise((resolve) => backend.listen(0, "127.0.0.1", resolve));
  base_url = `http://127.0.0.1:${backend.address().port}/hr`;
});
after(() => {
  backend.closeAllConnections();
  backend.close();
});

/** Options that are wrong, and the field that is named. */
const WRONG = [
  ...[0, -1, 1.5, NaN, Infinity, "1", {}, 2 ** 60].map((deadline) => [{ deadline }, "deadline"]),
  ...[0, -1, 1.01, NaN, "1", []].map((rate_share) => [{ rate_share }, "rate_share"]),
  ...[7, "x", [], { get_proces: { calls: 1, window_ms: 1 } }, { get_process: { calls: 0, window_ms: 1 } }].map((quotas) => [{ quotas }, "quotas"]),
  ...[null, 7, {}, { calls: 1 }, { calls: 1, window_ms: NaN }, { calls: 1, window_ms: 1, x: 1 }].map((quota) => [
    { quotas: { get_process: quota } },
    "quotas.get_process",
  ]),
  ...["", "hr", "http://hr.example", "https://a@hr.example", "https://hr.example/?x", "ftp://127.0.0.1", 7, null].map((base_url) => [{ base_url }, "base_url"]),
  ...["", "x", 7, null].map((credentials) => [{ credentials }, "credentials"]),
  ...["transport", "onAttempt"].map((name) => [{ [name]: 7 }, name]),
  [{ token: "t" }, "token"],
];

test("what needs the module says so until it is loaded", async () => {
  for (const [options, field] of WRONG) {
    assert.deepEqual(thrown(() => new Client({ base_url, ...options })).problems.map((one) => one.field), [field], JSON.stringify(options));
  }
  assert.match(thrown(() => explain("withdraw_process", 1)).message, /await load\(\)/);
  assert.match(thrown(() => decodeReply("withdraw_process", { status: 200 })).message, /await load\(\)/);
  assert.match((await failure(load(new Response("", { status: 404 })))).message, /HTTP 404/);
  // What a server for development answers where there is no file.
  const startPage = failure(load(new Response("<!doctype html>")));
  assert.match((await startPage).message, /another file; `feishu-corehr\/inline` needs no file/);
  await load(new Response(wasm));
  await load();
  assert.equal(explain("withdraw_process", 1161006).kind, "not_withdrawable");
});

test("a page's options are judged when its client is made, before and after the module is loaded", async () => {
  for (const [options, field] of WRONG) {
    const error = thrown(() => new Client({ base_url, ...options }));
    assert.ok(isFeishuError(error), JSON.stringify(options));
    assert.deepEqual([error.kind, error.effect, error.problems.map((one) => one.field)], ["invalid_argument", "none", [field]]);
  }
  // A path says nothing yet on a server that renders the page; and there is nothing that it could be sent to.
  assert.match((await failure(new Client({ base_url: "/hr" }).withdrawProcess(request))).message, /base_url/);
});

test("a page calls its own backend, without a token and without cookies", async () => {
  answer = ok;
  const done = await new Client({ base_url }).withdrawProcess(request);
  assert.equal(done.attribution, "ours");
  const [sent] = seen.splice(0);
  assert.deepEqual([sent.method, sent.url], ["PUT", "/hr/open-apis/corehr/v2/process_withdraw/7"]);
  assert.equal(sent.headers.authorization, undefined);
  assert.equal(sent.headers.cookie, undefined);
});

test("a secret or a token is no option here, of a client or of a call", async () => {
  for (const more of [
    { app_id: "cli_a" },
    { app_secret: "canary" },
    { token: () => "t-canary" },
    { proxy: "http://x" },
    { allow_other_hosts: true },
    { allow_insecure_loopback: true },
    { nonsense: 1 },
  ]) {
    const error = thrown(() => new Client({ base_url, ...more }));
    assert.deepEqual([error.kind, error.problems[0].field], ["invalid_argument", Object.keys(more)[0]]);
    assert.doesNotMatch(error.message, /canary/);
  }
  const error = await failure(new Client({ base_url }).withdrawProcess(request, { token: "t-canary" }));
  assert.equal(error.problems[0].field, "token");
  for (const options of [undefined, {}, { base_url: 7 }, { base_url: "http://hr.example" }, { base_url, credentials: "x" }]) {
    assert.equal(thrown(() => new Client(options)).kind, "invalid_argument");
  }
  assert.equal(seen.length, 0);
});

test("fetch is called plainly, with these settings", async () => {
  const real = globalThis.fetch;
  const calls = [];
  globalThis.fetch = function (url, init) {
    calls.push({ self: this, init });
    return Promise.resolve(new Response('{"code":0,"data":{}}'));
  };
  try {
    await new Client({ base_url, credentials: "same-origin" }).withdrawProcess(request);
    await new Client({ base_url }).withdrawProcess(request);
  } finally {
    globalThis.fetch = real;
  }
  const [{ self, init }, second] = calls;
  assert.equal(self, undefined);
  assert.deepEqual(
    [init.redirect, init.credentials, second.init.credentials, init.cache, init.referrerPolicy, init.signal instanceof AbortSignal],
    ["error", "same-origin", "omit", "no-store", "no-referrer", true],
  );
  assert.ok(init.headers.every(([name]) => name !== "user-agent"));
});

test("a path is one of the page's own origin", async () => {
  globalThis.location = { href: "https://hr.example/page/index.html" };
  try {
    const urls = [];
    const transport = (sent) => {
      urls.push(sent.url);
      return { status: 200, body: '{"code":0}' };
    };
    await new Client({ base_url: "/hr/", transport }).withdrawProcess(request);
    await new Client({ base_url: "https://other.example/hr", transport }).withdrawProcess(request);
    assert.deepEqual(urls, [
      "https://hr.example/hr/open-apis/corehr/v2/process_withdraw/7",
      "https://other.example/hr/open-apis/corehr/v2/process_withdraw/7",
    ]);
  } finally {
    delete globalThis.location;
  }
});

test("redirects, floods and silence end with an error in time", async () => {
  const call = (options) => failure(new Client({ base_url, deadline: 10_000, ...options }).withdrawProcess(request, { read_back: "never" }));
  answer = (response) => response.writeHead(307, { location: "/elsewhere" }).end();
  const redirected = await call();
  assert.deepEqual([redirected.kind, redirected.effect], ["disconnected", "unknown"]);
  assert.ok(seen.splice(0).every((sent) => sent.url !== "/elsewhere"));
  answer = (response) => response.end("x".repeat(1_100_000));
  assert.equal((await call()).kind, "too_large");
  answer = (response) => {
    response.writeHead(200, { "content-length": "100" });
    response.write("{");
    setTimeout(() => response.destroy(), 20);
  };
  assert.equal((await call()).kind, "bad_body");
  answer = () => undefined;
  const silent = await call({ deadline: 3_000 });
  assert.deepEqual([silent.kind, silent.effect], ["deadline", "unknown"]);
});

test("an abort closes the connection", async () => {
  let closed = false;
  const before = seen.length;
  answer = (response) => response.on("close", () => (closed = true));
  const controller = new AbortController();
  const call = failure(new Client({ base_url }).withdrawProcess(request, { signal: controller.signal }));
  await eventually(() => seen.length > before);
  controller.abort();
  assert.deepEqual([(await call).kind, (await call).effect], ["cancelled", "unknown"]);
  await eventually(() => closed);
});
