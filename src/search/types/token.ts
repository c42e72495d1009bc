/** Codes, identifiers, booleans. https://hl7.org/fhir/R4/search.html#token */
import { badParameter } from '../../kernel/fhir-error.ts';
import { bareToken, isBare } from '../bare-codes.ts';
import type { Bindings } from '../bindings.ts';
import { tooMany, unsupportedModifier } from '../condition.ts';
import type { Typed } from '../expression.ts';
import type { JsonPath } from '../json-path.ts';
import type { Filter } from '../plan.ts';
import type { Rows } from '../rows.ts';
import { textFilter, textPaths } from '../text.ts';
import { bareCodeToken, codeToken, systemCodeToken, typedIdentifierToken } from '../tokens.ts';
import { splitEscaped, unescaped } from '../values.ts';
import type { Asked, FilterOf, SearchType } from './search-type.ts';
import { type CodeSet, codingText, setOfHierarchy, setOfValueSets } from './token-sets.ts';

export interface Coding {
  system?: string;
  code?: string;
  display?: string;
}

export const token: SearchType<FilterOf<'token'>> = {
  index(rows, { key }, typed) {
    const codings = codingsOf(typed);
    if (codings) {
      for (const { system, code } of codings) {
        if (code === undefined) continue;
        rows.tokens.add(system ? systemCodeToken(key, system, code) : bareCodeToken(key, code));
        rows.system(key, system ?? '');
      }
      if (typed.type === 'Identifier') indexTypedIdentifier(rows, key, typed.value as Identifier);
    } else if (typeof typed.value !== 'object') rows.tokens.add(codeToken(key, String(typed.value)));
  },

  parse(asked) {
    const { parameter, modifier, value } = asked;
    const filter = (texts: readonly string[], negate = false): Filter => ({
      kind: 'token',
      texts,
      negate,
      rank: rankOf(parameter.code),
    });
    switch (modifier) {
      case undefined:
        return codesFilter(asked, filter);
      case 'not':
        return notFilter(codesFilter(asked, filter));
      case 'in':
      case 'not-in':
        return setFilter(asked, setOfValueSets(asked), filter, modifier === 'not-in');
      case 'above':
      case 'below':
        return setFilter(asked, setOfHierarchy(asked, modifier), filter, false);
      case 'of-type':
        return filter(splitEscaped(value, ',').map((v) => typedIdentifier(asked, v)));
      case 'text':
        return textFilter(asked);
      default:
        throw unsupportedModifier(asked.name, modifiersOf(asked));
    }
  },

  where({ texts, negate }, r, b) {
    if (texts.length === 0) return negate ? 'true' : 'false';
    return `${negate ? 'not ' : ''}${tokenProbe(texts, r, b)}`;
  },
};

/** The codes of a value, with their systems; undefined for a value that is a code by itself. */
export function codingsOf({ type, value }: Typed): Coding[] | undefined {
  switch (type) {
    case 'Coding':
      return [value as Coding];
    case 'CodeableConcept':
      return (value as { coding?: Coding[] }).coding ?? [];
    case 'Identifier':
    case 'ContactPoint': {
      const v = value as { system?: string; value?: string };
      return [{ system: v.system, code: v.value }];
    }
    default:
      // code, id, string, uri, canonical, boolean, numbers: the system goes without saying
      return undefined;
  }
}

interface Identifier {
  type?: { coding?: Coding[] };
  value?: string;
}

function indexTypedIdentifier(rows: Rows, key: string, { type, value }: Identifier): void {
  if (value === undefined) return;
  for (const { system = '', code } of type?.coding ?? []) {
    if (code !== undefined) rows.tokens.add(typedIdentifierToken(key, system, code, value));
  }
}

function modifiersOf({ parameter }: Asked): string[] {
  const paths = parameter.paths ?? [];
  return [
    'missing',
    'not',
    'in',
    'not-in',
    'above',
    'below',
    ...(paths.some((p) => p.type === 'Identifier') ? ['of-type'] : []),
    ...(textPaths(paths).length > 0 ? ['text'] : []),
  ];
}

