/** HTTP by `fetch`, in pages: no redirect, no cookie unless it is asked for, no cache, no referrer. */

import { after } from "./clock.js";
import { TransportFailure, type HttpRequest, type HttpResponse, type Transport } from "./transport.js";

/** A transport over this runtime's `fetch`. */
export function fetchTransport(credentials: RequestCredentials): Transport {
  return async (request, signal) => {
    const stop = new AbortController();
    const callOff = (): void => stop.abort(signal.reason);
    let isLate = false;
    const stopTimer = after(request.budget, () => {
      isLate = true;
      stop.abort();
    });
    signal.addEventListener("abort", callOff);
    // fetch tells nothing of how far it came, and may itself send a request again: only an answer proves anything.
    let kind: "disconnected" | "bad_body" = "disconnected";
    try {
      // As a plain function: with another `this`, browsers refuse it.
      const send = globalThis.fetch;
      const response = await send(request.url, settings(request, credentials, stop.signal));
      kind = "bad_body";
      return { status: response.status, headers: capped(response.headers), body: await read(response, request) };
    } catch (error) {
      stop.abort();
      if (error instanceof TransportFailure) {
        throw error;
      }
      throw new TransportFailure(isLate ? "timeout" : kind, {
        detail: isLate ? `no whole answer within ${request.budget} ms` : nameOf(error),
        cause: error,
      });
    } finally {
      stopTimer();
      signal.removeEventListener("abort", callOff);
    }
  };
}

function settings(request: HttpRequest, credentials: RequestCredentials, signal: AbortSignal): RequestInit {
  // A page's own user agent is not ours to change, and would cost a preflight.
  const headers = request.headers.filter(([name]) => name !== "user-agent");
  return {
    method: request.method,
    headers: headers.map(([name, value]): [string, string] => [name, value]),
    body: request.body,
    signal,
    redirect: "error",
    credentials,
    cache: "no-store",
    referrerPolicy: "no-referrer",
  };
}

function capped(headers: Headers): [string, string][] {
  const list = [...headers];
  if (list.length > MOST_HEADERS) {
    throw new TransportFailure("too_large", { detail: `${list.length} headers` });
  }
  return list;
}

/** The body, chunk by chunk: no more than the cap. */
async function read(response: Response, request: HttpRequest): Promise<HttpResponse["body"]> {
  const reader = response.body?.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const chunk = await reader?.read();
    if (chunk === undefined || chunk.done) {
      break;
    }
    chunks.push(chunk.value);
    length += chunk.value.length;
    if (length > request.max_response) {
      throw new TransportFailure("too_large", { detail: `more than ${request.max_response} bytes` });
    }
  }
  const body = new Uint8Array(length);
  let end = 0;
  for (const chunk of chunks) {
    body.set(chunk, end);
    end += chunk.length;
  }
  return body;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

const MOST_HEADERS = 100;
