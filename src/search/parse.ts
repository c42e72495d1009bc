/**
 * Query parameters -> SearchPlan. What is not understood fails closed, or with `Prefer: handling=lenient` is
 * ignored and said in a warning. https://hl7.org/fhir/R4/search.html
 */
import { badParameter, FhirError, tooCostly } from '../kernel/fhir-error.ts';
import { isId } from '../kernel/ids.ts';
import { type Issue, type Text, warning } from '../kernel/issue.ts';
import { parseChain, parseHas } from './chain.ts';
import {
  type Condition,
  isTooCostly,
  MAX_CONDITIONS,
  MAX_VALUES,
  type ParseOptions,
  type SearchContext,
  tooMany,
  unknownParameter,
  unsupportedModifier,
} from './condition.ts';
import { decodeCursor } from './cursor.ts';
import { assertDeclared, assertOnce } from './declared.ts';
import { storedIdentifiers } from './identifiers.ts';
import { missingFilter } from './missing.ts';
import { workOrder } from './open-work.ts';
import type { Parameter } from './parameters.ts';
import { parseIncludes } from './parse-include.ts';
import type { Filter, SearchPlan, Sort, Summary } from './plan.ts';
import { cursorKinds, parseSort } from './sort.ts';
import { specialParameters } from './special.ts';
import { searchTypes } from './types/all.ts';
import { dateComparisons } from './types/date.ts';
import type { Asked } from './types/search-type.ts';
import { splitEscaped, unescaped } from './values.ts';

export const DEFAULT_COUNT = 20;
/** A page that still fits a response of a few megabytes. */
export const MAX_COUNT = 1000;
/** Each link of a chain is a join. */
const MAX_CHAIN = 5;
/** Parameters of one query: planning them takes time even when there is nothing to find. */
const MAX_PARAMETERS = 50;

export type QueryPairs = readonly (readonly [string, string])[];

/** The pairs as a query string. */
export function queryText(pairs: QueryPairs): string {
  return new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, value])).toString();
}

export interface SearchOptions extends ParseOptions {
  /** The order when none is asked for; the main date when it is not said. */
  readonly order?: readonly Sort[];
}

/** Newest first: the order the indexes have. */
const NEWEST_FIRST: readonly Sort[] = [{ by: 'date', descending: true }];

/** Options, and what of the limits is left. */
interface Parsing extends ParseOptions {
  readonly left: { conditions: number; values: number };
}

const NUL: Text = { en: 'The query contains a NUL character.', zh: '查询中含有 NUL 字符。' };

/** Parameters that shape the answer, not the matches, or that the HTTP layer has read already. */
const SHAPE = new Set([
  '_count',
  '_sort',
  '_include',
  '_revinclude',
  '_summary',
  '_elements',
  '_total',
  '_cursor',
  '_linked',
  '_format',
  '_pretty',
]);

/** Those of SHAPE that have modifiers, which they read themselves. */
const INCLUDES = new Set(['_include', '_revinclude']);

export function parseSearch(
  context: SearchContext,
  type: string,
  query: QueryPairs,
  options: SearchOptions,
): SearchPlan {
  const parsing: Parsing = { ...options, left: { conditions: MAX_CONDITIONS, values: MAX_VALUES } };
  if (query.length > MAX_PARAMETERS) {
    throw tooCostly({
      en: `A search may have at most ${MAX_PARAMETERS} parameters, not ${query.length}. Put alternatives into one, separated by commas.`,
      zh: `一次检索最多 ${MAX_PARAMETERS} 个参数,而不是 ${query.length} 个。可将多个取值以逗号合并。`,
    });
  }
  const filters: Filter[] = [];
  const warnings: Issue[] = [];
  let used: (readonly [string, string])[] = [];
  /** Undefined, and a warning, for what lenient handling ignores. */
  const leniently = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!options.lenient || !(error instanceof FhirError) || isTooCostly(error)) throw error;
      warnings.push(...error.issues.map((i) => warning(i.code, i.text, { expression: i.expression })));
      return undefined;
    }
  };
  const shape = new Map<string, string[]>();
  const seen = new Set<Parameter>();
  for (const pair of query) {
    const [name, value] = pair;
    // PostgreSQL holds no NUL, and no FHIR value has one.
    if (name.includes('\0') || value.includes('\0')) throw badParameter(name, NUL);
    const bare = name.split(':')[0]!;
    if (SHAPE.has(bare)) {
      if (name !== bare && !INCLUDES.has(bare)) {
        leniently(() => {
          throw unsupportedModifier(name, []);
        });
        continue;
      }
      const values = shape.get(name);
      if (values) values.push(value);
      else shape.set(name, [value]);
      if (bare !== '_cursor') used.push(pair);
      continue;
    }
    if (value === '') continue; // an empty value filters nothing
    const filter = leniently(() => {
      assertOnce(context.parameters(type).byCode.get(bare), name, seen);
      return parseCondition(context, parsing, { type, name, value, links: 0 });
    });
    if (filter === undefined) continue;
    // What holds of every resource narrows nothing: conditional interactions must know.
    if (filter.kind !== 'all' || filter.filters.length > 0) filters.push(filter);
    used.push(pair);
  }
  /** A parameter that shapes the answer: left out of what was used when it is ignored. */
  const shaped = <T>(name: string, read: () => readonly T[]): readonly T[] => {
    const found = leniently(read);
    if (found === undefined) used = used.filter(([n]) => n.split(':')[0] !== name);
    return found ?? [];
  };
  const summary = oneOf<Summary>('_summary', shape, ['true', 'text', 'data', 'count', 'false'], 'false');
  const sorts = shaped('_sort', () => parseSort(context, type, shape.get('_sort')?.join(',') ?? ''));
  const sort = sorts.length > 0 ? sorts : (options.order ?? workOrder(type, filters) ?? NEWEST_FIRST);
  const include = (name: '_include' | '_revinclude') =>
    shaped(name, () => parseIncludes(context, name, shape, summary));
  const count = parseCount(shape.get('_count')?.[0]);
  return {
    type,
    filters,
    sort,
    count: summary === 'count' ? 0 : count,
    ...placeOf(shape.get('_cursor')?.[0], sort),
    includes: include('_include'),
    revincludes: include('_revinclude'),
    summary,
    elements: (shape.get('_elements') ?? []).flatMap((v) => v.split(',')).filter((v) => v !== ''),
    linked: oneOf('_linked', shape, ['true', 'false'], 'true') === 'true',
    total: oneOf('_total', shape, ['none', 'estimate', 'accurate'], 'none'),
    used: used.map(([name, value]) => [name, name === '_count' ? String(count) : value]),
    warnings,
  };
}

