/** Whoever takes a step takes it for an institution of its own, whatever it sees of others. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../support/app.ts';
import {
  BASIC,
  bySigner,
  DOCTOR,
  type Json,
  offer,
  PACKAGES,
  resident,
  stopReason,
  team,
} from '../contracts/story.ts';
import { asPerson } from '../people.ts';
import {
  consent,
  EAST,
  HOSPITAL,
  handover,
  parameters,
  places,
  referral,
  SPECIALIST,
  step,
  WEST,
} from '../referrals/story.ts';
import { as, type Call } from '../tokens.ts';

const WEST_DOCTOR = 'PractitionerRole/township-centre-west-physician-1';
let app: TestApp;
let platform: Call;
let east: Call;
let west: Call;
let hospital: Call;

const ref = (reference: string) => ({ reference });
const given = (name: string, reference: string) => ({ name, valueReference: { reference } });

async function store(...resources: Json[]): Promise<void> {
  for (const resource of resources) {
    const { status, text } = await platform('PUT', `${resource.resourceType}/${resource.id}`, resource);
    expect([200, 201], text.slice(0, 1500)).toContain(status);
  }
}

beforeAll(async () => {
  app = await startTestApp({ demo: true, auth: 'smart' });
  platform = await as(app, 'system/*.cruds');
  [east, west, hospital] = (await Promise.all(
    [EAST, WEST, HOSPITAL].map((organization) =>
      as(app, 'system/*.cruds', { organization, countyWide: false }),
    ),
  )) as [Call, Call, Call];
  await store(
    team('east'),
    team('west', WEST_DOCTOR, WEST),
    ...PACKAGES,
    resident('p', { managingOrganization: ref(EAST) }),
    resident('q', { managingOrganization: ref(EAST) }),
    ...places,
    // The hospital treats the resident, and sees all that is done for p.
    {
      resourceType: 'Encounter',
      id: 'stay',
      status: 'in-progress',
      class: { code: 'IMP' },
      subject: ref('Patient/p'),
      serviceProvider: ref(HOSPITAL),
      period: { start: '2026-01-01' },
    },
  );
});
afterAll(() => app?.close());

describe('a contract', () => {
  const sign = (call: Call, of: string, provider: string) =>
    call(
      'POST',
      'Contract/$sign-group',
      parameters(
        given('team', `CareTeam/${of}`),
        given('provider', provider),
        { name: 'package', valueCanonical: BASIC },
        { name: 'person', part: [given('subject', 'Patient/p')] },
      ),
    );
  const outcome = ({ body }: Json) =>
    body.parameter[0].part.find((p: Json) => p.name === 'outcome').valueCode;

  test('is signed in the name of the own institution alone', async () => {
    expect(outcome(await sign(east, 'west', WEST_DOCTOR))).toBe('refused');
    expect(outcome(await sign(hospital, 'east', DOCTOR))).toBe('refused');
    const own = await sign(east, 'east', DOCTOR);
    expect(outcome(own), own.text).toBe('signed');
  });

  test('is ended by its own institution, not by one that treats the resident', async () => {
    const [contract] = (await hospital('GET', 'Contract?subject=Patient/p')).body.entry;
    const end = parameters(
      { name: 'reason', valueCodeableConcept: stopReason('1').valueCodeableConcept },
      { name: 'by', valueCode: 'one-side' },
    );
    const path = `Contract/${contract.resource.id}/$terminate`;
    expect((await hospital('POST', path, end)).status).toBe(403);
    const ended = await east('POST', path, end);
    expect(ended.status, ended.text).toBe(200);
  });

  test('is signed by residents for their own side, in an app of theirs', async () => {
    const today = new Date().toISOString().slice(0, 10);
    await store(offer('to-sign', 'q', { start: today, end: '2099-12-31' }));
    const app_ = await asPerson(app, { fhirUser: 'Patient/q' });
    const other = await asPerson(app, { fhirUser: 'Patient/p' });
    const put = (call: Call, type: string, party: string) =>
      call('POST', 'Contract/to-sign/$sign', parameters(bySigner(type, party)));
    expect((await put(other, 'resident', 'Patient/q')).status).toBe(404);
    expect((await put(app_, 'provider', DOCTOR)).status).toBe(403);
    const mine = await put(app_, 'resident', 'Patient/q');
    expect(mine.status, mine.text).toBe(200);
    const whole = await put(east, 'provider', DOCTOR);
    expect(whole.body.status, whole.text).toBe('executed');
  });
});

describe('a referral', () => {
  const request = (more: Record<string, Json> = {}) =>
    referral({
      subject: { valueReference: ref('Patient/q') },
      diagnosis: { valueReference: ref('Condition/of-q') },
      consent: { valueReference: ref('Consent/of-q') },
      supportingInfo: { valueReference: ref('Observation/of-q') },
      ...more,
    });
  beforeAll(async () => {
    const subject = ref('Patient/q');
    await store(
      consent('of-q', { patient: subject }),
      {
        resourceType: 'Observation',
        id: 'of-q',
        status: 'final',
        code: { text: '血压' },
        subject,
        performer: [ref(EAST)],
      },
      { resourceType: 'Condition', id: 'of-q', subject, code: { text: '高血压' }, asserter: ref(DOCTOR) },
      {
        resourceType: 'Encounter',
        id: 'of-east',
        status: 'in-progress',
        class: { code: 'AMB' },
        subject,
        serviceProvider: ref(EAST),
      },
      {
        resourceType: 'PractitionerRole',
        id: 'away',
        practitioner: ref('Practitioner/visiting'),
        organization: ref(WEST),
        code: [
          { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/practitioner-role', code: 'doctor' }] },
        ],
      },
      { resourceType: 'Practitioner', id: 'visiting', name: [{ text: '访' }] },
    );
  });

  test('is made by a person for the institution of the post, whatever the app belongs to', async () => {
    const role = (await platform('GET', DOCTOR)).body;
    const doctor = await asPerson(app, { fhirUser: role.practitioner.reference });
    const visiting = await asPerson(app, { fhirUser: 'Practitioner/visiting' });
    const refused = await visiting('POST', 'ServiceRequest/$refer', request());
    expect(refused.status, refused.text).toBe(403);
    const made = await doctor('POST', 'ServiceRequest/$refer', request());
    expect(made.status, made.text).toBe(200);
    expect((await doctor('GET', made.body.focus.reference)).status, 'who asked sees the request').toBe(200);
    const stopped = await step(doctor, made.body, 'cancel', {
      name: 'reason',
      valueCodeableConcept: { text: '误开' },
    });
    expect(stopped.status, stopped.text).toBe(200);
  });

  test('brings along nothing in the name of others, and over nothing of others', async () => {
    const value = (id: string, organization: string) => ({
      resourceType: 'Observation',
      id,
      status: 'final',
      code: { text: '血压' },
      subject: ref('Patient/q'),
      performer: [ref(organization)],
    });
    const record = (resource: Json) => ({
      name: 'record',
      resource: {
        resourceType: 'Bundle',
        type: 'collection',
        entry: [{ fullUrl: `http://127.0.0.1:8080/fhir/Observation/${resource.id}`, resource }],
      },
    });
    const send = (resource: Json) => {
      const body = request();
      return east('POST', 'ServiceRequest/$refer', {
        ...body,
        parameter: [...body.parameter, record(resource)],
      });
    };
    const forged = await send(value('forged', HOSPITAL));
    expect(forged.status, forged.text).toBe(403);
    expect((await platform('GET', 'Observation/forged')).status).toBe(404);
    const made = await send(value('brought', EAST));
    expect(made.status, made.text).toBe(200);
    const task = made.body;
    for (const name of ['accept', 'arrive']) {
      const answer = await step(hospital, task, name);
      expect(answer.status, answer.text).toBe(200);
    }
    const document = (id?: string) => {
      const sent = handover(Date.now(), [], { subject: ref('Patient/q'), author: [ref(SPECIALIST)], id });
      sent.section[0].entry = [ref('Condition/of-q')];
      return { name: 'document', resource: sent };
    };
    const better = {
      name: 'outcome',
      valueCodeableConcept: {
        coding: [{ system: 'https://xiantong.example/fhir/CodeSystem/treatment-outcome', code: '2' }],
      },
    };
    const left = { name: 'disposition', valueCode: '3' };
    const others = await step(
      hospital,
      task,
      'discharge',
      document(),
      better,
      left,
      given('encounter', 'Encounter/of-east'),
    );
    expect(others.status, others.text).toBe(403);
    expect((await platform('GET', 'Encounter/of-east')).body.status).toBe('in-progress');
    const own = await step(hospital, task, 'discharge', document(), better);
    expect(own.status, own.text).toBe(200);
  });
});

describe('a shared diagnosis', () => {
  test('is brought along by whom its task was given to, not by one that treats the resident', async () => {
    await store({
      resourceType: 'ServiceRequest',
      id: 'shared',
      meta: { profile: ['https://xiantong.example/fhir/StructureDefinition/county-shared-lab-order'] },
      identifier: [{ system: 'urn:oid:2.16.156.10011.1.24', value: 'SQ-acting' }],
      status: 'active',
      intent: 'order',
      category: [
        {
          coding: [
            { system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' },
          ],
        },
      ],
      code: { coding: [{ system: 'http://loinc.org', code: '2345-7' }], text: '葡萄糖' },
      subject: ref('Patient/p'),
      authoredOn: '2026-11-28T09:00:00+08:00',
      requester: ref(DOCTOR),
      performer: [ref('Organization/laboratory-centre')],
    });
    const [task] = (await hospital('GET', 'Task?based-on=ServiceRequest/shared')).body.entry;
    const register = (call: Call) =>
      call(
        'POST',
        `Task/${task.resource.id}/$advance-diagnosis`,
        parameters({ name: 'event', valueCode: 'register' }),
      );
    expect((await hospital('GET', `Task/${task.resource.id}`)).status).toBe(200);
    expect((await register(hospital)).status).toBe(403);
    const done = await register(east);
    expect(done.status, done.text).toBe(200);
  });
});

describe('a critical value', () => {
  test('is told to the system of whose doctor ordered it, and acknowledged there, whoever keeps the record', async () => {
    const laboratory = await as(app, 'system/*.cruds', {
      organization: 'Organization/laboratory-centre',
      countyWide: false,
    });
    // Nobody of the township treats the resident any more.
    await store(resident('r', { managingOrganization: ref(WEST) }), {
      resourceType: 'ServiceRequest',
      id: 'alarming',
      status: 'active',
      intent: 'order',
      code: { text: '血钾' },
      subject: ref('Patient/r'),
      requester: ref(DOCTOR),
      performer: [ref('Organization/laboratory-centre')],
    });
    const found = await laboratory('POST', 'Observation', {
      resourceType: 'Observation',
      status: 'final',
      code: { text: '血钾' },
      basedOn: [ref('ServiceRequest/alarming')],
      subject: ref('Patient/r'),
      performer: [ref('Organization/laboratory-centre')],
      interpretation: [
        {
          coding: [
            { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation', code: 'LL' },
          ],
        },
      ],
    });
    expect(found.status, found.text).toBe(201);
    const told = await east('GET', 'Communication?patient=r');
    expect(told.body.entry?.[0].resource.recipient.map((r: Json) => r.reference)).toEqual([DOCTOR, EAST]);
    const message = told.body.entry[0].resource;
    const path = `Communication/${message.id}`;
    for (const other of [{ payload: [{ contentString: '无事' }] }, { recipient: [ref(WEST)] }]) {
      expect((await east('PUT', path, { ...message, ...other })).status, 'what was said stays').toBe(403);
    }
    expect((await east('PUT', path, { ...message, received: '2026-11-29T08:00:00Z' })).status).toBe(200);
    expect((await east('DELETE', path)).status).toBe(403);
    const [task] = (await east('GET', 'Task?patient=r&code=critical-value')).body.entry;
    const acknowledge = (call: Call, by: string) =>
      step(call, task.resource, 'acknowledge-critical-value', given('acknowledgedBy', by));
    expect((await acknowledge(west, WEST_DOCTOR)).status, 'it is not there for others').toBe(404);
    const unknown = await acknowledge(east, 'PractitionerRole/nowhere');
    expect(unknown.status, unknown.text).toBe(422);
    const done = await acknowledge(east, DOCTOR);
    expect(done.status, done.text).toBe(200);
  });
});

describe('a programme', () => {
  test('is applied in the name of the own institution', async () => {
    const plans = await platform('GET', 'PlanDefinition?name:contains=hypertension&_count=1');
    const apply = (organization: string) =>
      hospital(
        'POST',
        `PlanDefinition/${plans.body.entry[0].resource.id}/$apply`,
        parameters(
          { name: 'subject', valueString: 'Patient/p' },
          { name: 'organization', valueString: organization },
        ),
      );
    expect((await apply(WEST)).status).toBe(403);
    expect(
      (await platform('GET', 'EpisodeOfCare?patient=Patient/p&status=active')).body.entry,
    ).toBeUndefined();
    const own = await apply(HOSPITAL);
    expect(own.status, own.text).toBe(200);
  });
});

describe('two records', () => {
  test('are linked by an institution that keeps one of them', async () => {
    const body = parameters(given('source-patient', 'Patient/p'), given('target-patient', 'Patient/q2'));
    await store(resident('q2', { managingOrganization: ref(EAST) }), {
      resourceType: 'Encounter',
      id: 'stay-q2',
      status: 'in-progress',
      class: { code: 'IMP' },
      subject: ref('Patient/q2'),
      serviceProvider: ref(HOSPITAL),
    });
    expect((await hospital('GET', 'Patient/q2')).status).toBe(200);
    expect((await hospital('POST', 'Patient/$link', body)).status).toBe(403);
    expect((await platform('GET', 'Patient/p')).body.link).toBeUndefined();
    const linked = await east('POST', 'Patient/$link', body);
    expect(linked.status, linked.text).toBe(200);
    expect((await west('POST', 'Patient/$link', body)).status).toBe(404);
  });
});
