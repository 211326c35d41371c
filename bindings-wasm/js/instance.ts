/** One instance of the WebAssembly module, from its start to a trap. */

import * as core from "./core.js";
import { FeishuError, failure, isFeishuError, type Told } from "./error.js";

/** A call as its instance knows it. */
export interface Pollable {
  /** Whether it is not to be polled for another call. */
  readonly looksAfterItself: boolean;
  /** Goes on with it soon. */
  resume(): void;
  /** Ends it after a trap. */
  abandon(cause: unknown): void;
}

/**
 * Every entry into the module goes through {@link Instance.enter}. Whatever is thrown there is a trap: the memory is not
 * to be trusted any more, so all that the instance has open ends with an error, and later uses fail at once. A stack
 * overflow of the program's own is such a trap where it happens to be hit in here.
 */
export class Instance {
  readonly calls = new Map<number, Pollable>();
  // No private field: a client may be used through a Proxy that wraps whatever it is given.
  private trap: { cause: unknown } | undefined;

  get isDead(): boolean {
    return this.trap !== undefined;
  }

  enter<T>(act: () => T): T {
    if (this.trap === undefined) {
      try {
        return act();
      } catch (cause) {
        this.trap = { cause };
      }
    }
    this.tellSoon(this.trap);
    throw trapped("none", this.trap.cause);
  }

  /**
   * Ends all calls, as soon as the stack is empty: where it is used up, nothing can be called. Then not even this can be
   * asked for; but every call in flight waits for an answer or a timer, which tries to enter again, and comes here.
   */
  private tellSoon({ cause }: { cause: unknown }): void {
    if (this.calls.size > 0) {
      void Promise.resolve().then(() => {
        for (const call of this.calls.values()) {
          call.abandon(cause);
        }
      });
    }
  }

  /** What a function of the core answers as `{"ok": …}` or `{"error": …}`; an error is thrown. */
  ask<T>(act: () => string): T {
    const answer = JSON.parse(this.enter(act)) as { ok: T } | { error: Told };
    if ("error" in answer) {
      throw new FeishuError(answer.error);
    }
    return answer.ok;
  }

  /** Polls the calls that another one has woken. */
  wake(): void {
    for (const number of this.enter(core.woken)) {
      const call = this.calls.get(number);
      if (call !== undefined && !call.looksAfterItself) {
        call.resume();
      }
    }
  }
}

let current: Instance | undefined;
let bring: (() => WebAssembly.Module) | undefined;

/** The living instance; after a trap, a fresh one. */
export function instance(): Instance {
  if (current === undefined && bring !== undefined) {
    begin(bring());
  }
  if (current === undefined) {
    throw failure({
      kind: "invalid_argument",
      effect: "none",
      summary: "the WebAssembly module is not loaded yet: `await load()` first",
    });
  }
  if (current.isDead) {
    core.__wbg_reset_state();
    current = new Instance();
  }
  return current;
}

/** Whether there is an instance. */
export function isLoaded(): boolean {
  return current !== undefined;
}

/** Makes the first instance. @internal */
export function begin(module: WebAssembly.Module): void {
  if (current === undefined) {
    core.initSync({ module });
    current = new Instance();
  }
}

/** The same on first use. @internal */
export function beginOnUse(module: () => WebAssembly.Module): void {
  bring = module;
}

/** The same where a page may not be held up. @internal */
export async function beginLater(module: WebAssembly.Module): Promise<void> {
  await core.default({ module_or_path: module });
  current ??= new Instance();
}

/** The error after a trap. */
export function trapped(effect: "none" | "unknown", cause: unknown, operation: string | null = null): FeishuError {
  const reason = isFeishuError(cause) ? cause.cause : cause;
  const summary = "internal error: the WebAssembly module has failed, and its clients with it; make a new client";
  return failure({ kind: "transport", effect, operation, summary }, reason);
}
