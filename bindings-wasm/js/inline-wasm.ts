/** The WebAssembly module as text in a script. */

import { base64 } from "./wasm.js";

/** The module's bytes. */
export function wasm(): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index += 1) {
    bytes[index] = text.charCodeAt(index);
  }
  return bytes;
}
