/** A client on a server, which may hold the app's secret. */

import type { Carrier, TokenFunction } from "./call.js";
import type { Problem } from "./core.js";
import type { CallOptions } from "./operations.js";
import { takeFunction, type SharedOptions } from "./options.js";
import type { Transport } from "./transport.js";

/** What a client on a server is set up with, wherever it runs. */
export interface ServerOptions extends SharedOptions {
  /** `cli_…`; in Node by default the environment's `FEISHU_APP_ID`. */
  app_id?: string | undefined;
  /** In Node by default the environment's `FEISHU_APP_SECRET`. */
  app_secret?: string | undefined;
  /** A function that returns a tenant access token, in place of app id and secret; it is asked once per call. */
  token?: TokenFunction | undefined;
  /** `FEISHU` (the default), `LARK`, or another URL; in Node by default the environment's `FEISHU_BASE_URL`. */
  base_url?: string | undefined;
  /** Whether the base URL may name another host than Feishu's and Lark's. */
  allow_other_hosts?: boolean | undefined;
  /** Whether the base URL may be plain http on this machine, and https on it. */
  allow_insecure_loopback?: boolean | undefined;
  /** An app's own networking, or a test double, in place of the built-in one. */
  transport?: Transport | undefined;
}

/** What a caller on a server may set for one call. */
export interface ServerCallOptions extends CallOptions {
  /** A tenant access token for this call only; it always wins. */
  token?: string | undefined;
}

/**
 * Does nothing on a server, which has the WebAssembly module inside: for modules that run in pages, too, where it loads
 * that.
 */
export function load(_source?: unknown): Promise<void> {
  return Promise.resolve();
}

/** Options taken apart: functions, and what the core reads. */
export interface SetUp {
  readonly credentials: "app" | "host";
  readonly data: Record<string, unknown>;
  readonly transport: Transport | undefined;
  readonly token: TokenFunction | undefined;
  readonly onAttempt: Carrier["onAttempt"];
}

/** Takes options apart; where there is an environment, it says what they leave out. */
export function setUp(
  options: Record<string, unknown>,
  problems: Problem[],
  environment?: Record<string, string | undefined>,
): SetUp {
  const data = { ...options };
  const token = takeFunction<TokenFunction>(data, "token", problems);
  const transport = takeFunction<Transport>(data, "transport", problems);
  const onAttempt = takeFunction<NonNullable<Carrier["onAttempt"]>>(data, "onAttempt", problems);
  // An empty variable is an unset one.
  const variable = (name: string): string | undefined => environment?.[name] || undefined;
  data["base_url"] ??= variable("FEISHU_BASE_URL");
  if (token === undefined) {
    for (const [field, name] of [["app_id", "FEISHU_APP_ID"], ["app_secret", "FEISHU_APP_SECRET"]] as const) {
      data[field] ??= variable(name);
      if (data[field] === undefined) {
        problems.push({ field, rule: environment === undefined ? "is missing" : `is missing: pass it, or set ${name}` });
      }
    }
  } else if (data["app_id"] !== undefined || data["app_secret"] !== undefined) {
    problems.push({ field: "token", rule: "excludes `app_id` and `app_secret`: the function is where tokens come from" });
  }
  return { credentials: token === undefined ? "app" : "host", data, transport, token, onAttempt };
}
