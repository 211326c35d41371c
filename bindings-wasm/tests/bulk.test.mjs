// Runs over many processes: results, totals, options, cancelling, contexts. What a file keeps is in journal/.

import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import test, { beforeEach } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { BulkRun, Client, isFeishuError } from "feishu-corehr";
import { Client as PageClient } from "../node_modules/feishu-corehr/web/browser.js";
import { Client as StandaloneClient } from "../node_modules/feishu-corehr/web/standalone.js";

import { collected, FAST, fieldsOf, many, unknown, writes } from "./many.mjs";
import { eventually, failure, sandbox, SYSTEM, thrown } from "./sandbox.mjs";

const feishu = await sandbox();
const actor = SYSTEM;
/** The sandbox forgets tokens with the rest: a client of each test's own. */
let client;
beforeEach(() => (client = feishu.client({ quotas: FAST })));
const answer = (body, more = {}) => ({ status: 200, ...more, body: JSON.stringify(body) });
const DONE = answer({ code: 0, data: {} });

test("every process is done once and told once", async () => {
  const ids = await many(feishu, 120);
  const finished = await many(feishu, 2, { status: 9 });
  const all = [...ids, ...finished];
  const run = client.withdrawProcesses(new Set([...all]), { actor });
  const { results, report } = await collected(run);
  assert.ok(run instanceof BulkRun);
  assert.deepEqual(results.map(({ position }) => position).sort((one, other) => one - other), [...all.keys()]);
  assert.ok(results.every(({ position, process_id }) => all[position] === process_id));
  assert.deepEqual([report.planned, report.doubled, report.ours, report.requests], [122, 0, 120, 122]);
  assert.deepEqual(report.not_withdrawable, [{ status: 9, count: 2 }]);
  assert.deepEqual([report.ended, report.reason, report.not_attempted, report.is_resumable], ["complete", null, 0, false]);
  assert.deepEqual((await writes(feishu)).sort(), [...all].sort());
  const { status } = await feishu.control("GET", `/processes/${ids[0]}`);
  assert.equal(status, 4);
  const twice = await collected(client.withdrawProcesses([finished[0], finished[1], finished[0]], { actor }));
  assert.deepEqual([twice.report.planned, twice.report.doubled], [2, 1]);
});

test("completed processes are revoked", async () => {
  const { results, report } = await collected(client.revokeProcesses(await many(feishu, 5, { status: 9 }), { actor }));
  assert.deepEqual([report.ours, new Set(results.map(({ outcome }) => outcome))], [5, new Set(["ours"])]);
});

test("a partial failure is a report", async () => {
  const ids = await many(feishu, 6);
  const [gone] = unknown(1);
  const { results, report } = await collected(client.withdrawProcesses([...ids, gone], { actor }));
  const refused = results.find(({ process_id }) => process_id === gone);
  assert.deepEqual([refused.outcome, refused.effect, refused.code], ["rejected", "none", 1160100]);
  assert.ok(refused.advice.en && refused.log_id);
  assert.deepEqual([report.ours, report.rejected], [6, [{ code: 1160100, count: 1 }]]);
});

test("a lost answer is read back and told as presumed, or not where that is not wanted", async () => {
  await feishu.fault("withdraw_process", "rst-after-applied", { times: 1 });
  const first = await collected(client.withdrawProcesses(await many(feishu, 6), { actor }));
  assert.deepEqual([first.report.ours, first.report.presumed, first.report.ended], [5, 1, "complete"]);
  await feishu.fault("withdraw_process", "rst-after-applied", { times: 1 });
  const reads = (await feishu.log("get_process")).length;
  const second = await collected(client.withdrawProcesses(await many(feishu, 1), { actor, read_back: "never" }));
  assert.deepEqual(second.results.map(({ outcome, effect }) => [outcome, effect]), [["unresolved", "unknown"]]);
  assert.equal((await feishu.log("get_process")).length, reads);
});

