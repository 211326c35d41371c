/** The package in a page. */

import { loader, PageClient, type ClientOptions, type WasmSource } from "./page.js";

export * from "./public.js";
export type { ClientOptions, WasmSource } from "./page.js";

/**
 * Loads the WebAssembly module. The methods that return a promise do it by themselves; `explain`, `decodeReply` and
 * `client.request` need it before. By default the file beside this one.
 */
export const load: (source?: WasmSource) => Promise<void> = /* @__PURE__ */ loader(() => new URL("../feishu_corehr.wasm", import.meta.url));

/** Calls the user's own backend. */
export class Client extends PageClient {
  constructor(options: ClientOptions) {
    super(options, load);
  }
}
