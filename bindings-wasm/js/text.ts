/** What crosses into the core as text, and bytes that come in chunks. */

import { tagOf } from "./realm.js";

/**
 * A value as JSON. What JSON would drop or bend in silence (a function, NaN, a big integer) stays visible, so that the
 * core refuses it where a text or number is expected.
 */
export function written(value: unknown): string {
  try {
    return JSON.stringify(value, keptVisible) ?? "null";
  } catch {
    // A circle, or a getter that throws: no object that could be written.
    return "null";
  }
}

/** The body of a call as JSON; what JSON would drop or bend in silence is thrown. */
export function bodyText(body: unknown): string {
  return JSON.stringify(body, (name, value: unknown) => {
    const kept = keptVisible(name, value);
    if (kept !== value) {
      throw new TypeError(Object.keys(kept as object)[0]);
    }
    return value;
  });
}

function keptVisible(_name: string, value: unknown): unknown {
  switch (typeof value) {
    case "bigint":
    case "function":
    case "symbol":
      return { [typeof value]: true };
    case "number":
      return Number.isFinite(value) ? value : { [String(value)]: true };
    case "string":
      // Half of a surrogate pair is no text: the core could not even read the JSON.
      return (value as { isWellFormed?: () => boolean }).isWellFormed?.() === false ? { halves: true } : value;
    default:
      return value;
  }
}

/** The moments of a request as milliseconds; what is no moment is left to the core. */
export function withMilliseconds(request: unknown): unknown {
  if (typeof request !== "object" || request === null || Array.isArray(request)) {
    return request;
  }
  const times = ["modify_time_from", "modify_time_to", "since"] as const;
  const copy: Record<string, unknown> = { ...request };
  for (const name of times) {
    const time = copy[name];
    if (tagOf(time) === "Date") {
      copy[name] = (time as Date).getTime();
    }
  }
  return copy;
}

/** Chunks as one. */
export function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let end = 0;
  for (const chunk of chunks) {
    all.set(chunk, end);
    end += chunk.length;
  }
  return all;
}

/** A text as bytes. */
export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
