/** HTTP/1.1 over undici's own API in Node: each request once, to the host that was named, within its budget. */

import type { buildConnector, Client, Dispatcher, ProxyAgent } from "undici";

import { builtin } from "./builtin.js";
import { secureContext } from "./certificates.js";
import { SharedTimer } from "./clock.js";
import type { TransportErrorKind } from "./core.js";
import type { HttpHead, HttpRequest, HttpResponse } from "./http.js";
import { TransportFailure, type Send } from "./transport.js";

/** What a caller chose about the way to the server. */
export interface Route {
  readonly proxy: string | undefined;
  /** PEM texts, beside the roots that Node trusts. */
  readonly root_certificates: readonly string[];
}

/** Connections that are closed by their owner. */
export interface Network {
  readonly send: Send;
  close(): Promise<void>;
}

/** One client's connections; nothing is connected, and undici is not loaded, before the first request. */
export function network(route: Route): Network {
  let connections: Connections | undefined;
  return {
    // A client has one origin.
    send: (request) => (connections ??= new Connections(route, new URL(request.url).origin)).send(request),
    close: async () => connections?.close(),
  };
}

/**
 * Connections to one origin. Each carries one request at a time, and a request that finds none free opens another: it
 * never waits for other requests, and so neither does the token that they may need. The pace of the quotas is what
 * bounds how many there are.
 */
class Connections {
  readonly #origin: string;
  readonly #connect: () => Dispatcher;
  readonly #all = new Set<Dispatcher>();
  /** Used last, used first: those that are not needed any more stay idle, and are closed. */
  readonly #free: Dispatcher[] = [];
  readonly #timer = new SharedTimer();
  #isClosed = false;

  constructor(route: Route, origin: string) {
    this.#origin = origin;
    this.#connect = connector(route, origin);
  }

  readonly send: Send = (request) => {
    // A token's connection is its own and carries nothing else: bytes that follow its answer, unasked, a moment later,
    // would answer the very request that the token is for.
    const isToken = request.sensitive_body;
    const kept = isToken || request.fresh_connection ? undefined : this.#free.pop();
    const connection = kept ?? this.#connect();
    this.#all.add(connection);
    let reader: Reader | undefined;
    const response = new Promise<HttpResponse>((resolve, reject) => {
      const release = (isGood: boolean): void => (isGood && !isToken ? this.#keep(connection) : this.#drop(connection));
      reader = new Reader(request, release, resolve, reject);
      reader.stopTimer = this.#timer.after(request.budget, () => reader?.timeOut());
      if (kept === undefined) {
        this.#dispatch(connection, request, reader);
      } else {
        this.#dispatchLater(connection, request, reader);
      }
    });
    return { response, callOff: () => reader?.stop(new TransportFailure("other", { detail: "it was called off" })) };
  };

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#free.length = 0;
    await Promise.all([...this.#all].map((connection) => connection.close().catch(() => undefined)));
  }

  /**
   * Bytes that have come meanwhile, unasked, are no answer to a request that has not been sent. Node reads them when its
   * event loop looks at the sockets next, and undici then closes the connection and makes another: so that has to happen
   * before. From here to the first turn it may have looked already; before the second it has.
   */
  #dispatchLater(connection: Dispatcher, request: HttpRequest, reader: Reader): void {
    nextTurn(() =>
      nextTurn(() => {
        if (!reader.hasEnded) {
          this.#dispatch(connection, request, reader);
        }
      }),
    );
  }

  #dispatch(connection: Dispatcher, request: HttpRequest, reader: Reader): void {
    const headers: string[] = [];
    for (const [name, value] of request.headers) {
      headers.push(name, value);
    }
    const options: Dispatcher.DispatchOptions = {
      origin: this.#origin,
      path: request.url.slice(request.url.indexOf("/", "https://".length)),
      method: request.method,
      headers,
      body: request.body,
      bodyTimeout: Math.min(BODY_IDLE, request.budget + TIMER_ERROR),
      headersTimeout: request.budget + TIMER_ERROR,
      idempotent: false,
    };
    try {
      connection.dispatch(options, reader);
    } catch (error) {
      reader.onResponseError(undefined, error as Error);
    }
  }

  #keep(connection: Dispatcher): void {
    if (this.#isClosed) {
      // A call that was in flight when its client was closed has gone on.
      this.#all.delete(connection);
      connection.close().catch(() => undefined);
    } else {
      this.#free.push(connection);
    }
  }

  #drop(connection: Dispatcher): void {
    this.#all.delete(connection);
    connection.destroy().catch(() => undefined);
  }
}

