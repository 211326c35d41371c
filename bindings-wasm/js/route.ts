/**
 * From what a page sends back to the operation and its arguments, and who acts: by what the core tells of each operation.
 * Whatever is none of an operation's parameters is refused.
 */

import { Refusal } from "./answer.js";
import type { Actor } from "./core.js";
import type { Requests } from "./table.js";
import { USER_ID_TYPES } from "./table.js";
import type { Part, Template } from "./template.js";

/** An operation with its arguments, as a page has asked for it. They are checked by the core before anything is sent. */
export type PageCall = { [Name in keyof Requests]: { operation: Name; request: Requests[Name] } }[keyof Requests];

/** Which operation a request means. */
export interface Route<Name extends string> {
  readonly operation: Name;
  /** What stands in the path, decoded. */
  readonly segments: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}

type Fields = Record<string, unknown>;

/** Finds the operation by method and path. */
export function route<Name extends string>(templates: Readonly<Record<Name, Template>>, method: string, target: string): Route<Name> {
  const [path = "", query = ""] = split(target, "?");
  const allowed: string[] = [];
  for (const [operation, template] of Object.entries(templates) as [Name, Template][]) {
    const segments = matched(template.path, path);
    if (segments !== undefined && template.method === method) {
      const decoded = Object.entries(segments).map(([name, segment]) => [name, decode(name, segment)]);
      return { operation, segments: Object.fromEntries(decoded), query: new URLSearchParams(query) };
    }
    if (segments !== undefined) {
      allowed.push(template.method);
    }
  }
  if (allowed.length === 0) {
    throw new Refusal(404, "no operation has this path: check the page's `base_url` and the backend's `base_path`");
  }
  throw new Refusal(405, `this path takes ${allowed.join(", ")}`, [["allow", allowed.join(", ")]]);
}

/** Whether a request has a body. */
export function hasBody({ actor, body, parts }: Template): boolean {
  return actor !== null || body.length > 0 || parts.length > 0;
}

/** Reads the arguments. */
export function read(template: Template, { segments, query }: Route<string>, body: Uint8Array): Fields {
  const request: Fields = { ...segments };
  const names = template.actor === null ? Object.keys(template.query) : [...Object.keys(template.query), USER_ID_TYPE];
  const strange = [...query.keys()].find((name) => !names.includes(name));
  if (strange !== undefined) {
    throw new Refusal(400, `the query takes ${listed(names)}; \`${strange}\` is not one of them`);
  }
  for (const [name, kind] of Object.entries(template.query)) {
    if (kind === "texts" || (typeof kind === "object" && kind.repeats)) {
      const all = query.getAll(name);
      const values = kind === "texts" ? all : all.map((number) => word(name, kind.words, number));
      Object.assign(request, values.length > 0 && { [name]: values });
    } else if (typeof kind === "object") {
      const number = single(query, name);
      Object.assign(request, number !== undefined && { [name]: word(name, kind.words, number) });
    } else {
      const text = single(query, name);
      Object.assign(request, text !== undefined && { [name]: kind === "integer" ? integer(name, text) : text });
    }
  }
  if (hasBody(template)) {
    const { actor } = template;
    const fields = object(body);
    const known = [...template.body, ...template.parts.flatMap(namesOf), ...(actor === null ? [] : [actor.user, actor.system])];
    const other = Object.keys(fields).find((name) => !known.includes(name));
    if (other !== undefined) {
      throw new Refusal(400, `the body takes ${listed(known)}; \`${other}\` is not one of them`);
    }
    for (const name of template.body.filter((name) => Object.hasOwn(fields, name))) {
      request[name] = fields[name];
    }
    for (const part of template.parts) {
      const value = readPart(part, fields, single(query, USER_ID_TYPE));
      Object.assign(request, value !== undefined && { [part.field]: value });
    }
    if (actor !== null) {
      request["actor"] = named(actor, fields, single(query, USER_ID_TYPE));
    }
  }
  return request;
}

/**
 * The arguments as they are sent on: wherever an actor can be named, by the user's own, or by whom the page names if that
 * is `"any"`. A write in which nobody can be named is refused: nobody could say on whose behalf it is sent.
 */
