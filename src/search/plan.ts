/** What a search asks for, as data: made by `parse.ts`, turned into SQL by `compile.ts`. */

import type { Range } from '../kernel/dates.ts';
import type { Issue } from '../kernel/issue.ts';
import type { Composed } from '../terminology/compose.ts';
import type { JsonPath } from './json-path.ts';

export type Prefix = 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb' | 'ap';

export type TextMatch = 'prefix' | 'contains';

/** One condition on a resource of the plan's type. All filters of a plan hold together. */
export type Filter =
  | { kind: 'id'; ids: readonly string[] }
  | { kind: 'token'; texts: readonly string[]; negate: boolean; rank: number }
  /** A code at one of the paths is in one of the sets. */
  | { kind: 'set-member'; paths: readonly JsonPath[]; sets: readonly Composed[] }
  | { kind: 'reference'; patientIds: readonly string[]; texts: readonly string[]; rank: number }
  /** `long`: paths to look at where a row has but the beginning of a text. */
  | { kind: 'string'; key: string; match: TextMatch; values: readonly string[]; long?: readonly string[] }
  | { kind: 'date'; on: 'main' | 'updated' | { key: string }; any: readonly DateComparison[] }
  /** `intervals`: some values are intervals, in rows of their own. */
  | { kind: 'number'; any: readonly NumberComparison[]; intervals: boolean }
  /** The two ends of an interval of numbers, each with its condition. */
  | { kind: 'span'; key: string; low: NumberComparison; high: NumberComparison }
  /** A position is within one of the circles: degrees and metres. */
  | { kind: 'near'; key: string; any: readonly Circle[] }
  /** The parameter has a value: by its rows, or by a column that tells when it is not null and paths in the text. */
  | { kind: 'present'; table: 'string' | 'number' | 'date_range'; key: string }
  | { kind: 'present'; column?: 'date_end' | 'patient'; paths: readonly JsonPath[] }
  /** A text at one of the paths begins with one of the folded values, or has it somewhere. */
  | { kind: 'text'; paths: readonly string[]; match: TextMatch; values: readonly string[] }
  /** A uri at one of the paths is one of these, or has a slash and more behind one. */
  | { kind: 'uri-below'; paths: readonly string[]; uris: readonly string[] }
  /** A canonical at one of the paths is one of these, or of a version that is more precise. */
  | { kind: 'canonical-below'; key: string; paths: readonly string[]; canonicals: readonly string[] }
  /** A text among the values, folded, compares so with the folded `value`. */
  | {
      kind: 'compared';
      by: 'rows' | 'json';
      key: string;
      paths: readonly string[];
      operator: TextOperator;
      value: string;
    }
  /** A value is none of those that the predicate of its path (`$` is the value) takes for equal. */
  | { kind: 'unequal'; any: readonly { readonly path: string; readonly equal: string }[] }
  /** Refers to one of these, or to what is above or below it by the parameter `part` of its type. */
  | {
      kind: 'hierarchy';
      direction: 'above' | 'below';
      key: string;
      target: string;
      part: string;
      ids: readonly string[];
      base: string;
    }
  /** Entry of one of the Lists. */
  | { kind: 'list'; type: string; ids: readonly string[]; base: string }
  | { kind: 'words'; in: 'narrative' | 'content'; words: Words }
  /** In a compartment: the resource it is of (`self`), or referring to it by the patient column or a token. */
  | {
      kind: 'member';
      type: string;
      self: string | undefined;
      patientIds: readonly string[];
      texts: readonly string[];
    }
  /** The resource that `parameter` refers to is of `target` and matches. */
  | { kind: 'chain'; link: ReferenceLink; target: string; filter: Filter }
  /** Some resource of `source` refers to this one through `link`, and matches. */
  | { kind: 'has'; source: string; link: ReferenceLink; filter: Filter }
  /** `asked` when the caller has named each alternative, so that none may be left out. */
  | { kind: 'any'; filters: readonly Filter[]; asked?: true }
  | { kind: 'all'; filters: readonly Filter[] }
  | { kind: 'not'; filter: Filter }
  /** What the entries of the audit log are asked themselves: see `audit-log.ts`. */
  | { kind: 'logged'; asks: 'patient' | 'entity' | 'person'; references: readonly string[] }
  | { kind: 'logged'; asks: 'patient-that' | 'entity-that' | 'person-that'; target: string; filter: Filter }
  | { kind: 'logged'; asks: 'token'; values: readonly string[] }
  | { kind: 'logged'; asks: 'address' | 'person_name'; match: LoggedMatch; values: readonly string[] };

