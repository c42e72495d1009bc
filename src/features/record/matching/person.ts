/** What of a Patient tells who it is. Pure; a Patient that a client asks about may be in any state. */

import { RESIDENT_ID_SYSTEM } from '../../../kernel/canonical.ts';
import { residentBirthDate, residentGender } from '../../../kernel/check-digits.ts';
import type { Resource } from '../../../kernel/contribution.ts';
import { compareBirthDates } from './birth-date.ts';
import { plainAddress, plainPhone } from './contact.ts';
import { type Name, nameOf } from './name.ts';
import { type StrongIdentifier, strongIdentifier } from './strong-identifiers.ts';

export interface Person {
  readonly names: readonly Name[];
  /** `YYYY`, `YYYY-MM` or `YYYY-MM-DD`. */
  readonly birthDate?: string;
  readonly sex?: 'male' | 'female';
  readonly strong: readonly StrongIdentifier[];
  readonly phones: readonly string[];
  readonly addresses: readonly string[];
  readonly mothers: readonly Name[];
}

interface Coded {
  readonly coding?: readonly { readonly system?: string; readonly code?: string }[];
  readonly text?: string;
}
interface PatientFields {
  readonly name?: unknown;
  readonly birthDate?: unknown;
  readonly gender?: unknown;
  readonly identifier?: unknown;
  readonly telecom?: unknown;
  readonly address?: unknown;
  readonly contact?: unknown;
}
interface Contact {
  readonly relationship?: readonly Coded[];
  readonly name?: object;
}

/** GB/T 4761: 52 is the mother. */
const FAMILY_RELATION = 'urn:oid:2.16.156.10011.2.3.3.8';
const ROLE = 'http://terminology.hl7.org/CodeSystem/v3-RoleCode';

/** Names, numbers, phones, addresses, contacts that are looked at: whoever has more is compared by the first. */
const MOST = 20;

export function personOf(patient: Resource, now: Date): Person {
  const fields = patient as PatientFields;
  const names = first(fields.name).flatMap((n) => nameOf(n) ?? []);
  const strong = objects(fields.identifier)
    .flatMap((i) => strongIdentifier(i, now) ?? [])
    .slice(0, MOST)
    .map((s) => (isForeign(s, fields.birthDate) ? { ...s, foreign: true } : s));
  const id = strong.find((s) => s.system === RESIDENT_ID_SYSTEM && s.valid && !s.former)?.value;
  const { birthDate, gender } = fields;
  const mothers = (first(fields.contact) as Contact[])
    .filter((c) => objects(c.relationship).some(isMother))
    .flatMap((c) => nameOf(c.name ?? {}) ?? []);
  const parents = names.flatMap(({ parent }) =>
    parent === undefined ? [] : (nameOf({ text: parent }) ?? []),
  );
  return {
    names,
    birthDate:
      typeof birthDate === 'string' && /^\d{4}(-\d\d){0,2}$/.test(birthDate)
        ? birthDate
        : id && residentBirthDate(id),
    sex: gender === 'male' || gender === 'female' ? gender : id ? residentGender(id) : undefined,
    strong,
    phones: texts(first(fields.telecom), 'value').flatMap((t) => plainPhone(t) ?? []),
    addresses: first(fields.address).flatMap((a) => plainAddress(addressText(a)) ?? []),
    mothers: [...mothers, ...parents],
  };
}

/** A child is registered with the number of a parent. */
function isForeign({ system, value, valid }: StrongIdentifier, birthDate: unknown): boolean {
  if (system !== RESIDENT_ID_SYSTEM || !valid || typeof birthDate !== 'string') return false;
  const own = residentBirthDate(value);
  if (own === undefined || birthDate.length < 10) return false;
  const level = compareBirthDates(own, birthDate);
  return level === 'different' || level === 'year';
}

function isMother({ coding = [], text }: Coded): boolean {
  return (
    text === '母亲' ||
    text === '母' ||
    coding.some(
      ({ system, code }) =>
        (system === ROLE && (code === 'MTH' || code === 'NMTH')) ||
        (system === FAMILY_RELATION && code === '52'),
    )
  );
}

function addressText(address: { text?: string; line?: readonly string[]; city?: string; district?: string }) {
  const { text, line = [], city = '', district = '' } = address;
  return text ?? `${city}${district}${line.join('')}`;
}

function objects(value: unknown): readonly object[] {
  return Array.isArray(value) ? value.filter((v) => typeof v === 'object' && v !== null) : [];
}

function first(value: unknown): readonly object[] {
  return objects(value).slice(0, MOST);
}

function texts(value: unknown, key: string): string[] {
  return objects(value)
    .map((o) => (o as Record<string, unknown>)[key])
    .filter((t) => typeof t === 'string');
}
