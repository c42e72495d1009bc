/** References inside the resources of a Bundle, before they have ids. https://hl7.org/fhir/R4/http.html#trules */
import type { Definitions } from '../definitions/definitions.ts';
import { replaceStrings } from '../kernel/json-text.ts';
import type { Criteria } from './criteria.ts';
import type { Body } from './engine.ts';

/** `Patient?identifier=system|value` as a reference. */
const CONDITIONAL = /^([A-Z][A-Za-z]+)\?(.*)$/;

/** `http://host/fhir/Patient/1` and `Patient/1`: root, type and id, version. */
const RESTFUL =
  /^(https?:\/\/.*\/)?([A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64})(\/_history\/[A-Za-z0-9\-.]{1,64})?$/;

/** `urn:uuid:…/_history/1` */
const VERSIONED = /^(.+)\/_history\/[A-Za-z0-9\-.]{1,64}$/;

/** What a fullUrl stands for once the transaction is carried out. */
export interface Target {
  readonly type: string;
  readonly id: string;
  readonly version: number;
}

/** What the links of an entry's resource lead to. */
export interface Links {
  readonly byFullUrl: ReadonlyMap<string, Target>;
  /** Conditional references that are decided: their text -> `Type/id`. */
  readonly conditional: ReadonlyMap<string, string>;
}

/**
 * Names of elements whose type is uri, url, oid or uuid somewhere and string nowhere: where a fullUrl is a
 * reference and not a piece of text. Canonicals are not replaced. `reference` is Reference.reference.
 */
export function linkNames(definitions: Definitions): ReadonlySet<string> {
  const names = new Set(['reference', 'valueUri', 'valueUrl', 'valueUuid', 'valueOid']);
  const strings = new Set<string>();
  const visited = new Set<string>();
  const visit = (type: string) => {
    if (visited.has(type)) return;
    visited.add(type);
    for (const [property, child] of definitions.children(type)) {
      if (['uri', 'url', 'oid', 'uuid'].includes(child.type)) names.add(property);
      else if (child.type === 'string' && property !== 'reference') strings.add(property);
      else if (/^[A-Z]/.test(child.type)) visit(child.type);
    }
  };
  for (const type of definitions.resourceTypes) visit(type);
  for (const name of strings) names.delete(name);
  // A string in TestScript alone, and everywhere else where a document is: Attachment.url.
  return names.add('url');
}

/** The conditional references of a resource, by their text. */
export function conditionalReferences(definitions: Definitions, body: Body): Map<string, Criteria> {
  const found = new Map<string, Criteria>();
  if (!body.text.includes('?')) return found;
  replaceStrings(body.text, (key, value) => {
    const match = key === 'reference' ? CONDITIONAL.exec(value) : null;
    if (match && definitions.resourceTypes.has(match[1]!))
      found.set(value, { type: match[1]!, criteria: match[2]! });
    return undefined;
  });
  return found;
}

/**
 * The resource with every link that is known replaced: in references, in the other elements that hold uris, and
 * in the links and images of the narrative. `fullUrl` is that of the entry: relative references are below its root
 * (https://hl7.org/fhir/R4/bundle.html#references).
 */
export function resolveReferences(
  body: Body,
  fullUrl: string | undefined,
  links: Links,
  names: ReadonlySet<string>,
): Body {
  if (links.byFullUrl.size + links.conditional.size === 0) return body;
  const root = RESTFUL.exec(fullUrl ?? '')?.[1];
  const text = replaceStrings(body.text, (key, value) => {
    if (key === 'div') return narrative(value, root, links);
    if (!names.has(key)) return undefined;
    return (key === 'reference' ? links.conditional.get(value) : undefined) ?? targetOf(value, root, links);
  });
  return text === body.text ? body : { text, resource: JSON.parse(text) as Body['resource'] };
}

/** What a link becomes; undefined when no entry of the Bundle is meant. */
function targetOf(link: string, root: string | undefined, { byFullUrl }: Links): string | undefined {
  const hash = link.indexOf('#');
  const url = hash > 0 ? link.slice(0, hash) : link;
  const fragment = hash > 0 ? link.slice(hash) : '';
  const exact = byFullUrl.get(url) ?? below(root, url, byFullUrl);
  if (exact) return `${exact.type}/${exact.id}${fragment}`;
  // "Version-specific references should remain as version-specific references"
  const current = VERSIONED.exec(url)?.[1];
  const target = current && (byFullUrl.get(current) ?? below(root, current, byFullUrl));
  return target && `${target.type}/${target.id}/_history/${target.version}${fragment}`;
}

function below(root: string | undefined, url: string, byFullUrl: Links['byFullUrl']): Target | undefined {
  return root !== undefined && RESTFUL.test(url) ? byFullUrl.get(root + url) : undefined;
}

function narrative(div: string, root: string | undefined, links: Links): string | undefined {
  let changed = false;
  const out = div.replace(
    /\b(href|src)=(["'])([^"']+)\2/g,
    (whole, attribute: string, quote: string, url: string) => {
      const target = targetOf(url, root, links);
      if (target === undefined) return whole;
      changed = true;
      return `${attribute}=${quote}${target}${quote}`;
    },
  );
  return changed ? out : undefined;
}
