/** The package in Deno and Bun: it sends by their `fetch`, and makes runs over many as in Node. */

import { serverOpening, type ClientOptions, type ServerClientOptions } from "./edge.js";
import { wasm } from "./inline-wasm.js";
import { beginOnUse } from "./instance.js";
import { opening } from "./page.js";
import { isForPage } from "./page-options.js";
import { RunOperations } from "./runs.js";
import { load } from "./server.js";

export * from "./public.js";
export * from "./public-runs.js";
export type { ClientOptions, PageClientOptions, ServerClientOptions } from "./edge.js";
export { load };
export type { ServerCallOptions, ServerOptions } from "./server.js";

// Inside as text, so that no permission to read files is needed.
beginOnUse(() => new WebAssembly.Module(wasm()));

/** Calls Feishu. One client keeps one token and the pace of each operation's quota; make one and keep it. */
export class Client extends RunOperations {
  /** Throws a `FeishuError` of kind `invalid_argument` that lists all that is wrong. */
  constructor(options: ClientOptions) {
    if (isForPage(options)) {
      super(opening(options, load), undefined);
    } else {
      const server = serverOpening(options as ServerClientOptions);
      super(server, server.openNow);
    }
  }
}
