/**
 * `:text` of codes: the words beside a code, read in the stored text and compared as strings are.
 * https://hl7.org/fhir/R4/search.html#modifiers
 */

import { fold } from '../kernel/fold.ts';
import type { Bindings } from './bindings.ts';
import { unsupportedModifier } from './condition.ts';
import { type JsonPath, valuesAt } from './json-path.ts';
import type { Filter, TextMatch } from './plan.ts';
import type { Asked, FilterOf } from './types/search-type.ts';
import { splitEscaped, unescaped } from './values.ts';

/** Where each type has the words that go with its code. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  CodeableConcept: ['."text"', '."coding"[*]."display"'],
  Coding: ['."display"'],
  Identifier: ['."type"."text"'],
};

/** Where the words of the values at some paths are; empty when values of these types have none. */
export function textPaths(paths: readonly JsonPath[]): string[] {
  return paths.flatMap(({ path, type }) => (WORDS[type] ?? []).map((end) => `${path}${end}`));
}

/** "The search functions as a normal string search": what begins with a value. */
export function textFilter({ parameter, name, value }: Asked): Filter {
  const paths = textPaths(parameter.paths ?? []);
  if (paths.length === 0) throw unsupportedModifier(name, ['missing', 'not', 'in', 'not-in']);
  const values = splitEscaped(value, ',')
    .map((v) => fold(unescaped(v)))
    .filter((v) => v !== '');
  return { kind: 'text', paths, match: 'prefix', values };
}

export function textWhere({ paths, match, values }: FilterOf<'text'>, r: string, b: Bindings): string {
  if (values.length === 0) return 'false';
  return `exists (select 1 from ${valuesAt(paths, r, b)} where ${textMatches(`fold(v.value #>> '{}')`, match, values, b)})`;
}

/** Whether a folded text begins with one of some folded values, or has it somewhere. */
function textMatches(text: string, match: TextMatch, values: readonly string[], b: Bindings): string {
  const patterns = values.map((v) => `${match === 'contains' ? '%' : ''}${likeLiteral(v)}%`);
  return `${text} like any(${b.bind(patterns, 'text[]')})`;
}

/** A text as a pattern of `like` that stands for itself. */
export function likeLiteral(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
