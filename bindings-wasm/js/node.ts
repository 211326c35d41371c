/** A server's client in Node, which may hold the app's secret. */

import { builtin } from "./builtin.js";
import type { Opened } from "./call.js";
import * as core from "./core.js";
import { beginOnUse, instance } from "./instance.js";
import { Operations } from "./operations.js";
import { invalid, optionsObject, seed } from "./options.js";
import type { Opening } from "./page.js";
import { setUp, type ServerCallOptions, type ServerOptions } from "./server.js";
import { written } from "./text.js";
import { network, type Network } from "./undici.js";

export * from "./public.js";
export { load } from "./server.js";
export type { ServerCallOptions, ServerOptions } from "./server.js";

// Reading and compiling take longer than all the rest of an import, and a program that only looks at errors does not
// need them.
beginOnUse(() => {
  const { wasm } = require("./inline-wasm.js") as typeof import("./inline-wasm.js");
  return new WebAssembly.Module(wasm());
});

/** What a client is set up with. Unknown names are refused. */
export interface ClientOptions extends ServerOptions {
  /** A proxy's URL, for instance `http://user:password@proxy.example:8080`. The environment's proxies are ignored. */
  proxy?: string | undefined;
  /** Roots beside those that Node trusts, as PEM. */
  root_certificates?: string | readonly string[] | undefined;
}

/**
 * Calls Feishu. One client keeps one token, the pace of each operation's quota, and connections; make one and keep it.
 */
export class Client extends Operations<ServerCallOptions> {
  readonly #opened: Opened | undefined;
  readonly #network: Network | undefined;

  /** Throws a `FeishuError` of kind `invalid_argument` that lists all that is wrong. */
  constructor(options?: ClientOptions);
  /** Instead of a server's client, one that is opened so. @internal */
  constructor(options: ClientOptions, opening: Opening | undefined);
  constructor(options: ClientOptions = {}, opening?: Opening) {
    if (opening !== undefined) {
      super(opening.openNow, opening.open);
      return;
    }
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
    if (this.#opened !== undefined) {
      closing.unregister(this);
      end(this.#opened);
    }
    await this.#network?.close();
  }
}

function openClient(given: ClientOptions): { opened: Opened; connections: Network | undefined } {
  const alive = instance();
  const problems: core.Problem[] = [];
  const { proxy, root_certificates, ...options } = optionsObject("client", given);
  const { credentials, data, transport, token, onAttempt } = setUp(options, problems, process.env);
  const route = { proxy: proxyUrl(proxy, problems), root_certificates: roots(root_certificates, problems) };
  if (transport !== undefined) {
    for (const [field, value] of Object.entries({ proxy, root_certificates })) {
      if (value !== undefined) {
        problems.push({ field, rule: "is for the built-in transport, and `transport` is given" });
      }
    }
  }
  if (problems.length > 0) {
    throw invalid("client", problems);
  }
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
  const { X509Certificate } = builtin("node:crypto");
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
