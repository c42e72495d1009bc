/** The township centre refers the resident up, with consent and record; the hospital accepts, and the resident arrives. */
import { randomUUID } from 'node:crypto';
import type {
  Bundle,
  Condition,
  Consent,
  Parameters,
  ParametersParameter,
  Schedule,
  Task,
} from '@medplum/fhirtypes';
import { chinaTime, TOWNSHIP_CENTRE } from './report-bundle.ts';
import { codeSystem, profiled, structure } from './shapes.ts';
import type { Stored } from './step-1-report.ts';
import { DOCTOR, HOSPITAL } from './step-2-find.ts';
import {
  ask,
  type Client,
  type Day,
  type Exchange,
  hold,
  localReference,
  reasonsOf,
  resourcesOf,
} from './systems.ts';

const TOWNSHIP_DOCTOR = 'PractitionerRole/township-centre-east-physician-1';
const HOUR = 3_600_000;

/** What of a referral the later steps need. */
export interface Referral {
  /** `Task/id` */
  readonly task: string;
  /** `ServiceRequest/id` */
  readonly request: string;
}

export async function refer(day: Day, stored: Stored): Promise<Referral> {
  const slot = await offerSlot(day);
  const early = await ask(
    day,
    'township-his',
    'POST',
    'ServiceRequest/$refer',
    422,
    referParameters(day, stored),
  );
  hold(reasonsOf(early), day, early, 'shouldExplain');
  day.say.meaning('noConsent', { message: reasonsOf(early) });

  const referred = await ask(
    day,
    'township-his',
    'POST',
    'ServiceRequest/$refer',
    200,
    referParameters(day, stored, { consent: true, slot }),
  );
  const made = referred.body as Task;
  holdState(day, referred, 'submitted');
  day.say.meaning('referred', { state: stateOf(made) });
  const referral = { task: `Task/${made.id}`, request: localReference(made.focus?.reference)! };

  if (day.tokens['township-his']) {
    await step(day, 'township-his', referral.task, 'accept', 403);
    day.say.meaning('notYours');
  }
  holdState(day, await step(day, 'county-his', referral.task, 'accept'), 'accepted');
  day.say.meaning('accepted');
  const twice = await step(day, 'county-his', referral.task, 'accept', 409);
  day.say.meaning('secondAccept', { message: reasonsOf(twice) });
  return referral;
}

/** The hospital keeps an appointment for family doctors; the township centre finds it. */
async function offerSlot(day: Day): Promise<string> {
  const start = new Date(day.now.getTime() + HOUR);
  const serviceCategory = [{ coding: [{ system: codeSystem('capacity-kind'), code: 'clinic' }] }];
  const schedule = await ask(day, 'county-his', 'POST', 'Schedule', 201, {
    resourceType: 'Schedule',
    meta: profiled('county-schedule'),
    active: true,
    serviceCategory,
    actor: [{ reference: DOCTOR }],
    planningHorizon: { start: chinaTime(day.now) },
  });
  await ask(day, 'county-his', 'POST', 'Slot', 201, {
    resourceType: 'Slot',
    meta: profiled('county-slot'),
    extension: [{ url: structure('reserved-until'), valueDateTime: chinaTime(start) }],
    serviceCategory,
    appointmentType: { coding: [{ system: codeSystem('slot-reservation'), code: 'family-doctor' }] },
    schedule: { reference: `Schedule/${(schedule.body as Schedule).id}` },
    status: 'free',
    start: chinaTime(start),
    end: chinaTime(new Date(start.getTime() + HOUR / 4)),
  });
  day.say.meaning('capacity');
  const path = `Slot?status=free&appointment-type=family-doctor&start=gt${day.now.toISOString()}`;
  const found = await ask(day, 'township-his', 'GET', path, 200);
  const slot = resourcesOf(found, 'Slot').at(-1);
  hold(slot, day, found, 'shouldContain', { what: 'Slot' });
  day.say.meaning('slotFound');
  return `Slot/${slot.id}`;
}

function referParameters(day: Day, stored: Stored, more: { consent?: true; slot?: string } = {}): Parameters {
  const patient = stored.get('patient')!;
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
      reference('supportingInfo', stored.get('report')!),
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

export async function arrive(day: Day, referral: Referral, visit: string): Promise<void> {
  const encounter = { name: 'encounter', valueReference: { reference: visit } };
  holdState(day, await step(day, 'county-his', referral.task, 'arrive', 200, encounter), 'arrived');
  day.say.meaning('arrived');
}

/** A step of a referral. */
export function step(
  day: Day,
  client: Client,
  task: string,
  name: string,
  expected = 200,
  ...parameter: ParametersParameter[]
): Promise<Exchange> {
  const parameters: Parameters = {
    resourceType: 'Parameters',
    ...(parameter.length > 0 ? { parameter } : {}),
  };
  return ask(day, client, 'POST', `${task}/$${name}`, expected, parameters);
}

export function stateOf(task: Task): string {
  return task.businessStatus?.coding?.[0]?.code ?? '';
}

export function holdState(day: Day, answer: Exchange, expected: string): void {
  const got = stateOf(answer.body as Task);
  hold(got === expected, day, answer, 'shouldBeState', { expected, got });
}
