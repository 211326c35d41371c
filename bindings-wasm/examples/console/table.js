// The rows of the table: one for each process, drawn anew when something about it has changed.

import { element } from "./elements.js";
import { logId, told, toldAct } from "./outcomes.js";
import { isOpen } from "./processes.js";
import { moment, named, texts } from "./texts.js";

/** A line with nothing in it, of the height of any other one. */
const EMPTY = "\u00a0";

/** Whether a process may be selected: it runs, as far as is known, and nothing is being done with it. */
export function isSelectable({ status, process, outcome, acts }) {
  const isFree = outcome === undefined || ["not_sent", "not_withdrawn", "still_running"].includes(outcome.kind);
  return isFree && !acts.some(isOpen) && (process?.status ?? status) === "in_progress";
}

/** What a process is called before and after its details are known. */
export function nameOf({ id, process }) {
  return (process && (named(process.process_name) || named(process.flow_definition_name))) || id;
}

/** Whom it waits for. */
export function waitingFor({ process }) {
  const names = [...process.todos, ...process.system_todos].map((task) => named(task.operator_name) || texts().system);
  return [...new Set(names)].join(", ") || texts().nobody;
}

export function initiatorOf({ process }) {
  return process.initiator_id === null ? texts().system : named(process.initiator_name) || process.initiator_id;
}

/** A row, and what it does when it is used: `select(item, isRange)`, `open(item)`, `read(item)`. */
export class Row {
  element = element("tr", { role: "row", tabIndex: -1 });
  checkbox;
  #item;
  #act;

  constructor(item, act) {
    this.#item = item;
    this.#act = act;
    this.element.dataset.id = item.id;
    this.checkbox = element("input", { type: "checkbox" });
    this.checkbox.addEventListener("click", (event) => act.select(this.#item, event.shiftKey));
    this.draw(false);
  }

  draw(isSelected, item = this.#item) {
    this.#item = item;
    const { checkbox } = this;
    const t = texts();
    checkbox.checked = isSelected;
    checkbox.disabled = !isSelectable(item);
    checkbox.setAttribute("aria-label", t.select(nameOf(item)));
    this.element.setAttribute("aria-selected", String(isSelected));
    const hadFocus = document.activeElement?.closest("tr") === this.element ? document.activeElement.className : undefined;
    const open = element("button", { type: "button", className: "link open" }, nameOf(item));
    open.addEventListener("click", () => this.#act.open(this.#item));
    // Of two lines from the beginning: what somebody looks at must not move when rows are filled.
    const number = element("span", { className: "number" }, nameOf(item) === item.id ? EMPTY : item.id);
    this.element.replaceChildren(
      cell("pick", checkbox),
      cell("name", open, number),
      ...this.#details(t),
      cell("outcome", ...this.#outcome(t)),
    );
    if (hadFocus !== undefined) {
      (hadFocus === "" ? checkbox : (this.element.querySelector(`.${hadFocus.split(" ").join(".")}`) ?? open)).focus();
    }
  }

  #details(t) {
    const { process, error } = this.#item;
    if (process === undefined) {
      const text = error === undefined ? t.pending : t.unread;
      const shown = element("span", { className: error === undefined ? "ghost" : "odd", title: error?.message ?? "" }, text);
      return [cell("initiator", shown), cell("started", EMPTY), cell("waiting", EMPTY)];
    }
    const started = element("time", { dateTime: new Date(process.create_time ?? 0).toISOString() }, moment(process.create_time));
    return [
      cell("initiator", initiatorOf(this.#item)),
      cell("started", process.create_time === null ? t.nobody : started),
      cell("waiting", process.status === "in_progress" ? waitingFor(this.#item) : t.statuses[process.status]),
    ];
  }

  #outcome(t) {
    const { outcome, acts } = this.#item;
    const [act] = acts.map((one) => toldAct(one, t)).map(({ word, tone }) => element("span", { className: `chip ${tone}` }, word));
    if (outcome === undefined) {
      return [act];
    }
    const { word, why, tone } = told(outcome, t);
    const parts = [element("span", { className: `chip ${tone}` }, word)];
    if (why !== undefined) {
      parts.push(element("span", { className: "why" }, why));
    }
    if (outcome.kind === "unknown" || outcome.kind === "still_running") {
      const read = element("button", { type: "button", className: "small again", disabled: outcome.isReading === true });
      read.textContent = outcome.isReading === true ? t.reading : t.read_again;
      read.addEventListener("click", () => this.#act.read(this.#item));
      parts.push(read);
    }
    if (outcome.log_id) {
      parts.push(logId(outcome.log_id, t));
    }
    return [act, ...parts];
  }
}

function cell(name, ...children) {
  return element("td", { role: "cell", className: name }, ...children);
}
