/** Value sets as SQL: who is in, and what is in. Tables and columns: migration 0015. */
import { unprocessable } from '../kernel/fhir-error.ts';
import { problem } from '../kernel/issue.ts';
import type { Composed, Part } from './compose.ts';
import { type Filter, filterWhere } from './filters.ts';
import { isGrammar } from './grammar.ts';
import type { Values } from './values.ts';

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
    } else if (part.system && !part.unusable) {
      const conditions = [
        `c.system = ${v.bind(part.system.key, 'bigint')}`,
        `c.code = ${code}`,
        ...part.filters.map((f) => filterWhere(f, v)!),
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
  for (const part of set.exclude) assertTold(part);
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
  if (part.unusable) throw cannotChoose(part.unusable);
  if (!part.system) throw cannotList(part.url, isGrammar(part.url) ? 'grammar' : 'CodeSystem');
  const conditions = [
    `c.system = ${v.bind(part.system.key, 'bigint')}`,
    ...part.filters.map((f) => filterWhere(f, v)!),
    ...nested,
    ...(set.activeOnly ? ['not c.inactive'] : []),
  ];
  return `select ${number}, c.place, ${url} as url, ${version} as version, c.code, c.display, null::text as listed, c.designations, c.inactive, c.abstract, c.parents, c.words
from concept c${where(conditions)}`;
}

function where(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `\nwhere ${conditions.join('\n  and ')}`;
}

/** Throws `unprocessable` for a part of which nobody can tell what it takes away, or leaves. */
function assertTold({ url, system, listed, unknown, unusable, sets }: Part): void {
  if (unusable) throw cannotChoose(unusable);
  if (unknown.length > 0) throw cannotList(unknown[0]!, 'ValueSet');
  if (url !== undefined && !listed && !system && !isGrammar(url)) throw cannotList(url, 'CodeSystem');
  for (const set of sets) for (const part of [...set.include, ...set.exclude]) assertTold(part);
}

function cannotChoose({ property, op, value }: Filter) {
  const filter = `${property} ${op} ${value}`;
  return unprocessable([
    problem(
      'not-supported',
      {
        en: `The filter '${filter}' cannot be used. Operators for codes: =, is-a, descendent-of, is-not-a, generalizes, in, not-in, regex, exists; for properties: =, in, not-in, regex, exists, is-a. A pattern has at most 500 characters and does not refer back to a group; 'exists' is true or false.`,
        zh: `过滤条件“${filter}”无法使用。编码可用的运算符:=、is-a、descendent-of、is-not-a、generalizes、in、not-in、regex、exists;属性可用:=、in、not-in、regex、exists、is-a。正则表达式最长 500 个字符,且不得反向引用;exists 的值为 true 或 false。`,
      },
      { expression: 'ValueSet.compose.include.filter' },
    ),
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
