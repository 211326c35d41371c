// A trap in the module: its clients are dead and say so, nothing hangs, and a new client works.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import test from "node:test";

import { eventually, failure, sandbox, SYSTEM, thrown } from "./sandbox.mjs";

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
  assert.equal((await failure(client.getProcess({ process_id: running }))).kind, "transport");
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
