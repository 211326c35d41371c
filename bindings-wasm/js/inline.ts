/** The package in a page, with the WebAssembly module inside as text, for bundlers that write out no such file. */

import { loader, PageClient, type WasmSource } from "./page.js";
import type { PageClientOptions as ClientOptions } from "./page-options.js";
import { wasm } from "./inline-wasm.js";

export * from "./public.js";
export type { WasmSource } from "./page.js";
export type { PageClientOptions as ClientOptions } from "./page-options.js";

/**
 * Loads the WebAssembly module. The methods that return a promise do it by themselves; `explain`, `decodeReply` and
 * `client.request` need it before. By default the text inside.
 */
export const load: (source?: WasmSource) => Promise<void> = /* @__PURE__ */ loader(wasm);

/** Calls the user's own backend. */
export class Client extends PageClient {
  constructor(options: ClientOptions) {
    super(options, load);
  }
}