/** `system|code|value` of `:of-type`: the type of the identifier, and its value. */
function typedIdentifier(asked: Asked, value: string): string {
  const { parameter, name } = asked;
  if (!parameter.paths?.some((p) => p.type === 'Identifier')) {
    throw unsupportedModifier(name, modifiersOf(asked));
  }
  const [system, code, id, ...more] = splitEscaped(value, '|').map(unescaped);
  if (!code || !id || more.length > 0) {
    throw badParameter(name, {
      en: `'${value}' is not understood. Write system|code|value: the coding of the identifier's type, and the value of the identifier.`,
      zh: `无法识别“${value}”。格式为 system|code|value,即标识类型的编码与标识的值。`,
    });
  }
  return typedIdentifierToken(parameter.key, system!, code, id);
}

/** `code`, `system|code`, `|code` or `system|`, several separated by commas. */
function codesFilter({ parameter, value }: Asked, filter: (texts: readonly string[]) => Filter): Filter {
  const { key, impliedSystems } = parameter;
  const texts: string[] = [];
  const systems: string[] = [];
  for (const v of splitEscaped(value, ',')) {
    const [system, code] = splitEscaped(v, '|').map(unescaped) as [string, string | undefined];
    if (code === undefined) texts.push(bareToken(key, system));
    else if (code !== '' && system !== '') texts.push(codingText(parameter, system, code));
    else if (system === '')
      texts.push(impliedSystems.size > 0 ? codeToken(key, code) : bareCodeToken(key, code));
    else {
      systems.push(system);
      for (const implied of impliedSystems.get(system) ?? []) texts.push(codeToken(key, implied));
    }
  }
  const ofSystems = systems.flatMap((system) => systemPaths(parameter.paths ?? [], system));
  if (ofSystems.length === 0) return filter(texts);
  const any: Filter = { kind: 'present', paths: ofSystems };
  return texts.length === 0 ? any : { kind: 'any', filters: [filter(texts), any] };
}

/** Codes that are named, by the index; those of large sets, by looking at each resource. */
function setFilter(
  { parameter, name }: Asked,
  { texts, large }: CodeSet,
  filter: (texts: readonly string[], negate?: boolean) => Filter,
  negate: boolean,
): Filter {
  if (large.length === 0) return filter(texts, negate);
  if (!parameter.paths) throw tooMany(name);
  const member: Filter = { kind: 'set-member', paths: parameter.paths, sets: large };
  const any: Filter = texts.length === 0 ? member : { kind: 'any', filters: [filter(texts), member] };
  return negate ? { kind: 'not', filter: any } : any;
}

function notFilter(filter: Filter): Filter {
  return filter.kind === 'token' ? { ...filter, negate: true } : { kind: 'not', filter };
}

/** Where each type has the system of its code. Asked too seldom to have rows in the index. */
const SYSTEM: Readonly<Record<string, string>> = {
  CodeableConcept: '."coding"[*]."system"',
  Coding: '."system"',
  Identifier: '."system"',
  ContactPoint: '."system"',
};

/** Paths that lead somewhere when a value has this system. */
function systemPaths(paths: readonly JsonPath[], system: string): JsonPath[] {
  return paths.flatMap(({ path, type }) =>
    SYSTEM[type] === undefined
      ? []
      : [{ path: `${path}${SYSTEM[type]} ? (@ == ${JSON.stringify(system)})`, type: 'uri' }],
  );
}

/** How much a token parameter narrows a search, as far as its name tells: the smallest drives the query. */
function rankOf(code: string): number {
  if (code === 'identifier' || code === 'url') return 0;
  if (code === '_tag' || code === '_security' || code === '_profile') return 8;
  if (code === 'status' || code === 'active' || code === 'category' || code === 'intent' || code === 'gender')
    return 9;
  return 3;
}

/**
 * Whether the resource has a token of one of some texts. A row that is looked at anyway has them in it, which is
 * cheaper than a look-up in the index by key; `b.rowByRow` is never set beyond the stored resource itself.
 */
export function tokenProbe(texts: readonly string[], r: string, b: Bindings): string {
  if (b.rowByRow) {
    const [text, ...more] = texts;
    return text !== undefined && more.length === 0 && !isBare(text)
      ? `coalesce((select ${b.hash(text)}) = any(${r}.tokens), false)`
      : `coalesce(${r}.tokens && (select ${b.hashArray(texts)}), false)`;
  }
  return b.exists(`token t where t.hash ${b.hashes(texts)} and t.date = ${r}.date and t.key = ${r}.key`);
}
