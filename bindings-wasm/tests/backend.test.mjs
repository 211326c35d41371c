// The page's backend: a page's client behind it has the outcomes of a direct one, and what it refuses never reaches Feishu.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import http from "node:http";
import test, { after } from "node:test";

import { Client, operations, TransportFailure } from "feishu-corehr";
import { fetchHandler, nodeHandler } from "feishu-corehr/backend";

import { Client as PageClient, load } from "../node_modules/feishu-corehr/web/browser.js";
import { acting, read, route } from "../node_modules/feishu-corehr/web/route.js";

import { eventually, failure, NOBODY, sandbox, SYSTEM, thrown } from "./sandbox.mjs";

const feishu = await sandbox();
const { running, completed, rejected, withdrawn } = feishu.processes;
await load(readFileSync(new URL("../node_modules/feishu-corehr/feishu_corehr.wasm", import.meta.url)));

const servers = [];
after(() => servers.forEach((server) => server.close().closeAllConnections()));

/** A backend of `node:http` below `/hr`, and a page for it. */
async function backend(options = {}, more = {}) {
  const errors = [];
  const handler = nodeHandler({
    client: feishu.client(more),
    authenticate: () => ({ actor: "any" }),
    operations: ["get_process", "list_processes", "withdraw_process"],
    base_path: "/hr",
    onError: (error) => errors.push(error),
    ...options,
  });
  const server = http.createServer(handler);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  servers.push(server);
  const base_url = `http://127.0.0.1:${server.address().port}/hr`;
  return { base_url, errors, page: new PageClient({ base_url, quotas: QUOTAS }), port: server.address().port };
}
const QUOTAS = { get_process: { calls: 1000, window_ms: 1000 }, list_processes: { calls: 1000, window_ms: 1000 } };

/** A request as no client would write it: `head` is the request line and the headers. */
function raw(port, method, path, headers = {}, body = undefined) {
  return new Promise((resolve, reject) => {
    const request = http.request({ port, host: "127.0.0.1", method, path, headers }, async (response) => {
      const chunks = [];
      for await (const chunk of response) {
        chunks.push(chunk);
      }
      resolve({ status: response.statusCode, headers: response.headers, text: Buffer.concat(chunks).toString() });
    });
    request.on("error", reject);
    request.end(body);
  });
}

const WITHDRAW = `/hr/open-apis/corehr/v2/process_withdraw/${running}`;
const GET = `/hr/open-apis/corehr/v2/processes/${running}`;
const LIST = "/hr/open-apis/corehr/v2/processes?modify_time_from=0&modify_time_to=1";
const JSON_TYPE = { "content-type": "application/json" };
const BODY = '{"system_user":true}';

/** What a call comes to, without what differs from run to run. */
async function outcome(call) {
  try {
    const { log_id, ...done } = await call;
    return { ...done, has_log_id: typeof log_id === "string" };
  } catch (error) {
    const { kind, effect, code, msg, http_status, retryable, attempts, status, log_id } = error;
    return { kind, effect, code, msg, http_status, retryable, attempts, status, has_log_id: typeof log_id === "string" };
  }
}

for (const [name, process_id, actor] of [
  ["a running process", running, SYSTEM],
  ["a completed one", completed, SYSTEM],
  ["a rejected one", rejected, SYSTEM],
  ["one that is withdrawn already", withdrawn, SYSTEM],
  ["one that is not there", "7000000000000000000", SYSTEM],
  ["one of somebody else's", running, { open_id: "ou_nobody" }],
]) {
  test(`a page that withdraws ${name} sees what a direct client sees`, async () => {
    const expected = await outcome(feishu.client().withdrawProcess({ process_id, actor, reason: "重复" }));
    await feishu.control("POST", "/reset");
    const { page } = await backend();
    assert.deepEqual(await outcome(page.withdrawProcess({ process_id, actor, reason: "重复" })), expected);
  });
}

test("a page's own headers go to its backend, and no further; it hears the backend's answers", async () => {
  const received = [];
  const authenticate = (incoming) => {
    received.push(incoming.headers["x-trace"]);
    return { actor: "any" };
  };
  const { page } = await backend({ authenticate });
  const heard = [];
  await page.getProcess({ process_id: running }, { headers: { "x-trace": "1" }, onAnswer: ({ status }) => heard.push(status) });
  assert.deepEqual([received, heard], [["1"], [200]]);
  const [sent] = await feishu.log("get_process");
  assert.ok(sent.headers.every(([name]) => name.toLowerCase() !== "x-trace"));
});

/** What a lost or odd answer comes to; the page's transport cannot see a redirect, and counts its own requests only. */
function gist({ attribution, kind, effect, code, status, has_log_id }) {
  return { attribution, kind: kind === "unexpected_redirect" ? "http" : kind, effect, code, status, has_log_id };
}

for (const fault of [
  "rst-after-applied",
  "eof-after-applied",
  "rst-after-request-not-applied",
  "eof-in-body",
  "500-before",
  "504-after",
  "502-html",
  "503-retry-after-1",
  "429-reset2",
  "429-no-header",
  "400-99991400",
  "captive-html-200",
  "204",
  "bad-json",
  "404-text",
  "403-html",
  "307-same-host",
  "99991663-http400",
  "401-empty",
  "99991672",
  "99991403",
  "1160101",
  "unknown-116",
  "unknown-999",
  "500-unknown",
  "withdrawn-by-other",
  "rejected",
]) {
  test(`a withdrawal through a backend comes to the same under ${fault}`, async () => {
    await feishu.fault("withdraw_process", fault);
    const expected = gist(await outcome(feishu.client().withdrawProcess({ process_id: running, actor: SYSTEM })));
    const applied = (await feishu.log("withdraw_process")).filter((entry) => entry.applied).length;
    await feishu.control("POST", "/reset");
    await feishu.fault("withdraw_process", fault);
    const { page } = await backend();
    const seen = gist(await outcome(page.withdrawProcess({ process_id: running, actor: SYSTEM })));
    // Where a token stays refused, the page sees the answer that refused it, and so may know a log id more.
    assert.deepEqual({ ...seen, has_log_id: seen.has_log_id && expected.has_log_id }, expected);
    const sent = await feishu.log("withdraw_process");
    assert.equal(sent.filter((entry) => entry.applied).length, applied);
  });
}

