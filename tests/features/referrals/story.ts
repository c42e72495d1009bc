/** Referrals in the demo county: a consent, a record, slots, documents; and the steps as calls. */
import { expect } from 'vitest';
import type { Answer, TestApp } from '../../support/app.ts';
import { type Json, load, reference } from '../recognition/story.ts';
import type { Call } from '../tokens.ts';

export { type Json, load, reference };

export const CANONICAL = 'https://xiantong.example/fhir';
export const HOSPITAL = 'Organization/county-hospital';
export const EAST = 'Organization/township-centre-east';
export const WEST = 'Organization/township-centre-west';
export const CENTRE = 'Organization/referral-centre';
export const DOCTOR = 'PractitionerRole/township-centre-east-physician-1';
export const SPECIALIST = 'PractitionerRole/county-hospital-physician-1';
export const HOUR = 3_600_000;
const PATIENT = 'Patient/resident-001';

export function parameters(...parameter: Json[]): Json {
  return { resourceType: 'Parameters', ...(parameter.length > 0 ? { parameter } : {}) };
}

/** Names of the rules that an answer says were broken. */
export function rules(answer: Answer): string[] {
  expect(answer.body?.resourceType, answer.text.slice(0, 2000)).toBe('OperationOutcome');
  const errors = answer.body.issue.filter((i: Json) => i.severity === 'error');
  return errors.flatMap((i: Json) => (i.details?.coding ?? []).map((c: Json) => c.code));
}

export const code = (system: string, value: string): Json => ({
  coding: [{ system: `${CANONICAL}/CodeSystem/${system}`, code: value }],
});
const structure = (id: string) => `${CANONICAL}/StructureDefinition/${id}`;

/** A schedule of the county hospital. */
export const places: readonly Json[] = [
  {
    resourceType: 'Schedule',
    id: 'cardiology',
    active: true,
    serviceCategory: [code('capacity-kind', 'clinic')],
    actor: [{ reference: SPECIALIST }],
    planningHorizon: { start: '2026-01-01', end: '2027-12-31' },
  },
];

export function consent(id: string, more: Json = {}): Json {
  return {
    resourceType: 'Consent',
    id,
    meta: { profile: [structure('county-referral-consent')] },
    status: 'active',
    scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'treatment' }] },
    category: [
      {
        coding: [
          { system: `${CANONICAL}/CodeSystem/county-consent`, code: 'referral' },
          { system: 'http://loinc.org', code: '59284-0' },
        ],
      },
    ],
    patient: { reference: PATIENT },
    dateTime: '2026-01-01',
    performer: [{ reference: PATIENT }],
    organization: [{ reference: EAST }],
    sourceAttachment: {
      contentType: 'application/pdf',
      url: 'https://township-east.example/consent.pdf',
      hash: 'aGFzaA==',
    },
    policy: [{ uri: 'https://xiantong.example/consent/referral-2026' }],
    provision: {
      type: 'permit',
      actor: [
        {
          role: {
            coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType', code: 'IRCP' }],
          },
          reference: { reference: HOSPITAL },
        },
      ],
    },
    ...more,
  };
}

let slots = 0;
/** A free slot; tomorrow unless told otherwise. */
export function slot(now: number, more: Json = {}): Json {
  const start = now + 24 * HOUR;
  return {
    resourceType: 'Slot',
    id: `slot-${++slots}`,
    meta: { profile: [structure('county-slot')] },
    serviceCategory: [code('capacity-kind', 'clinic')],
    schedule: { reference: 'Schedule/cardiology' },
    status: 'free',
    start: new Date(start).toISOString(),
    end: new Date(start + HOUR / 4).toISOString(),
    ...more,
  };
}

