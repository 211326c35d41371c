/** Options that the core cannot judge: functions, names of one runtime, and what excludes each other. */

import type { Observation, Problem } from "./core.js";
import { failure, type FeishuError } from "./error.js";
import { OPERATIONS } from "./table.js";

/** Options of every client. */
export interface SharedOptions {
  /**
   * How long a call may take, waiting and resending included, in milliseconds; by default 60,000, and for a read, which
   * may wait for the next minute of its quota, 120,000.
   */
  deadline?: number | undefined;
  /**
   * The part of every quota that this client may use, above 0 and at most 1: two processes that share an app take 0.5
   * each.
   */
  rate_share?: number | undefined;
  /** Quotas that differ from the documented ones, by operation name. */
  quotas?: Record<string, { calls: number; window_ms: number }> | undefined;
  /**
   * Is told of every request, when it starts and when it has ended (`phase`). What it throws is ignored: it must not fail the call, and nothing is
   * ever printed.
   */
  onAttempt?: ((observation: Observation) => unknown) | undefined;
}

/** The one error for these problems, as the core words it: a page's client is made before the core is loaded. */
export function invalid(operation: string, problems: Problem[]): FeishuError {
  const summary = `invalid request:${problems.map(({ field, rule }) => ` \`${field}\` ${rule}`).join(";")}`;
  return failure({ kind: "invalid_argument", effect: "none", operation, summary, problems });
}

/** The error for one problem. */
export function problem(operation: string, field: string, rule: string): FeishuError {
  return invalid(operation, [{ field, rule }]);
}

/** An object of options, or the error that says what it is. */
export function optionsObject(owner: string, options: unknown): Record<string, unknown> {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw problem(owner, "options", "must be an object");
  }
  return { ...options };
}

/** Takes an option that must be a function out of the others. */
export function takeFunction<F>(options: Record<string, unknown>, name: string, problems: Problem[]): F | undefined {
  const value = options[name];
  delete options[name];
  if (value === undefined || value === null) {
    return undefined;
  }
  if (typeof value !== "function") {
    problems.push({ field: name, rule: "must be a function" });
    return undefined;
  }
  return value as F;
}

/** Finds what is wrong with deadline, share and quotas where the core is not loaded yet, which then reads them again. */
export function checkNumbers(options: Record<string, unknown>, problems: Problem[]): void {
  const { deadline, rate_share, quotas } = options;
  const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) > 0;
  if (deadline != null && !isCount(deadline)) {
    problems.push({ field: "deadline", rule: "must be at least 1 millisecond, as an integer" });
  }
  if (rate_share != null && !(typeof rate_share === "number" && rate_share > 0 && rate_share <= 1)) {
    problems.push({ field: "rate_share", rule: "must be above 0 and at most 1" });
  }
  if (quotas == null) {
    return;
  }
  if (typeof quotas !== "object" || Array.isArray(quotas)) {
    problems.push({ field: "quotas", rule: "must be an object" });
    return;
  }
  for (const [name, quota] of Object.entries(quotas as Record<string, unknown>)) {
    const { calls, window_ms, ...others } = (quota ?? {}) as Record<string, unknown>;
    if (!(OPERATIONS as readonly string[]).includes(name)) {
      problems.push({ field: "quotas", rule: `has \`${name}\`, which is no operation` });
    } else if (calls === 0 || window_ms === 0) {
      problems.push({ field: "quotas", rule: `allows \`${name}\` no calls, or no time` });
    } else if (!isCount(calls) || !isCount(window_ms) || Object.keys(others).length > 0) {
      problems.push({ field: `quotas.${name}`, rule: "must have `calls` and `window_ms`, integers above 0, and nothing else" });
    }
  }
}

/** Different for every client. */
export function seed(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return (high & 0x1fffff) * 2 ** 32 + low;
}