test("a page's call of a path that is none of the backend's operations is refused, and nothing is sent", async () => {
  const { page } = await backend({ operations: operations() });
  for (const method of ["DELETE", "GET", "PATCH", "POST", "PUT"]) {
    const path_parameters = { department_id: "od-1" };
    const error = await failure(page.call(method, "/open-apis/contact/v3/departments/{department_id}", { path_parameters }));
    assert.deepEqual([error.kind, error.effect, error.http_status, error.attempts], ["http", "none", 404, 1], method);
    assert.match(error.msg, /no operation has this path/);
  }
  assert.deepEqual(await feishu.log(), []);
});

test("a page's call of an operation's path is admitted as that operation, and only if it is allowed", async () => {
  const { page } = await backend({ operations: ["get_process"] });
  const path_parameters = { process_id: running };
  const answer = await page.call("GET", "/open-apis/corehr/v2/processes/{process_id}", { path_parameters });
  assert.equal(answer.data.process_id, running);
  const body = { system_user: true };
  const path = "/open-apis/corehr/v2/process_withdraw/{process_id}";
  const error = await failure(page.call("PUT", path, { path_parameters, body }));
  assert.deepEqual([error.http_status, error.effect], [403, "none"]);
  assert.deepEqual(await feishu.log("withdraw_process"), []);
});

test("a page reads and lists what a direct client does, and every argument arrives", async () => {
  const direct = feishu.client();
  const { page } = await backend();
  for (const user_id_type of [undefined, "open_id", "union_id", "user_id", "people_corehr_id"]) {
    const request = { process_id: running, ...(user_id_type && { user_id_type }) };
    const { log_id, ...read } = await page.getProcess(request);
    const { log_id: other, ...expected } = await direct.getProcess(request);
    assert.deepEqual(read, expected);
    assert.ok(log_id !== other && log_id.length > 0);
  }
  const span = { modify_time_from: Date.now() - 40 * 86_400_000, modify_time_to: Date.now() };
  let known = 0;
  const statuses = ["in_progress", "rejected", "withdrawn", "revoked", "completed", "revoking"];
  for (const request of [
    span,
    { ...span, page_size: 2 },
    { ...span, flow_definition_id: "people_7000000000000000000_7100000000000000000" },
    ...statuses.map((status) => ({ ...span, statuses: [status] })),
    { ...span, statuses },
  ]) {
    const seen = [];
    for (const client of [page, direct]) {
      const ids = await all(client.listProcesses(request));
      const queries = (await feishu.log("list_processes")).map((entry) => entry.query);
      seen.push({ ids, queries: queries.slice(known) });
      known = queries.length;
    }
    assert.deepEqual(seen[0], seen[1]);
    assert.ok(seen[0].queries.length > 0);
  }
});

async function all(walk) {
  const ids = [];
  for await (const id of walk) {
    ids.push(id);
  }
  return ids;
}

test("what the backend sends is what the page's client has written, with a token and nothing of the page's", async () => {
  const { page, base_url } = await backend();
  await page.withdrawProcess({ process_id: running, actor: { system: true, user: { open_id: "ou_a" } }, reason: "a/é\"" }, { request_id: "mine-42" });
  const [{ path, query, body, headers }] = await feishu.log("withdraw_process");
  const shown = page.request("withdraw_process", { process_id: running, actor: { system: true, user: { open_id: "ou_a" } }, reason: "a/é\"" });
  assert.deepEqual([`${base_url}${path}?${query}`, body], [shown.url, shown.body]);
  const sent = Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));
  assert.match(sent.authorization, /^Bearer ./);
  assert.equal(sent["oapi-sdk-request-id"], "mine-42");
  assert.equal(sent.cookie, undefined);
});

test("status, body and the headers that count pass; cookies and headers of the connection do not", async () => {
  const body = '{"code":99991400,"msg":"slow down",  "data":null}';
  const transport = () => ({
    status: 429,
    headers: [
      ["Content-Type", "application/json; charset=utf-8"],
      ["X-Tt-Logid", "LOG"],
      ["x-ogw-ratelimit-limit", "50"],
      ["x-ogw-ratelimit-reset", "2"],
      ["retry-after", "2"],
      ["set-cookie", "canary=1"],
      ["connection", "keep-alive, x-canary"],
      ["x-canary", "1"],
      ["x-request-id", "canary\u4e00"],
      ["x-ogw-ratelimit-remaining", "canary\r\nset-cookie: canary"],
      ["transfer-encoding", "chunked"],
      ["content-encoding", "gzip"],
      ["access-control-allow-origin", "*"],
    ],
    body,
  });
  const { port } = await backend({}, { token: () => "t-canary", app_id: undefined, app_secret: undefined, transport });
  const answer = await raw(port, "PUT", WITHDRAW, JSON_TYPE, BODY);
  assert.deepEqual([answer.status, answer.text], [429, body]);
  const { date, connection, "keep-alive": _, ...headers } = answer.headers;
  assert.deepEqual(headers, {
    "content-type": "application/json; charset=utf-8",
    "x-tt-logid": "LOG",
    "x-ogw-ratelimit-limit": "50",
    "x-ogw-ratelimit-reset": "2",
    "retry-after": "2",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    "content-length": String(body.length),
  });
});

