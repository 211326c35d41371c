// The page: what is shown, selected and done. The rest stands in the files that are imported here.

import { Client } from "./feishu-corehr/web/browser.js";

import { Acts } from "./acts.js";
import { askReason, detailed, drawDetail, focusDetail, showDetail } from "./dialogs.js";
import { byId, element } from "./elements.js";
import { Processes } from "./processes.js";
import { askAct } from "./question.js";
import { saveResults } from "./results.js";
import { initiatorOf, isSelectable, nameOf, Row } from "./table.js";
import { isChinese, switchLanguage, texts } from "./texts.js";
import { Withdrawals } from "./withdrawals.js";

const DAY = 24 * 60 * 60 * 1_000;
const AGES = [0, 1, 3, 7, 30];
const SPANS = [30, 90, 365];
const LISTED = ["in_progress", "completed"];
const READS_A_MINUTE = 100;

const client = new Client({ base_url: "/hr", credentials: "same-origin" });
const processes = new Processes(client, changed);
const withdrawals = new Withdrawals(processes, changed);
const acts = new Acts(client, processes, changed);
const rows = new Map();
const selected = new Set();
/** The item from which a range is selected. */
let anchor;
let isDrawing = false;
const stale = new Set();

const seen = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    processes.see(target.dataset.id, isIntersecting);
  }
});

/** Remembers what has changed; all of it is drawn together, once for each frame. */
function changed(items) {
  for (const item of items) {
    stale.add(item);
  }
  if (!isDrawing) {
    isDrawing = true;
    requestAnimationFrame(draw);
  }
}

function draw() {
  isDrawing = false;
  for (const id of [...rows.keys()].filter((id) => !processes.items.has(id))) {
    seen.unobserve(rows.get(id).element);
    rows.get(id).element.remove();
    rows.delete(id);
    selected.delete(id);
  }
  const added = [];
  for (const item of stale) {
    if (processes.items.get(item.id) !== item) {
      continue;
    }
    if (!isSelectable(item)) {
      selected.delete(item.id);
    }
    if (!rows.has(item.id)) {
      rows.set(item.id, new Row(item, { open, read, select }));
      added.push(rows.get(item.id).element);
      seen.observe(rows.get(item.id).element);
    }
    rows.get(item.id).draw(selected.has(item.id), item);
  }
  byId("rows").append(...added);
  if (stale.size > 0) {
    drawInitiators();
  }
  if (stale.has(detailed())) {
    drawDetail();
  }
  stale.clear();
  // What is in doubt has to be read, and shares the 100 reads a minute with the details.
  processes.hold(!navigator.onLine || !withdrawals.isOver || acts.isGoing);
  filter();
  drawState();
}

/** Everything that is not a row. */
function drawState() {
  const t = texts();
  const { items, isListing, error } = processes;
  const shown = [...items.values()].filter((item) => !rows.get(item.id)?.element.hidden);
  const selectable = shown.filter(isSelectable);
  byId("summary").textContent = isListing && items.size === 0 ? "" : t.found(shown.length, items.size, status());
  byId("loading").textContent = loadingText(t);
  byId("loading").classList.toggle("bad", error !== undefined);
  byId("empty").hidden = isListing || error !== undefined || shown.length > 0;
  byId("empty").textContent = items.size === 0 ? t.none(status()) : t.none_found;
  byId("caption").textContent = t.caption(status());
  byId("all").checked = selectable.length > 0 && selectable.every(({ id }) => selected.has(id));
  byId("all").indeterminate = !byId("all").checked && selectable.some(({ id }) => selected.has(id));
  byId("all").disabled = selectable.length === 0;
  byId("actions").hidden = selected.size === 0;
  byId("selected").textContent = t.selected(selected.size);
  byId("withdraw").disabled = !withdrawals.isOver;
  drawProgress(t);
}

function loadingText(t) {
  const { items, isListing, error, unread, read } = processes;
  if (error !== undefined) {
    return t.failed((isChinese() ? error.advice?.zh : error.advice?.en) ?? error.message);
  }
  if (isListing) {
    return t.listing(items.size);
  }
  if (unread === 0) {
    return "";
  }
  const minutes = Math.ceil(unread / READS_A_MINUTE);
  return t.loading(read, items.size) + t.minutes(minutes) + (byId("search").value === "" ? "" : t.unmatched(unread));
}

