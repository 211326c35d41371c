// Each option of a client and of a call, by a test that fails when the option is ignored.

import assert from "node:assert/strict";
import http from "node:http";
import net from "node:net";
import { readFileSync } from "node:fs";
import test from "node:test";

import { Client, TransportFailure } from "feishu-corehr";

import { failure, pause, sandbox, SYSTEM, thrown } from "./sandbox.mjs";

const feishu = await sandbox();
const { running } = feishu.processes;
const request = { process_id: running, actor: SYSTEM };

test("app_id and app_secret are sent for a token", async () => {
  await feishu.client().withdrawProcess(request);
  const [sent] = await feishu.log("token");
  assert.deepEqual(JSON.parse(sent.body), { app_id: feishu.app_id, app_secret: feishu.app_secret });
  const error = await failure(feishu.client({ app_id: "cli_other" }).withdrawProcess(request));
  assert.equal(error.kind, "bad_credentials");
});

test("the environment stands in for app_id, app_secret and base_url, and an empty variable is an unset one", async () => {
  const { env } = process;
  try {
    Object.assign(env, { FEISHU_APP_ID: "", FEISHU_APP_SECRET: "", FEISHU_BASE_URL: "" });
    assert.deepEqual(thrown(() => new Client()).problems, [
      { field: "app_id", rule: "is missing: pass it, or set FEISHU_APP_ID" },
      { field: "app_secret", rule: "is missing: pass it, or set FEISHU_APP_SECRET" },
    ]);
    Object.assign(env, {
      FEISHU_APP_ID: feishu.app_id,
      FEISHU_APP_SECRET: feishu.app_secret,
      FEISHU_BASE_URL: feishu.http,
    });
    const client = new Client({ allow_insecure_loopback: true });
    assert.equal((await client.withdrawProcess(request)).attribution, "ours");
    await client.close();
    env.FEISHU_BASE_URL = "";
    assert.match(new Client().request("get_process", { process_id: "7" }).url, /^https:\/\/open\.feishu\.cn\//);
  } finally {
    for (const name of ["FEISHU_APP_ID", "FEISHU_APP_SECRET", "FEISHU_BASE_URL"]) {
      delete env[name];
    }
  }
});

test("base URLs are checked, and each permission is one of its own", () => {
  const made = (options) => new Client({ app_id: "cli_a", app_secret: "s", ...options });
  for (const options of [
    {},
    { base_url: "https://open.feishu.cn" },
    { base_url: "https://open.larksuite.com" },
    { base_url: "https://hr.example", allow_other_hosts: true },
    { base_url: "http://127.0.0.1:1", allow_insecure_loopback: true },
  ]) {
    made(options);
  }
  for (const options of [
    { base_url: "https://hr.example" },
    { base_url: "http://hr.example", allow_other_hosts: true },
    { base_url: "http://127.0.0.1:1" },
    { base_url: "http://127.0.0.1:1", allow_other_hosts: true },
    { base_url: "https://user@open.feishu.cn" },
    { base_url: "" },
    { base_url: 7 },
  ]) {
    const error = thrown(() => made(options));
    assert.deepEqual([error.kind, error.problems[0].field], ["invalid_argument", "base_url"], JSON.stringify(options));
  }
  assert.match(made({}).request("get_process", { process_id: "7" }).url, /^https:\/\/open\.feishu\.cn\//);
});

test("unknown names and wrong types of options are refused, all in one error", () => {
  const error = thrown(
    () => new Client({ app_id: "cli_a", app_secret: 7, timeout: 3, deadline: "1", rate_share: "x", allow_other_hosts: 1 }),
  );
  assert.deepEqual(error.problems.map((problem) => problem.field).sort(), [
    "allow_other_hosts",
    "app_secret",
    "deadline",
    "rate_share",
    "timeout",
  ]);
  assert.doesNotMatch(error.message, /`7`/);
  const functions = thrown(() => new Client({ token: "t-x", transport: {}, onAttempt: 1 }));
  assert.deepEqual(functions.problems.map((problem) => problem.field).sort().slice(-3), ["onAttempt", "token", "transport"]);
  for (const options of [null, 7, "x", []]) {
    assert.equal(thrown(() => new Client(options)).kind, "invalid_argument");
  }
  const both = thrown(() => new Client({ app_id: "cli_a", token: async () => "t-x" }));
  assert.equal(both.problems[0].field, "token");
});

test("a deadline of the client bounds a call", async () => {
  await feishu.fault("withdraw_process", "timeout-not-applied", { times: 0 });
  const error = await failure(feishu.client({ deadline: 5_000 }).withdrawProcess(request));
  assert.deepEqual([error.kind, error.effect], ["deadline", "unknown"]);
  // A longer one would have sent it again after 20 s.
  assert.equal((await feishu.log("withdraw_process")).length, 1);
  assert.equal(thrown(() => feishu.client({ deadline: 0 })).problems[0].field, "deadline");
});

test("a deadline of a call wins over the client's", async () => {
  await feishu.fault("withdraw_process", "timeout-not-applied", { times: 0 });
  const error = await failure(feishu.client({ deadline: 60_000 }).withdrawProcess(request, { deadline: 5_000 }));
  assert.equal(error.kind, "deadline");
  assert.equal((await feishu.log("withdraw_process")).length, 1);
});

test("rate_share slows the client down to its part", async () => {
  const quotas = { get_process: { calls: 20, window_ms: 1_000 } };
  const client = feishu.client({ quotas, rate_share: 0.1 });
  const started = performance.now();
  await Promise.all(Array.from({ length: 8 }, () => client.getProcess({ process_id: running })));
  // Two in a second: the last two of eight wait for three windows.
  assert.ok(performance.now() - started > 3_000);
  for (const rate_share of [0, -1, 1.01]) {
    assert.equal(thrown(() => feishu.client({ rate_share })).problems[0].field, "rate_share");
  }
});

test("quotas can be set by operation, and only for operations that there are", async () => {
  const client = feishu.client({ quotas: { get_process: { calls: 1, window_ms: 120_000 } }, deadline: 60_000 });
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => client.getProcess({ process_id: running })));
  assert.ok(results.some((result) => result.status === "rejected" && result.reason.kind === "rate_limited"));
  assert.equal(thrown(() => feishu.client({ quotas: { get_proces: { calls: 1, window_ms: 1 } } })).problems[0].field, "quotas");
});

