/** Value sets as SQL: who is in, and what is in. Tables and columns: migration 0015. */
import { unprocessable } from '../kernel/fhir-error.ts';
import { problem } from '../kernel/issue.ts';
import type { Composed, Filter, Part } from './compose.ts';
import { isGrammar } from './grammar.ts';

/** Values of a statement under construction. */
export class Values {
  readonly list: unknown[] = [];

  bind(value: unknown, type: string): string {
    this.list.push(value);
    return `$${this.list.length}::${type}`;
  }
}

/**
 * A condition: whether the code `code` of the system `url` (SQL expressions) is in the set. `url` undefined: of
 * whatever system the set has.
 */
export function memberWhere(set: Composed, url: string | undefined, code: string, v: Values): string {
  const any = (parts: readonly Part[], activeOnly: boolean) =>
    parts.map((part) => partWhere(part, url, code, activeOnly, v)).join(' or ') || 'false';
  const included = `(${any(set.include, set.activeOnly)})`;
  return set.exclude.length === 0 ? included : `(${included} and not (${any(set.exclude, false)}))`;
}

function partWhere(
  part: Part,
  url: string | undefined,
  code: string,
  activeOnly: boolean,
  v: Values,
): string {
  const all: string[] = [];
  if (part.url !== undefined) {
    if (url !== undefined) all.push(`${url} = ${v.bind(part.url, 'text')}`);
    if (part.listed) {
      all.push(
        `${code} = any(${v.bind(
          part.listed.map((l) => l.code),
          'text[]',
        )})`,
      );
      if (activeOnly && part.system) {
        all.push(
          `not exists (select 1 from concept c where c.system = ${v.bind(part.system.key, 'bigint')} and c.code = ${code} and c.inactive)`,
        );
      }
    } else if (part.system) {
      const conditions = [
        `c.system = ${v.bind(part.system.key, 'bigint')}`,
        `c.code = ${code}`,
        ...part.filters.map((f) => filterWhere(f, v)),
        ...(activeOnly ? ['not c.inactive'] : []),
      ];
      all.push(`exists (select 1 from concept c where ${conditions.join(' and ')})`);
    } else all.push('false');
  }
  for (const nested of part.sets) all.push(memberWhere(nested, url, code, v));
  if (part.unknown.length > 0 || all.length === 0) all.push('false');
  return `(${all.join(' and ')})`;
}

/** Columns of `rowsOf`. */
export const COLUMNS =
  'part, place, url, version, code, display, listed, designations, inactive, abstract, parents, words';

/**
 * A query of everything in the set; what several includes have comes several times. Throws `unprocessable` when
 * it cannot be listed.
 */
export function rowsOf(set: Composed, v: Values): string {
  const queries = set.include.map((part, i) => partRows(set, part, i, v));
  if (queries.length === 0) queries.push(nothing());
  const union = queries.join('\nunion all\n');
  if (set.exclude.length === 0) return union;
  const excluded = set.exclude.map((part) => partWhere(part, 'x.url', 'x.code', false, v)).join(' or ');
  return `select * from (${union}) x where not (${excluded})`;
}

function nothing(): string {
  return `select 0 as part, 0 as place, ''::text as url, ''::text as version, ''::text as code, ''::text as display, null::text as listed,
  '[]'::jsonb as designations, false as inactive, false as abstract, '{}'::text[] as parents, ''::text as words where false`;
}

function partRows(set: Composed, part: Part, place: number, v: Values): string {
  if (part.unknown.length > 0) throw cannotList(part.unknown[0]!, 'ValueSet');
  const number = `${place} as part`;
  if (part.url === undefined) {
    const [first, ...others] = part.sets;
    if (!first) return nothing();
    const conditions = others.map((s) => memberWhere(s, 'n.url', 'n.code', v));
    return `select ${number}, n.part * 1000000 + n.place as place, ${COLUMNS.replace('part, place, ', '')
      .split(', ')
      .map((c) => `n.${c}`)
      .join(
        ', ',
      )} from (${rowsOf(first, v)}) n${conditions.length > 0 ? ` where ${conditions.join(' and ')}` : ''}`;
  }
  const url = v.bind(part.url, 'text');
  const version = v.bind(part.version ?? part.system?.version ?? null, 'text');
  const nested = part.sets.map((s) => memberWhere(s, url, part.listed ? 'u.code' : 'c.code', v));
  if (part.listed) {
    const texts = (of: (l: NonNullable<Part['listed']>[number]) => string | null) =>
      v.bind(part.listed!.map(of), 'text[]');
    const source = `unnest(${texts((l) => l.code)}, ${texts((l) => l.display ?? null)}, ${texts((l) => JSON.stringify(l.designation ?? []))})
  with ordinality u(code, display, designation, place)`;
    const conditions = [...nested, ...(set.activeOnly ? ['not coalesce(c.inactive, false)'] : [])];
    return `select ${number}, u.place::int, ${url} as url, ${version} as version, u.code, coalesce(u.display, c.display) as display, u.display as listed,
  u.designation::jsonb || coalesce(c.designations, '[]') as designations, coalesce(c.inactive, false) as inactive,
  coalesce(c.abstract, false) as abstract, coalesce(c.parents, '{}') as parents,
  coalesce(c.words, '') || ' ' || u.code || ' ' || fold(coalesce(u.display, '')) as words
from ${source} left join concept c on c.system = ${v.bind(part.system?.key ?? null, 'bigint')} and c.code = u.code${where(conditions)}`;
  }
  if (!part.system) throw cannotList(part.url, isGrammar(part.url) ? 'grammar' : 'CodeSystem');
  const conditions = [
    `c.system = ${v.bind(part.system.key, 'bigint')}`,
    ...part.filters.map((f) => filterWhere(f, v)),
    ...nested,
    ...(set.activeOnly ? ['not c.inactive'] : []),
  ];
  return `select ${number}, c.place, ${url} as url, ${version} as version, c.code, c.display, null::text as listed, c.designations, c.inactive, c.abstract, c.parents, c.words
from concept c${where(conditions)}`;
}

