/** Searches as GraphQL asks for them, and what they answer. https://hl7.org/fhir/R4/graphql.html#searching */
import type { GraphQLResolveInfo } from 'graphql';
import type { Engine, FhirResource } from '../interactions/engine.ts';
import { badParameter, tooCostly } from '../kernel/fhir-error.ts';
import type { Parameter } from '../search/parameters.ts';
import { MAX_COUNT, type QueryPairs } from '../search/parse.ts';
import { type Cursor, decodeConnection, encodeConnection } from './cursor.ts';
import { narrowed } from './elements.ts';
import { type GraphRequest, resourceOf, search } from './request.ts';

export type Arguments = Readonly<Record<string, unknown>>;

/** Parameters that the engine answers by itself, and what shapes an answer. */
export const ENGINE_ARGUMENTS: Readonly<Record<string, string>> = {
  _id: 'token',
  _lastUpdated: 'date',
  _sort: 'string',
  _count: 'number',
};

export function argumentName(code: string): string {
  return code.replaceAll('-', '_');
}

/** The reference parameters of `source` that may point to `target`. */
export function referencesTo(engine: Engine, source: string, target: string): Parameter[] {
  return [...engine.parameters(source).byCode.values()].filter(
    (p) => p.kind === 'reference' && (p.targets.length === 0 || p.targets.includes(target)),
  );
}

/** The condition that `_reference` makes of the resource around: none at the root. */
export function reverseQuery(
  engine: Engine,
  type: string,
  target: string | undefined,
  source: unknown,
  { _reference }: Arguments,
): QueryPairs {
  if (target === undefined) return [];
  const links = referencesTo(engine, type, target);
  const found = links.find((l) => l.code === _reference || argumentName(l.code) === _reference);
  if (found) return [[found.code, `${target}/${(source as FhirResource).id}`]];
  const codes = links.map((l) => l.code).join(', ');
  throw badParameter('_reference', {
    en: `'${String(_reference)}' is no parameter by which ${type} refers to ${target}. There are: ${codes}.`,
    zh: `“${String(_reference)}”不是 ${type} 指向 ${target} 的检索参数。可用:${codes}。`,
  });
}

/** The arguments as a query. */
function queryOf(engine: Engine, type: string, given: Arguments): QueryPairs {
  const codes = new Map(
    [...engine.parameters(type).byCode.keys(), ...Object.keys(ENGINE_ARGUMENTS)].map((c) => [
      argumentName(c),
      c,
    ]),
  );
  return Object.entries(given).flatMap(([name, value]): [string, string][] => {
    const code = codes.get(name);
    if (code === undefined || value === undefined || value === null) return [];
    // A variable may bring one value where a list is taken.
    return [[code, (Array.isArray(value) ? value : [value]).map(String).join(',')]];
  });
}

/** Everything that matches, or an error: a list that was cut would look complete. */
export async function list(
  engine: Engine,
  type: string,
  reverse: QueryPairs,
  given: Arguments,
  request: GraphRequest,
  info: GraphQLResolveInfo,
): Promise<readonly FhirResource[]> {
  const query = queryOf(engine, type, given);
  const hasCount = query.some(([name]) => name === '_count');
  const whole: QueryPairs = hasCount ? [] : [['_count', String(MAX_COUNT)]];
  const result = await search(request, type, [...reverse, ...query, ...whole]);
  if (!hasCount && result.next !== undefined) {
    throw tooCostly(
      {
        en: `More than ${MAX_COUNT} ${type} resources match. Narrow the search, name _count, or page with ${type}Connection.`,
        zh: `匹配的 ${type} 资源超过 ${MAX_COUNT} 个。请缩小检索范围、指定 _count,或用 ${type}Connection 分页。`,
      },
      `${type}List`,
    );
  }
  const resources = result.matches.map((m) => resourceOf(request, m.content!));
  return narrowed(resources, type, { fhirpath: given.fhirpath as string | undefined }, request, info);
}

/** One page of a search, and the cursors of others. */
export async function connection(
  engine: Engine,
  type: string,
  reverse: QueryPairs,
  given: Arguments,
  request: GraphRequest,
  info: GraphQLResolveInfo,
): Promise<object> {
  const { _cursor, fhirpath, ...others } = given as Arguments & { _cursor?: string; fhirpath?: string };
  const asked = [...reverse, ...queryOf(engine, type, others)];
  const { query, place }: Cursor = _cursor
    ? decodeConnection(_cursor, type, asked.length > 0 || Boolean(fhirpath))
    : { query: fhirpath ? [...asked, ['fhirpath', fhirpath]] : asked };
  const path = query.find(([name]) => name === 'fhirpath')?.[1];
  const searched = query.filter(([name]) => name !== 'fhirpath');
  const result = await search(request, type, [
    ...searched,
    ...(place === undefined ? [] : [['_cursor', place] as const]),
  ]);
  const resources = result.matches.map((m) => resourceOf(request, m.content!));
  const kept = narrowed(resources, type, { fhirpath: path }, request, info);
  const count = async () =>
    result.total ?? (await search(request, type, [...searched, ['_summary', 'count']])).total;
  return {
    count,
    offset: place === undefined ? 0 : null,
    pagesize: result.plan.count,
    edges: kept.map((resource) => ({ mode: 'match', score: null, resource })),
    first: encodeConnection(type, { query }),
    previous: null,
    next: result.next === undefined ? null : encodeConnection(type, { query, place: result.next }),
    last: null,
  };
}
