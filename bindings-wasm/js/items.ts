/** The items of a list, page by page. */

import { run, type Opened } from "./call.js";
import * as core from "./core.js";

/** Where a list keeps its walk; found through a Proxy, too. */
const WALK = Symbol("walk");

/** Which list it is, and where its answers have the items. */
export interface List<Item> {
  readonly operation: string;
  readonly items: (page: never) => Item[];
}

/** What every answer of a list has. */
interface Page {
  readonly has_more: boolean;
  readonly page_token: string | null;
  readonly log_id: string | null;
}

/**
 * The items of a list, for `for await`. It asks for a page when it needs one, throws what goes wrong, and always ends. After an
 * error, the next step asks for the same page again.
 */
export class Items<Item> implements AsyncIterableIterator<Item> {
  /** @internal */
  declare readonly [WALK]: () => Walk<Item>;

  /** @internal */
  constructor(
    open: () => Opened | Promise<Opened>,
    list: List<Item>,
    request: string,
    options: string,
    signal: AbortSignal | undefined,
    pageToken: string | null,
  ) {
    const walk = new Walk(open, list, request, options, signal, pageToken);
    Object.defineProperty(this, WALK, { value: () => walk });
  }

  /**
   * Where another walk with the same arguments goes on, as its `page_token`; null before the first step of a new walk,
   * and when all is done. It stands for the page of the item that came last: items of one page may come again, and
   * none is lost.
   */
  get pageToken(): string | null {
    return this[WALK]().pageToken;
  }

  /** The next item. */
  next(): Promise<IteratorResult<Item, undefined>> {
    return this[WALK]().next();
  }

  /** Ends the walk; `for await` calls it when its loop is left. */
  return(): Promise<IteratorResult<Item, undefined>> {
    return this[WALK]().end();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** A walk of the core's, open until its end. */
interface OpenWalk {
  readonly client: Opened;
  readonly number: number;
}

class Walk<Item> {
  readonly #open: () => Opened | Promise<Opened>;
  readonly #list: List<Item>;
  readonly #request: string;
  readonly #options: string;
  readonly #signal: AbortSignal | undefined;
  #walk: OpenWalk | undefined;
  #items: Item[] = [];
  #isOver = false;
  /** One step at a time, in the order in which they were asked for. */
  #last: Promise<unknown> = Promise.resolve();
  pageToken: string | null;

  constructor(
    open: () => Opened | Promise<Opened>,
    list: List<Item>,
    request: string,
    options: string,
    signal: AbortSignal | undefined,
    pageToken: string | null,
  ) {
    this.#open = open;
    this.#list = list;
    this.#request = request;
    this.#options = options;
    this.#signal = signal;
    this.pageToken = pageToken;
  }

  next(): Promise<IteratorResult<Item, undefined>> {
    const step = this.#last.then(() => this.#step());
    this.#last = step.catch(() => undefined);
    return step;
  }

  end(): Promise<IteratorResult<Item, undefined>> {
    const step = this.#last.then(() => {
      this.#finish();
      return { done: true as const, value: undefined };
    });
    this.#last = step.catch(() => undefined);
    return step;
  }

  async #step(): Promise<IteratorResult<Item, undefined>> {
    for (;;) {
      const item = this.#items.pop();
      if (item !== undefined) {
        return { done: false, value: item };
      }
      if (this.#isOver) {
        return { done: true, value: undefined };
      }
      await this.#nextPage();
    }
  }

  async #nextPage(): Promise<void> {
    // Asked for each page: the client may have been closed meanwhile.
    const client = await this.#open();
    this.#walk ??= this.#begin(client);
    const { number } = this.#walk;
    const { instance } = client;
    const place = instance.ask<Place | null>(() => core.walk_next(number));
    this.pageToken = place?.cursor ?? null;
    if (place?.request == null) {
      this.#finish();
      return;
    }
    const request = JSON.stringify(place.request);
    const { operation, items } = this.#list;
    const page = await run<Page>(client, operation, request, this.#options, this.#signal);
    instance.enter(() => core.walk_on(number, page.has_more, page.page_token, page.log_id));
    this.#items = items(page as never).reverse();
  }

  #begin(client: Opened): OpenWalk {
    const walk = { client, number: client.instance.ask<number>(() => core.walk(this.#list.operation, this.#request)) };
    abandoned?.register(this, walk, this);
    return walk;
  }

  #finish(): void {
    this.#isOver = true;
    this.#items = [];
    if (this.#walk !== undefined) {
      abandoned?.unregister(this);
      end(this.#walk);
      // Its number may be another walk's from now on.
      this.#walk = undefined;
    }
  }
}

interface Place {
  cursor: string | null;
  request: unknown;
}

/** Walks that nobody goes on with. Older workers cannot tell; a walk's place is small. */
const abandoned = typeof FinalizationRegistry === "function" ? /* @__PURE__ */ new FinalizationRegistry<OpenWalk>(end) : undefined;

function end({ client, number }: OpenWalk): void {
  const { instance } = client;
  if (!instance.isDead) {
    instance.enter(() => core.walk_end(number));
  }
}
