/** https://hl7.org/fhir/R4/search.html#uri, and canonical references. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { expectError, find, load, patient } from './support.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
  const valueSet = (id: string, url: string) => ({ resourceType: 'ValueSet', id, url, status: 'active' });
  await load(app, [
    valueSet('v1', 'http://example.org/ValueSet/1'),
    valueSet('v10', 'http://example.org/ValueSet/10'),
    valueSet('upper', 'http://example.org/valueset/1'),
    valueSet('urn', 'urn:oid:1.2.3.4.5'),
    valueSet('odd', 'http://example.org/a,b|c?d=e&f'),
    {
      resourceType: 'QuestionnaireResponse',
      id: 'qr',
      status: 'completed',
      questionnaire: 'http://example.org/q|1.0',
    },
  ]);
});
afterAll(() => app.close());

test.each([
  ['http://example.org/ValueSet/1', ['v1']],
  ['http://example.org/ValueSet/10', ['v10']],
  ['http://example.org/valueset/1', ['upper']],
  ['http://example.org/ValueSet', []],
  ['http://example.org/ValueSet/1/', []],
  ['urn:oid:1.2.3.4.5', ['urn']],
  ['http://example.org/ValueSet/1,urn:oid:1.2.3.4.5', ['urn', 'v1']],
  ['http://example.org/a\\,b\\|c?d=e&f', ['odd']],
])('finds the url %s as a whole', async (url, expected) => {
  expect(await find(app, `ValueSet?url=${encodeURIComponent(url)}`)).toEqual(expected);
});

test.each([
  ['url:below=http://example.org', ['odd', 'upper', 'v1', 'v10']],
  ['url:below=http://example.org/', ['odd', 'upper', 'v1', 'v10']],
  ['url:below=http://example.org/ValueSet/1', ['v1']],
  ['url:below=http://example.org/Value', []],
  ['url:below=http://example.org/ValueSet/1/x', []],
  ['url:below=http://example.org/ValueSet_', []],
  ['url:above=http://example.org/ValueSet/1', ['v1']],
  ['url:above=http://example.org/ValueSet/1/_history/5', ['v1']],
  ['url:above=http://example.org/ValueSet/1/,http://none.org', ['v1']],
  ['url:above=http://example.org/ValueSet', []],
])('finds by the levels of a url: %s', async (query, expected) => {
  expect(await find(app, `ValueSet?${query}`)).toEqual(expected);
});

test('finds profiles by the levels of their url, and whatever their version', async () => {
  await load(app, [
    patient('profiled', { meta: { profile: ['http://example.org/StructureDefinition/p|1.0'] } }),
    patient('otherwise', { meta: { profile: ['http://example.org/StructureDefinition/q'] } }),
  ]);
  expect(await find(app, 'Patient?_profile=http://example.org/StructureDefinition/p')).toEqual(['profiled']);
  expect(await find(app, 'Patient?_profile=http://example.org/StructureDefinition/p|1.0')).toEqual([
    'profiled',
  ]);
  expect(await find(app, 'Patient?_profile=http://example.org/StructureDefinition/p|2.0')).toEqual([]);
  expect(await find(app, 'Patient?_profile:below=http://example.org/StructureDefinition')).toEqual([
    'otherwise',
    'profiled',
  ]);
});

test('finds a canonical with and without its version', async () => {
  const by = (canonical: string) =>
    find(app, `QuestionnaireResponse?questionnaire=${encodeURIComponent(canonical)}`);
  expect(await by('http://example.org/q')).toEqual(['qr']);
  expect(await by('http://example.org/q|1.0')).toEqual(['qr']);
  expect(await by('http://example.org/q|2.0')).toEqual([]);
});

test.each(['url:below=urn:oid:1.2.3', 'url:above=urn:oid:1.2.3.4.5', 'url:contains=x', 'url:not=x'])(
  'refuses the modifier of %s',
  async (query) => {
    expectError(await app.call('GET', `ValueSet?${query}`), 400, { expression: query.split('=')[0] });
  },
);
