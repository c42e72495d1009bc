/** Codes, identifiers, booleans. https://hl7.org/fhir/R4/search.html#token */
import { bareToken } from '../bare-codes.ts';
import type { Bindings } from '../bindings.ts';
import { unsupportedModifier } from '../condition.ts';
import type { Parameter } from '../parameters.ts';
import type { Rows } from '../rows.ts';
import { bareCodeToken, codeToken, systemCodeToken, systemToken } from '../tokens.ts';
import { splitEscaped, unescaped } from '../values.ts';
import type { FilterOf, SearchType } from './search-type.ts';

export interface Coding {
  system?: string;
  code?: string;
  display?: string;
}

export const token: SearchType<FilterOf<'token'>> = {
  index(rows, { key }, { type, value }) {
    switch (type) {
      case 'Coding': {
        const c = value as Coding;
        return coding(rows, key, c.system, c.code);
      }
      case 'CodeableConcept':
        for (const c of (value as { coding?: Coding[] }).coding ?? []) coding(rows, key, c.system, c.code);
        return;
      case 'Identifier': {
        const i = value as { system?: string; value?: string };
        return coding(rows, key, i.system, i.value);
      }
      case 'ContactPoint': {
        const c = value as { system?: string; value?: string };
        return coding(rows, key, c.system, c.value);
      }
      case 'boolean':
      case 'integer':
      case 'positiveInt':
      case 'unsignedInt':
        rows.tokens.add(codeToken(key, String(value)));
        return;
      default:
        // code, id, string, uri, canonical: a code whose system is implied
        if (typeof value === 'string') rows.tokens.add(codeToken(key, value));
    }
  },

  parse({ parameter, name, modifier, value }) {
    if (modifier !== undefined && modifier !== 'not') throw unsupportedModifier(name, ['not']);
    return {
      kind: 'token',
      texts: splitEscaped(value, ',').flatMap((v) => tokenTexts(parameter, v)),
      negate: modifier === 'not',
      rank: rankOf(parameter.code),
    };
  },

  where({ texts, negate }, r, b) {
    if (texts.length === 0) return negate ? 'true' : 'false';
    return `${negate ? 'not ' : ''}${tokenProbe(texts, r, b)}`;
  },
};

function coding(rows: Rows, key: string, system: string | undefined, code: string | undefined): void {
  if (code !== undefined) {
    rows.tokens.add(system ? systemCodeToken(key, system, code) : bareCodeToken(key, code));
    rows.system(key, system ?? '');
  }
  if (system) rows.tokens.add(systemToken(key, system));
}

/** `code`, `system|code`, `|code` or `system|` -> the texts of which one must be there. */
function tokenTexts(parameter: Parameter, value: string): string[] {
  const { key, impliedSystems } = parameter;
  const [system, code] = splitEscaped(value, '|').map(unescaped);
  if (code === undefined) return [bareToken(key, system!)];
  if (system === '') return [impliedSystems.size > 0 ? codeToken(key, code) : bareCodeToken(key, code)];
  if (code === '') {
    const implied = [...(impliedSystems.get(system!) ?? [])];
    return [systemToken(key, system!), ...implied.map((c) => codeToken(key, c))];
  }
  return [impliedSystems.has(system!) ? codeToken(key, code) : systemCodeToken(key, system!, code)];
}

/** How much a token parameter narrows a search, as far as its name tells: the smallest drives the query. */
function rankOf(code: string): number {
  if (code === 'identifier' || code === 'url') return 0;
  if (code === '_tag' || code === '_security' || code === '_profile') return 8;
  if (code === 'status' || code === 'active' || code === 'category' || code === 'intent' || code === 'gender')
    return 9;
  return 3;
}

/** Whether the resource has a token of one of some texts: a look-up by key, as the main date is known. */
export function tokenProbe(texts: readonly string[], r: string, b: Bindings): string {
  return `exists (select 1 from token t where t.hash ${b.hashes(texts)} and t.date = ${r}.date and t.key = ${r}.key)`;
}
