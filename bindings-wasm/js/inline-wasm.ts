/** The WebAssembly module as text in a script. */

import { base64 } from "./wasm.js";

/** The module's bytes. */
export function wasm(): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
