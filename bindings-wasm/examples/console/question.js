// The question before an act: what will be done, to which task of which process, whose it is, and who does it.

import { byId, element } from "./elements.js";
import { initiatorOf, nameOf } from "./table.js";
import { whoseOf } from "./tasks.js";
import { moment, named, texts } from "./texts.js";

/** How long a reason may be, in characters; a remark has no documented limit. */
const LONGEST = { approve: 1_000, reject: 1_000, revoke: 500 };

/**
 * Asks whether to do it; resolves with what was filled in, `{ reason, to }`, or undefined. `wrong(filled)` names the fields
 * that would be refused: with one of them it cannot be confirmed.
 */
export function askAct(name, item, task, { actor, user_id_type }, wrong) {
  const t = texts();
  const words = t.acts[name];
  const [dialog, reason, to, yes] = ["act", "act-reason", "act-to", "act-yes"].map(byId);
  dialog.dataset.act = name;
  byId("act-title").textContent = `${words.sign} ${words.title}`;
  const facts = [
    [t.process, [nameOf(item), element("span", { className: "number" }, item.id)]],
    [t.initiator, [initiatorOf(item)]],
    ...(task === undefined ? [] : taskFacts(task, t)),
    [t.by, [byWhom(name, task, actor, t)]],
  ];
  byId("act-facts").replaceChildren(
    ...facts.map(([title, value]) => element("div", {}, element("dt", {}, title), element("dd", {}, ...value))),
  );
  byId("act-receiver").hidden = name !== "transfer";
  byId("act-to-label").textContent = t.receiver(user_id_type);
  byId("act-reason-label").textContent = words.reason;
  byId("act-note").textContent = words.note;
  reason.setAttribute("aria-required", String(name === "reject"));
  // The words and the value are this act's own: no other one can be confirmed by this button.
  yes.textContent = words.yes;
  yes.className = `strong ${name}`;
  yes.value = name;
  [reason.value, to.value] = ["", ""];
  const filled = () => ({ reason: reason.value, to: to.value.trim() });
  const check = () => {
    const problems = wrong(filled());
    // As the server counts: whole characters, not the halves of JavaScript.
    const length = [...reason.value].length;
    const isTooLong = length > (LONGEST[name] ?? Infinity);
    byId("act-reason-count").textContent = counted(length, LONGEST[name], name === "reject" && reason.value.trim() === "", t);
    byId("act-reason-count").classList.toggle("bad", isTooLong);
    reason.setAttribute("aria-invalid", String(isTooLong));
    const isNoId = to.value !== "" && problems.includes("to_user_id");
    byId("act-to-hint").textContent = isNoId ? t.no_id : t.to_hint;
    byId("act-to-hint").classList.toggle("bad", isNoId);
    to.setAttribute("aria-invalid", String(isNoId));
    yes.disabled = problems.length > 0 || isTooLong;
  };
  reason.oninput = check;
  to.oninput = check;
  // Enter in a line would press the first button.
  to.onkeydown = (event) => event.key === "Enter" && event.preventDefault();
  check();
  dialog.returnValue = "cancel";
  dialog.showModal();
  // Whoever goes on typing or pressing Enter changes nothing.
  byId("act-no").focus();
  return new Promise((resolve) => {
    dialog.onclose = () => resolve(dialog.returnValue === name ? filled() : undefined);
  });
}

function taskFacts(task, t) {
  const number = task.operator_id ? [element("span", { className: "number" }, task.operator_id)] : [];
  return [
    [t.task_of, [whoseOf(task), ...number]],
    [t.node, [named(task.node_name)]],
    [t.started_at, [moment(task.create_time)]],
    [t.task_id, [task.approver_id]],
  ];
}

function byWhom(name, task, actor, t) {
  if (actor.system !== true) {
    return Object.values(actor)[0];
  }
  return name === "approve" || name === "reject" ? t.system_instead(whoseOf(task)) : t.system;
}

function counted(length, limit, isMissing, t) {
  if (limit === undefined) {
    return "";
  }
  return length > limit ? t.act_too_long(length, limit) : `${t.act_counted(length, limit)}${isMissing ? t.reason_missing : ""}`;
}
