/** Requests and answers as data. */

import type { Method } from "./core.js";

/** A request as data: send it once, follow no redirect, resend nothing by yourself. */
export interface HttpRequest {
  readonly method: Method;
  /** The absolute URL, encoded. */
  readonly url: string;
  /** Names in lower case. `authorization` is a secret: do not log it. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** JSON, to be sent as UTF-8; null for a read. */
  readonly body: string | null;
  /** Whether the body is a secret, as a token request's is: do not log it. */
  readonly sensitive_body: boolean;
  /** How long the whole request may take, connecting included, in milliseconds. */
  readonly budget: number;
  /** How long connecting may take, TLS included, in milliseconds. */
  readonly connect_budget: number;
  /** The largest answer to read, in bytes after decompression. */
  readonly max_response: number;
  /** Whether a connection that was used before may not be used, because the last request on it went wrong. */
  readonly fresh_connection: boolean;
}

/** An answer's head as data. */
export interface HttpHead {
  readonly status: number;
  /** A `Headers`, pairs, or an object whose values may be lists. */
  readonly headers?: HttpHeaders | undefined;
}

/** An answer as data. */
export interface HttpResponse extends HttpHead {
  readonly body?: string | Uint8Array | ArrayBuffer | null | undefined;
}

/** An answer as it was received. */
export interface ReceivedAnswer {
  readonly status: number;
  /** In order. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Decompressed; a copy that is the caller's own. */
  readonly body: Uint8Array;
}

/** What headers may be written as. */
export type HttpHeaders =
  | Iterable<readonly [string, string]>
  | Readonly<Record<string, string | readonly string[] | undefined>>;
