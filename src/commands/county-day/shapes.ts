/** Resources in the county's shapes: what several of them have in common. Pure. */
import type { Basic, Coding, Extension, Meta, Quantity, Reference } from '@medplum/fhirtypes';
import { CANONICAL } from '../../kernel/canonical.ts';

export const HOUR = 3_600_000;

export const NATIONAL = 'urn:oid:2.16.156.10011';
export const LOINC = 'http://loinc.org';
export const UCUM = 'http://unitsofmeasure.org';
export const DICOM = 'http://dicom.nema.org/resources/ontology/DCM';

/** Numbers that institutions give, WS/T 681-2020. */
export const OUTPATIENT_NUMBER = `${NATIONAL}.1.11`;
export const INPATIENT_NUMBER = `${NATIONAL}.1.12`;
export const SPECIMEN_NUMBER = `${NATIONAL}.1.14`;
export const ORDER_NUMBER = `${NATIONAL}.1.24`;
export const IMAGING_REPORT_NUMBER = `${NATIONAL}.1.32`;
export const LAB_REPORT_NUMBER = `${NATIONAL}.1.33`;
export const EVIDENCE_NUMBER = `${CANONICAL}/NamingSystem/quality-evidence`;

/** A laboratory item that can be measured, ordered and recognised. */
export interface LabItem {
  readonly loinc: string;
  readonly zh: string;
  readonly en: string;
  readonly ucum: string;
  readonly low?: number;
  readonly high?: number;
}

export function structure(name: string): string {
  return `${CANONICAL}/StructureDefinition/${name}`;
}

export function codeSystem(name: string): string {
  return `${CANONICAL}/CodeSystem/${name}`;
}

export function profiled(name: string): Meta {
  return { profile: [structure(name)] };
}

/** A moment in China's time: `2026-10-31T08:05:00+08:00`. */
export function chinaTime(at: Date): string {
  return `${new Date(at.getTime() + 8 * HOUR).toISOString().slice(0, 19)}+08:00`;
}

/** The code of a laboratory item, in an order as in a result. */
export function itemCode(item: LabItem): { coding: Coding[]; text: string } {
  return { coding: [{ system: LOINC, code: item.loinc, display: item.en }], text: item.zh };
}

export function quantity(value: number, ucum: string): Quantity {
  return { value, unit: ucum, system: UCUM, code: ucum };
}

const categoryOf = (code: string, display: string) => [
  { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code, display }] },
];

/** The category of laboratory orders and results; of orders of images. */
export const LABORATORY_CATEGORY = categoryOf('laboratory', 'Laboratory');
export const IMAGING_CATEGORY = categoryOf('imaging', 'Imaging');

export const LAB_REPORT_CATEGORY = [
  {
    coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0074', code: 'LAB', display: 'Laboratory' }],
  },
];

export interface Mark {
  readonly scope: 'national' | 'region' | 'province' | 'city' | 'community' | 'institution';
  /** GB/T 2260 code of the area the scope speaks of. */
  readonly area?: string;
  /** The words printed on the report. */
  readonly text: string;
  /** The Basic that says which items passed which quality programme. */
  readonly evidence: Reference;
}

/** The mark that says how far a report's results are recognised. */
export function recognitionMark(mark: Mark): Extension {
  return {
    url: structure('recognition-mark'),
    extension: [
      { url: 'scope', valueCoding: { system: codeSystem('recognition-scope'), code: mark.scope } },
      ...(mark.area ? [{ url: 'area', valueCode: mark.area }] : []),
      { url: 'text', valueString: mark.text },
      { url: 'evidence', valueReference: mark.evidence },
    ],
  };
}

export interface Evidence {
  readonly number: string;
  readonly laboratory: string;
  readonly programme: string;
  readonly cycle: string;
  readonly result: 'pass' | 'fail' | 'not-participated';
  readonly from: string;
  readonly to: string;
  readonly items: readonly LabItem[];
}

/** What a laboratory shows for the quality of its items in one cycle of a programme. */
export function qualityEvidence(evidence: Evidence): Basic {
  return {
    resourceType: 'Basic',
    meta: profiled('county-quality-evidence'),
    extension: [
      {
        url: structure('quality-evidence'),
        extension: [
          { url: 'programme', valueCoding: { system: codeSystem('qc-programme'), code: evidence.programme } },
          { url: 'cycle', valueString: evidence.cycle },
          { url: 'result', valueCode: evidence.result },
          { url: 'period', valuePeriod: { start: evidence.from, end: evidence.to } },
          ...evidence.items.map((item) => ({ url: 'item', valueCodeableConcept: itemCode(item) })),
        ],
      },
    ],
    identifier: [{ system: EVIDENCE_NUMBER, value: evidence.number }],
    code: {
      coding: [{ system: codeSystem('county-basic-code'), code: 'quality-evidence' }],
      text: '质控依据',
    },
    subject: { reference: evidence.laboratory },
  };
}
