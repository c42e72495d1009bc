/** References inside the resources of a Bundle, before they have ids. https://hl7.org/fhir/R4/http.html#trules */
import type { Definitions } from '../definitions/definitions.ts';
import { replaceStrings } from '../kernel/json-text.ts';
import type { Body } from './engine.ts';

/** `Patient?identifier=system|value` as a reference. */
const CONDITIONAL = /^([A-Z][A-Za-z]+)\?(.+)$/;

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
  return names;
}

/** The conditional references of a resource: `{ type, criteria }` by their text. */
export function conditionalReferences(body: Body): Map<string, { type: string; criteria: string }> {
  const found = new Map<string, { type: string; criteria: string }>();
  replaceStrings(body.text, (key, value) => {
    const match = key === 'reference' ? CONDITIONAL.exec(value) : null;
    if (match) found.set(value, { type: match[1]!, criteria: match[2]! });
    return undefined;
  });
  return found;
}

/**
 * The resource with every link that `targets` knows replaced: in references, in the other elements that hold
 * uris, and in the links and images of the narrative.
 */
export function resolveReferences(
  body: Body,
  targets: ReadonlyMap<string, string>,
  names: ReadonlySet<string>,
): Body {
  if (targets.size === 0) return body;
  const text = replaceStrings(body.text, (key, value) => {
    if (key === 'div') return narrative(value, targets);
    if (!names.has(key)) return undefined;
    const exact = targets.get(value);
    if (exact !== undefined) return exact;
    // urn:uuid:…#fragment and versions of the target
    const hash = value.indexOf('#');
    const target = hash > 0 ? targets.get(value.slice(0, hash)) : undefined;
    return target === undefined ? undefined : target + value.slice(hash);
  });
  return text === body.text ? body : { text, resource: JSON.parse(text) as Body['resource'] };
}

function narrative(div: string, targets: ReadonlyMap<string, string>): string | undefined {
  let changed = false;
  const out = div.replace(
    /\b(href|src)=(["'])([^"']+)\2/g,
    (whole, attribute: string, quote: string, url: string) => {
      const target = targets.get(url);
      if (target === undefined) return whole;
      changed = true;
      return `${attribute}=${quote}${target}${quote}`;
    },
  );
  return changed ? out : undefined;
}
