/**
 * A client in a page. A page holds no secret and no token: whoever reads the page would have the app's whole authority.
 * It talks to a backend of the user's own, which knows its user and adds the token.
 */

import type { Opened } from "./call.js";
import * as core from "./core.js";
import { pageTransport } from "./fetch.js";
import { beginLater, instance, isLoaded } from "./instance.js";
import { Operations, type CallOptions } from "./operations.js";
import { invalid, optionsObject, seed, takeFunction, type SharedOptions } from "./options.js";
import { written } from "./text.js";
import type { Transport } from "./transport.js";

/** What a client is set up with. Unknown names are refused; a secret or a token is one. */
export interface ClientOptions extends SharedOptions {
  /** The user's own backend: a path of this page's origin like `/hr`, or a URL. It is https, or http on loopback. */
  base_url?: string | undefined;
  /** Whether the browser sends this origin's cookies to the backend: `omit` (the default), `same-origin`, `include`. */
  credentials?: RequestCredentials | undefined;
  /** A function of the page's own in place of `fetch`. */
  transport?: Transport | undefined;
}

/** Where the module comes from. */
export type WasmSource = URL | string | Response | BufferSource | WebAssembly.Module;

/** A function that loads the module once; by default what the entry of the package has brought. */
export function loader(brought: () => WasmSource): (source?: WasmSource) => Promise<void> {
  let loading: Promise<void> | undefined;
  return (source) => {
    if (isLoaded()) {
      return Promise.resolve();
    }
    loading ??= compiled(source ?? brought())
      .then(beginLater)
      // What failed may be tried again.
      .finally(() => (loading = undefined));
    return loading;
  };
}

async function compiled(source: WasmSource): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) {
    return source;
  }
  if (typeof source === "string" || source instanceof URL) {
    const send = globalThis.fetch;
    return compiled(await send(source));
  }
  if (source instanceof Response) {
    if (!source.ok) {
      throw new Error(`the WebAssembly module cannot be loaded: HTTP ${source.status}`);
    }
    return WebAssembly.compile(await source.arrayBuffer());
  }
  return WebAssembly.compile(source);
}

/** The client of every entry for pages. */
export class PageClient extends Operations<CallOptions> {
  /** @internal */
  constructor(options: ClientOptions, load: () => Promise<void>) {
    let opened: Opened | undefined;
    const openNow = (): Opened => (opened ??= openClient(options));
    super(openNow, async () => {
      await load();
      return openNow();
    });
  }
}

function openClient(given: ClientOptions): Opened {
  const alive = instance();
  const options = optionsObject("client", given);
  const problems: core.Problem[] = [];
  const transport = takeFunction<Transport>(options, "transport", problems);
  const onAttempt = takeFunction<Opened["carrier"]["onAttempt"]>(options, "onAttempt", problems);
  const { credentials = "omit", base_url, ...data } = options;
  if (credentials !== "omit" && credentials !== "same-origin" && credentials !== "include") {
    problems.push({ field: "credentials", rule: "is one of `omit`, `same-origin` and `include`" });
  }
  if (typeof base_url !== "string") {
    problems.push({ field: "base_url", rule: "must be your own backend's address, for instance `/hr`" });
  }
  if (problems.length > 0) {
    throw invalid("client", problems);
  }
  // The backend is of the user's own choice; https, or loopback, it has to be all the same.
  const rules = { allow_other_hosts: true, allow_insecure_loopback: true };
  for (const name of Object.keys(rules).filter((name) => name in data)) {
    throw invalid("client", [{ field: name, rule: "is not known here" }]);
  }
  const text = written({ ...data, ...rules, base_url: absolute(base_url as string) });
  const number = alive.ask<number>(() => core.open(text, "backend", transport !== undefined, seed()));
  const send = transport ?? pageTransport(credentials as RequestCredentials);
  return { instance: alive, number, carrier: { send, token: undefined, onAttempt } };
}

function absolute(base_url: string): string {
  const { location } = globalThis as { location?: { href: string } };
  if (location === undefined || !URL.canParse(base_url, location.href)) {
    return base_url;
  }
  return new URL(base_url, location.href).href.replace(/\/$/, "");
}
