/** https://hl7.org/fhir/R4/search.html#date */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { expectError, find, load, observation, patient } from './support.ts';

let app: TestApp;
const at = (id: string, effectiveDateTime: string) => observation(id, { effectiveDateTime });
const during = (id: string, effectivePeriod: object) => observation(id, { effectivePeriod });

beforeAll(async () => {
  app = await startTestApp();
  await load(app, [
    at('year', '2024'),
    at('month', '2024-05'),
    at('day', '2024-05-10'),
    at('time', '2024-05-10T08:30:00+08:00'),
    at('milli', '2024-05-10T08:30:00.250+08:00'),
    at('utc', '2024-05-10T17:00:00Z'),
    at('past', '1999-12-31'),
    during('span', { start: '2024-05-01', end: '2024-05-20' }),
    during('open-end', { start: '2024-05-15' }),
    during('open-start', { end: '2024-05-05' }),
    observation('undated'),
    patient('born', { birthDate: '1980-02-29' }),
    patient('born-month', { birthDate: '1980-02' }),
    patient('unborn', {}),
  ]);
});
afterAll(() => app.close());

const dated = ['day', 'milli', 'month', 'open-end', 'open-start', 'past', 'span', 'time', 'utc', 'year'];

describe('the day 2024-05-10 in China', () => {
  // utc is 2024-05-11T01:00 in China
  const equal = ['day', 'milli', 'time'];
  test.each([
    ['', equal],
    ['eq', equal],
    ['ne', dated.filter((id) => !equal.includes(id))],
    // the part above the day intersects
    ['gt', ['month', 'open-end', 'span', 'utc', 'year']],
    ['ge', ['day', 'milli', 'month', 'open-end', 'span', 'time', 'utc', 'year']],
    ['lt', ['month', 'open-start', 'past', 'span', 'year']],
    ['le', ['day', 'milli', 'month', 'open-start', 'past', 'span', 'time', 'year']],
    ['sa', ['open-end', 'utc']],
    ['eb', ['open-start', 'past']],
  ])('compares by %j', async (prefix, expected) => {
    expect(await find(app, `Observation?date=${prefix}2024-05-10`)).toEqual(expected);
  });
});

test.each([
  ['2024', ['day', 'milli', 'month', 'span', 'time', 'utc', 'year']],
  ['2024-05', ['day', 'milli', 'month', 'span', 'time', 'utc']],
  ['2024-05-11', ['utc']],
  ['2024-05-10T08:30:00%2B08:00', ['milli', 'time']],
  ['2024-05-10T08:30:00+08:00', ['milli', 'time']],
  ['2024-05-10T08:30:00', ['milli', 'time']],
  ['2024-05-10T08:30', ['milli', 'time']],
  ['2024-05-10T00:30:00Z', ['milli', 'time']],
  ['2024-05-09T19:30:00-05:00', ['milli', 'time']],
  ['2024-05-10T08:30:00.250%2B08:00', ['milli']],
  ['2024-05-10T08:30:00.25Z', []],
  ['2024-05-10T17:00:00Z', ['utc']],
  [
    'gt2024-05-10T08:30:00.250%2B08:00&date=lt2024-05-11T02:00:00%2B08:00',
    ['day', 'month', 'span', 'time', 'utc', 'year'],
  ],
  ['ge2024-05-10&date=le2024-05-10&date=eq2024', ['day', 'milli', 'month', 'span', 'time', 'year']],
  ['1999,2024-05-11', ['past', 'utc']],
  ['sa2024-05-31', []],
  ['eb1999-12-31', []],
  ['1900', []],
])('finds by date=%s', async (value, expected) => {
  expect(await find(app, `Observation?date=${value}`)).toEqual(expected);
});

test('takes an open period to last for ever', async () => {
  expect(await find(app, 'Observation?date=gt2199')).toEqual(['open-end']);
  expect(await find(app, 'Observation?date=lt1900')).toEqual(['open-start']);
});

test('finds around a day with ap, and not what is far from it', async () => {
  const found = await find(app, 'Observation?date=ap2024-05-10');
  for (const id of ['day', 'milli', 'time', 'utc', 'span', 'month']) expect(found).toContain(id);
  expect(found).not.toContain('past');
});

test.each([
  ['birthdate=1980-02-29', ['born']],
  ['birthdate=1980-02', ['born', 'born-month']],
  ['birthdate=ge1980-02-29', ['born']],
  ['birthdate=lt1980-02-29', ['born-month']],
  ['birthdate=ne1980-02-29', ['born-month']],
  ['birthdate=1981', []],
])('finds a date that is no main date by %s', async (query, expected) => {
  expect(await find(app, `Patient?${query}`)).toEqual(expected);
});

test('finds by _lastUpdated, to the millisecond', async () => {
  const { body } = await app.call('PUT', 'Basic/now', {
    resourceType: 'Basic',
    id: 'now',
    code: { text: 'x' },
  });
  const instant = body.meta.lastUpdated as string;
  const later = new Date(Date.parse(instant) + 1).toISOString();
  const of = (value: string) => find(app, `Basic?_lastUpdated=${encodeURIComponent(value)}`);
  expect(await of(instant)).toEqual(['now']);
  expect(await of(`ge${instant}`)).toEqual(['now']);
  expect(await of(`le${instant}`)).toEqual(['now']);
  expect(await of(`gt${instant}`)).toEqual([]);
  expect(await of(`lt${instant}`)).toEqual([]);
  expect(await of(`lt${later}`)).toEqual(['now']);
  expect(await of(later)).toEqual([]);
  expect(await of('gt2000')).toEqual(['now']);
  expect(await of('lt2000')).toEqual([]);
  expect(await of('gt2000,lt1990')).toEqual(['now']);
});

test('finds a Timing by the span of its events', async () => {
  await load(app, [
    {
      resourceType: 'ServiceRequest',
      id: 'timing',
      status: 'active',
      intent: 'order',
      subject: { reference: 'Patient/born' },
      occurrenceTiming: { event: ['2024-03-01', '2024-03-05'] },
    },
  ]);
  expect(await find(app, 'ServiceRequest?occurrence=2024-03')).toEqual(['timing']);
  expect(await find(app, 'ServiceRequest?occurrence=sa2024-03-05')).toEqual([]);
  expect(await find(app, 'ServiceRequest?occurrence=ge2024-03-04')).toEqual(['timing']);
});

test.each([
  '2024-13',
  '2024-02-30',
  '2023-02-29',
  '24',
  '2024-5',
  '2024-05-10T25:00',
  '2024-05-10T',
  'x',
  'ge',
  'xx2024',
  '2024-05-10T08:30:00+25:00',
  '2024/05/10',
  '20240510',
])('refuses %s, which is no date', async (value) => {
  expectError(await app.call('GET', `Observation?date=${encodeURIComponent(value)}`), 400, {
    expression: 'date',
  });
  expectError(await app.call('GET', `Observation?_lastUpdated=${encodeURIComponent(value)}`), 400, {
    expression: '_lastUpdated',
  });
});

test.each(['date:not=2024', 'date:exact=2024', '_lastUpdated:contains=2024'])(
  'refuses the modifier of %s',
  async (query) => {
    expectError(await app.call('GET', `Observation?${query}`), 400);
  },
);
