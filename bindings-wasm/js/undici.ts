/** HTTP/1.1 over undici's own API in Node: each request once, to the host that was named, within its budget. */

import type { Dispatcher, Pool, ProxyAgent } from "undici";

import { builtin } from "./builtin.js";
import { after } from "./clock.js";
import type { TransportErrorKind } from "./core.js";
import { TransportFailure, type HttpRequest, type HttpResponse, type Transport } from "./transport.js";

/** What a caller chose about the way to the server. */
export interface Route {
  readonly proxy: string | undefined;
  /** PEM texts, beside the roots that Node trusts. */
  readonly root_certificates: readonly string[];
}

/** Connections that are closed by their owner. */
export interface Network {
  readonly send: Transport;
  close(): Promise<void>;
}

/** One client's connections; nothing is connected, and undici is not loaded, before the first request. */
export function network(route: Route): Network {
  let pooled: Dispatcher | undefined;
  let fresh: Dispatcher | undefined;
  let origin: string | undefined;
  let closing: Promise<unknown> | undefined;
  const send: Transport = (request, signal) => {
    // A client has one.
    origin ??= new URL(request.url).origin;
    if (request.fresh_connection) {
      fresh ??= connections(route, origin);
      return exchange(fresh, origin, request, signal);
    }
    pooled ??= connections(route, origin);
    return exchange(pooled, origin, request, signal);
  };
  return {
    send,
    async close() {
      closing ??= Promise.all([pooled?.close(), fresh?.close()]);
      await closing;
    },
  };
}

function connections(route: Route, origin: string): Dispatcher {
  // Here and not above, since a program that only looks at errors or requests need not pay for it.
  const undici = require("./vendor/undici.js") as { Pool: typeof Pool; ProxyAgent: typeof ProxyAgent };
  const tls = {
    timeout: CONNECT,
    minVersion: "TLSv1.2",
    // Also where NODE_TLS_REJECT_UNAUTHORIZED says otherwise: there is no switch to disable verification.
    rejectUnauthorized: true,
    ...(route.root_certificates.length > 0 ? { ca: [...trustedRoots(), ...route.root_certificates] } : {}),
  } as const;
  const options = {
    allowH2: false,
    autoSelectFamily: true,
    connect: tls,
    connections: MOST_CONNECTIONS,
    connectTimeout: CONNECT,
    keepAliveMaxTimeout: LONGEST_IDLE,
    keepAliveTimeout: LONGEST_IDLE,
    maxHeaderSize: LARGEST_HEAD,
    maxResponseSize: LARGEST_BODY,
    pipelining: 1,
  };
  return route.proxy === undefined
    ? new undici.Pool(origin, options)
    : new undici.ProxyAgent({ ...options, uri: route.proxy, requestTls: tls, proxyTls: tls });
}

function trustedRoots(): readonly string[] {
  const tls = builtin("node:tls") as typeof import("node:tls") & { getCACertificates?: () => string[] };
  return tls.getCACertificates?.() ?? tls.rootCertificates;
}

/** One request and its whole answer. */
function exchange(
  dispatcher: Dispatcher,
  origin: string,
  request: HttpRequest,
  signal: AbortSignal,
): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const reader = new Reader(request, resolve, reject);
    if (signal.aborted) {
      reader.stop(new TransportFailure("other", { bytes_written: false, detail: "it was called off" }));
      return;
    }
    const stopTimer = after(request.budget, () => reader.timeOut());
    const callOff = (): void => reader.stop(new TransportFailure("other", { detail: "it was called off" }));
    signal.addEventListener("abort", callOff);
    reader.atEnd = () => {
      stopTimer();
      signal.removeEventListener("abort", callOff);
    };
    const headers: string[] = [];
    for (const [name, value] of request.headers) {
      headers.push(name, value);
    }
    const options: Dispatcher.DispatchOptions = {
      origin,
      path: request.url.slice(request.url.indexOf("/", "https://".length)),
      method: request.method,
      headers,
      body: request.body,
      bodyTimeout: Math.min(BODY_IDLE, request.budget + TIMER_ERROR),
      headersTimeout: request.budget + TIMER_ERROR,
      idempotent: false,
      reset: request.fresh_connection,
    };
    try {
      dispatcher.dispatch(options, reader);
    } catch (error) {
      reader.onResponseError(undefined, error as Error);
    }
  });
}

/** Reads one answer. No redirect is followed and nothing is sent again: undici does so only where it is asked to. */
class Reader implements Dispatcher.DispatchHandler {
  atEnd: () => void = () => undefined;
  readonly #request: HttpRequest;
  readonly #resolve: (response: HttpResponse) => void;
  readonly #reject: (failure: TransportFailure) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #failure: TransportFailure | undefined;
  #hasEnded = false;
  #status = 0;
  #informational = 0;
  #headers: Record<string, string | string[] | undefined> = {};
  #chunks: Buffer[] = [];
  #length = 0;
  #bodyBegan = 0;