test("onAttempt sees every request without a secret, and cannot break the call", async () => {
  await feishu.fault("withdraw_process", "500-after");
  const seen = [];
  const client = feishu.client({
    onAttempt(observation) {
      seen.push(observation);
      throw new Error("a hook that fails");
    },
  });
  await client.withdrawProcess(request);
  const [started, ended] = ["started", "ended"].map((phase) => seen.filter((one) => one.phase === phase));
  assert.deepEqual(
    ended.map((one) => [one.operation, one.method, one.attempt, one.http_status, one.kind, one.effect]),
    [
      ["tenant_access_token", "POST", 1, 200, null, "none"],
      ["withdraw_process", "PUT", 1, 500, "http", "unknown"],
      ["get_process", "GET", 1, 200, null, "none"],
    ],
  );
  assert.ok(ended[1].pause_ms > 0);
  for (const [index, end] of ended.entries()) {
    const { duration_ms, http_status, code, log_id, kind, effect, summary, pause_ms, ...start } = started[index];
    assert.deepEqual([duration_ms, http_status, code, log_id, kind, effect, summary, pause_ms], [null, null, null, null, null, "none", "", null]);
    assert.deepEqual({ ...end, ...start }, { ...end, phase: "started" });
    assert.deepEqual([end.call, end.base_url], [1, feishu.http]);
    assert.ok(end.duration_ms >= 0 && Math.abs(Date.now() - end.started_ms) < 60_000);
  }
  assert.doesNotMatch(JSON.stringify(seen), new RegExp(feishu.app_secret));
  const rejecting = feishu.client({ onAttempt: () => Promise.reject(new Error("later")) });
  await rejecting.getProcess({ process_id: running });
  await pause(10);
});

test("a token of a call wins, and is used for it alone", async () => {
  const client = feishu.client();
  const error = await failure(client.withdrawProcess(request, { token: "t-of-my-own" }));
  assert.equal(error.kind, "unauthorized");
  assert.equal((await feishu.log("token")).length, 0);
  const [sent] = await feishu.log("withdraw_process");
  const header = Array.isArray(sent.headers)
    ? sent.headers.find(([name]) => name.toLowerCase() === "authorization")[1]
    : sent.headers.authorization;
  assert.equal(header, "Bearer t-of-my-own");
  assert.equal((await client.withdrawProcess(request)).attribution, "ours");
});

test("request_id reaches Feishu, and must be visible ASCII", async () => {
  const client = feishu.client();
  await client.withdrawProcess(request, { request_id: "mine-42" });
  assert.match(JSON.stringify((await feishu.log("withdraw_process"))[0].headers), /mine-42/);
  for (const request_id of ["", "a\r\nb", "é", "x".repeat(129), 7]) {
    const error = await failure(client.withdrawProcess(request, { request_id }));
    assert.equal(error.problems[0].field, "request_id", JSON.stringify(request_id));
  }
});

test("signal must be an AbortSignal, and read_back belongs to withdrawals", async () => {
  const client = feishu.client();
  assert.equal((await failure(client.withdrawProcess(request, { signal: {} }))).problems[0].field, "signal");
  assert.equal((await failure(client.getProcess({ process_id: running }, { read_back: "never" }))).problems[0].field, "read_back");
  assert.equal((await failure(client.withdrawProcess(request, { read_back: "perhaps" }))).problems[0].field, "read_back");
  const options = { check_first: "yes", already_withdrawn: "perhaps", already_revoked: "error" };
  const fields = (await failure(client.withdrawProcess(request, options))).problems.map(({ field }) => field).sort();
  assert.deepEqual(fields, Object.keys(options).sort());
  assert.throws(() => client.request("withdraw_process", request, { check_first: true }), { kind: "invalid_argument" });
  assert.equal((await feishu.log()).length, 0);
});