function drawProgress(t) {
  const { items, counts, isOver, trouble } = withdrawals;
  byId("progress").hidden = items.length === 0;
  byId("bar").max = Math.max(counts.all, 1);
  byId("bar").value = counts.done;
  byId("progress-text").textContent = t.progress_text(counts) + (counts.unsent === 0 ? "" : ` · ${t.stopped(counts.unsent)}`);
  // What stops a run goes wrong with all of it, and is told once.
  const { advice, reason } = trouble ?? {};
  byId("advice").hidden = trouble === undefined;
  byId("advice").textContent = (isChinese() ? advice?.zh : advice?.en) ?? reason ?? "";
  byId("stop").hidden = isOver;
  byId("go-on").hidden = !isOver || counts.unsent === 0;
  byId("go-on").disabled = !navigator.onLine;
  byId("go-on").textContent = t.go_on(counts.unsent);
  byId("save").hidden = !isOver;
  byId("close-progress").hidden = !isOver;
}

/** Shows the rows that match, and no others. */
function filter() {
  const wanted = byId("search").value.trim().toLowerCase();
  const initiator = byId("initiator").value;
  const newest = Date.now() - Number(byId("age").value) * DAY;
  for (const item of processes.items.values()) {
    const { process } = item;
    const words = [item.id, nameOf(item), process && initiatorOf(item)].filter(Boolean).join("\n").toLowerCase();
    const isWanted =
      words.includes(wanted) &&
      (initiator === "" || (process !== undefined && initiatorOf(item) === initiator)) &&
      (byId("age").value === "0" || (process !== undefined && (process.create_time ?? Infinity) <= newest));
    const row = rows.get(item.id);
    if (row !== undefined) {
      row.element.hidden = !isWanted;
    }
    // What is not shown is not withdrawn.
    if (!isWanted && selected.delete(item.id)) {
      row?.draw(false);
    }
  }
}

function drawInitiators() {
  const names = [...processes.items.values()].filter((item) => item.process !== undefined).map(initiatorOf);
  const wanted = [...new Set(names)].sort((one, other) => one.localeCompare(other));
  const select = byId("initiator");
  const { value } = select;
  const options = wanted.map((name) => element("option", { value: name }, name));
  select.replaceChildren(element("option", { value: "" }, texts().anybody), ...options);
  select.value = wanted.includes(value) ? value : "";
}

/** Everything in the language that was chosen. */
function drawTexts() {
  const t = texts();
  document.documentElement.lang = isChinese() ? "zh-CN" : "en";
  document.title = t.title;
  for (const labelled of document.querySelectorAll("[data-text]")) {
    labelled.textContent = t[labelled.dataset.text];
  }
  byId("language").textContent = t.language;
  byId("language").lang = isChinese() ? "en" : "zh-CN";
  byId("search").placeholder = t.search_hint;
  byId("all").setAttribute("aria-label", t.select_all);
  byId("offline-text").textContent = t.offline;
  drawOptions("age", AGES, (days) => (days === 0 ? t.any_age : t.days_ago(days)));
  drawOptions("span", SPANS, t.days);
  drawOptions("status", LISTED, (status) => t.statuses[status]);
  changed(processes.items.values());
}

function drawOptions(id, values, text) {
  const { value } = byId(id);
  byId(id).replaceChildren(...values.map((one) => element("option", { value: String(one) }, text(one))));
  byId(id).value = value === "" ? String(values[0]) : value;
}

function select(item, isRange) {
  const isOn = !selected.has(item.id);
  const shown = [...byId("rows").children].filter((row) => !row.hidden).map((row) => row.dataset.id);
  const [from, to] = [shown.indexOf(isRange ? anchor : item.id), shown.indexOf(item.id)].sort((one, other) => one - other);
  for (const id of shown.slice(Math.max(from, 0), to + 1)) {
    const one = processes.items.get(id);
    if (isSelectable(one)) {
      isOn ? selected.add(id) : selected.delete(id);
      stale.add(one);
    }
  }
  anchor = item.id;
  changed([item]);
}

function selectAll(isOn) {
  for (const item of processes.items.values()) {
    if (!rows.get(item.id).element.hidden && isSelectable(item)) {
      isOn ? selected.add(item.id) : selected.delete(item.id);
    }
  }
  changed(processes.items.values());
}

/** In the words of the language that is shown. */
function status() {
  return texts().statuses[byId("status").value];
}

function list() {
  processes.list(Number(byId("span").value), byId("status").value);
}

