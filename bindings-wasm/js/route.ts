/** From what a page sends back to the operation and its arguments: the requests that the core writes, and no others. */

import { Refusal } from "./answer.js";
import type { Actor, GetProcess, Status, User, UserIdType, WithdrawProcess } from "./core.js";
import type { ListRequest, Requests } from "./operations.js";

/** An operation with its arguments, as a page has asked for it. They are checked by the core before anything is sent. */
export type PageCall = { [Name in keyof Requests]: { operation: Name; request: Requests[Name] } }[keyof Requests];

/** Which operation a request means; the id in its path is decoded. */
export interface Route {
  readonly operation: keyof Requests;
  readonly process_id: string;
  readonly query: URLSearchParams;
}

/** Finds the operation by method and path. */
export function route(method: string, target: string): Route {
  const [path = "", query = ""] = split(target, "?");
  const places = PLACES.flatMap((place) => {
    const match = place.path.exec(path);
    return match === null ? [] : [{ ...place, id: match[1] ?? "" }];
  });
  const place = places.find((place) => place.method === method);
  if (place !== undefined) {
    return { operation: place.operation, process_id: decoded(place.id), query: new URLSearchParams(query) };
  }
  if (places.length === 0) {
    throw new Refusal(404, "no operation has this path: check the page's `base_url` and the backend's `base_path`");
  }
  const allowed = places.map((place) => place.method).join(", ");
  throw new Refusal(405, `this path takes ${allowed}`, [["allow", allowed]]);
}

/** Reads the arguments; `body` is that of a withdrawal. */
export function call({ operation, process_id, query }: Route, body: Uint8Array): PageCall {
  switch (operation) {
    case "get_process": {
      const { user_id_type } = single(query, ["user_id_type"]);
      return { operation, request: { process_id, user_id_type } as GetProcess };
    }
    case "list_processes": {
      const { page_size, modify_time_from, modify_time_to, ...texts } = single(query, LIST, ["statuses"]);
      const request = {
        ...texts,
        statuses: query.getAll("statuses").map(status),
        modify_time_from: integer("modify_time_from", modify_time_from),
        modify_time_to: integer("modify_time_to", modify_time_to),
        page_size: integer("page_size", page_size),
      };
      return { operation, request: request as ListRequest };
    }
    case "withdraw_process": {
      const { user_id_type } = single(query, ["user_id_type"]);
      const { reason, ...rest } = withdrawal(body);
      return { operation, request: { process_id, reason, actor: actor(rest, user_id_type) } as WithdrawProcess };
    }
  }
}

interface Body {
  reason?: string | undefined;
  user_id?: string | undefined;
  system_user?: boolean | undefined;
}

function withdrawal(body: Uint8Array): Body {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    value = undefined;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Refusal(400, "the body must be a JSON object");
  }
  for (const [name, field] of Object.entries(value)) {
    const type = Object.hasOwn(BODY, name) ? BODY[name as keyof Body] : undefined;
    if (type === undefined || typeof field !== type) {
      throw new Refusal(400, `the body takes \`reason\`, \`user_id\` and \`system_user\`; \`${name}\` is not one of them, or not a ${type ?? "field"}`);
    }
  }
  return value;
}

/** Whoever the page names; the core finds a withdrawal by nobody wrong. */
function actor({ user_id, system_user }: Body, user_id_type = "open_id"): Actor {
  if (!USER_ID_TYPES.includes(user_id_type as UserIdType)) {
    throw new Refusal(400, `\`user_id_type\` is one of ${USER_ID_TYPES.join(", ")}`);
  }
  const user = user_id === undefined ? undefined : ({ [user_id_type]: user_id } as unknown as User);
  if (system_user === true) {
    return user === undefined ? { system: true } : { system: true, user };
  }
  if (user === undefined) {
    throw new Refusal(400, "the body names nobody who acts: `user_id`, or `system_user`");
  }
  return user;
}

/** The query's values, each name known and there at most once. */
function single<Name extends string>(query: URLSearchParams, names: readonly Name[], repeated: readonly string[] = []): { [name in Name]?: string } {
  const found: { [name in Name]?: string } = {};
  for (const [name, value] of query) {
    if (repeated.includes(name)) {
      continue;
    }
    if (!names.includes(name as Name) || name in found) {
      throw new Refusal(400, `the query takes ${[...names, ...repeated].map((name) => `\`${name}\``).join(", ")}, each once but \`statuses\``);
    }
    found[name as Name] = value;
  }
  return found;
}

function integer(name: string, text: string | undefined): number | undefined {
  if (text !== undefined && !/^[0-9]{1,15}$/.test(text)) {
    throw new Refusal(400, `\`${name}\` must be digits`);
  }
  return text === undefined ? undefined : Number(text);
}

function status(number: string): Status {
  const name = (Object.keys(STATUSES) as (keyof typeof STATUSES)[]).find((name) => STATUSES[name] === number);
  if (name === undefined) {
    throw new Refusal(400, `\`statuses\` are of ${Object.values(STATUSES).join(", ")}`);
  }
  return name;
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    throw new Refusal(400, "the process id in the path is not well encoded");
  }
}

function split(text: string, mark: string): string[] {
  const place = text.indexOf(mark);
  return place < 0 ? [text] : [text.slice(0, place), text.slice(place + 1)];
}

const LIST = ["page_size", "page_token", "modify_time_from", "modify_time_to", "flow_definition_id"] as const;
const BODY = { reason: "string", user_id: "string", system_user: "boolean" } as const;
const USER_ID_TYPES: readonly UserIdType[] = ["open_id", "people_corehr_id", "union_id", "user_id"];
/** As numbers on the wire. */
const STATUSES: Record<Exclude<Status, "unknown">, string> = {
  in_progress: "1",
  rejected: "2",
  withdrawn: "4",
  revoked: "8",
  completed: "9",
  revoking: "15",
};
const PLACES: readonly { operation: keyof Requests; method: string; path: RegExp }[] = [
  { operation: "withdraw_process", method: "PUT", path: /^\/open-apis\/corehr\/v2\/process_withdraw\/([^/]+)$/ },
  { operation: "get_process", method: "GET", path: /^\/open-apis\/corehr\/v2\/processes\/([^/]+)$/ },
  { operation: "list_processes", method: "GET", path: /^\/open-apis\/corehr\/v2\/processes$/ },
];