test("bad lists and options are named by the first step, and nothing is sent", async () => {
  const good = await many(feishu, 2);
  for (const [ids, options, fields] of [
    [[], {}, ["process_ids"]],
    [[good[0], "7.32835E+18", ""], {}, ["process_ids[1]", "process_ids[2]", "process_ids[2]"]],
    [[good[0], 7328345170959681068, null], { nonsense: 1 }, ["nonsense", "process_ids[1]", "process_ids[2]"]],
    [["\ud800"], {}, ["process_ids[0]"]],
    [["x-1"], {}, ["process_ids[0]"]],
    [good, { max_in_flight: 0 }, ["max_in_flight"]],
    [good, { max_in_flight: 257 }, ["max_in_flight"]],
    [good, { max_in_flight: 1.5, max_failures: "1" }, ["max_in_flight", "max_failures"]],
    [good, { max_failures: 0 }, ["max_failures"]],
    [good, { expect_count: 3 }, ["expect_count"]],
    [good, { deadline: 0 }, ["deadline"]],
    [good, { reason: "x".repeat(501) }, ["reason"]],
    [good, { actor: undefined }, ["actor"]],
    [good, { process_id: "7" }, ["process_id"]],
    [good, { request_id: "mine" }, ["request_id"]],
    [good, { already_revoked: "success" }, ["already_revoked"]],
    [good, { allow_any_id: 1, keep_reasons: 1, check_first: 1 }, ["check_first", "allow_any_id", "keep_reasons"]],
    [good, { signal: "now", onProgress: 1 }, ["onProgress", "signal"]],
    [good, { journal: 1 }, ["journal"]],
    [good, { journal: "" }, ["journal"]],
    [good, { journal: ":memory:" }, ["journal"]],
    [good, { journal: new URL("https://hr.example/run.sqlite") }, ["journal"]],
    [good, { journal: { store: () => undefined } }, ["journal"]],
    [good[0], {}, ["process_ids"]],
    [undefined, {}, ["process_ids"]],
    [7, {}, ["process_ids"]],
  ]) {
    const run = client.withdrawProcesses(ids, { actor, ...options });
    const error = await failure(run.next());
    assert.ok(isFeishuError(error), String(error));
    assert.deepEqual([error.kind, error.effect, error.operation], ["invalid_argument", "none", "withdraw_process"]);
    assert.deepEqual(fieldsOf(error), fields, error.message);
    assert.deepEqual(await run.next(), { done: true, value: undefined });
  }
  for (const options of [undefined, null, "x", []]) {
    assert.deepEqual(fieldsOf(await failure(client.withdrawProcesses(good, options).next())), ["options"]);
  }
  assert.match((await failure(client.withdrawProcesses([7], { actor }).next())).message, /as a number it has lost its last digits/);
  assert.deepEqual(await writes(feishu), []);
  const { results } = await collected(client.withdrawProcesses(["x-1"], { actor, allow_any_id: true, expect_count: 1 }));
  assert.equal(results[0].outcome, "rejected");
});

test("what is wrong is thrown by the report, too, where that is asked for first", async () => {
  const run = client.withdrawProcesses([], { actor });
  assert.deepEqual(fieldsOf(thrown(() => run.report)), ["process_ids"]);
  const good = client.withdrawProcesses(unknown(3), { actor });
  assert.deepEqual([good.report.planned, good.report.ended, good.progress], [3, "running", { done: 0, total: 3, rate: 0, left_ms: null }]);
  assert.deepEqual(await writes(feishu), []);
});

test("list and options are those of the call, whatever becomes of them afterwards", async () => {
  const ids = await many(feishu, 2);
  const options = { actor, reason: "one" };
  const run = client.withdrawProcesses(ids, options);
  ids.length = 1;
  options.reason = "another";
  assert.equal((await collected(run)).report.ours, 2);
  assert.ok((await feishu.log("withdraw_process")).every(({ body }) => JSON.stringify(body).includes("one")));
});

