/** Patients for tests of the record. */
import { residentCheckCharacter } from '../../../src/kernel/check-digits.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
export type Json = any;

export const RESIDENT_ID = 'urn:oid:2.16.156.10011.1.3';
export const CANONICAL = 'https://xiantong.example/fhir';
const MTH = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-RoleCode', code: 'MTH' }] };

/** A right number: area, birth date, sequence (odd for male). */
export function idNumber(birthDate: string, sequence: number, area = '320922'): string {
  const first17 = `${area}${birthDate.replaceAll('-', '')}${String(sequence).padStart(3, '0')}`;
  return first17 + residentCheckCharacter(first17);
}

export interface Known {
  readonly id?: string;
  readonly name: string;
  readonly birthDate?: string;
  readonly gender?: string;
  readonly number?: string;
  readonly phone?: string;
  readonly address?: string;
  readonly mother?: string;
  readonly more?: Json;
}

export function patient({ id, name, birthDate, gender, number, phone, address, mother, more }: Known): Json {
  return {
    resourceType: 'Patient',
    ...(id ? { id } : {}),
    active: true,
    ...(number ? { identifier: [{ system: RESIDENT_ID, value: number }] } : {}),
    name: [{ text: name }],
    ...(gender ? { gender } : {}),
    ...(birthDate ? { birthDate } : {}),
    ...(phone ? { telecom: [{ system: 'phone', value: phone }] } : {}),
    ...(address ? { address: [{ text: address }] } : {}),
    ...(mother ? { contact: [{ relationship: [MTH], name: { text: mother } }] } : {}),
    ...more,
  };
}

export function parameters(values: Readonly<Record<string, Json>>): Json {
  const parameter = Object.entries(values).map(([name, value]) => {
    if (value?.resourceType) return { name, resource: value };
    if (typeof value === 'boolean') return { name, valueBoolean: value };
    if (typeof value === 'number') return { name, valueInteger: value };
    return { name, valueReference: { reference: value } };
  });
  return { resourceType: 'Parameters', parameter };
}
