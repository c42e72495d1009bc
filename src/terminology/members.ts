/** Value sets as SQL: who is in, and what is in. Tables and columns: migration 0015. */
import { unprocessable } from '../kernel/fhir-error.ts';
import { problem } from '../kernel/issue.ts';
import type { Composed, Listed, Part } from './compose.ts';
import { wordsOf } from './concept-rows.ts';
import { type Filter, filterWhere } from './filters.ts';
import { isGrammar } from './grammar.ts';
import type { System } from './systems.ts';
import type { Binds } from './values.ts';

/** A condition: whether the set has the code `code` (an SQL expression) of whatever system. */
export function memberOfAny(set: Composed, code: string, v: Binds): string {
  const urls = v.bind([...urlsOf(set)], 'text[]');
  return `exists (select 1 from unnest(${urls}) s(url) where ${memberWhere(set, 's.url', code, v)})`;
}

function urlsOf({ include }: Composed): Set<string> {
  return new Set(
    include.flatMap(({ url, sets }) => (url === undefined ? sets.flatMap((s) => [...urlsOf(s)]) : [url])),
  );
}

/** A condition: whether the code `code` of the system `url` (SQL expressions) is in the set. */
export function memberWhere(set: Composed, url: string, code: string, v: Binds): string {
  const any = (parts: readonly Part[]) =>
    parts.map((part) => partWhere(part, url, code, v)).join(' or ') || 'false';
  const all = [`(${any(set.include)})`];
  if (set.exclude.length > 0) all.push(`not (${any(set.exclude)})`);
  if (set.activeOnly) all.push(`not ${inactiveWhere(set, url, code, v)}`);
  return all.length === 1 ? all[0]! : `(${all.join(' and ')})`;
}

/** A condition: whether the code is inactive in the system that the set draws on. */
function inactiveWhere(set: Composed, url: string, code: string, v: Binds): string {
  const systems = [...systemsOf(set).values()];
  const urls = v.bind(
    systems.map((s) => s.url),
    'text[]',
  );
  const keys = v.bind(
    systems.map((s) => s.key),
    'bigint[]',
  );
  return `exists (select 1 from unnest(${urls}, ${keys}) i(url, key) join concept d on d.system = i.key and d.code = ${code} where i.url = ${url} and d.inactive)`;
}

function systemsOf({ include }: Composed): Map<string, System> {
  return new Map(
    include.flatMap(({ system, sets }) => [
      ...sets.flatMap((s) => [...systemsOf(s)]),
      ...(system ? [[system.key, system] as const] : []),
    ]),
  );
}

function partWhere(part: Part, url: string, code: string, v: Binds): string {
  const all: string[] = [];
  if (part.url !== undefined) {
    all.push(`${url} = ${v.bind(part.url, 'text')}`);
    if (part.listed) {
      const listed = part.listed.map((l) => l.code);
      all.push(`${code} = any(${v.bind(listed, 'text[]')})`);
    } else if (part.system && !part.unusable) {
      const conditions = [
        `c.system = ${v.bind(part.system.key, 'bigint')}`,
        `c.code = ${code}`,
        ...part.filters.map((f) => filterWhere(f, v)!),
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
export function rowsOf(set: Composed, v: Binds): string {
  const queries = set.include.map((part, i) => partRows(part, i, v));
  if (queries.length === 0) queries.push(nothing());
  const union = queries.join('\nunion all\n');
  if (set.exclude.length === 0 && !set.activeOnly) return union;
  for (const part of set.exclude) assertTold(part);
  const conditions = set.exclude.map((part) => `not ${partWhere(part, 'x.url', 'x.code', v)}`);
  if (set.activeOnly) conditions.push('not x.inactive');
  return `select * from (${union}) x where ${conditions.join(' and ')}`;
}

function nothing(): string {
  return `select 0 as part, 0 as place, ''::text as url, ''::text as version, ''::text as code, ''::text as display, null::text as listed,
  '[]'::jsonb as designations, false as inactive, false as abstract, '{}'::text[] as parents, ''::text as words where false`;
}

function partRows(part: Part, place: number, v: Binds): string {
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
  // Around the rows, not among their conditions: these have names of their own for what they look at.
  const within = (rows: string) => {
    const conditions = part.sets.map((s) => memberWhere(s, 'o.url', 'o.code', v));
    return conditions.length === 0 ? rows : `select * from (${rows}) o${where(conditions)}`;
  };
  if (part.listed) {
    const texts = (of: (l: Listed) => string | null) => v.bind(part.listed!.map(of), 'text[]');
    const words = (l: Listed) => wordsOf([l.code, l.display, ...(l.designation ?? []).map((d) => d.value)]);
    const source = `unnest(${texts((l) => l.code)}, ${texts((l) => l.display ?? null)}, ${texts((l) => JSON.stringify(l.designation ?? []))}, ${texts(words)})
  with ordinality u(code, display, designation, words, place)`;
    return within(`select ${number}, u.place::int, ${url} as url, ${version} as version, u.code, coalesce(u.display, c.display) as display, u.display as listed,
  u.designation::jsonb || coalesce(c.designations, '[]') as designations, coalesce(c.inactive, false) as inactive,
  coalesce(c.abstract, false) as abstract, coalesce(c.parents, '{}') as parents,
  coalesce(c.words, '') || u.words as words
from ${source} left join concept c on c.system = ${v.bind(part.system?.key ?? null, 'bigint')} and c.code = u.code`);
  }
  if (part.unusable) throw cannotChoose(part.unusable);
  if (!part.system) throw cannotList(part.url, isGrammar(part.url) ? 'grammar' : 'CodeSystem');
  const conditions = [
    `c.system = ${v.bind(part.system.key, 'bigint')}`,
    ...part.filters.map((f) => filterWhere(f, v)!),
  ];
  return within(`select ${number}, c.place, ${url} as url, ${version} as version, c.code, c.display, null::text as listed, c.designations, c.inactive, c.abstract, c.parents, c.words
from concept c${where(conditions)}`);
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
