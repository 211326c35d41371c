/** One HTTP stack, as the core sees it: requests and answers as data. */

import type { TransportErrorKind } from "./core.js";
import { utf8 } from "./text.js";

/** A request as data: send it once, follow no redirect, resend nothing by yourself. */
export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT";
  /** The absolute URL, encoded. */
  readonly url: string;
  /** Names in lower case. `authorization` is a secret: do not log it. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** JSON, to be sent as UTF-8; null for a read. The body of a token request is a secret. */
  readonly body: string | null;
  /** How long the whole request may take, connecting included, in milliseconds. */
  readonly budget: number;
  /** How long connecting may take, TLS included, in milliseconds. */
  readonly connect_budget: number;
  /** The largest answer to read, in bytes after decompression. */
  readonly max_response: number;
  /** Whether a connection that was used before may not be used, because the last request on it went wrong. */
  readonly fresh_connection: boolean;
}

/** An answer as data. */
export interface HttpResponse {
  readonly status: number;
  /** A `Headers`, pairs, or an object whose values may be lists. */
  readonly headers?: HttpHeaders | undefined;
  readonly body?: string | Uint8Array | ArrayBuffer | null | undefined;
}

/** What headers may be written as. */
export type HttpHeaders =
  | Iterable<readonly [string, string]>
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * Sends one request and reads the whole answer: an app's own networking, or a test double. It stops when the signal
 * says so. Where there is no answer it throws, best a {@link TransportFailure}.
 */
export type Transport = (request: HttpRequest, signal: AbortSignal) => Promise<HttpResponse> | HttpResponse;

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

  constructor(kind: TransportErrorKind, options?: { bytes_written?: boolean; detail?: string; cause?: unknown }) {
    super(options?.detail ?? kind, options?.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.bytes_written = options?.bytes_written ?? true;
  }
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
  if (body instanceof Uint8Array) {
    return body;
  }
  if (body instanceof ArrayBuffer) {
    return new Uint8Array(body);
  }
  throw new TypeError("a response's body is a string, a Uint8Array or an ArrayBuffer");
}
