/**
 * What a type of search parameter is here: one object with the three sides that must agree, so that what
 * is written is what is asked for. https://hl7.org/fhir/R4/search.html#ptypes
 */
import type { Bindings } from '../bindings.ts';
import type { ParseOptions, SearchContext } from '../condition.ts';
import type { Typed } from '../expression.ts';
import type { Parameter } from '../parameters.ts';
import type { Filter } from '../plan.ts';
import type { Rows } from '../rows.ts';

export interface SearchType<F extends Filter = never> {
  /** A value that the parameter's expression found -> rows. `base` is the FHIR base of this server. */
  readonly index: (rows: Rows, parameter: Parameter, value: Typed, base: string) => void;
  /** The text of a query -> what it asks for. Throws `bad-parameter`. */
  readonly parse: (asked: Asked) => Filter;
  /** What is asked for -> a boolean SQL expression over the resource row named `r`. */
  readonly where: (filter: F, r: string, b: Bindings) => string;
}

/** One `name=value` of a query whose parameter is known. */
export interface Asked {
  readonly context: SearchContext;
  readonly options: ParseOptions;
  readonly parameter: Parameter;
  /** The name as it was written, modifier included: errors point at it. */
  readonly name: string;
  readonly modifier: string | undefined;
  /** With its escapes. */
  readonly value: string;
}

/** The filters of one kind. */
export type FilterOf<K extends Filter['kind']> = Filter & { readonly kind: K };
