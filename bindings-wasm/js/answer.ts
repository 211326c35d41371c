/** What a backend answers to a page: Feishu's own answer, a refusal, or why there is none. */

import { isFeishuError, type FeishuError } from "./error.js";
import type { HttpResponse } from "./http.js";
import { bytes, pairs } from "./transport.js";

/** An answer for a page. */
export interface Answer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

/** Why nothing was sent to Feishu. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    /** What to do, for the page's developer or user. */
    readonly text: string,
    readonly headers: readonly (readonly [name: string, value: string])[] = [],
  ) {
    super(text);
  }
}

/** The answer to a request that is not sent on. */
export function refused({ status, text, headers }: Refusal): Answer {
  return unsent(status, text, headers);
}

/** Feishu's answer, without what concerns only this machine and Feishu. */
export function passedOn(response: HttpResponse): Answer {
  const { status } = response;
  const headers = pairs(response.headers)
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name, value]) => (PASSED.includes(name) || /^x-ogw-ratelimit-[a-z]+$/.test(name)) && isPlain(value));
  if (status >= 300 && status < 400) {
    // A page's fetch would follow it, or take it for a broken connection.
    const reason = "Feishu answered a redirect, which is not followed: check the backend's `base_url`";
    return text(UNEXPLAINED, reason, headers.filter(([name]) => name !== "content-type"));
  }
  if (status < 200 || status > 599) {
    return text(UNEXPLAINED, `Feishu answered HTTP ${status}`);
  }
  return { status, headers: [...headers, ...ALWAYS], body: bytes(response.body) };
}

/**
 * What a page is told where Feishu has not answered. It says that nothing was sent only where that is proved: else the
 * page's client reads the process first.
 */
export function unanswered(error: unknown, isWrite: boolean): Answer {
  if (!isFeishuError(error)) {
    // Thrown by the package's own code after a request may have gone out.
    return text(UNEXPLAINED, "the backend failed");
  }
  if (error.effect === "none" && (isWrite || error.attempts === 0)) {
    return unreached(error);
  }
  const isLate = error.kind === "timeout" || error.kind === "deadline";
  return text(!error.retryable && !isLate ? UNEXPLAINED : isLate ? 504 : 502, `Feishu gave no whole answer (${error.kind})`);
}

/** The page learns the kind of what is wrong in the backend; the rest is for the backend's own log. */
function unreached(error: FeishuError): Answer {
  const pause = error.retry_after_ms === null ? [] : [["retry-after", String(Math.ceil(error.retry_after_ms / 1_000))] as const];
  if (error.kind === "rate_limited") {
    return unsent(429, "the backend has used up its quota for now", pause);
  }
  return unsent(error.retryable ? 503 : 500, `the backend cannot reach Feishu, or has no token (${error.kind})`, pause);
}

/** Whether a header may have this value everywhere. */
export function isPlain(value: string): boolean {
  return /^[ -~]*$/.test(value);
}

function unsent(status: number, reason: string, headers: Answer["headers"] = []): Answer {
  const shown = reason.replace(/[^ -~]/g, "?").slice(0, LONGEST_REASON);
  return text(status, shown, [...headers, [NOT_SENT, shown]]);
}

function text(status: number, body: string, headers: Answer["headers"] = []): Answer {
  const type = ["content-type", "text/plain; charset=utf-8"] as const;
  return { status, headers: [...headers, type, ...ALWAYS], body: new TextEncoder().encode(`${body}\n`) };
}

/** What a page may read of an answer from another origin. */
export const EXPOSED = "x-tt-logid, x-request-id, x-ogw-ratelimit-limit, x-ogw-ratelimit-reset, retry-after, x-corehr-not-sent";
/** Says that nothing was sent to Feishu, and why; the core knows it. */
const NOT_SENT = "x-corehr-not-sent";
const LONGEST_REASON = 256;
/** What the core judges by, and no cookie. The body has been decompressed and is whole. */
const PASSED: readonly string[] = ["content-type", "retry-after", "x-request-id", "x-tt-logid"];
/** An answer opened as a document must not run in the page's origin, and is nobody else's. */
const ALWAYS: Answer["headers"] = [
  ["cache-control", "no-store"],
  ["content-security-policy", "default-src 'none'; sandbox"],
  ["x-content-type-options", "nosniff"],
];
/** A status which proves nothing, and does not suggest to try again. */
const UNEXPLAINED = 520;