export function acting(operation: string, template: Template, asked: Fields, actor: Actor | "any" | null | undefined): Fields {
  if (template.actor === null) {
    if (template.is_write) {
      throw new Refusal(403, `a backend cannot know who acts in \`${operation}\``);
    }
    return asked;
  }
  if (actor === "any") {
    return asked;
  }
  if (actor === undefined || actor === null) {
    throw new Refusal(403, `this user may not do this (\`${operation}\`): the backend's \`authenticate\` names no \`actor\` for it`);
  }
  return { ...asked, actor };
}

/** What stands in the braces of `template`, if `path` is of its form. */
function matched(template: string, path: string): Record<string, string> | undefined {
  const [parts, segments] = [template.split("/"), path.split("/")];
  const found: Record<string, string> = {};
  const isOfForm = parts.every((part, place) => {
    const segment = segments[place];
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name === undefined || !segment) {
      return part === segment;
    }
    found[name] = segment;
    return true;
  });
  return isOfForm && parts.length === segments.length ? found : undefined;
}

/** The names that a part has in the body. */
function namesOf(part: Part): readonly string[] {
  switch (part.kind) {
    case "either":
      return part.names;
    case "tagged":
      return [part.tag, ...part.inside];
    default:
      return [part.field];
  }
}

/** The field of a request that a part stands for, if anything of it is there; the core judges it. */
function readPart(part: Part, fields: Fields, kind: string | undefined): unknown {
  const some = (names: readonly string[]): Fields =>
    Object.fromEntries(names.filter((name) => Object.hasOwn(fields, name)).map((name) => [name, fields[name]]));
  if (part.kind === "either") {
    const found = some(part.names);
    return Object.keys(found).length > 0 ? found : undefined;
  }
  const name = part.kind === "tagged" ? part.tag : part.field;
  if (!Object.hasOwn(fields, name)) {
    return undefined;
  }
  const value = fields[name];
  switch (part.kind) {
    case "number":
      return word(name, part.words, String(value));
    case "tagged":
      return { [word(name, part.words, String(value))]: some(part.inside) };
    case "users": {
      const user = (id: unknown): Fields => ({ [idType(kind)]: id });
      return Array.isArray(value) ? value.map(user) : user(value);
    }
  }
}

function idType(kind = "open_id"): string {
  if (!(USER_ID_TYPES as readonly string[]).includes(kind)) {
    throw new Refusal(400, `\`${USER_ID_TYPE}\` is one of ${USER_ID_TYPES.join(", ")}`);
  }
  return kind;
}

/** Whoever the page names; the core judges the id. */
function named({ user, system }: NonNullable<Template["actor"]>, fields: Fields, type?: string): unknown {
  const kind = idType(type);
  const [id, isSystem] = [own(fields, user, "string"), own(fields, system, "boolean")];
  const who = id === undefined ? undefined : { [kind]: id };
  if (isSystem === true) {
    return who === undefined ? { system: true } : { system: true, user: who };
  }
  if (who === undefined) {
    throw new Refusal(400, `the body names nobody who acts: \`${user}\`, or \`${system}\``);
  }
  return who;
}

function own(fields: Fields, name: string, type: string): unknown {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (value !== undefined && typeof value !== type) {
    throw new Refusal(400, `\`${name}\` must be a ${type}`);
  }
  return value;
}

function object(body: Uint8Array): Fields {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    value = undefined;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Refusal(400, "the body must be a JSON object");
  }
  return value as Fields;
}

/** The value of a name that may stand once. */
function single(query: URLSearchParams, name: string): string | undefined {
  const [value, ...others] = query.getAll(name);
  if (others.length > 0) {
    throw new Refusal(400, `the query takes \`${name}\` once`);
  }
  return value;
}

function integer(name: string, text: string): number {
  if (!/^[0-9]{1,15}$/.test(text)) {
    throw new Refusal(400, `\`${name}\` must be digits`);
  }
  return Number(text);
}

function word(name: string, words: Readonly<Record<string, string>>, number: string): string {
  const found = Object.hasOwn(words, number) ? words[number] : undefined;
  if (found === undefined) {
    throw new Refusal(400, `\`${name}\` are of ${Object.keys(words).join(", ")}`);
  }
  return found;
}

function decode(name: string, segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new Refusal(400, `\`${name}\` in the path is not well encoded`);
  }
}

function split(text: string, mark: string): string[] {
  const place = text.indexOf(mark);
  return place < 0 ? [text] : [text.slice(0, place), text.slice(place + 1)];
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? "nothing" : names.map((name) => `\`${name}\``).join(", ");
}

const USER_ID_TYPE = "user_id_type";
