/** https://hl7.org/fhir/R4/provenance.html#header */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { bundle, expectError, find, type Json, load, patient, post, put } from './support.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const provenance = (more: Json = {}) => ({
  resourceType: 'Provenance',
  recorded: '2024-05-01T08:00:00+08:00',
  agent: [{ who: { display: 'Dr. Li' } }],
  ...more,
});
const header = (value: Json = provenance()) => ({
  'x-provenance': typeof value === 'string' ? value : JSON.stringify(value),
});

/** The Provenances whose targets name a version, by what they target. */
async function targetsOf(id: string): Promise<string[]> {
  const { body } = await app.call('GET', 'Provenance?_count=1000');
  return (body.entry ?? [])
    .flatMap((e: Json) => e.resource.target.map((t: Json) => t.reference))
    .filter((reference: string) => reference.includes(id))
    .sort();
}

test('a create, update, patch and delete each leave a Provenance of the version they wrote', async () => {
  await app.call('PUT', 'Patient/pv1', patient('pv1'), header());
  await app.call('PUT', 'Patient/pv1', patient('pv1', { gender: 'male' }), header());
  await app.call('PATCH', 'Patient/pv1', [{ op: 'remove', path: '/gender' }], {
    'content-type': 'application/json-patch+json',
    ...header(),
  });
  await app.call('DELETE', 'Patient/pv1', undefined, header());
  expect(await targetsOf('pv1')).toEqual([1, 2, 3, 4].map((v) => `Patient/pv1/_history/${v}`));
  const created = await app.call('POST', 'Patient', { resourceType: 'Patient' }, header());
  expect(await targetsOf(created.body.id)).toEqual([`Patient/${created.body.id}/_history/1`]);
});

test('conditional writes do so too, when they write', async () => {
  const identifier = [{ system: 'urn:example:pv', value: 'c' }];
  const body = { resourceType: 'Patient', identifier };
  const criteria = 'identifier=urn:example:pv|c';
  const create = () => app.call('POST', 'Patient', body, { 'if-none-exist': criteria, ...header() });
  const { id } = (await create()).body;
  expect((await create()).status).toBe(200);
  expect(await targetsOf(id)).toHaveLength(1);
  await app.call('PUT', `Patient?${criteria}`, body, header());
  await app.call('PATCH', `Patient?${criteria}`, [], {
    'content-type': 'application/json-patch+json',
    ...header(),
  });
  await app.call('DELETE', `Patient?${criteria}`, undefined, header());
  await app.call('DELETE', `Patient?${criteria}`, undefined, header());
  expect(await targetsOf(id)).toHaveLength(4);
});

test('a transaction leaves one Provenance of everything it wrote', async () => {
  await load(app, [patient('pv-del')]);
  const entries = [
    post({ resourceType: 'Patient', name: [{ text: 'pv-created' }] }),
    put(patient('pv-put')),
    { request: { method: 'DELETE', url: 'Patient/pv-del' } },
  ];
  const answer = await app.call('POST', '', bundle('transaction', entries), header());
  expect(answer.status, answer.text).toBe(200);
  expect(answer.body.entry).toHaveLength(3);
  const { body } = await app.call('GET', 'Provenance?target=Patient/pv-put');
  expect(body.total).toBe(1);
  const references = body.entry[0].resource.target.map((t: Json) => t.reference).sort();
  expect(references).toEqual(
    [
      `Patient/${answer.body.entry[0].resource.id}/_history/1`,
      'Patient/pv-put/_history/1',
      'Patient/pv-del/_history/2',
    ].sort(),
  );
});

test('keeps what the header says, in UTF-8, and gives it an id of its own', async () => {
  const sent = provenance({ id: 'mine', agent: [{ who: { display: '李医生' } }] });
  const bytes = Buffer.from(JSON.stringify(sent)).toString('latin1');
  await app.call('PUT', 'Patient/pv2', patient('pv2'), header(bytes));
  const { body } = await app.call('GET', 'Provenance?target=Patient/pv2');
  expect(body.entry[0].resource).toMatchObject({ recorded: sent.recorded, agent: sent.agent });
  expect(body.entry[0].resource.id).not.toBe('mine');
});

test.each<[string, Json]>([
  ['no JSON', 'Dr. Li'],
  ['an empty text', ''],
  ['another resource', patient('x')],
  ['a target of its own', provenance({ target: [{ reference: 'Patient/1' }] })],
  ['no agent', provenance({ agent: undefined })],
  ['an unknown element', provenance({ foo: 1 })],
  ['a wrong date', provenance({ recorded: 'yesterday' })],
])('%s is a bad header: 400, and nothing is written', async (_what, value) => {
  for (const [method, path, body] of [
    ['POST', 'Patient', { resourceType: 'Patient', name: [{ text: 'Pv-bad' }] }],
    ['PUT', 'Patient/pv3', patient('pv3')],
    ['POST', '', bundle('transaction', [put(patient('pv3'))])],
  ] as const) {
    const answer = await app.call(method, path, body, header(value));
    const outcome = expectError(answer, 400);
    expect(JSON.stringify(outcome.issue[0].expression)).toContain('X-Provenance');
  }
  expect(await find(app, 'Patient?name=Pv-bad')).toEqual([]);
  expectError(await app.call('GET', 'Patient/pv3'), 404);
});

test('a batch takes no header, and a read does not mind it', async () => {
  expectError(await app.call('POST', '', bundle('batch', [put(patient('pv4'))]), header()), 400);
  expectError(await app.call('GET', 'Patient/pv4'), 404);
  expect((await app.call('GET', 'Patient', undefined, header())).status).toBe(200);
});
