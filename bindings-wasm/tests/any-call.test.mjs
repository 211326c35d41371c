// Calls of paths that the package has no method for; how they end, the vectors say.

import assert from "node:assert/strict";
import test from "node:test";

import { eventually, failure, sandbox } from "./sandbox.mjs";

const feishu = await sandbox();
const PATH = "/open-apis/contact/v3/departments/{department_id}";
const path_parameters = { department_id: "od-1" };

test("what is written is read again, with the answer's head", async () => {
  const client = feishu.client();
  const written = await client.call("PATCH", PATH, { path_parameters, body: { name: "销售", order: 1.5 } });
  assert.deepEqual(written.data, { department: { department_id: "od-1", name: "销售", order: 1.5 } });
  const read = await client.call("GET", PATH, { path_parameters });
  assert.deepEqual([read.data, read.status, read.attempts], [written.data, 200, 1]);
  assert.equal(JSON.parse(read.raw).department.name, "销售");
  assert.deepEqual(new Headers(read.headers).get("x-tt-logid"), read.log_id);
});

test("a query is an object whose values may be lists, or pairs", async () => {
  const wanted = "a=1&ids=x&ids=y";
  for (const query of [{ a: "1", ids: ["x", "y"] }, [["a", "1"], ["ids", "x"], ["ids", "y"]], new URLSearchParams(wanted)]) {
    await feishu.client().call("GET", PATH, { path_parameters, query });
    assert.equal((await feishu.log("call")).at(-1).query, wanted);
  }
});

test("an observer is told the path with its braces", async () => {
  const told = [];
  await feishu.client({ onAttempt: (observation) => told.push(observation) }).call("DELETE", PATH, { path_parameters });
  const { operation, method, path } = told.at(-1);
  assert.deepEqual([operation, method, path], ["call", "DELETE", PATH]);
});

test("what is no JSON and what is of a wrong type is refused by name, and nothing is sent", async () => {
  const client = feishu.client();
  const circle = {};
  circle.circle = circle;
  for (const body of [NaN, [Infinity], { a: 7n }, { a: () => 0 }, { a: Symbol("a") }, "\ud800", circle]) {
    const error = await failure(client.call("PUT", PATH, { path_parameters, body }));
    assert.deepEqual([error.kind, error.problems.map(({ field }) => field)], ["invalid_argument", ["body"]]);
  }
  for (const [field, parts] of [
    ["path_parameters", { path_parameters: { department_id: 7 } }],
    ["path_parameters", { path_parameters: "od-1" }],
    ["query", { path_parameters, query: { a: 1 } }],
    ["query", { path_parameters, query: [7] }],
    ["query", { path_parameters, query: 7 }],
    ["quota", { path_parameters, quota: { calls: 1 } }],
    ["quota", { path_parameters, quota: { calls: 1.5, window_ms: 1 } }],
    ["headers", { path_parameters, headers: {} }],
  ]) {
    const error = await failure(client.call("GET", PATH, parts));
    assert.ok(error.kind === "invalid_argument" && error.problems.some((problem) => problem.field.startsWith(field)), field);
  }
  for (const method of ["get", "HEAD", undefined, null, 7]) {
    const error = await failure(client.call(method, PATH, { path_parameters }));
    assert.deepEqual(error.problems.map(({ field }) => field), ["method"], String(method));
  }
  const { problems } = await failure(client.call("GET", undefined));
  assert.deepEqual(problems.map(({ field }) => field), ["path"]);
  assert.deepEqual(await feishu.log("call"), []);
});

test("a call can be stopped, and one that writes tells that nobody knows", async () => {
  await feishu.fault("call", "timeout-not-applied");
  const controller = new AbortController();
  const call = feishu.client().call("POST", PATH, { path_parameters, body: {} }, { signal: controller.signal });
  await eventually(async () => (await feishu.log("call")).length > 0);
  controller.abort();
  const error = await failure(call);
  assert.deepEqual([error.kind, error.effect, error.operation], ["cancelled", "unknown", "call"]);
});