/** Shows a process as it is known, and reads it: who decides about a task must not see an old state. */
async function open(item) {
  showDetail(item, { acts, act, look: (...one) => acts.look(...one) });
  await processes.read_again(item).catch((error) => (item.error = error));
  changed([item]);
}

/** Asks, and then does to a task or to the process what was confirmed. */
async function act(name, item, task) {
  const filled = await askAct(name, item, task, acts, (filled) => acts.wrong(name, item, task, filled));
  // The process may have been read while the question was open.
  if (filled !== undefined && acts.offered(item, task).includes(name)) {
    acts.act(name, item, task, filled);
  }
  focusDetail(`${name} ${task?.approver_id ?? ""}`);
}

/** Looks what has become of a process whose withdrawal is in doubt. */
async function read(item) {
  item.outcome = { ...item.outcome, isReading: true };
  changed([item]);
  try {
    const process = await processes.read_again(item);
    const { log_id, at } = item.outcome;
    if (process.status === "withdrawn") {
      item.outcome = { kind: "withdrawn", attribution: "presumed", log_id, at };
    } else if (process.status === "in_progress") {
      item.outcome = { kind: "still_running", log_id, at };
    } else {
      const error = { ...item.outcome.error, kind: "not_withdrawable", status: process.status_number, effect: "none", msg: "" };
      item.outcome = { kind: "not_withdrawn", error, log_id, at };
    }
  } catch (error) {
    item.outcome = { ...item.outcome, isReading: false };
  }
  changed([item]);
}

async function withdraw() {
  const items = [...selected].map((id) => processes.items.get(id));
  if (items.length === 0 || !withdrawals.isOver) {
    return;
  }
  const reason = await askReason(items);
  if (reason !== undefined) {
    withdrawals.begin(items, reason);
    byId("progress").scrollIntoView({ block: "nearest" });
  }
}

function drawNetwork() {
  byId("offline").hidden = navigator.onLine;
  if (navigator.onLine) {
    processes.retry();
    acts.load();
  }
  changed(processes.items.values());
}

function moveFocus(event, step) {
  const shown = [...byId("rows").children].filter((row) => !row.hidden);
  const place = shown.indexOf(document.activeElement.closest("tr"));
  const next = shown[Math.min(Math.max(place + step, 0), shown.length - 1)];
  if (next !== undefined) {
    event.preventDefault();
    (next.querySelector("input:enabled") ?? next.querySelector("button")).focus();
    next.scrollIntoView({ block: "nearest" });
  }
}

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.matches("input:not([type=checkbox]), textarea, select");
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]") !== null) {
    return;
  }
  if (event.key === "/" && !isTyping) {
    event.preventDefault();
    byId("search").focus();
  } else if (event.key === "w" && !isTyping) {
    event.preventDefault();
    withdraw();
  } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && (!isTyping || event.target === byId("search"))) {
    moveFocus(event, event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter" && event.target.matches("#rows input")) {
    // Or the same stroke would close it: the dialog begins with its button.
    event.preventDefault();
    open(processes.items.get(event.target.closest("tr").dataset.id));
  }
});
byId("filters").addEventListener("input", () => changed([]));
byId("filters").addEventListener("submit", (event) => event.preventDefault());
byId("span").addEventListener("change", list);
byId("status").addEventListener("change", list);
byId("reload").addEventListener("click", () => {
  acts.load();
  list();
});
byId("retry").addEventListener("click", drawNetwork);
byId("all").addEventListener("change", (event) => selectAll(event.target.checked));
byId("clear").addEventListener("click", () => selectAll(false));
byId("withdraw").addEventListener("click", withdraw);
byId("stop").addEventListener("click", () => withdrawals.stop());
byId("go-on").addEventListener("click", () => withdrawals.go_on());
byId("detail-read").addEventListener("click", () => open(detailed()));
byId("save").addEventListener("click", () => saveResults(withdrawals.items));
byId("close-progress").addEventListener("click", () => withdrawals.close());
byId("language").addEventListener("click", () => {
  switchLanguage();
  drawTexts();
});
// The outcome of what is on its way would be lost.
window.addEventListener("beforeunload", (event) => acts.isGoing && event.preventDefault());
window.addEventListener("online", drawNetwork);
window.addEventListener("offline", drawNetwork);

drawTexts();
drawNetwork();
list();
withdrawals.watch();
