/** https://hl7.org/fhir/R4/search.html#uri, and canonical references. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { expectError, find, load } from './support.ts';

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

test('finds a canonical with and without its version', async () => {
  const by = (canonical: string) =>
    find(app, `QuestionnaireResponse?questionnaire=${encodeURIComponent(canonical)}`);
  expect(await by('http://example.org/q')).toEqual(['qr']);
  expect(await by('http://example.org/q|1.0')).toEqual(['qr']);
  expect(await by('http://example.org/q|2.0')).toEqual([]);
});

test.each([
  'url:below=http://example.org',
  'url:above=http://example.org/ValueSet/1/x',
  'url:contains=x',
  'url:not=x',
])('refuses the modifier of %s', async (query) => {
  expectError(await app.call('GET', `ValueSet?${query}`), 400, { expression: query.split('=')[0] });
});
