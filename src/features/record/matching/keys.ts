/**
 * The keys by which records of one person meet: two records are compared when they share one. Every usual fault
 * leaves at least one of them as it is.
 */
import type { Resource } from '../../../kernel/contribution.ts';
import { lunarDate } from './birth-date.ts';
import type { Name } from './name.ts';
import { type Person, personOf } from './person.ts';

/** Keys of one record: what has more names and phones than this is no person's. */
const MOST = 40;

/** `keysOf` for the index; a Patient in any state. Validity in time does not matter here. */
export function keysOfPatient(patient: Resource): readonly string[] {
  return patient.resourceType === 'Patient' ? keysOf(personOf(patient, FAR)) : [];
}

const FAR = new Date('2200-01-01T00:00:00Z');

export function keysOf({ names, birthDate, sex, strong, phones, mothers }: Person): readonly string[] {
  const keys = new Set<string>();
  for (const { system, value } of strong) keys.add(`i${system}|${value}`);
  for (const phone of phones) keys.add(`p${phone}`);
  if (birthDate !== undefined) {
    const year = birthDate.slice(0, 4);
    const isDay = birthDate.length === 10;
    for (const reading of readingsOf(names)) {
      keys.add(`y${reading}|${year}`);
      if (!isDay) continue;
      // A year that was misread leaves day and month, in one order or the other.
      keys.add(`d${reading}|${[birthDate.slice(5, 7), birthDate.slice(8)].sort().join('')}`);
      const lunar = lunarDate(birthDate);
      if (lunar !== undefined && lunar.slice(0, 4) !== year) keys.add(`y${reading}|${lunar.slice(0, 4)}`);
    }
    if (isDay) {
      for (const { surname } of names) keys.add(`s${surname}|${birthDate}|${sex ?? ''}`);
      for (const reading of readingsOf(mothers)) keys.add(`m${reading}|${birthDate}`);
    }
  }
  return [...keys].slice(0, MOST);
}

function readingsOf(names: readonly Name[]): Set<string> {
  return new Set(names.filter((n) => n.parent === undefined).flatMap((n) => n.readings));
}
