/** Operations show and change no more than the caller reaches: whoever they are of is as not there for others. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { asPerson } from '../people.ts';
import { as, type Call } from '../tokens.ts';
import { followUpForm } from './follow-up-form.ts';

type Json = Record<string, unknown>;

const FORM = 'https://xiantong.example/fhir/Questionnaire/hypertension-follow-up';
let app: TestApp;
let platform: Call;
let clinic: Call;
let form: string;

const of = (id: string) => ({ reference: `Organization/${id}` });
const parameters = (...parameter: object[]) => ({
  resourceType: 'Parameters',
  ...(parameter.length > 0 ? { parameter } : {}),
});
const patient = (id: string, owner: string): Json => ({
  resourceType: 'Patient',
  id,
  name: [{ text: `居民${id}` }],
  gender: 'female',
  birthDate: '1950-05-05',
  managingOrganization: of(owner),
});
const pressure = (id: string, owner: string): Json => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '85354-9' }] },
  subject: { reference: 'Patient/shared' },
  performer: [of(owner)],
  effectiveDateTime: new Date().toISOString(),
  component: [
    {
      code: { coding: [{ system: 'http://loinc.org', code: '8480-6' }] },
      valueQuantity: { value: 171, unit: 'mmHg', system: 'http://unitsofmeasure.org', code: 'mm[Hg]' },
    },
  ],
});
const drug = (id: string, owner: string): Json => ({
  resourceType: 'MedicationRequest',
  id,
  status: 'active',
  intent: 'order',
  medicationCodeableConcept: { text: `药品${owner}` },
  subject: { reference: 'Patient/shared' },
  requester: of(owner),
});

beforeAll(async () => {
  app = await startTestApp({ auth: 'smart' });
  platform = await as(app, 'system/*.cruds');
  clinic = await as(app, 'system/*.cruds', { organization: 'Organization/clinic', countyWide: false });
  const resources: Json[] = [
    { resourceType: 'Organization', id: 'clinic', name: 'Clinic' },
    { resourceType: 'Organization', id: 'hospital', name: 'Hospital' },
    patient('shared', 'clinic'),
    patient('theirs', 'hospital'),
    drug('own-drug', 'clinic'),
    drug('other-drug', 'hospital'),
    pressure('other-pressure', 'hospital'),
  ];
  for (const resource of resources) {
    const stored = await platform('PUT', `${resource.resourceType}/${resource.id}`, resource);
    expect(stored.status, stored.text).toBe(201);
  }
  const found = await platform('GET', `Questionnaire?url=${FORM}`);
  form = found.body.entry[0].resource.id;
});
afterAll(() => app.close());

test('a form is filled in with what the caller sees', async () => {
  const subject = parameters({ name: 'subject', valueReference: { reference: 'Patient/shared' } });
  const whole = await platform('POST', `Questionnaire/${form}/$populate`, subject);
  expect(whole.text).toContain('药品hospital');
  expect(whole.text).toContain('171');
  const seen = await clinic('POST', `Questionnaire/${form}/$populate`, subject);
  expect(seen.status, seen.text).toBe(200);
  expect(seen.text).toContain('药品clinic');
  expect(seen.text).not.toContain('药品hospital');
  expect(seen.text).not.toContain('171');
});

test('the audit tells which resources a form was filled in with', async () => {
  const subject = parameters({ name: 'subject', valueReference: { reference: 'Patient/shared' } });
  await platform('POST', `Questionnaire/${form}/$populate`, subject);
  const log = await platform('GET', 'AuditEvent?entity=MedicationRequest/other-drug&subtype=operation');
  expect(log.body.entry?.length).toBeGreaterThan(0);
});

test('a programme is applied to no resident whom the caller does not see', async () => {
  const plans = await platform('GET', 'PlanDefinition?name:contains=hypertension&_count=1');
  const plan = plans.body.entry[0].resource.id;
  const to = (id: string) =>
    parameters(
      { name: 'subject', valueString: `Patient/${id}` },
      { name: 'organization', valueString: 'Organization/clinic' },
    );
  const nobody = await clinic('POST', `PlanDefinition/${plan}/$apply`, to('nobody'));
  const theirs = await clinic('POST', `PlanDefinition/${plan}/$apply`, to('theirs'));
  expect([nobody.status, theirs.status]).toEqual([404, 404]);
  expect((await platform('GET', 'EpisodeOfCare?patient=Patient/theirs')).body.entry).toBeUndefined();
});

test('a step on what the caller does not see is a step on what is not there', async () => {
  const task = {
    resourceType: 'Task',
    id: 'hidden',
    status: 'requested',
    intent: 'order',
    for: { reference: 'Patient/theirs' },
    requester: of('hospital'),
  };
  expect((await platform('PUT', 'Task/hidden', task)).status).toBe(201);
  for (const [path, body] of [
    ['Task/<id>/$accept', parameters()],
    ['Task/<id>/$cancel', parameters({ name: 'reason', valueCodeableConcept: { text: 'x' } })],
    [
      'Task/<id>/$acknowledge-critical-value',
      parameters({ name: 'acknowledgedBy', valueReference: { reference: 'Practitioner/x' } }),
    ],
    ['Patient/<id>/$responsible', parameters()],
    ['Patient/<id>/$unmerge', parameters({ name: 'decider', valueReference: { display: 'x' } })],
  ] as const) {
    const hidden = path.startsWith('Task') ? 'hidden' : 'theirs';
    const method = path.includes('$responsible') ? 'GET' : 'POST';
    const ask = (id: string) => clinic(method, path.replace('<id>', id), method === 'GET' ? undefined : body);
    const [there, absent] = [await ask(hidden), await ask('absent')];
    expect([path, there.status], there.text).toEqual([path, absent.status]);
    expect(there.text.replaceAll(hidden, 'absent')).toBe(absent.text);
  }
});

test('what a form says is read by whoever may read the form', async () => {
  const response = {
    resourceType: 'QuestionnaireResponse',
    id: 'form',
    questionnaire: FORM,
    status: 'in-progress',
    subject: { reference: 'Patient/shared' },
    authored: new Date().toISOString(),
  };
  const stored = await platform('PUT', 'QuestionnaireResponse/form', response);
  expect(stored.status, stored.text).toBe(201);
  const writer = await as(app, 'system/Observation.cruds');
  expect((await writer('POST', 'QuestionnaireResponse/form/$extract', parameters())).status).toBe(403);
});

test('a group is recalculated for all residents, or not at all', async () => {
  const group = {
    resourceType: 'Group',
    id: 'older',
    meta: { profile: ['https://xiantong.example/fhir/StructureDefinition/county-key-population'] },
    type: 'person',
    actual: true,
    code: { coding: [{ system: 'https://xiantong.example/fhir/CodeSystem/key-population', code: '03' }] },
    name: '65岁及以上老年人',
    managingEntity: of('clinic'),
    characteristic: [{ code: { text: '年龄' }, valueRange: { low: { value: 65 } }, exclude: false }],
  };
  await platform('PUT', 'Patient/guest', {
    ...patient('guest', 'clinic'),
    meta: { security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'PSY' }] },
  });
  const stored = await platform('PUT', 'Group/older', group);
  expect(stored.status, stored.text).toBe(201);
  const before = await platform('POST', `Group/${group.id}/$recalculate`, parameters());
  expect(before.status, before.text).toBe(200);
  const members = before.body.member.map((m: { entity: { reference: string } }) => m.entity.reference);
  expect(members).toContain('Patient/guest');
  expect((await clinic('GET', 'Patient/guest')).status).toBe(404);
  const asked = await clinic('POST', `Group/${group.id}/$recalculate`, parameters());
  const after = await platform('GET', `Group/${group.id}`);
  expect(after.body.member, String(asked.status)).toEqual(before.body.member);
  const writer = await as(app, 'system/Patient.cruds');
  expect((await writer('POST', `Group/${group.id}/$recalculate`, parameters())).status).toBe(403);
});

test('a task of a team is for its institution to go on with, and for no other', async () => {
  const C = 'https://xiantong.example/fhir/CodeSystem';
  const coded = (system: string, code: string) => ({ coding: [{ system: `${C}/${system}`, code }] });
  const enrolment = {
    resourceType: 'EpisodeOfCare',
    id: 'team-task',
    status: 'active',
    type: [coded('public-health-programme', 'hypertension')],
    patient: { reference: 'Patient/shared' },
    managingOrganization: of('clinic'),
    team: [{ reference: 'CareTeam/clinic-team' }],
    period: { start: '2026-01-01' },
  };
  expect((await platform('PUT', 'EpisodeOfCare/team-task', enrolment)).status).toBe(201);
  const found = await clinic(
    'GET',
    'Task?patient=Patient/shared&programme=hypertension&code=follow-up&status=ready',
  );
  const [{ resource: task }] = found.body.entry;
  expect(task).toMatchObject({ owner: { reference: 'CareTeam/clinic-team' }, requester: of('clinic') });
  const missed = {
    ...task,
    status: 'failed',
    businessStatus: coded('public-health-task-state', 'lost'),
    statusReason: coded('not-visited-reason', '4'),
  };
  const hospital = await as(app, 'system/*.cruds', {
    organization: 'Organization/hospital',
    countyWide: false,
  });
  expect((await hospital('PUT', `Task/${task.id}`, missed)).status).toBe(403);
  const said = await clinic('PUT', `Task/${task.id}`, missed);
  expect(said.status, said.text).toBe(200);
});

test('a group has the residents of the institution that keeps it, and of all only for whoever sees all', async () => {
  const group = {
    resourceType: 'Group',
    type: 'person',
    actual: true,
    code: { coding: [{ system: 'https://xiantong.example/fhir/CodeSystem/key-population', code: '03' }] },
    name: '65岁及以上老年人',
    characteristic: [{ code: { text: '年龄' }, valueRange: { low: { value: 65 } }, exclude: false }],
  };
  const all = await clinic('POST', 'Group', group);
  expect([all.status, all.text.includes('population-without-institution')]).toEqual([422, true]);
  const own = await clinic('POST', 'Group', { ...group, managingEntity: of('clinic') });
  const counted = await clinic('POST', `Group/${own.body.id}/$recalculate`, parameters());
  expect(counted.status, counted.text).toBe(200);
  expect(counted.text).toContain('Patient/shared');
  expect(counted.text).not.toContain('Patient/theirs');
});

test("a resident's own form is kept as their word, and no visit follows from it until somebody answers for it", async () => {
  const { author: _, id: __, ...response } = followUpForm('own-form', 'shared', {});
  const resident = await asPerson(app, { fhirUser: 'Patient/shared' });
  const count = async (type: string) =>
    (await platform('GET', `${type}?patient=Patient/shared&_summary=count`)).body.total;
  const before = [await count('Observation'), await count('Task')];
  const stored = await resident('POST', 'QuestionnaireResponse', response);
  expect(stored.status, stored.text).toBe(201);
  const form = `QuestionnaireResponse/${stored.body.id}`;
  expect(stored.body.author).toEqual({ reference: 'Patient/shared' });
  expect(stored.body.meta.security).toMatchObject([{ code: 'PATRPT' }]);
  expect([await count('Observation'), await count('Task')]).toEqual(before);
  const extracted = await platform('POST', `${form}/$extract`, parameters());
  expect([extracted.status, extracted.text]).toEqual([422, expect.stringContaining('form-of-resident')]);
  const forged = followUpForm(stored.body.id, 'shared', {});
  const refused = await resident('PUT', form, forged);
  expect([refused.status, refused.text]).toEqual([422, expect.stringContaining('resident-speaks-alone')]);
  const answeredFor = followUpForm(stored.body.id, 'shared', { author: 'Organization/clinic' });
  const confirmed = await platform('PUT', form, answeredFor);
  expect(confirmed.status, confirmed.text).toBe(200);
  expect(await count('Observation')).toBeGreaterThan(before[0]);
});
