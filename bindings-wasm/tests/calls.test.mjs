// What the methods do against a Feishu that behaves, and what they make of one that does not.

import assert from "node:assert/strict";
import test from "node:test";

import * as corehr from "feishu-corehr";

import { Client as PageClient } from "../node_modules/feishu-corehr/web/browser.js";
import { methodOf, Runner } from "../shim.mjs";

import { failure, sandbox, SYSTEM, thrown } from "./sandbox.mjs";

const { isFeishuError, operations } = corehr;

const feishu = await sandbox();
const { running, completed, rich, running_administered: administered } = feishu.processes;

test("a running process is withdrawn, and the answer says by whom", async () => {
  const done = await feishu.client().withdrawProcess({ process_id: running, actor: SYSTEM, reason: "重复" });
  assert.deepEqual(
    { ...done, log_id: typeof done.log_id },
    { process_id: running, attribution: "ours", attempts: 1, resent_unread: false, log_id: "string" },
  );
  const [sent] = await feishu.log("withdraw_process");
  assert.equal(sent.applied, true);
  assert.deepEqual(JSON.parse(sent.body), { reason: "重复", system_user: true });
});

test("a user may act, by an id of any kind", async () => {
  const [user] = Object.values(feishu.users);
  for (const kind of Object.keys(user).filter((kind) => kind.endsWith("id"))) {
    await feishu.client().withdrawProcess({ process_id: administered, actor: { [kind]: user[kind] } }).catch(() => 0);
    const sent = (await feishu.log("withdraw_process")).at(-1);
    assert.equal(JSON.parse(sent.body).user_id, user[kind]);
    assert.match(sent.query, new RegExp(`user_id_type=${kind}`));
  }
});

test("a process is read with its numbers and with what this version does not know", async () => {
  const process_ = await feishu.client().getProcess({ process_id: rich });
  assert.equal(process_.status, "in_progress");
  assert.equal(process_.status_number, 1);
  assert.equal(process_.process_id, rich);
  assert.equal(typeof process_.create_time, "number");
  assert.equal(JSON.parse(process_.raw).process_id, rich);
  assert.ok(process_.todos.length > 0);
});

test("user_id_type reaches the server", async () => {
  await feishu.client().getProcess({ process_id: rich, user_id_type: "union_id" });
  assert.match((await feishu.log("get_process"))[0].query, /user_id_type=union_id/);
});

test("a process that is not running any more is an error with the status", async () => {
  const error = await failure(feishu.client().withdrawProcess({ process_id: completed, actor: SYSTEM }));
  assert.equal(error.name, "FeishuError");
  assert.ok(error instanceof Error && isFeishuError(error) && !isFeishuError(new Error()) && !isFeishuError(null));
  assert.deepEqual(
    [error.kind, error.effect, error.code, error.http_status, error.status, error.retryable, error.operation],
    ["not_withdrawable", "none", 1161006, 400, 9, false, "withdraw_process"],
  );
  assert.match(error.message, /its status is 9 \(completed\).*log id /);
  assert.match(error.advice.zh, /流程/);
  assert.equal(typeof error.log_id, "string");
  assert.match(error.stack, /^FeishuError: withdraw_process/);
  assert.equal(JSON.parse(JSON.stringify(error)).kind, "not_withdrawable");
});

for (const [fault, attribution, requests] of [
  ["rst-after-applied", "presumed", 1],
  ["eof-after-applied", "presumed", 1],
  ["rst-after-request-not-applied", "ours", 2],
  ["500-before", "ours", 2],
  ["504-after", "presumed", 1],
  ["captive-html-200", "ours", 2],
  ["bad-json", "ours", 2],
  ["depth-100000", "ours", 2],
  ["eof-in-body", undefined, undefined],
  ["cl-conflict", undefined, undefined],
  ["99991663-http400", "ours", 2],
]) {
  test(`a withdrawal survives ${fault}`, async () => {
    await feishu.fault("withdraw_process", fault);
    const done = await feishu.client().withdrawProcess({ process_id: running, actor: SYSTEM });
    const sent = await feishu.log("withdraw_process");
    assert.equal(sent.filter((entry) => entry.applied).length, 1);
    if (attribution !== undefined) {
      assert.deepEqual([done.attribution, sent.length], [attribution, requests]);
    }
  });
}

