/** Whose data reaches whom: systems that act for their organisation. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { as, type Call } from '../features/tokens.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { bundle, entries, expectError, ids, type Json, observation, patient, put } from './support.ts';

let app: TestApp;
let platform: Call;
let clinic: Call;
let hospital: Call;

const of = (id: string) => ({ reference: `Organization/${id}` });

beforeAll(async () => {
  app = await startTestApp({ auth: 'smart' });
  platform = await as(app, 'system/*.cruds');
  clinic = await as(app, 'system/*.cruds', { organization: 'Organization/clinic', countyWide: false });
  hospital = await as(app, 'system/*.cruds', { organization: 'Organization/hospital', countyWide: false });
  const stored = await platform(
    'POST',
    '',
    bundle('transaction', [
      put({ resourceType: 'Organization', id: 'clinic', name: 'Clinic' }),
      put({ resourceType: 'Organization', id: 'hospital', name: 'Hospital' }),
      put(patient('ours', { managingOrganization: of('clinic'), name: [{ text: '张三' }] })),
      put(patient('theirs', { managingOrganization: of('hospital'), name: [{ text: '李四' }] })),
      put(observation('of-ours', { subject: { reference: 'Patient/ours' }, performer: [of('clinic')] })),
      put(
        observation('of-theirs', { subject: { reference: 'Patient/theirs' }, performer: [of('hospital')] }),
      ),
    ]),
  );
  expect(stored.status, stored.text).toBe(200);
});
afterAll(() => app.close());

describe('a system of an organisation', () => {
  test('sees the data of its organisation, and of nobody else', async () => {
    expect((await clinic('GET', 'Patient/ours')).status).toBe(200);
    expectError(await clinic('GET', 'Patient/theirs'), 404, { code: 'not-found' });
    expect(ids(await clinic('GET', 'Patient'))).toEqual(['ours']);
    expect((await clinic('GET', 'Patient?_summary=count')).body.total).toBe(1);
    expect(ids(await clinic('GET', 'Observation?code:text=x'))).toEqual(['of-ours']);
    expect(ids(await hospital('GET', 'Observation'))).toEqual(['of-theirs']);
    expect((await platform('GET', 'Patient?_summary=count')).body.total).toBe(2);
  });

  test('sees the directory of everybody', async () => {
    expect(ids(await clinic('GET', 'Organization')).sort()).toEqual(['clinic', 'hospital']);
  });

  test('writes data of its organisation, and what it writes is its own', async () => {
    const written = await clinic('POST', 'Condition', {
      resourceType: 'Condition',
      subject: { reference: 'Patient/ours' },
      code: { text: 'x' },
    });
    expect(written.status, written.text).toBe(201);
    const { id } = written.body;
    expect((await clinic('GET', `Condition/${id}`)).status).toBe(200);
    expect((await hospital('GET', `Condition/${id}`)).status).toBe(404);
    const changed = await clinic('PUT', `Condition/${id}`, { ...written.body, code: { text: 'y' } });
    expect(changed.status, changed.text).toBe(200);
    expect((await clinic('GET', `Condition/${id}/_history`)).body.total).toBe(2);
    expect((await hospital('GET', `Condition/${id}/_history`)).status).toBe(404);
    expect((await clinic('DELETE', `Condition/${id}`)).status).toBe(204);
    expect((await clinic('GET', `Condition/${id}`)).status).toBe(410);
    expect((await hospital('GET', `Condition/${id}`)).status).toBe(404);
  });

  test('does not write over what it does not see, nor in the name of others', async () => {
    const theirs = patient('theirs', { active: false });
    expectError(await clinic('PUT', 'Patient/theirs', theirs), 403, { code: 'forbidden' });
    expectError(await clinic('PUT', 'Patient/theirs', theirs, { 'if-match': 'W/"1"' }), 412);
    expectError(
      await clinic('PATCH', 'Patient/theirs', [{ op: 'add', path: '/active', value: false }] as Json, {
        'content-type': 'application/json-patch+json',
      }),
      404,
    );
    expect((await clinic('DELETE', 'Patient/theirs')).status).toBe(204);
    expect((await platform('GET', 'Patient/theirs')).status).toBe(200);
    expectError(await clinic('POST', 'Observation', observation('x', { performer: [of('hospital')] })), 403, {
      code: 'forbidden',
    });
    expectError(await clinic('POST', '', bundle('transaction', [put(theirs)])), 403, { code: 'forbidden' });
  });
});

describe('who treats a resident', () => {
  test('sees the whole record while it lasts', async () => {
    const encounter = {
      resourceType: 'Encounter',
      id: 'visit',
      status: 'in-progress',
      class: { code: 'AMB' },
      subject: { reference: 'Patient/ours' },
      serviceProvider: of('hospital'),
      period: { start: '2020-01-01' },
    };
    expect(entries(await hospital('GET', 'Patient?_revinclude=Observation:subject'), 'match')).toHaveLength(
      1,
    );
    expect((await hospital('PUT', 'Encounter/visit', encounter)).status).toBe(201);
    expect(ids(await hospital('GET', 'Patient')).sort()).toEqual(['ours', 'theirs']);
    expect(ids(await hospital('GET', 'Observation?subject=Patient/ours'))).toEqual(['of-ours']);
    expect((await hospital('GET', 'Patient/ours/$everything')).status).toBe(200);
    expect((await hospital('PUT', 'Encounter/visit', { ...encounter, status: 'finished' })).status).toBe(200);
    expect(ids(await hospital('GET', 'Patient'))).toEqual(['theirs']);
    expect((await hospital('GET', 'Patient/ours/$everything')).status).toBe(404);
  });
});

describe('a Consent', () => {
  const consent = (provision: Json, more: Json = {}) => ({
    resourceType: 'Consent',
    id: 'c1',
    status: 'active',
    scope: { coding: [{ code: 'patient-privacy' }] },
    category: [{ coding: [{ code: '59284-0' }] }],
    policyRule: { text: 'x' },
    patient: { reference: 'Patient/ours' },
    organization: [of('clinic')],
    provision,
    ...more,
  });
  const actor = (id: string) => [{ role: { text: 'x' }, reference: of(id) }];

  test('that permits opens what it names, and closes it with the very next request', async () => {
    const permit = {
      type: 'permit',
      actor: actor('hospital'),
      class: [{ system: 'http://hl7.org/fhir/resource-types', code: 'Observation' }],
    };
    expect((await clinic('PUT', 'Consent/c1', consent(permit))).status).toBe(201);
    expect((await hospital('GET', 'Observation/of-ours')).status).toBe(200);
    expect((await hospital('GET', 'Patient/ours')).status).toBe(404);
    expect((await clinic('PUT', 'Consent/c1', consent(permit, { status: 'inactive' }))).status).toBe(200);
    expect((await hospital('GET', 'Observation/of-ours')).status).toBe(404);
  });

  test('that denies hides, save what its inner provisions leave', async () => {
    const deny = {
      type: 'deny',
      actor: actor('clinic'),
      provision: [
        { type: 'permit', class: [{ system: 'http://hl7.org/fhir/resource-types', code: 'Patient' }] },
      ],
    };
    expect((await platform('PUT', 'Consent/c1', consent(deny))).status).toBe(200);
    expect((await clinic('GET', 'Observation/of-ours')).status).toBe(404);
    expect((await clinic('GET', 'Patient/ours')).status).toBe(200);
    const over = consent({ ...deny, period: { end: '2020-01-01' } });
    expect((await platform('PUT', 'Consent/c1', over)).status).toBe(200);
    expect((await clinic('GET', 'Observation/of-ours')).status).toBe(200);
  });
});

describe('a sensitive label', () => {
  test('asks for a role of its own', async () => {
    const labelled = observation('labelled', {
      performer: [of('clinic')],
      meta: { security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'HIV' }] },
    });
    expect((await platform('PUT', 'Observation/labelled', labelled)).status).toBe(201);
    const infectious = await as(app, 'system/*.cruds', {
      organization: 'Organization/clinic',
      countyWide: false,
      roles: ['system', 'infectious-disease'],
    });
    expect((await clinic('GET', 'Observation/labelled')).status).toBe(404);
    expect((await infectious('GET', 'Observation/labelled')).status).toBe(200);
  });
});
