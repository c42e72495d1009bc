/** Codes, identifiers and strings of a query. https://hl7.org/fhir/R4/search.html#token, #string */
import { fold, MAX_INDEXED } from './fold.ts';
import { unsupportedModifier } from './modifiers.ts';
import type { Parameter } from './parameters.ts';
import type { Filter } from './plan.ts';
import { bareCodeToken, codeToken, exactToken, systemCodeToken, systemToken } from './tokens.ts';
import { splitEscaped, unescaped } from './values.ts';

/** How much a token parameter narrows a search, as far as its name tells: the smallest drives the query. */
function rankOf(code: string): number {
  if (code === 'identifier' || code === 'url') return 0;
  if (code === '_tag' || code === '_security' || code === '_profile') return 8;
  if (code === 'status' || code === 'active' || code === 'category' || code === 'intent' || code === 'gender')
    return 9;
  return 3;
}

export function tokenFilter(
  parameter: Parameter,
  name: string,
  modifier: string | undefined,
  value: string,
): Filter {
  if (modifier !== undefined && modifier !== 'not') throw unsupportedModifier(name, ['not']);
  const texts = splitEscaped(value, ',').flatMap((v) => {
    const [system, code] = splitEscaped(v, '|').map(unescaped);
    if (code === undefined) return codeToken(parameter.key, system!);
    if (system === '') return bareOrImplied(parameter, code);
    if (code === '') {
      const implied = [...(parameter.impliedSystems.get(system!) ?? [])];
      return [systemToken(parameter.key, system!), ...implied.map((c) => codeToken(parameter.key, c))];
    }
    return parameter.impliedSystems.has(system!)
      ? codeToken(parameter.key, code)
      : systemCodeToken(parameter.key, system!, code);
  });
  return { kind: 'token', texts, negate: modifier === 'not', rank: rankOf(parameter.code) };
}

function bareOrImplied(parameter: Parameter, code: string): string {
  return parameter.impliedSystems.size > 0
    ? codeToken(parameter.key, code)
    : bareCodeToken(parameter.key, code);
}

export function stringFilter(
  parameter: Parameter,
  name: string,
  modifier: string | undefined,
  value: string,
): Filter {
  const values = splitEscaped(value, ',').map(unescaped);
  // What folds to nothing (a lone accent) must not match everything.
  const folded = values.map(fold).filter((v) => v !== '');
  switch (modifier) {
    case undefined:
    case 'contains':
      if (folded.length === 0) return { kind: 'any', filters: [] };
      return {
        kind: 'string',
        key: parameter.key,
        match: modifier === undefined ? 'prefix' : 'contains',
        values: folded.map((v) => (modifier === undefined ? v.slice(0, MAX_INDEXED) : v)),
      };
    case 'exact':
      return {
        kind: 'token',
        texts: values.map((v) => exactToken(parameter.key, v)),
        negate: false,
        rank: 1,
      };
    default:
      throw unsupportedModifier(name, ['exact', 'contains']);
  }
}
