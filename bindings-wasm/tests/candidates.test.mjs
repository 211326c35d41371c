// What a start whose answer was lost may have started, for the caller to judge: for a server's client and for a page's.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import http from "node:http";
import test, { after } from "node:test";

import { nodeHandler } from "feishu-corehr/backend";

import { Client as PageClient, load } from "../node_modules/feishu-corehr/web/browser.js";

import { eventually, failure, sandbox, SYSTEM } from "./sandbox.mjs";

const feishu = await sandbox();
await load(readFileSync(new URL("../node_modules/feishu-corehr/feishu_corehr.wasm", import.meta.url)));

const flow_definition_id = "people_7000000000000000000_7100000000000000000";
const { open_id, union_id } = feishu.users.initiator;
const MINUTE = 60_000;

/** A page's client behind a backend that allows nothing but to list and to read. */
const handler = nodeHandler({
  client: feishu.client(),
  authenticate: () => ({ actor: "any" }),
  operations: ["get_process", "list_processes"],
  base_path: "/hr",
});
const server = http.createServer(handler);
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
after(() => server.close().closeAllConnections());
const page = new PageClient({ base_url: `http://127.0.0.1:${server.address().port}/hr` });

async function all(walk) {
  const processes = [];
  for await (const process of walk) {
    processes.push(process);
  }
  return processes;
}

/** Starts a process, and loses the answer. */
async function lost(actor) {
  await feishu.fault("start_process", "rst-after-applied");
  const error = await failure(feishu.client().startProcess({ flow_definition_id, actor }));
  assert.equal(error.effect, "unknown");
  return error;
}

/** Adds what it was not, each for one reason; modified now. */
async function others(initiator) {
  const added = [
    { initiator, detail: { flow_definition_id: "people_1_2" } },
    { initiator, flow_definition_id: "people_1_2" },
    { initiator, create_time: Date.now() - 60 * MINUTE },
    { initiator: feishu.users.stranger.open_id },
    { initiator: initiator === null ? open_id : null },
  ];
  return (await feishu.control("POST", "/processes", added)).process_ids;
}

test("the one that was started is listed and no other, for a page, too", async () => {
  for (const [actor, initiator] of [[{ open_id }, open_id], [SYSTEM, null]]) {
    const unlike = await others(initiator);
    const since = new Date();
    await lost(actor);
    for (const client of [feishu.client(), page]) {
      const known = (await feishu.log("get_process")).length;
      const [process, ...more] = await all(client.listStartCandidates({ flow_definition_id, actor, since }));
      assert.deepEqual([more, unlike.includes(process.process_id)], [[], false]);
      assert.deepEqual([process.flow_definition_id, process.initiator_id, process.status], [flow_definition_id, initiator, "in_progress"]);
      const read = (await feishu.log("get_process")).slice(known);
      assert.ok(read.length >= unlike.length - 1);
      assert.ok(actor === SYSTEM || read.every(({ query }) => query.includes("user_id_type=open_id")));
    }
    await feishu.control("POST", "/reset");
  }
});

test("the moment that the advice tells finds it, too", async () => {
  const { advice } = await lost(SYSTEM);
  assert.ok(advice.en.includes("listStartCandidates") && advice.zh.includes("listStartCandidates"));
  const since = Number(/modified since (\d+) /.exec(advice.en)[1]);
  assert.equal((await all(feishu.client().listStartCandidates({ flow_definition_id, actor: SYSTEM, since }))).length, 1);
});

test("what an answer does not have excludes nothing, and each is read as it is asked for", async () => {
  const detail = { flow_definition_id: null, initiator_id: null, create_time: null };
  const { process_ids } = await feishu.control("POST", "/processes", [{ detail }, { detail }, {}]);
  const walk = feishu.client().listStartCandidates({ flow_definition_id, actor: { union_id }, since: Date.now() - MINUTE });
  assert.equal((await feishu.log()).length, 0);
  const { value } = await walk.next();
  assert.equal((await feishu.log("get_process")).length, 1);
  const rest = await all(walk);
  assert.deepEqual(new Set([value, ...rest].map(({ process_id }) => process_id)), new Set(process_ids));
  assert.deepEqual(await walk.next(), { done: true, value: undefined });
});

