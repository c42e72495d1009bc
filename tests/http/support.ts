/** What the tests of the FHIR endpoint share. */
import { expect } from 'vitest';
import type { Answer, TestApp } from '../support/app.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests build and look into resources of every shape
export type Json = any;

/** Stores resources by their ids, in one transaction. */
export async function load(app: TestApp, resources: readonly Json[]): Promise<void> {
  const entry = resources.map((resource) => ({
    resource,
    request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
  }));
  const answer = await app.call('POST', '', { resourceType: 'Bundle', type: 'transaction', entry });
  expect(answer.status, answer.text.slice(0, 2000)).toBe(200);
}

/** Ids of the matches of a searchset, in its order. */
export function ids(answer: Answer): string[] {
  expect(answer.status, answer.text.slice(0, 2000)).toBe(200);
  return entries(answer, 'match').map((r) => r.id);
}

/** The resources of a searchset that are there for a reason: `match`, `include`, `outcome`. */
export function entries(answer: Answer, mode: 'match' | 'include' | 'outcome'): Json[] {
  return (answer.body.entry ?? []).filter((e: Json) => e.search?.mode === mode).map((e: Json) => e.resource);
}

/** `Type/id` of the included resources, sorted. */
export function included(answer: Answer): string[] {
  return entries(answer, 'include')
    .map((r) => `${r.resourceType}/${r.id}`)
    .sort();
}

/** Ids found by a search, sorted. */
export async function find(app: TestApp, query: string): Promise<string[]> {
  return ids(await app.call('GET', query)).sort();
}

/** The address of a link of a Bundle, below the base. */
export function linkOf(answer: Answer, relation: string): string | undefined {
  const url = answer.body.link?.find((l: Json) => l.relation === relation)?.url as string | undefined;
  return url?.replace(/^.*?\/fhir\//, '');
}

/** Ids of all pages, in order; `between` runs after each page. */
export async function allPages(
  app: TestApp,
  query: string,
  between: (page: number) => Promise<void> = async () => {},
): Promise<string[]> {
  const found: string[] = [];
  let next: string | undefined = query;
  for (let page = 0; next !== undefined; page++) {
    expect(page, 'pages without end').toBeLessThan(200);
    const answer: Answer = await app.call('GET', next);
    found.push(...ids(answer));
    next = linkOf(answer, 'next');
    await between(page);
  }
  return found;
}

/** Asserts that an answer is an OperationOutcome with at least one error that says something. */
export function expectError(
  answer: Answer,
  status: number,
  first: { code?: string; expression?: string } = {},
): Json {
  expect(answer.status, answer.text.slice(0, 1000)).toBe(status);
  expect(answer.headers['content-type']).toMatch(/^application\/fhir\+json/);
  expect(answer.body?.resourceType, answer.text.slice(0, 1000)).toBe('OperationOutcome');
  const issues = answer.body.issue as Json[];
  const errors = issues.filter((i) => i.severity === 'error' || i.severity === 'fatal');
  expect(errors.length).toBeGreaterThan(0);
  for (const issue of errors) expect(issue.diagnostics ?? issue.details?.text).toMatch(/\S{2,}/);
  if (first.code !== undefined) expect(errors.map((i) => i.code)).toContain(first.code);
  if (first.expression !== undefined) {
    expect(errors.flatMap((i) => i.expression ?? [])).toContain(first.expression);
  }
  return answer.body;
}

/** A Bundle to be carried out. */
export function bundle(type: 'batch' | 'transaction', entry: readonly Json[]): Json {
  return { resourceType: 'Bundle', type, entry };
}

export function post(resource: Json, more: Json = {}): Json {
  const { fullUrl, ...request } = more;
  return {
    ...(fullUrl ? { fullUrl } : {}),
    resource,
    request: { method: 'POST', url: resource.resourceType, ...request },
  };
}

export function put(resource: Json, request: Json = {}): Json {
  return {
    resource,
    request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}`, ...request },
  };
}

/** A version without what belongs to the server. */
export function withoutServerFields(resource: Json): Json {
  const { id: _id, meta, ...rest } = resource;
  const { versionId: _v, lastUpdated: _l, ...clientMeta } = meta ?? {};
  return Object.keys(clientMeta).length > 0 ? { ...rest, meta: clientMeta } : rest;
}

export function observation(id: string, more: Json = {}): Json {
  return { resourceType: 'Observation', id, status: 'final', code: { text: 'x' }, ...more };
}

export function patient(id: string, more: Json = {}): Json {
  return { resourceType: 'Patient', id, ...more };
}
