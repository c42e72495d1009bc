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

function presentFilter({ kind, key, paths, isMainDate, isPatient }: Parameter): Filter {
  // A computed value is always there.
  if (!paths) return { kind: 'all', filters: [] };
  if (isMainDate) return { kind: 'present', by: 'main-date' };
  const has = (type: string) => paths.some((p) => p.type === type);
  if (kind === 'string') return { kind: 'present', by: 'rows', table: 'string', key };
  if ((kind === 'number' || kind === 'quantity') && !has('Range')) {
    return { kind: 'present', by: 'rows', table: 'number', key };
  }
  // A Timing need not say when.
  if (kind === 'date' && !has('Timing')) return { kind: 'present', by: 'rows', table: 'date_range', key };
  return { kind: 'present', by: 'json', paths, patientTells: isPatient };
}

export function presentWhere(filter: FilterOf<'present'>, r: string, b: Bindings): string {
  switch (filter.by) {
    case 'main-date':
      return `${r}.date_end is not null`;
    case 'rows':
      return `exists (select 1 from ${filter.table} s where s.hash = ${b.hash(filter.key)} and s.key = ${r}.key)`;
    case 'json':
      // A patient says that there is a reference; without one it may still be to something else.
      return anyOf([
        ...(filter.patientTells ? [`${r}.patient is not null`] : []),
        existsAt(filter.paths, r, b),
      ]);
  }
}
