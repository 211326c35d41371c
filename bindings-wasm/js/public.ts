/** What every entry of this package exports. */

import * as core from "./core.js";
import type { Explanation, FlowTemplate, FormVariables } from "./core.js";
import type { HttpResponse } from "./http.js";
import { instance } from "./instance.js";
import { OPERATIONS, type Replies, type Requests } from "./table.js";
import { bytes, pairs } from "./transport.js";

export { FeishuError, isFeishuError } from "./error.js";
export { TransportFailure } from "./transport.js";
export type { TokenFunction, TokenHint } from "./call.js";
export type * from "./core.js";
export type { Error as ErrorFields } from "./core.js";
export type { HttpHead, HttpHeaders, HttpRequest, HttpResponse, ReceivedAnswer } from "./http.js";
export type { ActOptions, CallAnswer, CallOptions, CallParts, ReadBackOption, ReviewOptions, RevokeOptions, ShownRequest, WithdrawOptions } from "./operations.js";
export type { SharedOptions } from "./options.js";
export type { Items, Page } from "./items.js";
export type { Asked, CandidatesRequest, ListRequest, SettleRequest } from "./requests.js";
export type { Replies, Requests } from "./table.js";
export type { Transport } from "./transport.js";

/** Feishu (飞书), in mainland China. */
export const FEISHU = "https://open.feishu.cn";
/** Lark, elsewhere. Whether it serves the process family is not documented. */
export const LARK = "https://open.larksuite.com";

/**
 * Reads an answer that another HTTP stack has fetched: the result, or the error that it stands for is thrown. That
 * error's `effect` is judged by this one answer alone.
 */
export function decodeReply<Name extends keyof Requests>(operation: Name, response: HttpResponse): Replies[Name] {
  const headers = JSON.stringify(pairs(response.headers));
  const body = bytes(response.body);
  const status = Number.isInteger(response.status) ? response.status : 0;
  const name = String(operation);
  return instance().ask<Replies[Name]>(() => core.decode(name, status, headers, body));
}

/** What is known about a code that an operation answered, or null: no page explains it then. */
export function explain(operation: keyof Requests, code: number): Explanation | null {
  // What a caller's object does when it is asked for its text must not happen within the module.
  const [name, number] = [String(operation), Number(code)];
  return JSON.parse(instance().enter(() => core.explain(name, number))) as Explanation | null;
}

/** A value that is nothing but data. */
export type PlainValue = boolean | null | number | string | PlainValue[] | { [name: string]: PlainValue };

/**
 * The variables of a form, a flow or a template as plain nested data, by name: a record is an object of its fields, a
 * list an array, and what they point at stands in its place.
 *
 * Texts, numbers, options and ids are strings, a date is its days and a moment its milliseconds since 1970-01-01 UTC, an
 * empty value is null, and a value of an unknown kind is its own JSON. A record with several record ids is an array of
 * objects; what points at nothing is null in a record, and its own text in a list. It is made of the answer's `raw`.
 * Values nested more than 32 deep, as in a circle, and more than 1,000,000 of them throw a `FeishuError`.
 */
export function plainValues(answer: FlowTemplate | FormVariables): Record<string, PlainValue> {
  const raw = String(answer.raw);
  return instance().ask<Record<string, PlainValue>>(() => core.plain(raw));
}

/** The names of all operations. */
export function operations(): (keyof Requests)[] {
  return [...OPERATIONS];
}
