/** The ids that `listProcesses` finds, page by page. */

import { run, type Opened } from "./call.js";
import * as core from "./core.js";
import type { ProcessPage } from "./core.js";

/** A walk of the core's, open until its end. */
interface Walk {
  readonly client: Opened;
  readonly number: number;
}

/**
 * Process ids, for `for await`. It asks for a page when it needs one, throws what goes wrong, and always ends. After an
 * error, the next step asks for the same page again.
 */
export class ProcessIds implements AsyncIterableIterator<string> {
  readonly #open: () => Opened | Promise<Opened>;
  readonly #request: string;
  readonly #options: string;
  readonly #signal: AbortSignal | undefined;
  #walk: Walk | undefined;
  #ids: string[] = [];
  #pageToken: string | null;
  #isOver = false;
  /** One step at a time, in the order in which they were asked for. */
  #last: Promise<unknown> = Promise.resolve();

  /** @internal */
  constructor(
    open: () => Opened | Promise<Opened>,
    request: string,
    options: string,
    signal: AbortSignal | undefined,
    pageToken: string | null,
  ) {
    this.#open = open;
    this.#request = request;
    this.#options = options;
    this.#signal = signal;
    this.#pageToken = pageToken;
  }

  /**
   * Where another walk with the same arguments goes on, as its `page_token`; null before the first step of a new walk,
   * and when all is done. It stands for the page of the id that came last: ids of one page may come again, and none is
   * lost.
   */
  get pageToken(): string | null {
    return this.#pageToken;
  }

  /** The next id. */
  next(): Promise<IteratorResult<string, undefined>> {
    const step = this.#last.then(() => this.#step());
    this.#last = step.catch(() => undefined);
    return step;
  }

  /** Ends the walk; `for await` calls it when its loop is left. */
  return(): Promise<IteratorResult<string, undefined>> {
    const step = this.#last.then(() => {
      this.#finish();
      return { done: true as const, value: undefined };
    });
    this.#last = step;
    return step;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #step(): Promise<IteratorResult<string, undefined>> {
    for (;;) {
      const id = this.#ids.pop();
      if (id !== undefined) {
        return { done: false, value: id };
      }
      if (this.#isOver) {
        return { done: true, value: undefined };
      }
      await this.#nextPage();
    }
  }

  async #nextPage(): Promise<void> {
    this.#walk ??= this.#begin(await this.#open());
    const { client, number } = this.#walk;
    const { instance } = client;
    const place = JSON.parse(instance.enter(() => core.walk_next(number))) as Place | null;
    this.#pageToken = place?.cursor ?? null;
    if (place?.request == null) {
      this.#finish();
      return;
    }
    const request = JSON.stringify(place.request);
    const page = await run<ProcessPage>(client, "list_processes", request, this.#options, this.#signal);
    instance.enter(() => core.walk_take(number, JSON.stringify({ ...page, raw: "", log_id: null })));
    this.#ids = page.process_ids.reverse();
  }

  #begin(client: Opened): Walk {
    const walk = { client, number: client.instance.ask<number>(() => core.walk(this.#request)) };
    abandoned?.register(this, walk, this);
    return walk;
  }

  #finish(): void {
    this.#isOver = true;
    this.#ids = [];
    if (this.#walk !== undefined) {
      abandoned?.unregister(this);
      end(this.#walk);
    }
  }
}

interface Place {
  cursor: string | null;
  request: unknown;
}

/** Walks that nobody goes on with. Older workers cannot tell; a walk's place is small. */
const abandoned = typeof FinalizationRegistry === "function" ? /* @__PURE__ */ new FinalizationRegistry<Walk>(end) : undefined;

function end(walk: Walk): void {
  const { instance } = walk.client;
  if (!instance.isDead) {
    instance.enter(() => core.walk_end(walk.number));
  }
}