test("a process is read first when asked for", async () => {
  const ids = await many(feishu, 3);
  await collected(client.withdrawProcesses(ids, { actor }));
  assert.deepEqual(await feishu.log("get_process"), []);
  const finished = await many(feishu, 2, { status: 9 });
  const { report } = await collected(client.withdrawProcesses(finished, { actor, check_first: true }));
  assert.deepEqual([report.not_withdrawable[0].count, (await feishu.log("get_process")).length], [2, 2]);
  assert.deepEqual((await writes(feishu)).sort(), ids);
});

test("what is done already is a success or not, as is chosen", async () => {
  const done = await many(feishu, 1, { status: 4 });
  for (const [already_withdrawn, outcome] of [["success", "unattributed"], ["error", "not_withdrawable"]]) {
    const { results } = await collected(client.withdrawProcesses(done, { actor, already_withdrawn }));
    assert.deepEqual(results.map((result) => result.outcome), [outcome]);
  }
  const revoked = await many(feishu, 1, { status: 8 });
  for (const [already_revoked, outcome] of [["success", "unattributed"], ["error", "not_withdrawable"]]) {
    const { results } = await collected(client.revokeProcesses(revoked, { actor, already_revoked }));
    assert.deepEqual(results.map((result) => result.outcome), [outcome]);
  }
});

test("each call has the deadline and the token that are chosen", async () => {
  const { report } = await collected(client.withdrawProcesses(await many(feishu, 1), { actor, token: "t-of-its-own" }));
  assert.deepEqual([report.ended, report.kind, report.not_attempted], ["stopped", "unauthorized", 1]);
  await feishu.fault("withdraw_process", "timeout-applied", { times: 1, ms: 60_000 });
  const options = { actor, read_back: "never", deadline: 5_000 };
  const { results } = await collected(client.withdrawProcesses(await many(feishu, 1), options));
  assert.deepEqual([results[0].outcome, results[0].kind], ["unresolved", "deadline"]);
});

test("each request has the headers that are chosen, and each answer is heard", async () => {
  const heard = [];
  const onAnswer = ({ status, body }) => heard.push([status, JSON.parse(new TextDecoder().decode(body)).code]);
  await collected(client.withdrawProcesses(await many(feishu, 3), { actor, headers: { "x-trace": "mine" }, onAnswer }));
  const log = await feishu.log("withdraw_process");
  assert.equal(log.filter(({ headers }) => JSON.stringify(headers).includes("mine")).length, 3);
  assert.deepEqual(heard, [[200, 0], [200, 0], [200, 0]]);
  const error = await failure(client.withdrawProcesses(unknown(1), { actor, headers: { host: "x" }, onAnswer }).next());
  assert.match(error.message, /host/);
});

test("no more calls go on at once than are allowed", async () => {
  for (const max_in_flight of [1, 3]) {
    let [going, most] = [0, 0];
    const transport = async () => {
      going += 1;
      most = Math.max(most, going);
      await new Promise((resolve) => setTimeout(resolve, 10));
      going -= 1;
      return DONE;
    };
    const own = new Client({ token: () => "t-x", transport, quotas: FAST });
    const { report } = await collected(own.withdrawProcesses(unknown(12), { actor, max_in_flight }));
    assert.deepEqual([report.ours, most], [12, max_in_flight]);
  }
});

test("a run pauses when too many have failed, and when they fail alike", async () => {
  const gone = unknown(40);
  const first = await collected(client.withdrawProcesses(gone, { actor, max_failures: 3, max_in_flight: 1 }));
  assert.deepEqual([first.report.ended, first.report.reason, first.report.not_attempted], ["paused", "3 items have failed", 37]);
  const second = await collected(client.withdrawProcesses(gone, { actor, max_in_flight: 1 }));
  assert.deepEqual([second.report.ended, second.report.not_attempted], ["paused", 20]);
  assert.match(second.report.reason, /the last 20 items have failed alike/);
});

