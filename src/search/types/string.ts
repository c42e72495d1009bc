/** Names, addresses and other text. https://hl7.org/fhir/R4/search.html#string */

import { fold, latinReadings, MAX_INDEXED, startOf } from '../../kernel/fold.ts';
import { simplified } from '../../kernel/simplified.ts';
import { unsupportedModifier } from '../condition.ts';
import type { Typed } from '../expression.ts';
import type { Parameter } from '../parameters.ts';
import type { Filter, TextMatch } from '../plan.ts';
import { likeLiteral, textWhere } from '../text.ts';
import { exactToken } from '../tokens.ts';
import { splitEscaped, unescaped } from '../values.ts';
import type { FilterOf, SearchType } from './search-type.ts';
import type { Coding } from './token.ts';

/** Parameters over names of people and places, also searched by their Latin readings and simplified characters. */
const READ_ALOUD = new Set(['name', 'family', 'given', 'phonetic']);

/** Whether the index has Latin readings of Chinese values beside these. */
export function isReadAloud(code: string): boolean {
  return READ_ALOUD.has(code);
}

/** Names of one resource whose readings stand in the index: to read thousands aloud would take seconds. */
const MOST_READ_ALOUD = 200;

export const string: SearchType<FilterOf<'string'>> = {
  index(rows, parameter, typed) {
    for (const part of stringParts(typed)) {
      rows.string(parameter.key, part);
      rows.tokens.add(exactToken(parameter.key, part));
      if (isReadAloud(parameter.code) && rows.readAloud++ < MOST_READ_ALOUD) {
        for (const reading of latinReadings(part)) rows.string(parameter.key, reading);
        rows.string(parameter.key, simplified(part));
      }
    }
  },

  parse({ parameter, name, modifier, value }) {
    const values = splitEscaped(value, ',').map(unescaped);
    // What folds to nothing (a lone accent) must not match everything.
    const folded = spellings(parameter, values.map(fold)).filter((v) => v !== '');
    switch (modifier) {
      case undefined:
        return prefixFilter(parameter, folded);
      case 'contains':
        if (folded.length === 0) return { kind: 'any', filters: [] };
        return { ...stringFilter(parameter, 'contains', folded), long: stringPaths(parameter) };
      case 'exact':
        return {
          kind: 'token',
          texts: values.map((v) => exactToken(parameter.key, v)),
          negate: false,
          rank: 1,
        };
      default:
        throw unsupportedModifier(name, ['missing', 'exact', 'contains']);
    }
  },

  where({ key, match, values, long }, r, b) {
    const hash = b.hashes([key]);
    const any = values.map((v) =>
      match === 'prefix'
        ? `(s.value >= ${b.bind(v, 'text')} and s.value < ${b.bind(`${v}\u{10FFFF}`, 'text')})`
        : `s.value like ${b.bind(`%${likeLiteral(v)}%`, 'text')}`,
    );
    if (long) {
      // Of a long text the row has the beginning.
      const rest = textWhere({ kind: 'text', paths: long, match, values }, r, b);
      any.push(`length(s.value) = ${MAX_INDEXED} and ${rest}`);
    }
    return b.exists(`string s where s.hash ${hash} and s.key = ${r}.key and (${any.join(' or ')})`);
  },
};

/** Each value, and as it is written in simplified characters: the index has both of a name. */
function spellings({ code }: Parameter, values: readonly string[]): string[] {
  return isReadAloud(code) ? [...new Set(values.flatMap((v) => [v, simplified(v)]))] : [...values];
}

function stringFilter({ key }: Parameter, match: TextMatch, values: readonly string[]): FilterOf<'string'> {
  return { kind: 'string', key, match, values };
}

/** Rows tell as much of a text as they have; the rest of a longer value is looked for in the stored text. */
function prefixFilter(parameter: Parameter, values: readonly string[]): Filter {
  const short = values.filter((v) => startOf(v) === v);
  const filters = values
    .filter((v) => startOf(v) !== v)
    .map((v): Filter => {
      const start = stringFilter(parameter, 'prefix', [startOf(v)]);
      const whole: Filter = { kind: 'text', paths: stringPaths(parameter), match: 'prefix', values: [v] };
      return { kind: 'all', filters: [start, whole] };
    });
  if (short.length > 0) filters.push(stringFilter(parameter, 'prefix', short));
  return filters.length === 1 ? filters[0]! : { kind: 'any', filters };
}

/** Where the parts of the structured types are in the stored text. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  HumanName: ['."text"', '."family"', '."given"[*]', '."prefix"[*]', '."suffix"[*]'],
  Address: ['."text"', '."line"[*]', '."city"', '."district"', '."state"', '."postalCode"', '."country"'],
  CodeableConcept: ['."text"', '."coding"[*]."display"'],
  Coding: ['."display"'],
};

/** Paths of the texts that a parameter looks at. */
export function stringPaths({ paths = [] }: Parameter): string[] {
  return paths.flatMap(({ path, type }) => (PARTS[type] ?? ['']).map((end) => `${path}${end}`));
}

/** The searchable parts of the structured string types. */
function stringParts({ type, value }: Typed): string[] {
  if (typeof value === 'string') return [value];
  if (type === 'HumanName') {
    const n = value as {
      text?: string;
      family?: string;
      given?: string[];
      prefix?: string[];
      suffix?: string[];
    };
    const parts = [n.text, n.family, ...(n.given ?? []), ...(n.prefix ?? []), ...(n.suffix ?? [])];
    const whole = n.family === undefined ? [] : [`${n.family}${(n.given ?? []).join('')}`];
    // A Chinese name is one word although its parts are stored apart.
    if (/\p{Script=Han}/u.test(whole[0] ?? '')) parts.push(whole[0]);
    return parts.filter((p) => p !== undefined && p !== null);
  }
  if (type === 'Address') {
    const a = value as Record<string, string | string[] | undefined>;
    const line = Array.isArray(a.line) ? a.line : [];
    return [a.text, ...line, a.city, a.district, a.state, a.postalCode, a.country].filter(
      (p): p is string => typeof p === 'string',
    );
  }
  if (type === 'CodeableConcept') {
    const c = value as { text?: string; coding?: Coding[] };
    return [c.text, ...(c.coding ?? []).map((k) => k.display)].filter((p) => p !== undefined);
  }
  if (type === 'Coding') return [(value as Coding).display].filter((p) => p !== undefined);
  return [];
}
