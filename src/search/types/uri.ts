/** Uris, compared as written. https://hl7.org/fhir/R4/search.html#uri */
import { badParameter } from '../../kernel/fhir-error.ts';
import type { Bindings } from '../bindings.ts';
import { unsupportedModifier } from '../condition.ts';
import { valuesAt } from '../json-path.ts';
import type { Filter } from '../plan.ts';
import { likeLiteral } from '../text.ts';
import { uriToken } from '../tokens.ts';
import { splitEscaped, unescaped } from '../values.ts';
import type { Asked, FilterOf, SearchType } from './search-type.ts';
import { token } from './token.ts';

export const uri: SearchType<FilterOf<'token'>> = {
  index(rows, { key }, { type, value }) {
    if (typeof value !== 'string') return;
    rows.tokens.add(uriToken(key, value));
    // A canonical is found without its version, too: https://hl7.org/fhir/R4/references.html#canonical
    const bar = type === 'canonical' ? value.indexOf('|') : -1;
    if (bar > 0) rows.tokens.add(uriToken(key, value.slice(0, bar)));
  },

  parse(asked) {
    const { parameter, name, modifier, value } = asked;
    const values = splitEscaped(value, ',').map(unescaped);
    const among = (uris: readonly string[]): Filter => ({
      kind: 'token',
      texts: uris.map((u) => uriToken(parameter.key, u)),
      negate: false,
      rank: 1,
    });
    switch (modifier) {
      case undefined:
        return among(values);
      case 'above':
        return among(values.flatMap((v) => above(asked, v)));
      case 'below':
        return below(asked, values);
      default:
        throw unsupportedModifier(name, ['missing', 'above', 'below']);
    }
  },

  where: token.where,
};

/** `http://a/b/c` -> itself, `http://a/b`, `http://a`, each also with a slash behind it. */
function above(asked: Asked, value: string): string[] {
  const found: string[] = [];
  for (let at = trimmedUrl(asked, value); ; at = at.slice(0, at.lastIndexOf('/'))) {
    found.push(at, `${at}/`);
    if (at.lastIndexOf('/') <= at.indexOf('://') + 2) return found;
  }
}

/** The url itself, and whatever has more behind a slash. */
function below(asked: Asked, values: readonly string[]): Filter {
  const uris = values.map((v) => trimmedUrl(asked, v));
  return { kind: 'uri-below', paths: (asked.parameter.paths ?? []).map(({ path }) => path), uris };
}

/** A url without slashes at its end. ":above and :below only apply to URLs, and not URNs such as OIDs." */
function trimmedUrl({ name, modifier }: Asked, value: string): string {
  const url = /^([a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^/].*?)\/*$/.exec(value)?.[1];
  if (url === undefined) {
    throw badParameter(name, {
      en: `'${value}' is no url with a path: :${modifier} goes by the slashes of a url such as http://example.org/fhir/ValueSet.`,
      zh: `“${value}”不是带路径的 url::${modifier} 按 url 中的斜杠逐级匹配,例如 http://example.org/fhir/ValueSet。`,
    });
  }
  return url;
}

/** Read in the stored text: few types have uris, and none is asked for by its beginning often. */
export function uriBelowWhere({ paths, uris }: FilterOf<'uri-below'>, r: string, b: Bindings): string {
  const patterns = b.bind(
    uris.map((u) => `${likeLiteral(u)}/%`),
    'text[]',
  );
  return `exists (select 1 from ${valuesAt(paths, r, b)} cross join lateral (select v.value #>> '{}') u(uri) where u.uri = any(${b.bind(uris, 'text[]')}) or u.uri like any(${patterns}))`;
}
