/** The options of a page's client, which servers know, too: they run modules of pages when they render. */

import type { SharedOptions } from "./options.js";
import type { Transport } from "./transport.js";

/** What a page's client is set up with. Unknown names are refused; a secret or a token is one. */
export interface PageClientOptions extends SharedOptions {
  /** The user's own backend: a path of this page's origin like `/hr`, or a URL. It is https, or http on loopback. */
  base_url?: string | undefined;
  /** Whether the browser sends this origin's cookies to the backend: `omit` (the default), `same-origin`, `include`. */
  credentials?: "omit" | "same-origin" | "include" | undefined;
  /** A function of the page's own in place of `fetch`. */
  transport?: Transport | undefined;
}

/** Whether a client with these options is a page's: a server has no path for Feishu's address, and sends no cookies. */
export function isForPage(options: unknown): options is PageClientOptions {
  const { app_id, app_secret, token, base_url, credentials } = Object(options) as Record<string, unknown>;
  const isPath = typeof base_url === "string" && base_url.startsWith("/");
  return [app_id, app_secret, token].every((given) => given === undefined) && (isPath || credentials !== undefined);
}
