/**
 * Query parameters -> SearchPlan. What is not understood fails closed, or with `Prefer: handling=lenient` is
 * ignored and said in a warning. https://hl7.org/fhir/R4/search.html
 */
import type { Definitions } from '../definitions/definitions.ts';
import { badParameter, FhirError, tooCostly } from '../kernel/fhir-error.ts';
import { isId, localReference } from '../kernel/ids.ts';
import { type Issue, type Text, warning } from '../kernel/issue.ts';
import { type CursorKind, decodeCursor } from './cursor.ts';
import { unsupportedModifier } from './modifiers.ts';
import type { Parameter, Parameters } from './parameters.ts';
import { dateComparisons } from './parse-date.ts';
import { parseIncludes } from './parse-include.ts';
import { numberComparisons, quantityComparisons } from './parse-number.ts';
import { stringFilter, tokenFilter } from './parse-token.ts';
import type { Filter, SearchPlan, Sort, Summary } from './plan.ts';
import { referenceIdentifierToken, referenceToken, referenceValueToken, uriToken } from './tokens.ts';
import { splitEscaped, unescaped } from './values.ts';

export const DEFAULT_COUNT = 20;
/** A page that still fits a response of a few megabytes. */
export const MAX_COUNT = 1000;
/** Each link of a chain is a join. */
const MAX_CHAIN = 5;
/** Each condition is a subquery: a chain counts once for every type it may lead to. */
const MAX_CONDITIONS = 200;
/** Parameters of one query: planning them takes time even when there is nothing to find. */
const MAX_PARAMETERS = 50;
/** Each value is a binding. */
const MAX_VALUES = 10_000;
/** Each field of a sort may be a join. */
const MAX_SORTS = 5;

export type QueryPairs = readonly (readonly [string, string])[];

/** The pairs as a query string. */
export function queryText(pairs: QueryPairs): string {
  return new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, value])).toString();
}

export interface ParseOptions {
  readonly lenient: boolean;
  readonly base: string;
  /** The instant `ap` is relative to, in milliseconds. */
  readonly now: number;
}

/** Options, and what of the limits is left. */
interface Parsing extends ParseOptions {
  readonly left: { conditions: number; values: number };
}

export interface SearchContext {
  readonly definitions: Definitions;
  readonly parameters: Parameters;
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
  '_format',
  '_pretty',
]);

