// The web console, used as a person would use it, against a local Feishu whose truth it is compared with.

import assert from "node:assert/strict";
import test from "node:test";

import {
  about,
  add,
  allRead,
  context,
  control,
  ended,
  open,
  outcome,
  over,
  page,
  problems,
  row,
  screenshot,
  serve,
  serveAnew,
  server,
  shows,
  text,
  truth,
  url,
  useConsole,
  withdraw,
} from "./console.mjs";

useConsole();

/** So many details the page reads at the same time. */
const AT_ONCE = 8;
const names = () => page.locator("#rows tr:not([hidden]) button.open").allTextContents();

test("running processes are shown with names and initiators, and filtered", async () => {
  await add(24);
  await open();
  await allRead();
  await screenshot("list");
  await shows(() => row("7900000000000000001").locator("td.initiator").textContent(), "李娜");
  await page.fill("#search", "离职");
  await page.waitForFunction(() => document.querySelectorAll("#rows tr:not([hidden])").length === 6);
  assert.deepEqual(new Set(await names()), new Set(["离职申请"]));
  await page.selectOption("#initiator", "王小明");
  await page.waitForFunction(() => document.querySelectorAll("#rows tr:not([hidden])").length === 2);
  await page.selectOption("#age", "3");
  await page.waitForFunction(() => document.querySelectorAll("#rows tr:not([hidden])").length === 1);
  await page.fill("#search", "no such process");
  await page.waitForSelector("#empty:not([hidden])");
  await shows(text("#empty"), "没有符合条件的流程。");
  assert.deepEqual(problems, []);
});

test("a detail is shown, in both languages", async () => {
  const { rich } = about.processes;
  await open();
  await allRead();
  await row(rich).locator("button.open").click();
  await page.waitForSelector("#detail[open] dl");
  await screenshot("detail");
  await shows(text("#detail-body"), /状态进行中/);
  await page.keyboard.press("Escape");
  await page.click("#language");
  await shows(() => page.title(), "Withdraw processes");
  await row(rich).locator("button.open").click();
  await shows(text("#detail-body"), /Statusrunning/);
  assert.deepEqual(problems, []);
});

test("what was selected is withdrawn with its reason, and nothing else", async () => {
  const ids = await add(6);
  await open();
  await allRead();
  await row(ids[1]).locator("input").click();
  await row(ids[3]).locator("input").click({ modifiers: ["Shift"] });
  await shows(text("#selected"), "已选择 3 个流程");
  await screenshot("selected");
  await page.click("#withdraw");
  await page.fill("#reason", "字".repeat(501));
  await shows(() => page.isDisabled("#confirm-yes"), true);
  await page.fill("#reason", "重复提交");
  await screenshot("confirm");
  await page.click("#confirm-yes");
  await over();
  await screenshot("withdrawn");
  for (const [index, id] of ids.entries()) {
    const isChosen = index >= 1 && index <= 3;
    assert.equal(await truth(id), isChosen ? 4 : 1, id);
    if (isChosen) {
      await shows(() => outcome(id), "已撤回");
    }
  }
  const sent = (await control("GET", "/log")).filter((entry) => entry.operation === "withdraw_process");
  assert.deepEqual(new Set(sent.map((entry) => JSON.parse(entry.body).reason)), new Set(["重复提交"]));
  assert.equal(sent.length, 3);
  await shows(() => row(ids[1]).locator("input").isDisabled(), true);
  assert.deepEqual(problems, []);
});

