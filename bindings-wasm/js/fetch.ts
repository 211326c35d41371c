/** HTTP by `fetch`: each request once, no redirect. */

import { after } from "./clock.js";
import type { HttpRequest, HttpResponse } from "./http.js";
import { nameOf } from "./realm.js";
import { joined } from "./text.js";
import { isTransportFailure, TransportFailure, type Send } from "./transport.js";

/** In a page: no cookie unless it is asked for, no cache, no referrer. */
export function pageTransport(credentials: RequestCredentials): Send {
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
export function serverTransport(): Send {
  return transport((request) => ({ headers: headers(request), redirect: "manual" }));
}

function transport(settings: (request: HttpRequest) => RequestInit): Send {
  return (request) => {
    const controller = new AbortController();
    return { response: sent(request, settings(request), controller), callOff: () => controller.abort() };
  };
}

async function sent(request: HttpRequest, settings: RequestInit, controller: AbortController): Promise<HttpResponse> {
  let isLate = false;
  const stopTimer = after(request.budget, () => {
    isLate = true;
    controller.abort();
  });
  // fetch tells nothing of how far it came, and may itself send a request again: only an answer proves anything.
  let head: { status: number; headers: [string, string][] } | undefined;
  try {
    // As a plain function: with another `this`, browsers refuse it.
    const send = globalThis.fetch;
    const { method, body } = request;
    const response = await send(request.url, { ...settings, method, body, signal: controller.signal });
    // Of a status line that breaks off, a browser makes a number all the same.
    if (response.status < 100 || response.status > 599) {
      throw new TransportFailure("disconnected", { detail: "a head that cannot be read" });
    }
    head = { status: response.status, headers: [...response.headers] };
    if (head.headers.length > MOST_HEADERS) {
      throw new TransportFailure("too_large", { detail: `${head.headers.length} headers` });
    }
    return { ...head, body: await read(response, request) };
  } catch (error) {
    controller.abort();
    const late = `no whole answer within ${request.budget} ms`;
    const { kind, message: detail } = isTransportFailure(error)
      ? error
      : isLate
        ? ({ kind: "timeout", message: late } as const)
        : ({ kind: head === undefined ? "disconnected" : "bad_body", message: nameOf(error) } as const);
    throw new TransportFailure(kind, { detail, head, cause: error });
  } finally {
    stopTimer();
  }
}

function headers(request: HttpRequest): [string, string][] {
  return request.headers.map(([name, value]) => [name, value]);
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

const MOST_HEADERS = 100;
