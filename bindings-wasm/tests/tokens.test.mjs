// Tokens: one request for many calls, and a token function that may do anything.

import assert from "node:assert/strict";
import test from "node:test";

import { failure, sandbox, SYSTEM } from "./sandbox.mjs";

const feishu = await sandbox();
const { running } = feishu.processes;
const request = { process_id: running, actor: SYSTEM };

async function freshToken() {
  const answer = await fetch(`${feishu.http}/open-apis/auth/v3/tenant_access_token/internal`, {
    method: "POST",
    headers: { "content-type": "application/json; charset=utf-8" },
    body: JSON.stringify({ app_id: feishu.app_id, app_secret: feishu.app_secret }),
  });
  return (await answer.json()).tenant_access_token;
}

test("64 cold calls make one token request", async () => {
  const client = feishu.client();
  await Promise.all(Array.from({ length: 64 }, () => client.getProcess({ process_id: running })));
  assert.equal((await feishu.log("token")).length, 1);
  assert.equal((await feishu.log("get_process")).length, 64);
});

test("64 calls whose token was revoked make one more", async () => {
  const client = feishu.client();
  await client.getProcess({ process_id: running });
  await feishu.control("POST", "/tokens/revoke", {});
  await Promise.all(Array.from({ length: 64 }, () => client.getProcess({ process_id: running })));
  assert.equal((await feishu.log("token")).length, 2);
});

test("a token function is asked once per call, and told when its token was refused", async () => {
  const hints = [];
  const good = await freshToken();
  const client = feishu.client({
    token: async ({ refused, signal }) => {
      hints.push([refused, signal instanceof AbortSignal]);
      return refused ? good : "t-stale";
    },
  });
  assert.equal((await client.withdrawProcess(request)).attribution, "ours");
  assert.deepEqual(hints, [
    [false, true],
    [true, true],
  ]);
});

test("a token function need not be async", async () => {
  const good = await freshToken();
  assert.equal((await feishu.client({ token: () => good }).withdrawProcess(request)).attribution, "ours");
});

test("a token function that throws or returns rubbish is a clear error without a secret", async () => {
  const thrown = new RangeError("canary");
  for (const [token, text] of [
    [() => Promise.reject(thrown), "RangeError"],
    [() => { throw thrown; }, "RangeError"],
    [() => Promise.reject("canary"), "string"],
    [() => undefined, "TypeError"],
    [() => null, "TypeError"],
    [() => 7, "TypeError"],
    [() => ({ token: "canary" }), "TypeError"],
    [() => "", "empty"],
    [() => "canary with a space", ""],
    [() => "canary\r\nx: y", ""],
    [() => "canaryé", ""],
    [() => "canary".repeat(2_000), ""],
  ]) {
    const error = await failure(feishu.client({ token }).withdrawProcess(request));
    assert.deepEqual([error.kind, error.effect], ["token_source", "none"], String(token));
    assert.match(error.message, new RegExp(text));
    assert.doesNotMatch(error.message + JSON.stringify(error), /canary/);
  }
  assert.equal((await feishu.log()).length, 0);
  const error = await failure(feishu.client({ token: () => Promise.reject(thrown) }).withdrawProcess(request));
  assert.equal(error.cause, thrown);
});

test("a token function that never answers ends with the call's deadline, and is told", async () => {
  const heard = [];
  const token = ({ signal }) => {
    heard.push(signal);
    return new Promise(() => undefined);
  };
  // One that has the time which a token may take, and began earlier, goes on.
  const controller = new AbortController();
  let isOver = false;
  const longer = feishu.client({ token }).withdrawProcess(request, { signal: controller.signal });
  const over = longer.catch(() => (isOver = true));
  const error = await failure(feishu.client({ token }).withdrawProcess(request, { deadline: 2_000 }));
  assert.deepEqual([error.effect, heard.map(({ aborted }) => aborted), isOver], ["none", [false, true], false]);
  controller.abort();
  await over;
});