test("64 cold pages make one token request", async () => {
  const { base_url } = await backend();
  const pages = Array.from({ length: 64 }, () => new PageClient({ base_url, quotas: QUOTAS }));
  await Promise.all(pages.map((page) => page.getProcess({ process_id: running })));
  assert.equal((await feishu.log("token")).length, 1);
  assert.equal((await feishu.log("get_process")).length, 64);
});

/** Requests that go nowhere: what is refused, by which status, and a word of why. */
const REFUSED = [
  ["a path of Feishu's that is no operation", "GET", "/hr/open-apis/corehr/v2/employees/7", {}, undefined, 404, "base_path"],
  ["the token's path", "POST", "/hr/open-apis/auth/v3/tenant_access_token/internal", JSON_TYPE, "{}", 404, "base_path"],
  ["a path outside of the mount", "GET", "/open-apis/corehr/v2/processes/7", {}, undefined, 404, "/hr/"],
  ["a mount that only begins so", "GET", "/hrx/open-apis/corehr/v2/processes/7", {}, undefined, 404, "/hr/"],
  ["an id of two segments", "GET", "/hr/open-apis/corehr/v2/processes/7/8", {}, undefined, 404, ""],
  ["an empty id", "GET", "/hr/open-apis/corehr/v2/processes/", {}, undefined, 404, ""],
  ["two dots", "GET", "/hr/open-apis/corehr/v2/processes/..", {}, undefined, 400, "process_id"],
  ["encoded dots", "GET", "/hr/open-apis/corehr/v2/processes/%2e%2e", {}, undefined, 400, "process_id"],
  ["an encoded slash", "PUT", "/hr/open-apis/corehr/v2/process_withdraw/7%2f8", JSON_TYPE, BODY, 400, "process_id"],
  ["an id that is not encoded well", "GET", "/hr/open-apis/corehr/v2/processes/7%zz", {}, undefined, 400, "encoded"],
  ["a line break in the id", "GET", "/hr/open-apis/corehr/v2/processes/7%0d%0ax:%20y", {}, undefined, 400, "process_id"],
  ["an absolute target", "GET", "http://open.feishu.cn/hr/open-apis/corehr/v2/processes/7", {}, undefined, 404, ""],
  ["another method", "DELETE", GET, {}, undefined, 405, "GET"],
  ["a withdrawal by POST", "POST", WITHDRAW, JSON_TYPE, BODY, 405, "PUT"],
  ["HEAD", "HEAD", GET, {}, undefined, 405, ""],
  ["OPTIONS of an origin that is not listed", "OPTIONS", WITHDRAW, { origin: "https://evil.example" }, undefined, 405, ""],
  ["an unknown name in the query", "GET", `${GET}?user_id_type=open_id&x=1`, {}, undefined, 400, "user_id_type"],
  ["a name that comes twice", "GET", `${GET}?user_id_type=open_id&user_id_type=user_id`, {}, undefined, 400, "user_id_type"],
  ["an unknown kind of id", "GET", `${GET}?user_id_type=x`, {}, undefined, 400, "user_id_type"],
  ["an unknown kind of the actor's id", "PUT", `${WITHDRAW}?user_id_type=system`, JSON_TYPE, '{"user_id":"a"}', 400, "user_id_type"],
  ["a list of no span", "GET", "/hr/open-apis/corehr/v2/processes", {}, undefined, 400, "modify_time_from"],
  ["a time that is no number", "GET", `${LIST}&page_size=1e1`, {}, undefined, 400, "page_size"],
  ["a page that is too large", "GET", `${LIST}&page_size=101`, {}, undefined, 400, "page_size"],
  ["an unknown status", "GET", `${LIST}&statuses=3`, {}, undefined, 400, "statuses"],
  ["a form", "PUT", WITHDRAW, { "content-type": "application/x-www-form-urlencoded" }, BODY, 415, "application/json"],
  ["plain text", "PUT", WITHDRAW, { "content-type": "text/plain" }, BODY, 415, "application/json"],
  ["a type that only begins so", "PUT", WITHDRAW, { "content-type": "application/jsonx" }, BODY, 415, "application/json"],
  ["no content type", "PUT", WITHDRAW, {}, BODY, 415, "application/json"],
  ["no JSON", "PUT", WITHDRAW, JSON_TYPE, "{", 400, "JSON object"],
  ["no body", "PUT", WITHDRAW, JSON_TYPE, undefined, 400, "JSON object"],
  ["a list", "PUT", WITHDRAW, JSON_TYPE, "[]", 400, "JSON object"],
  ["bytes that are no UTF-8", "PUT", WITHDRAW, JSON_TYPE, Buffer.from([0x22, 0xff, 0x22]), 400, "JSON object"],
  ["an unknown field", "PUT", WITHDRAW, JSON_TYPE, '{"system_user":true,"tenant":"x"}', 400, "tenant"],
  ["a field of every object", "PUT", WITHDRAW, JSON_TYPE, '{"system_user":true,"__proto__":{}}', 400, "__proto__"],
  ["a field of another type", "PUT", WITHDRAW, JSON_TYPE, '{"system_user":"true"}', 400, "system_user"],
  ["a reason that is too long", "PUT", WITHDRAW, JSON_TYPE, JSON.stringify({ system_user: true, reason: "x".repeat(501) }), 400, "reason"],
  ["a withdrawal by nobody", "PUT", WITHDRAW, JSON_TYPE, "{}", 400, "user_id"],
  ["a request id that is too long", "PUT", WITHDRAW, { ...JSON_TYPE, "oapi-sdk-request-id": "x".repeat(200) }, BODY, 400, "request_id"],
  ["a page of another origin", "PUT", WITHDRAW, { ...JSON_TYPE, origin: "https://evil.example" }, BODY, 403, "origins"],
  ["the origin null", "PUT", WITHDRAW, { ...JSON_TYPE, origin: "null" }, BODY, 403, "origins"],
  ["a cross-site request", "GET", GET, { "sec-fetch-site": "cross-site" }, undefined, 403, "origins"],
  ["a request from a neighbouring site", "GET", GET, { "sec-fetch-site": "same-site" }, undefined, 403, "origins"],
  ["a withdrawal without a page", "PUT", WITHDRAW, { ...JSON_TYPE, "sec-fetch-site": "none" }, BODY, 403, "origins"],
  ["a body that announces too much", "PUT", WITHDRAW, { ...JSON_TYPE, "content-length": "65537" }, " ".repeat(65_537), 413, "65536"],
  ["a body that is too large in the end", "PUT", WITHDRAW, { ...JSON_TYPE, "transfer-encoding": "chunked" }, " ".repeat(70_000), 413, "65536"],
];

