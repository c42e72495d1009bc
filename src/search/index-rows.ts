/**
 * A resource -> the rows that make it findable. Pure; the store writes what this returns, and on an update
 * writes only the difference to what it returned for the version before.
 */

import { dateRange, periodRange, type Range } from '../kernel/dates.ts';
import type { LocalReference } from '../kernel/ids.ts';
import { localReference } from '../kernel/ids.ts';
import { canonicalQuantity, UCUM } from '../terminology/units.ts';
import type { Typed } from './expression.ts';
import { fold, latinReadings, MAX_INDEXED } from './fold.ts';
import type { Parameter, Parameters } from './parameters.ts';
import {
  bareCodeToken,
  canonicalUnitKey,
  codeToken,
  exactToken,
  referenceIdentifierToken,
  referenceToken,
  referenceValueToken,
  systemCodeToken,
  systemToken,
  systemUnitKey,
  unitKey,
  uriToken,
} from './tokens.ts';

export interface IndexRows {
  /** Id of the patient the resource is about, by its main patient reference. */
  readonly patient: string | null;
  /** Start and end of the main date in milliseconds; date is null when the type or the resource has none. */
  readonly date: Range | null;
  /** Whether the type has a main date: a resource without it stands behind all that have it. */
  readonly dated: boolean;
  /** Texts of tokens; the database hashes them. */
  readonly tokens: ReadonlySet<string>;
  /** parameter key -> folded values */
  readonly strings: ReadonlyMap<string, ReadonlySet<string>>;
  /** parameter (and unit) key -> values */
  readonly numbers: ReadonlyMap<string, ReadonlySet<number>>;
  /** parameter key -> `lo,hi` */
  readonly dates: ReadonlyMap<string, ReadonlySet<string>>;
}

class Collector implements IndexRows {
  patient: string | null = null;
  date: Range | null = null;
  dated = false;
  readonly tokens = new Set<string>();
  readonly strings = new Map<string, Set<string>>();
  readonly numbers = new Map<string, Set<number>>();
  readonly dates = new Map<string, Set<string>>();

  string(key: string, value: string): void {
    const folded = fold(value).slice(0, MAX_INDEXED);
    if (folded !== '') add(this.strings, key, folded);
  }
}

function add<V>(map: Map<string, Set<V>>, key: string, value: V): void {
  const set = map.get(key);
  if (set) set.add(value);
  else map.set(key, new Set([value]));
}

/** Nothing to index: a deleted resource. */
export const NO_ROWS: IndexRows = new Collector();

export type IndexRowsOf = (resource: Record<string, unknown>) => IndexRows;

/** `base` is the FHIR base of this server: absolute references below it are indexed as relative ones. */
export function createIndexRows(parameters: Parameters, base: string): IndexRowsOf {
  return (resource) => {
    const { byCode, mainDate } = parameters(resource.resourceType as string);
    const rows = new Collector();
    rows.dated = mainDate !== undefined;
    for (const parameter of byCode.values()) {
      const values = parameter.extract(resource);
      if (values.length === 0) continue;
      for (const value of values) indexValue(rows, parameter, value, base);
    }
    return rows;
  };
}

function indexValue(rows: Collector, parameter: Parameter, typed: Typed, base: string): void {
  switch (parameter.kind) {
    case 'token':
      return indexToken(rows, parameter.key, typed);
    case 'string':
      return indexString(rows, parameter, typed);
    case 'reference':
      return indexReference(rows, parameter, typed, base);
    case 'date':
      return indexDate(rows, parameter, typed);
    case 'number':
      return indexNumber(rows, parameter.key, typed);
    case 'quantity':
      return indexQuantity(rows, parameter.key, typed);
    case 'uri':
      if (typeof typed.value === 'string') rows.tokens.add(uriToken(parameter.key, typed.value));
  }
}

interface Coding {
  system?: string;
  code?: string;
  display?: string;
}

function coding(rows: Collector, key: string, system: string | undefined, code: string | undefined): void {
  if (code !== undefined) {
    rows.tokens.add(codeToken(key, code));
    rows.tokens.add(system ? systemCodeToken(key, system, code) : bareCodeToken(key, code));
  }
  if (system) rows.tokens.add(systemToken(key, system));
}

function indexToken(rows: Collector, key: string, { type, value }: Typed): void {
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
}

/** The searchable parts of the structured string types. https://hl7.org/fhir/R4/search.html#string */
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

/** Parameters over names of people and places, which are also searched by their Latin readings. */
const READ_ALOUD = new Set(['name', 'family', 'given', 'phonetic']);

