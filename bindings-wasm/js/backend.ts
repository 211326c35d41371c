/**
 * The backend of a page: it knows its own user, allows some operations, and adds the tenant access token. A page's
 * client sends it what it would send to Feishu, without a token, and gets Feishu's answer.
 */

import { EXPOSED, isPlain, passedOn, Refusal, refused, unanswered, type Answer } from "./answer.js";
import { askedOfFetch, askedOfNode, type Asked, type NodeRequest, type NodeResponse } from "./asked.js";
import type { Actor, Problem } from "./core.js";
import { isFeishuError } from "./error.js";
import { isClient, type CallOptions, type Operations } from "./operations.js";
import { invalid, optionsObject, takeFunction } from "./options.js";
import type { Requests } from "./table.js";
import { acting, hasBody, read, route, type PageCall } from "./route.js";
import { OPERATIONS, TEMPLATES } from "./table.js";

export type { NodeRequest, NodeResponse } from "./asked.js";
export type { PageCall } from "./route.js";

/** What `authenticate` says of a user: an object of any fields, of which these are read. */
export interface Authenticated {
  /**
   * Who acts in every operation that names an actor, whatever the page says, for instance `{ open_id: "ou_…" }`. `"any"`
   * leaves it to the page, which may then act as anybody and as the system. A user without an actor can only read.
   */
  actor?: Actor | "any" | undefined;
}

/** How a backend is set up. Unknown names are refused. */
export interface BackendOptions<Incoming, User extends object = Authenticated> {
  /** The client that sends to Feishu: its token, pace, transport and `onAttempt` hook are used. */
  client: Operations<CallOptions>;
  /**
   * Who asks: a user (any object, see {@link Authenticated}), or null for nobody, who is answered 401. It must not read
   * the request's body. If it throws, the answer is 500 without detail, and nothing is sent.
   */
  authenticate: (request: Incoming) => Found<User & Authenticated> | Promise<Found<User & Authenticated>>;
  /** Whether this user may do this; whatever is not `true` is answered 403. By default a user may do all `operations`. */
  authorize?: ((call: PageCall, user: User, request: Incoming) => boolean | Promise<boolean>) | undefined;
  /**
   * What pages may ask for; by default `get_process` and `withdraw_process`, since a client that withdraws has to read.
   * `list_processes` shows all processes of the tenant.
   */
  operations?: readonly (keyof Requests)[] | undefined;
  /** Other origins whose pages may ask, for instance `https://hr.example`. The backend's own origin always may. */
  origins?: readonly string[] | undefined;
  /** Where the backend is mounted, for instance `/hr`; by default at the root. */
  base_path?: string | undefined;
  /** The largest body to take, in bytes; 65,536 by default. */
  max_body?: number | undefined;
  /** Is told of what fails in the backend itself, or between it and Feishu: nothing is ever printed. */
  onError?: ((error: unknown, request: Incoming) => unknown) | undefined;
}

/** A user, or nobody. */
export type Found<User> = User | null | undefined | false;

/** A handler for `node:http`, Express and others that have its requests. */
export function nodeHandler<Incoming extends NodeRequest = NodeRequest, User extends object = Authenticated>(
  options: BackendOptions<Incoming, User>,
): (request: Incoming, response: NodeResponse) => Promise<void> {
  const backend = new Backend(options);
  return async (request, response) => {
    const controller = new AbortController();
    response.on("close", () => {
      if (!response.writableFinished) {
        controller.abort();
      }
    });
    const answer = await backend.answer(askedOfNode(request, controller.signal));
    if (!controller.signal.aborted && !response.headersSent) {
      const length = ["content-length", String(answer.body.length)] as const;
      response.writeHead(answer.status, [...answer.headers, length].flat());
      response.end(answer.body);
    }
  };
}

/** A handler of `Request` and `Response`: Deno, Bun, workers, and frameworks that speak Fetch. */
export function fetchHandler<User extends object = Authenticated>(
  options: BackendOptions<Request, User>,
): (request: Request) => Promise<Response> {
  const backend = new Backend(options);
  return async (request) => {
    const { status, headers, body } = await backend.answer(askedOfFetch(request));
    const isEmpty = status === 204 || status === 205 || status === 304;
    return new Response(isEmpty ? null : (body as Uint8Array<ArrayBuffer>), {
      status,
      headers: headers.map(([name, value]): [string, string] => [name, value]),
    });
  };
}

