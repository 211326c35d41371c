// Runs with a journal, on a real SQLite file, by a Node that has `node:sqlite`.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import test, { after, beforeEach } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

import { JOURNAL_PRAGMAS } from "feishu-corehr";

import { collected, FAST, fieldsOf, many, unknown, writes } from "../many.mjs";
import { failure, sandbox, SYSTEM } from "../sandbox.mjs";

const feishu = await sandbox();
const actor = SYSTEM;
/** The sandbox forgets tokens with the rest: a client of each test's own. */
let client;
beforeEach(() => (client = feishu.client({ quotas: FAST })));
const folder = mkdtempSync(join(tmpdir(), "feishu-corehr-journal-"));
after(() => rmSync(folder, { recursive: true, maxRetries: 5 }));

let files = 0;
const fresh = () => join(folder, `run-${(files += 1)}.sqlite`);

function rows(path, sql) {
  const database = new DatabaseSync(path);
  try {
    return database.prepare(sql).all().map((row) => Object.values(row));
  } finally {
    database.close();
  }
}

function changed(path, sql) {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}

/** A store of a caller's own, over any database. */
function storeOf(database) {
  return {
    store(statements) {
      database.exec("BEGIN");
      try {
        for (const { sql, values } of statements) {
          database.prepare(sql).run(...values);
        }
        database.exec("COMMIT");
      } catch (error) {
        database.exec("ROLLBACK");
        throw error;
      }
    },
    // What a database answers as big integers is as good.
    async query({ sql, values }) {
      const statement = database.prepare(sql);
      statement.setReadBigInts(true);
      return statement.all(...values).map((row) => Object.values(row));
    },
    close: () => undefined,
  };
}

test("a run that is left early is gone on with: by a path, a URL and a store of one's own", async () => {
  const [first, second] = [fresh(), fresh()];
  const memory = new DatabaseSync(":memory:");
  for (const [journal, read] of [
    [first, (sql) => rows(first, sql)],
    [pathToFileURL(second), (sql) => rows(second, sql)],
    [storeOf(memory), (sql) => memory.prepare(sql).all().map((row) => Object.values(row))],
  ]) {
    const ids = await many(feishu, 40);
    const sent = async () => (await writes(feishu)).filter((id) => ids.includes(id));
    const options = { actor, reason: "重复", journal, max_in_flight: 4 };
    const run = client.withdrawProcesses(ids, options);
    const { value } = await run.next();
    await run.return();
    assert.deepEqual([run.report.ended, run.report.is_resumable], ["cancelled", true]);
    assert.deepEqual(read("SELECT ended FROM run"), [["cancelled"]]);
    const ended = new Map(read("SELECT process_id, outcome FROM item WHERE state = 'ended'"));
    assert.equal(ended.get(value.process_id), "ours");
    assert.ok(ended.size < 40);
    const again = await collected(client.withdrawProcesses(ids, options));
    assert.equal(new Set(again.results.map(({ position }) => position)).size, 40);
    assert.deepEqual(
      new Set(again.results.filter(({ is_earlier }) => is_earlier).map(({ process_id }) => process_id)),
      new Set(ended.keys()),
    );
    assert.deepEqual([again.report.ours + again.report.presumed, again.report.ended], [40, "complete"]);
    assert.equal((await sent()).length, 40, "none of them was sent twice");
    assert.deepEqual(read("SELECT count(*) FROM item WHERE state = 'ended'"), [[40]]);
    const text = JSON.stringify(read("SELECT * FROM run"));
    assert.ok(text.includes(feishu.app_id) && !text.includes(feishu.app_secret) && !text.includes("重复"), text);
    const last = await collected(client.withdrawProcesses(ids, options));
    assert.ok(last.results.length === 40 && last.results.every(({ is_earlier }) => is_earlier));
    assert.equal((await sent()).length, 40, "nothing is sent by a run that is over");
  }
});

test("the file has the settings that every language's has", async () => {
  assert.deepEqual(JOURNAL_PRAGMAS, ["PRAGMA locking_mode = EXCLUSIVE", "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL"]);
  const journal = fresh();
  await collected(client.withdrawProcesses(await many(feishu, 1), { actor, journal }));
  assert.deepEqual(rows(journal, "PRAGMA journal_mode"), [["wal"]]);
});

test("reasons are kept when asked for", async () => {
  const journal = fresh();
  await collected(client.withdrawProcesses(await many(feishu, 1), { actor, reason: "重复", journal, keep_reasons: true }));
  assert.match(rows(journal, "SELECT options FROM run")[0][0], /重复/);
});

