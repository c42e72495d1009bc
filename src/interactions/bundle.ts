/** Bundles as text, put together from the stored texts. https://hl7.org/fhir/R4/bundle.html */
import type { Ctx } from '../kernel/ctx.ts';
import { operationOutcome } from '../kernel/outcome.ts';
import { type QueryPairs, queryText } from '../search/parse.ts';
import type { Stored } from '../store/change.ts';
import type { HistoryResult } from './history.ts';
import type { SearchResult } from './search.ts';

/** Makes a part of a resource: `_summary`, `_elements`. Gets the whole text, returns the text to send. */
export type Subset = (type: string, text: string, mode?: 'match' | 'include') => string;

/**
 * A searchset of a result. `path` is what was asked below the base: `Observation`. The self link says what was
 * used; links to other pages are addresses for GET, also of a search that was posted.
 */
export function searchsetText(ctx: Ctx, path: string, result: SearchResult, subset: Subset): string {
  const { plan } = result;
  const page = (relation: string, cursor: string | undefined) =>
    link(
      relation,
      linkUrl(ctx, path, cursor === undefined ? plan.used : [...plan.used, ['_cursor', cursor]]),
    );
  const links = [page('self', plan.cursor)];
  if (plan.cursor !== undefined || result.next !== undefined) links.push(page('first', undefined));
  if (result.previous !== undefined) links.push(page('previous', result.previous));
  if (result.next !== undefined) links.push(page('next', result.next));
  const entries = [
    ...result.matches.map((m) => searchEntry(ctx, m, 'match', subset(m.type, m.content!, 'match'))),
    ...result.included.map((m) => searchEntry(ctx, m, 'include', subset(m.type, m.content!, 'include'))),
  ];
  if (result.issues.length > 0) {
    const outcome = JSON.stringify(operationOutcome(result.issues, ctx.lang));
    entries.push(`{"resource":${outcome},"search":{"mode":"outcome"}}`);
  }
  return bundleText('searchset', links, entries, result.total);
}

/** A history Bundle. https://hl7.org/fhir/R4/http.html#history */
export function historyText(ctx: Ctx, path: string, result: HistoryResult, subset: Subset): string {
  const { used, cursor, next } = result;
  const page = (relation: string, at: string | undefined) =>
    link(relation, linkUrl(ctx, path, at === undefined ? used : [...used, ['_cursor', at]]));
  const links = [page('self', cursor), page('first', undefined)];
  if (next !== undefined) links.push(page('next', next));
  return bundleText(
    'history',
    links,
    result.entries.map((v) => historyEntry(ctx, v, subset)),
    result.total,
  );
}

/**
 * A Bundle's text from the texts of its links and entries. They are appended, not joined: so the engine copies
 * them once, when the text is sent, and not at every step.
 */
export function bundleText(
  type: string,
  links: readonly string[],
  entries: readonly string[],
  total?: number,
): string {
  const parts = [`"resourceType":"Bundle"`, `"type":"${type}"`];
  if (total !== undefined) parts.push(`"total":${total}`);
  if (links.length > 0) parts.push(`"link":[${links.join(',')}]`);
  const head = `{${parts.join(',')}`;
  if (entries.length === 0) return `${head}}`;
  let text = `${head},"entry":[${entries[0]}`;
  for (let i = 1; i < entries.length; i++) text += `,${entries[i]}`;
  return `${text}]}`;
}

export function link(relation: string, url: string): string {
  return `{"relation":"${relation}","url":${JSON.stringify(url)}}`;
}

/** The address of a query below the base. */
export function linkUrl(ctx: Ctx, path: string, pairs: QueryPairs): string {
  const query = queryText(pairs);
  const address = path === '' ? ctx.base : `${ctx.base}/${path}`;
  return query === '' ? address : `${address}?${query}`;
}

export function searchEntry(ctx: Ctx, m: Stored, mode: 'match' | 'include', text: string): string {
  return `{"fullUrl":"${ctx.base}/${m.type}/${m.id}","resource":${text},"search":{"mode":"${mode}"}}`;
}

function historyEntry(ctx: Ctx, v: Stored, subset: Subset): string {
  const resource = v.content === null ? '' : `"resource":${subset(v.type, v.content)},`;
  const url = v.method === 'POST' ? v.type : `${v.type}/${v.id}`;
  const status = v.method === 'DELETE' ? '204 No Content' : v.version === 1 ? '201 Created' : '200 OK';
  const modified = new Date(v.updated).toISOString();
  return `{"fullUrl":"${ctx.base}/${v.type}/${v.id}",${resource}"request":{"method":"${v.method}","url":"${url}"},"response":{"status":"${status}","etag":"W/\\"${v.version}\\"","lastModified":"${modified}"}}`;
}