const section = (name: string, entry?: string): Json => ({
  title: name,
  code: code('county-document-section', name),
  text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${name}</div>` },
  ...(entry ? { entry: [{ reference: entry }] } : {}),
});

/** A hand-over document; `without`: sections left out. */
export function handover(now: number, without: readonly string[] = [], more: Json = {}): Json {
  const sections = ['diagnosis', 'results', 'medicines', 'next-steps', 'red-flags', 'follow-up'];
  const entries: Json = { diagnosis: 'Condition/resident-001-condition-1' };
  return {
    resourceType: 'Composition',
    extension: [
      {
        url: structure('follow-up-interval'),
        valueDuration: { value: 7, unit: '天', system: 'http://unitsofmeasure.org', code: 'd' },
      },
    ],
    status: 'final',
    type: code('county-document', 'handover'),
    subject: { reference: PATIENT },
    date: new Date(now).toISOString(),
    author: [{ reference: SPECIALIST }],
    title: '转诊交接文书',
    section: sections.filter((s) => !without.includes(s)).map((s) => section(s, entries[s])),
    ...more,
  };
}

export function opinion(now: number, more: Json = {}): Json {
  return {
    ...handover(now),
    extension: undefined,
    type: code('county-document', 'consultation-opinion'),
    title: '会诊意见书',
    section: [section('opinion'), section('recommendations')],
    ...more,
  };
}

/** What `$refer` is told of an up-referral; a value of undefined leaves a parameter out. */
export function referral(more: Record<string, Json> = {}): Json {
  const given: Record<string, Json> = {
    direction: { valueCode: 'up' },
    category: { valueCode: 'outpatient' },
    subject: { valueReference: { reference: PATIENT } },
    requester: { valueReference: { reference: DOCTOR } },
    performer: { valueReference: { reference: HOSPITAL } },
    reason: { valueCodeableConcept: code('referral-reason', 'uncontrolled-twice') },
    diagnosis: { valueReference: { reference: 'Condition/resident-001-condition-1' } },
    summary: { valueString: '连续两次血压控制不满意' },
    supportingInfo: { valueReference: { reference: 'MedicationRequest/resident-001-medication-1' } },
    consent: { valueReference: { reference: 'Consent/c-up' } },
    ...more,
  };
  const parameter = Object.entries(given).flatMap(([name, value]) => (value ? [{ name, ...value }] : []));
  return parameters(...parameter);
}

export async function refer(call: Call, more: Record<string, Json> = {}): Promise<Json> {
  return done(await call('POST', 'ServiceRequest/$refer', referral(more)));
}

/** The resource that a step has answered. */
export function done(answer: Answer): Json {
  expect(answer.status, answer.text.slice(0, 3000)).toBe(200);
  return answer.body;
}

export function step(call: Call, task: Json, name: string, ...given: Json[]): Promise<Answer> {
  return call('POST', `Task/${task.id}/$${name}`, parameters(...given));
}

export const stateOf = (task: Json): string => task.businessStatus.coding[0].code;

export async function get(call: Call, path: string): Promise<Json> {
  return done(await call('GET', path));
}

export async function search(call: Call, query: string): Promise<Json[]> {
  const answer = done(await call('GET', query));
  return (answer.entry ?? []).map((e: Json) => e.resource);
}

/** The request, its tasks, its appointments, as they are. */
export async function whole(call: Call, task: Json) {
  const request = await get(call, task.focus.reference);
  return {
    request,
    task: await get(call, `Task/${task.id}`),
    tasks: await search(call, `Task?focus=${task.focus.reference}&code=referral`),
    followUps: await search(call, `Task?focus=${task.focus.reference}&code=referral-follow-up`),
    appointments: await search(call, `Appointment?based-on=${task.focus.reference}`),
    down: await search(call, `ServiceRequest?based-on=${task.focus.reference}`),
  };
}

export const given = {
  reference,
  text: (name: string, valueString: string): Json => ({ name, valueString }),
  code: (name: string, valueCode: string): Json => ({ name, valueCode }),
  flag: (name: string, valueBoolean: boolean): Json => ({ name, valueBoolean }),
  concept: (name: string, system: string, value: string): Json => ({
    name,
    valueCodeableConcept: code(system, value),
  }),
  resource: (name: string, resource: Json): Json => ({ name, resource }),
};

export const REJECTED = given.concept('reason', 'referral-rejection-reason', 'no-bed');
export const WITHDRAWN = given.concept('reason', 'referral-end-reason', 'withdrawn');
export const IMPROVED = given.concept('outcome', 'referral-outcome', 'improved');

/** The server's time, moved. */
export async function advance(app: TestApp, to: number): Promise<void> {
  const parameter = { name: 'to', valueDateTime: new Date(to).toISOString() };
  done(await app.call('POST', '$advance-clock', parameters(parameter)));
}
