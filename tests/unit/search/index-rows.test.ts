/** A resource -> rows: what each type of parameter is found by. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadDefinitions } from '../../../src/definitions/definitions.ts';
import { dateRange } from '../../../src/kernel/dates.ts';
import { createIndexRows } from '../../../src/search/index-rows.ts';
import { createParameters } from '../../../src/search/parameters.ts';
import type { IndexRows } from '../../../src/search/rows.ts';

const definitions = loadDefinitions(join(import.meta.dirname, '../../../profiles'));
const parameters = createParameters(definitions);
const BASE = 'http://h/fhir';
const rowsOf = createIndexRows(parameters, BASE);

const tokens = (rows: IndexRows, key: string) =>
  [...rows.tokens]
    .filter((t) => t.startsWith(`${key}:`))
    .map((t) => t.slice(key.length + 1))
    .sort();
const strings = (rows: IndexRows, key: string) => [...(rows.strings.get(`${key}:`) ?? [])].sort();

test('compiles every search parameter of every type', () => {
  let count = 0;
  for (const type of definitions.resourceTypes) count += parameters(type).byCode.size;
  expect(definitions.resourceTypes.size).toBe(146);
  expect(count).toBeGreaterThan(1400);
});

test('finds nothing in a resource that says nothing', () => {
  for (const resourceType of definitions.resourceTypes) {
    const rows = rowsOf({ resourceType });
    expect(rows.strings.size + rows.numbers.size + rows.dates.size, resourceType).toBe(0);
    expect(rows.patient).toBeNull();
    expect(
      [...rows.tokens].filter((t) => t !== 'Patient:deceased:cfalse'),
      resourceType,
    ).toEqual([]);
  }
});

test('indexes a code once, with its system', () => {
  const rows = rowsOf({
    resourceType: 'Observation',
    code: { coding: [{ system: 's', code: 'c' }, { code: 'd' }, { system: 't' }] },
  });
  expect(tokens(rows, 'Observation:code')).toEqual(['nd', 'ss|c']);
  expect([...rows.systems.get('Observation:code:')!].sort()).toEqual(['', 's']);
});

test('indexes identifiers, contact points, booleans and codes', () => {
  const rows = rowsOf({
    resourceType: 'Patient',
    active: true,
    gender: 'male',
    identifier: [{ system: 'i', value: '1' }, { value: '2' }],
    telecom: [{ system: 'phone', value: '138' }],
  });
  expect(tokens(rows, 'Patient:identifier')).toEqual(['n2', 'si|1']);
  expect(tokens(rows, 'Patient:active')).toEqual(['ctrue']);
  expect(tokens(rows, 'Patient:gender')).toEqual(['cmale']);
  expect(tokens(rows, 'Patient:phone')).toContain('sphone|138');
  expect(tokens(rows, 'Patient:email')).toEqual([]);
});

test('knows the systems that a code element implies', () => {
  const { impliedSystems } = parameters('Patient').byCode.get('gender')!;
  expect([...impliedSystems.keys()]).toEqual(['http://hl7.org/fhir/administrative-gender']);
  expect([...impliedSystems.values()][0]).toContain('male');
  expect(parameters('Observation').byCode.get('code')!.impliedSystems.size).toBe(0);
});

test('indexes names in parts and whole, folded, with readings, and exactly', () => {
  const rows = rowsOf({
    resourceType: 'Patient',
    name: [
      { family: '王', given: ['小', '明'] },
      { family: 'Müller', prefix: ['Dr.'] },
    ],
  });
  expect(strings(rows, 'Patient:name')).toEqual(
    expect.arrayContaining(['王', '小', '明', '王小明', 'wangxiaoming', 'wxm', 'muller', 'dr.']),
  );
  expect(strings(rows, 'Patient:family')).toEqual(expect.arrayContaining(['wang', '王', 'muller']));
  expect(tokens(rows, 'Patient:family')).toEqual(['eMüller', 'e王']);
});

test('does not read what is no name aloud', () => {
  const rows = rowsOf({
    resourceType: 'Patient',
    address: [{ city: '十堰', line: ['路'], text: '十堰 路' }],
  });
  expect(strings(rows, 'Patient:address')).toEqual(['十堰', '十堰 路', '路']);
});

test('cuts long texts, and leaves out empty ones', () => {
  const rows = rowsOf({ resourceType: 'Patient', name: [{ text: 'x'.repeat(5000) }, { text: ' ' }] });
  expect(strings(rows, 'Patient:name')).toEqual(['x'.repeat(200)]);
});

test('puts the reference to the patient into its own column, and others into tokens', () => {
  const rows = rowsOf({
    resourceType: 'Observation',
    subject: { reference: 'Patient/1' },
    performer: [
      { reference: `${BASE}/Practitioner/2` },
      { reference: 'http://other/Practitioner/3' },
      { reference: '#c' },
    ],
    focus: [{ reference: 'Patient/4/_history/5' }, { identifier: { system: 's', value: 'v' } }],
  });
  expect(rows.patient).toBe('1');
  expect(tokens(rows, 'Observation:subject')).toEqual([]);
  expect(tokens(rows, 'Observation:performer')).toEqual(['rPractitioner/2', 'rhttp://other/Practitioner/3']);
  expect(tokens(rows, 'Observation:focus')).toEqual(['is|v', 'rPatient/4', 'vv']);
});

test('has no patient when the subject is a group', () => {
  const rows = rowsOf({ resourceType: 'Observation', subject: { reference: 'Group/1' } });
  expect(rows.patient).toBeNull();
  expect(tokens(rows, 'Observation:subject')).toEqual(['rGroup/1']);
  expect(tokens(rows, 'Observation:patient')).toEqual([]);
});

test('puts the main date into its own column, and other dates into rows', () => {
  const rows = rowsOf({
    resourceType: 'Observation',
    effectivePeriod: { start: '2024-01', end: '2024-02' },
    valueDateTime: '2020',
  });
  expect(rows.date).toEqual({ lo: dateRange('2024-01')!.lo, hi: dateRange('2024-02')!.hi });
  const { lo, hi } = dateRange('2020')!;
  expect([...rows.dates.get('Observation:value-date:')!]).toEqual([`${lo},${hi}`]);
});

test('indexes quantities as written, in canonical units, and by other units', () => {
  const of = (value: object) =>
    [...rowsOf({ resourceType: 'Observation', valueQuantity: value }).numbers.entries()]
      .filter(([k]) => k.startsWith('Observation:value-quantity:'))
      .map(([k, v]) => [k.slice('Observation:value-quantity:'.length), [...v]]);
  const mmol = of({ value: 5.5, unit: 'mmol/L', system: 'http://unitsofmeasure.org', code: 'mmol/L' });
  const umol = of({ value: 5500, unit: 'umol/L', system: 'http://unitsofmeasure.org', code: 'umol/L' });
  // With what it is in canonical units, by which it sorts.
  expect(mmol[0]).toEqual(['', ['5.5,3.312175185e+24']]);
  expect(umol[0]).toEqual(['', ['5500,3.312175185e+24']]);
  expect(mmol[1]).toEqual(umol[1]);
  expect(of({ value: 2, unit: '片' })).toEqual([
    ['', ['2']],
    ['x片', ['2']],
  ]);
  expect(of({ value: 2, unit: '片', system: 's', code: 'TAB' })).toEqual([
    ['', ['2']],
    ['zs|TAB', ['2']],
    ['xTAB', ['2']],
    ['x片', ['2']],
  ]);
  expect(of({ unit: 'mg' })).toEqual([]);
});

test('indexes numbers, uris and canonicals', () => {
  const risk = rowsOf({
    resourceType: 'RiskAssessment',
    prediction: [
      { probabilityDecimal: 0.5 },
      { probabilityRange: { low: { value: 1 }, high: { value: 2 } } },
    ],
  });
  expect([...risk.numbers.get('RiskAssessment:probability:')!]).toEqual(expect.arrayContaining(['0.5']));
  expect(tokens(rowsOf({ resourceType: 'ValueSet', url: 'http://v' }), 'ValueSet:url')).toEqual([
    'uhttp://v',
  ]);
  const response = rowsOf({ resourceType: 'QuestionnaireResponse', questionnaire: 'http://q|1' });
  expect(tokens(response, 'QuestionnaireResponse:questionnaire')).toEqual(['rhttp://q', 'rhttp://q|1']);
});
