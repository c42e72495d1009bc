/** What the township centre sends: one transaction with the resident, the visit, the report and its quality evidence. Pure. */
import type { Bundle, BundleEntry, Observation, Patient, Reference, Resource } from '@medplum/fhirtypes';
import { RESIDENT_ID_SYSTEM } from '../../kernel/canonical.ts';
import { MEASURED } from './items.ts';
import { AREA, TOWNSHIP_CENTRE, TOWNSHIP_DOCTOR, TOWNSHIP_LABORATORY, ZHANG_SAN } from './people.ts';
import {
  chinaTime,
  EVIDENCE_NUMBER,
  HOUR,
  itemCode,
  LAB_REPORT_CATEGORY,
  LAB_REPORT_NUMBER,
  LABORATORY_CATEGORY,
  LOINC,
  NATIONAL,
  ORDER_NUMBER,
  OUTPATIENT_NUMBER,
  profiled,
  qualityEvidence,
  quantity,
  recognitionMark,
  SPECIMEN_NUMBER,
  structure,
} from './shapes.ts';

/** The parts of the bundle by name; the name is also the last part of the entry's urn. */
export type Part =
  | 'patient'
  | 'evidence'
  | 'encounter'
  | 'order'
  | 'specimen'
  | 'report'
  | `result-${string}`;

/** The order of the entries, which the answer keeps. */
export const PARTS: readonly Part[] = [
  'patient',
  'evidence',
  'encounter',
  'order',
  'specimen',
  ...MEASURED.map(({ loinc }): Part => `result-${loinc}`),
  'report',
];

/**
 * Number, cycle and validity of the centre's evidence at a moment: one for each half-year, valid from a
 * month before it to a month after, so that a sample taken across the turn of a cycle is covered.
 */
export function evidenceAt(now: Date): { number: string; cycle: string; from: string; to: string } {
  const [year, month] = chinaTime(now).split('-').map(Number) as [number, number];
  const second = month > 6;
  const cycle = `${year}-H${second ? 2 : 1}`;
  return {
    number: `QH-${cycle}-township-centre-east`,
    cycle,
    from: second ? `${year}-06-01` : `${year - 1}-12-01`,
    to: second ? `${year + 1}-01-31` : `${year}-07-31`,
  };
}

/** The transaction. `urns` names each part; `run` makes the business numbers unique. */
export function reportBundle(run: string, now: Date, urns: ReadonlyMap<Part, string>): Bundle {
  const to = (part: Part): Reference<never> => ({ reference: urns.get(part)! });
  const hours = (before: number) => chinaTime(new Date(now.getTime() - before * HOUR));
  const sampled = hours(48);
  const about = { subject: to('patient'), encounter: to('encounter') };
  const panel = { coding: [{ system: LOINC, code: '24323-8' }], text: '生化检查' };
  const evidence = evidenceAt(now);
  const results = MEASURED.map(
    (item): BundleEntry =>
      post(urns, `result-${item.loinc}`, {
        resourceType: 'Observation',
        meta: profiled('county-lab-observation'),
        basedOn: [to('order')],
        status: 'final',
        category: LABORATORY_CATEGORY,
        code: itemCode(item),
        ...about,
        effectiveDateTime: sampled,
        issued: hours(46),
        performer: [{ reference: TOWNSHIP_CENTRE }],
        valueQuantity: quantity(item.value, item.ucum),
        specimen: to('specimen'),
        referenceRange: [{ low: quantity(item.low!, item.ucum), high: quantity(item.high!, item.ucum) }],
      } satisfies Observation),
  );
  return {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      post(urns, 'patient', zhangSan(), `identifier=${RESIDENT_ID_SYSTEM}|${ZHANG_SAN}`),
      post(
        urns,
        'evidence',
        qualityEvidence({
          ...evidence,
          laboratory: TOWNSHIP_CENTRE,
          programme: 'city-eqa',
          result: 'pass',
          items: MEASURED,
        }),
        `identifier=${EVIDENCE_NUMBER}|${evidence.number}`,
      ),
      post(urns, 'encounter', {
        resourceType: 'Encounter',
        meta: profiled('county-encounter'),
        identifier: [{ system: OUTPATIENT_NUMBER, value: `${run}-V1` }],
        status: 'finished',
        class: {
          system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode',
          code: 'AMB',
          display: 'ambulatory',
        },
        subject: to('patient'),
        participant: [{ individual: { reference: TOWNSHIP_DOCTOR } }],
        period: { start: hours(49), end: hours(47) },
        serviceProvider: { reference: TOWNSHIP_CENTRE },
      }),
      post(urns, 'order', {
        resourceType: 'ServiceRequest',
        meta: profiled('county-lab-order'),
        identifier: [{ system: ORDER_NUMBER, value: `${run}-O1` }],
        status: 'completed',
        intent: 'order',
        category: LABORATORY_CATEGORY,
        code: panel,
        ...about,
        authoredOn: hours(48.5),
        requester: { reference: TOWNSHIP_DOCTOR },
      }),
      post(urns, 'specimen', {
        resourceType: 'Specimen',
        meta: profiled('county-specimen'),
        identifier: [{ system: SPECIMEN_NUMBER, value: `${run}-S1` }],
        status: 'available',
        type: {
          coding: [
            { system: 'http://terminology.hl7.org/CodeSystem/v2-0487', code: 'SER', display: 'Serum' },
          ],
          text: '血清',
        },
        subject: to('patient'),
        request: [to('order')],
        collection: { collectedDateTime: sampled },
      }),
      ...results,
      post(urns, 'report', {
        resourceType: 'DiagnosticReport',
        meta: profiled('county-lab-report'),
        extension: [
          recognitionMark({
            scope: 'community',
            area: AREA,
            text: '青禾县医共体互认，HR',
            evidence: to('evidence'),
          }),
        ],
        identifier: [{ system: LAB_REPORT_NUMBER, value: `${run}-R1` }],
        basedOn: [to('order')],
        status: 'final',
        category: LAB_REPORT_CATEGORY,
        code: panel,
        ...about,
        effectiveDateTime: sampled,
        issued: hours(46),
        performer: [{ reference: TOWNSHIP_CENTRE }],
        resultsInterpreter: [{ reference: TOWNSHIP_LABORATORY }],
        specimen: [to('specimen')],
        result: MEASURED.map(({ loinc }) => to(`result-${loinc}`)),
      }),
    ],
  };
}

function post(
  urns: ReadonlyMap<Part, string>,
  part: Part,
  resource: Resource,
  ifNoneExist?: string,
): BundleEntry {
  return {
    fullUrl: urns.get(part)!,
    resource,
    request: { method: 'POST', url: resource.resourceType, ...(ifNoneExist ? { ifNoneExist } : {}) },
  };
}

function zhangSan(): Patient {
  return {
    resourceType: 'Patient',
    meta: profiled('county-patient'),
    extension: [
      {
        url: structure('ethnicity'),
        valueCoding: { system: `${NATIONAL}.2.3.3.3`, code: '01', display: '汉族' },
      },
    ],
    identifier: [{ use: 'official', system: RESIDENT_ID_SYSTEM, value: ZHANG_SAN }],
    active: true,
    name: [{ use: 'official', text: '张三', family: '张', given: ['三'] }],
    gender: 'male',
    birthDate: '1979-06-15',
    address: [{ use: 'home', text: '青禾县东溪镇河街社区', district: '青禾县', country: 'CN' }],
  };
}
