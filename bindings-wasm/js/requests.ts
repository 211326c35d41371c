/** The requests of all operations. */

import type { GetProcess, ListProcesses, WithdrawProcess } from "./core.js";

/** Which processes to list; the span may be of any length. */
export type ListRequest = {
  [Field in keyof ListProcesses]: Field extends `modify_time_${string}` ? Date | number : ListProcesses[Field];
};

/** The request of each operation, by the operation's name. */
export interface Requests {
  get_process: GetProcess;
  list_processes: ListRequest;
  withdraw_process: WithdrawProcess;
}