test("every kind of outcome is told as it is, with advice, and a doubt is cleared up by reading again", async () => {
  const ids = await add(4);
  await open();
  await allRead();
  const [lost, ended, refused, unknown] = ids;
  const one = async (id, prepare, expected) => {
    await prepare();
    await row(id).locator("input").click();
    await withdraw("");
    await over();
    await page.click("#close-progress");
    await shows(() => outcome(id), expected);
  };
  await one(lost, () => control("POST", "/faults", { on: "withdraw_process", fault: "rst-after-applied" }), "已撤回（推定）");
  await one(ended, () => control("POST", "/processes", { process_id: ended, status: 9 }), "不能撤回：已完成");
  await one(refused, () => control("POST", "/faults", { on: "withdraw_process", fault: "1161003" }), "未撤回");
  await shows(() => row(refused).locator(".why").textContent(), /没有撤回权限.*1161003/);
  await shows(() => row(refused).locator("button.copy").getAttribute("title"), /复制 \d+/);
  const inDoubt = async () => {
    await control("POST", "/faults", { on: "withdraw_process", fault: "500", apply: false, times: 0 }).catch(() =>
      control("POST", "/faults", { on: "withdraw_process", fault: "500-before", times: 0 }),
    );
    await control("POST", "/faults", { on: "get_process", fault: "99991672", times: 0 });
  };
  await one(unknown, inDoubt, "结果未知");
  await screenshot("outcomes");
  await control("DELETE", "/faults");
  await row(unknown).locator("button.again").click();
  await page.waitForFunction((id) => document.querySelector(`tr[data-id="${id}"] .chip`).textContent === "仍在进行中", unknown);
  await shows(() => row(unknown).locator("input").isEnabled(), true);
  await one(unknown, async () => undefined, "已撤回");
  for (const [id, status] of [[lost, 4], [ended, 9], [refused, 1], [unknown, 4]]) {
    assert.equal(await truth(id), status);
  }
});

/** By id, how far below the window's upper edge the rows are that can be seen: the page has been told of them before. */
function placesInSight() {
  const look = () =>
    new Promise((resolve) => {
      const observer = new IntersectionObserver((entries) => {
        observer.disconnect();
        const seen = entries.filter(({ isIntersecting }) => isIntersecting);
        resolve(seen.map(({ target, boundingClientRect: { top } }) => [target.dataset.id, Math.round(top)]));
      });
      document.querySelectorAll("#rows tr").forEach((row) => observer.observe(row));
    });
  return page.evaluate(look);
}

/** Selects these many processes and begins to withdraw them; their ids. */
async function begun(count) {
  const ids = await add(count);
  await open();
  await page.fill("#search", "79000");
  await page.waitForFunction((count) => document.querySelectorAll("#rows tr:not([hidden])").length === count, count);
  await page.click("#all");
  await withdraw("");
  await page.waitForFunction(() => document.getElementById("bar").value >= 10);
  return ids;
}

/** Each of them is withdrawn, was written once, and its row says so. */
async function allWithdrawn(ids) {
  await page.waitForFunction((count) => document.getElementById("bar").value === count, ids.length, { timeout: 120_000 });
  await over();
  const applied = (await control("GET", "/log")).filter((entry) => entry.operation === "withdraw_process" && entry.applied);
  assert.deepEqual(applied.map((entry) => entry.process_id).sort(), [...ids].sort());
  const others = (ids) => {
    const outcomes = ids.map((id) => document.querySelector(`tr[data-id="${id}"] td.outcome .chip`)?.textContent);
    return outcomes.filter((outcome) => !["已撤回", "已撤回（推定）"].includes(outcome)).length;
  };
  await shows(() => page.evaluate(others, ids), 0);
}

test("a run goes on where the page has lost the network, and its outcomes come with it", async () => {
  const ids = await begun(150);
  await context.setOffline(true);
  await page.waitForSelector("#offline:not([hidden])");
  await screenshot("offline");
  await context.setOffline(false);
  await allWithdrawn(ids);
});

test("a page that is loaded anew finds the run", async () => {
  const ids = await begun(150);
  await page.reload();
  await page.waitForFunction(() => document.getElementById("bar").max === 150 && !document.getElementById("progress").hidden);
  await allWithdrawn(ids);
  await page.click("#close-progress");
  await page.reload();
  await page.waitForSelector("#rows tr");
  await shows(() => page.isHidden("#progress"), true);
});

test("a backend that is killed and started again goes on with the run, and sends nothing twice", async () => {
  const ids = await begun(150);
  await ended(server, "SIGKILL");
  await serve({ port: new URL(url).port });
  await allWithdrawn(ids);
});

