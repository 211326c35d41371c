// Requests and answers as data, and what is known about codes.

import assert from "node:assert/strict";
import test from "node:test";

import { Client, decodeReply, explain, FEISHU, LARK, operations, plainValues } from "feishu-corehr";

import { thrown } from "./sandbox.mjs";

const client = new Client({ app_id: "cli_a", app_secret: "s" });

test("a request is data and a line for a shell, the token hidden in the line", () => {
  const shown = client.request(
    "withdraw_process",
    { process_id: "7", actor: { open_id: "ou_a" }, reason: "it's over" },
    { token: "t-canary", request_id: "mine", deadline: 5_000 },
  );
  assert.equal(shown.method, "PUT");
  assert.equal(shown.url, `${FEISHU}/open-apis/corehr/v2/process_withdraw/7?user_id_type=open_id`);
  assert.equal(Object.fromEntries(shown.headers).authorization, "Bearer t-canary");
  assert.deepEqual(JSON.parse(shown.body), { user_id: "ou_a", reason: "it's over" });
  assert.equal(shown.budget, 5_000);
  assert.equal(Object.fromEntries(shown.headers)["oapi-sdk-request-id"], "mine");
  assert.match(shown.curl, /^curl -X PUT 'https:.*authorization: \[redacted\].*it'\\''s over/);
  assert.doesNotMatch(shown.curl, /canary/);
  assert.equal(LARK, "https://open.larksuite.com");
});

test("a request for a list takes dates", () => {
  const shown = client.request("list_processes", { modify_time_from: new Date(5), modify_time_to: 6 });
  assert.match(shown.url, /modify_time_from=5&modify_time_to=6$/);
  assert.equal(shown.body, null);
});

test("a request that breaks rules is refused", () => {
  assert.equal(thrown(() => client.request("get_process", { process_id: "../x" })).kind, "invalid_argument");
  assert.equal(thrown(() => client.request("no_such", {})).problems[0].field, "operation");
  assert.equal(thrown(() => client.request("get_process", { process_id: "7" }, { tokn: "x" })).problems[0].field, "tokn");
  assert.equal(thrown(() => client.request("get_process", { process_id: "7" }, { token: "a b" })).problems[0].field, "token");
});

test("an answer is read, from any form of headers and body", () => {
  const body = '{"code":0,"data":{"process_id":"7","status":99}}';
  for (const response of [
    { status: 200, body },
    { status: 200, headers: { "X-Tt-Logid": "L" }, body: new TextEncoder().encode(body) },
    { status: 200, headers: new Headers({ "x-tt-logid": "L" }), body: new TextEncoder().encode(body).buffer },
    { status: 200, headers: [["x-tt-logid", "L"]], body },
    { status: 200, headers: { "x-tt-logid": ["L"] }, body },
  ]) {
    const read = decodeReply("get_process", response);
    assert.deepEqual([read.process_id, read.status, read.status_number], ["7", "unknown", 99]);
    assert.equal(read.log_id, response.headers === undefined ? null : "L");
  }
  assert.deepEqual(decodeReply("withdraw_process", { status: 200, body: '{"code":0}' }), {});
  assert.deepEqual(
    decodeReply("list_processes", { status: 200, body: '{"code":0,"data":{"process_ids":["1"],"has_more":false}}' }).process_ids,
    ["1"],
  );
});

test("an answer that is no success is an error", () => {
  for (const [response, kind, effect] of [
    [{ status: 400, headers: { "x-tt-logid": "L" }, body: '{"code":1161006,"msg":"ended"}' }, "not_withdrawable", "unknown"],
    [{ status: 200, body: "{}" }, "bad_envelope", "unknown"],
    [{ status: 200, body: "" }, "not_an_api_answer", "unknown"],
    [{ status: 200, body: "<html>" }, "not_an_api_answer", "unknown"],
    [{ status: 404, body: "404 page not found" }, "http", "none"],
    [{ status: 302, headers: { location: "https://evil.test/x" } }, "unexpected_redirect", "unknown"],
  ]) {
    const error = thrown(() => decodeReply("withdraw_process", response));
    assert.deepEqual([error.kind, error.effect], [kind, effect], JSON.stringify(response));
  }
  assert.equal(thrown(() => decodeReply("no_such", { status: 200 })).kind, "invalid_argument");
});

test("a code is explained by its operation, or not at all", () => {
  const known = explain("withdraw_process", 1161006);
  assert.deepEqual([known.kind, known.effect], ["not_withdrawable", "unknown"]);
  assert.ok(known.advice.en !== "" && known.advice.zh !== "");
  for (const [operation, code] of [["withdraw_process", 0], ["no_such", 99991400], ["get_process", NaN], [undefined, "x"]]) {
    assert.equal(explain(operation, code), null);
  }
});

test("the client has a method for every operation", () => {
  for (const operation of operations()) {
    const method = operation.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
    assert.equal(typeof client[method], "function", method);
  }
});

test("variables become plain objects and arrays", () => {
  const read = (...field_variable_values) =>
    decodeReply("get_form_variables", { status: 200, body: JSON.stringify({ code: 0, data: { field_variable_values } }) });
  const list = { variable_api_name: "a", variable_value: { list_values: ["k", "1", "x"] } };
  const record = { record_values: [{ variable_api_name: "city", sub_value_key: "l", record_id: "9" }] };
  const subs = [{ key: "k", value: record }, { key: "l", value: { date_value: "20440" } }];
  assert.deepEqual(plainValues(read({ ...list, sub_values: subs })), { a: [{ city: 20440 }, 20440, "x"] });
  assert.deepEqual(plainValues(read({ variable_api_name: "b", variable_value: { color_value: [1.5] } })), { b: { color_value: [1.5] } });
  const circle = [{ key: "k", value: { list_values: ["k", "k"] } }];
  assert.match(thrown(() => plainValues(read({ ...list, sub_values: circle }))).summary, /nested more than 32 deep/);
  const template = { code: 0, data: { field_values: [{ variable_api_name: "c", variable_value: { text_value: "t" } }] } };
  assert.deepEqual(plainValues(decodeReply("get_template", { status: 200, body: JSON.stringify(template) })), { c: "t" });
  assert.equal(thrown(() => plainValues({})).kind, "invalid_argument");
});

test("a request that reads by POST is a read", async () => {
  const shown = client.request("get_template", { flow_definition_id: "people_7_7", variable_api_names: ["a"] });
  assert.deepEqual([shown.method, JSON.parse(shown.body).variable_api_names], ["POST", ["a"]]);
});
