/** A patient with results of every kind, in the demo county, relative to now; and questions about them. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'vitest';
import type { Answer } from '../../support/app.ts';
import type { Call } from '../tokens.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests build and look into resources of every shape
export type Json = any;

export const CANONICAL = 'https://xiantong.example/fhir';
export const HOSPITAL = 'Organization/county-hospital';
export const LABORATORY = 'Organization/laboratory-centre';
/** Has no head in the county: another community. */
export const STRANGER = 'Organization/disease-control-centre';
export const DOCTOR = 'Practitioner/county-hospital-physician-1';
export const DAY = 86_400_000;
const MARK = `${CANONICAL}/StructureDefinition/recognition-mark`;
const RULES = `${CANONICAL}/CodeSystem/county-outcome`;

/** LOINC and unit of the catalogue's items. */
const ITEMS = new Map<string, { loinc: string; unit?: string }>(
  (
    JSON.parse(
      readFileSync(
        resolve(import.meta.dirname, '../../../terminology/CodeSystem-recognition-item.json'),
        'utf8',
      ),
    ).concept as Json[]
  ).map((c) => {
    const property = (code: string) => c.property.find((p: Json) => p.code === code);
    return [c.code, { loinc: property('loinc').valueCode, unit: property('unit')?.valueString }];
  }),
);

export function loinc(item: string): Json {
  return { coding: [{ system: 'http://loinc.org', code: ITEMS.get(item)!.loinc }] };
}

export function catalogued(item: string): Json {
  return { coding: [{ system: `${CANONICAL}/CodeSystem/recognition-item`, code: item }] };
}

export const ago = (days: number) => new Date(Date.now() - days * DAY).toISOString();

/** Quality evidence of a laboratory, in force for a year before and after now unless told otherwise. */
export function evidence(
  id: string,
  laboratory: string,
  items: readonly string[],
  { result = 'pass', from = 365, to = -365 } = {},
): Json {
  return {
    resourceType: 'Basic',
    id,
    code: { coding: [{ system: `${CANONICAL}/CodeSystem/county-basic-code`, code: 'quality-evidence' }] },
    subject: { reference: laboratory },
    extension: [
      {
        url: `${CANONICAL}/StructureDefinition/quality-evidence`,
        extension: [
          {
            url: 'programme',
            valueCoding: { system: `${CANONICAL}/CodeSystem/qc-programme`, code: 'national-eqa' },
          },
          { url: 'cycle', valueString: 'now' },
          { url: 'result', valueCode: result },
          { url: 'period', valuePeriod: { start: ago(from), end: ago(to) } },
          ...items.map((item) => ({ url: 'item', valueCodeableConcept: loinc(item) })),
        ],
      },
    ],
  };
}

export function mark(evidenceId: string | undefined, scope = 'national', area?: string): Json {
  return {
    url: MARK,
    extension: [
      {
        url: 'scope',
        valueCoding: { system: `${CANONICAL}/CodeSystem/recognition-scope`, code: scope },
      },
      ...(area ? [{ url: 'area', valueCode: area }] : []),
      ...(evidenceId ? [{ url: 'evidence', valueReference: { reference: `Basic/${evidenceId}` } }] : []),
    ],
  };
}

export function result(id: string, patient: string, item: string, more: Json = {}): Json {
  const { unit } = ITEMS.get(item)!;
  return {
    resourceType: 'Observation',
    id,
    status: 'final',
    code: loinc(item),
    subject: { reference: `Patient/${patient}` },
    effectiveDateTime: ago(1),
    performer: [{ reference: LABORATORY }],
    ...(unit
      ? { valueQuantity: { value: 5.5, unit, system: 'http://unitsofmeasure.org', code: unit } }
      : { valueString: 'negative' }),
    ...more,
  };
}

export function person(id: string, more: Json = {}): Json {
  return {
    resourceType: 'Patient',
    id,
    identifier: [{ system: 'urn:oid:2.16.156.10011.1.2', value: '33129910120190001' }],
    name: [{ text: '测试' }],
    ...more,
  };
}

export async function load(call: Call, resources: readonly Json[]): Promise<void> {
  const entry = resources.map((resource) => ({
    resource,
    request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
  }));
  const answer = await call('POST', '', { resourceType: 'Bundle', type: 'transaction', entry });
  expect(answer.status, answer.text.slice(0, 2000)).toBe(200);
}

