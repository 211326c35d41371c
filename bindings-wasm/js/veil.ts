/**
 * Requests that may be printed: their secrets are there for whoever sends them, and not for `console.log`,
 * `JSON.stringify` and texts.
 */

import type { HttpRequest } from "./http.js";

/** The request itself, which from now on prints without its token and its secret body. */
export function veiled<R extends HttpRequest>(request: R): R {
  for (const header of request.headers) {
    veil(header, redacted);
  }
  veil(request.headers, (headers) => headers.map(redacted));
  return veil(request, ({ headers, body, ...rest }) => ({
    ...rest,
    headers: headers.map(redacted),
    body: request.sensitive_body ? REDACTED : body,
  }));
}

function redacted([name, value]: HttpRequest["headers"][number]): HttpRequest["headers"][number] {
  return [name, OPEN_NAMES.includes(name) ? value : REDACTED];
}

function veil<T extends object>(thing: T, show: (thing: T) => unknown): T {
  const shown = (): unknown => show(thing);
  for (const [name, value] of [
    ["toJSON", shown],
    ["toString", () => JSON.stringify(shown())],
    [INSPECT, shown],
  ] as const) {
    // Not enumerable, so that copies and comparisons see data alone.
    Object.defineProperty(thing, name, { value, configurable: true, writable: true });
  }
  return thing;
}

const REDACTED = "[redacted]";
/** The headers that this library makes and that hold no secret; nobody knows what is in a caller's own. */
const OPEN_NAMES = ["accept", "content-type", "oapi-sdk-request-id", "user-agent"];
/** What Node, Deno and Bun ask when they print something. */
export const INSPECT = Symbol.for("nodejs.util.inspect.custom");
