// Values as other tools hand them in: behind a Proxy, or of another realm; and values that may be printed.

import assert from "node:assert/strict";
import test from "node:test";
import { inspect } from "node:util";
import { createContext, runInContext } from "node:vm";

import { Client, decodeReply, isFeishuError, TransportFailure } from "feishu-corehr";

import { failure, sandbox, SYSTEM } from "./sandbox.mjs";

const feishu = await sandbox();
const { running } = feishu.processes;
const ok = { status: 200, body: '{"code":0,"data":{}}' };

/** As Vue and others do: every object that comes out is wrapped, too. */
const deep = (target) =>
  new Proxy(target, {
    get(one, name, receiver) {
      const value = Reflect.get(one, name, receiver);
      return typeof value === "object" && value !== null ? deep(value) : value;
    },
  });

for (const [name, wrapped] of [["a Proxy", (value) => new Proxy(value, {})], ["a deep Proxy", deep]]) {
  test(`clients, requests, options and lists work behind ${name}`, async () => {
    const options = { app_id: feishu.app_id, app_secret: feishu.app_secret, base_url: feishu.http, allow_insecure_loopback: true };
    const client = wrapped(new Client(wrapped({ ...options, quotas: { get_process: { calls: 900, window_ms: 1_000 } } })));
    assert.equal((await client.getProcess(wrapped({ process_id: running }))).process_id, running);
    const request = wrapped({ process_id: running, actor: { system: true }, reason: "twice" });
    const done = await client.withdrawProcess(request, wrapped({ request_id: "mine" }));
    assert.equal(done.attribution, "ours");
    assert.equal(client.request("withdraw_process", request).method, "PUT");
    const walk = wrapped(client.listProcesses(wrapped({ modify_time_from: Date.now() - 90 * 86_400_000, modify_time_to: Date.now(), page_size: 2 })));
    const ids = [];
    for await (const id of walk) {
      ids.push(id);
      if (ids.length === 5) break;
    }
    assert.ok(ids.length > 1 && (walk.pageToken === null || typeof walk.pageToken === "string"));
    await client.close();
    await client.close();
    assert.match((await failure(client.getProcess({ process_id: running }))).message, /the client is closed/);
  });
}

test("a client that was closed is never another one, and closing it twice closes no other", async () => {
  const seen = [];
  const made = (name) =>
    new Client({ token: () => `t-${name}`, transport: ({ headers }) => (seen.push(Object.fromEntries(headers).authorization), ok) });
  const alice = made("alice");
  await alice.close();
  const bob = made("bob");
  const error = await failure(alice.withdrawProcess({ process_id: "7", actor: SYSTEM }));
  assert.deepEqual([error.kind, error.effect, seen], ["invalid_argument", "none", []]);
  assert.throws(() => alice.request("get_process", { process_id: "7" }), /the client is closed/);
  await alice.close();
  await bob.withdrawProcess({ process_id: "7", actor: SYSTEM });
  assert.deepEqual(seen, ["Bearer t-bob"]);
});

test("a walk that was ended twice ends no other", async () => {
  let page = 0;
  const transport = () => ({ status: 200, body: JSON.stringify({ code: 0, data: { process_ids: [String((page += 1))], has_more: true, page_token: `p${page}` } }) });
  const client = new Client({ token: () => "t-x", transport });
  const list = () => client.listProcesses({ modify_time_from: 0, modify_time_to: 1 });
  const first = list();
  await first.next();
  await first.return();
  const second = list();
  await second.next();
  await first.return();
  assert.deepEqual(await second.next(), { done: false, value: "3" });
});

test("values of another realm are what they are", async () => {
  const realm = (code) => runInContext(code, createContext({ TextEncoder }));
  const client = feishu.client();
  const from = realm("new Date(5000)");
  assert.ok(!(from instanceof Date));
  const list = realm('({ modify_time_from: new Date(5000), modify_time_to: 6000, statuses: ["in_progress"] })');
  assert.match(client.request("list_processes", list).url, /statuses=1&.*modify_time_from=5000&modify_time_to=6000$/);
  const answers = [
    realm(`({ status: 200, headers: [["x-tt-logid", "LOG"]], body: new Uint8Array([...'{"code":0}'].map((one) => one.charCodeAt(0))) })`),
    realm(`({ status: 200, headers: new Map([["x-tt-logid", "LOG"]]), body: new Uint8Array([...'{"code":0}'].map((one) => one.charCodeAt(0))).buffer })`),
    realm(`({ status: 200, headers: { "x-tt-logid": ["LOG"] }, body: new DataView(new Uint8Array([...'{"code":0}'].map((one) => one.charCodeAt(0))).buffer) })`),
  ];
  for (const answer of answers) {
    const double = new Client({ token: () => realm('Promise.resolve("t-x")'), transport: async () => answer });
    assert.equal((await double.withdrawProcess({ process_id: "7", actor: SYSTEM })).log_id, "LOG");
    decodeReply("withdraw_process", answer);
  }
  const throwing = new Client({ token: () => { throw realm('new RangeError("canary")'); }, transport: () => ok });
  assert.match((await failure(throwing.getProcess({ process_id: "7" }))).message, /RangeError/);
  const rejecting = new Client({ token: () => "t-x", transport: () => ok, onAttempt: () => realm('Promise.reject(new Error("later"))') });
  await rejecting.withdrawProcess({ process_id: "7", actor: SYSTEM });
  assert.equal((await failure(client.getProcess(realm("null")))).kind, "invalid_argument");
});

