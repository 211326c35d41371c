// The console's tasks: approved, rejected, transferred, and completed processes revoked, against a Feishu with real tasks.

import assert from "node:assert/strict";
import test from "node:test";

import { about, allRead, control, open, page, problems, row, screenshot, serveAnew, shows, text, truth, url, useConsole } from "./console.mjs";

const ALL = ["review_task", "transfer_tasks", "revoke_process"];
const allow = (...operations) => operations.flatMap((name) => ["--allow", name]);
useConsole(...allow(...ALL));

const ID = "7900000000000000001";
const [FIRST, SECOND] = ["7300000000000000101", "7300000000000000102"];
const WRITES = ["add_approvers", ...ALL, "start_process", "withdraw_process"];

/** Adds a process with tasks in two nodes: one of B, who has approved or still has to, then one of C. */
async function added({ status = 1, first = 1, second = 1 } = {}) {
  const { process_administrator, document_administrator } = about.users;
  const task = (approver_id, user, status) => ({ approver_id, user, status, opinion: status === 1 ? "" : "同意" });
  const nodes = [
    { node_id: "7300000000000000201", any_of: false, tasks: [task(FIRST, process_administrator, first)] },
    { node_id: "7300000000000000202", any_of: false, tasks: [task(SECOND, document_administrator, second)] },
  ];
  await control("POST", "/processes", { process_id: ID, status, nodes, create_time: Date.now() - 90_000_000 });
}

const tasks = async () => (await control("GET", `/processes/${ID}`)).nodes.flatMap((node) => node.tasks);
const task = async (id) => (await tasks()).find(({ approver_id }) => approver_id === id);
const writes = async () => (await control("GET", "/log")).filter(({ operation }) => WRITES.includes(operation));
const bodies = async () => (await writes()).map(({ body }) => JSON.parse(body));
const offer = (name, id = FIRST) => page.locator(`#detail [data-key="${name} ${id}"]`);
const results = text("#detail-results");
const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.dataset.key);

/** Opens the page with the process's details. */
async function detail(options) {
  await open(options);
  await allRead();
  await row(ID).locator("button.open").click();
  await page.waitForSelector("#detail[open] .task, #detail[open] dl");
}

async function asked(name, id = FIRST) {
  await offer(name, id).click();
  await page.waitForSelector("#act[open]");
}

/** Fills in the question and confirms it. */
async function confirmed(name, { id = FIRST, reason = "", to = "" } = {}) {
  await asked(name, id);
  await page.fill("#act-reason", reason);
  if (to !== "") {
    await page.fill("#act-to", to);
  }
  await page.click("#act-yes");
}

/** A request by hand, as it could come from this origin's page; its status. */
async function byHand(path, body, headers = {}) {
  const all = { "content-type": "application/json", ...headers };
  const answer = await fetch(new URL(`/hr/open-apis/corehr/v2${path}`, url), { method: "PUT", headers: all, body: JSON.stringify(body) });
  return answer.status;
}

const REVIEW = `/processes/${ID}/approvers/${FIRST}`;
const TRANSFER = `/processes/${ID}/transfer`;
const REVOKE = `/process_revoke/${ID}`;

test("a process's tasks say whose they are, at which node, how they stand and since when", async () => {
  await added({ first: 3 });
  await detail();
  const { process_administrator, document_administrator } = about.users;
  await shows(() => page.locator("#detail .task").count(), 2);
  const [toDo, done] = [page.locator("#detail .task").first(), page.locator("#detail .task").last()];
  await shows(() => toDo.textContent(), new RegExp(`^丙 待处理${document_administrator.open_id}直属上级 · \\d{4}.* 起`));
  await shows(() => done.textContent(), new RegExp(`^乙 已通过${process_administrator.open_id}直属上级 · .* 起 · .* 结束 · 意见: 同意$`));
  // What has ended is offered nothing.
  assert.equal(await offer("approve", FIRST).count(), 0);
  assert.equal(await offer("approve", SECOND).count(), 1);
  await screenshot("tasks");
  assert.deepEqual(problems, []);
});

