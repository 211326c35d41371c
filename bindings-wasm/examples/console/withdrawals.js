// The run over many: the backend makes it, and this page looks how it stands. So a page that is loaded anew finds it, and
// a backend that was started again goes on with it.

const PAUSE = 500;
const REACHED = ["ours", "presumed", "unattributed"];

/** Outcomes: `queued`, then `withdrawn` (with an attribution), `not_withdrawn` or `unknown` (with an error), or `not_sent`. */
export class Withdrawals {
  items = [];
  isOver = true;
  /** Why the run has stopped by itself: `{ advice, reason }`. */
  trouble = undefined;
  #processes;
  #changed;
  #state = { id: "", from: 0 };
  #isWatching = false;
  /** How many orders were given, and how many of them are not carried out yet. */
  #orders = 0;
  #open = 0;

  constructor(processes, changed) {
    this.#processes = processes;
    this.#changed = changed;
  }

  async begin(items, reason) {
    this.#wait(items);
    const process_ids = items.map(({ id }) => id);
    await this.#act("POST", "/run", { process_ids, reason });
  }

  /** Goes on with what was not sent. */
  async go_on() {
    this.#wait(this.items.filter((item) => item.outcome?.kind === "not_sent"), this.items);
    await this.#act("POST", "/run/go-on");
  }

  /** Begins nothing new; a request that is on its way ends with its true outcome. */
  async stop() {
    await this.#act("POST", "/run/stop");
  }

  async close() {
    this.items = [];
    this.#changed([]);
    await this.#act("DELETE", "/run");
  }

  get counts() {
    const count = (kind) => this.items.filter((item) => item.outcome?.kind === kind).length;
    const [good, bad, unknown, unsent] = ["withdrawn", "not_withdrawn", "unknown", "not_sent"].map(count);
    return { all: this.items.length, done: good + bad + unknown, good, bad, unknown, unsent };
  }

  /** Looks again and again, until no run goes on. */
  async watch() {
    if (this.#isWatching) {
      return;
    }
    this.#isWatching = true;
    do {
      try {
        const { id, from } = this.#state;
        const orders = this.#orders;
        const state = await asked("GET", `/run?id=${id}&from=${from}`);
        // What was asked before an order was carried out is not how things stand.
        if (this.#open === 0 && orders === this.#orders) {
          this.#take(state);
          if (this.isOver) {
            break;
          }
        }
      } catch {
        // No network, or no backend: the run goes on, or will.
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    } while (true);
    this.#isWatching = false;
  }

  async #act(method, path, body) {
    this.#orders += 1;
    this.#open += 1;
    try {
      await asked(method, path, body ?? {});
    } catch (error) {
      this.trouble = { reason: error.message };
    }
    this.#open -= 1;
    await this.watch();
  }

  /** What is to be withdrawn, from now on. */
  #wait(items, all = items) {
    this.items = [...all];
    this.isOver = false;
    this.trouble = undefined;
    for (const item of items) {
      item.outcome = { kind: "queued" };
    }
    this.#changed(items);
  }

  #take(state) {
    this.isOver = state?.is_over ?? true;
    if (state?.process_ids) {
      const known = new Map(this.items.map((item) => [item.id, item]));
      state.process_ids.forEach((id) => known.set(id, this.#processes.keep(id)));
      this.items = [...known.values()];
    }
    const byId = new Map(this.items.map((item) => [item.id, item]));
    const changed = new Set();
    for (const result of state?.results ?? []) {
      const item = byId.get(result.process_id);
      // What somebody has read since is newer.
      if (item !== undefined && !(result.is_earlier && item.outcome?.at !== undefined)) {
        item.outcome = { ...outcomeOf(result), at: Date.now() };
        changed.add(item);
      }
    }
    for (const item of this.items) {
      const kind = this.isOver ? "not_sent" : "queued";
      if (["queued", "not_sent", undefined].includes(item.outcome?.kind) && item.outcome?.kind !== kind) {
        item.outcome = { kind };
        changed.add(item);
      }
    }
    if (state !== null) {
      this.#state = { id: state.id, from: state.from + state.results.length };
      const { report, error } = state;
      const hasStopped = error !== null || ["paused", "stopped"].includes(report?.ended);
      this.trouble = hasStopped ? { advice: report?.advice, reason: report?.reason ?? error } : undefined;
    }
    this.#changed(changed);
  }
}

function outcomeOf({ outcome, effect, kind, code, status, summary, advice, log_id }) {
  if (REACHED.includes(outcome)) {
    return { kind: "withdrawn", attribution: outcome, log_id };
  }
  const error = { kind, code, status, effect, summary, advice };
  return { kind: effect === "unknown" ? "unknown" : "not_withdrawn", error, log_id };
}

async function asked(method, path, body) {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  const told = await answer.json();
  if (!answer.ok) {
    throw new Error(told?.message ?? `HTTP ${answer.status}`);
  }
  return told;
}
