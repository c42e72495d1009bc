/** https://hl7.org/fhir/R4/search.html#token */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { expectError, find, load, observation, patient } from './support.ts';

let app: TestApp;
const A = 'http://example.org/a';
const B = 'http://example.org/b';
const coded = (id: string, ...coding: object[]) => observation(id, { code: { coding } });

beforeAll(async () => {
  app = await startTestApp();
  await load(app, [
    coded('a1', { system: A, code: 'x1' }),
    coded('b1', { system: B, code: 'x1' }),
    coded('ab', { system: A, code: 'x2' }, { system: B, code: 'y2' }),
    coded('bare', { code: 'x1' }),
    coded('upper', { system: A, code: 'X1' }),
    coded('odd', { system: A, code: 'a,b|c$d\\e' }),
    observation('text', { code: { text: 'x1' } }),
    patient('m', {
      gender: 'male',
      active: true,
      identifier: [{ system: 'urn:oid:1.2.3', value: '001' }],
      telecom: [{ system: 'phone', value: '13800000000' }],
      meta: {
        tag: [{ system: A, code: 'tagged' }],
        security: [{ system: A, code: 'secret' }],
        profile: ['http://example.org/p'],
        source: 'urn:example:source',
      },
    }),
    patient('f', { gender: 'female', active: false, identifier: [{ value: '001' }], deceasedBoolean: false }),
    patient('n', {
      identifier: [
        { system: 'urn:oid:1.2.4', value: '001' },
        { system: 'urn:oid:1.2.3', value: '002' },
      ],
    }),
    patient('dead', { gender: 'male', deceasedDateTime: '2020-01-01' }),
  ]);
});
afterAll(() => app.close());

test.each([
  ['code=x1', ['a1', 'b1', 'bare']],
  [`code=${A}|x1`, ['a1']],
  [`code=${B}|x1`, ['b1']],
  ['code=|x1', ['bare']],
  [`code=${A}|`, ['a1', 'ab', 'odd', 'upper']],
  [`code=${B}|`, ['ab', 'b1']],
  ['code=http://example.org/none|x1', []],
  ['code=x', []],
  ['code=y2', ['ab']],
  [`code=${A}|x1,${B}|y2`, ['a1', 'ab']],
  ['code=x2&code=y2', ['ab']],
  [`code=${A}|x2&code=${B}|x2`, []],
  ['code=x1,x2&code=y2,x1', ['a1', 'ab', 'b1', 'bare']],
  ['code=none,x2', ['ab']],
])('finds by %s', async (query, expected) => {
  expect(await find(app, `Observation?${query}`)).toEqual(expected);
});

test.each([
  ['code:not=x1', ['ab', 'odd', 'text', 'upper']],
  [`code:not=${A}|x1`, ['ab', 'b1', 'bare', 'odd', 'text', 'upper']],
  ['code:not=x1,x2', ['odd', 'text', 'upper']],
  ['code:not=x1&code:not=x2', ['odd', 'text', 'upper']],
  ['code:not=x1&code=y2', ['ab']],
])('finds what does not match, what has no value included, by %s', async (query, expected) => {
  expect(await find(app, `Observation?${query}`)).toEqual(expected);
});

test('understands escaped commas, bars, dollars and backslashes', async () => {
  const code = encodeURIComponent('a\\,b\\|c\\$d\\\\e');
  expect(await find(app, `Observation?code=${code}`)).toEqual(['odd']);
  expect(await find(app, `Observation?code=${A}|${code}`)).toEqual(['odd']);
  expect(await find(app, `Observation?code=none,${code}`)).toEqual(['odd']);
  expect(await find(app, 'Observation?code=a,b')).toEqual([]);
});

test.each([
  ['identifier=001', ['f', 'm', 'n']],
  ['identifier=urn:oid:1.2.3|001', ['m']],
  ['identifier=urn:oid:1.2.3|', ['m', 'n']],
  ['identifier=|001', ['f']],
  ['identifier=urn:oid:1.2.4|002', []],
  ['identifier=001&identifier=002', ['n']],
  ['gender=male', ['dead', 'm']],
  ['gender=http://hl7.org/fhir/administrative-gender|male', ['dead', 'm']],
  ['gender=http://hl7.org/fhir/administrative-gender|', ['dead', 'f', 'm']],
  ['gender=http://example.org/none|male', []],
  ['gender=http://example.org/none|', []],
  ['gender=Male', []],
  ['gender:not=male', ['f', 'n']],
  ['gender=male,female', ['dead', 'f', 'm']],
  ['active=true', ['m']],
  ['active=false', ['f']],
  ['deceased=true', ['dead']],
  ['deceased=false', ['f', 'm', 'n']],
  ['phone=13800000000', ['m']],
  ['telecom=phone|13800000000', ['m']],
  ['email=13800000000', []],
  ['_tag=tagged', ['m']],
  [`_tag=${A}|tagged`, ['m']],
  [`_tag=${B}|tagged`, []],
  ['_tag:not=tagged', ['dead', 'f', 'n']],
  ['_security=secret', ['m']],
  ['_profile=http://example.org/p', ['m']],
  ['_profile=http://example.org', []],
  ['_source=urn:example:source', ['m']],
  ['_id=m', ['m']],
  ['_id=m,n,none', ['m', 'n']],
  ['_id=none', []],
  ['_id=m&gender=female', []],
  ['_id=M', []],
  ['_id:not=m,n', ['dead', 'f']],
])('finds patients by %s', async (query, expected) => {
  expect(await find(app, `Patient?${query}`)).toEqual(expected);
});

test('ignores a parameter without a value', async () => {
  expect(await find(app, 'Patient?gender=&_id=f')).toEqual(['f']);
});

test.each([
  'gender:in=http://hl7.org/fhir/ValueSet/x',
  'gender:text=male',
  'identifier:above=x',
  'identifier:of-type=x',
  'identifier:of-type=a|b|',
  'identifier:below=http://example.org/unknown|x',
  'gender:not-in=x',
  'gender:of-type=x',
  'gender:exact=male',
  'gender:nonsense=male',
  '_id:in=m',
  '_tag:contains=x',
])('refuses the modifier of %s with 400', async (query) => {
  expectError(await app.call('GET', `Patient?${query}`), 400, { expression: query.split('=')[0] });
});

test('searches a status that other systems call otherwise by the code of FHIR', async () => {
  expect(await find(app, 'Observation?status=http://hl7.org/fhir/observation-status|final&code=y2')).toEqual([
    'ab',
  ]);
  expect(await find(app, 'Observation?status=amended')).toEqual([]);
});
