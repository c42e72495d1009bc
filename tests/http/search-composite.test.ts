/** https://hl7.org/fhir/R4/search.html#composite */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { expectError, find, type Json, load, observation } from './support.ts';

let app: TestApp;
const LOINC = 'http://loinc.org';
const UCUM = 'http://unitsofmeasure.org';
const A = 'http://example.org/a';

const coded = (code: string, system = LOINC): Json => ({ coding: [{ system, code }] });
const mmHg = (value: number): Json => ({ value, unit: 'mmHg', system: UCUM, code: 'mm[Hg]' });
const pressure = (id: string, systolic: number, diastolic: number): Json =>
  observation(id, {
    code: coded('85354-9'),
    component: [
      { code: coded('8480-6'), valueQuantity: mmHg(systolic) },
      { code: coded('8462-4'), valueQuantity: mmHg(diastolic) },
    ],
  });
const context = (code: string, value: Json): Json => ({
  code: { system: 'http://terminology.hl7.org/CodeSystem/usage-context-type', code },
  ...value,
});
const age = (value: number): Json => ({ value, unit: 'a', system: UCUM, code: 'a' });
const valueSet = (id: string, ...useContext: Json[]): Json => ({
  resourceType: 'ValueSet',
  id,
  status: 'active',
  useContext,
});

const sequence = (id: string, referenceSeq: Json): Json => ({
  resourceType: 'MolecularSequence',
  id,
  coordinateSystem: 0,
  referenceSeq: { ...referenceSeq, strand: 'watson', windowStart: 100, windowEnd: 200 },
  variant: [
    { start: 128, end: 129 },
    { start: 150, end: 160 },
  ],
});

beforeAll(async () => {
  app = await startTestApp();
  await load(app, [
    pressure('high', 150, 80),
    pressure('low', 110, 60),
    observation('kpa', {
      code: coded('85354-9'),
      component: [
        { code: coded('8480-6'), valueQuantity: { value: 20, unit: 'kPa', system: UCUM, code: 'kPa' } },
      ],
    }),
    observation('root', { code: coded('8480-6'), valueQuantity: mmHg(150) }),
    observation('words', { code: coded('words'), valueString: 'a $ b, c' }),
    observation('day', { code: coded('day'), valueDateTime: '2024-02-03' }),
    observation('concept', { code: coded('c1'), valueCodeableConcept: coded('v1', A) }),
    observation('concepts', {
      code: coded('panel'),
      component: [
        { code: coded('c1'), valueCodeableConcept: coded('v1', A) },
        { code: coded('c2'), valueCodeableConcept: coded('v2', A) },
        { code: { coding: [{ code: 'c$3' }] }, valueCodeableConcept: coded('v3', A) },
      ],
    }),
    valueSet(
      'child',
      context('age', { valueRange: { low: age(1), high: age(12) } }),
      context('gender', {
        valueCodeableConcept: coded('female', 'http://hl7.org/fhir/administrative-gender'),
      }),
    ),
    valueSet('twenty', context('age', { valueQuantity: age(20) })),
    valueSet('open', context('age', { valueRange: { low: age(65) } })),
    {
      resourceType: 'DocumentReference',
      id: 'second',
      status: 'current',
      content: [{ attachment: { url: 'http://example.org/d' } }],
      relatesTo: [
        { code: 'replaces', target: { reference: 'DocumentReference/first' } },
        { code: 'appends', target: { reference: 'DocumentReference/other' } },
      ],
    },
    {
      resourceType: 'Group',
      id: 'group',
      type: 'person',
      actual: false,
      characteristic: [
        { code: coded('sex', A), valueCodeableConcept: coded('male', A), exclude: false },
        { code: coded('alive', A), valueBoolean: true, exclude: true },
      ],
    },
    sequence('by-chromosome', {
      genomeBuild: 'GRCh38',
      chromosome: coded('1', 'http://terminology.hl7.org/CodeSystem/chromosome-human'),
    }),
    sequence('by-id', { referenceSeqId: coded('NC_000001.11', 'http://www.ncbi.nlm.nih.gov/nuccore') }),
  ]);
});
afterAll(() => app.close());

