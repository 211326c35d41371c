// The running processes: the list gives ids only, and details are 100 a minute. So ids come first, then the details,
// those that somebody looks at before the others.

const AT_ONCE = 8;
const DAY = 24 * 60 * 60 * 1_000;

export class Processes {
  /** By id: `{ id, process, error, isLoading, isVisible, outcome }`, in the order of the list. */
  items = new Map();
  isListing = false;
  /** What went wrong with the list, if anything did. */
  error = undefined;
  #client;
  #changed;
  #listing = new AbortController();
  #loading = 0;
  #isHeld = false;
  /** The ids that stay in the list, whatever Feishu lists. */
  #kept = new Set();

  /** `changed(items)` is called whenever some of them have changed. */
  constructor(client, changed) {
    this.#client = client;
    this.#changed = changed;
  }

  /** Lists what was modified within so many days; what was known stays if it is found again. */
  async list(days) {
    this.#listing.abort();
    const controller = (this.#listing = new AbortController());
    const known = this.items;
    this.items = new Map([...known].filter(([id]) => this.#kept.has(id)));
    this.isListing = true;
    this.error = undefined;
    this.#changed([]);
    const now = Date.now();
    // A minute more, since clocks differ.
    const span = { modify_time_from: now - days * DAY, modify_time_to: now + 60_000 };
    try {
      const ids = this.#client.listProcesses({ ...span, statuses: ["in_progress"] }, { signal: controller.signal });
      for await (const id of ids) {
        const { process, outcome } = known.get(id) ?? {};
        const item = this.items.get(id) ?? { ...fresh(id), process, outcome };
        this.items.set(id, item);
        this.#changed([item]);
        this.#load();
      }
    } catch (error) {
      if (controller.signal.aborted) {
        return;
      }
      this.error = error;
    }
    this.isListing = false;
    this.#changed([]);
  }

  /** The item with that id, which stays in the list: a run is about it. */
  keep(id) {
    this.#kept.add(id);
    const item = this.items.get(id) ?? fresh(id);
    this.items.set(id, item);
    return item;
  }

  /** How many details have been read. */
  get read() {
    return [...this.items.values()].filter((item) => item.process !== undefined).length;
  }

  /** How many are still to be read. */
  get unread() {
    return [...this.items.values()].filter(isUnread).length;
  }

  /** Reads nothing more for the time being, or goes on. */
  hold(isHeld) {
    this.#isHeld = isHeld;
    this.#load();
  }

  /** Tries again what has failed. */
  retry() {
    for (const item of this.items.values()) {
      item.error = undefined;
    }
    this.#load();
  }

  see(id, isVisible) {
    const item = this.items.get(id);
    if (item !== undefined) {
      item.isVisible = isVisible;
    }
  }

  /** Reads one process now, whatever is known of it. */
  async read_again(item) {
    item.process = await this.#client.getProcess({ process_id: item.id });
    this.#changed([item]);
    return item.process;
  }

  #load() {
    while (this.#loading < AT_ONCE && !this.#isHeld) {
      const next = this.#next();
      if (next === undefined) {
        return;
      }
      this.#loading += 1;
      next.isLoading = true;
      this.read_again(next)
        .catch((error) => (next.error = error))
        .finally(() => {
          this.#loading -= 1;
          next.isLoading = false;
          this.#changed([next]);
          this.#load();
        });
    }
  }

  #next() {
    let first;
    for (const item of this.items.values()) {
      if (!isUnread(item) || item.isLoading) {
        continue;
      }
      if (item.isVisible) {
        return item;
      }
      first ??= item;
    }
    return first;
  }
}

const fresh = (id) => ({ id, process: undefined, outcome: undefined, error: undefined, isLoading: false, isVisible: false });

/** What has ended is read only when somebody looks at it: the reads are few. */
function isUnread({ process, error, outcome, isVisible }) {
  return process === undefined && error === undefined && (outcome?.kind !== "withdrawn" || isVisible);
}
