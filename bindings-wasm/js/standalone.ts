/** The package on servers that have `fetch` and may compile WebAssembly, and are none of those that have an entry. */

import { beginOnUse } from "./instance.js";
import { wasm } from "./inline-wasm.js";

export * from "./edge.js";

// Inside as text, so that no permission to read files is needed.
beginOnUse(() => new WebAssembly.Module(wasm()));