class Backend<Incoming, User extends object> {
  readonly #options: BackendOptions<Incoming, User>;
  readonly #operations: readonly (keyof Requests)[];
  readonly #base_path: string;
  readonly #max_body: number;
  /** The HTTP methods of these operations. */
  readonly #methods: string;

  constructor(options: BackendOptions<Incoming, User>) {
    checkOptions(options);
    this.#options = { ...options };
    this.#base_path = (options.base_path ?? "").replace(/\/$/, "");
    this.#operations = options.operations ?? DEFAULT_OPERATIONS;
    this.#max_body = options.max_body ?? MAX_BODY;
    this.#methods = [...new Set(this.#operations.map((name) => TEMPLATES[name].method))].sort().join(", ");
  }

  /** Never rejects. */
  async answer(asked: Asked<Incoming>): Promise<Answer> {
    const origin = asked.header("origin");
    let answer: Answer;
    if (asked.method === "OPTIONS" && this.#isListed(origin)) {
      answer = preflight(asked, this.#methods);
    } else {
      answer = await this.#relayed(asked);
    }
    return this.#isListed(origin) ? { ...answer, headers: [...answer.headers, ...shared(origin as string)] } : answer;
  }

  async #relayed(asked: Asked<Incoming>): Promise<Answer> {
    let found: PageCall;
    try {
      found = await this.#admitted(asked);
    } catch (error) {
      if (error instanceof Refusal) {
        return refused(error);
      }
      this.#tell(error, asked.incoming);
      return refused(new Refusal(500, "the backend failed before it sent anything to Feishu"));
    }
    try {
      const request_id = asked.header("oapi-sdk-request-id");
      const { operation, request } = found;
      return passedOn(await this.#options.client.relay(operation, request, { request_id }, asked.signal));
    } catch (error) {
      this.#tell(error, asked.incoming);
      return unanswered(error, TEMPLATES[found.operation].is_write);
    }
  }

  /** The call, once everything about it is allowed. */
  async #admitted(asked: Asked<Incoming>): Promise<PageCall> {
    const target = this.#base_path === "" ? asked.target : asked.mounted;
    if (!target.startsWith(`${this.#base_path}/`)) {
      throw new Refusal(404, `this backend is below \`${this.#base_path}/\``);
    }
    const place = route(TEMPLATES, asked.method, target.slice(this.#base_path.length));
    const { operation } = place;
    if (!this.#operations.includes(operation)) {
      throw new Refusal(403, `\`${operation}\` is not allowed here: it is not among the backend's \`operations\``);
    }
    this.#checkOrigin(asked);
    const template = TEMPLATES[operation];
    const isJson = /^application\/json *(;|$)/i.test(asked.header("content-type") ?? "");
    if (hasBody(template) && !isJson) {
      throw new Refusal(415, "the content type must be `application/json`");
    }
    if (hasBody(template) && Number(asked.header("content-length")) > this.#max_body) {
      throw tooLarge(this.#max_body);
    }
    const user = await until(asked.signal, this.#options.authenticate(asked.incoming));
    if (!user) {
      throw new Refusal(401, "nobody is signed in, or the session has ended");
    }
    const body = hasBody(template) ? await until(asked.signal, asked.body(this.#max_body)) : new Uint8Array();
    if (body === undefined) {
      throw tooLarge(this.#max_body);
    }
    const wanted = read(template, place, body);
    this.#check({ operation, request: wanted } as PageCall, asked.header("oapi-sdk-request-id"));
    const request = acting(operation, template, wanted, (user as Authenticated).actor);
    const found = { operation, request } as PageCall;
    // What is wrong now is wrong with the actor that the host has named, unless the page's people have another kind of id.
    const people = template.parts.filter(({ kind }) => kind === "users").map(({ field }) => field);
    this.#check(found, undefined, (field) => people.includes(field));
    const { authorize } = this.#options;
    if (authorize !== undefined && (await until(asked.signal, authorize(found, user, asked.incoming))) !== true) {
      throw new Refusal(403, `this user may not do this: \`${operation}\``);
    }
    return found;
  }

  /** Before anybody decides about it, it is well-formed; a problem is the page's where all its fields are. */
  #check({ operation, request }: PageCall, request_id: string | undefined, isPages = (_: string): boolean => true): void {
    try {
      this.#options.client.request(operation, request, { request_id });
    } catch (error) {
      const isRefusal = isFeishuError(error) && error.operation === operation;
      if (isRefusal && error.problems.every(({ field }) => isPages(field))) {
        throw new Refusal(400, error.problems.map(({ field, rule }) => `\`${field}\` ${rule}`).join("; "));
      }
      throw error;
    }
  }

  /** A page of another origin could act for a user who is signed in here. Programs send no origin. */
  #checkOrigin(asked: Asked<Incoming>): void {
    const origin = asked.header("origin");
    const site = asked.header("sec-fetch-site");
    const isOwn =
      site === undefined
        ? origin === undefined || hostOf(origin) === asked.header("host")?.toLowerCase()
        : site === "same-origin" || (site === "none" && asked.method === "GET");
    if (!isOwn && !this.#isListed(origin)) {
      throw new Refusal(403, "pages of this origin may not ask: it is not among the backend's `origins`");
    }
  }

  #isListed(origin: string | undefined): boolean {
    return origin !== undefined && (this.#options.origins ?? []).includes(origin);
  }

  #tell(error: unknown, incoming: Incoming): void {
    try {
      const returned = this.#options.onError?.(error, incoming);
      Promise.resolve(returned).catch(() => undefined);
    } catch {
      // A hook that fails does not fail the request.
    }
  }
}

function checkOptions(given: object): void {
  const problems: Problem[] = [];
  const options = optionsObject("backend", given);
  const { client, operations, origins, base_path, max_body } = options;
  const authenticate = takeFunction(options, "authenticate", problems);
  for (const name of ["authorize", "onError"]) {
    takeFunction(options, name, problems);
  }
  const problem = (field: string, rule: string): unknown => problems.push({ field, rule });
  if (!isClient(client)) {
    problem("client", "must be a `Client` of this package");
  }
  if (authenticate === undefined && problems.every(({ field }) => field !== "authenticate")) {
    problem("authenticate", "is missing: a function that returns the user who asks, or null");
  }
  const isOperation = (name: unknown): boolean => (OPERATIONS as readonly unknown[]).includes(name);
  if (operations !== undefined && !(isList(operations) && operations.every(isOperation))) {
    problem("operations", `must be a list of ${OPERATIONS.map((name) => `\`${name}\``).join(", ")}`);
  }
  if (origins !== undefined && !(isList(origins) && origins.every(isOrigin))) {
    problem("origins", "must be a list of origins, which look like `https://hr.example`, without a path");
  }
  if (base_path !== undefined && !(typeof base_path === "string" && /^(\/[\w.~-]+)*\/?$/.test(base_path))) {
    problem("base_path", "must be a path, which looks like `/hr`");
  }
  if (max_body !== undefined && !(Number.isInteger(max_body) && (max_body as number) > 0)) {
    problem("max_body", "must be a number of bytes above 0");
  }
  for (const name of Object.keys(options).filter((name) => !OPTIONS.includes(name))) {
    problem(name, "is not known here");
  }
  if (problems.length > 0) {
    throw invalid("backend", problems);
  }
}

function isList(value: unknown): value is unknown[] {
  return Array.isArray(value);
}

function isOrigin(value: unknown): boolean {
  return typeof value === "string" && URL.canParse(value) && new URL(value).origin === value;
}

/** The answer to a browser that asks whether a page of another origin may send this. */
function preflight(asked: Pick<Asked<unknown>, "header">, methods: string): Answer {
  const wanted = asked.header("access-control-request-headers");
  const headers = [
    ["access-control-allow-methods", methods],
    ["access-control-max-age", "600"],
    ...(wanted !== undefined && isPlain(wanted) ? [["access-control-allow-headers", wanted] as const] : []),
  ] as const;
  return { status: 204, headers, body: new Uint8Array() };
}

/** What lets a page of another origin read the answer. */
function shared(origin: string): Answer["headers"] {
  return [
    ["access-control-allow-origin", origin],
    ["access-control-allow-credentials", "true"],
    ["access-control-expose-headers", EXPOSED],
    ["vary", "origin"],
  ];
}

/** A host's own function may never end; the backend does, as soon as nobody waits. */
function until<T>(signal: AbortSignal, result: T | Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new Refusal(499, "nobody waits for an answer any more"));
    if (signal.aborted) {
      stop();
    }
    signal.addEventListener("abort", stop);
    Promise.resolve(result)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", stop));
  });
}

function tooLarge(limit: number): Refusal {
  return new Refusal(413, `the body has more than ${limit} bytes`);
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

const DEFAULT_OPERATIONS: readonly (keyof Requests)[] = ["get_process", "withdraw_process"];
const MAX_BODY = 65_536;
const OPTIONS = ["authenticate", "authorize", "base_path", "client", "max_body", "onError", "operations", "origins"];