test("a transport of the user's own takes the place of undici", async () => {
  const seen = [];
  const client = new Client({
    token: async () => "t-test",
    transport: async (sent, signal) => {
      seen.push([sent.method, sent.url, sent.body, signal instanceof AbortSignal]);
      return { status: 200, headers: { "x-tt-logid": "LOG" }, body: '{"code":0,"data":{}}' };
    },
  });
  assert.equal((await client.withdrawProcess({ process_id: "7", actor: SYSTEM })).log_id, "LOG");
  assert.deepEqual(seen, [
    ["PUT", "https://open.feishu.cn/open-apis/corehr/v2/process_withdraw/7", '{"system_user":true}', true],
  ]);
});

test("a transport that fails or returns rubbish ends the call with the effect", async () => {
  const call = (transport) =>
    failure(
      new Client({ token: () => "t-x", transport, deadline: 2_000 }).withdrawProcess(
        { process_id: "7", actor: SYSTEM },
        { read_back: "never" },
      ),
    );
  const unreachable = await call(() => {
    throw new TransportFailure("tls_untrusted", { bytes_written: false });
  });
  assert.deepEqual([unreachable.kind, unreachable.effect], ["tls_untrusted", "none"]);
  assert.ok(unreachable.cause instanceof TransportFailure);
  for (const transport of [
    () => undefined,
    () => ({ status: "200" }),
    () => ({ status: 70_000 }),
    () => ({ status: 200, body: 7 }),
    () => ({ status: 200, headers: 7 }),
    () => {
      throw "a text";
    },
    () => Promise.reject(new Error("canary")),
  ]) {
    const error = await call(transport);
    assert.equal(error.effect, "unknown", String(transport));
    assert.doesNotMatch(error.message, /canary/);
  }
  const started = performance.now();
  const silent = await failure(
    new Client({ token: () => "t-x", transport: () => new Promise(() => undefined), deadline: 2_000 }).withdrawProcess(
      { process_id: "7", actor: SYSTEM },
    ),
  );
  assert.equal(silent.effect, "unknown");
  assert.ok(performance.now() - started < 10_000);
});

test("a proxy is spoken through, and its refusals are told", async () => {
  const seen = [];
  let answer = "HTTP/1.1 200 OK\r\n\r\n";
  const proxy = http.createServer().on("connect", (sent, socket) => {
    seen.push(sent.headers["proxy-authorization"]);
    const { port } = new URL(`http://${sent.url}`);
    socket.on("error", () => undefined);
    socket.write(answer);
    if (answer.includes("200")) {
      const upstream = net.connect(Number(port), "127.0.0.1").on("error", () => undefined);
      socket.pipe(upstream).pipe(socket);
    } else {
      socket.end();
    }
  });
  await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const url = `http://user:canary@127.0.0.1:${proxy.address().port}`;
  try {
    const client = feishu.client({ proxy: url });
    assert.equal((await client.withdrawProcess(request)).attribution, "ours");
    await client.close();
    assert.equal(Buffer.from(seen[0].split(" ")[1], "base64").toString(), "user:canary");
    answer = "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n";
    const error = await failure(feishu.client({ proxy: url }).withdrawProcess(request));
    assert.deepEqual([error.kind, error.effect], ["proxy_auth", "none"]);
    assert.doesNotMatch(JSON.stringify(error) + error.message, /canary/);
  } finally {
    proxy.closeAllConnections();
    proxy.close();
  }
  const bad = thrown(() => feishu.client({ proxy: "canary" }));
  assert.equal(bad.problems[0].field, "proxy");
  assert.doesNotMatch(bad.message, /canary/);
  assert.equal(thrown(() => feishu.client({ proxy: url, transport: () => 0 })).problems[0].field, "proxy");
});

test("root_certificates are trusted beside the others, and nothing else is", async () => {
  const root_certificates = readFileSync(feishu.certificate, "utf8");
  const client = feishu.client({ base_url: feishu.https, root_certificates });
  assert.equal((await client.withdrawProcess(request)).attribution, "ours");
  const error = await failure(feishu.client({ base_url: feishu.https }).withdrawProcess(request));
  assert.deepEqual([error.kind, error.effect], ["tls_untrusted", "none"]);
  const broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  for (const [wrong, field] of [
    ["", "root_certificates"],
    ["x", "root_certificates"],
    [7, "root_certificates"],
    [[], "root_certificates"],
    [[root_certificates, broken], "root_certificates[1]"],
    [root_certificates + broken, "root_certificates"],
    [broken.slice(0, 30), "root_certificates"],
    [Buffer.from(root_certificates), "root_certificates"],
  ]) {
    assert.equal(thrown(() => feishu.client({ root_certificates: wrong })).problems[0].field, field, String(wrong));
  }
});