function indexString(rows: Collector, parameter: Parameter, typed: Typed): void {
  for (const part of stringParts(typed)) {
    rows.string(parameter.key, part);
    rows.tokens.add(exactToken(parameter.key, part));
    if (READ_ALOUD.has(parameter.code)) {
      for (const reading of latinReadings(part)) rows.string(parameter.key, reading);
    }
  }
}

function indexReference(rows: Collector, parameter: Parameter, { type, value }: Typed, base: string): void {
  if (typeof value === 'string') {
    // canonical and uri: with and without the version
    rows.tokens.add(referenceToken(parameter.key, value));
    const bar = value.indexOf('|');
    if (bar > 0) rows.tokens.add(referenceToken(parameter.key, value.slice(0, bar)));
    return;
  }
  if (type !== 'Reference') return;
  const reference = value as { reference?: string; identifier?: { system?: string; value?: string } };
  if (reference.identifier?.value !== undefined) {
    const { system = '', value: id } = reference.identifier;
    rows.tokens.add(referenceIdentifierToken(parameter.key, system, id));
    rows.tokens.add(referenceValueToken(parameter.key, id));
  }
  if (reference.reference === undefined || reference.reference.startsWith('#')) return;
  const local: LocalReference | undefined = localReference(reference.reference, base);
  if (!local) {
    rows.tokens.add(referenceToken(parameter.key, reference.reference));
  } else if (parameter.isPatient && local.type === 'Patient') {
    rows.patient = local.id;
  } else {
    rows.tokens.add(referenceToken(parameter.key, `${local.type}/${local.id}`));
  }
}

/** The time a value stands for; a Timing stands for the span of its events or bounds. */
function rangeOf({ type, value }: Typed): Range | undefined {
  if (typeof value === 'string') return dateRange(value);
  if (type === 'Period') return periodRange(value as { start?: string; end?: string });
  if (type === 'Timing') {
    const timing = value as {
      event?: string[];
      repeat?: { boundsPeriod?: { start?: string; end?: string } };
    };
    const ranges = (timing.event ?? []).map(dateRange).filter((r) => r !== undefined);
    const bounds = timing.repeat?.boundsPeriod && periodRange(timing.repeat.boundsPeriod);
    if (bounds) ranges.push(bounds);
    if (ranges.length === 0) return undefined;
    return { lo: Math.min(...ranges.map((r) => r.lo)), hi: Math.max(...ranges.map((r) => r.hi)) };
  }
  return undefined;
}

function indexDate(rows: Collector, parameter: Parameter, typed: Typed): void {
  const range = rangeOf(typed);
  if (!range) return;
  if (parameter.isMainDate && rows.date === null) rows.date = range;
  else add(rows.dates, parameter.key, `${range.lo},${range.hi}`);
}

function indexNumber(rows: Collector, key: string, { type, value }: Typed): void {
  if (typeof value === 'number') add(rows.numbers, key, value);
  else if (type === 'Range') {
    const { low, high } = value as { low?: { value?: number }; high?: { value?: number } };
    for (const v of [low?.value, high?.value]) if (v !== undefined) add(rows.numbers, key, v);
  }
}

interface Quantity {
  value?: number;
  unit?: string;
  system?: string;
  code?: string;
  currency?: string;
}

function indexQuantity(rows: Collector, key: string, { type, value }: Typed): void {
  if (type === 'Range') {
    const range = value as { low?: Quantity; high?: Quantity };
    if (range.low) quantity(rows, key, range.low);
    if (range.high) quantity(rows, key, range.high);
  } else if (type === 'SampledData') {
    quantity(rows, key, (value as { origin?: Quantity }).origin ?? {});
  } else if (type === 'Money') {
    const money = value as Quantity;
    quantity(rows, key, { value: money.value, system: 'urn:iso:std:iso:4217', code: money.currency });
  } else quantity(rows, key, value as Quantity);
}

function quantity(rows: Collector, key: string, q: Quantity): void {
  if (typeof q.value !== 'number') return;
  add(rows.numbers, key, q.value);
  if (q.code !== undefined) {
    const canonical = q.system === UCUM ? canonicalQuantity(q.value, q.code) : undefined;
    if (canonical) add(rows.numbers, canonicalUnitKey(key, canonical.unit), canonical.value);
    else {
      add(rows.numbers, systemUnitKey(key, q.system ?? '', q.code), q.value);
      add(rows.numbers, unitKey(key, q.code), q.value);
    }
    if (q.unit !== undefined && q.unit !== q.code) add(rows.numbers, unitKey(key, q.unit), q.value);
  } else if (q.unit !== undefined) add(rows.numbers, unitKey(key, q.unit), q.value);
}