export function parseSearch(
  context: SearchContext,
  type: string,
  query: QueryPairs,
  options: ParseOptions,
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
  const used: (readonly [string, string])[] = [];
  const shape = new Map<string, string[]>();
  for (const pair of query) {
    const [name, value] = pair;
    // PostgreSQL holds no NUL, and no FHIR value has one.
    if (name.includes('\0') || value.includes('\0')) throw badParameter(name, NUL);
    const bare = name.split(':')[0]!;
    if (SHAPE.has(bare)) {
      const values = shape.get(name);
      if (values) values.push(value);
      else shape.set(name, [value]);
      if (bare !== '_cursor') used.push(pair);
      continue;
    }
    if (value === '') continue; // an empty value filters nothing
    try {
      filters.push(parseFilter(context, type, name, value, parsing));
      used.push(pair);
    } catch (error) {
      if (!options.lenient || !(error instanceof FhirError) || isTooCostly(error)) throw error;
      warnings.push(...error.issues.map((i) => warning(i.code, i.text, { expression: i.expression })));
    }
  }
  const sort = parseSort(context, type, shape.get('_sort')?.join(',') ?? '');
  const cursor = shape.get('_cursor')?.[0];
  const summary = oneOf<Summary>('_summary', shape, ['true', 'text', 'data', 'count', 'false'], 'false');
  return {
    type,
    filters,
    sort,
    count: summary === 'count' ? 0 : parseCount(shape.get('_count')?.[0]),
    after: cursor === undefined ? undefined : decodeCursor(cursor, [...sort.map(cursorKind), 'int']),
    includes: parseIncludes(context, '_include', shape),
    revincludes: parseIncludes(context, '_revinclude', shape),
    summary,
    elements: (shape.get('_elements') ?? []).flatMap((v) => v.split(',')).filter((v) => v !== ''),
    total: oneOf('_total', shape, ['none', 'estimate', 'accurate'], 'none'),
    used,
    warnings,
  };
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

function parseSort(context: SearchContext, type: string, text: string): Sort[] {
  const sorts: Sort[] = [];
  for (const field of text.split(',').filter((f) => f !== '')) {
    const descending = field.startsWith('-');
    const code = descending ? field.slice(1) : field;
    sorts.push({ by: sortBy(context, type, code), descending });
  }
  if (sorts.length > MAX_SORTS) {
    throw badParameter('_sort', {
      en: `_sort may name at most ${MAX_SORTS} fields.`,
      zh: `_sort 最多可指定 ${MAX_SORTS} 个字段。`,
    });
  }
  // Newest first when nothing is asked: the order the indexes have.
  return sorts.length === 0 ? [{ by: 'date', descending: true }] : sorts;
}

function cursorKind({ by }: Sort): CursorKind {
  if (by === 'id') return 'text';
  if (by === 'updated' || by === 'date' || by.kind === 'date_range') return 'int';
  return by.kind === 'number' ? 'float' : 'text';
}

function sortBy(context: SearchContext, type: string, code: string): Sort['by'] {
  if (code === '_id') return 'id';
  if (code === '_lastUpdated') return 'updated';
  const parameter = context.parameters(type).byCode.get(code);
  if (!parameter) throw unknownParameter(context, type, code, '_sort');
  if (parameter.isMainDate) return 'date';
  switch (parameter.kind) {
    case 'string':
      return { kind: 'string', key: parameter.key };
    case 'date':
      return { kind: 'date_range', key: parameter.key };
    case 'number':
    case 'quantity':
      return { kind: 'number', key: parameter.key };
    default:
      throw badParameter(
        '_sort',
        {
          en: `Sorting by '${code}' (${parameter.kind}) is not supported. Sort by _id, _lastUpdated, or a date, string, number or quantity parameter.`,
          zh: `不支持按“${code}”(${parameter.kind})排序。可按 _id、_lastUpdated 或日期、字符串、数字、数量类参数排序。`,
        },
        false,
      );
  }
}

/** The error of a parameter that the type does not have, with the ones it has. */
function unknownParameter(context: SearchContext, type: string, name: string, where = name): FhirError {
  const known = [...context.parameters(type).byCode.keys(), '_id', '_lastUpdated'].sort().join(', ');
  return badParameter(
    where,
    {
      en: `${type} has no search parameter '${name}'. It has: ${known}.`,
      zh: `${type} 没有检索参数“${name}”。可用参数:${known}。`,
    },
    false,
  );
}

/** One `name=value` of a query. */
function parseFilter(
  context: SearchContext,
  type: string,
  name: string,
  value: string,
  options: Parsing,
  links = 0,
): Filter {
  if (links > MAX_CHAIN) {
    throw badParameter(name, {
      en: `A chain may have at most ${MAX_CHAIN} links.`,
      zh: `链式检索最多 ${MAX_CHAIN} 层。`,
    });
  }
  if (options.left.conditions-- <= 0) throw tooMany(name);
  if (name.startsWith('_has:')) return parseHas(context, type, name, value, options, links);
  const dot = name.indexOf('.');
  if (dot > 0) return parseChain(context, type, name, dot, value, options, links);
  options.left.values -= splitEscaped(value, ',').length;
  if (options.left.values < 0) throw tooMany(name);
  const colon = name.indexOf(':');
  const code = colon < 0 ? name : name.slice(0, colon);
  const modifier = colon < 0 ? undefined : name.slice(colon + 1);
  if (code === '_id') return { kind: 'id', ids: idsOf(name, modifier, value) };
  if (code === '_lastUpdated') {
    if (modifier) throw unsupportedModifier(name, []);
    return { kind: 'date', on: 'updated', any: dateComparisons(name, value, options.now) };
  }
  const parameter = context.parameters(type).byCode.get(code);
  if (!parameter) throw unknownParameter(context, type, code);
  switch (parameter.kind) {
    case 'token':
      return tokenFilter(parameter, name, modifier, value);
    case 'string':
      return stringFilter(parameter, name, modifier, value);
    case 'reference':
      return referenceFilter(context, parameter, name, modifier, value, options);
    case 'date':
      if (modifier) throw unsupportedModifier(name, []);
      return {
        kind: 'date',
        on: parameter.isMainDate ? 'main' : { key: parameter.key },
        any: dateComparisons(name, value, options.now),
      };
    case 'number':
      if (modifier) throw unsupportedModifier(name, []);
      return { kind: 'number', any: numberComparisons(parameter.key, name, value) };
    case 'quantity':
      if (modifier) throw unsupportedModifier(name, []);
      return { kind: 'number', any: quantityComparisons(parameter.key, name, value) };
    case 'uri':
      if (modifier) throw unsupportedModifier(name, []);
      return {
        kind: 'token',
        texts: splitEscaped(value, ',').map((v) => uriToken(parameter.key, unescaped(v))),
        negate: false,
        rank: 1,
      };
  }
}

function isTooCostly(error: unknown): boolean {
  return error instanceof FhirError && error.category === 'too-costly';
}

function tooMany(name: string): FhirError {
  return tooCostly(
    {
      en: `The search has more than ${MAX_CONDITIONS} conditions or ${MAX_VALUES} values. Name the type in a chain, as in subject:Patient.name, or search in several steps.`,
      zh: `检索条件超过 ${MAX_CONDITIONS} 个或取值超过 ${MAX_VALUES} 个。请在链式检索中写明类型,例如 subject:Patient.name,或分多次检索。`,
    },
    name,
  );
}

function idsOf(name: string, modifier: string | undefined, value: string): string[] {
  if (modifier) throw unsupportedModifier(name, []);
  return splitEscaped(value, ',').map(unescaped).filter(isId);
}

function referenceFilter(
  context: SearchContext,
  parameter: Parameter,
  name: string,
  modifier: string | undefined,
  value: string,
  options: ParseOptions,
): Filter {
  const texts: string[] = [];
  const patientIds: string[] = [];
  if (modifier === 'identifier') {
    for (const v of splitEscaped(value, ',')) {
      const [system, id] = splitEscaped(v, '|').map(unescaped);
      texts.push(
        id === undefined
          ? referenceValueToken(parameter.key, system!)
          : referenceIdentifierToken(parameter.key, system!, id),
      );
    }
    return { kind: 'token', texts, negate: false, rank: 1 };
  }
  if (modifier !== undefined && !context.definitions.resourceTypes.has(modifier)) {
    throw unsupportedModifier(name, ['identifier', ...parameter.targets]);
  }
  for (const v of splitEscaped(value, ',').map(unescaped)) {
    const local = localReference(modifier && isId(v) ? `${modifier}/${v}` : v, options.base);
    const references = local
      ? [{ type: local.type, id: local.id }]
      : isId(v)
        ? targetsOf(context, parameter).map((type) => ({ type, id: v }))
        : undefined;
    if (!references) {
      texts.push(referenceToken(parameter.key, v));
      continue;
    }
    for (const r of references) {
      if (r.type === 'Patient' && parameter.isPatient) patientIds.push(r.id);
      else texts.push(referenceToken(parameter.key, `${r.type}/${r.id}`));
    }
  }
  return { kind: 'reference', patientIds, texts, rank: 1 };
}

/** The types a reference parameter may point to; a `patient` parameter points to patients only. */
function targetsOf(context: SearchContext, parameter: Parameter): readonly string[] {
  if (parameter.code === 'patient') return ['Patient'];
  return parameter.targets.length > 0 ? parameter.targets : [...context.definitions.resourceTypes];
}

/** `subject:Patient.name=…`, `subject.organization.name=…`. https://hl7.org/fhir/R4/search.html#chaining */
function parseChain(
  context: SearchContext,
  type: string,
  name: string,
  dot: number,
  value: string,
  options: Parsing,
  links: number,
): Filter {
  const [code, qualifier] = name.slice(0, dot).split(':');
  const rest = name.slice(dot + 1);
  const parameter = context.parameters(type).byCode.get(code!);
  if (!parameter) throw unknownParameter(context, type, code!, name);
  if (parameter.kind !== 'reference') {
    throw badParameter(name, {
      en: `'${code}' is a ${parameter.kind} parameter: only references can be chained.`,
      zh: `“${code}”是 ${parameter.kind} 参数,只有引用参数可以链式检索。`,
    });
  }
  const targets = qualifier ? [qualifier] : targetsOf(context, parameter);
  const filters: Filter[] = [];
  let firstError: unknown;
  for (const target of targets) {
    if (!context.definitions.resourceTypes.has(target)) continue;
    try {
      const filter = parseFilter(context, target, rest, value, options, links + 1);
      filters.push({ kind: 'chain', link: parameter, target, filter });
    } catch (error) {
      if (isTooCostly(error)) throw error;
      firstError ??= error;
    }
  }
  if (filters.length === 0) throw firstError ?? unknownParameter(context, type, name);
  return filters.length === 1 ? filters[0]! : { kind: 'any', filters };
}

/** `_has:Observation:patient:code=…`. https://hl7.org/fhir/R4/search.html#has */
function parseHas(
  context: SearchContext,
  type: string,
  name: string,
  value: string,
  options: Parsing,
  links: number,
): Filter {
  const match = /^_has:(\w+):([\w-]+):(.+)$/.exec(name);
  const [, source, code, rest] = match ?? [];
  if (!source || !context.definitions.resourceTypes.has(source)) {
    throw badParameter(name, {
      en: `'${name}' is no reverse chain. Write _has:Type:reference-parameter:parameter, as in _has:Observation:patient:code.`,
      zh: `“${name}”不是反向链。格式为 _has:资源类型:引用参数:参数,例如 _has:Observation:patient:code。`,
    });
  }
  const parameter = context.parameters(source).byCode.get(code!);
  if (!parameter) throw unknownParameter(context, source, code!, name);
  if (parameter.kind !== 'reference' || (parameter.targets.length > 0 && !parameter.targets.includes(type))) {
    throw badParameter(name, {
      en: `${source}.${code} does not refer to ${type}.`,
      zh: `${source}.${code} 不指向 ${type}。`,
    });
  }
  const filter = parseFilter(context, source, rest!, value, options, links + 1);
  return { kind: 'has', source, link: parameter, filter };
}

/** Everything of a type in the compartment of one patient. https://hl7.org/fhir/R4/search.html#2.21.1.2 */
export function compartmentFilter(context: SearchContext, type: string, patientId: string): Filter {
  const filters: Filter[] = [];
  for (const code of context.definitions.compartmentParams(type)) {
    const parameter = context.parameters(type).byCode.get(code);
    if (parameter?.kind !== 'reference') continue;
    filters.push(
      parameter.isPatient
        ? { kind: 'reference', patientIds: [patientId], texts: [], rank: 1 }
        : {
            kind: 'reference',
            patientIds: [],
            texts: [referenceToken(parameter.key, `Patient/${patientId}`)],
            rank: 1,
          },
    );
  }
  return filters.length === 1 ? filters[0]! : { kind: 'any', filters };
}
