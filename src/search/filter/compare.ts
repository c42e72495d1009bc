/** Strings as `_filter` compares them: whole, from their end, and by order. https://hl7.org/fhir/R4/search_filter.html#ops */
import { badParameter } from '../../kernel/fhir-error.ts';
import { fold, MAX_INDEXED } from '../../kernel/fold.ts';
import type { Bindings } from '../bindings.ts';
import { valuesAt } from '../json-path.ts';
import type { Parameter } from '../parameters.ts';
import type { Filter, TextOperator } from '../plan.ts';
import type { FilterOf } from '../types/search-type.ts';
import { stringPaths } from '../types/string.ts';
import { pathsOf } from './unequal.ts';

/** Throws `bad-parameter` when nothing is left of the value to compare, or no place is known to look at. */
export function compareFilter(parameter: Parameter, operator: TextOperator, value: string): Filter {
  const folded = fold(value);
  if (folded === '') {
    throw badParameter('_filter', {
      en: `'${value}' has no character that could be compared.`,
      zh: `“${value}”中没有可比较的字符。`,
    });
  }
  // Equality is known from the index, where a Chinese name also stands as a whole and by its readings.
  const by = operator === 'eq' && folded.length < MAX_INDEXED ? 'rows' : 'json';
  const paths = stringPaths(by === 'json' ? { ...parameter, paths: pathsOf(parameter) } : parameter);
  return { kind: 'compared', by, key: parameter.key, paths, operator, value: folded };
}

export function compareWhere(filter: FilterOf<'compared'>, r: string, b: Bindings): string {
  const value = b.bind(filter.value, 'text');
  if (filter.by === 'rows') {
    return `exists (select 1 from string s where s.hash = ${b.hash(filter.key)} and s.key = ${r}.key and s.value = ${value})`;
  }
  const text = `fold(v.value #>> '{}') collate "C"`;
  return `exists (select 1 from ${valuesAt(filter.paths, r, b)} where ${comparison(filter.operator, text, value)})`;
}

function comparison(operator: TextOperator, text: string, value: string): string {
  switch (operator) {
    case 'eq':
      return `${text} = ${value}`;
    case 'ne':
      return `${text} <> ${value}`;
    case 'ew':
      return `right(${text}, length(${value})) = ${value}`;
    case 'gt':
      return `${text} > ${value}`;
    case 'lt':
      return `${text} < ${value}`;
    case 'ge':
      return `${text} >= ${value}`;
    case 'le':
      return `${text} <= ${value}`;
  }
}
