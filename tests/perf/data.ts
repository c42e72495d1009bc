/** The benchmark's data: deterministic, so that two runs measure the same work. */
import type { Bundle, BundleEntry, Observation, Patient, Resource } from '@medplum/fhirtypes';

export const PATIENTS = 300;
/** With the patient, 60 resources; six of each item but one. */
export const RESULTS_EACH = 59;

const PATIENT_NUMBER = 'https://hospital.example/patient';
const RESULT_NUMBER = 'https://hospital.example/lab/result';
const LOINC = 'http://loinc.org';
const LAB_PROFILE = 'https://xiantong.example/fhir/StructureDefinition/county-lab-observation';
const FIRST_DAY = Date.UTC(2025, 0, 1);
const HOUR = 3_600_000;

interface Item {
  readonly code: string;
  readonly display: string;
  readonly text: string;
  readonly unit: string;
  readonly low: number;
  readonly high: number;
}

export const ITEMS: readonly Item[] = [
  ['15074-8', 'Glucose [Moles/volume] in Blood', '葡萄糖', 'mmol/L', 3.9, 6.1],
  ['718-7', 'Hemoglobin [Mass/volume] in Blood', '血红蛋白', 'g/L', 115, 150],
  ['2823-3', 'Potassium [Moles/volume] in Serum or Plasma', '钾', 'mmol/L', 3.5, 5.3],
  ['2951-2', 'Sodium [Moles/volume] in Serum or Plasma', '钠', 'mmol/L', 137, 147],
  ['2075-0', 'Chloride [Moles/volume] in Serum or Plasma', '氯', 'mmol/L', 99, 110],
  ['14682-9', 'Creatinine [Moles/volume] in Serum or Plasma', '肌酐', 'umol/L', 57, 97],
  ['1742-6', 'Alanine aminotransferase in Serum or Plasma', '丙氨酸氨基转移酶', 'U/L', 9, 50],
  ['1920-8', 'Aspartate aminotransferase in Serum or Plasma', '天门冬氨酸氨基转移酶', 'U/L', 15, 40],
  ['14647-2', 'Cholesterol [Moles/volume] in Serum or Plasma', '总胆固醇', 'mmol/L', 2.8, 5.2],
  ['14927-8', 'Triglyceride [Moles/volume] in Serum or Plasma', '甘油三酯', 'mmol/L', 0.4, 1.7],
].map(([code, display, text, unit, low, high]) => ({ code, display, text, unit, low, high }) as Item);

const PLACES = { system: 'http://unitsofmeasure.org' } as const;
const LABORATORY = {
  system: 'http://terminology.hl7.org/CodeSystem/observation-category',
  code: 'laboratory',
  display: 'Laboratory',
};

export function patientId(n: number): string {
  return `bench-${n}`;
}

export function resultId(patient: number, n: number): string {
  return `bench-${patient}-${n}`;
}

/** Criteria that match the one patient. */
export function patientCriteria(n: number): string {
  return `identifier=${PATIENT_NUMBER}|${n}`;
}

export function patient(n: number): Patient {
  return {
    resourceType: 'Patient',
    identifier: [{ system: PATIENT_NUMBER, value: String(n) }],
    name: [{ text: `张${n}`, family: '张', given: [String(n)] }],
    gender: n % 2 === 0 ? 'female' : 'male',
    birthDate: `${1940 + (n % 80)}-0${1 + (n % 9)}-1${n % 10}`,
  };
}

/** A laboratory result of about 1.1 KB; `number` makes it differ from others of the same patient. */
export function labResult(patient: number, number: number, profile = false): Observation {
  const item = ITEMS[(patient + number) % ITEMS.length]!;
  const taken = FIRST_DAY + ((patient * 7 + number * 31) % 8000) * HOUR;
  const value = Number(
    (item.low + ((item.high - item.low) * ((patient * 13 + number * 7) % 40)) / 30).toFixed(1),
  );
  const quantity = (v: number) => ({ value: v, unit: item.unit, ...PLACES, code: item.unit });
  return {
    resourceType: 'Observation',
    ...(profile ? { meta: { profile: [LAB_PROFILE] } } : {}),
    identifier: [{ system: RESULT_NUMBER, value: `${patient}-${number}` }],
    basedOn: [{ reference: `ServiceRequest/order-${patient}-${number % 10}` }],
    status: 'final',
    category: [{ coding: [LABORATORY] }],
    code: { coding: [{ system: LOINC, code: item.code, display: item.display }], text: item.text },
    subject: { reference: `Patient/${patientId(patient)}`, display: `张${patient}` },
    encounter: { reference: `Encounter/visit-${patient}-${number % 10}` },
    effectiveDateTime: new Date(taken).toISOString(),
    issued: new Date(taken + HOUR).toISOString(),
    performer: [{ reference: 'Organization/laboratory-centre', display: '县人民医院检验科' }],
    valueQuantity: quantity(value),
    interpretation: [
      {
        coding: [
          {
            system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation',
            code: value > item.high ? 'H' : 'N',
          },
        ],
      },
    ],
    specimen: { reference: `Specimen/tube-${patient}-${number % 10}` },
    referenceRange: [{ low: quantity(item.low), high: quantity(item.high) }],
  };
}

