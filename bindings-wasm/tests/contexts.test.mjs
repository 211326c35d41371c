// AsyncLocalStorage: whatever the package calls for a call runs in the context in which that call was made.

import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import test from "node:test";

import { Client } from "feishu-corehr";

import { pause, sandbox, SYSTEM } from "./sandbox.mjs";

const feishu = await sandbox();
const { running } = feishu.processes;
const who = new AsyncLocalStorage();
const token = { code: 0, tenant_access_token: "t-1", expire: 7_200 };
const answer = (body, more = {}) => ({ status: 200, ...more, body: JSON.stringify(body) });

/** Each person makes these calls in a context of their own; what was called in another one than its own. */
async function mixedUp(people, act) {
  const wrong = [];
  await Promise.all(
    Array.from({ length: people }, (_, index) => {
      const name = `person-${index}`;
      const note = (place) => who.getStore() !== name && wrong.push(`${place} for ${name} as ${who.getStore()}`);
      return who.run(name, () => act(name, index, note));
    }),
  );
  return wrong;
}

const personOf = (url) => decodeURIComponent(/person-\d+/.exec(url)?.[0] ?? "");

test("a token function, a transport and a hook of many calls at once see who each call is for", async () => {
  const seen = [];
  const client = new Client({
    token: async () => {
      await pause(Math.random() * 5);
      return `t-${who.getStore()}`;
    },
    transport: async ({ url, headers }) => {
      seen.push([personOf(url), who.getStore(), Object.fromEntries(headers).authorization]);
      await pause(Math.random() * 5);
      return answer({ code: 0, data: {} });
    },
    onAttempt: () => seen.push([who.getStore(), who.getStore(), `Bearer t-${who.getStore()}`]),
  });
  const wrong = await mixedUp(40, async (name, _, note) => {
    await client.withdrawProcess({ process_id: name, actor: SYSTEM });
    note("the end");
  });
  assert.deepEqual(wrong, []);
  assert.equal(seen.length, 120);
  for (const [asked, store, authorization] of seen) {
    assert.deepEqual([store, authorization], [asked, `Bearer t-${asked}`]);
  }
});

test("calls that share one token fetch run in their own contexts after it", async () => {
  const seen = [];
  let fetches = 0;
  const client = new Client({
    app_id: "cli_a",
    app_secret: "s",
    transport: async ({ url, sensitive_body }) => {
      if (sensitive_body) {
        fetches += 1;
        await pause(20);
        return answer(token);
      }
      seen.push([personOf(url), who.getStore()]);
      return answer({ code: 0, data: {} });
    },
    onAttempt: ({ operation }) => operation === "withdraw_process" && seen.push([who.getStore(), who.getStore()]),
  });
  const wrong = await mixedUp(20, async (name, _, note) => {
    await client.withdrawProcess({ process_id: name, actor: SYSTEM });
    note("the end");
  });
  assert.deepEqual([wrong, fetches, seen.length], [[], 1, 60]);
  assert.ok(seen.every(([asked, store]) => asked === store), JSON.stringify(seen));
  assert.equal(new Set(seen.map(([, store]) => store)).size, 20);
});

test("a waiter that takes over the fetch of a call that was stopped makes it in its own context", async () => {
  const fetchers = [];
  const controller = new AbortController();
  const client = new Client({
    app_id: "cli_a",
    app_secret: "s",
    transport: async ({ sensitive_body }) => {
      if (!sensitive_body) {
        return answer({ code: 0, data: {} });
      }
      fetchers.push(who.getStore());
      return fetchers.length === 1 ? new Promise(() => undefined) : answer(token);
    },
  });
  const request = { process_id: "7", actor: SYSTEM };
  const first = who.run("first", () => client.withdrawProcess(request, { signal: controller.signal }).catch(() => who.getStore()));
  const second = who.run("second", () => client.withdrawProcess(request).then(() => who.getStore()));
  await pause(20);
  who.run("a third one", () => controller.abort());
  assert.deepEqual(await Promise.all([first, second]), ["first", "second"]);
  assert.deepEqual(fetchers, ["first", "second"]);
});

test("calls that wait for a turn, are throttled, or read what was lost, go on in their own contexts", async () => {
  const seen = [];
  const tries = new Map();
  const client = new Client({
    token: () => `t-${who.getStore()}`,
    quotas: { withdraw_process: { calls: 3, window_ms: 50 }, get_process: { calls: 100, window_ms: 50 } },
    transport: async ({ method, url, headers }) => {
      const asked = personOf(url);
      seen.push([asked, who.getStore(), Object.fromEntries(headers).authorization]);
      tries.set(asked, (tries.get(asked) ?? 0) + 1);
      if (method === "GET") {
        return answer({ code: 0, data: { process_id: asked, status: 4 } });
      }
      if (tries.get(asked) === 1 && Number(asked.slice(7)) % 3 === 0) {
        return answer({ code: 99991400, msg: "slow down" }, { status: 429, headers: { "x-ogw-ratelimit-reset": "1" } });
      }
      return Number(asked.slice(7)) % 3 === 1 ? { status: 500, body: "" } : answer({ code: 0, data: {} });
    },
    onAttempt: () => seen.push([who.getStore(), who.getStore(), `Bearer t-${who.getStore()}`]),
  });
  const wrong = await mixedUp(12, async (name, _, note) => {
    await client.withdrawProcess({ process_id: name, actor: SYSTEM });
    note("the end");
  });
  assert.deepEqual(wrong, []);
  for (const [asked, store, authorization] of seen) {
    assert.deepEqual([store, authorization], [asked, `Bearer t-${asked}`]);
  }
});

test("the built-in transport, its deadlines and its shared connections keep contexts apart", async () => {
  const seen = [];
  const client = feishu.client({ onAttempt: ({ operation }) => operation === "get_process" && seen.push(who.getStore()) });
  // The token is there already: what each call has time for is its own request.
  await client.getProcess({ process_id: running });
  seen.length = 0;
  await feishu.fault("get_process", "timeout-not-applied", { times: 3 });
  const wrong = await mixedUp(12, async (name, index, note) => {
    for (let round = 0; round < 2; round += 1) {
      await client.getProcess({ process_id: running }, { deadline: 5_000 + 100 * index }).catch(() => undefined);
      note("the end");
    }
  });
  assert.deepEqual(wrong, []);
  assert.equal(new Set(seen).size, 12);
});

test("a walk asks for each page in the context of the step that wants it", async () => {
  const seen = [];
  let page = 0;
  const client = new Client({
    token: () => "t-x",
    transport: () => {
      seen.push(who.getStore());
      page += 1;
      return answer({ code: 0, data: { process_ids: [String(page)], has_more: true, page_token: `p${page}` } });
    },
  });
  const walk = client.listProcesses({ modify_time_from: 0, modify_time_to: 1 });
  await Promise.all(["a", "b", "c"].map((name) => who.run(name, () => walk.next())));
  assert.deepEqual(seen, ["a", "b", "c"]);
});
