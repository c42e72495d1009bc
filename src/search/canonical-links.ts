/**
 * Links that name their target by its canonical (`url`, `url|version`) and not by type and id, as those of
 * definitions do. https://hl7.org/fhir/R4/references.html#canonical
 *
 * A canonical that names a version leads to that version alone; one that names none, to each that is there. The
 * index has the url of both, and so finds the few candidates; what the canonical says in full is in the text.
 */
import type { Bindings } from './bindings.ts';
import { valuesAt } from './json-path.ts';
import type { ReferenceLink } from './plan.ts';
import { referenceToken } from './tokens.ts';

const isCanonical = (type: string) => type === 'canonical' || type === 'uri';

/** Whether a reference parameter may find canonicals. */
export function hasCanonicals({ paths }: Pick<ReferenceLink, 'paths'>): boolean {
  return paths?.some(({ type }) => isCanonical(type)) === true;
}

/** Whether a reference parameter finds nothing but canonicals: what has no url is then never its target. */
export function onlyCanonicals({ paths = [] }: Pick<ReferenceLink, 'paths'>): boolean {
  return paths.length > 0 && paths.every(({ type }) => isCanonical(type));
}

/** The token that every canonical of the resource row `target` is indexed by. */
export function canonicalHash(link: ReferenceLink, target: string, b: Bindings): string {
  const prefix = b.bind(referenceToken(link.key, ''), 'text');
  return `hashtextextended(${prefix} || (resource_json(${target}.content) ->> 'url'), 0)`;
}

/** Whether a canonical in the resource row `source` names the resource row `target`. */
export function namesCanonical(link: ReferenceLink, source: string, target: string, b: Bindings): string {
  const paths = (link.paths ?? []).filter(({ type }) => isCanonical(type)).map(({ path }) => path);
  return `exists (select 1 from ${valuesAt(paths, source, b)}, (select resource_json(${target}.content) as json offset 0) d where v.value #>> '{}' in (d.json ->> 'url', (d.json ->> 'url') || '|' || (d.json ->> 'version')))`;
}
