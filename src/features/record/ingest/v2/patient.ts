/** PID -> Patient, PV1 -> Encounter. Pure. */
import {
  HEALTH_CARD_SYSTEM,
  HEALTH_RECORD_SYSTEM,
  RESIDENT_ID_SYSTEM,
  SOCIAL_SECURITY_CARD_SYSTEM,
} from '../../../../kernel/canonical.ts';
import type { Resource } from '../../../../kernel/contribution.ts';
import { repetitions, type Segment, text } from './er7.ts';
import { date, dateTime, localSystem, present } from './values.ts';

/** PID-3.5, the type of an identifier, of those that the nation gives out. */
const NATIONAL: Readonly<Record<string, string>> = {
  NI: RESIDENT_ID_SYSTEM,
  NNCHN: RESIDENT_ID_SYSTEM,
  IDCARD: RESIDENT_ID_SYSTEM,
  HC: HEALTH_CARD_SYSTEM,
  EHC: HEALTH_CARD_SYSTEM,
  PHR: HEALTH_RECORD_SYSTEM,
  SS: SOCIAL_SECURITY_CARD_SYSTEM,
};
const SEX: Readonly<Record<string, string>> = {
  M: 'male',
  F: 'female',
  O: 'other',
  U: 'unknown',
  A: 'other',
};

export interface Identifier {
  readonly system: string;
  readonly value: string;
}

/** PID-3 or MRG-1. That of the institution first: it is the one that it goes by. */
export function identifiersOf(segment: Segment | undefined, field: number, facility: string): Identifier[] {
  const found = repetitions(segment, field).map(([value = '', , , authority = '', type = '']): Identifier => {
    const national = NATIONAL[type.toUpperCase()];
    return { system: national ?? localSystem(facility, authority || type || 'patient'), value };
  });
  const own = (i: Identifier) => (i.system.startsWith('urn:') ? 1 : 0);
  return found.filter((i) => i.value !== '').sort((a, b) => own(a) - own(b));
}

export function patientOf(pid: Segment, facility: string): Resource {
  const phones = [...repetitions(pid, 13), ...repetitions(pid, 14)].map((r) => r[0] || r[11] || r[6] || '');
  const mother = repetitions(pid, 6)[0];
  const role = 'http://terminology.hl7.org/CodeSystem/v3-RoleCode';
  return present({
    resourceType: 'Patient',
    identifier: identifiersOf(pid, 3, facility),
    name: repetitions(pid, 5).map(nameOf),
    gender: SEX[text(pid, 8).toUpperCase()] ?? (text(pid, 8) ? 'unknown' : ''),
    birthDate: date(text(pid, 7)),
    deceasedBoolean: text(pid, 30) === 'Y' ? true : undefined,
    telecom: phones.filter((p) => p !== '').map((value) => ({ system: 'phone', value })),
    address: repetitions(pid, 11).map(([line = '', other = '', city = '', state = '']) =>
      present({
        text: [state, city, line, other].join(''),
        line: [line].filter((l) => l !== ''),
        city,
        state,
      }),
    ),
    contact: mother
      ? [{ relationship: [{ coding: [{ system: role, code: 'MTH' }] }], name: nameOf(mother) }]
      : [],
  }) as Resource;
}

/** Chinese names come whole in the first component, or in two. */
function nameOf([family = '', given = '', middle = '']: readonly string[]) {
  const parts = [given, middle].filter((g) => g !== '');
  return present({ text: [family, ...parts].join(''), family: parts.length > 0 ? family : '', given: parts });
}

const CLASS: Readonly<Record<string, readonly [string, string]>> = {
  I: ['IMP', 'inpatient encounter'],
  E: ['EMER', 'emergency'],
  O: ['AMB', 'ambulatory'],
  P: ['PRENC', 'pre-admission'],
};

/** What an event makes of a stay. */
const STATUS: Readonly<Record<string, string>> = {
  A01: 'in-progress',
  A02: 'in-progress',
  A03: 'finished',
  A04: 'in-progress',
  A05: 'planned',
  A11: 'cancelled',
  A13: 'in-progress',
};

export function encounterOf(
  pv1: Segment,
  event: string,
  patient: string,
  facility: string,
): Resource | undefined {
  const number = text(pv1, 19);
  if (number === '') return undefined;
  const [code, display] = CLASS[text(pv1, 2)] ?? CLASS.O!;
  const period = present({ start: dateTime(text(pv1, 44)), end: dateTime(text(pv1, 45)) });
  const ward = [1, 2, 3].map((c) => text(pv1, 3, c)).filter((t) => t !== '');
  return present({
    resourceType: 'Encounter',
    identifier: [{ system: localSystem(facility, 'visit'), value: number }],
    status: STATUS[event] ?? (period.end ? 'finished' : 'in-progress'),
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code, display },
    subject: { reference: patient },
    period: Object.keys(period).length > 0 ? period : undefined,
    location: ward.length > 0 ? [{ location: { display: ward.join(' ') } }] : [],
  }) as unknown as Resource;
}
