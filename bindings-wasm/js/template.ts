/** What the core tells of an operation. */

/** What a request of an operation is like on the wire. */
export interface Template {
  readonly method: string;
  /** With the fields of the request in braces that stand there. */
  readonly path: string;
  /** Whether it may change something. */
  readonly is_write: boolean;
  /** The fields of the body that name who acts, the request's `actor`; null where nobody can be named. */
  readonly actor: { readonly user: string; readonly system: string } | null;
  /** The other fields of the body. */
  readonly body: readonly string[];
  /** The names of the query. A name of `texts`, and of words by number that say so, may be repeated. */
  readonly query: Readonly<Record<string, "integer" | "text" | "texts" | Words>>;
}

/** Words that are written by their numbers. */
export interface Words {
  readonly repeats: boolean;
  readonly words: Readonly<Record<string, string>>;
}