test("a journal that another language has begun is gone on with", async () => {
  const journal = fresh();
  changed(journal, readFileSync(new URL("../../journal.sql", import.meta.url), "utf8"));
  changed(journal, `UPDATE run SET base_url = '${feishu.http}', app_id = '${feishu.app_id}'`);
  const ids = ["7900000000000000001", "7900000000000000002", "7900000000000000003", "7900000000000000004"];
  await feishu.control("POST", "/processes", ids.map((process_id, place) => ({ process_id, status: place === 2 ? 4 : 1 })));
  const { results, report } = await collected(client.withdrawProcesses(ids, { actor, reason: "重复", journal }));
  const told = results.map(({ position, outcome, is_earlier }) => [position, outcome, is_earlier]).sort();
  assert.deepEqual(told, [[0, "ours", true], [1, "rejected", true], [2, "presumed", false], [3, "ours", false]]);
  assert.deepEqual([report.ours, report.presumed, report.rejected], [2, 1, [{ code: 1160100, count: 1 }]]);
  assert.deepEqual(await writes(feishu), [ids[3]], "what is in doubt is read first");
  const own = fresh();
  await collected(client.withdrawProcesses(unknown(1), { actor, journal: own }));
  const schema = "SELECT sql FROM sqlite_schema WHERE type = 'table' ORDER BY name";
  assert.deepEqual(rows(own, schema), rows(journal, schema));
});

test("a journal of something else is refused, and nothing is sent", async () => {
  const ids = await many(feishu, 3);
  const journal = fresh();
  await collected(client.withdrawProcesses(ids, { actor, journal }));
  await feishu.control("POST", "/reset");
  const [newer, foreign, torn, busy, unwritable, damaged] = [fresh(), fresh(), fresh(), fresh(), fresh(), fresh()];
  for (const copy of [newer, damaged, unwritable]) {
    copyFileSync(journal, copy);
  }
  changed(newer, "UPDATE run SET version = 2");
  changed(damaged, "DELETE FROM item WHERE position = 2");
  changed(unwritable, "UPDATE run SET ended = NULL; DELETE FROM run");
  changed(foreign, "CREATE TABLE item (x)");
  writeFileSync(torn, "not a database at all".repeat(100));
  const other = new DatabaseSync(busy);
  other.exec("CREATE TABLE x (y); BEGIN EXCLUSIVE");
  const readOnly = new DatabaseSync(unwritable, { readOnly: true });
  for (const [caller, at, list, more, message] of [
    [client, journal, ids.slice(0, 2), {}, /another list of processes/],
    [client, journal, [...ids].reverse(), {}, /another list of processes/],
    [client, journal, ids, { reason: "x" }, /another actor or another reason/],
    [client, journal, ids, { actor: { open_id: "ou_a" } }, /another actor or another reason/],
    [feishu.client({ quotas: FAST, app_id: "cli_other" }), journal, ids, {}, /another app/],
    [feishu.client({ quotas: FAST, base_url: feishu.http.replace("127.0.0.1", "localhost") }), journal, ids, {}, /another base URL/],
    [client, newer, ids, {}, /version 2/],
    [client, damaged, ids, {}, /is damaged/],
    [client, foreign, ids, {}, /a database of something else/],
    [client, torn, ids, {}, /not a database/],
    [client, busy, ids, {}, /is in use/],
    [client, storeOf(readOnly), ids, {}, /cannot be written: attempt to write a readonly database/],
    [client, join(folder, "missing", "run.sqlite"), ids, {}, /unable to open/],
    [client, folder, ids, {}, /unable to open/],
    [client, pathToFileURL(folder), ids, {}, /unable to open/],
  ]) {
    const error = await failure(caller.withdrawProcesses(list, { actor, journal: at, ...more }).next());
    assert.match(error.message, message);
    assert.deepEqual([error.kind, fieldsOf(error)], ["invalid_argument", ["journal"]]);
  }
  other.close();
  readOnly.close();
  const revoking = await failure(client.revokeProcesses(ids, { actor, journal }).next());
  assert.match(revoking.message, /another operation/);
  assert.deepEqual(await writes(feishu), []);
});

test("a second run on the same journal is refused while the first goes on, in this process and in another", async () => {
  const ids = await many(feishu, 30);
  const journal = fresh();
  const first = client.withdrawProcesses(ids, { actor, journal, max_in_flight: 2 });
  await first.next();
  const second = await failure(client.withdrawProcesses(ids, { actor, journal }).next());
  assert.match(second.message, /`journal` is in use: another run has it open/);
  const list = join(folder, "in-use");
  writeFileSync(list, ids.join("\n"));
  const { child, ended } = program(list, journal);
  let said = "";
  child.stderr.on("data", (chunk) => (said += chunk));
  assert.equal(await ended, 1);
  assert.match(said, /`journal` is in use/);
  assert.equal((await collected(first)).results.length, 29);
  assert.equal(first.report.ours, 30);
  const third = await collected(client.withdrawProcesses(ids, { actor, journal }));
  assert.ok(third.results.every(({ is_earlier }) => is_earlier));
});

test("a cancelled run keeps all that it has told", async () => {
  const ids = await many(feishu, 30);
  const journal = fresh();
  const controller = new AbortController();
  const run = client.withdrawProcesses(ids, { actor, journal, max_in_flight: 2, signal: controller.signal });
  const told = [];
  for await (const { process_id } of run) {
    told.push(process_id);
    controller.abort();
  }
  assert.deepEqual([run.report.ended, run.report.ours, run.report.not_attempted], ["cancelled", told.length, 30 - told.length]);
  assert.ok(told.length < 30);
  const kept = rows(journal, "SELECT process_id FROM item WHERE state = 'ended'").flat();
  assert.deepEqual(kept.sort(), told.sort());
  assert.deepEqual(rows(journal, "SELECT count(*) FROM item WHERE state = 'intended'"), [[0]]);
});