function connector(route: Route, origin: string): () => Dispatcher {
  // Here and not above, since a program that only looks at errors or requests need not pay for it.
  const undici = require("./vendor/undici.js") as {
    buildConnector: typeof buildConnector;
    Client: typeof Client;
    ProxyAgent: typeof ProxyAgent;
  };
  const tls = {
    autoSelectFamily: true,
    // Also where NODE_TLS_REJECT_UNAUTHORIZED says otherwise: there is no switch to disable verification.
    rejectUnauthorized: true,
    secureContext: secureContext(route.root_certificates),
    timeout: CONNECT,
  } as const;
  const options = {
    allowH2: false,
    keepAliveMaxTimeout: LONGEST_IDLE,
    keepAliveTimeout: LONGEST_IDLE,
    maxHeaderSize: LARGEST_HEAD,
    maxResponseSize: LARGEST_BODY,
    pipelining: 1,
  };
  const { proxy } = route;
  if (proxy !== undefined) {
    const proxied = { ...options, connections: 1, uri: proxy, requestTls: tls, proxyTls: tls };
    return () => new undici.ProxyAgent(proxied);
  }
  const connect = undici.buildConnector(tls);
  return () => new undici.Client(origin, { ...options, connect });
}

/** Reads one answer. No redirect is followed and nothing is sent again: undici does so only where it is asked to. */
class Reader implements Dispatcher.DispatchHandler {
  stopTimer: () => void = () => undefined;
  readonly #request: HttpRequest;
  readonly #release: (isGood: boolean) => void;
  readonly #resolve: (response: HttpResponse) => void;
  readonly #reject: (failure: TransportFailure) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #failure: TransportFailure | undefined;
  hasEnded = false;
  #status = 0;
  #informational = 0;
  #headers: Record<string, string | string[] | undefined> = {};
  #chunks: Buffer[] = [];
  #length = 0;
  #bodyBegan = 0;

  constructor(
    request: HttpRequest,
    release: (isGood: boolean) => void,
    resolve: (response: HttpResponse) => void,
    reject: (failure: TransportFailure) => void,
  ) {
    this.#request = request;
    this.#release = release;
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
        this.#fail("too_large", "too many informational heads");
      }
      return;
    }
    this.#status = status;
    this.#headers = headers;
    this.#bodyBegan = performance.now();
    const raw = controller.rawHeaders as readonly unknown[] | null | undefined;
    const count = raw == null ? Object.keys(headers).length : raw.length / 2;
    if (count > MOST_HEADERS) {
      this.#fail("too_large", `${count} headers`);
    }
    const announced = Number(headers["content-length"]);
    if (announced > this.#request.max_response) {
      this.#fail("too_large", `${announced} bytes announced`);
    }
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    const elapsed = performance.now() - this.#bodyBegan;
    if (this.#length > this.#request.max_response) {
      this.#fail("too_large", `more than ${this.#request.max_response} bytes`);
    } else if (elapsed > SLOW_START && this.#length < (elapsed / 1_000) * SLOWEST) {
      this.#fail("bad_body", "the body came too slowly");
    }
  }

  onResponseEnd(): void {
    const body = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks);
    this.#end(true, () => this.#resolve({ status: this.#status, headers: this.#headers, body }));
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.#end(false, () => this.#reject(this.#failure ?? this.#explain(error)));
  }

  /** The budget is over. */
  timeOut(): void {
    const hasBegun = this.#controller !== undefined;
    const detail = hasBegun ? `no whole answer within ${this.#request.budget} ms` : `no connection within ${this.#request.budget} ms`;
    this.#fail(hasBegun ? "timeout" : "connect", detail);
  }

  #fail(kind: TransportErrorKind, detail: string): void {
    this.stop(new TransportFailure(kind, { bytes_written: this.#controller !== undefined, detail, head: this.#head() }));
  }

  /** The answer's head, if one was read. */
  #head(): HttpHead | undefined {
    return this.#status === 0 ? undefined : { status: this.#status, headers: this.#headers };
  }

  /** Ends it here and now, and closes the connection. */
  stop(failure: TransportFailure): void {
    this.#failure ??= failure;
    this.#controller?.abort(failure);
    this.#end(false, () => this.#reject(failure));
  }

  #end(isGood: boolean, settle: () => void): void {
    if (!this.hasEnded) {
      this.hasEnded = true;
      this.stopTimer();
      this.#release(isGood);
      settle();
    }
  }

  #explain(error: Error): TransportFailure {
    const { code = "" } = error as { code?: string };
    const bytes_written = this.#controller !== undefined;
    const more = { bytes_written, detail: code === "" ? error.name : code, head: this.#head(), cause: error };
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

/** Not the global one, in whose place a test may have put a clock of its own. */
const { setImmediate: nextTurn } = builtin("node:timers");

const CONNECT = 5_000;
/** Below the 20 seconds after which a server may close an idle connection. */
const LONGEST_IDLE = 15_000;
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
