/** Runs over many processes, for `for await`. A page's module has no code for them. */

import type { AsyncResource } from "node:async_hooks";

import { builtin } from "./builtin.js";
import { begun, hearing, type Opened } from "./call.js";
import { after, monotonic, wall } from "./clock.js";
import * as core from "./core.js";
import type { BulkProgress, BulkReport, BulkResult } from "./core.js";
import { FeishuError, type Told } from "./error.js";
import type { JournalStatement, JournalStore } from "./journal.js";
import { nameOf } from "./realm.js";
import { chosen, type Chosen, type RunOptions } from "./run-options.js";

/** Where a run keeps what it is; found through a Proxy, too. */
const RUN = Symbol("run");

/**
 * A run over many processes: its results, for `for await`, each of them told once it is durable in the journal.
 *
 * The run goes on while it is iterated over: nothing is begun in between. Leaving the loop, by `break` or by an error, ends
 * it as `cancel()` does, and waits for that; with the same journal the same call goes on with it. What is wrong with
 * arguments or journal is thrown by the first step, and nothing was sent then.
 */
export class BulkRun implements AsyncIterableIterator<BulkResult, undefined> {
  /** @internal */
  declare readonly [RUN]: () => Run;

  /** @internal */
  constructor(open: () => Opened, name: string, operation: string, processIds: unknown, options: unknown) {
    const run = new Run(open, name, operation, processIds, options);
    Object.defineProperty(this, RUN, { value: () => run });
  }

  /** What the run has come to so far, and at its end for good. */
  get report(): BulkReport {
    return this[RUN]().report;
  }

  /** How far the run is. */
  get progress(): BulkProgress {
    return this[RUN]().progress;
  }

  /** Begins nothing more; what is on its way is waited for, for at most 10 s. The iteration goes on to its end. */
  cancel(): void {
    this[RUN]().cancel();
  }

  /** The next result. */
  next(): Promise<IteratorResult<BulkResult, undefined>> {
    return this[RUN]().results.next();
  }

