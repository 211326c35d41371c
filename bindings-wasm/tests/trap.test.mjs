// A trap in the module: its clients are dead and say so, nothing hangs, and a new client works.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import test from "node:test";

import { Client, decodeReply, explain } from "feishu-corehr";

import { eventually, failure, pause, sandbox, SYSTEM, thrown } from "./sandbox.mjs";

const feishu = await sandbox();
const { running } = feishu.processes;
const require = createRequire(import.meta.url);
const internal = (name) => require(`../node_modules/feishu-corehr/node/${name}.js`);

test("a trap ends every call in flight with effect unknown, and later calls at once", async () => {
  await feishu.fault("withdraw_process", "timeout-not-applied", { times: 0 });
  const client = feishu.client();
  const walk = client.listProcesses({ modify_time_from: 0, modify_time_to: Date.now(), page_size: 1 });
  await walk.next();
  const flying = failure(client.withdrawProcess({ process_id: running, actor: SYSTEM }));
  await eventually(async () => (await feishu.log("withdraw_process")).length === 1);

  const { instance } = internal("instance");
  const cause = new WebAssembly.RuntimeError("unreachable");
  const told = thrown(() =>
    instance().enter(() => {
      throw cause;
    }),
  );
  assert.equal(told.cause, cause);

  const error = await flying;
  assert.deepEqual([error.name, error.kind, error.effect, error.cause], ["FeishuError", "transport", "unknown", cause]);
  assert.match(error.message, /make a new client/);
  for (const act of [() => client.getProcess({ process_id: running }), () => walk.next()]) {
    const later = await failure(act());
    assert.deepEqual([later.kind, later.effect, later.cause], ["transport", "none", cause]);
  }
  assert.equal(thrown(() => client.request("get_process", { process_id: "7" })).kind, "transport");
  await client.close();

  await feishu.control("POST", "/reset");
  const fresh = feishu.client();
  assert.equal((await fresh.withdrawProcess({ process_id: running, actor: SYSTEM })).attribution, "ours");
  assert.match((await failure(client.getProcess({ process_id: running }))).message, /the client is closed/);
});

test("a trap ends a call that has sent nothing, or has only read, without effect", async () => {
  const { instance } = internal("instance");
  const never = () => new Promise(() => undefined);
  const read = new Client({ token: () => "t-x", transport: never });
  const unsent = new Client({ token: never, transport: never });
  const calls = [failure(read.getProcess({ process_id: "7" })), failure(unsent.withdrawProcess({ process_id: "7", actor: SYSTEM }))];
  await pause(20);
  thrown(() => instance().enter(() => assert.fail("a trap")));
  const told = (await Promise.all(calls)).map((error) => [error.operation, error.kind, error.effect]);
  assert.deepEqual(told, [["get_process", "transport", "none"], ["withdraw_process", "transport", "none"]]);
});

test("calls in flight end when the program's own recursion overflows the stack, wherever it is hit", async () => {
  const client = feishu.client({ token: () => "t-x", transport: () => new Promise(() => undefined) });
  // Each of these enters the module while next to nothing is left of the stack.
  let controller;
  const entries = [
    () => client.request("get_process", { process_id: "7" }),
    () => void client.getProcess({ process_id: "7" }).catch(() => undefined),
    () => controller.abort(),
    () => new Client({ token: () => "t-x", transport: () => undefined }),
    () => decodeReply("get_process", { status: 200, body: "{}" }),
    () => explain("get_process", 7),
    () => void client.listProcesses({ modify_time_from: 0, modify_time_to: 1 }).next().catch(() => undefined),
  ];
  for (const enter of entries) {
    controller = new AbortController();
    let isSent = false;
    const fresh = feishu.client({ token: () => "t-x", transport: () => ((isSent = true), new Promise(() => undefined)) });
    const call = failure(
      fresh.withdrawProcess({ process_id: "7", actor: SYSTEM }, { deadline: 2_000, read_back: "never", signal: controller.signal }),
    );
    await eventually(() => isSent);
    const dive = () => {
      try {
        dive();
      } catch (overflow) {
        try {
          enter();
        } catch {
          // What the program makes of it is its own matter.
        }
        throw overflow;
      }
    };
    thrown(dive);
    assert.equal((await call).effect, "unknown", String(enter));
  }
  const fresh = feishu.client();
  assert.equal((await fresh.getProcess({ process_id: running })).process_id, running);
});

test("what a caller's object throws while it is read is no trap", async () => {
  const hostile = { toString: () => assert.fail("canary") };
  const client = feishu.client();
  await client.getProcess({ process_id: running });
  for (const act of [
    () => explain(hostile, 1),
    () => explain("get_process", { valueOf: () => assert.fail("canary") }),
    () => decodeReply(hostile, { status: 200 }),
    () => client.request(hostile, { process_id: "7" }),
    () => client.request("get_process", { get process_id() { return assert.fail("canary"); } }),
  ]) {
    thrown(act);
  }
  const withGetter = { get process_id() { throw new RangeError("canary"); } };
  assert.equal((await failure(client.getProcess(withGetter))).kind, "invalid_argument");
  const callbacks = { token: () => { throw new RangeError("canary"); }, transport: () => { throw new RangeError("canary"); } };
  assert.equal((await failure(new Client(callbacks).getProcess({ process_id: "7" }))).kind, "token_source");
  const hook = () => { throw new RangeError("canary"); };
  const answers = { token: () => "t-x", transport: callbacks.transport, onAttempt: hook, deadline: 2_000 };
  assert.equal((await failure(new Client(answers).withdrawProcess({ process_id: "7", actor: SYSTEM }))).effect, "unknown");
  assert.equal((await client.getProcess({ process_id: running })).process_id, running);
});

test("a real stack overflow inside the module is a trap like any other", async () => {
  const client = feishu.client();
  await client.getProcess({ process_id: running });
  let error;
  const dive = () => {
    try {
      dive();
    } catch (overflow) {
      try {
        client.request("get_process", { process_id: "7" });
      } catch (inner) {
        error ??= inner;
      }
      throw overflow;
    }
  };
  thrown(dive);
  // Whether it was hit within the module or before it, the package answers with its own errors and works on.
  const fresh = feishu.client();
  assert.equal((await fresh.getProcess({ process_id: running })).process_id, running);
  assert.ok(error === undefined || error instanceof Error);
});

test("many calls do not grow the module's memory", async () => {
  const core = internal("core");
  const client = feishu.client({ token: () => "t-x", transport: () => ({ status: 200, body: '{"code":0,"data":{}}' }) });
  const memory = () => core.initSync().memory.buffer.byteLength;
  const round = async (count) => {
    for (let call = 0; call < count; call += 1) {
      await client.getProcess({ process_id: "7" }).catch(() => undefined);
    }
  };
  await round(300);
  const before = memory();
  await round(600);
  assert.ok(memory() - before <= 2 * 65_536);
});