test("steps that are asked for at once come one after another, and a walk that is left is over", async () => {
  await feishu.control("POST", "/processes", [{}, {}, {}]);
  const request = { flow_definition_id, actor: { open_id }, since: Date.now() - MINUTE };
  const walk = feishu.client().listStartCandidates(request);
  const steps = await Promise.all([walk.next(), walk.next(), walk.next(), walk.next()]);
  assert.deepEqual(steps.map(({ done }) => done), [false, false, false, true]);
  assert.equal(new Set(steps.slice(0, 3).map(({ value }) => value.process_id)).size, 3);
  const left = feishu.client().listStartCandidates(request);
  for await (const process of left) {
    assert.ok(process.process_id);
    break;
  }
  assert.deepEqual(await left.next(), { done: true, value: undefined });
});

test("a process that cannot be read is an error, and is read again", async () => {
  const { process_ids } = await feishu.control("POST", "/processes", [{}]);
  const answer = { status: 400, json: { code: 99992402, msg: "no" } };
  await feishu.control("POST", "/script", { steps: [{ on: "get_process", answer }] });
  const walk = feishu.client().listStartCandidates({ flow_definition_id, actor: { open_id }, since: Date.now() - MINUTE });
  assert.equal((await failure(walk.next())).operation, "get_process");
  assert.equal((await walk.next()).value.process_id, process_ids[0]);
  assert.equal((await feishu.log("list_processes")).length, 1);
});

test("its options are those of each request", async () => {
  const answered = (data) => ({ status: 200, json: { code: 0, data } });
  const steps = [
    { on: "list_processes", answer: answered({ process_ids: ["7"], has_more: false }) },
    { on: "get_process", answer: answered({ process_id: "7", status: 1 }) },
  ];
  await feishu.control("POST", "/script", { steps });
  const request = { flow_definition_id, actor: { open_id }, since: Date.now() - MINUTE };
  const heard = [];
  const onAnswer = ({ status }) => heard.push(status);
  const options = { token: "t-mine", request_id: "mine-1", headers: { "x-trace": "1" }, onAnswer };
  assert.equal((await all(feishu.client().listStartCandidates(request, options))).length, 1);
  const sent = await feishu.log();
  assert.deepEqual(sent.map(({ operation }) => operation), ["list_processes", "get_process"]);
  for (const { headers } of sent) {
    const values = Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));
    const told = [values.authorization, values["oapi-sdk-request-id"], values["x-trace"]];
    assert.deepEqual(told, ["Bearer t-mine", "mine-1", "1"]);
  }
  assert.deepEqual(heard, [200, 200]);
});

test("its deadline is that of each request", async () => {
  await feishu.control("POST", "/processes", [{}]);
  const request = { flow_definition_id, actor: { open_id }, since: Date.now() - MINUTE };
  for (const operation of ["list_processes", "get_process"]) {
    await feishu.fault(operation, "timeout-not-applied", { times: 0 });
    // The default, two minutes, would leave time for several.
    const error = await failure(feishu.client().listStartCandidates(request, { deadline: 4_000 }).next());
    assert.deepEqual([error.operation, error.attempts], [operation, 1]);
    await feishu.control("DELETE", "/faults");
  }
});

test("an abort ends it, and nothing is sent any more", async () => {
  await feishu.control("POST", "/processes", [{}]);
  await feishu.fault("get_process", "timeout-not-applied", { times: 0 });
  const controller = new AbortController();
  const request = { flow_definition_id, actor: { open_id }, since: Date.now() - MINUTE };
  const step = failure(feishu.client().listStartCandidates(request, { signal: controller.signal }).next());
  await eventually(async () => (await feishu.log("get_process")).length === 1);
  controller.abort();
  assert.deepEqual([(await step).kind, (await feishu.log("get_process")).length], ["cancelled", 1]);
});

test("what is wrong is refused by name, and nothing is sent", async () => {
  const since = Date.now();
  const good = { flow_definition_id, actor: SYSTEM, since };
  for (const [wrong, ...fields] of [
    [{ flow_definition_id: "", actor: { open_id: "a b" }, since: 5 }, "flow_definition_id", "initiator_id", "since"],
    [{ ...good, since: since + 60 * MINUTE }, "since"],
    [{ ...good, since: "2026-01-01" }, "since"],
    [{ ...good, since: undefined }, "since"],
    [{ ...good, actor: undefined }, "actor"],
    [{ ...good, actor: { open_id, union_id } }, "actor"],
    [{ ...good, statuses: [] }, "statuses"],
    [null, "request"],
  ]) {
    const error = await failure(feishu.client().listStartCandidates(wrong).next());
    assert.equal(error.operation, "list_start_candidates");
    assert.ok(fields.every((field, index) => error.problems[index].field === field), error.message);
  }
  const options = await failure(feishu.client().listStartCandidates(good, { signal: 5 }).next());
  assert.equal(options.problems[0].field, "signal");
  assert.equal((await feishu.log()).length, 0);
});
