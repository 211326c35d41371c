/** The package on a server that has `fetch` and no Node: workers and edge functions. An app's secret may be here. */

import type { Opened } from "./call.js";
import * as core from "./core.js";
import { serverTransport } from "./fetch.js";
import { instance } from "./instance.js";
import { Operations } from "./operations.js";
import { invalid, optionsObject, seed } from "./options.js";
import { opening, type Opening } from "./page.js";
import { isForPage, type PageClientOptions } from "./page-options.js";
import { load, setUp, type ServerCallOptions, type ServerOptions } from "./server.js";
import { written } from "./text.js";
import { sentBy } from "./transport.js";

export * from "./public.js";
export { load } from "./server.js";
export type { ServerCallOptions, ServerOptions } from "./server.js";

/** What a client of a server is set up with, or that of a page whose module is run on a server, too. */
export type ClientOptions = ServerClientOptions | PageClientOptions;
/** What a server's client is set up with. Unknown names are refused; there is no environment to fill in from. */
export type ServerClientOptions = ServerOptions;
export type { PageClientOptions };

/** Calls Feishu. One client keeps one token and the pace of each operation's quota; make one and keep it. */
export class Client extends Operations<ServerCallOptions> {
  /** Throws a `FeishuError` of kind `invalid_argument` that lists all that is wrong. */
  constructor(options: ClientOptions) {
    const { openNow, open } = isForPage(options) ? opening(options, load) : serverOpening(options as ServerClientOptions);
    super(openNow, open);
  }
}

/** Checked now, and opened for good by the first call: a worker may make its client where it has no randomness yet. */
export function serverOpening(options: ServerClientOptions): Opening {
  const open = prepared(options);
  const { instance, number } = open(0);
  instance.enter(() => core.close(number));
  let opened: Opened | undefined;
  const openNow = (): Opened => (opened ??= open(seed()));
  return { openNow, open: openNow };
}

/** What opens a client with these options. */
function prepared(given: ServerClientOptions): (seed: number) => Opened {
  const problems: core.Problem[] = [];
  const { credentials, data, transport, token, onAttempt } = setUp(optionsObject("client", given), problems);
  if (problems.length > 0) {
    throw invalid("client", problems);
  }
  const text = written(data);
  const send = transport === undefined ? serverTransport() : sentBy(transport);
  return (seed) => {
    const alive = instance();
    const number = alive.ask<number>(() => core.open(text, credentials, transport !== undefined, seed));
    return { instance: alive, number, carrier: { send, token, onAttempt, looksAfterItself: true } };
  };
}
