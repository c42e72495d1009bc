/** What the township centre refers the resident up with: consent, diagnosis, report. */
import { randomUUID } from 'node:crypto';
import type { Bundle, Condition, Consent, Parameters, ParametersParameter } from '@medplum/fhirtypes';
import { HOSPITAL, TOWNSHIP_CENTRE, TOWNSHIP_DOCTOR } from './people.ts';
import { chinaTime, codeSystem, profiled } from './shapes.ts';
import { type Day, place } from './systems.ts';

/** Parameters of `$refer`: without consent, or with it and an appointment. */
export function referParameters(day: Day, more: { consent?: true; slot?: string } = {}): Parameters {
  const patient = place(day, 'patient');
  const [consent, condition] = [`urn:uuid:${randomUUID()}`, `urn:uuid:${randomUUID()}`];
  const reference = (name: string, to: string): ParametersParameter => ({
    name,
    valueReference: { reference: to },
  });
  const record: Bundle = {
    resourceType: 'Bundle',
    type: 'collection',
    entry: [
      ...(more.consent ? [{ fullUrl: consent, resource: consentOf(day, patient) }] : []),
      { fullUrl: condition, resource: conditionOf(patient) },
    ],
  };
  const reason = { coding: [{ system: codeSystem('referral-reason'), code: 'uncontrolled-twice' }] };
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'record', resource: record },
      { name: 'direction', valueCode: 'up' },
      { name: 'category', valueCode: 'outpatient' },
      reference('subject', patient),
      reference('requester', TOWNSHIP_DOCTOR),
      reference('performer', HOSPITAL),
      { name: 'reason', valueCodeableConcept: reason },
      reference('diagnosis', condition),
      { name: 'summary', valueString: '高血压病史6年,连续两次随访血压控制不满意,服用利尿剂。' },
      reference('supportingInfo', place(day, 'report')),
      ...(more.consent ? [reference('consent', consent)] : []),
      ...(more.slot ? [reference('slot', more.slot)] : []),
    ],
  };
}

function consentOf(day: Day, patient: string): Consent {
  return {
    resourceType: 'Consent',
    meta: profiled('county-referral-consent'),
    status: 'active',
    scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'treatment' }] },
    category: [
      {
        coding: [
          { system: codeSystem('county-consent'), code: 'referral' },
          { system: 'http://loinc.org', code: '59284-0' },
        ],
      },
    ],
    patient: { reference: patient },
    dateTime: chinaTime(day.now),
    performer: [{ reference: patient }],
    organization: [{ reference: TOWNSHIP_CENTRE }],
    sourceAttachment: {
      contentType: 'text/plain',
      data: Buffer.from('本人同意转诊,并同意接诊机构查阅健康档案。').toString('base64'),
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
  };
}

function conditionOf(patient: string): Condition {
  return {
    resourceType: 'Condition',
    clinicalStatus: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }],
    },
    code: { text: '高血压病3级' },
    subject: { reference: patient },
  };
}
