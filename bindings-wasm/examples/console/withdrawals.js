// Withdrawing many: some at a time, each with its true outcome. The client paces the requests and clears up lost
// answers; what is decided here is only when to stop beginning new ones.

const AT_ONCE = 16;
/** What goes wrong with one process says nothing about the others; anything else would go wrong with them, too. */
const OF_ONE_PROCESS = ["conflict", "contradiction", "not_withdrawable", "rejected"];

/** Outcomes: `queued`, `sending`, then `withdrawn` (with an attribution), `not_withdrawn` or `unknown` (with an error). */
export class Withdrawals {
  items = [];
  #client;
  #changed;
  #reason;
  #queue = [];
  #under_way = 0;
  #controller = new AbortController();

  constructor(client, changed) {
    this.#client = client;
    this.#changed = changed;
  }

  begin(items, reason) {
    this.#controller = new AbortController();
    this.#reason = reason === "" ? undefined : reason;
    this.items = [...items];
    this.#queue = [...items];
    for (const item of items) {
      item.outcome = { kind: "queued" };
    }
    this.#changed(items);
    this.#proceed();
  }

  /** Goes on with what was not sent. */
  go_on() {
    this.#controller = new AbortController();
    this.#queue = this.items.filter((item) => item.outcome.kind === "not_sent");
    for (const item of this.#queue) {
      item.outcome = { kind: "queued" };
    }
    this.#changed(this.#queue);
    this.#proceed();
  }

  /** Begins nothing new, and ends what only waits; a request that is on its way ends with its true outcome. */
  stop() {
    this.#leave();
    this.#controller.abort();
  }

  get isOver() {
    return this.#queue.length === 0 && this.#under_way === 0;
  }

  get counts() {
    const count = (kind) => this.items.filter((item) => item.outcome.kind === kind).length;
    const [good, bad, unknown, unsent] = ["withdrawn", "not_withdrawn", "unknown", "not_sent"].map(count);
    return { all: this.items.length, done: good + bad + unknown, good, bad, unknown, unsent };
  }

  #proceed() {
    while (this.#under_way < AT_ONCE && this.#queue.length > 0) {
      const item = this.#queue.shift();
      this.#under_way += 1;
      item.outcome = { kind: "sending" };
      this.#changed([item]);
      this.#withdraw(item).then((outcome) => {
        this.#under_way -= 1;
        item.outcome = { ...outcome, at: Date.now() };
        if (outcome.error !== undefined && !OF_ONE_PROCESS.includes(outcome.error.kind)) {
          this.#leave();
        }
        this.#changed([item]);
        this.#proceed();
      });
    }
  }

  async #withdraw({ id }) {
    const request = { process_id: id, actor: { system: true }, reason: this.#reason };
    try {
      const { attribution, log_id } = await this.#client.withdrawProcess(request, { signal: this.#controller.signal });
      return { kind: "withdrawn", attribution, log_id };
    } catch (error) {
      const { log_id, effect, kind, attempts } = error;
      if (kind === "cancelled" && effect === "none" && attempts === 0) {
        return { kind: "not_sent" };
      }
      return { kind: effect === "unknown" ? "unknown" : "not_withdrawn", error, log_id };
    }
  }

  #leave() {
    const left = this.#queue.splice(0);
    for (const item of left) {
      item.outcome = { kind: "not_sent" };
    }
    this.#changed(left);
  }
}
