/** What callers write. */

import type { ListProcesses } from "./core.js";

/** A request as a caller writes it: where Feishu wants milliseconds, a `Date` is one too. */
export type Asked<Request> = {
  [Field in keyof Request]: Field extends `modify_time_${string}` ? Date | number : Request[Field];
};

/** Which processes to list; the span may be of any length. */
export type ListRequest = Asked<ListProcesses>;