test("a signal of another realm, or of another library, stops a call", async () => {
  const signal = Object.assign(new EventTarget(), { aborted: false, reason: undefined });
  const never = feishu.client({ token: () => "t-x", transport: () => new Promise(() => undefined) });
  const call = failure(never.withdrawProcess({ process_id: "7", actor: SYSTEM }, { signal }));
  await new Promise((resolve) => setTimeout(resolve, 10));
  signal.aborted = true;
  signal.reason = "enough";
  signal.dispatchEvent(new Event("abort"));
  const error = await call;
  assert.deepEqual([error.kind, error.effect, error.cause], ["cancelled", "unknown", "enough"]);
  for (const wrong of [{}, 7, "x", { aborted: false }]) {
    assert.equal((await failure(never.getProcess({ process_id: "7" }, { signal: wrong }))).problems[0].field, "signal");
  }
});

test("a failure of another copy of the package is told as it is", async () => {
  const copy = Object.assign(new Error("refused"), { kind: "connect", bytes_written: false });
  Object.defineProperty(copy, Symbol.for("feishu-corehr.transport-failure"), { value: true });
  const client = new Client({ token: () => "t-x", transport: () => Promise.reject(copy), deadline: 400 });
  assert.equal((await failure(client.withdrawProcess({ process_id: "7", actor: SYSTEM }))).effect, "none");
});

test("a custom transport hands in the head of an answer that it has lost", async () => {
  const lost = new TransportFailure("bad_body", { head: { status: 502, headers: { "x-tt-logid": "LOG" } } });
  const client = new Client({ token: () => "t-x", transport: () => Promise.reject(lost) });
  const error = await failure(client.withdrawProcess({ process_id: "7", actor: SYSTEM }, { read_back: "never" }));
  assert.deepEqual([error.kind, error.effect, error.http_status, error.log_id], ["bad_body", "unknown", 502, "LOG"]);
});

test("clients, requests, what a transport is given, and errors print without token and secret", async () => {
  const printed = (value) =>
    [inspect(value, { depth: 9, showHidden: true }), inspect([value]), JSON.stringify(value), JSON.stringify([value]), `${value}`].join("\n");
  const seen = [];
  const transport = async (request) => {
    seen.push(request);
    if (request.sensitive_body) {
      return { status: 200, body: '{"code":0,"tenant_access_token":"t-canary-token","expire":7200}' };
    }
    throw Object.assign(new Error("it failed"), { config: { headers: request.headers, bearer: "t-canary-token" } });
  };
  const client = new Client({ app_id: "cli_a", app_secret: "canary-secret", transport });
  const error = await failure(client.withdrawProcess({ process_id: "7", actor: SYSTEM }, { read_back: "never" }));
  const shown = client.request("withdraw_process", { process_id: "7", actor: SYSTEM }, { token: "t-canary-token" });
  assert.ok(isFeishuError(error) && seen.length === 2);
  for (const [name, value] of Object.entries({ client, error, shown, headers: shown.headers, token: seen[0], sent: seen[1], pair: seen[1].headers })) {
    assert.doesNotMatch(printed(value), /canary/, name);
  }
  assert.match(printed(error), /it failed|\[cause\]: Error/);
  assert.match(printed(shown), /\[redacted\]/);
  // But they are there for whoever sends them.
  assert.equal(Object.fromEntries(shown.headers).authorization, "Bearer t-canary-token");
  assert.equal(new Headers(seen[1].headers.map(([name, value]) => [name, value])).get("authorization"), "Bearer t-canary-token");
  assert.equal(JSON.parse(seen[0].body).app_secret, "canary-secret");
  assert.deepEqual(Object.keys({ ...shown }).includes("toJSON"), false);
});

test("two kinds of an actor at once are refused with what may be written", async () => {
  const client = feishu.client();
  for (const actor of [{ open_id: "ou_a", user_id: "b" }, { system: true, open_id: "ou_a" }, { system: true, user: { open_id: "a", union_id: "b" } }]) {
    const error = await failure(client.withdrawProcess({ process_id: running, actor }));
    assert.deepEqual([error.kind, error.problems[0].field.split(".")[0]], ["invalid_argument", "actor"]);
    assert.match(error.message, /a user by one id|`system`/);
  }
});
