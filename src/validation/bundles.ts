/**
 * Rules of Bundles beyond their invariants: names of entries (https://hl7.org/fhir/R4/bundle.html#bundle-unique),
 * and what documents (https://hl7.org/fhir/R4/documents.html#content) and messages
 * (https://hl7.org/fhir/R4/messaging.html) have to bring along.
 */
import { unlinkedEntries } from './bundle-links.ts';
import { isObject, type Json } from './fhirpath/items.ts';
import { resolved } from './resolution.ts';
import type { Run } from './run.ts';

/** Entries of these may come without a fullUrl: they have no identity yet, or give none. */
const WITHOUT_URL: ReadonlySet<unknown> = new Set([
  'transaction',
  'batch',
  'transaction-response',
  'batch-response',
  'history',
]);

const ABSOLUTE = /^[a-z][a-z0-9+.-]*:/i;
const RESTFUL = /\/([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})$/;

/** Called on a Bundle, at its path. */
export function checkBundle(bundle: Json, run: Run): void {
  const entries = Array.isArray(bundle.entry) ? bundle.entry : [];
  entries.forEach((entry: unknown, i) => {
    if (isObject(entry)) checkFullUrl(bundle, entry, `entry[${i}]`, run);
  });
  const first = entries[0];
  if (!isObject(first) || !isObject(first.resource)) return;
  if (bundle.type === 'document')
    checkIncluded(bundle, first.resource, compositionLinks(first.resource), run);
  else if (bundle.type === 'message')
    checkIncluded(bundle, first.resource, links(first.resource, 'focus'), run);
  else return;
  for (const i of unlinkedEntries(bundle)) sayUnlinked(run, i, String(first.resource.resourceType));
}

function checkFullUrl({ type }: Json, { fullUrl, resource, search }: Json, at: string, run: Run): void {
  if (!isObject(resource)) return;
  if (typeof fullUrl !== 'string') {
    if (fullUrl !== undefined || WITHOUT_URL.has(type) || isOutcome(search)) return;
    run.add({
      code: 'required',
      rule: 'bundle-full-url',
      at: `${at}.fullUrl`,
      text: {
        en: `An entry of a ${type} needs a fullUrl: the URL of its resource, or 'urn:uuid:…' when it has none.`,
        zh: `${type} 的条目必须有 fullUrl:资源的网址;没有网址时用“urn:uuid:…”。`,
      },
    });
    return;
  }
  if (!ABSOLUTE.test(fullUrl)) {
    run.add({
      code: 'value',
      rule: 'bundle-full-url',
      at: `${at}.fullUrl`,
      text: {
        en: `'${fullUrl}' is not absolute; a fullUrl is 'https://…/Type/id' or 'urn:uuid:…'.`,
        zh: `“${fullUrl}”不是绝对地址;fullUrl 应为“https://…/Type/id”或“urn:uuid:…”。`,
      },
    });
    return;
  }
  const [, urlType, urlId] = RESTFUL.exec(fullUrl) ?? [];
  if (urlType === undefined || fullUrl.startsWith('urn:')) return;
  if (urlType === resource.resourceType && (resource.id === undefined || urlId === resource.id)) return;
  const actual = [resource.resourceType, resource.id].filter((part) => part !== undefined).join('/');
  run.add({
    code: 'value',
    rule: 'bundle-full-url',
    at: `${at}.fullUrl`,
    text: {
      en: `The fullUrl names ${urlType}/${urlId}, but the resource is ${actual}. Correct one of them.`,
      zh: `fullUrl 为 ${urlType}/${urlId},而资源是 ${actual}。请改正其一。`,
    },
  });
}

/** What a search says about itself is no resource with a URL. */
function isOutcome(search: unknown): boolean {
  return isObject(search) && search.mode === 'outcome';
}

/** A reference with its place below the first entry's resource. */
interface Link {
  readonly at: string;
  readonly reference: string;
}

function links(from: unknown, name: string, at = name): Link[] {
  if (!isObject(from)) return [];
  const value = from[name];
  const one = (v: unknown, place: string): Link[] =>
    isObject(v) && typeof v.reference === 'string' ? [{ at: place, reference: v.reference }] : [];
  return Array.isArray(value) ? value.flatMap((v, i) => one(v, `${at}[${i}]`)) : one(value, at);
}

function each(from: Json, name: string, at: string, of: (item: Json, place: string) => Link[]): Link[] {
  const list = from[name];
  return Array.isArray(list)
    ? list.flatMap((item, i) => (isObject(item) ? of(item, `${at}${name}[${i}]`) : []))
    : [];
}

/** What a Composition refers to and a document therefore includes. */
function compositionLinks(composition: Json): Link[] {
  const sections = (from: Json, at: string): Link[] =>
    each(from, 'section', at, (section, place) => [
      ...['author', 'focus', 'entry'].flatMap((name) => links(section, name, `${place}.${name}`)),
      ...sections(section, `${place}.`),
    ]);
  return [
    ...['subject', 'encounter', 'author'].flatMap((name) => links(composition, name)),
    ...each(composition, 'attester', '', (attester, place) => links(attester, 'party', `${place}.party`)),
    ...links(composition, 'custodian'),
    ...each(composition, 'event', '', (event, place) => links(event, 'detail', `${place}.detail`)),
    ...sections(composition, ''),
  ];
}

function checkIncluded(bundle: Json, first: Json, wanted: readonly Link[], run: Run): void {
  for (const { at, reference } of wanted) {
    if (reference.startsWith('#') || resolved(reference, { root: first, bundle })) continue;
    run.add({
      code: 'not-found',
      rule: 'bundle-reference',
      at: `entry[0].resource.${at}.reference`,
      text: {
        en: `'${reference}' is no entry of this ${bundle.type}. Include the resource, with a fullUrl that the reference names.`,
        zh: `此 ${bundle.type} 中没有条目“${reference}”。请加入该资源,其 fullUrl 应与引用一致。`,
      },
    });
  }
}

function sayUnlinked(run: Run, index: number, first: string): void {
  run.add({
    code: 'informational',
    severity: 'warning',
    rule: 'bundle-unlinked',
    at: `entry[${index}]`,
    text: {
      en: `No references lead from the ${first} to this entry, or back; does it belong here?`,
      zh: `从 ${first} 出发,没有任何引用通向此条目;它是否属于此处?`,
    },
  });
}
