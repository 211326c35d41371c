/** The package in Node: for servers, and for modules of pages that are run on a server, too. */

import { Client as ServerClient, type ClientOptions as ServerClientOptions } from "./node.js";
import { opening } from "./page.js";
import { isForPage, type PageClientOptions } from "./page-options.js";
import { load } from "./server.js";

export * from "./public.js";
export * from "./public-runs.js";
export { load };
export type { ServerCallOptions, ServerOptions } from "./server.js";
export type { PageClientOptions, ServerClientOptions };

/**
 * What a client is set up with: a server's, which calls Feishu, or a page's, which calls the user's own backend. A
 * client without a secret and a token, whose `base_url` is a path or which has `credentials`, is a page's.
 */
export type ClientOptions = ServerClientOptions | PageClientOptions;

/**
 * Calls Feishu. One client keeps one token, the pace of each operation's quota, and connections; make one and keep it.
 * With a page's options it is a page's client, as rendering on a server and tests make it.
 */
export class Client extends ServerClient {
  /** Throws a `FeishuError` of kind `invalid_argument` that lists all that is wrong. */
  constructor(options: ClientOptions = {}) {
    super(options as ServerClientOptions, isForPage(options) ? opening(options, load) : undefined);
  }
}
