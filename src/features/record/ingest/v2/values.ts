/** Data types of HL7 v2 as those of FHIR. Pure. */
import { CANONICAL } from '../../../../kernel/canonical.ts';

/**
 * `YYYYMMDDHHMMSS[.S][+ZZZZ]` -> a dateTime; written with `-`, `/` and `:`, too, as many systems do. Without a zone it is
 * the county's time; a month or a day of 00 is unknown. '' for what is none.
 */
export function dateTime(ts: string): string {
  const plain = ts.replace(PUNCTUATED, '$1$2$3$4$5$6');
  const match = /^(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:\.\d+)?([+-]\d{4})?$/.exec(plain);
  if (!match) return '';
  const [, year, month, day, hour, minute = '00', second = '00', zone = '+0800'] = match;
  if (!month || month === '00') return year!;
  if (!day || day === '00') return `${year}-${month}`;
  const date = `${year}-${month}-${day}`;
  return hour ? `${date}T${hour}:${minute}:${second}${zone.slice(0, 3)}:${zone.slice(3)}` : date;
}

const PUNCTUATED = /^(\d{4})[-/](\d\d)[-/](\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d))?)?/;

export function date(ts: string): string {
  return dateTime(ts).slice(0, 10);
}

/**
 * The system of what an institution's own system gave numbers or codes to: `facility` is MSH-4, `authority` the
 * namespace of the identifier or the table.
 */
export function localSystem(facility: string, authority: string): string {
  const part = (text: string) => encodeURIComponent(text.trim().toLowerCase() || 'unknown');
  return `${CANONICAL}/sid/${part(facility)}/${part(authority)}`;
}

const SYSTEMS: Readonly<Record<string, string>> = {
  LN: 'http://loinc.org',
  LNC: 'http://loinc.org',
  SCT: 'http://snomed.info/sct',
  I10: 'http://hl7.org/fhir/sid/icd-10',
  ICD10: 'http://hl7.org/fhir/sid/icd-10',
};

/** CE, CWE: code, text, system, and the same once more. */
export function concept(components: readonly string[], facility: string) {
  const coding = [0, 3].flatMap((at) => {
    const [code = '', display = '', table = ''] = components.slice(at, at + 3);
    if (code === '') return [];
    const system = SYSTEMS[table.toUpperCase()] ?? localSystem(facility, table || 'code');
    return [{ system, code, ...(display ? { display } : {}) }];
  });
  const text = components[1] || components[4] || components[8] || components[0];
  return { ...(coding.length > 0 ? { coding } : {}), ...(text ? { text } : {}) };
}

/** What is there, of fields that may say nothing. */
export function present<T extends object>(fields: T): T {
  const kept = Object.entries(fields).filter(
    ([, v]) => v !== undefined && v !== '' && !(Array.isArray(v) && v.length === 0),
  );
  return Object.fromEntries(kept) as T;
}
