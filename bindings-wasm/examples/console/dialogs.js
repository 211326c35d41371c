// The two dialogs: a process's details, and the question before a withdrawal.

import { byId, element } from "./elements.js";
import { initiatorOf, nameOf, waitingFor } from "./table.js";
import { moment, named, texts } from "./texts.js";

const LONGEST_REASON = 500;
const SHOWN = 5;

/** Shows what is known of a process. */
export function showDetail(item) {
  const t = texts();
  byId("detail-title").textContent = nameOf(item);
  const { process } = item;
  const body = byId("detail-body");
  if (process === undefined) {
    body.replaceChildren(element("p", { className: "note" }, item.error === undefined ? t.pending : t.failed(item.error.message)));
  } else {
    const facts = [
      [t.status, t.statuses[process.status]],
      [t.number, item.id],
      [t.flow, named(process.flow_definition_name) || process.flow_definition_id],
      [t.initiator, initiatorOf(item)],
      [t.started, moment(process.create_time)],
      [t.ended, process.complete_time === null ? undefined : moment(process.complete_time)],
      [t.waiting, process.status === "in_progress" ? waitingFor(item) : undefined],
    ];
    body.replaceChildren(
      element("dl", { className: "facts" }, ...facts.filter(([, fact]) => fact).map(fact)),
      ...section(t.summary, process.abstracts.map((line) => fact([named(line.name), named(line.value)])), "dl"),
      ...section(t.todos, process.todos.map(task), "ol"),
      ...section(t.history, process.done_list.map(doneTask), "ol"),
      ...link(process.start_links.web_link, t.document),
    );
  }
  const dialog = byId("detail");
  if (!dialog.open) {
    dialog.showModal();
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

function task({ node_name, operator_name, create_time }) {
  return element("li", {}, element("b", {}, named(operator_name) || texts().system), ` ${named(node_name)} · ${moment(create_time)}`);
}

function doneTask({ node_name, operator_name, complete_time, status, approval_opinion }) {
  const t = texts();
  const opinion = approval_opinion === "" ? "" : ` · ${t.opinion}: ${approval_opinion}`;
  const who = element("b", {}, named(operator_name) || t.system);
  return element("li", {}, who, ` ${named(node_name)} · ${t.done_statuses[status]} · ${moment(complete_time)}${opinion}`);
}

/** Only a web page is a link: an address comes from a server. */
function link(address, text) {
  return /^https:\/\//.test(address) ? [element("p", {}, element("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, text))] : [];
}
