/** The journal of a run: a database on which the core's statements are run. */

import { builtin } from "./builtin.js";
import { problem } from "./options.js";
import { JOURNAL_PRAGMAS } from "./table.js";

/** A value of a statement, or of a row. */
export type JournalValue = string | number | null;

/** One statement of SQLite's SQL. */
export interface JournalStatement {
  /** `?` stands for each value. */
  readonly sql: string;
  readonly values: readonly JournalValue[];
}

/**
 * Where a run keeps its journal, in place of a file that the package opens: a SQLite database of the caller's own. Its
 * functions are called one after the other. What they throw ends the run: its text is told as the database's words.
 *
 * Nobody else may use the database while the run goes on, and what is stored must survive the machine: a store that
 * opens a file runs `JOURNAL_PRAGMAS` first, each by itself.
 */
export interface JournalStore {
  /** Runs all of these in one transaction, in order; returns, or resolves, when they are durable. */
  store(statements: readonly JournalStatement[]): unknown;
  /** The rows that a statement finds, each with its columns in the statement's order. */
  query(
    statement: JournalStatement,
  ): readonly (readonly (JournalValue | bigint)[])[] | PromiseLike<readonly (readonly (JournalValue | bigint)[])[]>;
  /** The run is over, or has been left. */
  close(): unknown;
}

/** The store that a caller means; nothing for a run without a journal. */
export function journalStore(operation: string, given: unknown): JournalStore | undefined {
  if (given === undefined || given === null) {
    return undefined;
  }
  if (isStore(given)) {
    return given;
  }
  const path = pathOf(given);
  if (path === undefined) {
    throw problem(operation, "journal", "must be a file's path, a `file:` URL, or a store with `store`, `query` and `close`");
  }
  const sqlite = builtin("node:sqlite") as Sqlite | undefined;
  if (sqlite === undefined) {
    throw problem(operation, "journal", `needs \`node:sqlite\`, which ${runtime()}, or give a store of your own`);
  }
  return new FileJournal(sqlite, path);
}

/** The runtime that has none, and which one to take. */
function runtime(): string {
  const { bun, deno, node } = process.versions;
  if (bun !== undefined || deno !== undefined) {
    return `${bun === undefined ? `Deno ${deno}` : `Bun ${bun}`} has not: take a newer one`;
  }
  return `Node ${node} has not: take Node 22.13 or newer`;
}

function isStore(given: unknown): given is JournalStore {
  const { store, query, close } = Object(given) as Record<string, unknown>;
  return [store, query, close].every((act) => typeof act === "function");
}

/** A database in memory is no journal: a run without one is as good. */
function pathOf(given: unknown): string | undefined {
  if (typeof given === "string") {
    return given === "" || given.startsWith(":memory:") || given.includes("\0") ? undefined : given;
  }
  try {
    return builtin("node:url").fileURLToPath(given as URL);
  } catch {
    return undefined;
  }
}

/** What is used of `node:sqlite`, whose types older Nodes have not. */
interface Sqlite {
  DatabaseSync: new (path: string) => Database;
}

interface Database {
  exec(sql: string): void;
  prepare(sql: string): Prepared;
  close(): void;
}

interface Prepared {
  run(...values: readonly JournalValue[]): unknown;
  all(...values: readonly JournalValue[]): Record<string, JournalValue>[];
}

/** One file, open from the first statement on. */
class FileJournal implements JournalStore {
  readonly #sqlite: Sqlite;
  readonly #path: string;
  readonly #prepared = new Map<string, Prepared>();
  #database: Database | undefined;

  constructor(sqlite: Sqlite, path: string) {
    this.#sqlite = sqlite;
    this.#path = path;
  }

  store(statements: readonly JournalStatement[]): void {
    const database = this.#open();
    database.exec("BEGIN IMMEDIATE");
    for (const { sql, values } of statements) {
      this.#prepare(sql).run(...values);
    }
    database.exec("COMMIT");
  }

  query({ sql, values }: JournalStatement): JournalValue[][] {
    return this.#prepare(sql)
      .all(...values)
      .map((row) => Object.values(row));
  }

  close(): void {
    const database = this.#database;
    this.#database = undefined;
    this.#prepared.clear();
    database?.close();
  }

  #prepare(sql: string): Prepared {
    let prepared = this.#prepared.get(sql);
    if (prepared === undefined) {
      prepared = this.#open().prepare(sql);
      this.#prepared.set(sql, prepared);
    }
    return prepared;
  }

  #open(): Database {
    if (this.#database === undefined) {
      this.#database = new this.#sqlite.DatabaseSync(this.#path);
      for (const pragma of JOURNAL_PRAGMAS) {
        this.#database.exec(pragma);
      }
    }
    return this.#database;
  }
}
