/** What a page has asked, whether it came by `node:http` or by Fetch. */

import { joined } from "./text.js";

/** One request, whatever it came by. */
export interface Asked<Incoming> {
  readonly method: string;
  /** Path and query, without the path where a framework has mounted the handler. */
  readonly target: string;
  /** Path and query as they were sent. */
  readonly mounted: string;
  readonly header: (name: string) => string | undefined;
  /** The body; undefined where it is larger. */
  readonly body: (limit: number) => Promise<Uint8Array | undefined>;
  /** Says when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  readonly incoming: Incoming;
}

/** What is read of a request of `node:http`, and of frameworks over it. */
export interface NodeRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** Express keeps the whole path here where it mounts a handler. */
  readonly originalUrl?: string | undefined;
  readonly headers: Record<string, string | string[] | undefined>;
  /** What a framework's own parser has read already. */
  readonly body?: unknown;
  /** Whether somebody has read the body to its end. */
  readonly readableEnded?: boolean | undefined;
  on(event: "data" | "end" | "error" | "close", listener: (chunk: Uint8Array) => void): unknown;
}

/** What is used of a response of `node:http`. */
export interface NodeResponse {
  readonly headersSent: boolean;
  readonly writableFinished: boolean;
  writeHead(status: number, headers: string[]): unknown;
  end(body: Uint8Array): unknown;
  on(event: "close", listener: () => void): unknown;
}

/** A request of `node:http`; `signal` says when its connection is closed. */
export function askedOfNode<Incoming extends NodeRequest>(request: Incoming, signal: AbortSignal): Asked<Incoming> {
  const headers = new Map(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]),
  );
  return {
    method: request.method ?? "",
    target: request.url ?? "",
    mounted: request.originalUrl ?? request.url ?? "",
    // HTTP/2 names the host otherwise.
    header: (name) => headers.get(name) ?? (name === "host" ? headers.get(":authority") : undefined),
    body: (limit) => nodeBody(request, limit),
    signal,
    incoming: request,
  };
}

/** A request of Fetch. */
export function askedOfFetch(request: Request): Asked<Request> {
  const { pathname, search, host } = new URL(request.url);
  const target = pathname + search;
  return {
    method: request.method,
    target,
    mounted: target,
    header: (name) => request.headers.get(name) ?? (name === "host" ? host : undefined),
    body: (limit) => fetchBody(request, limit),
    signal: request.signal,
    incoming: request,
  };
}

function nodeBody(request: NodeRequest, limit: number): Promise<Uint8Array | undefined> {
  if (request.body !== undefined && request.body !== null) {
    const { body } = request;
    const bytes = body instanceof Uint8Array ? body : new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body));
    return Promise.resolve(bytes.length > limit ? undefined : bytes);
  }
  if (request.readableEnded === true) {
    return Promise.resolve(new Uint8Array());
  }
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let length = 0;
    request.on("data", (chunk) => {
      length += chunk.length;
      if (length <= limit) {
        chunks.push(chunk);
      } else {
        // The rest is thrown away as it comes.
        resolve(undefined);
      }
    });
    request.on("end", () => resolve(joined(chunks)));
    request.on("error", reject);
  });
}

async function fetchBody(request: Request, limit: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = request.body?.getReader();
  for (;;) {
    const chunk = await reader?.read();
    if (chunk === undefined || chunk.done) {
      return joined(chunks);
    }
    chunks.push(chunk.value);
    length += chunk.value.length;
    if (length > limit) {
      void reader?.cancel().catch(() => undefined);
      return undefined;
    }
  }
}
