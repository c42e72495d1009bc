/** Whose data reaches whom: people, by what they are in the county at the time. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asPerson } from '../features/people.ts';
import { as, type Call } from '../features/tokens.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { county, stored } from './canary/county.ts';
import { bundle, entries, expectError, ids, type Json, observation, patient, put } from './support.ts';

let app: TestApp;
let platform: Call;
let doctor: Call;
let resident: Call;

const CANONICAL = 'https://xiantong.example/fhir';
const ref = (reference: string) => ({ reference });
const organization = (id: string) => ref(`Organization/${id}`);

beforeAll(async () => {
  app = await startTestApp({ auth: 'smart' });
  platform = await as(app, 'system/*.cruds');
  await store(county());
  await store([
    patient('other', { managingOrganization: organization('hospital'), name: [{ text: '他院居民' }] }),
    observation('of-other', { subject: ref('Patient/other'), performer: [organization('hospital')] }),
    observation('labelled', {
      subject: ref('Patient/own'),
      performer: [organization('clinic')],
      meta: { security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'PSY' }] },
    }),
  ]);
  doctor = await asPerson(app, { fhirUser: 'Practitioner/doctor' });
  resident = await asPerson(app, { fhirUser: 'Patient/own' });
});
afterAll(() => app.close());

async function store(resources: readonly Json[]): Promise<void> {
  const answer = await platform('POST', '', stored(resources));
  expect(answer.status, answer.text.slice(0, 2000)).toBe(200);
}

async function status(call: Call, path: string): Promise<number> {
  return (await call('GET', path)).status;
}

describe('a doctor', () => {
  test('sees and writes what is of the institution of the post', async () => {
    expect(await status(doctor, 'Observation/own-observation')).toBe(200);
    expect(await status(doctor, 'Observation/of-other')).toBe(404);
    const written = await doctor('POST', 'Observation', observation('x', { subject: ref('Patient/own') }));
    expect(written.status, written.text).toBe(201);
    expect(await status(doctor, `Observation/${written.body.id}`)).toBe(200);
    const nurse = await asPerson(app, { fhirUser: 'Practitioner/nurse' });
    expect(await status(nurse, `Observation/${written.body.id}`)).toBe(200);
  });

  test('has the rights of a secondment while it lasts, and where', async () => {
    const seconded = (end: string) => ({
      resourceType: 'PractitionerRole',
      id: 'post-doctor-away',
      practitioner: ref('Practitioner/doctor'),
      organization: organization('hospital'),
      period: { start: '2020-01-01', end },
      code: [
        { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/practitioner-role', code: 'doctor' }] },
      ],
    });
    await store([seconded('2999-01-01')]);
    expect(await status(doctor, 'Observation/of-other')).toBe(200);
    await store([seconded('2020-12-31')]);
    expect(await status(doctor, 'Observation/of-other')).toBe(404);
  });

  test('of the contracted team sees the whole record', async () => {
    const contract = (code: string) => ({
      resourceType: 'Contract',
      id: 'contract',
      status: code,
      subject: [ref('Patient/other')],
      authority: [organization('elsewhere')],
      applies: { start: '2020-01-01', end: '2999-01-01' },
      extension: [
        {
          url: 'https://xiantong.example/fhir/StructureDefinition/contract-care-team',
          valueReference: ref('CareTeam/family-doctors'),
        },
      ],
    });
    const team = {
      resourceType: 'CareTeam',
      id: 'family-doctors',
      status: 'active',
      participant: [{ member: ref('PractitionerRole/post-doctor') }],
    };
    await store([team, contract('executed')]);
    expect(ids(await doctor('GET', 'Observation?subject=Patient/other'))).toEqual(['of-other']);
    await store([contract('terminated')]);
    expect(ids(await doctor('GET', 'Observation?subject=Patient/other'))).toEqual([]);
  });

  test('appoints nobody, makes no institution another kind, and says nothing for all', async () => {
    const post = (await doctor('GET', 'PractitionerRole/post-doctor')).body;
    const promoted = { ...post, specialty: [{ text: '精神科' }] };
    expectError(await doctor('PUT', 'PractitionerRole/post-doctor', promoted), 403);
    const clinic = (await doctor('GET', 'Organization/clinic')).body;
    expectError(await doctor('PUT', 'Organization/clinic', clinic), 403);
    const chief = await asPerson(app, { fhirUser: 'Practitioner/administrator' });
    expect((await chief('PUT', 'PractitionerRole/post-doctor', post)).status).toBe(200);
  });

  test('needs a role of its own for a sensitive label', async () => {
    expect(await status(doctor, 'Observation/labelled')).toBe(404);
    await store([
      {
        resourceType: 'PractitionerRole',
        id: 'post-doctor-psychiatry',
        practitioner: ref('Practitioner/doctor'),
        organization: organization('clinic'),
        specialty: [{ text: '精神科' }],
        code: [
          { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/practitioner-role', code: 'doctor' }] },
        ],
      },
    ]);
    expect(await status(doctor, 'Observation/labelled')).toBe(200);
    expect((await platform('DELETE', 'PractitionerRole/post-doctor-psychiatry')).status).toBe(204);
    expect(await status(doctor, 'Observation/labelled')).toBe(404);
  });
});

describe('in an emergency', () => {
  const broken = { 'x-break-glass': encodeURIComponent('昏迷,急需用药史') };

  const ofOther = { ...broken, 'x-break-glass-patient': 'Patient/other' };
  const ofOwn = { ...broken, 'x-break-glass-patient': 'Patient/own' };

  test('a doctor sees the record of the resident, who is told, as is the organisation, once; the audit says so', async () => {
    const alerts = async () =>
      entries(await platform('GET', 'Communication?category=alert'), 'match').map(
        (c) => c.reasonCode[0].text,
      );
    expect(await alerts()).toEqual([]);
    expect((await doctor('GET', 'Observation/of-other', undefined, ofOther)).status).toBe(200);
    for (const path of ['Patient/other', 'Patient/other/$everything', 'Observation?patient=other'])
      expect((await doctor('GET', path, undefined, broken)).text).toMatch(/"(of-)?other"/);
    expect(await alerts()).toEqual(['昏迷,急需用药史']);
    expect((await doctor('GET', 'Observation/labelled', undefined, ofOwn)).status).toBe(200);
    expect(await alerts()).toHaveLength(2);
    const other = await asPerson(app, { fhirUser: 'Patient/other' });
    expect(ids(await other('GET', 'Communication?category=alert'))).toHaveLength(1);
    expect(await status(doctor, 'Observation/of-other')).toBe(404);
    const log = await platform('GET', 'AuditEvent?entity=Observation/of-other&_count=1');
    expect(entries(log, 'match')[0].purposeOfEvent[0].coding[0].code).toBe('BTG');
  });

  test('nobody else’s record is opened with it, whatever is asked', async () => {
    expect((await doctor('GET', 'Observation/labelled', undefined, ofOther)).status).toBe(404);
    expect((await doctor('GET', 'Patient/own', undefined, ofOther)).status).toBe(404);
    expect(ids(await doctor('GET', 'Observation', undefined, ofOther))).toEqual(['of-other']);
    expect(ids(await doctor('GET', 'Observation?patient=own', undefined, ofOther))).toEqual([]);
    const query = { query: '{ObservationList{id}}' };
    const graph = await doctor('POST', '$graphql', query, {
      ...ofOther,
      'content-type': 'application/json',
    });
    expect([graph.status, graph.text.match(/"id":"[^"]*"/g)]).toEqual([200, ['"id":"of-other"']]);
    const entry = ['Observation/labelled', 'Observation/of-other'].map((url) => ({
      request: { method: 'GET', url },
    }));
    const batch = await doctor('POST', '', bundle('batch', entry), ofOther);
    expect(batch.body.entry.map((e: Json) => e.response.status.slice(0, 3))).toEqual(['404', '200']);
    expect((await doctor('GET', 'Practitioner/doctor', undefined, ofOther)).status).toBe(200);
    const observed = observation('x', { subject: ref('Patient/own') });
    expectError(await doctor('POST', 'Observation', observed, ofOther), 403);
  });

  test('it has to be clear whose record is needed, and it is there', async () => {
    for (const path of [
      'Observation/of-other',
      'Observation',
      'Observation?patient=own,other',
      'Observation?patient=own&patient=other',
      'Observation?subject=Patient/own&patient=other',
      'Patient?name=x',
    ])
      expectError(await doctor('GET', path, undefined, broken), 400);
    expectError(await doctor('GET', 'Patient/none', undefined, broken), 404);
  });

  test('an app for one resident opens no other', async () => {
    const confined = await asPerson(app, {
      fhirUser: 'Practitioner/doctor',
      scope: 'patient/*.rs',
      patient: 'own',
    });
    expectError(await confined('GET', 'Patient/other', undefined, broken), 403, { code: 'forbidden' });
    expect((await confined('GET', 'Observation/labelled', undefined, ofOwn)).status).toBe(200);
  });

  test('nobody walks through the county with it', async () => {
    const many = Array.from({ length: 21 }, (_, i) => `many-${i}`);
    await store(many.map((id) => patient(id, { managingOrganization: organization('hospital') })));
    const answers = [];
    for (const id of many) answers.push((await doctor('GET', `Patient/${id}`, undefined, broken)).status);
    // Two were opened before.
    expect(answers).toEqual([...Array(18).fill(200), 429, 429, 429]);
    expect((await doctor('GET', 'Patient/many-0', undefined, broken)).status).toBe(200);
  });

  test('nobody breaks the glass whose role it is not for, or without saying why', async () => {
    const nurse = await asPerson(app, { fhirUser: 'Practitioner/nurse' });
    expectError(await nurse('GET', 'Observation/of-other', undefined, ofOther), 403, { code: 'forbidden' });
    expectError(await doctor('GET', 'Patient/other', undefined, { 'x-break-glass': ' ' }), 400);
  });
});

describe('residents', () => {
  test('see their own record and who has seen it, and nobody else’s', async () => {
    expect(await status(resident, 'Observation/own-observation')).toBe(200);
    expect(await status(resident, 'Observation/labelled')).toBe(200);
    expect(await status(resident, 'Appointment/own-appointment')).toBe(200);
    expect(ids(await resident('GET', 'Patient'))).toEqual(['own']);
    const seen = entries(await resident('GET', 'AuditEvent?patient=Patient/own'), 'match');
    expect(seen.length).toBeGreaterThan(0);
    expect(ids(await resident('GET', 'AuditEvent?patient=Patient/other'))).toEqual([]);
  });

  test('write what the policy leaves to them', async () => {
    const measured = observation('home', { subject: ref('Patient/own') });
    expect((await resident('POST', 'Observation', measured)).status).toBe(201);
    expectError(await resident('POST', 'Observation', { ...measured, subject: ref('Patient/other') }), 403);
    const condition = { resourceType: 'Condition', subject: ref('Patient/own'), code: { text: 'x' } };
    expectError(await resident('POST', 'Condition', condition), 403);
  });

  test('put nothing of theirs into the record of another', async () => {
    const subject = ref('Patient/own');
    const consent = {
      resourceType: 'Consent',
      status: 'active',
      scope: {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }],
      },
      category: [{ text: '居民意愿' }],
      policyRule: { text: '居民意愿' },
      patient: subject,
      organization: [organization('hospital')],
      provision: { type: 'permit', actor: [{ role: { text: 'x' }, reference: ref('Organization/clinic') }] },
    };
    const visit = {
      resourceType: 'Appointment',
      status: 'proposed',
      participant: [{ actor: subject, status: 'accepted' }],
    };
    for (const [resource, path] of [
      [observation('mine', { subject }), '/subject'],
      [consent, '/patient'],
      [visit, '/participant/0/actor'],
    ] as const) {
      const { id: _, ...sent } = resource as Json;
      const written = await resident('POST', sent.resourceType, sent);
      expect(written.status, written.text).toBe(201);
      const moved = [{ op: 'replace', path: `${path}/reference`, value: 'Patient/other' }];
      const headers = { 'content-type': 'application/json-patch+json' };
      const at = `${sent.resourceType}/${written.body.id}`;
      expectError(await resident('PATCH', at, moved, headers), 403);
      expectError(
        await resident(
          'PUT',
          at,
          JSON.parse(JSON.stringify(written.body).replace('Patient/own', 'Patient/other')),
        ),
        403,
      );
      expect((await resident('DELETE', at)).status).toBe(204);
    }
  });

  test('speak for themselves, and for no institution', async () => {
    const subject = ref('Patient/own');
    const hospital = organization('hospital');
    const result = { status: 'final', subject };
    expectError(
      await resident('POST', 'Observation', observation('x', { ...result, performer: [hospital] })),
      403,
    );
    const written = await resident(
      'POST',
      'Observation',
      observation('x', { ...result, performer: [subject] }),
    );
    expect(written.status, written.text).toBe(201);
    const changed = { ...written.body, performer: [hospital] };
    expectError(await resident('PUT', `Observation/${written.body.id}`, changed), 403);
    const message = { resourceType: 'Communication', status: 'completed', subject, recipient: [hospital] };
    expectError(await resident('POST', 'Communication', { ...message, sender: hospital }), 403);
    expect((await resident('POST', 'Communication', { ...message, sender: subject })).status).toBe(201);
  });

  test('change nothing that an institution wrote about them, and what they wrote themselves', async () => {
    const result = (await resident('GET', 'Observation/labelled')).body;
    expectError(await resident('PUT', 'Observation/labelled', { ...result, meta: undefined }), 403);
    const patch = [{ op: 'replace', path: '/status', value: 'cancelled' }];
    const type = { 'content-type': 'application/json-patch+json' };
    expectError(await resident('PATCH', 'Observation/labelled', patch as Json, type), 403);
    expectError(await resident('DELETE', 'Observation/labelled'), 403);
    const own = await resident('POST', 'Observation', observation('home2', { subject: ref('Patient/own') }));
    const guardian = await asPerson(app, { fhirUser: 'RelatedPerson/mother' });
    for (const call of [resident, guardian])
      expect((await call('PATCH', `Observation/${own.body.id}`, patch as Json, type)).status).toBe(200);
    expect((await resident('DELETE', `Observation/${own.body.id}`)).status).toBe(204);
  });

  test('do not see in what is about several who the others are', async () => {
    const both = [ref('Patient/own'), { ...ref('Patient/other'), display: '他院居民' }];
    await store([
      {
        resourceType: 'Group',
        id: 'of-several',
        type: 'person',
        actual: true,
        member: both.map((entity) => ({ entity })),
      },
      {
        resourceType: 'Appointment',
        id: 'of-several',
        status: 'booked',
        start: '2026-12-02T08:00:00+08:00',
        end: '2026-12-02T09:00:00+08:00',
        participant: both.map((actor) => ({ actor, status: 'accepted' })),
      },
    ]);
    for (const path of ['Group/of-several', 'Appointment/of-several']) {
      expect(await status(resident, path)).toBe(404);
      expect(await status(platform, path)).toBe(200);
    }
    expect(ids(await resident('GET', 'Appointment'))).toEqual(['own-appointment']);
  });

  test('who are parents see a child’s record until it is of age', async () => {
    const born = (birthDate: string) =>
      patient('child', { birthDate, managingOrganization: organization('hospital') });
    await store([
      born('2020-05-05'),
      {
        resourceType: 'RelatedPerson',
        id: 'father-of-child',
        patient: ref('Patient/child'),
        relationship: [
          { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-RoleCode', code: 'FTH' }] },
        ],
      },
      {
        resourceType: 'Person',
        id: 'father',
        link: [{ target: ref('Patient/own') }, { target: ref('RelatedPerson/father-of-child') }],
      },
    ]);
    expect(await status(resident, 'Patient/child')).toBe(200);
    await store([born('2000-05-05')]);
    expect(await status(resident, 'Patient/child')).toBe(404);
  });
});

describe('a guardian', () => {
  const ACT = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
  const labelled = (id: string, of: string, code: string) =>
    observation(id, { subject: ref(`Patient/${of}`), meta: { security: [{ system: ACT, code }] } });
  const child = (more: Json = {}) =>
    patient('child', { birthDate: '2015-05-05', managingOrganization: organization('hospital'), ...more });

  test('does not see what of a ward is kept from guardians, and sees it of itself', async () => {
    await store([
      child(),
      labelled('of-child', 'child', 'SEX'),
      labelled('sad-child', 'child', 'PSY'),
      labelled('of-own', 'own', 'SEX'),
    ]);
    expect(await status(resident, 'Patient/child')).toBe(200);
    expect(await status(resident, 'Observation/of-child')).toBe(404);
    expect(await status(resident, 'Observation/sad-child')).toBe(200);
    expect(await status(resident, 'Observation/of-own')).toBe(200);
    expect(ids(await resident('GET', 'Observation?patient=Patient/child')).sort()).toEqual(['sad-child']);
  });

  test('is made by who has the record of the ward, and by nobody else', async () => {
    const [clinic, hospital] = await Promise.all(
      ['clinic', 'hospital'].map((id) =>
        as(app, 'system/*.cruds', { organization: `Organization/${id}`, countyWide: false }),
      ),
    );
    await store([patient('ward', { managingOrganization: organization('hospital') })]);
    const related = (id: string) => ({
      resourceType: 'RelatedPerson',
      id,
      patient: ref('Patient/ward'),
      relationship: [
        { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-RoleCode', code: 'GUARD' }] },
      ],
    });
    const same = (id: string, is: string) => ({
      resourceType: 'Person',
      id,
      link: [{ target: ref('Patient/own') }, { target: ref(`RelatedPerson/${is}`) }],
    });
    const written = async (call: Call, resource: Json) => {
      const answer = await call('PUT', `${resource.resourceType}/${resource.id}`, resource);
      expect(answer.status, answer.text).toBeLessThan(300);
    };
    await written(clinic!, related('said-by-another'));
    await written(clinic!, same('said-by-another', 'said-by-another'));
    expect(await status(resident, 'Patient/ward'), 'both said by another').toBe(404);
    await written(hospital!, related('said-by-keeper'));
    await written(clinic!, same('usurped', 'said-by-keeper'));
    expect(await status(resident, 'Patient/ward'), 'who it is said by another').toBe(404);
    const own = (await clinic!('GET', 'Patient/own')).body;
    await written(clinic!, {
      ...own,
      link: [{ other: ref('RelatedPerson/said-by-keeper'), type: 'seealso' }],
    });
    expect(await status(resident, 'Patient/ward'), 'said of the own patient').toBe(404);
    await written(clinic!, own);
    await written(hospital!, same('said-by-keeper', 'said-by-keeper'));
    expect(await status(resident, 'Patient/ward')).toBe(200);
    await hospital!('DELETE', 'Person/said-by-keeper');
  });

  test('is kept out by a Consent that names it, and not by one about others', async () => {
    const consent = (provision: Json) => ({
      resourceType: 'Consent',
      id: 'of-child',
      status: 'active',
      scope: { coding: [{ code: 'patient-privacy' }] },
      category: [{ coding: [{ code: '59284-0' }] }],
      policyRule: { text: 'x' },
      patient: ref('Patient/child'),
      provision,
    });
    await store([consent({ type: 'deny' })]);
    expect(await status(resident, 'Observation/sad-child')).toBe(200);
    const named = [{ role: { text: 'x' }, reference: ref('RelatedPerson/father-of-child') }];
    await store([consent({ type: 'deny', actor: named })]);
    expect(await status(resident, 'Observation/sad-child')).toBe(404);
    expect(await status(resident, 'Observation/own-observation')).toBe(200);
    expect((await platform('DELETE', 'Consent/of-child')).status).toBe(204);
    expect(await status(resident, 'Observation/sad-child')).toBe(200);
    await store([child({ birthDate: '2000-05-05' })]);
  });
});

describe('disease control', () => {
  test('sees whom a notifiable condition is about, and nothing more of the record', async () => {
    const control = await asPerson(app, { fhirUser: 'Practitioner/disease-controller' });
    const reported = {
      resourceType: 'Condition',
      id: 'reported',
      meta: { profile: [`${CANONICAL}/StructureDefinition/county-notifiable-condition`] },
      extension: [
        {
          url: `${CANONICAL}/StructureDefinition/notifiable-class`,
          valueCoding: { system: `${CANONICAL}/CodeSystem/notifiable-class`, code: 'b' },
        },
      ],
      verificationStatus: {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-ver-status', code: 'confirmed' }],
      },
      code: { coding: [{ system: 'http://hl7.org/fhir/sid/icd-10', code: 'A16.2' }], text: '肺结核' },
      subject: ref('Patient/other'),
      recordedDate: '2026-01-01',
      recorder: ref('Practitioner/doctor'),
    };
    expect(await status(control, 'Patient/other')).toBe(404);
    await store([reported]);
    expect(await status(control, 'Condition/reported')).toBe(200);
    expect(await status(control, 'Patient/other')).toBe(200);
    expect(await status(control, 'Observation/of-other')).toBe(404);
    expect((await platform('DELETE', 'Condition/reported')).status).toBe(204);
    expect(await status(control, 'Patient/other')).toBe(404);
  });
});

describe('who needs less is shown less', () => {
  test('a grid worker sees residents in care without diagnoses, and searches by what is shown', async () => {
    const worker = await asPerson(app, { fhirUser: 'Practitioner/grid-worker' });
    const [shown] = entries(await worker('GET', 'Patient?family=ownname'), 'match');
    expect(Object.keys(shown).sort()).toEqual([
      'birthDate',
      'gender',
      'id',
      'meta',
      'name',
      'resourceType',
      'telecom',
    ]);
    expect((await worker('GET', 'Patient/own')).body.identifier).toBeUndefined();
    expect(await status(worker, 'Condition/own-condition')).toBe(404);
    expectError(await worker('GET', 'Patient?identifier=own-code'), 403);
    expectError(await worker('GET', 'Patient?_content=own-code'), 403);
    expectError(await worker('GET', 'Task?patient.identifier=own-code'), 403);
  });

  test('who administers sees numbers and addresses in part, finds by whole ones, and writes none of it', async () => {
    const number = '320922198001010074';
    await store([
      patient('masked', {
        managingOrganization: organization('clinic'),
        identifier: [{ system: 'urn:oid:2.16.156.10011.1.3', value: number }],
        telecom: [{ system: 'phone', value: '13912345678' }],
        address: [{ text: '河东路 1 号', city: '盐城市', line: ['河东路 1 号'] }],
        text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${number}</div>` },
        multipleBirthInteger: 1,
      }),
    ]);
    const administrator = await asPerson(app, { fhirUser: 'Practitioner/administrator' });
    for (const path of [
      'Patient/masked',
      'Patient?_id=masked',
      'Patient/masked/_history',
      'Patient/masked/_history/1',
      'Patient/masked/$everything',
    ]) {
      const { text } = await administrator('GET', path);
      expect(text, path).toContain('320922********0074');
      for (const whole of [number, '13912345678', '河东路']) expect(text, path).not.toContain(whole);
    }
    const shown = (await administrator('GET', 'Patient/masked')).body;
    expect(shown.meta.tag[0].code).toBe('SUBSETTED');
    expect(shown.meta.security[0].code).toBe('MASKED');
    expect(ids(await administrator('GET', `Patient?identifier=${number}`))).toEqual(['masked']);
    expectError(await administrator('GET', 'Patient?address=河东'), 403);
    expectError(await administrator('GET', `Patient?_content=${number}`), 403);
    const graph = `{Patient(id:"masked"){identifier{value}}}`;
    expect(
      (await administrator('POST', '$graphql', { query: graph }, { 'content-type': 'application/json' }))
        .text,
    ).toContain('********');
    expectError(await administrator('PUT', 'Patient/masked', shown), 403);
    expectError(await platform('PUT', 'Patient/masked', shown), 422);
    expectError(await doctor('PUT', 'Patient/masked', shown), 422);
    expect((await platform('GET', 'Patient/masked')).body.identifier[0].value).toBe(number);
    await store([
      {
        resourceType: 'PractitionerRole',
        id: 'post-administrator-too',
        practitioner: ref('Practitioner/administrator'),
        organization: organization('clinic'),
        code: [
          { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/practitioner-role', code: 'nurse' }] },
        ],
      },
    ]);
    expect((await administrator('GET', 'Patient/masked')).text).toContain(number);
    expect((await platform('DELETE', 'PractitionerRole/post-administrator-too')).status).toBe(204);
  });

  test('a regulator is told numbers, and none so small that it is about somebody', async () => {
    const regulator = await asPerson(app, { fhirUser: 'Practitioner/regulator' });
    await store(Array.from({ length: 6 }, (_, i) => observation(`many-${i}`, { code: { text: 'many' } })));
    expect((await regulator('GET', 'Observation?_summary=count')).body.total).toBeGreaterThan(5);
    expect(
      (await regulator('GET', 'Observation?subject=Patient/other&_summary=count')).body.total,
    ).toBeUndefined();
    expectError(await regulator('GET', 'Observation'), 403);
    expectError(await regulator('GET', 'Observation/of-other'), 404);
    expectError(await regulator('GET', 'Observation/of-other/_history'), 403);
    expect(await status(regulator, 'Organization/clinic')).toBe(200);
    const post = (await platform('GET', 'PractitionerRole/post-regulator')).body;
    await store([{ ...post, organization: organization('clinic') }]);
    expect(ids(await regulator('GET', 'Observation')), 'at no authority').toEqual([]);
    await store([post]);
  });
});

describe('scopes', () => {
  test('for a patient reach that one’s record, whoever uses the app', async () => {
    await store([patient('second', { managingOrganization: organization('clinic') })]);
    expect(ids(await doctor('GET', 'Patient')).sort()).toContain('second');
    const scope = 'patient/Patient.rs patient/Observation.rs user/Organization.rs';
    const inApp = await asPerson(app, { fhirUser: 'Practitioner/doctor', scope, patient: 'own' });
    expect(ids(await inApp('GET', 'Patient'))).toEqual(['own']);
    expect(await status(inApp, 'Organization/clinic')).toBe(200);
    expectError(await inApp('GET', 'Condition'), 403);
    const none = await asPerson(app, { fhirUser: 'Practitioner/doctor', scope });
    expectError(await none('GET', 'Patient'), 403);
    const foreign = await asPerson(app, { fhirUser: 'Practitioner/doctor', scope, patient: 'other' });
    expect(ids(await foreign('GET', 'Patient'))).toEqual([]);
  });

  test('narrowed by a code hold on every path, for reading and for writing', async () => {
    const laboratory = {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' }],
    };
    await store([
      observation('result', {
        subject: ref('Patient/own'),
        performer: [organization('clinic')],
        category: [laboratory],
      }),
    ]);
    const scope = 'user/Patient.rs user/Observation.cruds?category=laboratory';
    const narrow = await asPerson(app, { fhirUser: 'Practitioner/doctor', scope });
    expect(ids(await narrow('GET', 'Observation?subject=Patient/own'))).toEqual(['result']);
    expect(await status(narrow, 'Observation/result')).toBe(200);
    expect(await status(narrow, 'Observation/own-observation')).toBe(404);
    expect(await status(narrow, 'Observation/own-observation/_history')).toBe(404);
    expect(ids(await narrow('GET', 'Patient?_has:Observation:subject:code=own-code'))).toEqual([]);
    expectError(await narrow('POST', 'Observation', observation('x', { subject: ref('Patient/own') })), 403);
    const written = await narrow(
      'POST',
      'Observation',
      observation('x', { subject: ref('Patient/own'), category: [laboratory] }),
    );
    expect(written.status, written.text).toBe(201);
  });

  test('narrowed for one letter do not reach further by another', async () => {
    const category = (code: string) => ({
      subject: ref('Patient/own'),
      performer: [organization('clinic')],
      category: [
        { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code }] },
      ],
    });
    await store([observation('lab', category('laboratory')), observation('answer', category('survey'))]);
    const scope =
      'user/Observation.rs user/Observation.c?category=laboratory user/Observation.ud?category=survey';
    const narrow = await asPerson(app, { fhirUser: 'Practitioner/doctor', scope });
    const put = (id: string, code: string) =>
      narrow('PUT', `Observation/${id}`, observation(id, { ...category(code), note: [{ text: 'x' }] }));
    expectError(await put('lab', 'laboratory'), 403);
    expectError(await put('lab', 'survey'), 403);
    expectError(await put('answer', 'laboratory'), 403);
    expect((await put('answer', 'survey')).status).toBe(200);
    expectError(await narrow('DELETE', 'Observation/lab'), 403);
    expect((await narrow('DELETE', 'Observation/answer')).status).toBe(204);
    expect((await put('answer', 'survey')).status).toBe(201);
    expect((await narrow('POST', 'Observation', observation('x', category('laboratory')))).status).toBe(201);
    expectError(await narrow('POST', 'Observation', observation('x', category('vital-signs'))), 403);
  });

  test('narrowed by what is no code grant nothing', async () => {
    const narrow = await asPerson(app, {
      fhirUser: 'Practitioner/doctor',
      scope: 'user/Observation.rs?date=ge2020-01-01',
    });
    expectError(await narrow('GET', 'Observation'), 403);
  });
});

test('an account without a person behind it reaches nothing, whatever the app', async () => {
  const nobody = await asPerson(app, { scope: 'user/*.rs system/*.rs' });
  expect(ids(await nobody('GET', 'Patient'))).toEqual([]);
  expect((await nobody('GET', 'Observation?_summary=count')).body.total).toBe(0);
});

test('a token of the county for some types is for everybody’s data of those types', async () => {
  const some = await as(app, 'system/Observation.rs?code=own-code');
  expect(ids(await some('GET', 'Observation'))).toEqual(['own-observation']);
});

test('an entry of a Bundle is no way around', async () => {
  const answer = await doctor(
    'POST',
    '',
    bundle('batch', [{ request: { method: 'GET', url: 'Patient/other' } }]),
  );
  expect(answer.body.entry[0].response.status).toMatch(/^404/);
  const written = await doctor('POST', '', bundle('transaction', [put(patient('other', { active: false }))]));
  expectError(written, 403);
});
