/** HTTP by `fetch`: each request once, no redirect. */

import { after } from "./clock.js";
import { joined } from "./text.js";
import { TransportFailure, type HttpRequest, type HttpResponse, type Transport } from "./transport.js";

/** In a page: no cookie unless it is asked for, no cache, no referrer. */
export function pageTransport(credentials: RequestCredentials): Transport {
  return transport((request) => ({
    // A page's own user agent is not ours to change, and would cost a preflight.
    headers: headers(request).filter(([name]) => name !== "user-agent"),
    redirect: "error",
    credentials,
    cache: "no-store",
    referrerPolicy: "no-referrer",
  }));
}

/** On a server. Workers throw at other settings, and at a redirect's `error` before anything is sent. */
export function serverTransport(): Transport {
  return transport((request) => ({ headers: headers(request), redirect: "manual" }));
}

function transport(settings: (request: HttpRequest) => RequestInit): Transport {
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
      const { method, body } = request;
      const response = await send(request.url, { ...settings(request), method, body, signal: stop.signal });
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

function headers(request: HttpRequest): [string, string][] {
  return request.headers.map(([name, value]) => [name, value]);
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
  return joined(chunks);
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

const MOST_HEADERS = 100;
