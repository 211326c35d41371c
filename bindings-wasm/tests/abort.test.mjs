// AbortSignal: it stops requests, pauses and waits, and the error tells the effect.

import assert from "node:assert/strict";
import test from "node:test";

import { eventually, failure, pause, sandbox, SYSTEM } from "./sandbox.mjs";

const feishu = await sandbox();
const { running } = feishu.processes;
const request = { process_id: running, actor: SYSTEM };

test("an abort in flight closes the socket, and the effect is unknown", async () => {
  await feishu.fault("withdraw_process", "timeout-not-applied");
  const controller = new AbortController();
  const call = failure(feishu.client().withdrawProcess(request, { signal: controller.signal }));
  await eventually(async () => (await feishu.log("withdraw_process")).length === 1);
  const reason = new Error("the user has left");
  controller.abort(reason);
  const error = await call;
  assert.deepEqual([error.kind, error.effect, error.cause], ["cancelled", "unknown", reason]);
  await eventually(async () => (await feishu.log("withdraw_process"))[0].client_closed_at_ms != null);
  await pause(300);
  assert.equal((await feishu.log()).filter((sent) => sent.operation !== "token").length, 1);
});

/** A client, and what resolves as soon as it has seen its withdrawal answered. */
function observed() {
  const { promise, resolve } = withResolvers();
  const onAttempt = ({ operation, phase }) => operation === "withdraw_process" && phase === "ended" && resolve();
  return { client: feishu.client({ onAttempt }), answered: promise };
}

function withResolvers() {
  let resolve;
  const promise = new Promise((settle) => (resolve = settle));
  return { promise, resolve };
}

test("an abort in a pause ends it at once, and nothing is sent any more", async () => {
  const answer = { status: 429, headers: { "x-ogw-ratelimit-reset": "30" }, json: { code: 99991400, msg: "slow down" } };
  await feishu.control("POST", "/script", { steps: [{ on: "withdraw_process", answer }] });
  const controller = new AbortController();
  const { client, answered } = observed();
  const call = failure(client.withdrawProcess(request, { signal: controller.signal }));
  await answered;
  controller.abort();
  const error = await call;
  assert.deepEqual([error.kind, error.effect, error.attempts], ["cancelled", "none", 1]);
  assert.equal((await feishu.log("withdraw_process")).length, 1);
});

test("after a lost answer, an abort in the pause says unknown", async () => {
  await feishu.fault("withdraw_process", "503-retry-after-1");
  const controller = new AbortController();
  const { client, answered } = observed();
  const call = failure(client.withdrawProcess(request, { signal: controller.signal }));
  await answered;
  controller.abort();
  const error = await call;
  assert.deepEqual([error.kind, error.effect], ["cancelled", "unknown"]);
});

test("a signal that was aborted before sends nothing", async () => {
  const error = await failure(feishu.client().withdrawProcess(request, { signal: AbortSignal.abort() }));
  assert.deepEqual([error.kind, error.effect], ["cancelled", "none"]);
  assert.equal((await feishu.log()).length, 0);
});

test("AbortSignal.timeout works, and a signal may serve many calls", async () => {
  await feishu.fault("get_process", "timeout-not-applied", { times: 0 });
  const signal = AbortSignal.timeout(200);
  const client = feishu.client();
  const errors = await Promise.all(
    Array.from({ length: 20 }, () => failure(client.getProcess({ process_id: running }, { signal }))),
  );
  assert.deepEqual(new Set(errors.map((error) => `${error.kind} ${error.effect} ${error.cause.name}`)), new Set(["cancelled none TimeoutError"]));
});

test("the holder of the token flight may be aborted: a waiter takes over", async () => {
  await feishu.fault("token", "slow-token", { ms: 40_000 });
  const client = feishu.client();
  const controller = new AbortController();
  const first = failure(client.getProcess({ process_id: running }, { signal: controller.signal }));
  const others = Array.from({ length: 8 }, () => client.getProcess({ process_id: running }));
  await eventually(async () => (await feishu.log("token")).length === 1);
  const started = performance.now();
  controller.abort();
  assert.equal((await first).kind, "cancelled");
  await Promise.all(others);
  assert.ok(performance.now() - started < 30_000);
  assert.equal((await feishu.log("token")).length, 2);
});

test("an abort stops a walk through a list", async () => {
  await feishu.fault("list_processes", "timeout-not-applied");
  const controller = new AbortController();
  const walk = feishu
    .client()
    .listProcesses({ modify_time_from: 0, modify_time_to: 1_000 }, { signal: controller.signal });
  const step = failure(walk.next());
  await eventually(async () => (await feishu.log("list_processes")).length === 1);
  controller.abort();
  assert.equal((await step).kind, "cancelled");
});

test("listeners do not pile up on a signal", async () => {
  const { getEventListeners } = await import("node:events");
  const { signal } = new AbortController();
  const client = feishu.client();
  for (let round = 0; round < 20; round += 1) {
    await client.getProcess({ process_id: running }, { signal });
  }
  assert.equal(getEventListeners(signal, "abort").length, 0);
});

test("waiting for a process stops in its pause", async () => {
  const controller = new AbortController();
  const onAttempt = ({ operation, phase }) => operation === "get_process" && phase === "ended" && controller.abort();
  const client = feishu.client({ onAttempt });
  const error = await failure(client.waitFor({ process_id: running }, { signal: controller.signal }));
  assert.deepEqual([error.kind, error.effect, error.operation, error.status], ["cancelled", "none", "wait_for", 1]);
  assert.equal((await feishu.log("get_process")).length, 1);
});

test("waiting for a process has a `timeout` and no `deadline`", async () => {
  const error = await failure(feishu.client().waitFor({ process_id: running }, { deadline: 5 }));
  assert.deepEqual(error.problems.map(({ field }) => field), ["deadline"]);
  assert.throws(() => feishu.client().request("wait_for", { process_id: running }), { kind: "invalid_argument" });
});