test.each([
  ['Observation?code-value-quantity=8480-6$150', ['root']],
  [`Observation?code-value-quantity=${LOINC}|8480-6$gt140|${UCUM}|mm[Hg]`, ['root']],
  ['Observation?code-value-quantity=8480-6$lt140', []],
  ['Observation?code-value-string=words$a \\$ b\\, c', ['words']],
  ['Observation?code-value-string=other$a', []],
  ['Observation?code-value-date=day$2024-02', ['day']],
  ['Observation?code-value-date=day$gt2024-02', []],
  [`Observation?code-value-concept=c1$${A}|v1`, ['concept']],
  ['Observation?code-value-concept=c1$v2', []],
  ['Observation?component-code-value-quantity=8480-6$gt140', ['high']],
  ['Observation?component-code-value-quantity=8480-6$80', []],
  ['Observation?component-code-value-quantity=8462-4$80', ['high']],
  [`Observation?component-code-value-quantity=${LOINC}|8480-6$gt140|${UCUM}|mm[Hg]`, ['high', 'kpa']],
  ['Observation?component-code-value-quantity=8480-6$gt140||mmHg', ['high', 'kpa']],
  [`Observation?component-code-value-quantity=${A}|8480-6$gt140`, []],
  ['Observation?component-code-value-quantity=8480-6$150,8462-4$60', ['high', 'low']],
  [
    'Observation?component-code-value-quantity=8480-6$gt100&component-code-value-quantity=8462-4$lt70',
    ['low'],
  ],
  ['Observation?component-code-value-concept=c1$v1', ['concepts']],
  [`Observation?component-code-value-concept=${LOINC}|c2$${A}|v2`, ['concepts']],
  ['Observation?component-code-value-concept=c1$v2', []],
  ['Observation?component-code-value-concept=|c\\$3$v3', ['concepts']],
  ['Observation?combo-code-value-quantity=8480-6$150', ['high', 'root']],
  ['Observation?combo-code-value-quantity=85354-9$150', []],
  ['Observation?combo-code-value-concept=c1$v1', ['concept', 'concepts']],
  ['ValueSet?context-type-value=gender$female', ['child']],
  ['ValueSet?context-type-value=age$female', []],
  [`ValueSet?context-type-quantity=age$20|${UCUM}|a`, ['twenty']],
  [`ValueSet?context-type-quantity=age$lt10|${UCUM}|a`, ['child']],
  [`ValueSet?context-type-quantity=age$ge70|${UCUM}|a`, ['open']],
  ['ValueSet?context-type-quantity=gender$20', []],
  ['DocumentReference?relationship=replaces$DocumentReference/first', ['second']],
  ['DocumentReference?relationship=replaces$first', ['second']],
  ['DocumentReference?relationship=http://hl7.org/fhir/document-relationship-type|appends$other', ['second']],
  ['DocumentReference?relationship=replaces$DocumentReference/other', []],
  ['Group?characteristic-value=sex$male', ['group']],
  ['Group?characteristic-value=alive$true', ['group']],
  ['Group?characteristic-value=sex$true', []],
  ['MolecularSequence?chromosome-variant-coordinate=1$ge120$lt130', ['by-chromosome']],
  ['MolecularSequence?chromosome-variant-coordinate=1$150$129', []],
  ['MolecularSequence?chromosome-variant-coordinate=2$150$160', []],
  ['MolecularSequence?chromosome-window-coordinate=1$lt150$gt150', ['by-chromosome']],
  ['MolecularSequence?referenceseqid-variant-coordinate=NC_000001.11$150$160', ['by-id']],
  ['MolecularSequence?referenceseqid-window-coordinate=NC_000001.11$gt150$gt150', []],
])('finds by %s', async (query, expected) => {
  expect(await find(app, query)).toEqual(expected);
});

describe(':missing', () => {
  test.each([
    ['Observation?code-value-quantity:missing=false', ['root']],
    ['Observation?component-code-value-quantity:missing=false', ['high', 'kpa', 'low']],
    ['Observation?combo-code-value-quantity:missing=false', ['high', 'kpa', 'low', 'root']],
    [
      'Observation?component-code-value-quantity:missing=true',
      ['concept', 'concepts', 'day', 'root', 'words'],
    ],
    ['ValueSet?context-type-value:missing=false', ['child']],
  ])('%s', async (query, expected) => {
    expect(await find(app, query)).toEqual(expected);
  });
});

test('follows a change of the resource', async () => {
  await load(app, [pressure('changing', 170, 90)]);
  expect(await find(app, 'Observation?component-code-value-quantity=8480-6$170')).toEqual(['changing']);
  await load(app, [pressure('changing', 90, 171)]);
  expect(await find(app, 'Observation?component-code-value-quantity=8480-6$170')).toEqual([]);
  expect(await find(app, 'Observation?component-code-value-quantity=8462-4$171')).toEqual(['changing']);
  await app.call('DELETE', 'Observation/changing');
  expect(await find(app, 'Observation?component-code-value-quantity=8462-4$171')).toEqual([]);
});

test('is found through a reference', async () => {
  await load(app, [
    {
      resourceType: 'DiagnosticReport',
      id: 'report',
      status: 'final',
      code: coded('x'),
      result: [{ reference: 'Observation/high' }],
    },
  ]);
  expect(await find(app, 'DiagnosticReport?result.component-code-value-quantity=8480-6$150')).toEqual([
    'report',
  ]);
  expect(
    await find(
      app,
      'Observation?_has:DiagnosticReport:result:code=x&component-code-value-quantity=8480-6$gt1',
    ),
  ).toEqual(['high']);
});

test.each([
  'code-value-quantity=8480-6',
  'code-value-quantity=8480-6$',
  'code-value-quantity=$150',
  'code-value-quantity=8480-6$150$160',
  'code-value-quantity=8480-6$x',
  'code-value-quantity:not=8480-6$1',
  'code-value-date=day$yesterday',
  `component-code-value-quantity=${LOINC}|$150`,
  `component-code-value-concept=c1$${A}|`,
])('refuses %s', async (query) => {
  expectError(await app.call('GET', `Observation?${query}`), 400, { expression: query.split('=')[0] });
});

test('says in the CapabilityStatement that it has them', async () => {
  const { body } = await app.call('GET', 'metadata');
  const names = (type: string) =>
    body.rest[0].resource
      .find((r: Json) => r.type === type)
      .searchParam.map((p: Json) => `${p.name}:${p.type}`);
  expect(names('Observation')).toContain('component-code-value-quantity:composite');
  expect(names('Location')).toContain('near:special');
});
