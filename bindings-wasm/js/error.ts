/** The one error of this package, as a real `Error`. */

import type { Error as Fields } from "./core.js";
import { nameOf } from "./realm.js";
import { INSPECT } from "./veil.js";

/** Marks our errors, also those of another copy of this package in the same program. */
const BRAND = Symbol.for("feishu-corehr.error");

/** What the core tells of an error: its fields, and the sentence for a person. */
export interface Told {
  text: string;
  fields: Fields;
}

/**
 * Every failure of this package. `message` is a sentence for a person: what happened, whether it took effect, what to
 * do, the log id. Programs branch on `kind`, `code` and above all on `effect`.
 */
// The fields are the core's, so that there is one list of them.
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging
export interface FeishuError extends Fields {}
export class FeishuError extends Error {
  override readonly name = "FeishuError";

  /** @internal */
  constructor(told: Told, cause?: unknown) {
    super(told.text, cause === undefined ? undefined : { cause });
    Object.assign(this, told.fields);
    Object.defineProperties(this, { [BRAND]: { value: true }, [INSPECT]: { value: shown } });
  }

  /** The fields as data, for logs; they hold no secret. */
  toJSON(): Fields & { name: string; message: string } {
    return { name: this.name, message: this.message, ...(this as Fields) };
  }
}

/**
 * What `console.log` shows in Node, Deno and Bun. Of the cause only its kind: an HTTP client's error would show the
 * request, and with it the token.
 */
function shown(this: FeishuError, _depth: number, options: object, inspect?: Inspect): string {
  const { name: _, message: __, ...fields } = this.toJSON();
  const cause = this.cause === undefined ? "" : `, [cause]: ${nameOf(this.cause)}`;
  return `${this.stack ?? String(this)} ${inspect?.(fields, options) ?? JSON.stringify(fields)}${cause}`;
}

type Inspect = (value: unknown, options: object) => string;

/** Whether `value` is a {@link FeishuError}, also one of another copy of this package. */
export function isFeishuError(value: unknown): value is FeishuError {
  return typeof value === "object" && value !== null && BRAND in value;
}

/** An error that the core has not written. */
export function failure(fields: Pick<Fields, "kind" | "effect" | "summary"> & Partial<Fields>, cause?: unknown): FeishuError {
  const told: Fields = {
    operation: null,
    retryable: false,
    retry_after_ms: null,
    http_status: null,
    code: null,
    msg: null,
    advice: null,
    log_id: null,
    scopes: [],
    troubleshooter: null,
    field_violations: [],
    helps: [],
    problems: [],
    status: null,
    location_host: null,
    same_token: false,
    attempts: 0,
    ...fields,
  };
  const { operation, effect, summary } = told;
  const ending = effect === "none" ? "it had no effect" : "whether it took effect is unknown";
  return new FeishuError({ text: `${operation === null ? "" : `${operation}: `}${summary}; ${ending}`, fields: told }, cause);
}
