/**
 * `:below` of canonicals: the version counts, part by part. `url|1.2` finds `url|1.2` and `url|1.2.3`, not `url|1.20`;
 * `url` finds every version and what names none. https://hl7.org/fhir/R4/search.html#versions
 */
import type { Bindings } from './bindings.ts';
import { valuesAt } from './json-path.ts';
import type { Filter } from './plan.ts';
import { likeLiteral } from './text.ts';
import { referenceToken } from './tokens.ts';
import type { Asked, FilterOf } from './types/search-type.ts';
import { tokenProbe } from './types/token.ts';
import { splitEscaped, unescaped } from './values.ts';

export function canonicalBelow({ parameter, value }: Asked): Filter {
  return {
    kind: 'canonical-below',
    key: parameter.key,
    paths: (parameter.paths ?? []).map(({ path }) => path),
    canonicals: splitEscaped(value, ',').map(unescaped),
  };
}

/** The index has the url of each, and so finds the few candidates; the version is in the text. */
export function canonicalBelowWhere(
  { key, paths, canonicals }: FilterOf<'canonical-below'>,
  r: string,
  b: Bindings,
): string {
  const urls = canonicals.map((c) => referenceToken(key, c.split('|')[0]!));
  const more = canonicals.map((c) => `${likeLiteral(c)}${c.includes('|') ? '.' : '|'}%`);
  return `${tokenProbe(urls, r, b)} and exists (select 1 from ${valuesAt(paths, r, b)} cross join lateral (select v.value #>> '{}') u(uri) where u.uri = any(${b.bind(canonicals, 'text[]')}) or u.uri like any(${b.bind(more, 'text[]')}))`;
}
