/** Uris, compared as written. https://hl7.org/fhir/R4/search.html#uri */
import { unsupportedModifier } from '../condition.ts';
import { uriToken } from '../tokens.ts';
import { splitEscaped, unescaped } from '../values.ts';
import type { FilterOf, SearchType } from './search-type.ts';
import { token } from './token.ts';

export const uri: SearchType<FilterOf<'token'>> = {
  index(rows, { key }, { value }) {
    if (typeof value === 'string') rows.tokens.add(uriToken(key, value));
  },

  parse({ parameter, name, modifier, value }) {
    if (modifier) throw unsupportedModifier(name, []);
    return {
      kind: 'token',
      texts: splitEscaped(value, ',').map((v) => uriToken(parameter.key, unescaped(v))),
      negate: false,
      rank: 1,
    };
  },

  where: token.where,
};
