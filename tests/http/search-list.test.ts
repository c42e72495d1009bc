/** `_list`: https://hl7.org/fhir/R4/search.html#list */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { as } from '../features/tokens.ts';
import { BASE, startTestApp, type TestApp } from '../support/app.ts';
import { expectError, find, load, observation, patient } from './support.ts';

const list = (id: string, references: readonly string[], deleted: readonly string[] = []) => ({
  resourceType: 'List',
  id,
  status: 'current',
  mode: deleted.length > 0 ? 'changes' : 'working',
  entry: [
    ...references.map((reference) => ({ item: { reference } })),
    ...deleted.map((reference) => ({ deleted: true, item: { reference } })),
  ],
});

const RESOURCES = [
  patient('p1', { gender: 'male' }),
  patient('p2', { gender: 'female' }),
  patient('p3', {}),
  observation('p1', { subject: { reference: 'Patient/p1' } }),
  observation('o2', { subject: { reference: 'Patient/p2' } }),
  list('both', ['Patient/p1', 'Patient/p2', 'Observation/o2']),
  list('changed', ['Patient/p1/_history/1', `${BASE}/Patient/p3`, 'Patient/gone'], ['Patient/p2']),
  { resourceType: 'List', id: 'empty', status: 'current', mode: 'working' },
];

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
  await load(app, RESOURCES);
  const uuid = 'urn:uuid:5d0bdf3f-6c5a-4b0c-9a76-2d6c0a3f1b1e';
  const elsewhere = list('elsewhere', ['http://other.example/fhir/Patient/p1', uuid]);
  expect((await app.call('PUT', 'List/elsewhere', elsewhere)).status).toBe(201);
});
afterAll(() => app.close());

test.each([
  ['Patient?_list=both', ['p1', 'p2']],
  ['Patient?_list=List/both', ['p1', 'p2']],
  ['Observation?_list=both', ['o2']],
  ['Patient?_list=both&gender=male', ['p1']],
  ['Patient?_list=changed', ['p1', 'p3']],
  ['Patient?_list=both,changed', ['p1', 'p2', 'p3']],
  ['Patient?_list=both&_list=changed', ['p1']],
  ['Patient?_list=elsewhere', []],
  ['Patient?_list=empty', []],
  ['Patient?_list=unknown', []],
  ['Observation?subject._list=both', ['o2', 'p1']],
  ['Observation?subject:Patient._list=changed', ['p1']],
  ['Patient?_has:Observation:patient:_list=both', ['p2']],
])('finds by %s', async (query, expected) => {
  expect(await find(app, query)).toEqual(expected);
});

test('follows the List: what is added, taken away or deleted with it', async () => {
  await load(app, [list('moving', ['Patient/p1'])]);
  expect(await find(app, 'Patient?_list=moving')).toEqual(['p1']);
  await load(app, [list('moving', ['Patient/p2', 'Patient/p3'])]);
  expect(await find(app, 'Patient?_list=moving')).toEqual(['p2', 'p3']);
  expect((await app.call('DELETE', 'List/moving')).status).toBe(204);
  expect(await find(app, 'Patient?_list=moving')).toEqual([]);
});

test.each([
  ['_list=$current-allergies', 'functional'],
  ['_list=Patient/p1', 'no id'],
  ['_list:exact=both', 'modifier'],
])('refuses %s', async (query, why) => {
  const outcome = expectError(await app.call('GET', `Patient?${query}`), 400, {
    expression: query.split('=')[0],
  });
  expect(outcome.issue[0].diagnostics).toContain(why);
});

test('tells what is in a List only to who may read it', async () => {
  const smart = await startTestApp({ auth: 'smart' });
  try {
    const everything = await as(smart, 'system/*.cruds');
    for (const resource of [patient('p1'), list('l', ['Patient/p1'])]) {
      const { resourceType, id } = resource as { resourceType: string; id: string };
      expect((await everything('PUT', `${resourceType}/${id}`, resource)).status).toBe(201);
    }
    const narrow = await as(smart, 'system/Patient.rs');
    expectError(await narrow('GET', 'Patient?_list=l'), 403, { code: 'forbidden' });
    const wide = await as(smart, 'system/Patient.rs system/List.r');
    expect((await wide('GET', 'Patient?_list=l')).body.entry).toHaveLength(1);
  } finally {
    await smart.close();
  }
});