  constructor(
    request: HttpRequest,
    resolve: (response: HttpResponse) => void,
    reject: (failure: TransportFailure) => void,
  ) {
    this.#request = request;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Right before the first byte is written; before this, nothing has been. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#failure !== undefined) {
      controller.abort(this.#failure);
    }
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) {
      this.#informational += 1;
      if (this.#informational > MOST_INFORMATIONAL) {
        this.stop(new TransportFailure("too_large", { detail: "too many informational heads" }));
      }
      return;
    }
    this.#status = status;
    this.#headers = headers;
    this.#bodyBegan = performance.now();
    const raw = controller.rawHeaders as readonly unknown[] | null | undefined;
    const count = raw == null ? Object.keys(headers).length : raw.length / 2;
    if (count > MOST_HEADERS) {
      this.stop(new TransportFailure("too_large", { detail: `${count} headers` }));
    }
    const announced = Number(headers["content-length"]);
    if (announced > this.#request.max_response) {
      this.stop(new TransportFailure("too_large", { detail: `${announced} bytes announced` }));
    }
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    const elapsed = performance.now() - this.#bodyBegan;
    if (this.#length > this.#request.max_response) {
      this.stop(new TransportFailure("too_large", { detail: `more than ${this.#request.max_response} bytes` }));
    } else if (elapsed > SLOW_START && this.#length < (elapsed / 1_000) * SLOWEST) {
      this.stop(new TransportFailure("bad_body", { detail: "the body came too slowly" }));
    }
  }

  onResponseEnd(): void {
    this.#end(() => {
      const body = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks);
      const finish = (): void => this.#resolve({ status: this.#status, headers: this.#headers, body });
      // undici takes the connection as free one turn later, and would open another one for a request before that.
      process.nextTick(() => setImmediate(finish));
    });
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.#end(() => this.#reject(this.#failure ?? this.#explain(error)));
  }

  /** The budget is over. */
  timeOut(): void {
    const kind = this.#controller === undefined ? "connect" : "timeout";
    const detail = `no whole answer within ${this.#request.budget} ms`;
    this.stop(new TransportFailure(kind, { bytes_written: this.#controller !== undefined, detail }));
  }

  /** Ends it here and now, and closes the connection. */
  stop(failure: TransportFailure): void {
    this.#failure ??= failure;
    this.#controller?.abort(failure);
    this.#end(() => this.#reject(failure));
  }

  #end(settle: () => void): void {
    if (!this.#hasEnded) {
      this.#hasEnded = true;
      this.atEnd();
      settle();
    }
  }

  #explain(error: Error): TransportFailure {
    const { code = "" } = error as { code?: string };
    const bytes_written = this.#controller !== undefined;
    const more = { bytes_written, detail: code === "" ? error.name : code, cause: error };
    if (code === "UND_ERR_HEADERS_OVERFLOW" || code === "UND_ERR_RES_EXCEEDED_MAX_SIZE") {
      return new TransportFailure("too_large", more);
    }
    if (this.#status !== 0) {
      return new TransportFailure("bad_body", more);
    }
    if (bytes_written) {
      return new TransportFailure(code === "UND_ERR_HEADERS_TIMEOUT" ? "timeout" : "disconnected", more);
    }
    return new TransportFailure(unsent(error, code, this.#request.url.startsWith("https:")), more);
  }
}

/** What kind of failure it is that kept a request from being started. */
function unsent(error: Error, code: string, isEncrypted: boolean): TransportErrorKind {
  const proxyStatus = /^Proxy response \((\d+)\)/.exec(error.message)?.[1];
  if (proxyStatus !== undefined) {
    return proxyStatus === "407" || proxyStatus === "403" ? "proxy_auth" : "proxy";
  }
  if (code === "ENOTFOUND" || code.startsWith("EAI_")) {
    return "dns";
  }
  if (/CERT|^ERR_TLS|^ERR_SSL|^EPROTO$|^UNABLE_TO_|^HOSTNAME_/.test(code)) {
    return "tls_untrusted";
  }
  if (isEncrypted && (code === "ECONNRESET" || code === "EPIPE")) {
    return "tls_io";
  }
  return "connect";
}

const CONNECT = 5_000;
/** Below the 20 seconds after which a server may close an idle connection. */
const LONGEST_IDLE = 15_000;
const MOST_CONNECTIONS = 64;
const LARGEST_HEAD = 64 * 1024;
const MOST_HEADERS = 100;
const MOST_INFORMATIONAL = 8;
/** The largest answer of any operation; each request has its own cap below this. */
const LARGEST_BODY = 8 * 1024 * 1024;
const BODY_IDLE = 10_000;
/** undici's own timers fire up to half a second early; what must be exact is `after`, and these are the net below it. */
const TIMER_ERROR = 1_000;
const SLOW_START = 10_000;
/** Bytes per second, on average. */
const SLOWEST = 1_024;
