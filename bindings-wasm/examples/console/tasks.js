// A process's tasks in its details: whose, at which node, how each stands and since when, and what may be done to it.

import { element } from "./elements.js";
import { logId, toldAct } from "./outcomes.js";
import { moment, named, texts } from "./texts.js";

/** Whose a task is. */
export function whoseOf({ operator_name, operator_id }) {
  return operator_id === undefined ? texts().system : named(operator_name) || operator_id || texts().system;
}

/** The tasks that are to do, each with the buttons of what is `offered(item, task)`, and those that have ended. */
export function taskSections(item, offered, act) {
  const t = texts();
  const { todos, system_todos, done_list, system_done_list } = item.process;
  const toDo = [...todos.map((task) => line(task, "to_do", buttons(item, task, offered(item, task), act))), ...system_todos.map((task) => line(task, "to_do"))];
  const done = [...done_list, ...system_done_list].map((task) => line(task, task.status));
  return [...section(t.todos, toDo), ...section(t.history, done)];
}

/** The buttons of these acts; what a press does is asked first. */
export function buttons(item, task, names, act) {
  if (names.length === 0) {
    return undefined;
  }
  const made = names.map((name) => {
    const { offer } = texts().acts[name];
    const properties = { type: "button", className: `small ${name}` };
    const button = element("button", properties, offer);
    button.dataset.key = `${name} ${task?.approver_id ?? ""}`;
    if (task !== undefined) {
      // Several tasks have the same buttons.
      button.setAttribute("aria-label", `${offer} ${whoseOf(task)} ${named(task.node_name)}`);
    }
    button.addEventListener("click", () => act(name, item, task));
    return button;
  });
  return element("menu", { className: "acts" }, ...made);
}

/** What was done from here, the newest first: its effect, why, what to do, the log id. */
export function actLines(item, look) {
  const t = texts();
  return item.acts.map((act, place) => {
    const { word, effect, why, tone } = toldAct(act, t);
    const whose = act.task === undefined ? undefined : `${whoseOf(act.task)} · ${named(act.task.node_name)}`;
    const told = [element("span", { className: `chip ${tone}` }, word), whose, element("span", { className: "why" }, [effect, why].filter(Boolean).join(" · "))];
    if (act.kind === "unknown" || act.kind === "still_open") {
      const again = element("button", { type: "button", className: "small again" }, act.isReading ? t.reading : t.read_again);
      again.dataset.key = `look ${place}`;
      again.addEventListener("click", () => look(item, act));
      told.push(again);
    }
    if (act.log_id) {
      told.push(logId(act.log_id, t));
    }
    return element("p", { className: "act" }, ...told);
  });
}

function line(task, status, menu) {
  const t = texts();
  const { operator_id, node_name, create_time, complete_time, approval_opinion } = task;
  const ended = complete_time === undefined ? undefined : t.ended_at(moment(complete_time));
  const opinion = approval_opinion ? `${t.opinion}: ${approval_opinion}` : undefined;
  const facts = [named(node_name), t.since(moment(create_time)), ended, opinion].filter(Boolean).join(" · ");
  const tone = { completed: "good", rejected: "rejected", to_do: "odd" }[status] ?? "calm";
  return element(
    "li",
    { className: "task" },
    element("b", {}, whoseOf(task)),
    " ",
    element("span", { className: `chip ${tone}` }, t.task_statuses[status]),
    operator_id ? element("span", { className: "number" }, operator_id) : undefined,
    element("span", { className: "why" }, facts),
    menu,
  );
}

function section(title, lines) {
  return lines.length === 0 ? [] : [element("h3", {}, title), element("ol", { className: "facts tasks" }, ...lines)];
}