test("a journal whose disk is full in the midst stops the run, and the same call goes on with it", async () => {
  const ids = await many(feishu, 60);
  const database = new DatabaseSync(":memory:");
  const store = storeOf(database);
  let left = 3;
  const full = { ...store, store: (statements) => {
    left -= 1;
    if (left < 0) {
      throw new Error("database or disk is full");
    }
    store.store(statements);
  } };
  const first = await collected(client.withdrawProcesses(ids, { actor, journal: full, max_in_flight: 5 }));
  assert.equal(first.report.ended, "stopped");
  assert.match(first.report.reason, /disk is full/);
  const sent = (await writes(feishu)).length;
  assert.ok(sent < 60);
  const second = await collected(client.withdrawProcesses(ids, { actor, journal: store }));
  assert.deepEqual([second.results.length, second.report.ours + second.report.presumed], [60, 60]);
  assert.equal((await writes(feishu)).length, 60);
});

function program(list, journal) {
  const path = fileURLToPath(new URL("program.mjs", import.meta.url));
  const env = { ...process.env, APP: feishu.app_id, SECRET: feishu.app_secret, URL: feishu.http };
  const child = spawn(process.execPath, [path, list, journal], { env, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise((resolve) => child.once("exit", (code, signal) => resolve(code ?? signal)));
  return { child, ended };
}

test("killed again and again, nothing is lost, and nothing is sent after its result", async () => {
  const ids = await many(feishu, 200);
  const faults = ["timeout-applied", "500-after", "rst-after-request-not-applied", "500-before"];
  const [list, journal] = [join(folder, "killed"), fresh()];
  writeFileSync(list, ids.join("\n"));
  let [kills, final, report] = [0, new Set(), undefined];
  while (report === undefined) {
    const before = (await writes(feishu)).length;
    // In each life a few are answered, one of them badly, and then all that may be on their way at once are not, of which
    // every other one is withdrawn: so it is killed in the midst of it, however late.
    const bad = { answer: { fault: faults[kills % faults.length], ms: 200 } };
    const stalled = Array.from({ length: 8 }, (_, place) => ({ apply: place % 2 === 0, answer: { stall: "head" } }));
    const steps = kills < 10 ? [bad, ...Array(5).fill({ answer: { real: true } }), ...stalled] : [];
    await feishu.control("POST", "/script", { steps: steps.map((step) => ({ on: "withdraw_process", ...step })) });
    const { child, ended } = program(list, journal);
    child.stderr.resume();
    let told = 0;
    // Each life of the program tells a few more results than the one before.
    for await (const line of createInterface({ input: child.stdout })) {
      told += 1;
      if (line.startsWith("report")) {
        report = line;
      } else if (kills < 10 && told >= final.size + 5) {
        child.kill("SIGKILL");
        break;
      }
    }
    const how = await ended;
    if (report !== undefined) {
      assert.equal(how, 0);
      break;
    }
    assert.equal(how, "SIGKILL", "the program has ended by itself");
    kills += 1;
    const done = "SELECT process_id FROM item WHERE state = 'ended' AND outcome <> 'unresolved'";
    const now = new Set(rows(journal, done).flat());
    const sent = (await writes(feishu)).slice(before);
    assert.ok(sent.every((id) => !final.has(id)), "sent after a durable result");
    assert.ok([...final].every((id) => now.has(id)));
    final = now;
  }
  assert.equal(kills, 10);
  assert.deepEqual(report.split(" "), ["report", "complete", "200", "0"]);
  assert.deepEqual(rows(journal, "SELECT count(*) FROM item WHERE state = 'ended'"), [[200]]);
  const log = await feishu.log("withdraw_process");
  assert.deepEqual(log.filter(({ applied }) => applied).map(({ process_id }) => process_id).sort(), ids);
});

test("without a journal nothing of SQLite is loaded", async () => {
  const script = `
    import { Client } from "feishu-corehr";
    const asked = [];
    const { getBuiltinModule } = process;
    process.getBuiltinModule = (name) => (asked.push(name), getBuiltinModule.call(process, name));
    const client = new Client({ token: () => "t-x", transport: () => ({ status: 200, body: '{"code":0,"data":{}}' }) });
    for await (const _ of client.withdrawProcesses(["7"], { actor: { system: true } }));
    console.log(asked.includes("node:sqlite"), process.moduleLoadList.some((name) => name.includes("sqlite")));
  `;
  const path = join(fileURLToPath(new URL("..", import.meta.url)), "without.mjs");
  writeFileSync(path, script);
  after(() => rmSync(path));
  const child = spawn(process.execPath, [path], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  child.stdout.on("data", (chunk) => (said += chunk));
  await new Promise((resolve) => child.once("close", resolve));
  assert.equal(said.trim(), "false false");
});
