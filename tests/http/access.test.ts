/** Whose data reaches whom: systems that act for their organisation. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadPolicy } from '../../src/access/policy.ts';
import { keepCareLimits } from '../../src/store/care-limits.ts';
import { idNumber } from '../features/record/people.ts';
import { as, type Call } from '../features/tokens.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { bundle, entries, expectError, ids, type Json, observation, patient, put } from './support.ts';

let app: TestApp;
let platform: Call;
let clinic: Call;
let hospital: Call;

const CONSENT = {
  resourceType: 'Consent',
  status: 'active',
  scope: { coding: [{ code: 'patient-privacy' }] },
  category: [{ coding: [{ code: '59284-0' }] }],
  policyRule: { text: 'x' },
  patient: { reference: 'Patient/ours' },
};
const CARD = { system: 'urn:oid:2.16.156.10011.1.3', value: idNumber('1980-01-01', 7) };
const of = (id: string) => ({ reference: `Organization/${id}` });

beforeAll(async () => {
  app = await startTestApp({ auth: 'smart', clock: 'movable' });
  platform = await as(app, 'system/*.cruds');
  clinic = await as(app, 'system/*.cruds', { organization: 'Organization/clinic', countyWide: false });
  hospital = await as(app, 'system/*.cruds', { organization: 'Organization/hospital', countyWide: false });
  const stored = await platform(
    'POST',
    '',
    bundle('transaction', [
      put({ resourceType: 'Organization', id: 'clinic', name: 'Clinic' }),
      put({ resourceType: 'Organization', id: 'hospital', name: 'Hospital' }),
      put(
        patient('ours', {
          managingOrganization: of('clinic'),
          name: [{ text: '张三' }],
          identifier: [CARD, { system: 'urn:clinic', value: '17' }],
          telecom: [{ system: 'phone', value: '13912340000' }],
        }),
      ),
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
  const encounter = (id: string, more: Json = {}) => ({
    resourceType: 'Encounter',
    id,
    status: 'in-progress',
    class: { code: 'AMB' },
    subject: { reference: 'Patient/ours' },
    serviceProvider: of('hospital'),
    period: { start: '2020-01-01' },
    ...more,
  });
  const identify = (call: Call, name = '张三', identifier: Json = CARD) =>
    call('POST', 'Patient/$identify', {
      resourceType: 'Parameters',
      parameter: [
        { name: 'identifier', valueIdentifier: identifier },
        { name: 'name', valueString: name },
      ],
    });

  test('opens no record by saying so, in whatever way', async () => {
    const subject = { reference: 'Patient/ours' };
    const claims: Json[] = [
      encounter('claimed'),
      {
        resourceType: 'CareTeam',
        id: 'claimed',
        status: 'active',
        subject,
        managingOrganization: [of('hospital')],
      },
      {
        resourceType: 'Contract',
        id: 'claimed',
        status: 'executed',
        subject: [subject],
        authority: [of('hospital')],
      },
      {
        resourceType: 'Task',
        id: 'claimed',
        status: 'accepted',
        intent: 'order',
        code: { coding: [{ system: 'urn:x', code: 'referral' }] },
        for: subject,
        owner: of('hospital'),
      },
      {
        ...CONSENT,
        id: 'claimed',
        organization: [of('hospital')],
        provision: {
          type: 'permit',
          actor: [{ role: { text: 'x' }, reference: of('hospital') }],
        },
      },
    ];
    for (const claim of claims) {
      const written = await hospital('PUT', `${claim.resourceType}/claimed`, claim);
      expect(written.status, written.text).toBe(201);
      expect((await hospital('GET', 'Patient/ours')).status, claim.resourceType).toBe(404);
      expect(ids(await hospital('GET', 'Observation')), claim.resourceType).toEqual(['of-theirs']);
    }
    const against = { ...claims[4], provision: { type: 'deny' } };
    expect((await hospital('PUT', 'Consent/claimed', against)).status).toBe(200);
    expect((await clinic('GET', 'Patient/ours')).status, 'nor closes it to others').toBe(200);
    for (const { resourceType } of claims) await hospital('DELETE', `${resourceType}/claimed`);
  });

  test('opens none by changing what the county brought in about somebody', async () => {
    const finished = { status: 'finished', subject: { reference: 'Patient/theirs' } };
    const brought = [encounter('moved', finished), encounter('reopened', { status: 'finished' })];
    expect(
      (
        await platform(
          'POST',
          '',
          bundle(
            'transaction',
            brought.map((one) => put(one)),
          ),
        )
      ).status,
    ).toBe(200);
    expect((await hospital('PUT', 'Encounter/moved', encounter('moved'))).status).toBe(200);
    expect((await hospital('GET', 'Patient/ours')).status, 'moved to another resident').toBe(404);
    const begun = [{ op: 'replace', path: '/status', value: 'in-progress' }];
    const patch = { 'content-type': 'application/json-patch+json' };
    expect((await hospital('PATCH', 'Encounter/reopened', begun, patch)).status).toBe(200);
    expect((await hospital('GET', 'Patient/ours')).status, 'opened again').toBe(404);
    for (const { id } of brought) await hospital('DELETE', `Encounter/${id}`);
  });

  test('is shown a card, learns what stands on it, and no more than that', async () => {
    expect((await identify(hospital, '李四')).body.total, 'another name').toBe(0);
    expectError(await identify(hospital, '张三', { system: 'urn:clinic', value: '17' }), 400);
    const shown = await identify(hospital);
    expect(shown.status, shown.text).toBe(200);
    const [{ resource }] = shown.body.entry;
    expect(resource).toMatchObject({ id: 'ours', identifier: [CARD], name: [{ text: '张三' }] });
    expect(resource.meta.tag[0].code).toBe('SUBSETTED');
    expect(resource.telecom).toBeUndefined();
    expect((await hospital('GET', 'Patient/ours')).status).toBe(404);
    const audit = await platform('GET', 'AuditEvent?patient=Patient/ours&subtype=operation&_count=1');
    expect(entries(audit, 'match')[0].entity.map((e: Json) => e.what?.reference)).toContain('Patient/ours');
    const told = await clinic('GET', 'Communication?subject=Patient/ours');
    expect(entries(told, 'match')[0].sender).toEqual(of('hospital'));
  });

  test('sees the whole record while it lasts', async () => {
    expect(entries(await hospital('GET', 'Patient?_revinclude=Observation:subject'), 'match')).toHaveLength(
      1,
    );
    expect((await hospital('PUT', 'Encounter/visit', encounter('visit'))).status).toBe(201);
    expect(ids(await hospital('GET', 'Patient')).sort()).toEqual(['ours', 'theirs']);
    expect(ids(await hospital('GET', 'Observation?subject=Patient/ours'))).toEqual(['of-ours']);
    expect((await hospital('GET', 'Patient/ours/$everything')).status).toBe(200);
    await app.database.query({
      text: 'update identification set at = at - 90000000, until = until - 90000000',
      values: [],
    });
    expect((await hospital('PUT', 'Encounter/visit', encounter('visit', { status: 'onleave' }))).status).toBe(
      200,
    );
    expect((await hospital('GET', 'Patient/ours')).status, 'once vouched for, while it lasts').toBe(200);
    const finished = encounter('visit', { status: 'finished' });
    expect((await hospital('PUT', 'Encounter/visit', finished)).status).toBe(200);
    expect(ids(await hospital('GET', 'Patient'))).toEqual(['theirs']);
    expect((await hospital('GET', 'Patient/ours/$everything')).status).toBe(404);
    expect((await hospital('PUT', 'Encounter/again', encounter('again'))).status).toBe(201);
    expect((await hospital('GET', 'Patient/ours')).status, 'the card was shown too long ago').toBe(404);
  });

  test('asks about so many in vain, and no more', async () => {
    await app.database.query({
      text: `insert into identification select 'hospital', null, $1, $1 from generate_series(1, 60)`,
      values: [Date.now()],
    });
    expectError(await identify(hospital), 429, { code: 'throttled' });
    expect((await identify(clinic)).status).toBe(200);
    const laboratory = await as(app, 'system/*.cruds', {
      organization: 'Organization/hospital',
      countyWide: false,
      roles: ['laboratory'],
    });
    expectError(await identify(laboratory), 403);
  });
});

describe('a Consent', () => {
  const consent = (provision: Json, more: Json = {}) => ({
    ...CONSENT,
    id: 'c1',
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

test('a Consent that was vouched for is not, once it names another record of the person', async () => {
  const record = (id: string, organization: string, other: string) =>
    patient(id, {
      managingOrganization: of(organization),
      link: [{ other: { reference: `Patient/${other}` }, type: 'seealso' }],
    });
  for (const [id, organization, other] of [
    ['twice-here', 'hospital', 'twice-there'],
    ['twice-there', 'clinic', 'twice-here'],
  ] as const) {
    const stored = await platform('PUT', `Patient/${id}`, record(id, organization, other));
    expect(stored.status, stored.text).toBe(201);
  }
  const consent = (of_: string, type: string) => ({
    ...CONSENT,
    id: 'moved',
    patient: { reference: `Patient/${of_}` },
    organization: [of('hospital')],
    provision: {
      type,
      actor: [{ role: { text: 'x' }, reference: of(type === 'deny' ? 'clinic' : 'hospital') }],
    },
  });
  expect((await hospital('PUT', 'Consent/moved', consent('twice-here', 'deny'))).status).toBe(201);
  const moved = await hospital('PUT', 'Consent/moved', consent('twice-there', 'permit'));
  expect(moved.status, moved.text).toBe(200);
  expect((await hospital('GET', 'Patient/twice-there')).status).toBe(404);
});

describe('a sensitive label', () => {
  test('asks for a role of its own', async () => {
    const labelled = observation('labelled', {
      subject: { reference: 'Patient/ours' },
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

  test('is what one asks the log by: who saw the HIV results of this resident last month', async () => {
    const infectious = await as(app, 'system/*.rs', {
      id: 'infectious-his',
      organization: 'Organization/clinic',
      countyWide: false,
      roles: ['system', 'infectious-disease'],
    });
    expect((await infectious('GET', 'Observation/labelled')).status).toBe(200);
    expect(ids(await infectious('GET', 'Observation?subject=Patient/ours&code:text=x'))).toContain(
      'labelled',
    );
    await clinic('GET', 'Observation/of-ours');
    const hiv = 'http://terminology.hl7.org/CodeSystem/v3-ActCode|HIV';
    const who = async (month: string) => {
      const log = await platform(
        'GET',
        `AuditEvent?patient=Patient/ours&entity:Observation._security=${hiv}&action=R,E&date=${month}&_count=50`,
      );
      return entries(log, 'match').map((e: Json) => e.agent.find((a: Json) => a.requestor).altId);
    };
    const now = new Date().toISOString();
    const seen = await who(now.slice(0, 7));
    expect(seen.filter((id: string) => id === 'infectious-his').length).toBeGreaterThanOrEqual(2);
    expect(seen).not.toContain('client-2');
    expect(await who('2020-01')).toEqual([]);
    const named = await platform(
      'GET',
      `AuditEvent?entity=Observation/labelled&action=R,E&date=${now.slice(0, 7)}`,
    );
    expect(entries(named, 'match').length).toBeGreaterThanOrEqual(2);
  });
});

test('an outpatient encounter that nobody finishes opens the record for three days, an admission until its end', async () => {
  const encounter = (id: string, code: string) => ({
    resourceType: 'Encounter',
    id,
    status: 'in-progress',
    class: { code },
    subject: { reference: 'Patient/visitor' },
    serviceProvider: of(id),
  });
  const classes = { outpatients: 'AMB', emergencies: 'EMER', wards: 'IMP' };
  const places = Object.entries(classes);
  const stored = await platform(
    'POST',
    '',
    bundle('transaction', [
      put(patient('visitor', { managingOrganization: of('clinic') })),
      ...places.map(([id]) => put({ resourceType: 'Organization', id, name: id })),
      ...places.map(([id, code]) => put(encounter(id, code))),
    ]),
  );
  expect(stored.status, stored.text).toBe(200);
  const seen = async () => {
    const statuses: number[] = [];
    for (const [id] of places) {
      const call = await as(app, 'system/*.cruds', { organization: `Organization/${id}`, countyWide: false });
      statuses.push((await call('GET', 'Patient/visitor')).status);
    }
    return statuses;
  };
  const hoursLater = async (hours: number) => {
    const to = new Date(Date.now() + hours * 3_600_000).toISOString();
    const parameter = [{ name: 'to', valueDateTime: to }];
    const moved = await platform('POST', '$advance-clock', { resourceType: 'Parameters', parameter });
    expect(moved.status, moved.text).toBe(200);
  };
  expect(await seen()).toEqual([200, 200, 200]);
  await hoursLater(71);
  expect(await seen()).toEqual([200, 200, 200]);
  // Whoever goes on with it says so.
  expect((await platform('PUT', 'Encounter/outpatients', encounter('outpatients', 'AMB'))).status).toBe(200);
  await platform('PUT', 'Encounter/outpatients', { ...encounter('outpatients', 'AMB'), language: 'zh' });
  await hoursLater(73);
  expect(await seen()).toEqual([200, 404, 200]);
  await hoursLater(71 + 73);
  expect(await seen()).toEqual([404, 404, 200]);
  // A policy that is changed holds for what is open already.
  const { encounterHours } = loadPolicy(join(import.meta.dirname, '../../profiles/access-policy.json'));
  await keepCareLimits(app.database, { ...encounterHours, EMER: 200, IMP: 24 });
  expect(await seen()).toEqual([404, 200, 404]);
  await keepCareLimits(app.database, encounterHours);
  expect(await seen()).toEqual([404, 404, 200]);
});
