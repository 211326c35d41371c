// The running processes: the list gives ids only, and details are 100 a minute. So ids come first, then the details,
// those that somebody looks at before the others.

const AT_ONCE = 8;
const DAY = 24 * 60 * 60 * 1_000;

export class Processes {
  /** By id: `{ id, status, process, read_at, error, isLoading, isVisible, outcome, acts }`, in the order of the list. */
  items = new Map();
  isListing = false;
  /** What went wrong with the list, if anything did. */
  error = undefined;
  /** The kind of people's ids in what is read. */
  user_id_type = "open_id";
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

  /** Lists what has that status and was modified within so many days; what was known stays if it is found again. */
  async list(days, status) {
    this.#listing.abort();
    const controller = (this.#listing = new AbortController());
    const known = this.items;
    this.items = new Map([...known].filter(([id, { acts }]) => this.#kept.has(id) || acts.some(isOpen)));
    this.isListing = true;
    this.error = undefined;
    this.#changed([]);
    const now = Date.now();
    // A minute more, since clocks differ.
    const span = { modify_time_from: now - days * DAY, modify_time_to: now + 60_000 };
    try {
      const ids = this.#client.listProcesses({ ...span, statuses: [status] }, { signal: controller.signal });
      for await (const id of ids) {
        const item = known.get(id) ?? this.items.get(id) ?? fresh(id);
        // What was read while it had another status is read again.
        const process = item.process?.status === status ? item.process : undefined;
        Object.assign(item, { status, process, error: undefined });
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
    const { user_id_type } = this;
    item.process = await this.#client.getProcess({ process_id: item.id, user_id_type });
    Object.assign(item, { error: undefined, read_at: Date.now() });
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

/** An item of which only the id is known; `status` is the one that it is listed with, `acts` what was done from here. */
const fresh = (id) => ({
  id,
  status: "in_progress",
  process: undefined,
  read_at: undefined,
  outcome: undefined,
  acts: [],
  error: undefined,
  isLoading: false,
  isVisible: false,
});

/** Whether the end of an act is not known yet. */
export function isOpen({ kind }) {
  return kind === "acting" || kind === "unknown";
}

/** What has ended is read only when somebody looks at it: the reads are few. */
function isUnread({ process, error, outcome, isVisible }) {
  return process === undefined && error === undefined && (outcome?.kind !== "withdrawn" || isVisible);
}
