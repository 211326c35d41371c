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
  /** What stands in the body in another form than in the request. */
  readonly parts: readonly Part[];
  /** The names of the query. A name of `texts`, and of words by number that say so, may be repeated. */
  readonly query: Readonly<Record<string, "integer" | "text" | "texts" | Words>>;
}

/** Words that are written by their numbers. */
export interface Words {
  readonly repeats: boolean;
  readonly words: Readonly<Record<string, string>>;
}

/** One field of a request, and how it stands in the body. */
export type Part =
  /** An object with one of these names, which stands in the body by itself. */
  | { readonly kind: "either"; readonly field: string; readonly names: readonly string[] }
  /** A word, by its number. */
  | { readonly kind: "number"; readonly field: string; readonly words: Readonly<Record<string, string>> }
  /** An object with one word, whose fields stand in the body by themselves, beside the word's number. */
  | {
      readonly kind: "tagged";
      readonly field: string;
      readonly tag: string;
      readonly words: Readonly<Record<string, string>>;
      readonly inside: readonly string[];
    }
  /** A user or a list of users, whose kind of id stands in the query. */
  | { readonly kind: "users"; readonly field: string };
