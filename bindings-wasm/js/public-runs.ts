/** What an entry exports whose module makes runs over many. */

export { BulkRun } from "./bulk.js";
export type { RevokeRunOptions, RunOptions, WithdrawRunOptions } from "./run-options.js";
export type { JournalStatement, JournalStore, JournalValue } from "./journal.js";
export { JOURNAL_PRAGMAS } from "./table.js";