test("a run stops at once for what concerns every process", async () => {
  const wrong = feishu.client({ quotas: FAST, app_secret: "wrong" });
  const { results, report } = await collected(wrong.withdrawProcesses(await many(feishu, 30), { actor }));
  assert.deepEqual([results, report.ended, report.not_attempted, report.kind], [[], "stopped", 30, "bad_credentials"]);
  assert.ok(report.advice.zh);
});

test("progress is told, and what its function throws is of no account", async () => {
  const told = [];
  const onProgress = (progress) => {
    told.push(progress);
    if (told.length === 1) {
      throw new Error("of no account");
    }
    return Promise.reject(new Error("of no account either"));
  };
  const run = client.withdrawProcesses(await many(feishu, 9), { actor, onProgress });
  await collected(run);
  assert.deepEqual([told.at(-1).done, told.at(-1).total, run.progress.done], [9, 9, 9]);
  assert.deepEqual(told.map(({ done }) => done), told.map(({ done }) => done).sort((one, other) => one - other));
  assert.ok(told.every(({ rate, left_ms }) => rate >= 0 && (left_ms === null || left_ms >= 0)));
});

test("token function, transport, hook, progress and store are called in the context of the run's caller", async () => {
  const who = new AsyncLocalStorage();
  const seen = new Map();
  const note = (place) => seen.set(place, (seen.get(place) ?? new Set()).add(who.getStore()));
  const own = new Client({
    quotas: FAST,
    token: async () => (note("token"), "t-x"),
    transport: async () => (note("transport"), DONE),
    onAttempt: () => note("hook"),
  });
  const journal = {
    query: async () => (note("query"), []),
    store: () => note("store"),
    close: () => undefined,
  };
  const made = who.run("alice", () =>
    own.withdrawProcesses(unknown(20), { actor, journal, max_in_flight: 2, onProgress: () => note("progress") }),
  );
  await who.run("bob", async () => {
    for await (const _ of made) {
      assert.equal(who.getStore(), "bob");
    }
  });
  assert.deepEqual([...seen.keys()].sort(), ["hook", "progress", "query", "store", "token", "transport"]);
  for (const [place, stores] of seen) {
    assert.deepEqual([place, [...stores]], [place, ["alice"]]);
  }
});

/** A client whose requests wait until they are let go on; the run's calls begin only with `journal` or without. */
function held() {
  const waiting = [];
  const transport = ({ signal }) =>
    new Promise((resolve, reject) => {
      waiting.push({ finish: () => resolve(DONE) });
      signal?.addEventListener("abort", () => reject(new Error("aborted")));
    });
  return { waiting, client: new Client({ token: () => "t-x", transport, quotas: FAST }) };
}

test("`cancel` begins nothing more, waits for what is on its way, and tells it", async () => {
  const { waiting, client: own } = held();
  const run = own.withdrawProcesses(unknown(10), { actor, max_in_flight: 3 });
  const all = collected(run);
  await eventually(() => waiting.length === 3);
  run.cancel();
  run.cancel();
  waiting.forEach(({ finish }) => finish());
  const { results, report } = await all;
  assert.deepEqual([results.length, report.ours, report.ended, report.not_attempted], [3, 3, "cancelled", 7]);
  assert.equal(waiting.length, 3);
  run.cancel();
  assert.equal(run.report.ended, "cancelled");
});

test("an aborted signal cancels the run, before it begins, too", async () => {
  const { waiting, client: own } = held();
  const controller = new AbortController();
  const all = collected(own.withdrawProcesses(unknown(10), { actor, max_in_flight: 2, signal: controller.signal }));
  await eventually(() => waiting.length === 2);
  controller.abort();
  waiting.forEach(({ finish }) => finish());
  assert.deepEqual([(await all).report.ended, (await all).report.ours], ["cancelled", 2]);
  const late = await collected(own.withdrawProcesses(unknown(10), { actor, signal: controller.signal }));
  assert.deepEqual([late.results, late.report.ended, late.report.not_attempted, waiting.length], [[], "cancelled", 10, 2]);
  const early = own.withdrawProcesses(unknown(10), { actor });
  early.cancel();
  assert.deepEqual([(await collected(early)).report.not_attempted, waiting.length], [10, 2]);
});