test("approving says what it does to whose task, and is done once", async () => {
  await added();
  await detail();
  await asked("approve");
  await screenshot("approve");
  await shows(text("#act-title"), "✓ 通过这个任务？");
  for (const said of [ID, FIRST, "年假", "乙", about.users.process_administrator.open_id, "直属上级", "系统，代替 乙"]) {
    await shows(text("#act-facts"), new RegExp(said));
  }
  // Enter presses what is safe.
  assert.equal(await focused(), "act-no");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#act:not([open])", { state: "attached" });
  await shows(focused, `approve ${FIRST}`);
  assert.deepEqual(await writes(), []);

  await confirmed("approve", { reason: "同意" });
  await shows(results, /^已通过乙 · 直属上级已生效日志 ID \d+…$/);
  assert.deepEqual(await bodies(), [{ status: 3, system_approval: true, reason: "同意" }]);
  assert.deepEqual([(await task(FIRST)).status, (await task(FIRST)).opinion, await truth(ID)], [3, "同意", 1]);
  await shows(() => page.locator("#detail-results button.copy").getAttribute("title"), /复制 \d+/);
  // The next node's task is there now, and the keyboard is still in the details.
  await shows(() => offer("approve", SECOND).count(), 1);
  await shows(() => offer("approve", FIRST).count(), 0);
  assert.equal(await page.evaluate(() => document.getElementById("detail").contains(document.activeElement)), true);
  await confirmed("approve", { id: SECOND });
  await shows(() => truth(ID), 9);
  await page.keyboard.press("Escape");
  await shows(() => row(ID).locator("td.outcome").textContent(), "已通过");
  await shows(() => row(ID).locator("td.waiting").textContent(), "已完成");
  assert.deepEqual(problems, []);
});

test("rejecting needs a reason of at most 1,000 characters, which is counted before anything is sent", async () => {
  await added();
  await detail();
  await asked("reject");
  await screenshot("reject");
  await shows(text("#act-title"), "✗ 拒绝这个任务？");
  for (const [reason, said, isRefused] of [
    ["", "0 / 1000 字；拒绝必须填写原因", true],
    [" \n", "2 / 1000 字；拒绝必须填写原因", true],
    // Each of them is two halves of JavaScript.
    ["😀".repeat(1_001), "1001 字，超过上限 1000 字", true],
    ["😀".repeat(1_000), "1000 / 1000 字", false],
  ]) {
    await page.fill("#act-reason", reason);
    await shows(text("#act-reason-count"), said);
    assert.equal(await page.isDisabled("#act-yes"), isRefused);
  }
  assert.equal(await page.getAttribute("#act-reason", "aria-required"), "true");
  assert.deepEqual(await writes(), []);
  await page.fill("#act-reason", "材料不全");
  await page.click("#act-yes");
  await shows(results, /^已拒绝乙 · 直属上级已生效/);
  assert.deepEqual(await bodies(), [{ status: 2, system_approval: true, reason: "材料不全" }]);
  assert.deepEqual([(await task(FIRST)).status, await truth(ID)], [2, 2]);
  assert.deepEqual(problems, []);
});

test("approving and rejecting are never mistaken for each other", async () => {
  await added();
  await detail();
  const looks = {};
  for (const name of ["reject", "approve"]) {
    await asked(name);
    await page.fill("#act-reason", "写了又取消");
    const colours = await page.evaluate(() => {
      const style = getComputedStyle(document.getElementById("act-yes"));
      return [style.backgroundColor, getComputedStyle(document.getElementById("act")).borderTopColor];
    });
    looks[name] = [await page.textContent("#act-title"), await page.textContent("#act-yes"), await page.getAttribute("#act-yes", "value"), ...colours];
    assert.equal(await focused() !== "act-yes", true);
    await page.click("#act-no");
    await page.waitForSelector("#act:not([open])", { state: "attached" });
  }
  for (const [place, look] of looks.approve.entries()) {
    assert.notEqual(look, looks.reject[place]);
  }
  // Nothing of a question that was cancelled is left in the next one.
  await asked("approve");
  assert.equal(await page.inputValue("#act-reason"), "");
  await page.click("#act-yes");
  await shows(results, /^已通过/);
  assert.deepEqual(await bodies(), [{ status: 3, system_approval: true }]);
});

