/** OBR and OBX -> DiagnosticReport and Observation. Pure. */
import type { Resource } from '../../../../kernel/contribution.ts';
import { repetitions, type Segment, text } from './er7.ts';
import { concept, dateTime, localSystem, present } from './values.ts';

/** Tables 0123 and 0085. */
const REPORT_STATUS: Readonly<Record<string, string>> = {
  F: 'final',
  P: 'preliminary',
  R: 'preliminary',
  A: 'partial',
  C: 'corrected',
  X: 'cancelled',
  I: 'registered',
  O: 'registered',
  S: 'registered',
};
const RESULT_STATUS: Readonly<Record<string, string>> = {
  F: 'final',
  P: 'preliminary',
  R: 'preliminary',
  S: 'preliminary',
  C: 'corrected',
  X: 'cancelled',
  D: 'entered-in-error',
  W: 'entered-in-error',
  I: 'registered',
  U: 'final',
};
const INTERPRETATION = 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation';
const FLAGS = new Set(['L', 'H', 'LL', 'HH', 'N', 'A', 'AA', 'POS', 'NEG', 'S', 'R', 'I']);
/** What laboratories print. */
const ARROWS: Readonly<Record<string, string>> = { '↑': 'H', '↓': 'L', '↑↑': 'HH', '↓↓': 'LL' };
const LABORATORY = {
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' }],
};
const UCUM = 'http://unitsofmeasure.org';

export interface Place {
  readonly facility: string;
  readonly patient: string;
  readonly encounter?: string;
  readonly performer: { readonly display: string };
}

export function reportOf(obr: Segment, results: readonly string[], place: Place): Resource {
  const { facility, patient, encounter, performer } = place;
  return present({
    resourceType: 'DiagnosticReport',
    identifier: [{ system: localSystem(facility, 'report'), value: orderNumber(obr) }],
    status: REPORT_STATUS[text(obr, 25)] ?? 'final',
    category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0074', code: 'LAB' }] }],
    code: concept(repetitions(obr, 4)[0] ?? [], facility),
    subject: { reference: patient },
    encounter: encounter ? { reference: encounter } : undefined,
    effectiveDateTime: dateTime(text(obr, 7)),
    issued: instant(text(obr, 22)),
    performer: [performer],
    result: results.map((reference) => ({ reference })),
  }) as unknown as Resource;
}

/** OBR-3, the laboratory's own number, or else OBR-2, that of who ordered. */
export function orderNumber(obr: Segment): string {
  return text(obr, 3) || text(obr, 2);
}

/** An instant has seconds. */
function instant(ts: string): string {
  const value = dateTime(ts);
  return value.includes('T') ? value : '';
}

/** `notes`: NTE segments after the OBX. */
export function observationOf(obx: Segment, obr: Segment, notes: readonly Segment[], place: Place): Resource {
  const { facility, patient, encounter, performer } = place;
  const code = concept(repetitions(obx, 3)[0] ?? [], facility);
  const number = [orderNumber(obr), text(obx, 3), text(obx, 4)].filter((t) => t !== '').join('/');
  const flag = ARROWS[text(obx, 8)] ?? text(obx, 8).toUpperCase();
  const range = text(obx, 7);
  const value = resultOf(obx, facility);
  return present({
    resourceType: 'Observation',
    identifier: [{ system: localSystem(facility, 'result'), value: number }],
    status: RESULT_STATUS[text(obx, 11)] ?? 'final',
    category: [LABORATORY],
    code,
    subject: { reference: patient },
    encounter: encounter ? { reference: encounter } : undefined,
    effectiveDateTime: dateTime(text(obx, 14)) || dateTime(text(obr, 7)),
    issued: instant(text(obr, 22)),
    performer: [performer],
    ...(value ?? { dataAbsentReason: { text: text(obx, 5) || 'unknown' } }),
    interpretation: FLAGS.has(flag) ? [{ coding: [{ system: INTERPRETATION, code: flag }] }] : [],
    referenceRange: range ? [rangeOf(range, unitOf(obx))] : [],
    note: notes.flatMap((n) => (text(n, 3) ? [{ text: text(n, 3) }] : [])),
  }) as unknown as Resource;
}

/** OBX-2 says what OBX-5 is. Undefined when there is no value. */
function resultOf(obx: Segment, facility: string): object | undefined {
  const raw = text(obx, 5);
  if (raw === '') return undefined;
  switch (text(obx, 2)) {
    case 'NM':
      return quantityOf(raw, obx) ?? { valueString: raw };
    case 'SN': {
      const whole = (repetitions(obx, 5)[0] ?? []).join('');
      return quantityOf(whole, obx) ?? { valueString: whole };
    }
    case 'CE':
    case 'CWE':
    case 'CNE':
      return { valueCodeableConcept: concept(repetitions(obx, 5)[0] ?? [], facility) };
    case 'DT':
    case 'TS':
    case 'DTM':
      return dateTime(raw) ? { valueDateTime: dateTime(raw) } : { valueString: raw };
    default:
      return {
        valueString: repetitions(obx, 5)
          .map((r) => r.join(' '))
          .join('\n'),
      };
  }
}

/** A number, which may lie beyond what is measured (`<0.5`). */
function quantityOf(raw: string, obx: Segment): object | undefined {
  const [, sign = '', number = ''] = /^(<=|>=|<|>|≤|≥|=)?\s*(\S+)$/.exec(raw) ?? [];
  if (!isNumber(number)) return undefined;
  const comparator = { '≤': '<=', '≥': '>=', '=': '', '': '' }[sign] ?? sign;
  return {
    valueQuantity: { value: Number(number), ...(comparator ? { comparator } : {}), ...unitOf(obx) },
  };
}

function isNumber(raw: string): boolean {
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(raw);
}

/** OBX-6. What is said to be UCUM has a code; the server knows other spellings of units as well. */
function unitOf(obx: Segment): { unit?: string; system?: string; code?: string } {
  const [code = '', display = '', system = ''] = repetitions(obx, 6)[0] ?? [];
  if (code === '') return {};
  // 10^9/L, whose sender does not know that ^ parts components.
  if (/^[x×*]?10$/i.test(code) && /^\d+(\/|$)/.test(display)) return { unit: `${code}^${display}` };
  const unit = display || code;
  return system.toUpperCase() === 'UCUM' ? { unit, system: UCUM, code } : { unit };
}

function rangeOf(range: string, unit: object): object {
  const [, low, dash, high] = /^\s*(-?[\d.]+)\s*([-~～–—]|——)\s*(-?[\d.]+)\s*$/.exec(range) ?? [];
  if (low === undefined || !isNumber(low) || !isNumber(high!)) return { text: range };
  // 3.5--9.5: two strokes part the two, where a minus would turn them round.
  if (dash === '-' && Number(low) > Number(high))
    return { ...rangeOf(range.replace('--', '~'), unit), text: range };
  return { low: { value: Number(low), ...unit }, high: { value: Number(high), ...unit }, text: range };
}
