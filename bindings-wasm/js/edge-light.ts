/** The package in Vercel's Edge runtime and what is like it. */

import { begin } from "./instance.js";
// Compiled by whoever deploys it: compiling is forbidden where it runs.
import module from "../feishu_corehr.wasm?module";

export * from "./edge.js";

begin(module);
