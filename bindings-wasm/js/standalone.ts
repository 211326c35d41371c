/** The package on servers that have `fetch` and may compile WebAssembly: Deno and Bun. */

import { begin } from "./instance.js";
import { wasm } from "./inline-wasm.js";

export * from "./edge.js";

// Inside as text, so that no permission to read files is needed.
begin(new WebAssembly.Module(wasm()));
