/** https://hl7.org/fhir/R4/location.html#positional */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { expectError, find, load } from './support.ts';

let app: TestApp;
const place = (id: string, latitude: number, longitude: number) => ({
  resourceType: 'Location',
  id,
  position: { latitude, longitude },
});

beforeAll(async () => {
  app = await startTestApp();
  await load(app, [
    place('county', 32.65, 110.78),
    place('town', 32.7, 110.78), // 5.56 km north
    place('village', 32.65, 110.9), // 11.24 km east
    place('city', 30.59, 114.3),
    place('west-of-the-line', 0, 179.99),
    place('east-of-the-line', 0, -179.99),
    place('pole', 89.99, 0),
    place('beyond-the-pole', 89.99, 180),
    place('south', -83.69481, 42.2565),
    { resourceType: 'Location', id: 'nowhere' },
  ]);
});
afterAll(() => app.close());

test.each([
  ['32.65|110.78|1|km', ['county']],
  ['32.65|110.78|6|km', ['county', 'town']],
  ['32.65|110.78|5.5|km', ['county']],
  ['32.65|110.78|6000|m', ['county', 'town']],
  ['32.65|110.78|6', ['county', 'town']],
  ['32.65|110.78|6|', ['county', 'town']],
  ['32.65|110.78|3.5|[mi_i]', ['county', 'town']],
  ['32.65|110.78|3.5|mi_us', ['county', 'town']],
  ['32.65|110.78|3.4|[mi_us]', ['county']],
  ['32.65|110.78', ['county', 'town']],
  ['32.65|110.78|11.3|km', ['county', 'town', 'village']],
  ['32.65|110.78|0|km', ['county']],
  ['0|180|3|km', ['east-of-the-line', 'west-of-the-line']],
  ['0|-180|3|km', ['east-of-the-line', 'west-of-the-line']],
  ['90|0|2|km', ['beyond-the-pole', 'pole']],
  ['89.99|90|2|km', ['beyond-the-pole', 'pole']],
  ['-83.694810|42.256500|11.20|km', ['south']],
  ['30.59|114.3|1|km,32.65|110.78|1|km', ['city', 'county']],
  [
    '0|0|30000|km',
    [
      'beyond-the-pole',
      'city',
      'county',
      'east-of-the-line',
      'pole',
      'south',
      'town',
      'village',
      'west-of-the-line',
    ],
  ],
])('finds what is near %s', async (near, expected) => {
  expect(await find(app, `Location?near=${near}`)).toEqual(expected);
});

test('works with other conditions, chains and :missing', async () => {
  await load(app, [
    {
      resourceType: 'Encounter',
      id: 'visit',
      status: 'finished',
      class: { code: 'AMB' },
      location: [{ location: { reference: 'Location/town' } }],
    },
  ]);
  expect(await find(app, 'Location?near=32.65|110.78|6|km&_id=town,city')).toEqual(['town']);
  expect(await find(app, 'Encounter?location.near=32.65|110.78|6|km')).toEqual(['visit']);
  expect(await find(app, 'Encounter?location.near=32.65|110.78|5|km')).toEqual([]);
  expect(await find(app, 'Location?near:missing=true')).toEqual(['nowhere']);
});

test.each([
  '32.65',
  '91|0|1|km',
  '0|181|1|km',
  'x|0|1|km',
  '0|0|-1|km',
  '0|0|x|km',
  '0|0|1|kg',
  '0|0|1|km|x',
  '0|0||km',
  '|',
])('refuses %s', async (near) => {
  expectError(await app.call('GET', `Location?near=${near}`), 400, { expression: 'near' });
});