export function parameters(...parameter: Json[]): Json {
  return { resourceType: 'Parameters', parameter };
}

export const reference = (name: string, to: string) => ({ name, valueReference: { reference: to } });

export async function check(call: Call, ...given: Json[]): Promise<Answer> {
  return call('POST', 'ServiceRequest/$check-recognition', parameters(...given));
}

/** What is asked of one item for a patient. */
export async function checkItem(call: Call, patient: string, item: Json, ...more: Json[]): Promise<Json> {
  const answer = await check(
    call,
    reference('subject', `Patient/${patient}`),
    { name: 'item', valueCodeableConcept: item },
    ...more,
  );
  expect(answer.status, answer.text).toBe(200);
  expect(answer.body.parameter).toHaveLength(1);
  return itemOf(answer.body.parameter[0]);
}

const all = (parts: Json[], name: string) => parts.filter((p) => p.name === name);
const one = (parts: Json[], name: string) => all(parts, name)[0];

/** An answer about one item, without the wrapping. */
export function itemOf({ part }: Json): Json {
  return {
    code: one(part, 'code').valueCodeableConcept,
    recommendation: one(part, 'recommendation').valueCode,
    candidates: all(part, 'candidate').map(({ part: p }: Json) => ({
      result: one(p, 'result').valueReference.reference,
      report: one(p, 'report')?.valueReference.reference,
      performer: one(p, 'performer')?.valueReference.reference,
      value: one(p, 'value'),
      effective: one(p, 'effective')?.valueDateTime,
      eligible: one(p, 'eligible').valueBoolean,
      reasons: all(p, 'reason').map((r: Json) => r.valueCoding.code),
      explanation: one(p, 'explanation').valueString,
    })),
  };
}

/** One decision as a part of `$decide-recognition`. */
export function decision(to: string, more: Json = {}): Json {
  const { reason, explanation, outcome = reason ? 'denied' : 'recognized', order, encounter } = more;
  return {
    name: 'decision',
    part: [
      reference('result', to),
      { name: 'outcome', valueCode: outcome },
      ...(order ? [reference('order', order)] : []),
      ...(encounter ? [reference('encounter', encounter)] : []),
      ...(reason ? [{ name: 'reason', valueCodeableConcept: recheckReason(reason) }] : []),
      ...(explanation ? [{ name: 'explanation', valueString: explanation }] : []),
    ],
  };
}

export function recheckReason(code: string): Json {
  return { coding: [{ system: `${CANONICAL}/CodeSystem/recheck-reason`, code }] };
}

export async function decide(call: Call, ...decisions: Json[]): Promise<Answer> {
  return call(
    'POST',
    'ServiceRequest/$decide-recognition',
    parameters(...decisions, reference('decider', DOCTOR)),
  );
}

export async function revoke(call: Call, task: string, reason = '患者补充了病史'): Promise<Answer> {
  return call(
    'POST',
    `Task/${task}/$revoke-recognition`,
    parameters({ name: 'reason', valueString: reason }, reference('decider', DOCTOR)),
  );
}

export function resources(answer: Answer, type: string): Json[] {
  expect(answer.status, answer.text.slice(0, 2000)).toBe(200);
  return (answer.body.entry ?? []).map((e: Json) => e.resource).filter((r: Json) => r.resourceType === type);
}

/** Decisions about a result, as the server has them. */
export async function decisionsOn(call: Call, to: string): Promise<Json[]> {
  return resources(await call('GET', `Task?focus=${to}&code=recognition-decision&_count=100`), 'Task');
}

/** Names of the rules that an answer says were broken. */
export function rules(answer: Answer): string[] {
  expect(answer.body?.resourceType, answer.text).toBe('OperationOutcome');
  return answer.body.issue.flatMap((i: Json) =>
    (i.details?.coding ?? []).filter((c: Json) => c.system === RULES).map((c: Json) => c.code),
  );
}

export const FULL =
  'system/Patient.cruds system/Observation.cruds system/DiagnosticReport.cruds system/Task.cruds system/Basic.cruds system/Provenance.rs system/ServiceRequest.cruds system/Encounter.cruds system/Organization.rs system/AuditEvent.rs';