/** How a text of an entry of the audit log is compared. */
export type LoggedMatch = 'exact' | 'prefix' | 'contains';

export interface Circle {
  readonly latitude: number;
  readonly longitude: number;
  readonly metres: number;
}

/** A reference parameter: its key, and whether the patient column answers it. */
export interface ReferenceLink {
  readonly key: string;
  readonly isPatient: boolean;
  /** Where what it finds is in the resource, with its FHIR type. */
  readonly paths?: readonly JsonPath[];
}

export type TextOperator = 'eq' | 'ne' | 'ew' | 'gt' | 'lt' | 'ge' | 'le';

/** Words that a text must have: regular expressions over the folded text. */
export type Words =
  | { readonly word: string }
  | { readonly not: Words }
  | { readonly op: 'and' | 'or'; readonly parts: readonly Words[] };

export interface DateComparison {
  /** `po`: the ranges overlap; `co`: the resource's contains the search's. Both of `_filter` alone. */
  readonly prefix: Prefix | 'po' | 'co';
  readonly range: Range;
}

export interface NumberComparison {
  readonly key: string;
  readonly prefix: Prefix;
  readonly value: number;
  /** Half-open range that the written precision stands for: 5.4 is [5.35, 5.45). */
  readonly lo: number;
  readonly hi: number;
}

export interface Sort {
  readonly by:
    | 'id'
    | 'updated'
    /** The main date of the type. */
    | 'date'
    /** Rows of the index under any of some keys. */
    | { kind: 'number' | 'date_range'; keys: readonly string[] }
    /** `readings`: the index has Latin readings of Chinese values beside these. */
    | { kind: 'string'; keys: readonly string[]; readings: boolean }
    /** Text that stands nowhere in the index but as a hash: read at paths in the stored resource. */
    | { kind: 'text'; paths: readonly string[] }
    /** A computed boolean. */
    | { kind: 'computed'; key: string };
  readonly descending: boolean;
}

export interface Include {
  /** Undefined is `*`: every type. */
  readonly source?: string;
  /** Undefined is `*`: every reference parameter. */
  readonly code?: string;
  readonly target?: string;
  readonly iterate: boolean;
}

export type Summary = 'true' | 'text' | 'data' | 'count' | 'false';

export interface SearchPlan {
  readonly type: string;
  readonly filters: readonly Filter[];
  readonly sort: readonly Sort[];
  readonly count: number;
  /** Values of the sort fields and the key of the last resource of the page before. */
  readonly after?: readonly (string | number)[];
  /** The same of the first resource of the page behind: the page is read backward. */
  readonly before?: readonly (string | number)[];
  /** Whether the page may begin (or end) with the very resource of the cursor. */
  readonly inclusive?: boolean;
  /** `_cursor` as it came, which belongs to the address of this page alone. */
  readonly cursor?: string;
  readonly includes: readonly Include[];
  readonly revincludes: readonly Include[];
  readonly summary: Summary;
  readonly elements: readonly string[];
  /** Whether a Patient that is named stands for all records of the person: `_linked`. */
  readonly linked: boolean;
  readonly total: 'none' | 'estimate' | 'accurate';
  /** What was asked and used, in the order it came: the self link. */
  readonly used: readonly (readonly [string, string])[];
  /** What lenient handling ignored. */
  readonly warnings: readonly Issue[];
}
