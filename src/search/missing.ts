/** `:missing`, which every parameter has. https://hl7.org/fhir/R4/search.html#modifiers */
import { badParameter } from '../kernel/fhir-error.ts';
import { anyOf, type Bindings } from './bindings.ts';
import { existsAt } from './json-path.ts';
import type { Parameter } from './parameters.ts';
import type { Filter } from './plan.ts';
import type { FilterOf } from './types/search-type.ts';

/** `parameter` is undefined for what every resource has. Throws `bad-parameter`. */
export function missingFilter(parameter: Parameter | undefined, name: string, value: string): Filter {
  if (value !== 'true' && value !== 'false') {
    throw badParameter(name, {
      en: `'${value}' is neither true nor false: ${name}=true finds what has no value, ${name}=false what has one.`,
      zh: `“${value}”既不是 true 也不是 false:${name}=true 查无值的资源,${name}=false 查有值的资源。`,
    });
  }
  const present: Filter = parameter ? presentFilter(parameter) : { kind: 'all', filters: [] };
  return value === 'true' ? { kind: 'not', filter: present } : present;
}

function presentFilter({ kind, key, paths, parts, isMainDate, isPatient }: Parameter): Filter {
  if (parts.length > 0) return { kind: 'any', filters: parts.map(presentFilter) };
  // A computed value is always there.
  if (!paths) return { kind: 'all', filters: [] };
  const has = (type: string) => paths.some((p) => p.type === type);
  // A Timing need not say when.
  if (isMainDate) return { kind: 'present', column: 'date_end', paths: has('Timing') ? paths : [] };
  if (kind === 'date' && !has('Timing')) return { kind: 'present', table: 'date_range', key };
  if (kind === 'string') {
    const rows: Filter = { kind: 'present', table: 'string', key };
    // A name or an address may have parts that are not searched.
    const structured = paths.filter((p) => /^[A-Z]/.test(p.type));
    return structured.length === 0
      ? rows
      : { kind: 'any', filters: [rows, { kind: 'present', paths: structured }] };
  }
  if ((kind === 'number' || kind === 'quantity') && !has('Range')) {
    return { kind: 'present', table: 'number', key };
  }
  return { kind: 'present', column: isPatient ? 'patient' : undefined, paths };
}

/** A column that is not null, or a row, or a value in the text. */
export function presentWhere(filter: FilterOf<'present'>, r: string, b: Bindings): string {
  if ('table' in filter) {
    return `exists (select 1 from ${filter.table} p where p.hash = ${b.hash(filter.key)} and p.key = ${r}.key)`;
  }
  return anyOf([
    ...(filter.column ? [`${r}.${filter.column} is not null`] : []),
    ...(filter.paths.length > 0 ? [existsAt(filter.paths, r, b)] : []),
  ]);
}
