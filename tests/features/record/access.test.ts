/** Linked records show to each caller what that caller may see of each. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BASE, startTestApp, type TestApp } from '../../support/app.ts';
import { asPerson } from '../people.ts';
import { as, type Call } from '../tokens.ts';
import { CANONICAL, idNumber, type Json, parameters, patient, RESIDENT_ID } from './people.ts';

let app: TestApp;
let platform: Call;
let east: Call;
let west: Call;

const example = (name: string) => JSON.parse(readFileSync(`fixtures/valid/${name}.json`, 'utf8'));
const status = async (call: Call, path: string) => (await call('GET', path)).status;
const linking = (step: string) =>
  platform(
    'POST',
    `Patient/$${step}`,
    parameters({ 'source-patient': 'Patient/east', 'target-patient': 'Patient/west' }),
  );
const SCOPES = 'system/*.cruds';
const kept = (organization: string) => ({
  managingOrganization: { reference: `Organization/${organization}` },
});
const person = {
  name: '苗一心',
  birthDate: '1966-02-03',
  gender: 'female',
  number: idNumber('1966-02-03', 42),
};

beforeAll(async () => {
  app = await startTestApp({ auth: 'smart' });
  platform = await as(app, SCOPES);
  east = await as(app, SCOPES, { organization: 'Organization/east', countyWide: false });
  west = await as(app, SCOPES, { organization: 'Organization/west', countyWide: false });
  for (const id of ['east', 'west']) {
    const stored = await platform('PUT', `Organization/${id}`, {
      resourceType: 'Organization',
      id,
      name: id,
    });
    expect(stored.status).toBe(201);
  }
  for (const [call, id] of [
    [east, 'east'],
    [west, 'west'],
  ] as const) {
    const written = await call('PUT', `Patient/${id}`, patient({ ...person, id, more: kept(id) }));
    expect(written.status, written.text).toBe(201);
    const weight = {
      resourceType: 'Observation',
      id: `of-${id}`,
      status: 'final',
      code: { text: 'weight' },
      subject: { reference: `Patient/${id}` },
      performer: [{ reference: `Organization/${id}` }],
    };
    expect((await call('PUT', `Observation/of-${id}`, weight)).status).toBe(201);
  }
  const others = [
    patient({ name: '路人', id: 'stranger', more: kept('east') }),
    {
      resourceType: 'Observation',
      id: 'of-stranger',
      status: 'final',
      code: { text: 'weight' },
      subject: { reference: 'Patient/stranger' },
      performer: [{ reference: 'Organization/east' }],
    },
    {
      resourceType: 'RelatedPerson',
      id: 'guardian',
      active: true,
      patient: { reference: 'Patient/west' },
      relationship: [
        { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-RoleCode', code: 'GUARD' }] },
      ],
    },
  ];
  for (const resource of others) {
    const stored = await platform('PUT', `${resource.resourceType}/${resource.id}`, resource);
    expect(stored.status, stored.text).toBe(201);
  }
});
afterAll(() => app?.close());

async function ids(call: Call, query: string) {
  const { body } = await call('GET', query);
  return (body.entry ?? []).map((e: Json) => e.resource.id).sort();
}

test('records of two institutions are linked, although neither sees the other one', async () => {
  expect((await platform('GET', 'Patient/east')).body.link).toEqual([
    { other: { reference: 'Patient/west' }, type: 'seealso' },
  ]);
  expect((await west('GET', 'Patient/east')).status).toBe(404);
});

test('a search over the linked records finds what the caller may see, and no more', async () => {
  expect(await ids(platform, 'Observation?patient=Patient/east')).toEqual(['of-east', 'of-west']);
  expect(await ids(east, 'Observation?patient=Patient/east')).toEqual(['of-east']);
  expect(await ids(west, 'Patient/west/$everything')).not.toContain('of-east');
  const summary = await west('GET', 'Patient/west/$summary');
  expect(summary.status).toBe(200);
  expect(summary.text).not.toContain('of-east');
});

test('operations over the record answer who sees one of the linked records alone, merged or not', async () => {
  const answers = async () => {
    for (const operation of ['$summary', '$timeline', '$everything', '$completeness']) {
      const { status, text } = await east('GET', `Patient/east/${operation}`);
      expect(status, text).toBe(200);
      expect(text).not.toContain('of-west');
    }
  };
  await answers();
  // The one that replaces it is not for its institution to see: what it asked for is what it is told of.
  expect((await linking('merge')).status).toBe(200);
  await answers();
  const { body } = await east('GET', 'Patient/east/$summary');
  expect(body.entry[0].resource.subject.reference).toBe(`${BASE}/Patient/east`);
  expect((await platform('GET', 'Patient/east/$summary')).body.entry[0].resource.subject.reference).toBe(
    `${BASE}/Patient/west`,
  );
  expect((await linking('unmerge')).status).toBe(200);
  expect((await linking('link')).status).toBe(200);
});

test('a match shows only records that the caller may see', async () => {
  const asked = parameters({ resource: patient(person) });
  const found = async (call: Call) =>
    (await call('POST', 'Patient/$match', asked)).body.entry.map((e: Json) => e.resource.id).sort();
  expect(await found(platform)).toEqual(['east', 'west']);
  expect(await found(west)).toEqual(['west']);
});

describe('residents', () => {
  const own = ['of-east', 'of-west'];

  test('read all records that are linked to their own, from whichever they sign in to', async () => {
    for (const id of ['east', 'west']) {
      const resident = await asPerson(app, { fhirUser: `Patient/${id}` });
      expect(await ids(resident, 'Patient')).toEqual(['east', 'west']);
      expect(await ids(resident, 'Observation')).toEqual(own);
      expect(await ids(resident, `Observation?patient=Patient/${id}`)).toEqual(own);
      expect(await ids(resident, `Patient/${id}/$everything`)).toEqual(expect.arrayContaining(own));
      const summary = await resident('GET', `Patient/${id}/$summary`);
      expect(summary.status, summary.text).toBe(200);
    }
  });

  test('do so in an app that is for one patient', async () => {
    const scope = 'patient/*.rs';
    const resident = await asPerson(app, { fhirUser: 'Patient/east', scope, patient: 'east' });
    expect(await ids(resident, 'Observation')).toEqual(own);
    expect((await resident('GET', 'Observation/of-west')).status).toBe(200);
    expect((await resident('GET', 'Observation/of-stranger')).status).toBe(404);
    const seen = await ids(resident, 'AuditEvent?patient=Patient/west&_count=100');
    expect(seen.length).toBeGreaterThan(0);
  });

  test('add what they measure themselves, marked as theirs, and nothing that others find', async () => {
    const category = (code: string) => [
      { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code }] },
    ];
    const weight = {
      resourceType: 'Observation',
      status: 'final',
      code: { text: 'weight' },
      subject: { reference: 'Patient/east' },
      valueQuantity: { value: 70.0, unit: 'kg' },
    };
    const mark = example('county-lab-observation/haemoglobin').extension;
    const evidence = example('county-quality-evidence/laboratory-centre-2026-h1');
    const stored = await platform('PUT', `Basic/${evidence.id}`, {
      ...evidence,
      subject: { reference: 'Organization/east' },
    });
    expect(stored.status, stored.text).toBe(201);
    const people = [
      await asPerson(app, { fhirUser: 'Patient/east' }),
      await asPerson(app, { fhirUser: 'RelatedPerson/guardian' }),
    ];
    for (const person of people) {
      const added = await person('POST', 'Observation', { ...weight, category: category('vital-signs') });
      expect(added.status, added.text).toBe(201);
      expect(added.body.meta.security).toMatchObject([{ code: 'PATRPT' }]);
      expect(added.body.extension).toMatchObject([{ valueCode: 'home' }]);
      expect(added.body.performer[0].reference).toMatch(/^(Patient\/east|RelatedPerson\/guardian)$/);
      for (const more of [
        { category: category('laboratory') },
        { category: [{ coding: [{ code: 'laboratory' }] }] },
        { category: [{ text: 'laboratory' }] },
        { extension: mark },
        { performer: [{ reference: 'Practitioner/east' }] },
        { performer: [{ reference: 'Patient/stranger' }] },
        { performer: [{ reference: 'https://elsewhere.example/fhir/Patient/east' }] },
        {
          code: { coding: [{ system: `${CANONICAL}/CodeSystem/first-page-section`, code: 'health-marks' }] },
        },
      ]) {
        const refused = await person('POST', 'Observation', { ...weight, ...more });
        expect([refused.status, refused.text]).toEqual([
          422,
          expect.stringMatching(/resident-(measures|speaks)-alone/),
        ]);
      }
      const message = {
        resourceType: 'Communication',
        status: 'completed',
        subject: { reference: 'Patient/east' },
      };
      const inTheirName = { ...message, sender: { reference: 'PractitionerRole/technician' } };
      const unsent = await person('POST', 'Communication', inTheirName);
      expect([unsent.status, unsent.text]).toEqual([422, expect.stringContaining('resident-speaks-alone')]);
      const bloodGroup = { coding: [{ system: 'http://loinc.org', code: '882-1' }] };
      const guessed = { ...weight, code: bloodGroup, valueQuantity: undefined, valueString: 'O' };
      const guess = await person('POST', 'Observation', guessed);
      expect(guess.status, guess.text).toBe(201);
      expect((await person('GET', 'Patient/east/$summary')).text, 'no mark by their word').not.toContain(
        '血型',
      );
      expect((await person('DELETE', `Observation/${guess.body.id}`)).status).toBeLessThan(300);
      const path = `Observation/${added.body.id}`;
      const [valueMeta] = [{ security: added.body.meta.security }];
      const meta = { resourceType: 'Parameters', parameter: [{ name: 'meta', valueMeta }] };
      const kept = await person('POST', `${path}/$meta-delete`, meta);
      expect(kept.body.parameter[0].valueMeta.security).toMatchObject([{ code: 'PATRPT' }]);
      const changed = await person('PUT', path, { ...added.body, category: category('laboratory') });
      expect([changed.status, changed.text]).toEqual([
        422,
        expect.stringContaining('resident-measures-alone'),
      ]);
      expect((await person('DELETE', path)).status).toBeLessThan(300);
    }
  });

  test('answer and write to others in their own name alone', async () => {
    const resident = await asPerson(app, { fhirUser: 'Patient/east' });
    const subject = { reference: 'Patient/east' };
    const answers = { resourceType: 'QuestionnaireResponse', status: 'completed', subject };
    const message = { resourceType: 'Communication', status: 'completed', subject };
    for (const who of [
      { reference: 'Practitioner/east' },
      { reference: 'Patient/stranger' },
      { reference: 'RelatedPerson/guardian' },
      { display: '县医院' },
    ])
      for (const said of [
        { ...answers, author: who },
        { ...answers, source: who },
        { ...message, sender: who },
      ]) {
        const refused = await resident('POST', said.resourceType, said);
        expect([refused.status, refused.text]).toEqual([
          422,
          expect.stringContaining('resident-speaks-alone'),
        ]);
      }
    for (const broken of [
      { ...answers, meta: { security: {} } },
      { ...answers, source: 5 },
    ])
      expect((await resident('POST', 'QuestionnaireResponse', broken)).status).toBe(400);
    const sent = await resident('POST', 'Communication', message);
    expect([sent.status, sent.body.sender]).toEqual([201, subject]);
    const source = { reference: `${BASE}/Patient/west` };
    expect((await resident('POST', 'QuestionnaireResponse', { ...answers, source })).status).toBe(201);
  });

  test('and their guardians with them', async () => {
    const guardian = await asPerson(app, { fhirUser: 'RelatedPerson/guardian' });
    expect(await ids(guardian, 'Observation')).toEqual(own);
    expect((await guardian('GET', 'Observation/of-stranger')).status).toBe(404);
  });

  test('not of what another institution says is theirs without seeing it', async () => {
    const claims = patient({ name: '冒充', id: 'claim', more: kept('west') });
    const link = [{ other: { reference: 'Patient/stranger' }, type: 'seealso' }];
    expect((await west('PUT', 'Patient/claim', { ...claims, link })).status).toBeLessThan(500);
    const item = ['claim', 'stranger'].map((id, i) => ({
      type: i === 0 ? 'source' : 'alternate',
      resource: { reference: `Patient/${id}` },
    }));
    const linkage = { resourceType: 'Linkage', active: true, item };
    const refused = await west('POST', 'Linkage', linkage);
    expect(refused.status, refused.text).toBe(422);
    const claimant = await asPerson(app, { fhirUser: 'Patient/claim' });
    expect((await claimant('GET', 'Observation/of-stranger')).status).toBe(404);
    expect((await platform('GET', 'Patient/stranger')).body.link).toBeUndefined();
    // What one side alone says is its word, and nothing follows from it for the other.
    const weight = { resourceType: 'Observation', id: 'of-claim', status: 'final', code: { text: 'weight' } };
    const claimed = { ...weight, subject: { reference: 'Patient/claim' } };
    expect((await west('PUT', 'Observation/of-claim', claimed)).status).toBe(201);
    expect(await ids(platform, 'Observation?patient=Patient/stranger')).toEqual(['of-stranger']);
    const stranger = await asPerson(app, { fhirUser: 'Patient/stranger' });
    expect(await ids(stranger, 'Patient')).toEqual(['stranger']);
  });

  test('no longer, once the records are found to be two people', async () => {
    const body = parameters({ 'source-patient': 'Patient/east', 'target-patient': 'Patient/west' });
    expect((await platform('POST', 'Patient/$unlink', body)).status).toBe(200);
    const resident = await asPerson(app, { fhirUser: 'Patient/east' });
    expect(await ids(resident, 'Observation')).toEqual(['of-east']);
    expect((await platform('POST', 'Patient/$link', body)).status).toBe(200);
  });
});

describe('a Consent', () => {
  const consent = (type: 'permit' | 'deny', patientId: string, organization: string, more: Json = {}) => ({
    resourceType: 'Consent',
    id: `${type}-${patientId}`,
    status: 'active',
    scope: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }],
    },
    category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
    policyRule: { text: '居民意愿' },
    patient: { reference: `Patient/${patientId}` },
    organization: [{ reference: 'Organization/west' }],
    provision: {
      type,
      actor: [{ role: { text: 'x' }, reference: { reference: `Organization/${organization}` } }],
    },
    ...more,
  });
  const store = async (call: Call, resource: Json) => {
    const answer = await call('PUT', `Consent/${resource.id}`, resource);
    expect(answer.status, answer.text).toBeLessThan(300);
  };

  test('that denies holds for all records of the person, as long as they are linked', async () => {
    expect(await status(east, 'Observation/of-east')).toBe(200);
    await store(platform, consent('deny', 'west', 'east'));
    expect(await status(east, 'Observation/of-east')).toBe(404);
    expect((await linking('unlink')).status).toBe(200);
    expect(await status(east, 'Observation/of-east')).toBe(200);
    expect((await linking('link')).status).toBe(200);
    expect(await status(east, 'Observation/of-east')).toBe(404);
    await store(platform, consent('deny', 'west', 'east', { status: 'inactive' }));
    expect(await status(east, 'Observation/of-east')).toBe(200);
  });

  test('that permits does so too, unless an institution says so of what is not its own', async () => {
    await store(west, consent('permit', 'west', 'west'));
    expect(await status(west, 'Observation/of-east')).toBe(404);
    await store(platform, consent('permit', 'west', 'west', { id: 'permit-of-person' }));
    expect(await status(west, 'Observation/of-east')).toBe(200);
    await store(platform, consent('permit', 'west', 'west', { id: 'permit-of-person', status: 'inactive' }));
    expect(await status(west, 'Observation/of-east')).toBe(404);
  });
});

test('who treats a resident sees all records of the person once the card was shown, as long as both last', async () => {
  const sees = () => status(west, 'Observation/of-east');
  const visit = async (id: string, more: Json = {}) => {
    const answer = await west('PUT', `Encounter/${id}`, {
      resourceType: 'Encounter',
      id,
      status: 'in-progress',
      class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' },
      subject: { reference: 'Patient/west' },
      serviceProvider: { reference: 'Organization/west' },
      period: { start: '2026-01-01' },
      ...more,
    });
    expect(answer.status, answer.text).toBeLessThan(300);
  };
  await visit('of-west');
  expect(await sees(), "an institution's own word").toBe(404);
  const shown = await west('POST', 'Patient/$identify', {
    resourceType: 'Parameters',
    parameter: [
      { name: 'identifier', valueIdentifier: { system: RESIDENT_ID, value: person.number } },
      { name: 'name', valueString: person.name },
    ],
  });
  expect([shown.status, shown.body.total], shown.text).toEqual([200, 2]);
  expect(await sees(), 'what is open already').toBe(200);
  expect(await status(west, 'Observation/of-stranger')).toBe(404);
  await visit('of-west', { priority: { text: 'changed' } });
  expect(await sees(), 'while it is changed').toBe(200);
  expect((await linking('unlink')).status).toBe(200);
  expect(await sees(), 'two people').toBe(404);
  expect((await linking('link')).status).toBe(200);
  await visit('of-west', { status: 'finished' });
  expect(await sees(), 'when it is over').toBe(404);
  await visit('next', { subject: { reference: 'Patient/west' } });
  expect(await sees(), 'what is written within the hours of the card').toBe(200);
  expect((await linking('unlink')).status).toBe(200);
  await app.database.query({ text: `update resource set marks = null where id = 'next'`, values: [] });
  expect((await linking('link')).status).toBe(200);
  expect(await sees(), 'nobody knows yet who wrote the visit').toBe(404);
  expect((await platform('DELETE', 'Encounter/next')).status).toBeLessThan(300);
  expect(await sees()).toBe(404);
});

test('what a Binary belongs to says who sees it: a record, or a document', async () => {
  const HIV = { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'HIV' };
  const scan = (id: string, reference: string, more: Json = {}) => ({
    resourceType: 'Binary',
    id,
    contentType: 'text/plain',
    securityContext: { reference },
    data: 'eA==',
    ...more,
  });
  const letter = (id: string, more: Json = {}) => ({
    resourceType: 'DocumentReference',
    id,
    status: 'current',
    subject: { reference: 'Patient/west' },
    content: [{ attachment: { url: `Binary/by-${id}` } }],
    ...more,
  });
  const resident = await asPerson(app, { fhirUser: 'Patient/west' });
  const passer = await asPerson(app, { fhirUser: 'Patient/stranger' });
  for (const resource of [
    letter('letter'),
    letter('to-east', { meta: { tag: [{ system: `${CANONICAL}/shown-to`, code: 'east' }] } }),
    scan('by-record', 'Patient/west'),
    scan('by-letter', 'DocumentReference/letter'),
    scan('by-to-east', `${BASE}/DocumentReference/to-east`),
    scan('by-nothing', 'DocumentReference/of-nobody'),
    scan('by-place', 'Organization/west'),
    scan('by-moved', 'DocumentReference/to-east'),
    scan('by-label', 'DocumentReference/to-east', { meta: { security: [HIV] } }),
  ]) {
    const stored = await west('PUT', `${resource.resourceType}/${resource.id}`, resource);
    expect(stored.status, stored.text).toBe(201);
  }
  const moved = scan('by-moved', 'DocumentReference/letter');
  expect((await west('PUT', 'Binary/by-moved', moved)).status).toBe(200);
  const seen = async (call: Call) => {
    const found: string[] = [];
    for (const name of ['record', 'letter', 'to-east', 'nothing', 'place', 'label', 'moved']) {
      const answers = [
        await status(call, `Binary/by-${name}`),
        await status(call, `Binary/by-${name}/_history/1`),
      ];
      expect(new Set(answers).size, name).toBe(1);
      if (answers[0] === 200) found.push(name);
    }
    return found;
  };
  expect(await seen(resident)).toEqual(['record', 'letter', 'to-east', 'label', 'moved']);
  expect(await seen(east)).toEqual(['to-east']);
  expect(await seen(passer)).toEqual([]);
  expect(await status(east, 'Binary/by-to-east/_history')).toBe(404);
  expect((await east('PUT', 'Binary/by-to-east', scan('by-to-east', 'Patient/east'))).status).toBe(403);
  expect((await west('PUT', 'DocumentReference/to-east', letter('to-east'))).status).toBe(200);
  expect(await seen(east), 'no longer than the document').toEqual([]);
});

test('a scope that is narrowed shows no more by any operation over the record', async () => {
  const category = (code: string) => [
    { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code }] },
  ];
  const subject = { reference: 'Patient/east' };
  const measured = (id: string, code: string, text: string) => ({
    ...example('county-lab-observation/haemoglobin'),
    id,
    meta: undefined,
    extension: undefined,
    status: 'final',
    category: category(code),
    code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }], text },
    subject,
    specimen: undefined,
    performer: [{ reference: 'Organization/east' }],
  });
  const status = (system: string, code: string) => ({
    coding: [{ system: `http://terminology.hl7.org/CodeSystem/${system}`, code }],
  });
  const hidden = '不在范围内';
  const stored = [
    measured('narrow-vital', 'vital-signs', '在范围内'),
    measured('narrow-lab', 'laboratory', hidden),
    {
      resourceType: 'Condition',
      id: 'narrow-condition',
      clinicalStatus: status('condition-clinical', 'active'),
      verificationStatus: status('condition-ver-status', 'confirmed'),
      code: { text: hidden },
      subject,
      recorder: { reference: 'Practitioner/none' },
    },
    {
      resourceType: 'Composition',
      id: 'narrow-composition',
      status: 'final',
      type: { text: 'x' },
      date: '2026-01-01',
      title: 'x',
      subject,
      author: [{ reference: 'Organization/east' }],
      section: [{ title: 'x', entry: [{ reference: 'Observation/narrow-lab' }] }],
    },
  ];
  for (const resource of stored) {
    const answer = await platform('PUT', `${resource.resourceType}/${resource.id}`, resource);
    expect(answer.status, answer.text).toBe(201);
  }
  const scopes = (context: string) =>
    `${context}/Patient.rs ${context}/Composition.rs ${context}/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|vital-signs`;
  const callers = [
    await as(app, scopes('system'), { organization: 'Organization/east', countyWide: false }),
    await asPerson(app, { fhirUser: 'Patient/east', scope: scopes('patient'), patient: 'east' }),
  ];
  const match = parameters({ resource: patient(person) });
  for (const call of callers) {
    const answers = await Promise.all([
      call('GET', 'Patient/east/$everything'),
      call('GET', 'Patient/east/$summary'),
      call('GET', 'Patient/east/$timeline'),
      call('GET', 'Observation/$lastn?patient=Patient/east&max=10'),
      call('GET', 'Composition/narrow-composition/$document'),
      call('POST', 'Patient/$match', match),
      call(
        'GET',
        'Observation/$stats?subject=Patient/east&code=8867-4&system=http://loinc.org&statistic=count',
      ),
    ]);
    for (const { status: told, text } of answers)
      expect([told, text.includes(hidden)], text.slice(0, 500)).toEqual([200, false]);
    const shown = answers.map(({ text }) => text.includes('narrow-vital'));
    expect(shown, 'what is within the scope').toEqual([true, true, false, true, false, false, false]);
    expect(answers.at(-1)!.text, 'one of two measurements').toContain('"valueQuantity":{"value":1}');
  }
});

test('a merge that an encounter elsewhere forbids does not tell which it is', async () => {
  for (const id of ['own-1', 'own-2']) {
    const own = patient({ name: `苗${id}`, id, more: kept('west') });
    expect((await west('PUT', `Patient/${id}`, own)).status).toBe(201);
  }
  const elsewhere = {
    resourceType: 'Encounter',
    id: 'elsewhere',
    status: 'onleave',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' },
    subject: { reference: 'Patient/own-1' },
    serviceProvider: { reference: 'Organization/east' },
  };
  expect((await platform('PUT', 'Encounter/elsewhere', elsewhere)).status).toBe(201);
  expect(await status(west, 'Encounter/elsewhere')).toBe(404);
  const pair = parameters({ 'source-patient': 'Patient/own-1', 'target-patient': 'Patient/own-2' });
  const refused = await west('POST', 'Patient/$merge', pair);
  expect(refused.status).toBe(422);
  expect(refused.text).toContain('merge-during-encounter');
  expect(refused.text).not.toContain('elsewhere');
});

test('nobody decides about a record that is not to be seen', async () => {
  const body = parameters({ 'source-patient': 'Patient/east', 'target-patient': 'Patient/west' });
  expect((await west('POST', 'Patient/$merge', body)).status).toBe(404);
  expect((await platform('GET', 'Patient/east')).body.active).toBe(true);
  expect((await platform('POST', 'Patient/$merge', body)).status).toBe(200);
});

test('an institution sends messages, and learns nothing of others by them', async () => {
  const message = (id: string, number: string) =>
    [
      `MSH|^~\\&|HIS|WEST|X|X|20260301080000||ADT^A04|${id}|P|2.5`,
      `PID|1||${number}^^^WEST^MR||苗^二心||19700101|M`,
    ].join('\r');
  const headers = { 'content-type': 'x-application/hl7-v2+er7' };
  expect((await west('POST', '$process-message', message('M1', 'W1'), headers)).text).toContain('MSA|AA|M1');
  expect((await west('POST', '$process-message', message('M1', 'W1'), headers)).text).toContain('MSA|AA|M1');
  expect(await ids(west, 'Patient?identifier=W1')).toHaveLength(1);
  expect(await ids(east, 'Patient?identifier=W1')).toEqual([]);
  const reader = await as(app, 'system/*.rs', { organization: 'Organization/west', countyWide: false });
  expect((await reader('POST', '$process-message', message('M2', 'W2'), headers)).status).toBe(403);
});

test('a message that breaks what is demanded of its sender breaks it for whoever tries it again, too', async () => {
  const organization = 'Organization/west';
  const his = await as(app, SCOPES, { id: 'township-his', organization, countyWide: false });
  const nameless = { resourceType: 'Patient', identifier: [{ system: 'urn:mr', value: 'D1' }] };
  const header = {
    resourceType: 'MessageHeader',
    id: 'd1',
    eventUri: 'urn:e',
    source: { endpoint: 'urn:his' },
  };
  const entry = [header, nameless].map((resource, i) => ({ fullUrl: `urn:uuid:${i}`, resource }));
  const content = { resourceType: 'Bundle', type: 'message', timestamp: '2026-03-01T08:00:00Z', entry };
  const answer = await his('POST', '$process-message', parameters({ content }));
  expect(answer.body.entry[0].resource.response.code).not.toBe('ok');
  const replayed = await platform('POST', '$replay-messages');
  const [again] = replayed.body.parameter.filter((p: Json) => p.part[0].valueString === 'urn:his');
  expect(again.part.find((p: Json) => p.name === 'status').valueCode).toBe('held');
  expect(await ids(platform, 'Patient?identifier=urn:mr|D1')).toEqual([]);
});

test('a message is the word of who sent it, whatever it names as its source', async () => {
  const number = { system: 'urn:mr', value: 'E9' };
  const told = {
    resourceType: 'Patient',
    identifier: [number],
    telecom: [{ system: 'phone', value: '13900001111' }],
  };
  const send = async (call: Call, id: string, resource: Json) => {
    const header = { resourceType: 'MessageHeader', id, eventUri: 'urn:e', source: { endpoint: 'urn:east' } };
    const entry = [header, resource].map((r, i) => ({ fullUrl: `urn:uuid:${i}`, resource: r }));
    const content = { resourceType: 'Bundle', type: 'message', timestamp: '2026-03-01T08:00:00Z', entry };
    const answer = await call('POST', '$process-message', parameters({ content }));
    expect(answer.status, answer.text).toBe(200);
    return answer.body.entry[0].resource.response.code;
  };
  const result = (value: string) => ({
    resourceType: 'Observation',
    identifier: [{ system: 'urn:lab', value }],
    status: 'final',
    code: { text: value },
    subject: { reference: `Patient?identifier=urn:mr|${number.value}` },
  });
  const found = (call: Call, value: string) => ids(call, `Observation?identifier=urn:lab|${value}`);

  await east('PUT', 'Patient/e9', { ...told, id: 'e9', ...kept('east') });
  expect(await send(west, 'm1', result('by-west'))).not.toBe('ok');
  expect(await send(east, 'm1', result('by-east')), 'another message than west’s').toBe('ok');
  expect(await found(east, 'by-east')).toHaveLength(1);
  expect(await found(platform, 'by-west'), 'not carried out with the rights of east').toEqual([]);
  const replayed = await platform('POST', '$replay-messages');
  expect(replayed.body.parameter.map((p: Json) => p.part[0].valueString)).toContain('urn:east');
  expect(await found(platform, 'by-west'), 'nor with those of who lets it be tried again').toEqual([]);

  const visit = {
    resourceType: 'Encounter',
    id: 'e9-at-west',
    status: 'in-progress',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' },
    subject: { reference: 'Patient/e9' },
    serviceProvider: { reference: 'Organization/west' },
    period: { start: '2026-03-01T08:00:00+08:00' },
  };
  expect((await platform('PUT', 'Encounter/e9-at-west', visit)).status).toBe(201);
  expect((await platform('POST', '$replay-messages')).status).toBe(200);
  expect(await found(west, 'by-west'), 'with what the policy lets its sender see now').toHaveLength(1);
  expect((await platform('DELETE', 'Encounter/e9-at-west')).status).toBe(204);

  expect(await send(east, 'm2', told)).toBe('ok');
  expect(await send(west, 'm2', { resourceType: 'Patient', identifier: [number] })).toBe('ok');
  const { body } = await west('GET', 'Patient?identifier=urn:mr|E9');
  expect(
    body.entry.map((e: Json) => e.resource.telecom),
    'what east said of it',
  ).toEqual([undefined]);
});
