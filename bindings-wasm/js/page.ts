/**
 * A client in a page. A page holds no secret and no token: whoever reads the page would have the app's whole authority.
 * It talks to a backend of the user's own, which knows its user and adds the token.
 */

import type { Opened } from "./call.js";
import * as core from "./core.js";
import { pageTransport } from "./fetch.js";
import { beginLater, instance, isLoaded } from "./instance.js";
import { Operations, type CallOptions } from "./operations.js";
import { checkNumbers, invalid, optionsObject, seed, takeFunction } from "./options.js";
import type { PageClientOptions } from "./page-options.js";
import { written } from "./text.js";
import { sentBy, type Send, type Transport } from "./transport.js";

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

/**
 * How a page's client is opened: its options are checked now, and the rest is done on first use, since a module of a page
 * may also be run where there is no page.
 */
export function opening(options: PageClientOptions, load: () => Promise<void>): Opening {
  const prepared = prepare(options);
  let opened: Opened | undefined;
  const openNow = (): Opened => (opened ??= openClient(prepared));
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

/** Options taken apart and checked: the module that checks them otherwise may not be loaded yet. */
interface Prepared {
  readonly send: Send | undefined;
  readonly credentials: RequestCredentials;
  readonly onAttempt: Opened["carrier"]["onAttempt"];
  readonly base_url: string;
  readonly data: Record<string, unknown>;
}

function prepare(given: PageClientOptions): Prepared {
  const options = optionsObject("client", given);
  const problems: core.Problem[] = [];
  const transport = takeFunction<Transport>(options, "transport", problems);
  const onAttempt = takeFunction<Opened["carrier"]["onAttempt"]>(options, "onAttempt", problems);
  const { credentials = "omit", base_url, ...data } = options;
  if (credentials !== "omit" && credentials !== "same-origin" && credentials !== "include") {
    problems.push({ field: "credentials", rule: "is one of `omit`, `same-origin` and `include`" });
  }
  const rule = typeof base_url === "string" ? urlProblem(base_url) : "must be your own backend's address, for instance `/hr`";
  if (rule !== undefined) {
    problems.push({ field: "base_url", rule });
  }
  checkNumbers(data, problems);
  for (const field of Object.keys(data).filter((name) => !NUMBERS.includes(name) && data[name] !== undefined)) {
    problems.push({ field, rule: "is not known here" });
  }
  if (problems.length > 0) {
    throw invalid("client", problems);
  }
  return {
    send: transport === undefined ? undefined : sentBy(transport),
    credentials: credentials as RequestCredentials,
    onAttempt,
    base_url: base_url as string,
    data,
  };
}

function openClient({ send, credentials, onAttempt, base_url, data }: Prepared): Opened {
  const alive = instance();
  if (base_url.startsWith("/") && !("location" in globalThis && globalThis.location)) {
    const rule = "is a path of a page's origin, and there is no page here: call from the browser, or give the whole URL";
    throw invalid("client", [{ field: "base_url", rule }]);
  }
  // The backend is of the user's own choice; https, or loopback, it has to be all the same.
  const rules = { allow_other_hosts: true, allow_insecure_loopback: true };
  const text = written({ ...data, ...rules, base_url: absolute(base_url) });
  const random = seed();
  const number = alive.ask<number>(() => core.open(text, "backend", send !== undefined, random));
  return { instance: alive, number, carrier: { send: send ?? pageTransport(credentials), token: undefined, onAttempt } };
}

/** What is wrong with a base URL. A path is judged where there is a page: on a server that renders one there is none. */
function urlProblem(base_url: string): string | undefined {
  const url = absolute(base_url);
  if (url.startsWith("/") && !url.startsWith("//")) {
    return undefined;
  }
  if (!URL.canParse(url)) {
    return "is no URL and no path; it looks like `/hr` or `https://hr.example/hr`";
  }
  const { protocol, hostname, username, password, search, hash } = new URL(url);
  if (username !== "" || password !== "" || search !== "" || hash !== "") {
    return "may not contain user information, a query or a fragment";
  }
  const isLoopback = hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
  return protocol === "https:" || (protocol === "http:" && isLoopback) ? undefined : "must be https; http is for loopback addresses only";
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

const NUMBERS = ["deadline", "rate_share", "quotas"];
