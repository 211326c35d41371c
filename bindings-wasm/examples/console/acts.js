// What is done from a process's details: a task approved, rejected or transferred, a completed process revoked. The page
// asks the backend itself, one act at a time for each process, and tells its outcome as it is.

/** The acts, each with the operation that the backend must allow for it. */
export const OPERATIONS = { approve: "review_task", reject: "review_task", transfer: "transfer_tasks", revoke: "revoke_process" };
/** How a task ends by a decision. */
const GOALS = { approve: "completed", reject: "rejected" };

/**
 * An act of an item (`item.acts`, the newest first) is `{ name, task, to, kind, log_id, … }`; `kind` is `acting`, then
 * `acted` (with an `attribution`), `not_acted` or `unknown` (with an `error`), and after a look `still_open`.
 */
export class Acts {
  /** Who acts, as the server has told: the page cannot choose. */
  actor = { system: true };
  #client;
  #processes;
  #changed;
  #allowed = [];
  #going = 0;

  /** `changed(items)` is called whenever something of them has changed. */
  constructor(client, processes, changed) {
    this.#client = client;
    this.#processes = processes;
    this.#changed = changed;
  }

  /** Asks the server what it allows, and who acts. What it does not say is not offered; its backend refuses it, too. */
  async load() {
    try {
      const answer = await fetch("/may");
      if (answer.ok) {
        ({ operations: this.#allowed, actor: this.actor } = await answer.json());
        this.#processes.user_id_type = this.user_id_type;
        this.#changed(this.#processes.items.values());
      }
    } catch {
      // No network; asked again when it is back.
    }
  }

  /** The kind of all ids of people on this page: who acts and who gets a task must be of one kind. */
  get user_id_type() {
    return Object.keys(this.actor.user ?? this.actor).find((name) => name.endsWith("_id")) ?? "open_id";
  }

  /** Whether one is on its way. */
  get isGoing() {
    return this.#going > 0;
  }

  /** What may be done now: to a task, or, without one, to the process. */
  offered(item, task) {
    const { process, outcome } = item;
    const isBusy = item.acts.some(({ kind }) => kind === "acting") || ["queued", "unknown", "withdrawn"].includes(outcome?.kind);
    const wanted = task === undefined ? ["revoke"] : ["approve", "transfer", "reject"];
    const isTime = process?.status === (task === undefined ? "completed" : "in_progress");
    if (isBusy || !isTime || !navigator.onLine) {
      return [];
    }
    const last = item.acts.find((act) => act.task?.approver_id === task?.approver_id);
    return wanted.filter((name) => this.#allowed.includes(OPERATIONS[name]) && mayFollow(last));
  }

  /** What of the fields that a person fills in the core refuses, which the backend would refuse, too. */
  wrong(name, item, task, filled) {
    try {
      this.#client.request(OPERATIONS[name], this.#request(name, item, task, filled));
      return [];
    } catch (error) {
      return error.problems?.map(({ field }) => field) ?? [];
    }
  }

  /** Does it, and looks at the process afterwards. */
  async act(name, item, task, filled) {
    const act = { name, task, to: filled.to, kind: "acting" };
    item.acts.unshift(act);
    this.#going += 1;
    this.#changed([item]);
    try {
      const { attribution, log_id } = await this.#send(name, this.#request(name, item, task, filled));
      Object.assign(act, { kind: "acted", attribution: attribution ?? "ours", log_id });
    } catch (error) {
      // Whatever is not known to have had no effect may have had one.
      Object.assign(act, { kind: error.effect === "none" ? "not_acted" : "unknown", error, log_id: error.log_id });
    }
    this.#going -= 1;
    this.#changed([item]);
    // Of what is unknown only a later look says more: by whoever acts, who then knows what to look at.
    if (act.kind !== "unknown") {
      await this.look(item, act);
    }
  }

  /** Reads the process, and what has become of an act whose outcome is not known. */
  async look(item, act) {
    act.isReading = true;
    this.#changed([item]);
    try {
      const process = await this.#processes.read_again(item);
      act.isSeen = true;
      act.status = process.status;
      if (act.kind === "unknown" || act.kind === "still_open") {
        Object.assign(act, seen(act, process));
      }
    } catch (error) {
      // What was known stays.
      item.error = error;
    }
    act.isReading = false;
    this.#changed([item]);
  }

  #send(name, request) {
    switch (OPERATIONS[name]) {
      case "review_task":
        return this.#client.reviewTask(request);
      case "transfer_tasks":
        return this.#client.transferTasks(request);
      default:
        return this.#client.revokeProcess(request);
    }
  }

  #request(name, { id: process_id }, task, { reason, to }) {
    const { actor } = this;
    const why = reason === "" ? {} : { reason };
    switch (name) {
      case "approve":
        return { process_id, approver_id: task.approver_id, actor, decision: { approve: why } };
      case "reject":
        return { process_id, approver_id: task.approver_id, actor, decision: { reject: { reason } } };
      case "transfer":
        return { process_id, approver_ids: [task.approver_id], actor, to_user_id: { [this.user_id_type]: to }, remark: reason || undefined };
      default:
        return { process_id, actor, ...why };
    }
  }
}

/** A decision is taken once; a transferred task is somebody else's to transfer when that has been read. */
function mayFollow(last) {
  switch (last?.kind) {
    case "acting":
    case "unknown":
      return false;
    case "acted":
      return last.name === "transfer" && last.isSeen === true;
    default:
      return true;
  }
}

/** What a process says about an act whose outcome was unknown; nothing where it does not say. */
function seen({ name, task, to, error }, process) {
  const acted = { kind: "acted", attribution: "presumed" };
  const missed = { kind: "not_acted", error: { ...error, effect: "none" } };
  if (name === "revoke") {
    const isRevoked = process.status === "revoked" || process.status === "revoking";
    return isRevoked ? acted : process.status === "completed" ? { kind: "still_open" } : missed;
  }
  const [todo, done] = [process.todos, process.done_list].map((all) => all.find((one) => one.approver_id === task.approver_id));
  if (name === "transfer") {
    return (todo ?? done)?.operator_id === to ? acted : todo !== undefined ? { kind: "still_open" } : done === undefined ? {} : missed;
  }
  return todo !== undefined ? { kind: "still_open" } : done === undefined ? {} : done.status === GOALS[name] ? acted : missed;
}