/** A patient with all results, under ids that the scenarios know. */
export function patientBundle(n: number): Bundle {
  const put = (id: string, resource: Resource): BundleEntry => ({
    resource: { ...resource, id } as Resource,
    request: { method: 'PUT', url: `${resource.resourceType}/${id}` },
  });
  const results = Array.from({ length: RESULTS_EACH }, (_, i) => put(resultId(n, i), labResult(n, i)));
  return { resourceType: 'Bundle', type: 'transaction', entry: [put(patientId(n), patient(n)), ...results] };
}

/** New results alone, under ids that the server gives. */
export function resultsBundle(n: number, run: number, count: number): Bundle {
  return {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: Array.from({ length: count }, (_, i) => ({
      resource: labResult(n, run * count + i),
      request: { method: 'POST', url: 'Observation' },
    })),
  };
}

/** A visit with its report: 14 entries that refer to each other, the patient among them conditionally. */
export function visitBundle(n: number, run: number): Bundle {
  const urn = (part: number) => `urn:uuid:00000000-0000-4000-8000-${String(part).padStart(12, '0')}`;
  const [patientUrn, encounterUrn, orderUrn, tubeUrn, reportUrn] = [0, 1, 2, 3, 4].map(urn) as string[];
  const subject = { reference: patientUrn! };
  const encounter = { reference: encounterUrn! };
  const at = new Date(FIRST_DAY + (run % 8000) * HOUR).toISOString();
  const panel = { coding: [{ system: LOINC, code: '24323-8' }], text: '生化检查' };
  const post = (fullUrl: string, resource: Resource, ifNoneExist?: string): BundleEntry => ({
    fullUrl,
    resource,
    request: { method: 'POST', url: resource.resourceType, ifNoneExist },
  });
  const results = Array.from({ length: 9 }, (_, i) =>
    post(urn(5 + i), {
      ...labResult(n, run * 10 + i, true),
      subject,
      encounter,
      basedOn: [{ reference: orderUrn! }],
      specimen: { reference: tubeUrn! },
    } as Observation),
  );
  return {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      post(patientUrn!, patient(n), patientCriteria(n)),
      post(encounterUrn!, {
        resourceType: 'Encounter',
        identifier: [{ system: 'https://hospital.example/visit', value: `${n}-${run}` }],
        status: 'finished',
        class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
        subject,
        period: { start: at, end: at },
      }),
      post(orderUrn!, {
        resourceType: 'ServiceRequest',
        identifier: [{ system: 'https://hospital.example/order', value: `${n}-${run}` }],
        status: 'completed',
        intent: 'order',
        code: panel,
        subject,
        encounter,
        authoredOn: at,
      }),
      post(tubeUrn!, {
        resourceType: 'Specimen',
        identifier: [{ system: 'https://hospital.example/specimen', value: `${n}-${run}` }],
        status: 'available',
        subject,
        request: [{ reference: orderUrn! }],
        collection: { collectedDateTime: at },
      }),
      ...results,
      post(reportUrn!, {
        resourceType: 'DiagnosticReport',
        identifier: [{ system: 'https://hospital.example/report', value: `${n}-${run}` }],
        basedOn: [{ reference: orderUrn! }],
        status: 'final',
        code: panel,
        subject,
        encounter,
        effectiveDateTime: at,
        issued: at,
        specimen: [{ reference: tubeUrn! }],
        result: results.map((r) => ({ reference: r.fullUrl! })),
      }),
    ],
  };
}
