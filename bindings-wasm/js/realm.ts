/** What a value is, whatever realm it is from: a frame, a `vm` context or a test's environment has classes of its own. */

/** `Date`, `Error`, `ArrayBuffer` and so on, for what is one of those. */
export function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}

/** Whether it can be listened to like an `AbortSignal`. */
export function isSignal(value: unknown): value is AbortSignal {
  try {
    const { aborted, addEventListener, removeEventListener } = value as AbortSignal;
    return typeof aborted === "boolean" && typeof addEventListener === "function" && typeof removeEventListener === "function";
  } catch {
    // Nothing, or a Proxy of a signal, which cannot be asked.
    return false;
  }
}

/** The kind of what was thrown, which holds no secret, unlike its text. */
export function nameOf(error: unknown): string {
  const isError = error instanceof Error || /Error$|Exception$/.test(tagOf(error));
  try {
    return isError ? String((error as { name: unknown }).name) : typeof error;
  } catch {
    return "Error";
  }
}