test("a run that is stopped sends nothing more, stays stopped in a new backend, and is gone on with", async () => {
  // Slow enough that it is not over before it can be stopped: 100 seconds.
  const slow = ["--quotas", JSON.stringify({ withdraw_process: { calls: 2, window_ms: 1_000 } })];
  await serveAnew(...slow);
  const ids = await begun(200);
  await page.click("#stop");
  await over();
  const unsent = await page.locator("#rows .chip", { hasText: "未发送" }).count();
  assert.ok(unsent > 0 && unsent < ids.length, String(unsent));
  await screenshot("stopped");
  const sent = async () => (await control("GET", "/log")).filter((entry) => entry.operation === "withdraw_process").length;
  const before = await sent();
  await ended(server, "SIGTERM");
  await serve({ port: new URL(url).port });
  await page.reload();
  await over();
  await shows(text("#go-on"), `继续撤回剩余 ${unsent} 个`);
  assert.equal(await sent(), before);
  await page.click("#go-on:enabled");
  await allWithdrawn(ids);
});

test("a run that stops by itself says why, and what to do", async () => {
  const ids = await add(30);
  await open();
  await page.fill("#search", "79000");
  await page.waitForFunction(() => document.querySelectorAll("#rows tr:not([hidden])").length === 30);
  await control("POST", "/faults", { on: "withdraw_process", fault: "99991672", times: 0 });
  await page.click("#all");
  await withdraw("");
  await over();
  await shows(text("#advice"), /权限/);
  await shows(() => page.locator("#rows .chip", { hasText: "未发送" }).count(), ids.length);
  await control("DELETE", "/faults");
  await page.click("#go-on:enabled");
  await allWithdrawn(ids);
});

test("in the oldest Node, which has no SQLite, too, a run survives the page", async () => {
  await ended(server, "SIGTERM");
  await serve({ node: process.execPath });
  const ids = await begun(60);
  await page.reload();
  await page.waitForFunction(() => document.getElementById("bar").max === 60 && !document.getElementById("progress").hidden);
  await allWithdrawn(ids);
});

test("another site cannot begin a run", async () => {
  const ids = await add(1);
  const body = JSON.stringify({ process_ids: ids, reason: "" });
  const json = { "content-type": "application/json" };
  for (const [status, headers] of [
    [403, { ...json, origin: "https://evil.example" }],
    [403, { ...json, "sec-fetch-site": "cross-site" }],
    [403, { "content-type": "text/plain" }],
    [200, json],
  ]) {
    assert.equal((await fetch(new URL("/run", url), { method: "POST", headers, body })).status, status);
    assert.equal(status === 200 || (await truth(ids[0])) === 1, true);
  }
  assert.equal((await fetch(new URL("/run", url), { method: "POST", headers: json, body: '{"process_ids":["x"]}' })).status >= 400, true);
});

