/** The time by both clocks, and waiting. */

/** Milliseconds since an arbitrary start; never goes backwards. */
export function monotonic(): number {
  return performance.now();
}

/** Milliseconds since 1970-01-01 UTC. */
export function wall(): number {
  return Date.now();
}

/** Calls back after so many milliseconds, and never earlier; returns what calls it off. */
export function after(milliseconds: number, act: () => void): () => void {
  const end = performance.now() + milliseconds;
  // Timers count from when the event loop last looked at the clock, and so fire early; longer ones than this at once.
  const wait = (left: number) => setTimeout(look, Math.min(Math.ceil(left), 2 ** 31 - 1));
  const look = (): void => {
    const left = end - performance.now();
    if (left <= 0) {
      act();
    } else {
      timer = wait(left);
    }
  };
  let timer = wait(milliseconds);
  return () => clearTimeout(timer);
}

/** One timer for the deadlines of many requests, most of which are called off long before. For Node alone. */
export class SharedTimer {
  readonly #entries = new Set<Entry>();
  #timer: NodeTimer | undefined;
  #due = Infinity;
  /** What the timer was made with: a test may have put its own clock in place since. */
  #made: unknown;

  /** As {@link after}. Whose context it calls back in is not said. */
  after(milliseconds: number, act: () => void): () => void {
    const entry = { end: performance.now() + milliseconds, act };
    this.#entries.add(entry);
    if (entry.end < this.#due || this.#made !== setTimeout) {
      this.#set(entry.end);
    } else if (this.#entries.size === 1) {
      this.#timer?.ref();
    }
    return () => {
      // The timer stays, for the next one; a program that has nothing else to do may end.
      if (this.#entries.delete(entry) && this.#entries.size === 0) {
        this.#timer?.unref();
      }
    };
  }

  #set(due: number): void {
    clearTimeout(this.#timer as unknown as number);
    this.#due = due;
    this.#made = setTimeout;
    this.#timer = setTimeout(() => this.#fire(), Math.ceil(due - performance.now())) as unknown as NodeTimer;
  }

  #fire(): void {
    this.#due = Infinity;
    const now = performance.now();
    let next = Infinity;
    for (const entry of this.#entries) {
      if (entry.end <= now) {
        this.#entries.delete(entry);
        entry.act();
      } else {
        next = Math.min(next, entry.end);
      }
    }
    if (next < this.#due) {
      this.#set(next);
    }
  }
}

interface Entry {
  readonly end: number;
  readonly act: () => void;
}

interface NodeTimer {
  ref(): unknown;
  unref(): unknown;
}
