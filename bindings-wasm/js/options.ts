/** Options that the core cannot judge: functions, names of one runtime, and what excludes each other. */

import * as core from "./core.js";
import type { Problem } from "./core.js";
import { FeishuError, type Told } from "./error.js";
import { instance } from "./instance.js";

/** Options of every client. */
export interface SharedOptions {
  /** How long a call may take, waiting and resending included, in milliseconds; 60,000 by default. */
  deadline?: number | undefined;
  /**
   * The part of every quota that this client may use, above 0 and at most 1: two processes that share an app take 0.5
   * each.
   */
  rate_share?: number | undefined;
  /** Quotas that differ from the documented ones, by operation name. */
  quotas?: Record<string, { calls: number; window_ms: number }> | undefined;
  /**
   * Is told of every request, after its answer. What it throws is ignored: it must not fail the call, and nothing is
   * ever printed.
   */
  onAttempt?: ((observation: core.Observation) => unknown) | undefined;
}

/** The one error for these problems. */
export function invalid(operation: string, problems: Problem[]): FeishuError {
  const text = instance().enter(() => core.invalid(operation, JSON.stringify(problems)));
  return new FeishuError((JSON.parse(text) as { error: Told }).error);
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

/** Different for every client. */
export function seed(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return (high & 0x1fffff) * 2 ** 32 + low;
}
