/** One call: polls the core, and runs its tasks. */

import { after, monotonic, wall } from "./clock.js";
import * as core from "./core.js";
import type { Observation } from "./core.js";
import { FeishuError, type Told } from "./error.js";
import type { HttpRequest, HttpResponse, ReceivedAnswer } from "./http.js";
import { trapped, type Instance, type Pollable } from "./instance.js";
import { nameOf } from "./realm.js";
import { bytes, isTransportFailure, pairs, type Send } from "./transport.js";

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
  readonly send: Send;
  readonly token: TokenFunction | undefined;
  readonly onAttempt: ((observation: Observation) => unknown) | undefined;
  /** Hears every answer but those to requests for a token. */
  readonly onAnswer?: ((answer: ReceivedAnswer) => unknown) | undefined;
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

type Command =
  | { ask_token: { task: number; refused: boolean } }
  | { done: unknown }
  | { failed: Told }
  | { forget: number }
  | { observe: Observation }
  | { send: { task: number; acts: boolean; request: HttpRequest } }
  | { sleep: { task: number; milliseconds: number } };

/** The same client for a call whose answers are heard. */
export function hearing(client: Opened, onAnswer: Carrier["onAnswer"] | null): Opened {
  return onAnswer === undefined || onAnswer === null ? client : { ...client, carrier: { ...client.carrier, onAnswer } };
}

/** Runs a call to its end. What is wrong with its arguments rejects the promise, too. */
export function run<T>(client: Opened, operation: string, request: string, options: string, signal?: AbortSignal): Promise<T> {
  return begun<T>(client, operation, signal, (isObserved) =>
    core.start(client.number, operation, request, options, isObserved),
  );
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
  const send: Send = (request) => {
    const sending = carrier.send(request);
    if (request.sensitive_body) {
      // For a token: nothing of it is for the page.
      return sending;
    }
    answer = undefined;
    return { ...sending, response: sending.response.then((response) => (answer = response)) };
  };
  try {
    const heard = { ...client, carrier: { ...carrier, send } };
    await begun(heard, operation, signal, (isObserved) => core.relay(number, operation, request, options, isObserved));
  } catch (error) {
    if (answer === undefined) {
      throw error;
    }
  }
  return answer as HttpResponse;
}

/** Runs a call to its end that `begin` begins in the core. */
export function begun<T>(
  client: Opened,
  operation: string,
  signal: AbortSignal | undefined,
  begin: (isObserved: boolean) => string,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const { instance, carrier } = client;
    const isObserved = carrier.onAttempt !== undefined;
    const number = instance.ask<number>(() => begin(isObserved));
    new Call<T>(client, operation, number, signal, resolve, reject).begin();
  });
}

class Call<T> implements Pollable {
  readonly #client: Opened;
  readonly #operation: string;
  readonly #number: number;
  readonly #signal: AbortSignal | undefined;
  readonly #resolve: (value: T) => void;
  readonly #reject: (error: unknown) => void;
  /** What calls each task off. */
  readonly #tasks = new Map<number, () => void>();
  /** What the host's own code threw last. */
  #cause: unknown;
  /** Whether something was sent that may change a process. */
  #mayHaveActed = false;
  #hasEnded = false;
  #resume: () => void = () => undefined;

  constructor(
    client: Opened,
    operation: string,
    number: number,
    signal: AbortSignal | undefined,
    resolve: (value: T) => void,
    reject: (error: unknown) => void,
  ) {
    this.#client = client;
    this.#operation = operation;
    this.#number = number;
    this.#signal = signal;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  get looksAfterItself(): boolean {
    return this.#client.carrier.looksAfterItself === true;
  }

  begin(): void {
    this.#signal?.addEventListener("abort", this.resume);
    this.#client.instance.calls.set(this.#number, this);
    this.#listen();
    this.resume();
  }

  /**
   * Goes on as soon as the stack is empty, so that no recursion of the program's own can overflow in the middle of it;
   * and in the context (AsyncLocalStorage) in which the call was begun, whoever resumes it.
   */
  readonly resume = (): void => this.#resume();

  #listen(): void {
    // A promise's continuation runs in the context in which it was attached.
    const resumed = new Promise<void>((resolve) => (this.#resume = resolve));
    void resumed.then(() => {
      if (!this.#hasEnded) {
        this.#listen();
        if (this.#signal?.aborted === true) {
          this.#cancel();
        } else {
          this.#poll();
        }
      }
    });
  }

  #poll(): void {
    const { instance } = this.#client;
    if (this.#hasEnded) {
      return;
    }
    const [now, today] = [monotonic(), wall()];
    try {
      const commands = JSON.parse(instance.enter(() => core.poll(this.#number, now, today))) as Command[];
      for (const command of commands) {
        this.#execute(command);
      }
      instance.wake();
    } catch (error) {
      // A trap; the host's code is caught where it is called.
      this.abandon(error);
    }
  }

  abandon(cause: unknown): void {
    const effect = this.#mayHaveActed ? "unknown" : "none";
    this.#end(() => this.#reject(trapped(effect, cause, this.#operation)));
  }

  #execute(command: Command): void {
    if (this.#hasEnded) {
      return;
    }
    if ("send" in command) {
      this.#mayHaveActed ||= command.send.acts;
      this.#send(command.send.task, command.send.request);
    } else if ("done" in command) {
      this.#end(() => this.#resolve(command.done as T));
    } else if ("sleep" in command) {
      const { task, milliseconds } = command.sleep;
      this.#sleep(task, milliseconds);
    } else if ("forget" in command) {
      this.#tasks.get(command.forget)?.();
      this.#tasks.delete(command.forget);
    } else if ("observe" in command) {
      const { observe } = command;
      this.#tell(() => this.#client.carrier.onAttempt?.(observe));
    } else if ("failed" in command) {
      this.#end(() => this.#reject(new FeishuError(command.failed, this.#cause)));
    } else {
      this.#askToken(command.ask_token.task, command.ask_token.refused);
    }
  }

  #sleep(task: number, milliseconds: number): void {
    const looking = this.looksAfterItself ? setInterval(() => this.#poll(), LOOK) : undefined;
    const stop = after(milliseconds, () => {
      clearInterval(looking);
      this.#complete(task, () => core.slept(this.#number, task));
    });
    this.#tasks.set(task, () => {
      clearInterval(looking);
      stop();
    });
  }

