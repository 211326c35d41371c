/** What every entry of this package exports. */

import * as core from "./core.js";
import type { Explanation } from "./core.js";
import type { HttpResponse } from "./http.js";
import { instance } from "./instance.js";
import { OPERATIONS, type Replies, type Requests } from "./table.js";
import { bytes, pairs } from "./transport.js";

export { FeishuError, isFeishuError } from "./error.js";
export { TransportFailure } from "./transport.js";
export type { TokenFunction, TokenHint } from "./call.js";
export type * from "./core.js";
export type { Error as ErrorFields } from "./core.js";
export type { HttpHead, HttpHeaders, HttpRequest, HttpResponse } from "./http.js";
export type { ActOptions, CallOptions, ReadBackOption, RevokeOptions, ShownRequest, WithdrawOptions } from "./operations.js";
export type { SharedOptions } from "./options.js";
export type { ProcessIds } from "./process-ids.js";
export type { Asked, ListRequest } from "./requests.js";
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

/** The names of all operations. */
export function operations(): (keyof Requests)[] {
  return [...OPERATIONS];
}
