/** The package on a server that has `fetch` and no Node: workers and edge functions. An app's secret may be here. */

import type { Opened } from "./call.js";
import * as core from "./core.js";
import { serverTransport } from "./fetch.js";
import { instance } from "./instance.js";
import { Operations } from "./operations.js";
import { invalid, optionsObject, seed } from "./options.js";
import { opening } from "./page.js";
import { isForPage, type PageClientOptions } from "./page-options.js";
import { load, setUp, type ServerCallOptions, type ServerOptions } from "./server.js";
import { written } from "./text.js";

export * from "./public.js";
export { load } from "./server.js";
export type { ServerCallOptions, ServerOptions } from "./server.js";

/** What a client of a server is set up with, or that of a page whose module is run on a server, too. */
export type ClientOptions = ServerClientOptions | PageClientOptions;
/** What a server's client is set up with. Unknown names are refused; there is no environment to fill in from. */
export type ServerClientOptions = ServerOptions;
export type { PageClientOptions };

/**
 * Calls Feishu. One client keeps one token and the pace of each operation's quota; make one and keep it. What is wrong
 * with its options is told by the first call, since a worker may make it where it has no randomness yet.
 */
export class Client extends Operations<ServerCallOptions> {
  constructor(options: ClientOptions) {
    let opened: Opened | undefined;
    const open = (): Opened => (opened ??= openClient(options as ServerClientOptions));
    const way = isForPage(options) ? opening(options, load) : { openNow: open, open };
    super(way.openNow, way.open);
  }
}

function openClient(given: ServerClientOptions): Opened {
  const alive = instance();
  const problems: core.Problem[] = [];
  const { credentials, data, transport, token, onAttempt } = setUp(optionsObject("client", given), problems);
  if (problems.length > 0) {
    throw invalid("client", problems);
  }
  const number = alive.ask<number>(() => core.open(written(data), credentials, transport !== undefined, seed()));
  return { instance: alive, number, carrier: { send: transport ?? serverTransport(), token, onAttempt, looksAfterItself: true } };
}
