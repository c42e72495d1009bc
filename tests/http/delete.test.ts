/** https://hl7.org/fhir/R4/http.html#delete and #cdelete */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { expectError, find, patient } from './support.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const identified = (id: string, value: string) =>
  patient(id, { identifier: [{ system: 'urn:example:d', value }] });

test('answers 204 with the version of the deletion, and searches no longer find it', async () => {
  await app.call('PUT', 'Patient/d1', identified('d1', '1'));
  const deleted = await app.call('DELETE', 'Patient/d1');
  expect(deleted.status).toBe(204);
  expect(deleted.text).toBe('');
  expect(deleted.headers.etag).toBe('W/"2"');
  expect(await find(app, 'Patient?identifier=urn:example:d|1')).toEqual([]);
  expect(await find(app, 'Patient?_id=d1')).toEqual([]);
  expectError(await app.call('GET', 'Patient/d1'), 410);
});

test('succeeds on what is deleted already or never was, and changes nothing', async () => {
  await app.call('PUT', 'Patient/d2', patient('d2'));
  await app.call('DELETE', 'Patient/d2');
  expect((await app.call('DELETE', 'Patient/d2')).status).toBe(204);
  expect((await app.call('GET', 'Patient/d2/_history')).body.entry).toHaveLength(2);
  expect((await app.call('DELETE', 'Patient/never')).status).toBe(204);
  expectError(await app.call('GET', 'Patient/never'), 404);
});

test('answers an outcome when Prefer asks for one', async () => {
  await app.call('PUT', 'Patient/d3', patient('d3'));
  const deleted = await app.call('DELETE', 'Patient/d3', undefined, { prefer: 'return=OperationOutcome' });
  expect(deleted.status).toBe(200);
  expect(deleted.body.resourceType).toBe('OperationOutcome');
  expect(deleted.body.issue[0].severity).toBe('information');
});

test('refuses when If-Match names an older version, and deletes when it names the current one', async () => {
  await app.call('PUT', 'Patient/d4', patient('d4'));
  await app.call('PUT', 'Patient/d4', patient('d4', { active: true }));
  expectError(await app.call('DELETE', 'Patient/d4', undefined, { 'if-match': 'W/"1"' }), 412);
  expect((await app.call('GET', 'Patient/d4')).status).toBe(200);
  expect((await app.call('DELETE', 'Patient/d4', undefined, { 'if-match': 'W/"2"' })).status).toBe(204);
});

test('counts versions on through deletion and re-creation', async () => {
  for (const version of [1, 3, 5]) {
    const created = await app.call('PUT', 'Patient/d5', patient('d5'));
    expect(created.status).toBe(201);
    expect(created.headers.etag).toBe(`W/"${version}"`);
    expect((await app.call('DELETE', 'Patient/d5')).headers.etag).toBe(`W/"${version + 1}"`);
  }
});

test('deletes the one resource that criteria match', async () => {
  await app.call('PUT', 'Patient/d6', identified('d6', '6'));
  expect((await app.call('DELETE', 'Patient?identifier=urn:example:d|6')).status).toBe(204);
  expectError(await app.call('GET', 'Patient/d6'), 410);
});

test('answers 204 when criteria match nothing', async () => {
  expect((await app.call('DELETE', 'Patient?identifier=urn:example:d|none')).status).toBe(204);
});

test('refuses to delete by no criteria, by empty ones and by unknown ones', async () => {
  await app.call('PUT', 'Basic/only', { resourceType: 'Basic', id: 'only', code: { text: 'x' } });
  for (const path of [
    'Basic',
    'Basic?',
    'Basic?code=',
    'Basic?nonsense=1',
    'Basic?_count=1',
    'Basic?_format=json',
  ]) {
    expectError(await app.call('DELETE', path), 400);
  }
  const lenient = await app.call('DELETE', 'Basic?nonsense=1', undefined, { prefer: 'handling=lenient' });
  expectError(lenient, 400);
  expect((await app.call('GET', 'Basic/only')).status).toBe(200);
});