function where(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `\nwhere ${conditions.join('\n  and ')}`;
}

/** https://hl7.org/fhir/R4/valueset-filter-operator.html, of the concept `c`. Throws `unprocessable` for others. */
function filterWhere({ property, op, value }: Filter, v: Values): string {
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
    throw unknownFilter(property, op);
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
        return `(c.display is not null) = ${truth(value, property, v)}`;
    }
    throw unknownFilter(property, op);
  }
  if (property === 'parent' && op === '=') return `${text()} = any(c.parents)`;
  if (property === 'child' && op === '=') {
    return `exists (select 1 from concept d where d.system = c.system and d.code = ${text()} and c.code = any(d.parents))`;
  }
  if (property === 'inactive' && op === '=') return `c.inactive = ${truth(value, property, v)}`;
  if (property === 'notSelectable' && op === '=') return `c.abstract = ${truth(value, property, v)}`;
  const facts = `(c.facts -> ${v.bind(property, 'text')})`;
  switch (op) {
    case '=':
      return `coalesce(${facts} ? ${text()}, false)`;
    case 'in':
      return `coalesce(${facts} ?| ${list()}, false)`;
    case 'not-in':
      return `not coalesce(${facts} ?| ${list()}, false)`;
    case 'exists':
      return `(c.facts ? ${v.bind(property, 'text')}) = ${truth(value, property, v)}`;
    case 'regex':
      return `exists (select 1 from jsonb_array_elements_text(coalesce(${facts}, '[]')) p where p ~ ${v.bind(wholly(value), 'text')})`;
    case 'is-a':
      return `exists (select 1 from jsonb_array_elements_text(coalesce(${facts}, '[]')) p join concept d on d.system = c.system and d.code = p
  where d.code = ${text()} or d.ancestors @> array[${text()}])`;
  }
  throw unknownFilter(property, op);
}

function truth(value: string, property: string, v: Values): string {
  if (value === 'true' || value === 'false') return v.bind(value, 'boolean');
  throw unprocessable([
    problem('value', {
      en: `The value of the filter on '${property}' must be true or false, not '${value}'.`,
      zh: `“${property}”的过滤值必须为 true 或 false,而不是“${value}”。`,
    }),
  ]);
}

function wholly(pattern: string): string {
  return `^(?:${pattern})$`;
}

function unknownFilter(property: string, op: string) {
  return unprocessable([
    problem('not-supported', {
      en: `The filter '${property} ${op}' is not supported. Operators for codes: =, is-a, descendent-of, is-not-a, generalizes, in, not-in, regex, exists; for properties: =, in, not-in, regex, exists, is-a.`,
      zh: `不支持过滤条件“${property} ${op}”。编码可用的运算符:=、is-a、descendent-of、is-not-a、generalizes、in、not-in、regex、exists;属性可用:=、in、not-in、regex、exists、is-a。`,
    }),
  ]);
}

/** What keeps a value set from being listed. */
function cannotList(canonical: string, what: 'CodeSystem' | 'ValueSet' | 'grammar') {
  const text =
    what === 'grammar'
      ? {
          en: `The codes of ${canonical} follow a grammar and cannot be listed. $validate-code answers for a single code.`,
          zh: `${canonical} 的编码由语法规则构成,无法列出。可用 $validate-code 校验单个编码。`,
        }
      : {
          en: `The ${what} ${canonical} is not known here, so this cannot be listed. Load it, or store it as a resource.`,
          zh: `此处没有 ${what} ${canonical},无法展开。请先加载,或将其作为资源保存。`,
        };
  return unprocessable([problem('not-found', text)]);
}
