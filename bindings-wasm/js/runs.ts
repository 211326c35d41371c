/** The methods of a client whose module makes runs over many: Node's, Deno's and Bun's. */

import { BulkRun } from "./bulk.js";
import type { Opened } from "./call.js";
import { noRuns, Operations } from "./operations.js";
import type { Opening } from "./page.js";
import type { RevokeRunOptions, WithdrawRunOptions } from "./run-options.js";
import type { ServerCallOptions } from "./server.js";

/** Where a client keeps how a run opens it; found through a Proxy, too. */
const RUNS = Symbol("runs");

/** What a server's client has beside the methods of every client. */
export class RunOperations extends Operations<ServerCallOptions> {
  /** @internal */
  declare readonly [RUNS]: (() => Opened) | undefined;

  /** A page's client, which a page's module makes where it is run on a server, has no `runs`. @internal */
  constructor({ openNow, open }: Opening, runs: (() => Opened) | undefined) {
    super(openNow, open);
    Object.defineProperty(this, RUNS, { value: runs });
  }

  /**
   * Withdraws many running processes, and knows what happened to each, for `for await`.
   *
   * The list is looked through before anything is sent: every bad entry is named, and a process that stands twice is done
   * once; at most 1,000,000. Calls go at the pace of the quota. What is in doubt at the end is read. Partial failure is no
   * error: each result has its `outcome`, and the run's `report` the totals.
   *
   * With a `journal`, a SQLite file, nothing is lost when the program or the machine stops: the same call with the same
   * file goes on with the run, tells the earlier results again (`is_earlier`), sends nothing that has ended, and reads what
   * is in doubt before it sends it. Without one a run cannot be gone on with.
   */
  override withdrawProcesses(processIds: Iterable<string>, options: WithdrawRunOptions): BulkRun {
    return run(this[RUNS], "withdraw_processes", "withdraw_process", processIds, options);
  }

  /** Undoes many completed processes. All is as for `withdrawProcesses`, and for one process as for `revokeProcess`. */
  override revokeProcesses(processIds: Iterable<string>, options: RevokeRunOptions): BulkRun {
    return run(this[RUNS], "revoke_processes", "revoke_process", processIds, options);
  }
}

/** A page's client is refused as in the page. */
function run(open: (() => Opened) | undefined, name: string, operation: string, processIds: unknown, options: unknown): BulkRun {
  return open === undefined ? noRuns(operation) : new BulkRun(open, name, operation, processIds, options);
}
