/** What a write does to one resource, as a value. */
import type { IndexRows } from '../search/rows.ts';

/** How a version came to be; the letter in the `method` column. */
export type Method = 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** The current version of a resource as the store holds it. */
export interface Stored {
  /** Surrogate key: int8 as text. */
  readonly key: string;
  readonly type: string;
  readonly id: string;
  readonly version: number;
  /** Milliseconds. */
  readonly updated: number;
  readonly deleted: boolean;
  readonly method: Method;
  /** Id of the patient it belongs to, by its main patient reference. */
  readonly patient: string | null;
  /** JSON text; null for a deletion. */
  readonly content: string | null;
  /** Milliseconds, as text: the place in the order of its type, which its token rows carry. Of current versions. */
  readonly date?: string;
  /** What says whose it is; null when that is not known yet. Of versions that are read by id. */
  readonly marks?: readonly string[] | null;
}

/** A version to be written. */
export interface Change {
  readonly type: string;
  readonly id: string;
  readonly version: number;
  readonly updated: number;
  readonly method: Method;
  /** JSON text with id and meta in it; null deletes. */
  readonly content: string | null;
  readonly rows: IndexRows;
  /** Id of the organisation that answers for the resource from now on: of one that nobody answered for. */
  readonly writer?: string;
  /** The version this one follows, locked by the same transaction, with the rows it has; absent for the first. */
  readonly before?: { readonly stored: Stored; readonly rows: IndexRows };
}

const LETTER: Record<Method, string> = { POST: 'C', PUT: 'U', PATCH: 'P', DELETE: 'D' };
const METHOD: Record<string, Method> = { C: 'POST', U: 'PUT', P: 'PATCH', D: 'DELETE' };

export function letterOf(method: Method): string {
  return LETTER[method];
}

export function methodOf(letter: string): Method {
  return METHOD[letter] ?? 'PUT';
}