test("without a read-back, what is unknown stays unknown", async () => {
  await feishu.fault("withdraw_process", "rst-after-applied");
  const error = await failure(
    feishu.client().withdrawProcess({ process_id: running, actor: SYSTEM }, { read_back: "never" }),
  );
  assert.deepEqual([error.kind, error.effect], ["disconnected", "unknown"]);
  assert.equal((await feishu.log("get_process")).length, 0);
});

test("where reading is forbidden, `required` stops and `best_effort` says that it sent again unread", async () => {
  await feishu.fault("withdraw_process", "500-before", { times: 2 });
  await feishu.fault("get_process", "verify-forbidden", { times: 0 }).catch(() =>
    feishu.fault("get_process", "99991672", { times: 0 }),
  );
  const call = (read_back) => feishu.client().withdrawProcess({ process_id: running, actor: SYSTEM }, { read_back });
  const error = await failure(call("required"));
  assert.equal(error.effect, "unknown");
  const done = await call("best_effort");
  assert.equal(done.resent_unread, true);
});

test("`check_first` reads before it writes, and refuses", async () => {
  const client = feishu.client();
  const error = await failure(client.withdrawProcess({ process_id: completed, actor: SYSTEM }, { check_first: true }));
  assert.deepEqual([error.kind, error.status, error.effect, error.attempts], ["not_withdrawable", 9, "none", 0]);
  assert.equal((await failure(client.revokeProcess({ process_id: running, actor: SYSTEM }, { check_first: true }))).kind, "not_revocable");
  assert.equal((await feishu.log("get_process")).length, 2);
  assert.equal((await feishu.log("withdraw_process")).length + (await feishu.log("revoke_process")).length, 0);
  assert.equal((await client.withdrawProcess({ process_id: running, actor: SYSTEM }, { check_first: true })).attribution, "ours");
});

test("what is done already is a success, or an error by option", async () => {
  const client = feishu.client();
  await client.withdrawProcess({ process_id: running, actor: SYSTEM });
  await client.revokeProcess({ process_id: completed, actor: SYSTEM });
  const withdraw = (already_withdrawn) => client.withdrawProcess({ process_id: running, actor: SYSTEM }, { already_withdrawn });
  const revoke = (already_revoked) => client.revokeProcess({ process_id: completed, actor: SYSTEM }, { already_revoked });
  assert.deepEqual([(await withdraw("success")).attribution, (await revoke("success")).attribution], ["unattributed", "unattributed"]);
  const [one, other] = [await failure(withdraw("error")), await failure(revoke("error"))];
  assert.deepEqual([one.kind, one.status, other.kind], ["not_withdrawable", 4, "not_revocable"]);
});

test("hostile ids are refused before anything is sent", async () => {
  for (const process_id of ["", ".", "..", "a/b", "a?b", "a#b", "%2e", "a b", "a\r\nb", "\0", "7".repeat(129), "\ud800"]) {
    const error = await failure(feishu.client().withdrawProcess({ process_id, actor: SYSTEM }));
    assert.equal(error.kind, "invalid_argument", JSON.stringify(process_id));
    assert.equal(error.problems[0].field, "process_id");
  }
  assert.equal((await feishu.log()).length, 0);
});

test("a reason of 501 characters is refused, one of 500 is sent", async () => {
  const client = feishu.client();
  const error = await failure(client.withdrawProcess({ process_id: running, actor: SYSTEM, reason: "字".repeat(501) }));
  assert.match(error.message, /`reason` has 501 characters; the server takes 500/);
  await client.withdrawProcess({ process_id: running, actor: SYSTEM, reason: "😀".repeat(500) });
});

