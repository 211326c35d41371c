/** One call: polls the core, and runs its errands. */

import { after, monotonic, wall } from "./clock.js";
import * as core from "./core.js";
import type { Observation } from "./core.js";
import { FeishuError, type Told } from "./error.js";
import type { Instance, Pollable } from "./instance.js";
import { bytes, pairs, TransportFailure, type HttpRequest, type HttpResponse, type Transport } from "./transport.js";

/** What a token function is told. */
export interface TokenHint {
  /** Whether the last token was refused, so that a kept copy of it must not be returned. */
  readonly refused: boolean;
  /** Says when nobody waits for the token any more. */
  readonly signal: AbortSignal;
}

/** Returns a tenant access token. */
export type TokenFunction = (hint: TokenHint) => string | Promise<string>;

/** The host's functions, by which a client's calls are carried. */
export interface Carrier {
  readonly send: Transport;
  readonly token: TokenFunction | undefined;
  readonly onAttempt: ((observation: Observation) => unknown) | undefined;
  /**
   * Whether each call looks by itself, now and then, for what another one brings: in a worker, what a call does while
   * another one's request is served ends with that request.
   */
  readonly looksAfterItself?: boolean;
}

/** An open client. */
export interface Opened {
  readonly instance: Instance;
  readonly number: number;
  readonly carrier: Carrier;
}

type Order =
  | { ask_token: { errand: number; refused: boolean } }
  | { done: unknown }
  | { failed: Told }
  | { forget: number }
  | { observe: Observation }
  | { send: { errand: number; request: HttpRequest } }
  | { sleep: { errand: number; milliseconds: number } };

/** Runs a call to its end. What is wrong with its arguments rejects the promise, too. */
export function run<T>(client: Opened, operation: string, request: string, options: string, signal?: AbortSignal): Promise<T> {
  return begun<T>(client, signal, (isObserved) => core.start(client.number, operation, request, options, isObserved));
}

/** Sends one request for a client elsewhere: the last answer, whatever it says. Rejects where there is none. */
export async function relay(
  client: Opened,
  operation: string,
  request: string,
  options: string,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const { carrier, number } = client;
  let answer: HttpResponse | undefined;
  const send: Transport = async (sent, signal) => {
    if (new URL(sent.url).pathname.includes("/open-apis/auth/")) {
      return carrier.send(sent, signal);
    }
    answer = undefined;
    answer = await carrier.send(sent, signal);
    return answer;
  };
  try {
    const heard = { ...client, carrier: { ...carrier, send } };
    await begun(heard, signal, (isObserved) => core.relay(number, operation, request, options, isObserved));
  } catch (error) {
    if (answer === undefined) {
      throw error;
    }
  }
  return answer as HttpResponse;
}

function begun<T>(client: Opened, signal: AbortSignal | undefined, begin: (isObserved: boolean) => string): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const { instance, carrier } = client;
    const number = instance.ask<number>(() => begin(carrier.onAttempt !== undefined));
    new Call<T>(client, number, signal, resolve, reject).begin();
  });
}

class Call<T> implements Pollable {
  readonly #client: Opened;
  readonly #number: number;
  readonly #signal: AbortSignal | undefined;
  readonly #resolve: (value: T) => void;
  readonly #reject: (error: unknown) => void;
  /** What calls each errand off. */
  readonly #errands = new Map<number, () => void>();
  /** What the host's own code threw last. */
  #cause: unknown;
  #hasEnded = false;

  constructor(
    client: Opened,
    number: number,
    signal: AbortSignal | undefined,
    resolve: (value: T) => void,
    reject: (error: unknown) => void,
  ) {
    this.#client = client;
    this.#number = number;
    this.#signal = signal;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  get looksAfterItself(): boolean {
    return this.#client.carrier.looksAfterItself === true;
  }

  begin(): void {
    this.#client.instance.calls.set(this.#number, this);
    if (this.#signal?.aborted === true) {
      this.#cancel();
      return;
    }
    this.#signal?.addEventListener("abort", this.#cancel);
    this.poll();
  }

