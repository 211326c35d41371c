/** What callers write. */

import type { ListProcesses, Settle, StartCandidates } from "./core.js";

/** A request as a caller writes it: where Feishu wants milliseconds, a `Date` is one too. */
export type Asked<Request> = {
  [Field in keyof Request]: Field extends `modify_time_${string}` | "since" ? Date | number : Request[Field];
};

/** What has become of a call that was to withdraw a process, or to revoke it. */
export type SettleRequest = Omit<Asked<Settle>, "goal"> & { goal?: "withdrawn" | "revoked" | undefined };

/** Which start it was whose fate is not known. */
export type CandidatesRequest = Asked<StartCandidates>;

/** Which processes to list; the span may be of any length. */
export type ListRequest = Asked<ListProcesses>;