test("what never answers is given up after 10 seconds, and counts as unknown", async () => {
  const { waiting, client: own } = held();
  const run = own.withdrawProcesses(unknown(10), { actor, max_in_flight: 2 });
  const all = collected(run);
  await eventually(() => waiting.length === 2);
  const before = performance.now();
  run.cancel();
  const { report, results } = await all;
  assert.ok(performance.now() - before >= 9_900);
  assert.deepEqual([report.ended, report.unresolved, results.map(({ effect }) => effect)], ["cancelled", 2, ["unknown", "unknown"]]);
});

test("leaving the loop ends the run, and waits for what is on its way", async () => {
  for (const leave of [() => "break", () => { throw new Error("mine"); }]) {
    const { waiting, client: own } = held();
    const run = own.withdrawProcesses(unknown(10), { actor, max_in_flight: 3 });
    const left = (async () => {
      for await (const _ of run) {
        leave();
        // The others are on their way: the loop is left, and they are answered meanwhile.
        break;
      }
    })().catch((error) => error.message);
    await eventually(() => waiting.length === 3);
    waiting[0].finish();
    await eventually(() => run.report.reason !== null);
    waiting.forEach(({ finish }) => finish());
    assert.equal(await left, leave.toString().includes("break") ? undefined : "mine");
    assert.equal(run.report.ended, "cancelled");
    assert.ok(run.report.ours >= 3, JSON.stringify(run.report));
    assert.deepEqual(await run.next(), { done: true, value: undefined });
  }
});

test("a run that was never begun is left without a trace", async () => {
  const run = client.withdrawProcesses(await many(feishu, 1), { actor });
  assert.deepEqual(await run.return(), { done: true, value: undefined });
  assert.deepEqual(await run.next(), { done: true, value: undefined });
  assert.deepEqual(await writes(feishu), []);
});

test("several steps that are asked for at once come in order", async () => {
  const run = client.withdrawProcesses(await many(feishu, 3), { actor });
  const steps = await Promise.all([run.next(), run.next(), run.next(), run.next()]);
  assert.deepEqual(steps.map(({ done }) => done), [false, false, false, true]);
  assert.equal(new Set(steps.slice(0, 3).map(({ value }) => value.position)).size, 3);
});

test("a client that is closed in the midst of a run begins nothing more", async () => {
  const { waiting, client: own } = held();
  const run = own.withdrawProcesses(unknown(10), { actor, max_in_flight: 2 });
  const ended = failure(collected(run));
  await eventually(() => waiting.length === 2);
  await own.close();
  waiting.forEach(({ finish }) => finish());
  assert.match((await ended).message, /the client is closed/);
  assert.deepEqual([run.report.ended, run.report.ours, waiting.length], ["cancelled", 2, 2]);
  assert.match((await failure(own.withdrawProcesses(unknown(1), { actor }).next())).message, /the client is closed/);
});

test("a run and a walk keep their client, though the program does not", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  const transport = ({ method }) => (method === "PUT" ? DONE : answer({ code: 0, data: { process_ids: ["1"], has_more: false } }));
  const options = { token: () => "t-x", transport, quotas: FAST };
  const run = new Client(options).withdrawProcesses(unknown(2), { actor });
  const walk = new Client(options).listProcesses({ modify_time_from: 0, modify_time_to: 1 });
  // What is collected, is told a turn later.
  for (let round = 0; round < 10; round += 1) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert.equal((await collected(run)).report.ours, 2);
  assert.deepEqual((await collected(walk)).results, ["1"]);
});