test("what is refused never reaches Feishu, and says why", async () => {
  const { port, errors } = await backend();
  for (const [name, method, path, headers, body, status, word] of REFUSED) {
    const answer = await raw(port, method, path, headers, body);
    assert.equal(answer.status, status, `${name}: ${answer.text}`);
    assert.equal((await feishu.log()).length, 0, name);
    const reason = answer.headers["x-corehr-not-sent"];
    assert.ok(reason.includes(word), `${name}: ${reason}`);
    assert.match(answer.headers["content-type"], /^text\/plain/);
    assert.equal(answer.text, method === "HEAD" ? "" : `${reason}\n`);
    if (status === 405) {
      assert.match(answer.headers.allow, /GET|PUT/);
    }
  }
  assert.equal(errors.length, 0);
});

test("a page's client knows a refusal for what it is: without effect, and with the reason", async () => {
  const { base_url } = await backend({ operations: ["withdraw_process"], authenticate: () => null });
  const page = new PageClient({ base_url });
  const signedOut = await failure(page.withdrawProcess({ process_id: running, actor: SYSTEM }));
  assert.deepEqual(
    [signedOut.kind, signedOut.effect, signedOut.http_status, signedOut.attempts, signedOut.retryable],
    ["unauthorized", "none", 401, 1, false],
  );
  assert.match(signedOut.message, /nobody is signed in.*no effect.*sign in/);
  const notAllowed = await failure(page.getProcess({ process_id: running }));
  assert.deepEqual([notAllowed.kind, notAllowed.http_status, notAllowed.attempts], ["http", 403, 1]);
  assert.match(notAllowed.message, /`get_process` is not allowed here: it is not among the backend's `operations`/);
  const elsewhere = await failure(new PageClient({ base_url: `${base_url}/x` }).withdrawProcess({ process_id: running, actor: SYSTEM }));
  assert.deepEqual([elsewhere.http_status, elsewhere.effect], [404, "none"]);
  assert.match(elsewhere.message, /check the page's `base_url`/);
  assert.equal((await feishu.log()).length, 0);
});

test("by default a page may read and withdraw one process, and not list all", async () => {
  const { page } = await backend({ operations: undefined });
  assert.equal((await page.withdrawProcess({ process_id: running, actor: SYSTEM })).attribution, "ours");
  assert.equal((await page.getProcess({ process_id: running })).status, "withdrawn");
  const error = await failure(all(page.listProcesses({ modify_time_from: 0, modify_time_to: 1 })));
  assert.deepEqual([error.http_status, (await feishu.log("list_processes")).length], [403, 0]);
});

test("`authenticate` decides who asks, sync or async, and is asked before anything else is sent", async () => {
  for (const nobody of [null, undefined, false, ""]) {
    for (const authenticate of [() => nobody, async () => nobody]) {
      const { port } = await backend({ authenticate });
      assert.equal((await raw(port, "GET", GET)).status, 401);
    }
  }
  const requests = [];
  const { port } = await backend({ authenticate: async (request) => (requests.push(request), { name: "甲" }) });
  assert.equal((await raw(port, "GET", GET, { cookie: "session=1" })).status, 200);
  assert.ok(requests[0] instanceof http.IncomingMessage && requests[0].headers.cookie === "session=1");
  assert.equal((await feishu.log("get_process")).length, 1);
});

test("a host's function that throws is a 500 without detail, told to the host", async () => {
  const thrown = new Error("canary");
  const fail = () => {
    throw thrown;
  };
  for (const options of [
    { authenticate: fail },
    { authenticate: () => Promise.reject(thrown) },
    { authorize: fail },
    { authorize: async () => fail() },
    { authenticate: fail, onError: fail },
    { authenticate: fail, onError: () => Promise.reject(thrown) },
  ]) {
    const { port, errors, base_url } = await backend(options);
    const answer = await raw(port, "PUT", WITHDRAW, JSON_TYPE, BODY);
    assert.equal(answer.status, 500);
    assert.doesNotMatch(JSON.stringify(answer), /canary/);
    assert.deepEqual(errors, options.onError === undefined ? [thrown] : []);
    const error = await failure(new PageClient({ base_url }).withdrawProcess({ process_id: running, actor: SYSTEM }));
    assert.deepEqual([error.kind, error.effect, error.attempts], ["http", "none", 1]);
  }
  assert.equal((await feishu.log()).length, 0);
});

test("`authorize` sees the operation, its arguments, the user and the request; only `true` lets it pass", async () => {
  const seen = [];
  const user = { actor: { open_id: "ou_a" }, name: "甲" };
  const { port } = await backend({
    authenticate: () => user,
    authorize: async (call, who, request) => {
      seen.push(call, who === user, request instanceof http.IncomingMessage);
      return call.operation === "get_process";
    },
  });
  assert.equal((await raw(port, "GET", `${GET}?user_id_type=user_id`)).status, 200);
  assert.equal((await raw(port, "PUT", WITHDRAW, JSON_TYPE, '{"system_user":true,"reason":"x"}')).status, 403);
  assert.deepEqual(seen, [
    { operation: "get_process", request: { process_id: running, user_id_type: "user_id" } },
    true,
    true,
    { operation: "withdraw_process", request: { process_id: running, reason: "x", actor: { open_id: "ou_a" } } },
    true,
    true,
  ]);
  for (const answer of [undefined, null, 1, "yes", {}]) {
    const { port } = await backend({ authorize: () => answer });
    assert.equal((await raw(port, "GET", GET)).status, 403);
  }
  assert.deepEqual([(await feishu.log("withdraw_process")).length, (await feishu.log("get_process")).length], [0, 1]);
});

test("a pinned actor withdraws, whoever the page names", async () => {
  const { initiator } = feishu.users;
  for (const [actor, query, body] of [
    [{ open_id: initiator.open_id }, "user_id_type=open_id", { user_id: initiator.open_id }],
    [{ user_id: initiator.user_id }, "user_id_type=user_id", { user_id: initiator.user_id }],
    [SYSTEM, "", { system_user: true }],
  ]) {
    for (const [path, named] of [
      [WITHDRAW, '{"system_user":true}'],
      [`${WITHDRAW}?user_id_type=union_id`, '{"user_id":"on_somebody"}'],
      [`${WITHDRAW}?user_id_type=open_id`, '{"user_id":"ou_somebody","system_user":true}'],
    ]) {
      await feishu.control("POST", "/reset");
      const { port } = await backend({ authenticate: () => ({ actor }) });
      assert.equal((await raw(port, "PUT", path, JSON_TYPE, named)).status, 200);
      const [sent] = await feishu.log("withdraw_process");
      assert.deepEqual([sent.query, JSON.parse(sent.body)], [query, body]);
    }
  }
});

/** Samples of all operations, as page and Feishu see them. */
const SAMPLES = JSON.parse(readFileSync(new URL("../samples.json", import.meta.url), "utf8"));

/** A handler whose client keeps what would go to Feishu, and what a page would send for a sample. */
function relayed(options) {
  const sent = [];
  const transport = (request) => (sent.push(request), { status: 200, headers: { "content-type": "application/json" }, body: '{"code":0,"data":{}}' });
  const client = new Client({ token: () => "t-x", transport });
  const handler = fetchHandler({ client, operations: operations(), base_path: "/hr", ...options });
  const page = new PageClient({ base_url: "https://hr.example/hr" });
  const ask = async ({ operation, request }) => {
    const { url, method, headers, body } = page.request(operation, request);
    const answer = await handler(new Request(url, { method, headers, body }));
    const [went] = sent.splice(0);
    return { status: answer.status, text: await answer.text(), went: went && { ...went, target: went.url.replace("https://open.feishu.cn", "") } };
  };
  return { ask, client };
}

test("of every operation, what a page asks for is what Feishu is asked for", async () => {
  assert.deepEqual([...new Set(SAMPLES.map(({ operation }) => operation))].sort(), operations());
  const seen = [];
  const authorize = (call) => (seen.push(call), true);
  const { ask, client } = relayed({ authenticate: () => ({ actor: "any" }), authorize });
  for (const sample of SAMPLES) {
    const { status, went } = await ask(sample);
    const shown = client.request(sample.operation, sample.request);
    assert.equal(status, 200);
    assert.deepEqual([went.method, went.url, went.body], [shown.method, shown.url, shown.body]);
    assert.deepEqual(seen.splice(0), [sample]);
  }
});

/** The kind of the ids of all people in one request. */
function kindOf({ to_user_id, extra_user_ids: [first] = [] }) {
  return Object.keys(to_user_id ?? first ?? { user_id: "" })[0];
}

test("of every operation that names an actor, it is the user's own, and a user without one only reads", async () => {
  const reader = relayed({ authenticate: () => ({}) });
  for (const sample of SAMPLES) {
    const own = { [kindOf(sample.request)]: "mine" };
    const pinned = relayed({ authenticate: () => ({ actor: own }) });
    const names = "actor" in sample.request;
    const request = names ? { ...sample.request, actor: own } : sample.request;
    const shown = pinned.client.request(sample.operation, request);
    const { went } = await pinned.ask(sample);
    assert.deepEqual([went.url, went.body], [shown.url, shown.body], sample.operation);
    const { status, text, went: read } = await reader.ask(sample);
    assert.deepEqual([status, read === undefined, text.includes("names no `actor`")], names ? [403, true, true] : [200, false, false]);
  }
});

test("people of another kind of id than the user's own are the page's fault, and a wrong actor is not", async () => {
  const people = SAMPLES.filter(({ request }) => "to_user_id" in request || "extra_user_ids" in request);
  assert.ok(people.length >= 4);
  for (const sample of people) {
    const kind = kindOf(sample.request) === "union_id" ? "open_id" : "union_id";
    const mixed = await relayed({ authenticate: () => ({ actor: { [kind]: "mine" } }) }).ask(sample);
    assert.deepEqual([mixed.status, mixed.went], [400, undefined], mixed.text);
    assert.match(mixed.text, /must be of one kind/);
    const wrong = await relayed({ authenticate: () => ({ actor: { [kindOf(sample.request)]: "a b" } }), onError: () => undefined }).ask(sample);
    assert.deepEqual([wrong.status, wrong.went], [500, undefined], wrong.text);
  }
});

test("whatever names an actor is pinned by what is told of it, and a write that names none is refused for everybody", () => {
  const template = { method: "POST", path: "/a/{id}/b", is_write: true, actor: { user: "operator", system: "by_system" }, body: ["to"], parts: [], query: {} };
  const asked = (body, target = "/a/7/b?user_id_type=union_id") =>
    read(template, route({ made_up: template }, "POST", target), new TextEncoder().encode(JSON.stringify(body)));
  const request = asked({ operator: "on_a", to: "on_b" });
  assert.deepEqual(request, { id: "7", to: "on_b", actor: { union_id: "on_a" } });
  assert.deepEqual(acting("made_up", template, request, { open_id: "ou_mine" }), { ...request, actor: { open_id: "ou_mine" } });
  assert.deepEqual(acting("made_up", template, request, "any"), request);
  for (const body of [{ operator: "a", system_user: true }, { user_id: "a" }, { operator: 7 }, { by_system: "true" }, { actor: { system: true } }, {}]) {
    assert.equal(thrown(() => asked(body)).status, 400, JSON.stringify(body));
  }
  for (const target of ["/a/7/b?actor=x", "/a/7/b?operator=x", "/a/7/b?id=8", "/a/7/b?user_id_type=open_id&user_id_type=user_id"]) {
    assert.equal(thrown(() => asked({ operator: "a" }, target)).status, 400, target);
  }
  for (const target of ["/a//b", "/a/7", "/a/7/b/", "/b/7/b", "a/7/b"]) {
    assert.equal(thrown(() => asked({ operator: "a" }, target)).status, 404, target);
  }
  const without = { ...template, actor: null };
  for (const actor of [undefined, null, "any", { open_id: "ou_mine" }]) {
    assert.equal(thrown(() => acting("made_up", without, {}, actor)).status, 403);
    assert.deepEqual(acting("made_up", { ...without, is_write: false }, { id: "7" }, actor), { id: "7" });
  }
});

test("a user without an actor reads, and cannot withdraw; a wrong actor is the host's fault", async () => {
  for (const user of [{}, { actor: undefined }, { actor: null }]) {
    const { port } = await backend({ authenticate: () => user });
    const answer = await raw(port, "PUT", WITHDRAW, JSON_TYPE, BODY);
    assert.equal(answer.status, 403);
    assert.match(answer.text, /names no `actor`/);
    assert.equal((await raw(port, "GET", GET)).status, 200);
  }
  for (const actor of [{}, "system", { open_id: "a b" }, { system: false }, 7]) {
    const { port, errors } = await backend({ authenticate: () => ({ actor }) });
    assert.equal((await raw(port, "PUT", WITHDRAW, JSON_TYPE, BODY)).status, 500);
    assert.equal(errors[0].kind, "invalid_argument");
  }
  assert.equal((await feishu.log("withdraw_process")).length, 0);
});

test("`max_body` is the largest body that is taken", async () => {
  const exactly = `{"system_user":true,"reason":"${"x".repeat(20)}"}`;
  const { port } = await backend({ max_body: exactly.length });
  for (const headers of [JSON_TYPE, { ...JSON_TYPE, "transfer-encoding": "chunked" }]) {
    assert.equal((await raw(port, "PUT", WITHDRAW, headers, `${exactly} `)).status, 413);
    assert.equal((await feishu.log()).length, 0);
  }
  assert.equal((await raw(port, "PUT", WITHDRAW, JSON_TYPE, exactly)).status, 200);
});

test("the backend's own pages may ask, also behind a proxy, and pages of listed origins", async () => {
  const { port } = await backend({ origins: ["https://hr.example"] });
  const status = async (headers) => (await raw(port, "GET", GET, headers)).status;
  assert.equal(await status({}), 200);
  assert.equal(await status({ origin: `http://127.0.0.1:${port}` }), 200);
  assert.equal(await status({ origin: "https://inside.example", host: "inside.example" }), 200);
  assert.equal(await status({ origin: "https://outside.example", "sec-fetch-site": "same-origin" }), 200);
  assert.equal(await status({ "sec-fetch-site": "none" }), 200);
  assert.equal(await status({ origin: "https://hr.example" }), 200);
  assert.equal(await status({ origin: "https://hr.example", "sec-fetch-site": "cross-site" }), 200);
  for (const origin of ["http://hr.example", "https://hr.example:8443", "https://a.hr.example", "https://hr.example.evil.example"]) {
    assert.equal(await status({ origin }), 403, origin);
  }
});

test("a browser is told what a listed origin may do, and no other one is", async () => {
  const { port } = await backend({ origins: ["https://hr.example"], authenticate: () => null });
  const origin = "https://hr.example";
  const asked = { origin, "access-control-request-method": "PUT", "access-control-request-headers": "content-type,x-mine" };
  const preflight = await raw(port, "OPTIONS", WITHDRAW, asked);
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers["access-control-allow-methods"], "GET, PUT");
  assert.equal(preflight.headers["access-control-allow-headers"], "content-type,x-mine");
  const refused = await raw(port, "GET", GET, { origin });
  for (const { headers } of [preflight, refused]) {
    assert.equal(headers["access-control-allow-origin"], origin);
    assert.equal(headers["access-control-allow-credentials"], "true");
    assert.match(headers["access-control-expose-headers"], /x-tt-logid.*x-corehr-not-sent/);
    assert.equal(headers.vary, "origin");
  }
  for (const headers of [{}, { origin: "https://evil.example" }]) {
    const other = await raw(port, "GET", GET, headers);
    assert.equal(other.headers["access-control-allow-origin"], undefined);
  }
});

test("`base_path` is where it is mounted, with a framework too", async () => {
  for (const [base_path, path] of [
    [undefined, ""],
    ["/", ""],
    ["/a/b", "/a/b"],
    ["/a/b/", "/a/b"],
  ]) {
    const { port } = await backend({ base_path });
    assert.equal((await raw(port, "GET", `${path}/open-apis/corehr/v2/processes/${running}`)).status, 200);
    assert.equal((await raw(port, "GET", `/x/open-apis/corehr/v2/processes/${running}`)).status, 404);
  }
  // As Express mounts: the path is cut, the whole one is kept, and a parser may have read the body.
  for (const base_path of ["/hr", undefined]) {
    for (const body of [{ system_user: true }, BODY, Buffer.from(BODY), undefined]) {
      const handler = nodeHandler({ client: feishu.client(), authenticate: () => ({ actor: "any" }), base_path });
      const server = http.createServer((request, response) => {
        request.originalUrl = request.url;
        request.url = request.url.slice("/hr".length);
        request.body = body;
        request.resume().on("end", () => handler(request, response));
      });
      await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
      servers.push(server);
      await feishu.control("POST", "/reset");
      // What was read and not kept is gone.
      const expected = body === undefined ? 400 : 200;
      assert.equal((await raw(server.address().port, "PUT", WITHDRAW, JSON_TYPE, BODY)).status, expected);
    }
  }
});

test("no token and no way to Feishu are told truthfully, and without a secret", async () => {
  const lost = (bytes_written) => ({
    token: () => "t-canary",
    app_id: undefined,
    app_secret: undefined,
    transport: () => Promise.reject(new TransportFailure("disconnected", { bytes_written, detail: "canary" })),
  });
  for (const [name, more, status, effect, attempts] of [
    ["a wrong secret", { app_secret: "canary" }, 500, "none", 1],
    ["a token function that throws", { ...lost(true), token: () => Promise.reject(new Error("canary")) }, 500, "none", 1],
    ["no network", { base_url: NOBODY }, 503, "none", 4],
    ["a request that was not written", lost(false), 503, "none", 4],
    ["a request that may have arrived", lost(true), 502, "unknown", 1],
  ]) {
    const { port, base_url, errors } = await backend({}, more);
    const answer = await raw(port, "PUT", WITHDRAW, JSON_TYPE, BODY);
    assert.equal(answer.status, status, name);
    assert.equal(answer.headers["x-corehr-not-sent"] !== undefined, effect === "none", name);
    assert.doesNotMatch(JSON.stringify(answer), /canary|sandboxsandbox/, name);
    assert.equal(errors.length, 1, name);
    const error = await failure(new PageClient({ base_url }).withdrawProcess({ process_id: running, actor: SYSTEM }));
    assert.deepEqual([error.effect, error.attempts], [effect, attempts], name);
    const read = await raw(port, "GET", GET);
    // Of a read that may have arrived nothing is claimed: it has no effect anyway.
    assert.equal(read.headers["x-corehr-not-sent"] !== undefined, more.transport === undefined || status === 500, name);
  }
});

test("a lost answer after a renewed token is unknown, whatever the answer before it said", async () => {
  const answers = ['{"code":99991663,"msg":"expired"}'];
  const transport = () => {
    const body = answers.pop();
    return body === undefined ? Promise.reject(new TransportFailure("disconnected")) : { status: 400, body };
  };
  const token = ({ refused }) => (refused ? "t-new" : "t-old");
  const { port } = await backend({}, { token, app_id: undefined, app_secret: undefined, transport });
  const answer = await raw(port, "PUT", WITHDRAW, JSON_TYPE, BODY);
  assert.deepEqual([answer.status, answer.headers["x-corehr-not-sent"]], [502, undefined]);
});

test("a lack of quota is a 429 with the time to wait, and nothing is sent", async () => {
  const { port } = await backend({}, { quotas: { get_process: { calls: 1, window_ms: 60_000 } } });
  assert.equal((await raw(port, "GET", GET)).status, 200);
  const { status, headers } = await raw(port, "GET", GET);
  assert.equal(status, 429);
  assert.ok(Number(headers["retry-after"]) > 40 && headers["x-corehr-not-sent"].includes("quota"));
  assert.equal((await feishu.log("get_process")).length, 1);
});

// That it ends before the page's patience does, the core's tests show.
test("Feishu's silence is a 504", async () => {
  await feishu.fault("get_process", "timeout-not-applied", { times: 0 });
  for (const options of [{}, { deadline: 3_000 }]) {
    const { port } = await backend({}, options);
    assert.equal((await raw(port, "GET", GET)).status, 504);
  }
});

test("when the page leaves, the request to Feishu is ended, and so is waiting for the host", async () => {
  await feishu.fault("withdraw_process", "timeout-not-applied", { times: 0 });
  let signal;
  const { port, page, errors } = await backend();
  const controller = new AbortController();
  const call = failure(page.withdrawProcess({ process_id: running, actor: SYSTEM }, { signal: controller.signal }));
  await eventually(async () => (await feishu.log("withdraw_process")).length === 1);
  controller.abort();
  assert.deepEqual([(await call).kind, (await call).effect], ["cancelled", "unknown"]);
  await eventually(() => errors.length === 1);
  assert.deepEqual([errors[0].kind, errors[0].effect], ["cancelled", "unknown"]);
  await eventually(async () => (await feishu.log("withdraw_process"))[0].client_closed_at_ms !== null);
  const [asked, ended] = [[], []];
  const authenticate = () => {
    asked.push(true);
    return new Promise(() => undefined);
  };
  const handler = nodeHandler({ client: feishu.client(), authenticate, base_path: "/hr" });
  const server = http.createServer((request, response) => handler(request, response).then(() => ended.push(true)));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  servers.push(server);
  const waiting = http.get({ port: server.address().port, host: "127.0.0.1", path: GET }).on("error", () => undefined);
  await eventually(() => asked.length === 1);
  assert.equal(ended.length, 0);
  waiting.destroy();
  await eventually(() => ended.length === 1);
});

test("every wrong option is told, all together", () => {
  const client = feishu.client();
  const authenticate = () => null;
  const problems = (options) => thrown(() => nodeHandler(options)).problems.map((problem) => problem.field);
  assert.deepEqual(problems({}), ["client", "authenticate"]);
  assert.match(thrown(() => nodeHandler(undefined)).message, /`options` must be an object/);
  const names = operations().map((name) => `\`${name}\``).join(", ");
  assert.ok(thrown(() => nodeHandler({ client, authenticate, operations: [""] })).message.includes(`must be a list of ${names}`));
  for (const [field, values] of Object.entries({
    client: [null, {}, { relay() {} }],
    authenticate: [null, {}, "x"],
    authorize: [1],
    onError: ["x"],
    operations: ["get_process", ["get"], [null]],
    origins: ["https://hr.example", ["hr.example"], ["https://hr.example/"], ["*"], [null]],
    base_path: ["hr", "/hr?", "/hr//a", 7],
    max_body: [0, -1, 1.5, "64", Infinity],
    basePath: ["/hr"],
  })) {
    for (const value of values) {
      assert.deepEqual(problems({ client, authenticate, [field]: value }), [field], `${field}: ${value}`);
    }
  }
});

test("a handler of Fetch answers the same", async () => {
  const { users } = feishu;
  const handler = fetchHandler({
    client: feishu.client(),
    authenticate: (request) => (request.headers.get("cookie") === "session=1" ? { actor: { open_id: users.initiator.open_id } } : null),
    base_path: "/hr",
  });
  const ask = (path, { headers, ...init } = {}) =>
    handler(new Request(`https://hr.example${path}`, { headers: { cookie: "session=1", ...headers }, ...init }));
  const put = (headers, body) => ask(WITHDRAW, { method: "PUT", headers: { ...JSON_TYPE, ...headers }, body });
  for (const [answer, status] of [
    [ask(GET, { headers: { cookie: "" } }), 401],
    [ask(GET, { headers: { origin: "https://evil.example" } }), 403],
    [ask("/hr/open-apis/corehr/v2/processes/a/../../x"), 404],
    [put({ "content-type": "text/plain" }, BODY), 415],
    [put({}, " ".repeat(65_537)), 413],
    [put({}, "{"), 400],
  ]) {
    assert.equal((await answer).status, status);
    assert.ok((await answer).headers.get("x-corehr-not-sent"));
  }
  assert.equal((await feishu.log()).length, 0);
  const done = await put({ origin: "https://hr.example" }, BODY);
  assert.equal(done.status, 200);
  assert.equal((await done.json()).code, 0);
  assert.match(done.headers.get("x-tt-logid"), /./);
  const [sent] = await feishu.log("withdraw_process");
  assert.equal(JSON.parse(sent.body).user_id, users.initiator.open_id);
  // A page's client over this handler, without a socket.
  const transport = async ({ url, method, headers, body }, signal) => {
    const answer = await handler(new Request(url, { method, headers: [...headers, ["cookie", "session=1"]], body, signal }));
    return { status: answer.status, headers: answer.headers, body: await answer.text() };
  };
  const page = new PageClient({ base_url: "https://hr.example/hr", transport });
  assert.equal((await page.getProcess({ process_id: running })).status, "withdrawn");
});

test("a handler of Fetch passes an answer without a body, and stops with its request", async () => {
  let heard;
  const make = (transport) =>
    fetchHandler({ client: feishu.client({ token: () => "t-x", app_id: undefined, app_secret: undefined, transport }), authenticate: () => ({ actor: "any" }) });
  const url = `https://hr.example/open-apis/corehr/v2/processes/${running}`;
  assert.equal((await make(() => ({ status: 204, body: "x" }))(new Request(url))).status, 204);
  assert.equal((await make(() => ({ status: 302, headers: { location: "https://evil.example" } }))(new Request(url))).status, 520);
  assert.equal((await make(() => ({ status: 700 }))(new Request(url))).status, 520);
  const controller = new AbortController();
  const hanging = make((_, signal) => ((heard = signal), new Promise(() => undefined)));
  const answer = hanging(new Request(url, { signal: controller.signal }));
  await eventually(() => heard);
  controller.abort();
  await answer;
  assert.ok(heard.aborted);
});

test("an answer that somebody has begun already is left alone", async () => {
  const handler = nodeHandler({ client: feishu.client(), authenticate: () => ({}), base_path: "/hr" });
  const server = http.createServer((request, response) => {
    handler(request, response);
    response.writeHead(418).end("mine");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  servers.push(server);
  const answer = await raw(server.address().port, "GET", GET);
  assert.deepEqual([answer.status, answer.text], [418, "mine"]);
});