test("a task is transferred to one person by id, and can then be transferred from there", async () => {
  await added();
  await detail();
  await asked("transfer");
  await screenshot("transfer");
  await shows(text("#act-to-label"), "接收人的 open_id（一人）");
  await shows(() => page.isDisabled("#act-yes"), true);
  const { initiator, stranger } = about.users;
  await page.fill("#act-to", "ou_a ou_b");
  await shows(text("#act-to-hint"), "这不是有效的 ID");
  assert.equal(await page.isDisabled("#act-yes"), true);
  await page.fill("#act-to", ` ${stranger.open_id} `);
  await page.fill("#act-reason", "休假");
  // Enter in the line neither confirms nor cancels.
  await page.press("#act-to", "Enter");
  assert.deepEqual([await page.isVisible("#act"), (await writes()).length], [true, 0]);
  await page.click("#act-yes");
  await shows(results, /^已转交乙 · 直属上级已生效/);
  assert.equal((await task(FIRST)).user.open_id, stranger.open_id);
  await shows(() => page.locator("#detail .task").first().textContent(), /^丁 待处理/);
  await confirmed("transfer", { to: initiator.open_id });
  await shows(async () => (await task(FIRST)).user.open_id, initiator.open_id);
  assert.deepEqual(await bodies(), [
    { to_user_id: stranger.open_id, approver_ids: [FIRST], remark: "休假", system_user: true },
    { to_user_id: initiator.open_id, approver_ids: [FIRST], system_user: true },
  ]);
  assert.deepEqual(problems, []);
});

test("a transfer that Feishu refuses had no effect, and says what to do", async () => {
  await added();
  await detail();
  await confirmed("transfer", { to: "ou_nobody" });
  await shows(results, /^转交没有生效乙 · 直属上级没有生效 · .*员工不存在，请检查 to_user_id.*1160117日志 ID/);
  await shows(() => offer("transfer").count(), 1);
  assert.equal((await task(FIRST)).user.open_id, about.users.process_administrator.open_id);
});

test("only a completed process can be revoked, and it cannot be selected for withdrawing", async () => {
  await added({ status: 9, first: 3, second: 3 });
  await open();
  await allRead();
  await row(about.processes.running).locator("button.open").click();
  await page.waitForSelector("#detail[open] .task");
  assert.equal(await page.locator("#detail .revoke").count(), 0);
  await page.keyboard.press("Escape");
  await page.selectOption("#status", "completed");
  await page.waitForSelector(`#rows tr[data-id="${ID}"]`);
  await allRead();
  await shows(() => row(ID).locator("input").isDisabled(), true);
  await shows(() => page.isDisabled("#all"), true);
  await shows(text("#summary"), "2 个已完成的流程");
  await row(ID).locator("button.open").click();
  await asked("revoke", "");
  await screenshot("revoke");
  await shows(text("#act-title"), "↶ 撤销这个已完成的流程？");
  await page.fill("#act-reason", "字".repeat(501));
  await shows(text("#act-reason-count"), "501 字，超过上限 500 字");
  assert.equal(await page.isDisabled("#act-yes"), true);
  await page.fill("#act-reason", "录入有误");
  await page.click("#act-yes");
  await shows(results, /^已撤销已生效日志 ID/);
  assert.equal(await truth(ID), 8);
  assert.deepEqual(await bodies(), [{ system_user: true, reason: "录入有误" }]);
  assert.equal(await page.locator("#detail .revoke").count(), 0);
  assert.deepEqual(problems, []);
});

test("a revocation that is not over yet is never called revoked", async () => {
  await added({ status: 9, first: 3, second: 3 });
  await open();
  await page.selectOption("#status", "completed");
  await page.waitForSelector(`#rows tr[data-id="${ID}"]`);
  await allRead();
  await row(ID).locator("button.open").click();
  await page.waitForSelector("#detail[open] .revoke");
  const success = { status: 200, json: { code: 0, msg: "success", data: {} } };
  await control("POST", "/script", { steps: [{ on: "revoke_process", answer: success }] });
  await asked("revoke", "");
  await control("POST", "/processes", { process_id: ID, status: 15 });
  await page.click("#act-yes");
  await shows(results, /^撤销中，尚未结束/);
});

