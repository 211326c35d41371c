/** Where the WebAssembly file is for a page. */

/**
 * Its URL, as bundlers read it. Vite's development server before version 8 moves this script to
 * `node_modules/.vite/deps` and leaves the text as it is: seen from there, too, it names a file of this package.
 */
export function file(): URL {
  return new URL("../../feishu-corehr/feishu_corehr.wasm", import.meta.url);
}
