/**
 * https://hl7.org/fhir/R4/patient-operation-everything.html,
 * https://hl7.org/fhir/R4/encounter-operation-everything.html
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { as } from '../features/tokens.ts';
import { type Answer, startTestApp, type TestApp } from '../support/app.ts';
import {
  allPages,
  entries,
  expectError,
  included,
  type Json,
  linkOf,
  load,
  observation,
  patient,
} from './support.ts';

let app: TestApp;

const ref = (reference: string) => ({ reference });
const about = (id: string, more: Json = {}) => observation(id, { subject: ref('Patient/ann'), ...more });

const RECORD = [
  { resourceType: 'Organization', id: 'ward', name: 'Ward', partOf: ref('Organization/hospital') },
  { resourceType: 'Organization', id: 'hospital', name: 'Hospital' },
  { resourceType: 'Practitioner', id: 'gp', name: [{ text: 'GP' }] },
  { resourceType: 'Practitioner', id: 'stranger', name: [{ text: 'Nobody of hers' }] },
  { resourceType: 'Specimen', id: 'tube', type: { text: 'blood' } },
  { resourceType: 'Binary', id: 'scan', contentType: 'text/plain', data: 'eA==' },
  patient('ann', {
    generalPractitioner: [ref('Practitioner/gp')],
    managingOrganization: ref('Organization/ward'),
  }),
  patient('bob', { generalPractitioner: [ref('Practitioner/stranger')] }),
  {
    resourceType: 'Encounter',
    id: 'visit',
    status: 'finished',
    class: { code: 'AMB' },
    subject: ref('Patient/ann'),
    period: { start: '2024-03-01', end: '2024-03-05' },
    diagnosis: [{ condition: ref('Condition/flu') }],
  },
  { resourceType: 'Condition', id: 'flu', subject: ref('Patient/ann'), recordedDate: '2024-02-20' },
  about('old', {
    effectiveDateTime: '2020-05-05',
    performer: [ref('Organization/ward')],
    hasMember: [ref('Observation/of-bob')],
  }),
  about('new', {
    effectiveDateTime: '2024-03-02',
    encounter: ref('Encounter/visit'),
    specimen: ref('Specimen/tube'),
  }),
  about('undated'),
  observation('of-bob', { subject: ref('Patient/bob'), effectiveDateTime: '2024-03-02' }),
  observation('by-ann', { subject: ref('Patient/bob'), performer: [ref('Patient/ann')] }),
  observation('of-nobody', { effectiveDateTime: '2024-03-02' }),
  {
    resourceType: 'DocumentReference',
    id: 'letter',
    status: 'current',
    subject: ref('Patient/ann'),
    content: [{ attachment: { url: 'Binary/scan' } }],
  },
  { resourceType: 'Task', id: 'call', status: 'requested', intent: 'order', for: ref('Patient/ann') },
];
const OF_ANN = [
  'Condition/flu',
  'DocumentReference/letter',
  'Encounter/visit',
  'Observation/by-ann',
  'Observation/new',
  'Observation/old',
  'Observation/undated',
  'Patient/ann',
  'Task/call',
];

beforeAll(async () => {
  app = await startTestApp();
  await load(app, RECORD);
});
afterAll(() => app.close());

function names(answer: Answer, mode: 'match' | 'include' = 'match'): string[] {
  expect(answer.status, answer.text.slice(0, 1000)).toBe(200);
  expect(answer.body).toMatchObject({ resourceType: 'Bundle', type: 'searchset' });
  return entries(answer, mode).map((r) => `${r.resourceType}/${r.id}`);
}
const matched = async (query: string) => names(await app.call('GET', query)).sort();

test('a record is the patient first, and all that belongs to the patient', async () => {
  const answer = await app.call('GET', 'Patient/ann/$everything');
  expect(names(answer)[0]).toBe('Patient/ann');
  expect(names(answer).sort()).toEqual(OF_ANN);
  expect(answer.body.total).toBe(OF_ANN.length);
  expect(linkOf(answer, 'next')).toBeUndefined();
  expect(answer.body.entry[0].fullUrl).toMatch(/\/fhir\/Patient\/ann$/);
});

test('what the record refers to comes along, and never what is of another patient', async () => {
  const answer = await app.call('GET', 'Patient/ann/$everything');
  expect(included(answer)).toEqual(['Binary/scan', 'Organization/ward', 'Practitioner/gp', 'Specimen/tube']);
});

test('POST says the same as GET', async () => {
  const parameters = {
    resourceType: 'Parameters',
    parameter: [
      { name: '_type', valueCode: 'Observation,Patient' },
      { name: 'start', valueDate: '2024-01-01' },
      { name: '_count', valueInteger: 50 },
    ],
  };
  const posted = await app.call('POST', 'Patient/ann/$everything', parameters);
  expect(names(posted).sort()).toEqual(
    await matched('Patient/ann/$everything?_type=Observation,Patient&start=2024-01-01&_count=50'),
  );
  expect(names(await app.call('POST', 'Patient/ann/$everything')).sort()).toEqual(OF_ANN);
});

test('start and end mean care dates; what has no date stays', async () => {
  const observations = (query: string) => matched(`Patient/ann/$everything?_type=Observation&${query}`);
  const always = ['Observation/by-ann', 'Observation/undated'];
  expect(await observations('start=2024-03-02')).toEqual([...always, 'Observation/new'].sort());
  expect(await observations('start=2024-03-03')).toEqual(always);
  expect(await observations('end=2024-03-02')).toEqual(
    [...always, 'Observation/new', 'Observation/old'].sort(),
  );
  expect(await observations('end=2024-03-01')).toEqual([...always, 'Observation/old'].sort());
  expect(await observations('end=2020')).toEqual([...always, 'Observation/old'].sort());
  // A period counts when it overlaps.
  expect(await matched('Patient/ann/$everything?_type=Encounter&start=2024-03-04&end=2024-03-04')).toEqual([
    'Encounter/visit',
  ]);
  expect(await matched('Patient/ann/$everything?_type=Encounter&start=2024-03-06')).toEqual([]);
});

test('_since is about the time of the record', async () => {
  const before = (await app.call('GET', 'Patient/ann')).body.meta.lastUpdated;
  const all = await matched(`Patient/ann/$everything?_since=${encodeURIComponent(before)}`);
  expect(all).toEqual(OF_ANN);
  await new Promise((resolve) => setTimeout(resolve, 5));
  const changed = await app.call('PUT', 'Observation/undated', about('undated', { note: [{ text: 'x' }] }));
  const since = encodeURIComponent(changed.body.meta.lastUpdated);
  const answer = await app.call('GET', `Patient/ann/$everything?_since=${since}`);
  expect(names(answer)).toEqual(['Observation/undated']);
  expect(names(answer, 'include')).toEqual([]);
});

test('_type narrows matches and included alike, also when repeated', async () => {
  const answer = await app.call('GET', 'Patient/ann/$everything?_type=Patient&_type=Practitioner');
  expect(names(answer)).toEqual(['Patient/ann']);
  expect(names(answer, 'include')).toEqual(['Practitioner/gp']);
});

test('pages with _count give every match once', async () => {
  for (const count of [1, 2, 3, 100]) {
    const pages = await allPages(app, `Patient/ann/$everything?_count=${count}`);
    expect(pages.sort(), `_count=${count}`).toEqual(OF_ANN.map((n) => n.split('/')[1]).sort());
  }
  const first = await app.call('GET', 'Patient/ann/$everything?_count=2&_type=Observation');
  expect(names(first)).toHaveLength(2);
  expect(first.body.total).toBeUndefined();
  expect(linkOf(first, 'self')).toBe('Patient/ann/$everything?_count=2&_type=Observation');
  expect(linkOf(first, 'next')).toContain('_type=Observation');
});

test('pages neither lose nor repeat what stays while others come and go', async () => {
  await load(app, [
    patient('busy'),
    ...['a', 'b', 'c', 'd', 'e', 'f'].map((id) =>
      observation(`busy-${id}`, { subject: ref('Patient/busy'), effectiveDateTime: '2024-01-01' }),
    ),
  ]);
  const found = await allPages(app, 'Patient/busy/$everything?_count=2', async (page) => {
    await load(app, [
      observation(`busy-new-${page}`, { subject: ref('Patient/busy'), effectiveDateTime: '2023-01-01' }),
    ]);
    if (page === 0) await app.call('DELETE', 'Observation/busy-f');
  });
  expect(new Set(found).size).toBe(found.length);
  expect(found).toEqual(expect.arrayContaining(['busy', 'busy-a', 'busy-b', 'busy-c', 'busy-d', 'busy-e']));
  expect(found).not.toContain('busy-f');
});

test('_elements and _summary cut the resources down', async () => {
  const answer = await app.call('GET', 'Patient/ann/$everything?_elements=status&_type=Observation');
  for (const r of entries(answer, 'match')) {
    expect(Object.keys(r).sort()).toEqual(['code', 'id', 'meta', 'resourceType', 'status']);
    expect(r.meta.tag).toMatchObject([{ code: 'SUBSETTED' }]);
  }
  const texts = await app.call('GET', 'Patient/ann/$everything?_summary=text&_type=Patient');
  expect(Object.keys(entries(texts, 'match')[0])).toEqual(['resourceType', 'id', 'meta']);
});

test('digits stay as they were written', async () => {
  const text =
    '{"resourceType":"Observation","id":"exact","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/exact"},"valueQuantity":{"value":1.50}}';
  await load(app, [patient('exact')]);
  await app.call('PUT', 'Observation/exact', text);
  expect((await app.call('GET', 'Patient/exact/$everything')).text).toContain('"value":1.50');
});

test('the record is read with one audit record, which names the patient and is not part of the record', async () => {
  await load(app, [patient('watched'), observation('watched', { subject: ref('Patient/watched') })]);
  const before = (await app.call('GET', 'AuditEvent?subtype=operation&patient=Patient/watched')).body.total;
  await app.call('GET', 'Patient/watched/$everything');
  const audits = await app.call('GET', 'AuditEvent?subtype=operation&patient=Patient/watched');
  expect(audits.body.total - before).toBe(1);
  const audited = entries(audits, 'match')[0];
  expect(Buffer.from(audited.entity.find((e: Json) => e.query).query, 'base64').toString()).toBe(
    'Patient/watched/$everything',
  );
  expect(await matched('Patient/watched/$everything')).toEqual(['Observation/watched', 'Patient/watched']);
  await app.call('GET', 'Patient/watched/$everything?_type=Slot');
  const after = await app.call('GET', 'AuditEvent?subtype=operation&patient=Patient/watched');
  expect(after.body.total - audits.body.total, 'also when nothing is found').toBe(2);
  // What a client has recorded itself is part of the record.
  await load(app, [
    {
      resourceType: 'AuditEvent',
      id: 'own',
      type: { code: 'rest' },
      recorded: '2024-01-01T00:00:00Z',
      agent: [{ requestor: true }],
      source: { observer: { display: 'x' } },
      entity: [{ what: ref('Patient/watched') }],
    },
  ]);
  expect(await matched('Patient/watched/$everything?_type=AuditEvent')).toEqual(['AuditEvent/own']);
});

test('Patient/$everything is the records of all patients, and nothing that is of none', async () => {
  const all = await allPages(app, 'Patient/$everything?_count=3&_type=Patient,Observation,Encounter');
  expect(new Set(all).size).toBe(all.length - 2); // exact and watched are ids of two resources each
  expect(all).toEqual(expect.arrayContaining(['ann', 'bob', 'visit', 'of-bob', 'by-ann', 'new']));
  expect(all).not.toContain('of-nobody');
  const whole = await app.call('GET', 'Patient/$everything');
  expect(names(whole)).toEqual(expect.arrayContaining(OF_ANN.filter((n) => n !== 'Task/call')));
  expect(names(whole, 'include')).toEqual(
    expect.arrayContaining(['Practitioner/gp', 'Practitioner/stranger']),
  );
});

test('the record of an encounter is what happened in it, with its patient', async () => {
  const answer = await app.call('GET', 'Encounter/visit/$everything');
  expect(names(answer)).toEqual(['Encounter/visit', 'Observation/new']);
  expect(included(answer)).toEqual(['Condition/flu', 'Patient/ann', 'Specimen/tube']);
  expectError(await app.call('GET', 'Encounter/never/$everything'), 404);
});

test('what is not there, or wrong, is said', async () => {
  expectError(await app.call('GET', 'Patient/never/$everything'), 404);
  await load(app, [patient('gone')]);
  await app.call('DELETE', 'Patient/gone');
  expectError(await app.call('GET', 'Patient/gone/$everything'), 410);
  for (const [query, expression] of [
    ['_type=Observatio', '_type'],
    ['_count=0', '_count'],
    ['_count=-1', '_count'],
    ['_since=yesterday', '_since'],
    ['start=2024-13', 'start'],
    ['_cursor=x', '_cursor'],
    ['_summary=count', '_summary'],
  ] as const) {
    expectError(await app.call('GET', `Patient/ann/$everything?${query}`), 400, { expression });
  }
  expectError(await app.call('GET', 'Patient/ann/$everything?colour=red'), 422, { code: 'not-supported' });
});

test('only what the caller may see is in the record', async () => {
  const smart = await startTestApp({ auth: 'smart' });
  try {
    const all = await as(smart, 'system/*.cruds');
    await load({ call: all } as TestApp, RECORD);
    const some = await as(smart, 'system/Patient.r system/Observation.rs system/Practitioner.r');
    const answer = await some('GET', 'Patient/ann/$everything');
    expect(names(answer).sort()).toEqual([
      'Observation/by-ann',
      'Observation/new',
      'Observation/old',
      'Observation/undated',
      'Patient/ann',
    ]);
    expect(included(answer)).toEqual(['Practitioner/gp']);
    expectError(await some('GET', 'Patient/$everything'), 403);
    const noPatient = await as(smart, 'system/Observation.rs');
    expectError(await noPatient('GET', 'Patient/ann/$everything'), 403);
  } finally {
    await smart.close();
  }
});

test('the CapabilityStatement lists it where it works', async () => {
  const { rest } = (await app.call('GET', 'metadata')).body;
  const withIt = rest[0].resource.filter((r: Json) => r.operation.some((o: Json) => o.name === 'everything'));
  expect(withIt.map((r: Json) => r.type)).toEqual(['Encounter', 'Patient']);
});
