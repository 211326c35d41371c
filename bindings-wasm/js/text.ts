/** What crosses into the core as text. */

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

function keptVisible(_name: string, value: unknown): unknown {
  switch (typeof value) {
    case "bigint":
    case "function":
    case "symbol":
      return { [typeof value]: true };
    case "number":
      return Number.isFinite(value) ? value : { [String(value)]: true };
    default:
      return value;
  }
}

/** The moments of a request as milliseconds; what is no moment is left to the core. */
export function withMilliseconds(request: unknown): unknown {
  if (typeof request !== "object" || request === null || Array.isArray(request)) {
    return request;
  }
  const times = ["modify_time_from", "modify_time_to"] as const;
  const copy: Record<string, unknown> = { ...request };
  for (const name of times) {
    const time = copy[name];
    if (time instanceof Date) {
      copy[name] = time.getTime();
    }
  }
  return copy;
}