  /** Ends the run; `for await` calls it when its loop is left. */
  return(): Promise<IteratorResult<BulkResult, undefined>> {
    return this[RUN]().results.return(undefined);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

type Step =
  | { abandon: number[] }
  | { begin: number[] }
  | { done: BulkReport }
  | { query: JournalStatement }
  | { refused: Told }
  | { store: JournalStatement[] }
  | { tell: BulkResult[] }
  | { wait: number };

/** A run of the core's, open until its end. */
interface OpenRun {
  readonly client: Opened;
  readonly number: number;
}

class Run {
  readonly #open: () => Opened;
  /** Whose name the core knows the run by. */
  readonly #name: string;
  readonly #operation: string;
  readonly #choose: () => Chosen;
  /** The caller's context: whatever is called for the run is called in it. */
  readonly #context: AsyncResource;
  /** What calls off the call of each item, and when that has ended. */
  readonly #calls = new Map<number, { controller: AbortController; ended: Promise<void> }>();
  readonly results: AsyncGenerator<BulkResult, undefined>;
  #run: OpenRun | undefined;
  #store: JournalStore | undefined;
  #signal: AbortSignal | undefined;
  #onProgress: RunOptions["onProgress"];
  #isCancelled = false;
  #last: { report: BulkReport; progress: BulkProgress } | undefined;
  /** Ends a wait. */
  #news: () => void = () => undefined;

  constructor(open: () => Opened, name: string, operation: string, processIds: unknown, options: unknown) {
    this.#open = open;
    this.#name = name;
    this.#operation = operation;
    const { AsyncResource } = builtin("node:async_hooks");
    this.#context = new AsyncResource("feishu-corehr");
    // Read now: the caller's list and options may be others later. What is wrong with them is thrown by the first step.
    this.#choose = settled(() => chosen(operation, processIds, options));
    this.results = this.#go();
  }

  get report(): BulkReport {
    return this.#last?.report ?? this.#told((run) => core.bulk_report(run));
  }

  get progress(): BulkProgress {
    return this.#last?.progress ?? this.#told((run) => core.bulk_progress(run, monotonic(), wall()));
  }

  readonly cancel = (): void => {
    this.#isCancelled = true;
    if (this.#run !== undefined && !this.#run.client.instance.isDead) {
      const { client, number } = this.#run;
      client.instance.enter(() => core.bulk_cancel(number));
      this.#news();
    }
  };

  #told<T>(ask: (run: number) => string): T {
    const { client, number } = this.#begun();
    return client.instance.ask<T>(() => ask(number));
  }

  /** The core's run, begun on first use. Nothing is sent by that. */
  #begun(): OpenRun {
    if (this.#run === undefined) {
      const opened = this.#open();
      const { ids, options, store, signal, onProgress, onAnswer } = this.#choose();
      const client = hearing(opened, onAnswer);
      this.#store = store;
      const hasJournal = store !== undefined;
      const number = client.instance.ask<number>(() => core.bulk(client.number, this.#name, ids, options, hasJournal));
      [this.#signal, this.#onProgress] = [signal, onProgress];
      this.#run = { client, number };
      abandoned.register(this, this.#run, this);
      signal?.addEventListener("abort", this.cancel);
      if (this.#isCancelled || signal?.aborted === true) {
        this.cancel();
      }
    }
    return this.#run;
  }

  async *#go(): AsyncGenerator<BulkResult, undefined> {
    let run: OpenRun | undefined;
    try {
      run = this.#begun();
      while (this.#last === undefined) {
        // A client that was closed meanwhile begins nothing more.
        this.#open();
        const step = this.#poll(run);
        if ("tell" in step) {
          yield* step.tell;
          this.#tellProgress();
        } else {
          await this.#take(run, step);
        }
      }
      return undefined;
    } finally {
      await this.#windUp(run);
    }
  }

  #poll({ client, number }: OpenRun): Step {
    const [now, today] = [monotonic(), wall()];
    return client.instance.ask<Step>(() => core.bulk_poll(number, now, today));
  }

  /** Does what a step wants, but for telling results. */
  async #take(run: OpenRun, step: Exclude<Step, { tell: unknown }>): Promise<void> {
    if ("wait" in step) {
      await this.#wait(step.wait);
    } else if ("begin" in step) {
      this.#context.runInAsyncScope(() => step.begin.forEach((item) => this.#start(run, item)));
    } else if ("store" in step) {
      await this.#keep(run, step.store);
    } else if ("query" in step) {
      await this.#ask(run, step.query);
    } else if ("abandon" in step) {
      await this.#abandon(step.abandon);
    } else if ("done" in step) {
      this.#end(run);
    } else {
      this.#end(run);
      throw new FeishuError(step.refused);
    }
  }

  /** Resolves when a call has ended or the run is cancelled, and after so long. */
  async #wait(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const stop = after(milliseconds, resolve);
      this.#news = (): void => {
        stop();
        resolve();
      };
    });
    this.#news = () => undefined;
  }

  #start({ client, number }: OpenRun, item: number): void {
    const controller = new AbortController();
    const begin = (isObserved: boolean): string => core.bulk_item(number, item, isObserved);
    const end = (): void => {
      // The number may be another call's already.
      if (this.#calls.get(item)?.controller === controller) {
        this.#calls.delete(item);
      }
      this.#news();
    };
    // How it has ended, the run hears by itself.
    const ended = begun(client, this.#operation, controller.signal, begin).then(end, end);
    this.#calls.set(item, { controller, ended });
  }

  async #abandon(items: number[]): Promise<void> {
    const calls = items.flatMap((item) => this.#calls.get(item) ?? []);
    calls.forEach(({ controller }) => controller.abort());
    await Promise.all(calls.map(({ ended }) => ended));
  }

  async #keep({ client, number }: OpenRun, statements: JournalStatement[]): Promise<void> {
    if (await this.#used(number, client, (store) => store.store(statements))) {
      const [now, today] = [monotonic(), wall()];
      client.instance.enter(() => core.bulk_stored(number, now, today));
    }
  }

  async #ask({ client, number }: OpenRun, statement: JournalStatement): Promise<void> {
    let rows = "";
    const isAnswered = await this.#used(number, client, async (store) => {
      const answer = await store.query(statement);
      rows = JSON.stringify(answer, (_, value: unknown) => (typeof value === "bigint" ? Number(value) : value)) ?? "";
    });
    if (isAnswered) {
      client.instance.enter(() => core.bulk_rows(number, rows));
    }
  }

  /** Whether the journal did it; the run is told where it failed. */
  async #used(number: number, { instance }: Opened, act: (store: JournalStore) => unknown): Promise<boolean> {
    const store = this.#store as JournalStore;
    try {
      await this.#context.runInAsyncScope(() => act(store));
      return true;
    } catch (error) {
      const { message } = Object(error) as { message?: unknown };
      const words = typeof message === "string" ? message : nameOf(error);
      instance.enter(() => core.bulk_failed(number, words));
      return false;
    }
  }

  #tellProgress(): void {
    const progress = this.progress;
    try {
      const returned = this.#context.runInAsyncScope(() => this.#onProgress?.(progress));
      Promise.resolve(returned).catch(() => undefined);
    } catch {
      // As with the hook for requests: it must not end the run, and nothing is printed.
    }
  }

  /** Where the run was left early, waits for what is on its way and keeps that; and lets go of everything. */
  async #windUp(run: OpenRun | undefined): Promise<void> {
    this.#signal?.removeEventListener("abort", this.cancel);
    try {
      if (this.#last === undefined) {
        this.cancel();
      }
      while (run !== undefined && this.#last === undefined) {
        const step = this.#poll(run);
        if (!("tell" in step)) {
          await this.#take(run, step);
        }
      }
    } finally {
      try {
        await this.#store?.close();
      } catch {
        // All that was to be durable is.
      }
    }
  }

  #end({ client, number }: OpenRun): void {
    const { report, progress } = this;
    this.#last = { report, progress };
    abandoned.unregister(this);
    client.instance.enter(() => core.bulk_end(number));
  }
}

/** Runs that nobody goes on with. */
const abandoned = new FinalizationRegistry<OpenRun>(({ client: { instance }, number }) => {
  if (!instance.isDead) {
    instance.enter(() => core.bulk_end(number));
  }
});

/** What `act` returns or throws, each time. */
function settled<T>(act: () => T): () => T {
  try {
    const value = act();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
