/**
 * A client in a page. A page holds no secret and no token: whoever reads the page would have the app's whole authority.
 * It talks to a backend of the user's own, which knows its user and adds the token.
 */

import type { Opened } from "./call.js";
import * as core from "./core.js";
import { pageTransport } from "./fetch.js";
import { beginLater, instance, isLoaded } from "./instance.js";
import { Operations, type CallOptions } from "./operations.js";
import { invalid, optionsObject, seed, takeFunction } from "./options.js";
import type { PageClientOptions } from "./page-options.js";
import { written } from "./text.js";
import type { Transport } from "./transport.js";

/** Where the module comes from: a place, what was loaded from there, its bytes, or what was compiled of them. */
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
  // Jest's jsdom has none.
  if (typeof Response === "function" && source instanceof Response) {
    const bytes = new Uint8Array(await source.arrayBuffer());
    // A server for development answers with its start page where a file is missing.
    if (!source.ok || MAGIC.some((byte, index) => bytes[index] !== byte)) {
      const found = source.ok ? "another file" : `HTTP ${source.status}`;
      const place = source.url === "" ? "" : ` from ${source.url}`;
      throw new Error(`the WebAssembly module cannot be loaded${place}: ${found}; \`feishu-corehr/inline\` needs no file`);
    }
    return WebAssembly.compile(bytes);
  }
  return WebAssembly.compile(source as BufferSource);
}

/** How a client is opened: at once where the module is loaded, else when it is. */
export interface Opening {
  readonly openNow: () => Opened;
  readonly open: () => Opened | Promise<Opened>;
}

/** How a page's client is opened: on first use, since a module of a page may also be run where there is no page. */
export function opening(options: PageClientOptions, load: () => Promise<void>): Opening {
  let opened: Opened | undefined;
  const openNow = (): Opened => (opened ??= openClient(options));
  const open = async (): Promise<Opened> => {
    await load();
    return openNow();
  };
  return { openNow, open };
}

/** The client of every entry for pages. */
export class PageClient extends Operations<CallOptions> {
  /** @internal */
  constructor(options: PageClientOptions, load: () => Promise<void>) {
    const { openNow, open } = opening(options, load);
    super(openNow, open);
  }
}

function openClient(given: PageClientOptions): Opened {
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
  } else if (base_url.startsWith("/") && !("location" in globalThis && globalThis.location)) {
    const rule = "is a path of a page's origin, and there is no page here: call from the browser, or give the whole URL";
    problems.push({ field: "base_url", rule });
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

/** What every WebAssembly module begins with. */
const MAGIC = [0x00, 0x61, 0x73, 0x6d];
