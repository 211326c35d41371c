// Headers of one's own, answers as received, and lists page by page.

import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import test from "node:test";
import { inspect } from "node:util";

import { Client } from "feishu-corehr";

import { failure, sandbox, SYSTEM } from "./sandbox.mjs";

const feishu = await sandbox();
const process_id = feishu.processes.running;
const DAY = 86_400_000;
const span = { modify_time_from: Date.now() - 40 * DAY, modify_time_to: Date.now() + DAY, page_size: 4 };
const valuesOf = (entry, name) => entry.headers.filter(([known]) => known.toLowerCase() === name).map(([, value]) => value);
const refuseNext = (on) =>
  feishu.control("POST", "/script", { steps: [{ on, answer: { status: 400, json: { code: 99992402, msg: "no" } } }] });

async function all(iterable) {
  const items = [];
  for await (const item of iterable) {
    items.push(item);
  }
  return items;
}

test("own headers go with every request but those for a token", async () => {
  await feishu.fault("withdraw_process", "rst-after-applied");
  const headers = { "X-Trace": "a b", traceparent: "00-1" };
  const done = await feishu.client().withdrawProcess({ process_id, actor: SYSTEM }, { headers });
  assert.equal(done.attribution, "presumed");
  const sent = await feishu.log();
  assert.deepEqual(
    sent.map((entry) => [entry.operation, valuesOf(entry, "x-trace"), valuesOf(entry, "traceparent")]),
    [
      ["token", [], []],
      ["withdraw_process", ["a b"], ["00-1"]],
      ["get_process", ["a b"], ["00-1"]],
    ],
  );
});

test("they go with lists and shown requests, as pairs too, and are taken for secrets", async () => {
  const client = feishu.client();
  const headers = new Map([["x-trace", "canary"]]);
  await all(client.listProcesses(span, { headers }));
  assert.ok((await feishu.log("list_processes")).every((entry) => valuesOf(entry, "x-trace")[0] === "canary"));
  const shown = client.request("get_process", { process_id }, { headers });
  assert.deepEqual(
    shown.headers.filter(([name]) => name === "x-trace").map((pair) => [...pair]),
    [["x-trace", "canary"]],
  );
  for (const text of [shown.curl, inspect(shown), JSON.stringify(shown), String(shown)]) {
    assert.ok(!text.includes("canary") && text.includes("x-trace"), text);
  }
});

test("a header that may not be set is refused before anything is sent", async () => {
  const client = feishu.client();
  for (const [headers, field, rule] of [
    [{ Authorization: "Bearer t" }, "headers.Authorization", /may not be set/],
    [{ "content-length": "1" }, "headers.content-length", /may not be set/],
    [{ "Oapi-Sdk-Request-Id": "1" }, "headers.Oapi-Sdk-Request-Id", /request_id/],
    [[["x-a", "1"], ["X-A", "2"]], "headers.X-A", /given twice/],
    [{ "x-a": ["1", "2"] }, "headers.x-a", /given twice/],
    [{ "x-a": "secret\r\nx-b: 1" }, "headers.x-a", /carriage return/],
    [{ "x a": "1" }, "headers.x a", /no name/],
    ["x-a: 1", "headers", /./],
    [{ "x-a": 1 }, "headers", /./],
    [["x-a"], "headers", /./],
  ]) {
    const error = await failure(client.getProcess({ process_id }, { headers }));
    assert.equal(error.kind, "invalid_argument", JSON.stringify(headers));
    assert.ok(error.problems.some((problem) => problem.field.startsWith(field) && rule.test(problem.rule)), inspect(error));
    assert.ok(!error.message.includes("secret"));
  }
  const error = await failure(client.getProcess({ process_id }, { onAnswer: "x" }));
  assert.equal(error.problems[0].field, "onAnswer");
  assert.deepEqual(await feishu.log(), []);
});

test("every answer is heard as received, but those to requests for a token", async () => {
  await feishu.fault("withdraw_process", "429-reset2");
  const heard = [];
  const options = { onAnswer: (answer) => heard.push(answer) };
  const done = await feishu.client().withdrawProcess({ process_id, actor: SYSTEM }, options);
  const text = (answer) => JSON.parse(new TextDecoder().decode(answer.body));
  assert.deepEqual(heard.map((answer) => [answer.status, text(answer).code]), [[429, 99991400], [200, 0]]);
  assert.deepEqual(heard[1].headers.find(([name]) => name.toLowerCase() === "x-tt-logid")?.[1], done.log_id);
});

test("what a result leaves out is in the answer, and the copy is the caller's own", async () => {
  const body = JSON.stringify({ code: 0, data: { process_id: "7", status: 1, news: [1] } });
  const client = new Client({ token: () => "t", transport: () => ({ status: 200, headers: { "x-tt-logid": "L" }, body }) });
  let heard;
  const onAnswer = (answer) => {
    heard = new TextDecoder().decode(answer.body);
    answer.body.fill(0);
  };
  assert.equal((await client.getProcess({ process_id: "7" }, { onAnswer })).process_id, "7");
  assert.equal(heard, body);
  await client.close();
});

test("an error comes with its answer, in the context of its call, and a hook that fails changes nothing", async () => {
  const client = feishu.client();
  const who = new AsyncLocalStorage();
  const heard = [];
  await refuseNext("get_process");
  for (const [name, fail] of [["a", () => { throw new Error("mine"); }], ["b", () => Promise.reject(new Error("mine"))]]) {
    const onAnswer = ({ status }) => {
      heard.push([who.getStore(), status]);
      return fail();
    };
    await who.run(name, () => client.getProcess({ process_id }, { onAnswer })).catch((error) => heard.push(error.http_status));
  }
  assert.deepEqual(heard, [["a", 400], 400, ["b", 200]]);
});

test("the answers to a list are heard, too", async () => {
  const heard = [];
  const pages = await all(feishu.client().listProcesses(span, { onAnswer: (answer) => heard.push(answer.status) }).pages());
  assert.deepEqual(heard, pages.map(() => 200));
});

test("a list comes page by page, and goes on where one was kept", async () => {
  const client = feishu.client();
  const pages = await all(client.listProcesses(span).pages());
  assert.ok(pages.length > 2 && pages.length === (await feishu.log("list_processes")).length);
  assert.deepEqual(await all(client.listProcesses(span)), pages.flatMap((page) => page.items));
  pages.forEach((page, index) => {
    assert.equal(page.has_more, index < pages.length - 1);
    assert.equal(page.page_token === null, !page.has_more);
    assert.ok(page.log_id);
  });
  for (const [index, { page_token }] of pages.slice(0, -1).entries()) {
    const later = await all(client.listProcesses({ ...span, page_token }).pages());
    assert.deepEqual(later.map((page) => page.items), pages.slice(index + 1).map((page) => page.items));
  }
});

test("pages go on with the walk, and after an error", async () => {
  const client = feishu.client();
  const whole = await all(client.listProcesses(span));
  const walk = client.listProcesses(span);
  const first = (await walk.next()).value;
  const rest = await all(walk.pages());
  assert.deepEqual([first, ...rest.flatMap((page) => page.items)], whole);
  assert.deepEqual([rest[0].items.length, rest[0].has_more, rest[0].log_id], [3, true, null]);

  // One window, whose first page is not empty.
  const pages = client.listProcesses({ ...span, modify_time_from: Date.now() - DAY }).pages();
  await refuseNext("list_processes");
  assert.equal((await failure(pages.next())).http_status, 400);
  assert.deepEqual((await pages.next()).value.items, whole.slice(0, 4));
});