  #send(task: number, request: HttpRequest): void {
    const { send, onAnswer } = this.#client.carrier;
    this.#run(
      task,
      () => send(request),
      (response) => {
        const { status } = response;
        const headers = JSON.stringify(pairs(response.headers));
        const body = bytes(response.body);
        if (!isStatus(status)) {
          throw new TypeError("a response's status is an integer from 100 to 999");
        }
        if (onAnswer !== undefined && !request.sensitive_body) {
          this.#tell(() => onAnswer({ status, headers: pairs(response.headers), body: body.slice() }));
        }
        return () => core.answered(this.#number, task, status, headers, body);
      },
      (error) => {
        const failure = isTransportFailure(error) ? error : undefined;
        const { kind, bytes_written, message, head } = failure ?? UNEXPLAINED;
        const detail = failure === undefined ? `the transport threw ${nameOf(error)}` : String(message);
        const status = head !== undefined && isStatus(head.status) ? head.status : 0;
        const headers = status === 0 ? "" : JSON.stringify(pairs(head?.headers));
        return () =>
          core.failed(this.#number, task, String(kind), bytes_written !== false, detail, status, headers);
      },
    );
  }

  #askToken(task: number, refused: boolean): void {
    const { token } = this.#client.carrier;
    this.#run(
      task,
      () => asked(token, refused),
      (text) => {
        if (typeof text !== "string") {
          throw new TypeError(`the token function must return a string, not ${text === null ? "null" : typeof text}`);
        }
        return () => core.token(this.#number, task, true, text);
      },
      // What the function throws may hold a secret; it becomes the error's cause, not its text.
      (error) => () => core.token(this.#number, task, false, nameOf(error)),
    );
  }

  /** Runs the host's code; whatever it does, the core gets one answer. */
  #run<R>(
    task: number,
    act: () => { response: PromiseLike<R>; callOff: () => void },
    answer: (result: R) => () => void,
    excuse: (error: unknown) => () => void,
  ): void {
    const fail = (error: unknown): void => {
      if (this.#tasks.has(task)) {
        this.#cause = error;
        this.#complete(task, excuse(error));
      }
    };
    const finish = (result: R): void => {
      let completion: () => void;
      try {
        completion = answer(result);
      } catch (error) {
        fail(error);
        return;
      }
      this.#complete(task, completion);
    };
    this.#tasks.set(task, () => undefined);
    let response: PromiseLike<R>;
    try {
      const begun = act();
      this.#tasks.set(task, begun.callOff);
      response = begun.response;
    } catch (error) {
      // Not at once: the core is told after this round of commands.
      response = Promise.reject(error);
    }
    response.then(finish, fail);
  }

  #complete(task: number, complete: () => void): void {
    if (!this.#tasks.delete(task) || this.#hasEnded) {
      return;
    }
    try {
      this.#client.instance.enter(complete);
    } catch (error) {
      this.abandon(error);
      return;
    }
    this.#poll();
  }

  /** Tells one of the program's hooks something. One that fails does not fail the call, and nothing is printed. */
  #tell(hook: () => unknown): void {
    try {
      // It may return a promise that fails later, of any realm.
      Promise.resolve(hook()).catch(() => undefined);
    } catch {
      // As above.
    }
  }

  #cancel(): void {
    const { instance } = this.#client;
    try {
      const told = JSON.parse(instance.enter(() => core.cancel(this.#number))) as Told;
      this.#end(() => this.#reject(new FeishuError(told, this.#signal?.reason)));
      instance.wake();
    } catch (error) {
      this.abandon(error);
    }
  }

  #end(settle: () => void): void {
    if (this.#hasEnded) {
      return;
    }
    this.#hasEnded = true;
    this.#client.instance.calls.delete(this.#number);
    this.#signal?.removeEventListener("abort", this.resume);
    settle();
    for (const callOff of this.#tasks.values()) {
      callOff();
    }
    this.#tasks.clear();
  }
}

/** Asks the token function; a signal is made only where it is looked at. */
function asked(token: TokenFunction | undefined, refused: boolean): { response: Promise<unknown>; callOff: () => void } {
  let controller: AbortController | undefined;
  let isOff = false;
  const hint: TokenHint = {
    refused,
    get signal() {
      controller ??= new AbortController();
      if (isOff) {
        controller.abort();
      }
      return controller.signal;
    },
  };
  const callOff = (): void => {
    isOff = true;
    controller?.abort();
  };
  return { response: Promise.resolve(token?.(hint)), callOff };
}

function isStatus(status: unknown): boolean {
  return Number.isInteger(status) && (status as number) >= 100 && (status as number) <= 999;
}

/** What a transport that throws anything else proves: nothing. */
const UNEXPLAINED = { kind: "other", bytes_written: true, message: "", head: undefined } as const;
/** Milliseconds between two looks. */
const LOOK = 20;
