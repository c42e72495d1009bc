/** https://hl7.org/fhir/R4/http.html#read, #vread and #cread */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { expectError, patient } from './support.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

test('answers the current version with ETag and Last-Modified', async () => {
  await app.call('PUT', 'Patient/r1', patient('r1', { active: true }));
  const second = await app.call('PUT', 'Patient/r1', patient('r1', { active: false }));
  const read = await app.call('GET', 'Patient/r1');
  expect(read.status).toBe(200);
  expect(read.headers['content-type']).toMatch(/^application\/fhir\+json/);
  expect(read.headers.etag).toBe('W/"2"');
  expect(read.headers['last-modified']).toBe(new Date(read.body.meta.lastUpdated).toUTCString());
  expect(read.text).toBe(second.text);
});

test('answers each version by its number', async () => {
  await app.call('PUT', 'Patient/r2', patient('r2', { gender: 'male' }));
  await app.call('PUT', 'Patient/r2', patient('r2', { gender: 'female' }));
  for (const [version, gender] of [
    ['1', 'male'],
    ['2', 'female'],
  ]) {
    const read = await app.call('GET', `Patient/r2/_history/${version}`);
    expect(read.status).toBe(200);
    expect(read.body.gender).toBe(gender);
    expect(read.body.meta.versionId).toBe(version);
    expect(read.headers.etag).toBe(`W/"${version}"`);
  }
});

test('answers HEAD with the headers of GET and no body', async () => {
  await app.call('PUT', 'Patient/r3', patient('r3'));
  const head = await app.call('HEAD', 'Patient/r3');
  expect(head.status).toBe(200);
  expect(head.text).toBe('');
  expect(head.headers.etag).toBe('W/"1"');
});

test.each([
  'Patient/none',
  'Patient/none/_history/1',
  'Patient/none/_history',
  'Patient/no_id',
  `Patient/${'x'.repeat(65)}`,
])('answers 404 for %s, which never was', async (path) => {
  expectError(await app.call('GET', path), 404, { code: 'not-found' });
});

test.each(['2', '0', 'x', '99999999999999999999', '-1', '1.0'])(
  'answers 404 for version %s of a resource that has version 1',
  async (version) => {
    await app.call('PUT', 'Patient/r4', patient('r4'));
    expectError(await app.call('GET', `Patient/r4/_history/${version}`), 404);
  },
);

test('answers 410 with the ETag of the deletion for a deleted resource, and for the deleted version', async () => {
  await app.call('PUT', 'Patient/r5', patient('r5'));
  await app.call('DELETE', 'Patient/r5');
  const read = await app.call('GET', 'Patient/r5');
  expectError(read, 410, { code: 'deleted' });
  expect(read.headers.etag).toBe('W/"2"');
  expectError(await app.call('GET', 'Patient/r5/_history/2'), 410, { code: 'deleted' });
  expect((await app.call('GET', 'Patient/r5/_history/1')).status).toBe(200);
});

test('reads an id of 64 characters of every kind', async () => {
  const id = `${'aZ09-.'.repeat(10)}abcd`;
  expect(id).toHaveLength(64);
  expect((await app.call('PUT', `Patient/${id}`, patient(id))).status).toBe(201);
  expect((await app.call('GET', `Patient/${id}`)).body.id).toBe(id);
});

test('tells ids apart by case', async () => {
  await app.call('PUT', 'Patient/case', patient('case', { gender: 'male' }));
  await app.call('PUT', 'Patient/CASE', patient('CASE', { gender: 'female' }));
  expect((await app.call('GET', 'Patient/case')).body.gender).toBe('male');
  expect((await app.call('GET', 'Patient/CASE')).body.gender).toBe('female');
});

test('answers 304 when If-None-Match names the current version, and 200 when it names another', async () => {
  await app.call('PUT', 'Patient/r6', patient('r6'));
  for (const tag of ['W/"1"', '"1"', 'W/"7", W/"1"']) {
    const read = await app.call('GET', 'Patient/r6', undefined, { 'if-none-match': tag });
    expect(read.status, tag).toBe(304);
    expect(read.text).toBe('');
  }
  const other = await app.call('GET', 'Patient/r6', undefined, { 'if-none-match': 'W/"2"' });
  expect(other.status).toBe(200);
});

test('answers 304 when it was not modified since, and 200 when it was', async () => {
  await app.call('PUT', 'Patient/r7', patient('r7'));
  const modified = (await app.call('GET', 'Patient/r7')).headers['last-modified']!;
  const before = new Date(Date.parse(modified) - 1000).toUTCString();
  expect((await app.call('GET', 'Patient/r7', undefined, { 'if-modified-since': modified })).status).toBe(
    304,
  );
  expect((await app.call('GET', 'Patient/r7', undefined, { 'if-modified-since': before })).status).toBe(200);
});

test('cuts a read down with _elements and _summary, and tags it SUBSETTED', async () => {
  await app.call(
    'PUT',
    'Patient/r8',
    patient('r8', { gender: 'male', active: true, maritalStatus: { text: 'x' } }),
  );
  const elements = await app.call('GET', 'Patient/r8?_elements=gender');
  expect(Object.keys(elements.body)).toEqual(['resourceType', 'id', 'meta', 'gender']);
  expect(elements.body.meta.tag.map((c: { code: string }) => c.code)).toContain('SUBSETTED');
  const summary = await app.call('GET', 'Patient/r8?_summary=true');
  expect(summary.body.gender).toBe('male');
  expect(summary.body.maritalStatus).toBeUndefined();
  expect(summary.body.meta.tag.map((c: { code: string }) => c.code)).toContain('SUBSETTED');
});

test.each(['json', 'application/fhir+json', 'application/json', 'application/fhir%2Bjson;fhirVersion=4.0'])(
  'serves _format=%s whatever Accept says',
  async (format) => {
    await app.call('PUT', 'Patient/r9', patient('r9'));
    const read = await app.call('GET', `Patient/r9?_format=${format}`, undefined, {
      accept: 'application/fhir+xml',
    });
    expect(read.status).toBe(200);
  },
);

test('writes lines and indents with _pretty=true', async () => {
  await app.call('PUT', 'Patient/r10', patient('r10', { gender: 'male' }));
  const read = await app.call('GET', 'Patient/r10?_pretty=true');
  expect(read.text).toContain('\n  "gender": "male"');
});
