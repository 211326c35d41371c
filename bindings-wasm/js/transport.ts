/** One HTTP stack, as the core sees it: requests and answers as data. */

import type { TransportErrorKind } from "./core.js";
import type { HttpHead, HttpHeaders, HttpRequest, HttpResponse } from "./http.js";
import { tagOf } from "./realm.js";
import { utf8 } from "./text.js";
import { veiled } from "./veil.js";

/**
 * Sends one request and reads the whole answer: an app's own networking, or a test double. It stops when the signal
 * says so. Where there is no answer it throws, best a {@link TransportFailure}.
 */
export type Transport = (request: HttpRequest, signal: AbortSignal) => Promise<HttpResponse> | HttpResponse;

/** A request under way. */
export interface Sending {
  readonly response: PromiseLike<HttpResponse>;
  /** Nobody waits for the answer any more. */
  callOff(): void;
}

/** How a client's requests are sent: by the package's own transports, or by a user's. */
export type Send = (request: HttpRequest) => Sending;

/** A user's transport as the package's own are. */
export function sentBy(transport: Transport): Send {
  return (request) => {
    const controller = new AbortController();
    const response = Promise.resolve(transport(veiled(request), controller.signal));
    return { response, callOff: () => controller.abort() };
  };
}

/** Marks our failures, also those of another copy of this package in the same program. */
const BRAND = Symbol.for("feishu-corehr.transport-failure");

/** What a transport throws when there is no answer. */
export class TransportFailure extends Error {
  override readonly name = "TransportFailure";
  /** How it failed. */
  readonly kind: TransportErrorKind;
  /**
   * Whether any byte of the request was written; `true` when the transport cannot know. Only `false` proves that the
   * server did not act.
   */
  readonly bytes_written: boolean;
  /** The answer's status and headers, where they were read and the body was then lost: they hold the log id. */
  readonly head: HttpHead | undefined;

  constructor(
    kind: TransportErrorKind,
    options?: { bytes_written?: boolean; detail?: string; head?: HttpHead | undefined; cause?: unknown },
  ) {
    super(options?.detail ?? kind, options?.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.bytes_written = options?.bytes_written ?? true;
    this.head = options?.head;
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/** Whether a transport has thrown a {@link TransportFailure}, also one of another copy of this package. */
export function isTransportFailure(value: unknown): value is TransportFailure {
  return typeof value === "object" && value !== null && BRAND in value;
}

/** Headers as the core reads them: a list of pairs. */
export function pairs(headers: HttpHeaders | undefined): [string, string][] {
  const found: [string, string][] = [];
  if (headers === undefined || headers === null) {
    return found;
  }
  if (Symbol.iterator in headers) {
    for (const [name, value] of headers) {
      found.push([String(name), String(value)]);
    }
    return found;
  }
  for (const [name, value] of Object.entries(headers)) {
    for (const one of Array.isArray(value) ? (value as readonly string[]) : value === undefined ? [] : [value]) {
      found.push([name, String(one)]);
    }
  }
  return found;
}

/** A body as bytes. */
export function bytes(body: HttpResponse["body"]): Uint8Array {
  if (body === undefined || body === null) {
    return new Uint8Array();
  }
  if (typeof body === "string") {
    return utf8(body);
  }
  // Whatever realm or subclass they are of: the core is given plain bytes.
  if (ArrayBuffer.isView(body)) {
    return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  }
  if (tagOf(body) === "ArrayBuffer") {
    return new Uint8Array(body);
  }
  throw new TypeError("a response's body is a string, a Uint8Array or an ArrayBuffer");
}
