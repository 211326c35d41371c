// Two dialogs: a process's details, and the question before a withdrawal.

import { byId, element } from "./elements.js";
import { initiatorOf, nameOf, waitingFor } from "./table.js";
import { actLines, buttons, taskSections } from "./tasks.js";
import { moment, named, texts } from "./texts.js";

const LONGEST_REASON = 500;
const SHOWN = 5;

/** What the details show, and what can be done from there. */
let shown;

/** Shows what is known of a process, and what `acts` offers; `act` and `look` are what its buttons do. */
export function showDetail(item, doers) {
  shown = { item, ...doers };
  drawDetail();
  const dialog = byId("detail");
  // What they were opened from may have been drawn anew, and the browser does not find it then.
  dialog.onclose = () => {
    if (document.activeElement === document.body || dialog.contains(document.activeElement)) {
      document.querySelector(`#rows tr[data-id="${CSS.escape(shown.item.id)}"] button.open`)?.focus();
    }
  };
  if (!dialog.open) {
    dialog.showModal();
  }
}

/** The process whose details are shown. */
export function detailed() {
  return byId("detail").open ? shown?.item : undefined;
}

/** Draws the details anew, where the keyboard was. */
export function drawDetail() {
  const { item, acts, act, look } = shown;
  const t = texts();
  const focused = document.activeElement;
  const key = byId("detail").contains(focused) ? focused.dataset.key : undefined;
  byId("detail-title").textContent = nameOf(item);
  drawResults(item, look);
  const { process, error } = item;
  const trouble = error === undefined ? [] : [element("p", { className: "note bad" }, t.failed(error.message))];
  const body = byId("detail-body");
  if (process === undefined) {
    body.replaceChildren(...trouble, ...(error === undefined ? [element("p", { className: "note" }, t.pending)] : []));
  } else {
    const facts = [
      [t.status, t.statuses[process.status]],
      [t.number, item.id],
      [t.flow, named(process.flow_definition_name) || process.flow_definition_id],
      [t.initiator, initiatorOf(item)],
      [t.started, moment(process.create_time)],
      [t.ended, process.complete_time === null ? undefined : moment(process.complete_time)],
      [t.waiting, process.status === "in_progress" ? waitingFor(item) : undefined],
      [t.read_at, moment(item.read_at)],
    ];
    body.replaceChildren(
      ...trouble,
      element("dl", { className: "facts" }, ...facts.filter(([, fact]) => fact).map(fact)),
      ...[buttons(item, undefined, acts.offered(item), act)].filter(Boolean),
      ...taskSections(item, (...one) => acts.offered(...one), act),
      ...section(t.summary, process.abstracts.map((line) => fact([named(line.name), named(line.value)])), "dl"),
      ...link(process.start_links.web_link, t.document),
    );
  }
  if (key !== undefined) {
    focusDetail(key);
  }
}

/** Puts the keyboard on what has that key, and on the title where that is gone. */
export function focusDetail(key) {
  (byId("detail").querySelector(`[data-key="${CSS.escape(key)}"]`) ?? byId("detail-title")).focus();
}

/** Drawn anew only where something else is to be said: a screen reader reads it aloud. */
function drawResults(item, look) {
  const results = byId("detail-results");
  const fresh = actLines(item, look);
  const text = [item.id, ...fresh.map((line) => line.textContent)].join("\n");
  if (results.dataset.text !== text) {
    results.dataset.text = text;
    results.replaceChildren(...fresh);
  }
}

/** Asks whether to withdraw these; resolves with the reason, or undefined. */
export function askReason(items) {
  const t = texts();
  const dialog = byId("confirm");
  const reason = byId("reason");
  const yes = byId("confirm-yes");
  byId("confirm-title").textContent = t.confirm_title(items.length);
  yes.textContent = t.withdraw(items.length);
  const lines = items.slice(0, SHOWN).map((item) => element("li", {}, nameOf(item), " ", element("span", { className: "number" }, item.id)));
  const more = items.length > SHOWN ? element("li", { className: "note" }, t.more(items.length - SHOWN)) : undefined;
  byId("confirm-list").replaceChildren(...[...lines, more].filter(Boolean));
  const count = () => {
    // As the server counts: whole characters, not the halves of JavaScript.
    const length = [...reason.value].length;
    const isTooLong = length > LONGEST_REASON;
    byId("reason-count").textContent = isTooLong ? t.too_long(length) : t.counted(length);
    byId("reason-count").classList.toggle("bad", isTooLong);
    reason.setAttribute("aria-invalid", String(isTooLong));
    yes.disabled = isTooLong;
  };
  reason.oninput = count;
  count();
  dialog.returnValue = "cancel";
  dialog.showModal();
  reason.focus();
  return new Promise((resolve) => {
    dialog.onclose = () => resolve(dialog.returnValue === "yes" ? reason.value : undefined);
  });
}

function fact([name, value]) {
  return element("div", {}, element("dt", {}, name), element("dd", {}, value));
}

function section(title, children, tag) {
  return children.length === 0 ? [] : [element("h3", {}, title), element(tag, { className: "facts" }, ...children)];
}

/** Only a web page is a link: an address comes from a server. */
function link(address, text) {
  return /^https:\/\//.test(address) ? [element("p", {}, element("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, text))] : [];
}
