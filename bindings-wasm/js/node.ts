/** The package in Node: a server, which may hold the app's secret. */

import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Opened, TokenFunction } from "./call.js";
import * as core from "./core.js";
import { begin, instance } from "./instance.js";
import { Operations, type CallOptions } from "./operations.js";
import { invalid, optionsObject, seed, takeFunction, type SharedOptions } from "./options.js";
import { written } from "./text.js";
import type { Transport } from "./transport.js";
import { network, type Network } from "./undici.js";

export * from "./public.js";

begin(new WebAssembly.Module(readFileSync(join(__dirname, "..", "feishu_corehr.wasm"))));

/** What a client is set up with. Unknown names are refused. */
export interface ClientOptions extends SharedOptions {
  /** `cli_…`; by default the environment's `FEISHU_APP_ID`. */
  app_id?: string | undefined;
  /** By default the environment's `FEISHU_APP_SECRET`. */
  app_secret?: string | undefined;
  /** A function that returns a tenant access token, in place of app id and secret; it is asked once per call. */
  token?: TokenFunction | undefined;
  /** `FEISHU` (the default), `LARK`, or another URL; by default the environment's `FEISHU_BASE_URL`. */
  base_url?: string | undefined;
  /** Whether the base URL may name another host than Feishu's and Lark's. */
  allow_other_hosts?: boolean | undefined;
  /** Whether the base URL may be plain http on this machine, and https on it. */
  allow_insecure_loopback?: boolean | undefined;
  /** A proxy's URL, for instance `http://user:password@proxy.example:8080`. The environment's proxies are ignored. */
  proxy?: string | undefined;
  /** Roots beside those that Node trusts, as PEM. */
  root_certificates?: string | readonly string[] | undefined;
  /** An app's own networking, or a test double, in place of undici. */
  transport?: Transport | undefined;
}

/** What a caller in Node may set for one call. */
export interface ServerCallOptions extends CallOptions {
  /** A tenant access token for this call only; it always wins. */
  token?: string | undefined;
}

/**
 * Calls Feishu. One client keeps one token, the pace of each operation's quota, and connections; make one and keep it.
 */
export class Client extends Operations<ServerCallOptions> {
  readonly #opened: Opened;
  readonly #network: Network | undefined;

  /** Throws a `FeishuError` of kind `invalid_argument` that lists all that is wrong. */
  constructor(options: ClientOptions = {}) {
    const { opened, connections } = openClient(options);
    super(
      () => opened,
      () => opened,
    );
    this.#opened = opened;
    this.#network = connections;
    closing.register(this, { instance: opened.instance, number: opened.number }, this);
  }

  /** Closes idle connections, and resolves when those in use are done. Calls that begin later fail. */
  async close(): Promise<void> {
    closing.unregister(this);
    end(this.#opened);
    await this.#network?.close();
  }
}

function openClient(given: ClientOptions): { opened: Opened; connections: Network | undefined } {
  const alive = instance();
  const options = optionsObject(given);
  const problems: core.Problem[] = [];
  const token = takeFunction<TokenFunction>(options, "token", problems);
  const transport = takeFunction<Transport>(options, "transport", problems);
  const onAttempt = takeFunction<Opened["carrier"]["onAttempt"]>(options, "onAttempt", problems);
  const { proxy, root_certificates, ...data } = options;
  const route = { proxy: proxyUrl(proxy, problems), root_certificates: roots(root_certificates, problems) };
  if (transport !== undefined) {
    for (const [field, value] of Object.entries({ proxy, root_certificates })) {
      if (value !== undefined) {
        problems.push({ field, rule: "is for the built-in transport, and `transport` is given" });
      }
    }
  }
  const { env } = process;
  data["base_url"] ??= env["FEISHU_BASE_URL"];
  if (token === undefined) {
    data["app_id"] ??= env["FEISHU_APP_ID"];
    data["app_secret"] ??= env["FEISHU_APP_SECRET"];
    for (const [field, name] of [["app_id", "FEISHU_APP_ID"], ["app_secret", "FEISHU_APP_SECRET"]] as const) {
      if (data[field] === undefined) {
        problems.push({ field, rule: `is missing: pass it, or set ${name}` });
      }
    }
  } else if (data["app_id"] !== undefined || data["app_secret"] !== undefined) {
    problems.push({ field: "token", rule: "excludes `app_id` and `app_secret`: the function is where tokens come from" });
  }
  if (problems.length > 0) {
    throw invalid("client", problems);
  }
  const credentials = token === undefined ? "app" : "host";
  const number = alive.ask<number>(() => core.open(written(data), credentials, transport !== undefined, seed()));
  const connections = transport === undefined ? network(route) : undefined;
  const send = transport ?? (connections as Network).send;
  return { opened: { instance: alive, number, carrier: { send, token, onAttempt } }, connections };
}

/** User and password in it are secrets, so no message repeats it. */
function proxyUrl(value: unknown, problems: core.Problem[]): string | undefined {
  if (value === undefined || value === null) {
    return undefined;
  }
  const isGood = typeof value === "string" && /^https?:\/\//.test(value) && URL.canParse(value);
  if (!isGood) {
    problems.push({ field: "proxy", rule: "is not a proxy's URL; it looks like `http://proxy.example:8080`" });
    return undefined;
  }
  return value;
}

function roots(value: unknown, problems: core.Problem[]): string[] {
  if (value === undefined || value === null) {
    return [];
  }
  const list = (Array.isArray(value) ? value : [value]) as unknown[];
  const { X509Certificate } = require("node:crypto") as typeof import("node:crypto");
  const isRoot = (pem: unknown): pem is string => {
    try {
      return typeof pem === "string" && new X509Certificate(pem).subject !== undefined;
    } catch {
      return false;
    }
  };
  if (list.length > 0 && list.every(isRoot)) {
    return list;
  }
  // What is no certificate would be ignored, and the server distrusted much later.
  problems.push({ field: "root_certificates", rule: "must be PEM texts, each of a certificate" });
  return [];
}

/** Clients that nobody holds any more. */
const closing = new FinalizationRegistry<Pick<Opened, "instance" | "number">>(end);

function end(opened: Pick<Opened, "instance" | "number">): void {
  if (!opened.instance.isDead) {
    opened.instance.enter(() => core.close(opened.number));
  }
}
