/** The package in a page. */

import { loader, PageClient, type WasmSource } from "./page.js";
import type { PageClientOptions as ClientOptions } from "./page-options.js";
import { file } from "./place/wasm-file.js";

export * from "./public.js";
export type { WasmSource } from "./page.js";
export type { PageClientOptions as ClientOptions } from "./page-options.js";

/**
 * Loads the WebAssembly module. The methods that return a promise do it by themselves; `explain`, `decodeReply` and
 * `client.request` need it before. By default the package's own file.
 */
export const load: (source?: WasmSource) => Promise<void> = /* @__PURE__ */ loader(file);

/** Calls the user's own backend. */
export class Client extends PageClient {
  constructor(options: ClientOptions) {
    super(options, load);
  }
}
