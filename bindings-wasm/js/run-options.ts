/** What a run over many processes is told. */

import type { Actor, Already, BulkProgress, Problem } from "./core.js";
import { journalStore, type JournalStore } from "./journal.js";
import { optionsText, type ActOptions, type CallOptions } from "./operations.js";
import { invalid, optionsObject, takeFunction } from "./options.js";
import { isSignal } from "./realm.js";
import { written } from "./text.js";

/** What every run is told. */
export interface RunOptions extends ActOptions, Pick<CallOptions, "headers" | "onAnswer"> {
  /** Who does it; the same for all. */
  actor: Actor;
  /** Why, for people: at most 500 characters; the same for all. */
  reason?: string | undefined;
  /**
   * Where the run keeps what it knows: the path or the `file:` URL of a SQLite file, for which Node has `node:sqlite` from
   * 22.13 on, Deno and Bun in new versions, or a store of the caller's own. Without one a run cannot be gone on with.
   */
  journal?: string | URL | JournalStore | undefined;
  /** Is told how far the run is, after results were told. What it throws is ignored. */
  onProgress?: ((progress: BulkProgress) => unknown) | undefined;
  /** Cancels the run, as `cancel()` does. */
  signal?: AbortSignal | undefined;
  /** How many calls may go on at once: 1 to 256, by default 256. How many do depends on the pace. */
  max_in_flight?: number | undefined;
  /** The run pauses when so many processes have failed; by default it does not. */
  max_failures?: number | undefined;
  /** How many processes there must be, each counted once; another number is an error. */
  expect_count?: number | undefined;
  /** Whether ids may be other than numbers of at most 32 digits. */
  allow_any_id?: boolean | undefined;
  /** Whether the journal keeps the reason as text; by default it keeps its SHA-256. */
  keep_reasons?: boolean | undefined;
  /** How long the call for one process may take, in milliseconds; by default the client's. */
  deadline?: number | undefined;
  /** A tenant access token for this run only. */
  token?: string | undefined;
}

/** What a run of withdrawals is told. */
export interface WithdrawRunOptions extends RunOptions {
  /** A process that is withdrawn already, and not by an answer to this run: `success` (the default) or `error`. */
  already_withdrawn?: Already | undefined;
}

/** What a run of revocations is told. */
export interface RevokeRunOptions extends RunOptions {
  /** A process that is revoked already, and not by an answer to this run: `success` (the default) or `error`. */
  already_revoked?: Already | undefined;
}

/** What a caller has chosen, taken apart. */
export interface Chosen {
  readonly ids: string;
  readonly options: string;
  readonly store: JournalStore | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: RunOptions["onProgress"];
  readonly onAnswer: RunOptions["onAnswer"];
}

/** Takes list and options apart, as they are now. */
export function chosen(operation: string, processIds: unknown, given: unknown): Chosen {
  const { journal, signal, ...options } = optionsObject(operation, given);
  const problems: Problem[] = [];
  const onProgress = takeFunction<NonNullable<RunOptions["onProgress"]>>(options, "onProgress", problems);
  const onAnswer = takeFunction<NonNullable<RunOptions["onAnswer"]>>(options, "onAnswer", problems);
  const isList = typeof processIds === "object" && processIds !== null && Symbol.iterator in processIds;
  if (!isList) {
    problems.push({ field: "process_ids", rule: "must be a list of texts" });
  }
  if ("process_id" in options) {
    problems.push({ field: "process_id", rule: "is not known here" });
  }
  if (signal !== undefined && signal !== null && !isSignal(signal)) {
    problems.push({ field: "signal", rule: "must be an AbortSignal" });
  }
  if (problems.length > 0) {
    throw invalid(operation, problems);
  }
  return {
    ids: written([...(processIds as Iterable<unknown>)]),
    // The request is read together with the options, and each process has an id of its own.
    options: optionsText({ ...options, process_id: "" } as CallOptions),
    store: journalStore(operation, journal),
    signal: signal as AbortSignal | undefined,
    onProgress,
    onAnswer,
  };
}
