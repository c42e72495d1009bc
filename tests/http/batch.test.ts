/** https://hl7.org/fhir/R4/http.html#transaction, for Bundles of type batch */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BASE, startTestApp, type TestApp } from '../support/app.ts';
import { bundle, expectError, find, type Json, load, patient, post, put } from './support.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const send = (...entry: Json[]) => app.call('POST', '', bundle('batch', entry));
const get = (url: string) => ({ request: { method: 'GET', url } });
const status = (e: Json) => Number.parseInt(e.response.status, 10);

test('carries out each entry by itself and answers in their order', async () => {
  await load(app, [patient('b1', { gender: 'male' }), patient('b2')]);
  await load(app, [patient('b1', { gender: 'female' })]);
  const answer = await send(
    post({ resourceType: 'Patient', name: [{ text: 'New' }] }),
    post({ resourceType: 'Patient', gender: 'x' }),
    put(patient('b3')),
    put(patient('b1'), { ifMatch: 'W/"1"' }),
    get('Patient/b1'),
    get('Patient/none'),
    { request: { method: 'DELETE', url: 'Patient/b2' } },
    get('Patient?gender=female'),
    get('Patient?nonsense=1'),
    get('Patient/b1/_history'),
    get('Patient/b1/_history/1'),
    { resource: { resourceType: 'Observation' }, request: { method: 'POST', url: 'Patient' } },
    post({ resourceType: 'Patient' }, { url: 'Patient/b1' }),
    get('Patient/b1/_history/77'),
  );
  expect(answer.status, answer.text).toBe(200);
  expect(answer.body.type).toBe('batch-response');
  const entries = answer.body.entry as Json[];
  expect(entries.map(status)).toEqual([201, 422, 201, 412, 200, 404, 204, 200, 400, 200, 200, 400, 400, 404]);
  for (const e of entries) {
    if (status(e) >= 400) expect(e.response.outcome.resourceType).toBe('OperationOutcome');
    else expect(e.response.outcome).toBeUndefined();
  }
  expect(entries[1]!.response.outcome.issue[0].expression).toEqual(['Patient.gender']);
  expect(entries[2]!.response.location).toBe(`${BASE}/Patient/b3/_history/1`);
  expect(entries[4]!.resource.gender).toBe('female');
  expect(entries[7]!.resource.type).toBe('searchset');
  expect(entries[9]!.resource.type).toBe('history');
  expect(entries[10]!.resource.gender).toBe('male');
  expect(await find(app, 'Patient?name=New')).toHaveLength(1);
  expectError(await app.call('GET', 'Patient/b2'), 410);
});

test('answers what cannot be read as an entry of its own, and carries out the others', async () => {
  const answer = await send(
    get('Nope/1'),
    { request: { method: 'MERGE', url: 'Patient/1' } },
    { request: { method: 'POST', url: 'Patient' } },
    { resource: patient('x') },
    { request: { method: 'DELETE', url: 'Patient' } },
    put(patient('b-im'), { ifMatch: 'abc' }),
    { fullUrl: 1, ...put(patient('b-fu')) },
    put(patient('b-good')),
    post({ resourceType: 'Parameters' }, { url: '$nothing' }),
    { request: { method: 'PUT', url: 'metadata' }, resource: patient('x') },
  );
  expect(answer.status, answer.text).toBe(200);
  expect(answer.body.entry.map(status)).toEqual([404, 400, 400, 400, 400, 400, 400, 201, 404, 405]);
  const at = (i: number) => answer.body.entry[i].response.outcome.issue[0].expression?.[0];
  expect([0, 1, 2, 3, 5].map(at)).toEqual([
    'Bundle.entry[0].request.url',
    'Bundle.entry[1].request.method',
    'Bundle.entry[2].resource',
    'Bundle.entry[3].request',
    'Bundle.entry[5].request.ifMatch',
  ]);
});

test('does conditional creates, updates and deletes', async () => {
  const identified = (value: string) => ({
    resourceType: 'Patient',
    identifier: [{ system: 'urn:b', value }],
  });
  await app.call('POST', 'Patient', identified('1'));
  const answer = await send(
    post(identified('1'), { ifNoneExist: 'identifier=urn:b|1' }),
    post(identified('2'), { ifNoneExist: 'identifier=urn:b|2' }),
    { resource: identified('3'), request: { method: 'PUT', url: 'Patient?identifier=urn:b|3' } },
    { request: { method: 'DELETE', url: 'Patient?identifier=urn:b|none' } },
  );
  expect(answer.body.entry.map(status)).toEqual([200, 201, 201, 204]);
});

test('refuses links between entries, none of which may depend on another', async () => {
  const uuid = 'urn:uuid:33333333-3333-4333-8333-333333333333';
  const about = (reference: string) =>
    post({ resourceType: 'Observation', status: 'final', code: { text: 'x' }, subject: { reference } });
  const answer = await send(
    post({ resourceType: 'Patient' }, { fullUrl: uuid }),
    about(uuid),
    about('Patient?identifier=urn:b|1'),
  );
  expect(answer.body.entry.map(status)).toEqual([201, 422, 422]);
  for (const { response } of answer.body.entry.slice(1)) {
    expect(response.outcome.issue[0].expression).toEqual(['Observation.subject.reference']);
  }
});

test('keeps decimals to the digit', async () => {
  const text = `{"resourceType":"Bundle","type":"batch","entry":[{"resource":{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":0.010}},"request":{"method":"POST","url":"Observation"}}]}`;
  const answer = await app.call('POST', '', text);
  expect(answer.text).toContain('"value":0.010}');
});

test('takes more entries than it works on at a time, some of them wrong', async () => {
  const entries = Array.from({ length: 60 }, (_, i) =>
    put(patient(`many-${i}`, i % 3 === 0 ? { gender: 'x' } : { gender: 'male' })),
  );
  const answer = await send(...entries);
  expect(answer.body.entry.map(status)).toEqual(entries.map((_, i) => (i % 3 === 0 ? 422 : 201)));
});

test.each([
  ['null', null],
  ['an object', {}],
  ['a list of null', [null]],
  ['a list of lists', [[]]],
  ['a number', 1],
])('refuses a Bundle whose entry is %s', async (_name, entry) => {
  for (const type of ['batch', 'transaction']) {
    const answer = await app.call('POST', '/', { resourceType: 'Bundle', type, entry });
    expect(answer.status).toBe(400);
    expect(answer.body.issue[0].expression[0]).toMatch(/^Bundle\.entry/);
  }
});