test("of 500 processes all rows stand there at once, and those in sight are filled first, where they are", async () => {
  const ids = await add(500);
  const all = ids.length + (await Promise.all(Object.values(about.processes).map(truth))).filter((status) => status === 1).length;
  // No detail is answered before the page has been scrolled, and then only what the page had asked for, and what is in sight.
  // What is kept waiting too long is asked for again.
  const [asked, held] = [new Set(), []];
  let isLetThrough = () => false;
  await open({}, (page) =>
    page.route(/\/v2\/processes\/\d+/, (route) => {
      const id = new URL(route.request().url()).pathname.split("/").at(-1);
      asked.add(id);
      return isLetThrough(id) ? route.continue() : held.push({ id, route });
    }),
  );
  const read = (count) => `流程详情：已读取 ${count} / ${all}；飞书每分钟允许读取 100 个，约还需 ${Math.ceil((all - count) / 100)} 分钟`;
  await shows(text("#loading"), new RegExp(`^${read(0)}`));
  assert.equal(await page.locator("#rows tr").count(), all);
  await row(ids.at(-1)).scrollIntoViewIfNeeded();
  const places = await placesInSight();
  const inSight = places.map(([id]) => id);
  assert.ok(inSight.includes(ids.at(-1)) && inSight.length < 50, inSight.join(" "));

  const before = [...asked];
  assert.ok(before.length > 0 && before.every((id) => !inSight.includes(id)), before.join(" "));
  isLetThrough = (id) => before.includes(id) || inSight.includes(id);
  await Promise.all(held.splice(0).map(({ id, route }) => (isLetThrough(id) ? route.continue().catch(() => undefined) : held.push({ id, route }))));
  await page.waitForFunction(
    (ids) => ids.every((id) => document.querySelector(`tr[data-id="${id}"] td.started time`) !== null),
    inSight,
  );
  const order = [...asked];
  const others = order.slice(0, Math.max(...inSight.map((id) => order.indexOf(id)))).filter((id) => !inSight.includes(id));
  assert.ok(others.length <= AT_ONCE, `${others.length} were read before what is in sight`);
  await shows(text("#loading"), new RegExp(`^${read(order.filter(isLetThrough).length)}`));
  // Whoever looks at a row still has it before the eyes when it is filled.
  assert.deepEqual(await placesInSight(), places);
  await screenshot("loading");
  // And it stays usable.
  await row(ids.at(-1)).locator("input").click();
  await withdraw("");
  await over();
  assert.equal(await truth(ids.at(-1)), 4);
  assert.deepEqual(problems, []);
});

test("the keyboard is enough", async () => {
  const ids = await add(3);
  await open();
  await allRead();
  await page.keyboard.press("/");
  await page.keyboard.type("79000");
  await page.waitForFunction(() => document.querySelectorAll("#rows tr:not([hidden])").length === 3);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Space");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#detail[open]");
  await page.keyboard.press("Escape");
  await page.keyboard.press("w");
  await page.waitForSelector("#confirm[open]");
  await page.keyboard.type("误提交");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await over();
  const shown = await page.locator("#rows tr:not([hidden])").evaluateAll((rows) => rows.map((one) => one.dataset.id));
  assert.equal(await truth(shown[1]), 4);
  assert.deepEqual(await Promise.all(ids.filter((id) => id !== shown[1]).map(truth)), [1, 1]);
});

test("a screen reader finds a table, labels, and what changes", async () => {
  await add(2);
  await open();
  await allRead();
  for (const [role, name] of [
    ["table", "进行中的流程"],
    ["columnheader", "发起人"],
    ["search", ""],
    ["searchbox", "搜索"],
    ["combobox", "发起时间"],
    ["checkbox", "选择 年假申请"],
    ["button", "年假申请"],
  ]) {
    await shows(async () => (await page.getByRole(role, name === "" ? {} : { name }).count()) > 0, true);
  }
  const nameless = await page.evaluate(() =>
    [...document.querySelectorAll("button, input, select, textarea")]
      .filter((one) => one.checkVisibility() && !one.labels?.length && !one.textContent.trim() && !one.getAttribute("aria-label"))
      .map((one) => one.outerHTML),
  );
  assert.deepEqual(nameless, []);
  await shows(async () => (await page.locator("[role=status]:visible").count()) > 0, true);
  await shows(() => page.getAttribute("html", "lang"), "zh-CN");
});

test("it fits a phone, and the dark", async () => {
  await add(8);
  await open({ viewport: { width: 390, height: 844 }, colorScheme: "dark", locale: "en-GB" });
  await allRead();
  await page.locator("#rows input:enabled").first().click();
  await screenshot("phone-dark");
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= 390, `${width} pixels wide`);
  assert.deepEqual(problems, []);
});

test("the page may run nothing but what its server has, and reach nothing else", async () => {
  const answer = await fetch(url);
  const policy = answer.headers.get("content-security-policy");
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /script-src 'self' 'wasm-unsafe-eval'/);
  assert.ok(!policy.includes("unsafe-inline"));
  for (const path of ["/server.mjs", "/../package.json", "/feishu-corehr/package.json", "/feishu-corehr/node/node.js", "/x.js"]) {
    assert.equal((await fetch(new URL(path, url))).status, 404, path);
  }
});
