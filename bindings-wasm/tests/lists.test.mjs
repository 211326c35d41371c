// Lists: they raise, they end, they go on from where they were, and they split long spans.

import assert from "node:assert/strict";
import test from "node:test";

import { Client } from "feishu-corehr";

import { failure, sandbox } from "./sandbox.mjs";

const feishu = await sandbox();
const DAY = 86_400_000;
const year = { modify_time_from: Date.now() - 365 * DAY, modify_time_to: Date.now() + DAY };

async function all(walk) {
  const ids = [];
  for await (const id of walk) {
    ids.push(id);
  }
  return ids;
}

test("a span of a year is asked for in parts below 31 days", async () => {
  const ids = await all(feishu.client().listProcesses(year));
  assert.ok(ids.length > 5 && ids.every((id) => typeof id === "string"));
  const sent = await feishu.log("list_processes");
  assert.ok(sent.length >= 12);
  for (const { query } of sent) {
    const parameters = new URLSearchParams(query);
    const span = Number(parameters.get("modify_time_to")) - Number(parameters.get("modify_time_from"));
    assert.ok(span < 31 * DAY);
  }
});

test("moments may be dates or milliseconds, and anything else is refused", async () => {
  const client = feishu.client();
  const from = new Date(Date.now() - DAY);
  await all(client.listProcesses({ modify_time_from: from, modify_time_to: Date.now() }));
  assert.match((await feishu.log("list_processes"))[0].query, new RegExp(`modify_time_from=${from.getTime()}`));
  for (const wrong of [new Date(NaN), "2026-01-01", NaN, 1.5, null, undefined, {}, -1]) {
    const error = await failure(all(client.listProcesses({ modify_time_from: wrong, modify_time_to: 5 })));
    assert.equal(error.problems[0].field, "modify_time_from", String(wrong));
  }
});

test("every field reaches the server", async () => {
  const span = { modify_time_from: 1_000, modify_time_to: 2_000 };
  await all(
    feishu.client().listProcesses({
      ...span,
      statuses: ["in_progress", "completed"],
      page_size: 7,
      flow_definition_id: "people_1_2",
    }),
  );
  const { query } = (await feishu.log("list_processes"))[0];
  assert.equal(
    query.replace(/^\?/, ""),
    "statuses=1&statuses=9&page_size=7&modify_time_from=1000&modify_time_to=2000&flow_definition_id=people_1_2",
  );
  for (const more of [{ statuses: ["done"] }, { page_size: 0 }, { page_size: 101 }, { page_token: "" }, { pagesize: 7 }]) {
    const error = await failure(all(feishu.client().listProcesses({ ...span, ...more })));
    assert.equal(error.problems[0].field.replace("[0]", ""), Object.keys(more)[0]);
  }
});

test("a walk raises what goes wrong, and the next step asks for the same page again", async () => {
  const walk = feishu.client().listProcesses({ ...year, page_size: 1 });
  const first = await walk.next();
  await feishu.fault("list_processes", "1160101").catch(() => feishu.fault("list_processes", "99991672"));
  const error = await failure(
    (async () => {
      for (;;) {
        await walk.next();
      }
    })(),
  );
  assert.match(error.kind, /rejected|forbidden/);
  const rest = await all(walk);
  const whole = await all(feishu.client().listProcesses({ ...year, page_size: 1 }));
  assert.deepEqual([first.value, ...rest], whole);
});

test("another walk goes on from a cursor and loses nothing", async () => {
  const client = feishu.client();
  const whole = await all(client.listProcesses({ ...year, page_size: 2 }));
  const walk = client.listProcesses({ ...year, page_size: 2 });
  assert.equal(walk.pageToken, null);
  const seen = [];
  for await (const id of walk) {
    seen.push(id);
    if (seen.length === 5) {
      break;
    }
  }
  const { pageToken } = walk;
  assert.equal(typeof pageToken, "string");
  const again = client.listProcesses({ ...year, page_size: 2, page_token: pageToken });
  assert.equal(again.pageToken, pageToken);
  const rest = await all(again);
  assert.deepEqual(new Set([...seen, ...rest]), new Set(whole));
  assert.ok(rest.length < whole.length);
  assert.equal(again.pageToken, null);
  assert.deepEqual(await walk.next(), { done: true, value: undefined });
});

test("a server that says `more` and not how, or gives tokens in a circle, ends a walk with an error after the ids", async () => {
  for (const tokens of [[""], [null], ["a\n"], ["a"], ["a", "b"], ["a", "b", "c"]]) {
    let count = 0;
    const client = new Client({
      token: () => "t-x",
      quotas: { list_processes: { calls: 1000, window_ms: 1000 } },
      transport: () => {
        const page_token = tokens[count % tokens.length];
        count += 1;
        const data = { process_ids: [String(count)], has_more: true, page_token };
        return { status: 200, headers: [["x-tt-logid", "L1"]], body: JSON.stringify({ code: 0, data }) };
      },
    });
    const ids = [];
    const error = await failure(
      (async () => {
        for await (const id of client.listProcesses({ modify_time_from: 0, modify_time_to: 1 })) {
          ids.push(id);
        }
      })(),
    );
    assert.deepEqual([error.kind, error.operation, error.log_id], ["not_an_api_answer", "list_processes", "L1"]);
    assert.ok(ids.length === count && count < 12, `${ids.length} of ${count} pages`);
  }
});

test("steps that are asked for at once come one after another", async () => {
  const client = feishu.client();
  const whole = await all(client.listProcesses({ ...year, page_size: 2 }));
  const walk = client.listProcesses({ ...year, page_size: 2 });
  const steps = await Promise.all(whole.map(() => walk.next()));
  assert.deepEqual(steps.map((step) => step.value), whole);
});

test("tasks are a list, too, and a retired filter is refused", async () => {
  const client = feishu.client();
  const user_id = "ou_5bcc7b1d1f3b4f6f9d2c0a4e8d7c6b5a";
  const tasks = await all(client.listTasks({ user_id, page_size: 2 }));
  assert.ok(tasks.length > 3 && tasks.every((task) => task.approver_id !== ""));
  assert.ok((await feishu.log("list_tasks")).length > 1);
  const walk = client.listTasks({ user_id, page_size: 2 });
  const some = [(await walk.next()).value, (await walk.next()).value, (await walk.next()).value];
  const rest = await all(client.listTasks({ user_id, page_size: 2, page_token: walk.pageToken }));
  assert.deepEqual([...some.slice(0, 2), ...rest], tasks);
  const error = await failure(all(client.listTasks({ user_id, approver_status: "skipped" })));
  assert.match(error.problems[0].rule, /leave it out/);
});