  poll(): void {
    const { instance } = this.#client;
    if (this.#hasEnded) {
      return;
    }
    let orders: Order[];
    try {
      orders = JSON.parse(instance.enter(() => core.poll(this.#number, monotonic(), wall()))) as Order[];
      for (const order of orders) {
        this.#obey(order);
      }
      instance.wake();
    } catch (error) {
      // A trap has told this call already; the host's code is caught where it is called.
      this.#end(() => this.#reject(error));
    }
  }

  abandon(error: FeishuError): void {
    this.#end(() => this.#reject(error));
  }

  #obey(order: Order): void {
    if (this.#hasEnded) {
      return;
    }
    if ("send" in order) {
      this.#send(order.send.errand, order.send.request);
    } else if ("done" in order) {
      this.#end(() => this.#resolve(order.done as T));
    } else if ("sleep" in order) {
      const { errand, milliseconds } = order.sleep;
      this.#sleep(errand, milliseconds);
    } else if ("forget" in order) {
      this.#errands.get(order.forget)?.();
      this.#errands.delete(order.forget);
    } else if ("observe" in order) {
      this.#observe(order.observe);
    } else if ("failed" in order) {
      this.#end(() => this.#reject(new FeishuError(order.failed, this.#cause)));
    } else {
      this.#askToken(order.ask_token.errand, order.ask_token.refused);
    }
  }

  #sleep(errand: number, milliseconds: number): void {
    const looking = this.looksAfterItself ? setInterval(() => this.poll(), LOOK) : undefined;
    const stop = after(milliseconds, () => {
      clearInterval(looking);
      this.#bring(errand, () => core.slept(this.#number, errand));
    });
    this.#errands.set(errand, () => {
      clearInterval(looking);
      stop();
    });
  }

  #send(errand: number, request: HttpRequest): void {
    const { send } = this.#client.carrier;
    this.#run(
      errand,
      (signal) => send(request, signal),
      (response) => {
        const { status } = response;
        const headers = JSON.stringify(pairs(response.headers));
        const body = bytes(response.body);
        if (!Number.isInteger(status) || status < 100 || status > 999) {
          throw new TypeError("a response's status is an integer from 100 to 999");
        }
        return () => core.answered(this.#number, errand, status, headers, body);
      },
      (error) => {
        const failure = error instanceof TransportFailure ? error : undefined;
        const detail = failure?.message ?? `the transport threw ${nameOf(error)}`;
        return () =>
          core.failed(this.#number, errand, failure?.kind ?? "other", failure?.bytes_written ?? true, detail);
      },
    );
  }

  #askToken(errand: number, refused: boolean): void {
    const { token } = this.#client.carrier;
    this.#run(
      errand,
      (signal) => token?.({ refused, signal }),
      (text) => {
        if (typeof text !== "string") {
          throw new TypeError(`the token function must return a string, not ${text === null ? "null" : typeof text}`);
        }
        return () => core.token(this.#number, errand, true, text);
      },
      // What the function throws may hold a secret; it becomes the error's cause, not its text.
      (error) => () => core.token(this.#number, errand, false, nameOf(error)),
    );
  }

  /** Runs the host's code; whatever it does, the core gets one answer. */
  #run<R>(
    errand: number,
    act: (signal: AbortSignal) => R | Promise<R>,
    answer: (result: R) => () => void,
    excuse: (error: unknown) => () => void,
  ): void {
    const controller = new AbortController();
    this.#errands.set(errand, () => controller.abort());
    const fail = (error: unknown): void => {
      if (this.#errands.has(errand)) {
        this.#cause = error;
        this.#bring(errand, excuse(error));
      }
    };
    const finish = (result: R): void => {
      let brought: () => void;
      try {
        brought = answer(result);
      } catch (error) {
        fail(error);
        return;
      }
      this.#bring(errand, brought);
    };
    try {
      Promise.resolve(act(controller.signal)).then(finish, fail);
    } catch (error) {
      // Not at once: the core is told after this round of orders.
      queueMicrotask(() => fail(error));
    }
  }

  #bring(errand: number, bring: () => void): void {
    if (!this.#errands.delete(errand) || this.#hasEnded) {
      return;
    }
    try {
      this.#client.instance.enter(bring);
    } catch {
      // A trap: this call has been told.
      return;
    }
    this.poll();
  }

  #observe(observation: Observation): void {
    try {
      const returned = this.#client.carrier.onAttempt?.(observation);
      if (returned instanceof Promise) {
        returned.catch(() => undefined);
      }
    } catch {
      // A hook that fails does not fail the call, and nothing is printed.
    }
  }

  readonly #cancel = (): void => {
    const { instance } = this.#client;
    if (this.#hasEnded) {
      return;
    }
    try {
      const told = JSON.parse(instance.enter(() => core.cancel(this.#number))) as Told;
      this.#end(() => this.#reject(new FeishuError(told, this.#signal?.reason)));
      instance.wake();
    } catch (error) {
      this.#end(() => this.#reject(error));
    }
  };

  #end(settle: () => void): void {
    if (this.#hasEnded) {
      return;
    }
    this.#hasEnded = true;
    this.#client.instance.calls.delete(this.#number);
    this.#signal?.removeEventListener("abort", this.#cancel);
    for (const callOff of this.#errands.values()) {
      callOff();
    }
    this.#errands.clear();
    settle();
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

/** Milliseconds between two looks. */
const LOOK = 20;
