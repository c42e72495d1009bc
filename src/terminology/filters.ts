/** Filters of value sets as SQL. https://hl7.org/fhir/R4/valueset-filter-operator.html */
import { type Binds, Values } from './values.ts';

export interface Filter {
  readonly property: string;
  readonly op: string;
  readonly value: string;
}

/** A longer pattern is no description of codes any more. */
const MAX_PATTERN = 500;
/** All repetitions of a pattern, one inside another: what it is compiled to grows with them. */
const MAX_REPETITIONS = 1_000;

/** Whether codes can be chosen by it here. */
export function isUsable(filter: Filter): boolean {
  const { property, op, value } = filter;
  if (op === 'regex' && !isPattern(value)) return false;
  const truth = op === 'exists' || (op === '=' && (property === 'inactive' || property === 'notSelectable'));
  if (truth && value !== 'true' && value !== 'false') return false;
  return filterWhere(filter, new Values()) !== undefined;
}

/**
 * PostgreSQL's engine does not backtrack, unless a pattern refers back to a group. Such patterns are not used, nor
 * those that would take for ever to compile.
 */
function isPattern(pattern: string): boolean {
  if (pattern.length > MAX_PATTERN || /\\[1-9]/.test(pattern)) return false;
  const bounds = [...pattern.matchAll(/\{(\d+)(?:,(\d*))?\}/g)].map((m) => Number(m[2] || m[1]) || 1);
  if (bounds.reduce((product, n) => product * n, 1) > MAX_REPETITIONS) return false;
  try {
    return new RegExp(pattern, 'u') !== undefined;
  } catch {
    return false;
  }
}

/** https://hl7.org/fhir/R4/valueset-filter-operator.html, of the concept `c`. Undefined for what is no such filter. */
export function filterWhere({ property, op, value }: Filter, v: Binds): string | undefined {
  const text = () => v.bind(value, 'text');
  const list = () =>
    v.bind(
      value.split(',').map((x) => x.trim()),
      'text[]',
    );
  if (property === 'concept' || property === 'code') {
    switch (op) {
      case 'is-a':
        return `(c.code = ${text()} or c.ancestors @> array[${text()}])`;
      case 'descendent-of':
        return `c.ancestors @> array[${text()}]`;
      case 'is-not-a':
        return `not (c.code = ${text()} or c.ancestors @> array[${text()}])`;
      case 'generalizes':
        return `(c.code = ${text()} or c.code in (select unnest(g.ancestors) from concept g where g.system = c.system and g.code = ${text()}))`;
      case '=':
        return `c.code = ${text()}`;
      case 'in':
        return `c.code = any(${list()})`;
      case 'not-in':
        return `c.code <> all(${list()})`;
      case 'regex':
        return `c.code ~ ${v.bind(wholly(value), 'text')}`;
      case 'exists':
        return value === 'true' ? 'true' : 'false';
    }
    return undefined;
  }
  if (property === 'display') {
    switch (op) {
      case '=':
        return `c.display = ${text()}`;
      case 'in':
        return `c.display = any(${list()})`;
      case 'not-in':
        return `(c.display <> all(${list()})) is not false`;
      case 'regex':
        return `c.display ~ ${v.bind(wholly(value), 'text')}`;
      case 'exists':
        return `(c.display is not null) = ${v.bind(value === 'true', 'boolean')}`;
    }
    return undefined;
  }
  if (property === 'parent' && op === '=') return `${text()} = any(c.parents)`;
  if (property === 'child' && op === '=') {
    return `exists (select 1 from concept d where d.system = c.system and d.code = ${text()} and c.code = any(d.parents))`;
  }
  if (property === 'inactive' && op === '=') return `c.inactive = ${v.bind(value === 'true', 'boolean')}`;
  if (property === 'notSelectable' && op === '=')
    return `c.abstract = ${v.bind(value === 'true', 'boolean')}`;
  const facts = () => `(c.facts -> ${v.bind(property, 'text')})`;
  switch (op) {
    case '=':
      return `coalesce(${facts()} ? ${text()}, false)`;
    case 'in':
      return `coalesce(${facts()} ?| ${list()}, false)`;
    case 'not-in':
      return `not coalesce(${facts()} ?| ${list()}, false)`;
    case 'exists':
      return `(c.facts ? ${v.bind(property, 'text')}) = ${v.bind(value === 'true', 'boolean')}`;
    case 'regex':
      return `exists (select 1 from jsonb_array_elements_text(coalesce(${facts()}, '[]')) p where p ~ ${v.bind(wholly(value), 'text')})`;
    case 'is-a':
      return `exists (select 1 from jsonb_array_elements_text(coalesce(${facts()}, '[]')) p join concept d on d.system = c.system and d.code = p
  where d.code = ${text()} or d.ancestors @> array[${text()}])`;
  }
  return undefined;
}

function wholly(pattern: string): string {
  return `^(?:${pattern})$`;
}
