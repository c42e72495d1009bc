/** Conditional read and conditional delete, as they are declared. https://hl7.org/fhir/R4/http.html#cread */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { expectError, find, type Json, load, patient } from './support.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

test('a read with If-None-Match of any of several versions is 304, and If-Modified-Since counts only without it', async () => {
  await load(app, [patient('r1')]);
  const read = (headers: Record<string, string>) => app.call('GET', 'Patient/r1', undefined, headers);
  const modified = (await read({})).headers['last-modified']!;
  expect((await read({ 'if-none-match': 'W/"7", W/"1"' })).status).toBe(304);
  expect((await read({ 'if-none-match': 'W/"7"', 'if-modified-since': modified })).status).toBe(200);
  expect((await read({ 'if-modified-since': 'nonsense' })).status).toBe(200);
  await app.call('PUT', 'Patient/r1', patient('r1', { active: true }));
  expect((await read({ 'if-none-match': 'W/"1"' })).body.active).toBe(true);
});

test('a delete of several matches deletes none: 412, declared as single', async () => {
  const identifier = [{ system: 'urn:example:cd', value: 'x' }];
  await load(app, [patient('d1', { identifier }), patient('d2', { identifier })]);
  expectError(await app.call('DELETE', 'Patient?identifier=urn:example:cd|x'), 412, {
    code: 'multiple-matches',
  });
  expect(await find(app, 'Patient?identifier=urn:example:cd|x')).toEqual(['d1', 'd2']);
  const { body } = await app.call('GET', 'metadata');
  expect(new Set(body.rest[0].resource.map((r: Json) => r.conditionalDelete))).toEqual(new Set(['single']));
  expect(new Set(body.rest[0].resource.map((r: Json) => r.conditionalRead))).toEqual(
    new Set(['full-support']),
  );
});