/** Where the page is: after a cursor, or before one that has a `-`; a `.` lets the page have what stands there. */
function placeOf(
  cursor: string | undefined,
  sort: readonly Sort[],
): Pick<SearchPlan, 'after' | 'before' | 'inclusive' | 'cursor'> {
  if (cursor === undefined || cursor === '') return {};
  const [, minus, dot, text] = /^(-?)(\.?)(.*)$/s.exec(cursor)!;
  const place = decodeCursor(text!, cursorKinds(sort));
  return { cursor, inclusive: dot !== '', ...(minus === '' ? { after: place } : { before: place }) };
}

function oneOf<T extends string>(
  name: string,
  shape: ReadonlyMap<string, string[]>,
  allowed: readonly T[],
  otherwise: T,
): T {
  const value = shape.get(name)?.[0];
  if (value === undefined) return otherwise;
  if ((allowed as readonly string[]).includes(value)) return value as T;
  throw badParameter(name, {
    en: `${name}=${value} is not allowed. Use one of: ${allowed.join(', ')}.`,
    zh: `${name}=${value} 无效。可用值:${allowed.join('、')}。`,
  });
}

function parseCount(text: string | undefined): number {
  if (text === undefined) return DEFAULT_COUNT;
  if (!/^\d{1,9}$/.test(text)) {
    throw badParameter('_count', {
      en: `_count=${text} is not a whole number from 0 to ${MAX_COUNT}.`,
      zh: `_count=${text} 不是 0 到 ${MAX_COUNT} 之间的整数。`,
    });
  }
  return Math.min(Number(text), MAX_COUNT);
}

/** Counts a condition. Throws when there are too many, or too many links before it. */
function enter({ left }: Parsing, { name, links }: Condition): void {
  if (links > MAX_CHAIN) {
    throw badParameter(name, {
      en: `A chain may have at most ${MAX_CHAIN} links.`,
      zh: `链式检索最多 ${MAX_CHAIN} 层。`,
    });
  }
  if (left.conditions-- <= 0) throw tooMany(name);
}

/** One `name=value` of a query, or of what stands behind a link. */
function parseCondition(context: SearchContext, options: Parsing, condition: Condition): Filter {
  const { type, name, value } = condition;
  enter(options, condition);
  const behind = (next: Condition) => parseCondition(context, options, next);
  if (name.startsWith('_has:')) return parseHas(context, condition, behind);
  if (name.indexOf('.') > 0) return parseChain(context, condition, behind);
  options.left.values -= splitEscaped(value, ',').length;
  if (options.left.values < 0) throw tooMany(name);
  const colon = name.indexOf(':');
  const code = colon < 0 ? name : name.slice(0, colon);
  const modifier = colon < 0 ? undefined : name.slice(colon + 1);
  const special = specialParameters.get(code);
  if (special) {
    if (modifier) throw unsupportedModifier(name, []);
    return special({ context, options, condition, behind, enter: (next) => enter(options, next) });
  }
  if (modifier === 'missing' && (code === '_id' || code === '_lastUpdated')) {
    return missingFilter(undefined, name, value);
  }
  if (code === '_id') return idFilter(name, modifier, value);
  if (code === '_lastUpdated') {
    if (modifier) throw unsupportedModifier(name, ['missing']);
    return { kind: 'date', on: 'updated', any: dateComparisons(name, value, options.now) };
  }
  const parameter = context.parameters(type).byCode.get(code);
  if (!parameter) throw unknownParameter(context, type, code);
  assertDeclared(parameter, name, modifier, value);
  if (modifier === 'missing') return missingFilter(parameter, name, value);
  const { identifierSystems } = context.definitions;
  const stored = storedIdentifiers(identifierSystems, parameter, modifier, value);
  return parameterFilter({ context, options, parameter, name, modifier, value: stored });
}

/** What its parts find is what a parameter without rows of its own finds. */
function parameterFilter(asked: Asked): Filter {
  const { parts, kind } = asked.parameter;
  if (parts.length === 0) return searchTypes[kind].parse(asked);
  const negated = asked.modifier === 'not' || asked.modifier === 'not-in';
  const modifier = negated ? (asked.modifier === 'not' ? undefined : 'in') : asked.modifier;
  const filters = parts.map((parameter) => searchTypes[kind].parse({ ...asked, parameter, modifier }));
  const any: Filter = { kind: 'any', filters };
  return negated ? { kind: 'not', filter: any } : any;
}

function idFilter(name: string, modifier: string | undefined, value: string): Filter {
  if (modifier !== undefined && modifier !== 'not') throw unsupportedModifier(name, ['missing', 'not']);
  const filter: Filter = { kind: 'id', ids: splitEscaped(value, ',').map(unescaped).filter(isId) };
  return modifier === 'not' ? { kind: 'not', filter } : filter;
}
