/** A server's client in Node, which may hold the app's secret. */

import { builtin } from "./builtin.js";
import type { Opened } from "./call.js";
import * as core from "./core.js";
import { failure } from "./error.js";
import { certificates } from "./certificates.js";
import { beginOnUse, instance } from "./instance.js";
import { invalid, optionsObject, seed } from "./options.js";
import type { Opening } from "./page.js";
import { RunOperations } from "./runs.js";
import { setUp, type ServerCallOptions, type ServerOptions } from "./server.js";
import { written } from "./text.js";
import { sentBy } from "./transport.js";
import { network, type Network } from "./undici.js";

export * from "./public.js";
export * from "./public-runs.js";
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

/** Where a client keeps how it is closed; found through a Proxy, too. */
const CLOSE = Symbol("close");

/**
 * Calls Feishu. One client keeps one token, the pace of each operation's quota, and connections; make one and keep it.
 */
export class Client extends RunOperations {
  /** @internal */
  declare readonly [CLOSE]: (() => Promise<void>) | undefined;

  /** Throws a `FeishuError` of kind `invalid_argument` that lists all that is wrong. */
  constructor(options?: ClientOptions);
  /** Instead of a server's client, one that is opened so. @internal */
  constructor(options: ClientOptions, opening: Opening | undefined);
  constructor(options: ClientOptions = {}, opening?: Opening) {
    if (opening !== undefined) {
      super(opening, undefined);
      return;
    }
    const { opened, connections } = openClient(options);
    let isClosed = false;
    const open = (): Opened => {
      // A walk or a run that goes on keeps its client.
      void this;
      // The core may give its number to another client, once it is closed.
      if (isClosed) {
        throw failure({ kind: "invalid_argument", effect: "none", summary: "the client is closed" });
      }
      return opened;
    };
    super({ openNow: open, open }, open);
    const close = async (): Promise<void> => {
      if (!isClosed) {
        isClosed = true;
        closing.unregister(opened);
        end(opened);
      }
      await connections?.close();
    };
    Object.defineProperty(this, CLOSE, { value: close });
    closing.register(this, { instance: opened.instance, number: opened.number }, opened);
  }

  /** Closes idle connections, and resolves when those in use are done. Calls that begin later fail. */
  async close(): Promise<void> {
    await this[CLOSE]?.();
  }
}

function openClient(given: ClientOptions): { opened: Opened; connections: Network | undefined } {
  const alive = instance();
  const problems: core.Problem[] = [];
  const { proxy, root_certificates, ...options } = optionsObject("client", given);
  const { credentials, data, transport, token, onAttempt } = setUp(options, problems, process.env);
  const route = { proxy: proxyUrl(proxy, problems), root_certificates: certificates(root_certificates, problems) };
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
  const [text, random] = [written(data), seed()];
  const number = alive.ask<number>(() => core.open(text, credentials, transport !== undefined, random));
  const connections = transport === undefined ? network(route) : undefined;
  const send = transport === undefined ? (connections as Network).send : sentBy(transport);
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

/** Clients that nobody holds any more. */
const closing = new FinalizationRegistry<Pick<Opened, "instance" | "number">>(end);

function end(opened: Pick<Opened, "instance" | "number">): void {
  if (!opened.instance.isDead) {
    opened.instance.enter(() => core.close(opened.number));
  }
}
