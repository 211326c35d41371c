/** The package in workerd: Cloudflare Workers and what is like them. */

import { begin } from "./instance.js";
// Compiled by whoever deploys it: compiling is forbidden where it runs.
import module from "../feishu_corehr.wasm";

export * from "./edge.js";

begin(module);
