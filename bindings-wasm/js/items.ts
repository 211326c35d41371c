/** The items of a list, page by page. */

import { run, type Opened } from "./call.js";
import { wall } from "./clock.js";
import * as core from "./core.js";

/** Where a list keeps its walk; found through a Proxy, too. */
const WALK = Symbol("walk");

/** Which list it is, and where its answers have the items. */
export interface List<Item> {
  readonly operation: string;
  readonly items: (page: never) => Item[];
  /** By what name the core begins the walk, where that is another. */
  readonly walk?: string;
  /** What is given of an item, if anything is; by default itself. */
  readonly given?: (item: Item) => Promise<unknown>;
}

/** What every answer of a list has. */
interface ListAnswer {
  readonly has_more: boolean;
  readonly page_token: string | null;
  readonly log_id: string | null;
}

/** One page of a list. */
export interface Page<Item> {
  /** What it has; there may be none, and more pages. */
  readonly items: Item[];
  /** Whether there is another page. */
  readonly has_more: boolean;
  /**
   * Where the next page begins, as `page_token` of a later walk with the same arguments; null after the last one. How long
   * Feishu keeps it is not documented.
   */
  readonly page_token: string | null;
  /** The log id of the answer; null where this is the rest of a page. */
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

  /**
   * The list by pages, for who keeps them: each has its items and where the next one begins. It goes on with this walk: what
   * is left of a page whose items were asked for singly comes first.
   */
  pages(): AsyncIterableIterator<Page<Item>> {
    const walk = this[WALK]();
    return {
      next: () => walk.page(),
      return: () => walk.end(),
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  /** Ends the walk; `for await` calls it when its loop is left. */
  return(): Promise<IteratorReturnResult<undefined>> {
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
  /** Where the page at hand leads. */
  #latest: Pick<Page<Item>, "has_more" | "page_token"> = { has_more: false, page_token: null };
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
    return this.#inTurn(() => this.#step());
  }

  page(): Promise<IteratorResult<Page<Item>, undefined>> {
    return this.#inTurn(async () => {
      const rest = this.#items.splice(0).reverse();
      const { has_more, page_token } = this.#latest;
      const page = rest.length > 0 ? { items: rest, has_more, page_token, log_id: null } : await this.#nextPage();
      return page === undefined ? { done: true, value: undefined } : { done: false, value: page };
    });
  }

  end(): Promise<IteratorReturnResult<undefined>> {
    return this.#inTurn(() => {
      this.#finish();
      return { done: true as const, value: undefined };
    });
  }

  #inTurn<T>(act: () => T | Promise<T>): Promise<T> {
    const step = this.#last.then(act);
    this.#last = step.catch(() => undefined);
    return step;
  }

  async #step(): Promise<IteratorResult<Item, undefined>> {
    for (;;) {
      const item = this.#items[this.#items.length - 1];
      if (item !== undefined) {
        const { given } = this.#list;
        // What fails is asked for again by the next step.
        const value = given === undefined ? item : ((await given(item)) as Item | undefined);
        this.#items.pop();
        if (value === undefined) {
          continue;
        }
        return { done: false, value };
      }
      const page = await this.#nextPage();
      if (page === undefined) {
        return { done: true, value: undefined };
      }
      this.#items = page.items.reverse();
    }
  }

  /** Nothing after the last page. */
  async #nextPage(): Promise<Page<Item> | undefined> {
    if (this.#isOver) {
      return undefined;
    }
    // Asked for each page: the client may have been closed meanwhile.
    const client = await this.#open();
    this.#walk ??= this.#begin(client);
    const { number } = this.#walk;
    const { instance } = client;
    const place = instance.ask<Place | null>(() => core.walk_next(number));
    this.pageToken = place?.cursor ?? null;
    if (place?.request == null) {
      this.#finish();
      return undefined;
    }
    const request = JSON.stringify(place.request);
    const { operation, items } = this.#list;
    const answer = await run<ListAnswer>(client, operation, request, this.#options, this.#signal);
    const { log_id } = answer;
    const next = instance.ask<string | null>(() => core.walk_on(number, answer.has_more, answer.page_token, log_id));
    this.#latest = { has_more: next !== null, page_token: next };
    return { items: items(answer as never), ...this.#latest, log_id };
  }

  #begin(client: Opened): OpenWalk {
    const { operation, walk: name = operation } = this.#list;
    const number = client.instance.ask<number>(() => core.walk(name, this.#request, wall()));
    const walk = { client, number };
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
