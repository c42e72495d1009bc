/** Asks the server and the oracle the same, and says where they differ. */
import type { Answer, TestApp } from '../support/app.ts';
import { keyOf, type Oracle } from './evaluate.ts';
import { type Json, parametersOf } from './parameters.ts';
import { addressOf, type Query } from './queries.ts';
import type { World } from './world.ts';

export interface Difference {
  readonly kind: 'status' | 'missing' | 'unexpected' | 'repeated' | 'order' | 'pages' | 'total' | 'include';
  readonly detail: string;
}

/** More or less: an answer may hold more than what must be in it. */
const MOST_PAGES = 8;

export async function differences(app: TestApp, { oracle }: World, query: Query): Promise<Difference[]> {
  const expected = oracle.search(query.type, query.criteria);
  const must = [...expected].filter(([, truth]) => truth === true).map(([key]) => key);
  const possible = [...expected].filter(([, truth]) => truth !== false).map(([key]) => key);
  const differs = (kind: Difference['kind'], detail: string): Difference[] => [{ kind, detail }];
  const rightTotal = (total: unknown) =>
    typeof total === 'number' && total >= must.length && total <= possible.length
      ? []
      : differs(
          'total',
          `expected ${must.length}${possible.length > must.length ? `–${possible.length}` : ''}, got ${total}`,
        );

  // Pages of one are for short answers, or a run would take for ever.
  const count = query.count && Math.max(query.count, Math.ceil(must.length / MOST_PAGES));
  const first = await ask(app, { ...query, count });
  if (first.status !== 200) return differs('status', `${first.status} ${first.text.slice(0, 600)}`);
  if (query.summary) return rightTotal(first.body.total);

  const found: string[] = [];
  const problems: Difference[] = [];
  let answer = first;
  for (let page = 1; ; page++) {
    const matches = keysOf(answer, 'match');
    if (count !== undefined && matches.length > count) {
      problems.push({ kind: 'pages', detail: `page ${page} has ${matches.length} matches` });
    }
    problems.push(...includeProblems(oracle, query, matches, answer));
    if (query.total) problems.push(...rightTotal(answer.body.total));
    found.push(...matches);
    const next = answer.body.link?.find((l: { relation: string }) => l.relation === 'next')?.url as
      | string
      | undefined;
    if (next === undefined) break;
    if (page > 50 * MOST_PAGES) return differs('pages', 'pages without end');
    answer = await app.call('GET', next.replace(/^.*?\/fhir/, ''));
    if (answer.status !== 200)
      return differs('status', `page ${page + 1}: ${answer.status} ${answer.text.slice(0, 600)}`);
  }
  const seen = new Set(found);
  const missing = must.filter((key) => !seen.has(key));
  const unexpected = [...seen].filter((key) => !possible.includes(key));
  if (missing.length > 0) problems.push({ kind: 'missing', detail: missing.join(' ') });
  if (unexpected.length > 0) problems.push({ kind: 'unexpected', detail: unexpected.join(' ') });
  if (seen.size < found.length) {
    problems.push({ kind: 'repeated', detail: found.filter((key, i) => found.indexOf(key) !== i).join(' ') });
  }
  problems.push(...orderProblems(oracle, query, found));
  return problems;
}

async function ask(app: TestApp, query: Query): Promise<Answer> {
  // The random links between its patients make no person of several records.
  const address = [addressOf(query), '_linked=false'].filter((part) => part !== '').join('&');
  if (!query.post) return app.call('GET', `${query.type}?${address}`);
  return app.call('POST', `${query.type}/_search`, address, {
    'content-type': 'application/x-www-form-urlencoded',
  });
}

function keysOf(answer: Answer, mode: 'match' | 'include'): string[] {
  return (answer.body.entry ?? [])
    .filter((entry: { search: { mode: string } }) => entry.search.mode === mode)
    .map((entry: { resource: unknown }) => keyOf(entry.resource));
}

function includeProblems(oracle: Oracle, query: Query, matches: string[], answer: Answer): Difference[] {
  const got = keysOf(answer, 'include');
  const answered = (answer.body.entry ?? []).map(({ resource }: { resource: Json }) => resource);
  const { must, maybe } = oracle.included(matches, query.includes, answered);
  const missing = [...must].filter((key) => !got.includes(key));
  const unexpected = got.filter((key) => !must.has(key) && !maybe.has(key));
  // A reference to a version may bring it beside the current one.
  const versions = (answer.body.entry ?? []).map(
    ({ resource }: { resource: { meta: { versionId: string } } }) =>
      `${keyOf(resource)}/_history/${resource.meta.versionId}`,
  );
  const repeated = versions.filter((key: string, i: number) => versions.indexOf(key) !== i);
  return [
    ...(missing.length > 0 ? [{ kind: 'include', detail: `missing ${missing.join(' ')}` } as const] : []),
    ...(unexpected.length > 0
      ? [{ kind: 'include', detail: `unexpected ${unexpected.join(' ')}` } as const]
      : []),
    ...(repeated.length > 0 ? [{ kind: 'include', detail: `repeated ${repeated.join(' ')}` } as const] : []),
  ];
}

function orderProblems(oracle: Oracle, query: Query, found: readonly string[]): Difference[] {
  if (query.sort.length === 0) return [];
  const resources = found.map((key) => oracle.get(key)).filter((resource) => resource !== undefined);
  const keys = resources.map((resource) => oracle.sortKeys(resource, query.sort));
  for (const [i, earlier] of resources.entries()) {
    for (const [j, later] of resources.entries()) {
      if (j <= i) continue;
      const { sign, field } = oracle.order(keys[i]!, keys[j]!, query.sort);
      if (sign <= 0) continue;
      const of = (resource: Json) =>
        `${keyOf(resource)} ${query.sort
          .slice(0, query.sort.indexOf(field) + 1)
          .map((f) => f.replace(/^-/, ''))
          .map((code) => `${code}=${JSON.stringify(parametersOf(query.type)[code]!.elements(resource))}`)
          .join(' ')}`;
      return [{ kind: 'order', detail: `${of(later)} must come before ${of(earlier)} by ${field}` }];
    }
  }
  return [];
}

/** Takes parts of the query away while it still differs. */
export async function shrink(app: TestApp, world: World, query: Query): Promise<Query> {
  for (const smaller of smallerThan(query)) {
    if ((await differences(app, world, smaller)).length > 0) return shrink(app, world, smaller);
  }
  return query;
}

function smallerThan(query: Query): Query[] {
  const without = <T>(values: readonly T[], i: number) => values.filter((_, j) => j !== i);
  return [
    ...(query.post ? [{ ...query, post: false }] : []),
    ...(query.summary ? [{ ...query, summary: false }] : []),
    ...(query.total ? [{ ...query, total: false }] : []),
    ...(query.count !== undefined ? [{ ...query, count: undefined }] : []),
    ...query.includes.map((_, i) => ({ ...query, includes: without(query.includes, i) })),
    ...query.sort.map((_, i) => ({ ...query, sort: without(query.sort, i) })),
    ...query.criteria.map((_, i) => ({ ...query, criteria: without(query.criteria, i) })),
    ...query.criteria.flatMap(([name, value], i) => {
      const values = value.split(/(?<!\\),/);
      if (values.length < 2) return [];
      return values.map((_, j) => ({
        ...query,
        criteria: query.criteria.map((c, k) =>
          k === i ? ([name, without(values, j).join(',')] as const) : c,
        ),
      }));
    }),
  ];
}