test("wrong, missing and unknown fields stand together in one error", async () => {
  const error = await failure(
    feishu.client().withdrawProcess({ process_idd: "7", actor: { open_id: "a", user_id: "b" }, reason: 7 }, { tokn: "x" }),
  );
  assert.deepEqual(error.problems.map((problem) => problem.field).sort(), [
    "actor",
    "process_id",
    "process_idd",
    "reason",
    "tokn",
  ]);
  assert.deepEqual([error.kind, error.effect], ["invalid_argument", "none"]);
});

test("what JSON would drop in silence is refused", async () => {
  const client = feishu.client();
  for (const reason of [() => "x", Symbol("x"), 7n, NaN, Infinity, new Map(), ["x"], true]) {
    const error = await failure(client.withdrawProcess({ process_id: running, actor: SYSTEM, reason }));
    assert.deepEqual([error.kind, error.problems[0].field], ["invalid_argument", "reason"], String(reason));
  }
  const circle = {};
  circle.circle = circle;
  for (const request of [undefined, null, 7, "x", [], circle, () => 0, 7n]) {
    const error = await failure(client.withdrawProcess(request));
    assert.equal(error.kind, "invalid_argument");
  }
  for (const actor of [undefined, null, {}, "system", { system: false }, { system: true, open_id: "a" }, { email: "a" }]) {
    const error = await failure(client.withdrawProcess({ process_id: running, actor }));
    assert.equal(error.problems[0].field, "actor");
  }
  assert.equal((await feishu.log()).length, 0);
});

test("no secret is shown by an error, a client or an inspected object", async () => {
  const { inspect } = await import("node:util");
  const client = feishu.client({ app_secret: "canary-secret" });
  const error = await failure(client.withdrawProcess({ process_id: running, actor: SYSTEM }));
  assert.equal(error.kind, "bad_credentials");
  const more = await failure(client.withdrawProcess({ process_id: running, actor: SYSTEM }, { token: ["canary-secret"] }));
  for (const shown of [error, more, client]) {
    assert.doesNotMatch(`${inspect(shown, { depth: 9 })} ${JSON.stringify(shown)} ${String(shown.stack)}`, /canary-secret/);
  }
});

test("every operation of the list has a method on every client, and what is none is told with the names that there are", async () => {
  const client = feishu.client();
  assert.ok(operations().length >= 3);
  for (const operation of operations()) {
    assert.equal(typeof client[methodOf(operation)], "function", operation);
    assert.equal(typeof new PageClient({ base_url: "https://hr.example" })[methodOf(operation)], "function", operation);
    // The method calls this operation, and no other one: what is wrong with nothing at all is told with its name.
    const call = client[methodOf(operation)]({});
    const error = await failure(Symbol.asyncIterator in call ? call.next() : call);
    assert.deepEqual([error.kind, error.operation], ["invalid_argument", operation]);
  }
  for (const name of ["withdrawProcess", "withdraw_proces", "tenant_access_token", "__proto__", "", undefined]) {
    const told = `is not one of ${operations().join(", ")}`;
    for (const ask of [() => client.request(name, {}), () => corehr.decodeReply(name, { status: 200 })]) {
      assert.deepEqual(thrown(ask).problems, [{ field: "operation", rule: told }], String(name));
    }
    assert.equal(corehr.explain(name, 99991400), null);
    const runner = new Runner(corehr);
    const options = { token: () => "t-x", transport: () => ({ status: 200 }) };
    await assert.rejects(runner.performed(options, [{ operation: name, request: {}, options: {} }]), /no operation/);
  }
});

test("what is unknown is settled from a moment on", async () => {
  const client = feishu.client();
  const since = new Date(Date.now() - 200_000);
  assert.equal((await client.settle({ process_id: running, since })).settled, "not_done");
  await client.withdrawProcess({ process_id: running, actor: SYSTEM });
  const { settled, status, process_id } = await client.settle({ process_id: running, since: 1_700_000_000_000, goal: "withdrawn" });
  assert.deepEqual([settled, status, process_id], ["done", "withdrawn", running]);
});