test("what the backend does not allow is not offered, and refused when it is asked for by hand", async () => {
  for (const refused of ALL) {
    await serveAnew(...allow(...ALL.filter((name) => name !== refused)));
    await added();
    await detail();
    await page.waitForSelector("#detail .task .transfer, #detail .task .approve");
    const isOffered = async (name) => (await offer(name).count()) === 1;
    assert.deepEqual(
      [await isOffered("approve"), await isOffered("reject"), await isOffered("transfer")],
      [refused !== "review_task", refused !== "review_task", refused !== "transfer_tasks"],
    );
    await page.context().close();
  }
  await serveAnew();
  await added();
  await detail();
  await page.waitForSelector("#detail .task");
  assert.equal(await page.locator("#detail menu.acts").count(), 0);
  const { open_id } = about.users.stranger;
  for (const [path, body] of [
    [REVIEW, { status: 3, system_approval: true }],
    [REVIEW, { status: 2, system_approval: true, reason: "x" }],
    [TRANSFER, { system_user: true, to_user_id: open_id, approver_ids: [FIRST] }],
  ]) {
    assert.equal(await byHand(path, body), 403);
  }
  await control("POST", "/processes", { process_id: ID, status: 9 });
  assert.equal(await byHand(REVOKE, { system_user: true }), 403);
  assert.equal(await truth(ID), 9);
  assert.deepEqual(await writes(), []);
});

test("whoever a request by hand names, the server's actor acts, and the core's rules hold", async () => {
  await added();
  const { process_administrator, stranger } = about.users;
  for (const [status, path, body, headers] of [
    [400, REVIEW, { status: 2, system_approval: true }],
    [400, REVIEW, { status: 2, system_approval: true, reason: "字".repeat(1_001) }],
    [400, REVIEW, { status: 1, system_approval: true }],
    [400, TRANSFER, { system_user: true, to_user_id: "a b", approver_ids: [FIRST] }],
    [403, REVIEW, { status: 3, system_approval: true }, { origin: "https://evil.example" }],
    [403, REVIEW, { status: 3, system_approval: true }, { "sec-fetch-site": "cross-site" }],
  ]) {
    assert.equal(await byHand(path, body, headers), status, JSON.stringify(body).slice(0, 80));
  }
  assert.deepEqual(await writes(), []);
  await serveAnew(...allow("review_task"), "--actor", process_administrator.open_id);
  assert.equal(await byHand(`${REVIEW}?user_id_type=open_id`, { status: 3, user_id: stranger.open_id }), 200);
  assert.deepEqual(await bodies(), [{ status: 3, user_id: process_administrator.open_id }]);
  assert.equal((await task(FIRST)).status, 3);
});

test("a person who acts is named in the question, and whose task it is not is refused", async () => {
  const { open_id } = about.users.process_administrator;
  await serveAnew(...allow("review_task"), "--actor", open_id);
  await added();
  await detail();
  await asked("approve");
  await shows(text("#act-facts"), new RegExp(`操作人${open_id}$`));
  await page.click("#act-yes");
  await shows(results, /^已通过/);
  await confirmed("approve", { id: SECOND });
  await shows(results, /^通过操作没有生效丙 · 直属上级没有生效 · .*没有审批权限.*1161003日志 ID/);
  assert.deepEqual([(await task(FIRST)).status, (await task(SECOND)).status], [3, 1]);
});

test("a lost answer to an approval is read back, and nothing is sent twice", async () => {
  await added();
  await detail();
  await control("POST", "/faults", { on: "review_task", fault: "rst-after-applied" });
  await confirmed("approve");
  await shows(results, /^已通过（推定）乙 · 直属上级已生效 · 服务器的应答丢失/);
  assert.deepEqual((await writes()).map(({ applied }) => applied), [true]);
  assert.equal((await task(FIRST)).status, 3);
});

test("an approval whose outcome is unknown says what to look at, and is only cleared up by looking", async () => {
  await added();
  await detail();
  await control("POST", "/faults", { on: "review_task", fault: "500-after", times: 0 });
  await control("POST", "/faults", { on: "get_process", fault: "99991672", times: 0 });
  await confirmed("approve");
  await shows(results, /^通过：结果未知乙 · 直属上级是否生效未知 · 请先重新读取，看任务仍在待办还是已办，再决定 · .*HTTP 500/);
  assert.deepEqual([await offer("approve").count(), await offer("reject").count()], [0, 0]);
  await screenshot("unknown");
  // Neither is it withdrawn meanwhile.
  assert.equal(await row(ID).locator("input").isDisabled(), true);
  await control("DELETE", "/faults");
  const sent = (await writes()).length;
  await page.click("#detail-results button.again");
  await shows(results, /^已通过（推定）/);
  assert.equal((await writes()).length, sent);
});