test("a store that fails stops the run: nothing more is sent, and its words are told", async () => {
  for (const fails of [1, 3]) {
    let [stored, sent, isClosed] = [0, 0, false];
    const own = new Client({ token: () => "t-x", transport: () => ((sent += 1), DONE), quotas: FAST });
    const journal = {
      query: () => [],
      store: async () => {
        stored += 1;
        if (stored === fails) {
          throw new Error("database or disk is full");
        }
      },
      close: () => (isClosed = true),
    };
    const run = own.withdrawProcesses(unknown(300), { actor, journal, max_in_flight: 4 });
    if (fails === 1) {
      const error = await failure(run.next());
      assert.deepEqual([fieldsOf(error), sent], [["journal"], 0]);
      assert.match(error.message, /`journal` cannot be written: database or disk is full/);
    } else {
      const { report } = await collected(run);
      assert.deepEqual([report.ended, report.is_resumable, sent], ["stopped", true, 4]);
      assert.match(report.reason, /the journal cannot be written: database or disk is full/);
    }
    assert.ok(isClosed);
  }
});

test("a store is told what it shall keep, and closed even where nothing was begun", async () => {
  const kept = [];
  let closed = 0;
  const journal = { query: (statement) => (kept.push(statement.sql), []), store: (statements) => kept.push(...statements.map(({ sql }) => sql)), close: () => (closed += 1) };
  const own = new Client({ token: () => "t-x", transport: () => DONE, quotas: FAST });
  await collected(own.withdrawProcesses(unknown(1), { actor, journal }));
  const words = kept.map((sql) => sql.split(" ").slice(0, 3).join(" "));
  assert.deepEqual(words, [
    "SELECT name FROM", "CREATE TABLE run", "CREATE TABLE item", "INSERT INTO item", "INSERT INTO run",
    "UPDATE item SET", "UPDATE item SET", "UPDATE run SET",
  ]);
  assert.equal(closed, 1);
  await failure(own.withdrawProcesses([], { actor, journal }).next());
  assert.deepEqual([closed, kept.length], [2, 8]);
});

test("a Node without `node:sqlite` says so, and what to do", async () => {
  const { getBuiltinModule } = process;
  process.getBuiltinModule = (name) => (name === "node:sqlite" ? undefined : getBuiltinModule.call(process, name));
  try {
    const error = await failure(client.withdrawProcesses(await many(feishu, 1), { actor, journal: "run.sqlite" }).next());
    assert.deepEqual(fieldsOf(error), ["journal"]);
    assert.match(error.message, /needs `node:sqlite`, which Node [\d.]+ has not: take Node 22\.13 or newer, or give a store of your own/);
    assert.deepEqual(await writes(feishu), []);
  } finally {
    process.getBuiltinModule = getBuiltinModule;
  }
});

test("a page's client and one of a worker make no runs, and say so", async () => {
  for (const other of [
    new PageClient({ base_url: "https://hr.example/hr" }),
    new Client({ base_url: "https://hr.example/hr", credentials: "omit" }),
    new StandaloneClient({ token: () => "t-x" }),
  ]) {
    for (const method of ["withdrawProcesses", "revokeProcesses"]) {
      const error = thrown(() => other[method](unknown(1), { actor }));
      assert.deepEqual([error.kind, fieldsOf(error)], ["invalid_argument", ["client"]]);
      assert.match(error.message, /makes no runs over many: only a server's in Node, Deno or Bun does/);
    }
  }
});

test("a run works through a Proxy, and shows no secret", async () => {
  const run = new Proxy(client.withdrawProcesses(await many(feishu, 2), { actor, token: "t-secret" }), {});
  assert.ok(!JSON.stringify(run).includes("t-secret"));
  const { inspect } = await import("node:util");
  assert.ok(!inspect(run, { depth: 20, showHidden: true }).includes("t-secret"));
  assert.equal((await collected(run)).report.ended, "stopped");
});