test("a transfer whose answer is lost is not sent again, and reading tells whose the task is", async () => {
  await added();
  await detail();
  const { open_id } = about.users.stranger;
  await control("POST", "/faults", { on: "transfer_tasks", fault: "rst-after-request-not-applied", times: 1 });
  await control("POST", "/faults", { on: "transfer_tasks", fault: "rst-after-applied", times: 1 });
  await confirmed("transfer", { to: open_id });
  await shows(results, /^转交：结果未知乙 · 直属上级是否生效未知 · 请先重新读取，看任务在谁手中，再决定 · 再次转交前请先查询流程详情：todos 中可以看到各任务/);
  assert.equal(await offer("transfer").count(), 0);
  await page.click("#detail-results button.again");
  await shows(results, /^任务仍在原处理人手中乙 · 直属上级是否生效未知 · 延迟的请求仍可能生效/);
  assert.equal((await writes()).length, 1);
  // Who has read it may decide to do it again, and is asked as before.
  await confirmed("transfer", { to: open_id });
  await shows(results, /^转交：结果未知/);
  await page.locator("#detail-results button.again").first().click();
  await shows(results, /^已转交（推定）/);
  assert.equal((await writes()).length, 2);
  assert.equal((await task(FIRST)).user.open_id, open_id);
});

test("a task that somebody else has just done: as it was meant, or otherwise", async () => {
  await added();
  await detail();
  await asked("approve");
  await added({ first: 3 });
  await page.click("#act-yes");
  await shows(results, /^已通过（非本次）乙 · 直属上级已经是这个结果/);
  await asked("approve", SECOND);
  await added({ status: 2, first: 3, second: 2 });
  await page.click("#act-yes");
  await shows(results, /^通过操作没有生效丙 · 直属上级没有生效 · .*1161001/);
  await shows(() => page.locator("#detail .task").last().textContent(), /^丙 已拒绝/);
  assert.equal(await page.locator("#detail menu.acts").count(), 0);
  assert.deepEqual(await tasks().then((all) => all.map(({ status }) => status)), [3, 2]);
});

test("the keyboard is enough to decide, in English, and nothing is without a name", async () => {
  await added();
  await open({ locale: "en-GB" });
  await allRead();
  await row(ID).locator("button.open").focus();
  await page.keyboard.press("Enter");
  await page.waitForSelector("#detail[open] .task");
  await shows(() => page.getByRole("button", { name: "Reject… B Manager" }).count(), 1);
  while ((await focused()) !== `reject ${FIRST}`) {
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Enter");
  await page.waitForSelector("#act[open]");
  for (const [role, name] of [["dialog", "✗ Reject this task?"], ["textbox", "Reason (needed)"], ["button", "Yes, reject"], ["button", "Cancel"]]) {
    assert.equal(await page.getByRole(role, { name }).count(), 1, name);
  }
  const nameless = await page.evaluate(() =>
    [...document.querySelectorAll("button, input, select, textarea")]
      .filter((one) => one.checkVisibility() && !one.labels?.length && !one.textContent.trim() && !one.getAttribute("aria-label"))
      .map((one) => one.outerHTML),
  );
  assert.deepEqual(nameless, []);
  await page.keyboard.press("Shift+Tab");
  assert.equal(await focused(), "act-reason");
  await page.keyboard.type("Incomplete");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "act-yes");
  await page.keyboard.press("Enter");
  await shows(results, /^RejectedB · ManagerIt took effectLog id/);
  assert.equal(await page.getAttribute("#detail-results", "role"), "status");
  assert.equal(await page.evaluate(() => document.getElementById("detail").contains(document.activeElement)), true);
  assert.equal((await task(FIRST)).status, 2);
  await page.keyboard.press("Escape");
  // Back to where the details were opened.
  await shows(() => page.evaluate(() => document.activeElement.closest("tr")?.dataset.id), ID);
  assert.deepEqual(problems, []);
});

test("an act's outcome survives a new list, and details fit a phone in the dark", async () => {
  await added();
  await detail({ viewport: { width: 390, height: 844 }, colorScheme: "dark" });
  await control("POST", "/faults", { on: "transfer_tasks", fault: "rst-after-request-not-applied" });
  await confirmed("transfer", { to: about.users.stranger.open_id });
  await shows(results, /^转交：结果未知/);
  await screenshot("tasks-phone-dark");
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390);
  await page.keyboard.press("Escape");
  await page.click("#reload");
  await allRead();
  await shows(() => row(ID).locator("td.outcome").textContent(), "转交：结果未知");
  await row(ID).locator("button.open").click();
  await shows(results, /^转交：结果未知/);
});
