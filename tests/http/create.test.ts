/** https://hl7.org/fhir/R4/http.html#create and #ccreate */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BASE, startTestApp, type TestApp } from '../support/app.ts';
import { expectError, find, withoutServerFields } from './support.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

test('answers 201 with the resource, its Location, ETag and Last-Modified', async () => {
  const sent = { resourceType: 'Patient', active: true, name: [{ text: '张三' }] };
  const created = await app.call('POST', 'Patient', sent);
  expect(created.status).toBe(201);
  expect(withoutServerFields(created.body)).toEqual(sent);
  const { id, meta } = created.body;
  expect(id).toMatch(/^[A-Za-z0-9\-.]{1,64}$/);
  expect(meta.versionId).toBe('1');
  expect(created.headers.location).toBe(`${BASE}/Patient/${id}/_history/1`);
  expect(created.headers.etag).toBe('W/"1"');
  const modified = Date.parse(created.headers['last-modified']!);
  expect(modified).toBe(Math.floor(Date.parse(meta.lastUpdated) / 1000) * 1000);
  expect((await app.call('GET', `Patient/${id}`)).text).toBe(created.text);
});

test('gives its own id in place of the one that was sent', async () => {
  const created = await app.call('POST', 'Patient', { resourceType: 'Patient', id: 'mine' });
  expect(created.status).toBe(201);
  expect(created.body.id).not.toBe('mine');
  expectError(await app.call('GET', 'Patient/mine'), 404);
});

test('replaces versionId and lastUpdated, and keeps the rest of meta', async () => {
  const meta = {
    versionId: '77',
    lastUpdated: '1999-01-01T00:00:00Z',
    source: 'urn:example:source',
    profile: ['http://example.org/StructureDefinition/unknown'],
    security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' }],
    tag: [{ system: 'http://example.org/tags', code: 't' }],
  };
  const created = await app.call('POST', 'Patient', { resourceType: 'Patient', meta });
  expect(created.status).toBe(201);
  const { versionId, lastUpdated, ...rest } = created.body.meta;
  expect(versionId).toBe('1');
  expect(lastUpdated).not.toBe(meta.lastUpdated);
  const { versionId: _v, lastUpdated: _l, ...sent } = meta;
  expect(rest).toEqual(sent);
});

test.each(['1.50', '0.010', '1e2', '12345678901234567890.123', '-0.0', '1E-7', '100.000'])(
  'keeps the decimal %s to the digit, in elements and in meta',
  async (number) => {
    const extension = `"extension":[{"url":"http://example.org/x","valueDecimal":${number}}]`;
    const text = `{"resourceType":"Observation","meta":{${extension}},${extension},"status":"final","code":{"text":"x"},"valueQuantity":{"value":${number}}}`;
    const created = await app.call('POST', 'Observation', text);
    expect(created.status, created.text).toBe(201);
    const read = await app.call('GET', `Observation/${created.body.id}`);
    expect(read.text.split(`"valueDecimal":${number}}`)).toHaveLength(3);
    expect(read.text).toContain(`"valueQuantity":{"value":${number}}`);
    const pretty = await app.call('GET', `Observation/${created.body.id}?_pretty=true`);
    expect(pretty.text).toContain(`"value": ${number}\n`);
    const found = await app.call('GET', `Observation?_id=${created.body.id}&_summary=true`);
    expect(found.text).toContain(`"valueQuantity":{"value":${number}}`);
  },
);

test('keeps every character of a text, whichever way it was escaped', async () => {
  const value = '王𠮷é\u0301 \u00a0\u2028\ufeff😀 "quoted" \\ / \t\r\n <b>&amp;</b>';
  const body = JSON.stringify({ resourceType: 'Patient', name: [{ text: value }] });
  const escaped = body.replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  for (const text of [body, escaped]) {
    const created = await app.call('POST', 'Patient', text);
    expect(created.status, created.text).toBe(201);
    const read = await app.call('GET', `Patient/${created.body.id}`);
    expect(read.body.name[0].text).toBe(value);
  }
});

test('keeps the order of elements', async () => {
  const text = `{"resourceType":"Patient","gender":"male","active":true,"birthDate":"1980-01-01","name":[{"given":["A"],"family":"B"}]}`;
  const created = await app.call('POST', 'Patient', text);
  expect(created.text.replace(/"id":"[^"]+","meta":\{[^}]+\},/, '')).toBe(text);
});

test('reads a body with a byte order mark, white space and members in any order', async () => {
  const text = '\ufeff \n{ "gender" : "male",\r\n\t"resourceType" : "Patient" }\n';
  const created = await app.call('POST', 'Patient', text);
  expect(created.status, created.text).toBe(201);
  expect(created.body.gender).toBe('male');
});

test('keeps an attachment of many megabytes', async () => {
  const data = 'QUJD'.repeat(4_000_000);
  const created = await app.call(
    'POST',
    'Binary',
    `{"resourceType":"Binary",\n"contentType":"text/plain","data":"${data}"}`,
  );
  expect(created.status, created.text.slice(0, 500)).toBe(201);
  const read = await app.call('GET', `Binary/${created.body.id}`, undefined, {
    accept: 'application/fhir+json',
  });
  expect(read.body.data).toBe(data);
});

test('answers Prefer: return=minimal with headers alone', async () => {
  const created = await app.call(
    'POST',
    'Patient',
    { resourceType: 'Patient' },
    { prefer: 'return=minimal' },
  );
  expect(created.status).toBe(201);
  expect(created.text).toBe('');
  expect(created.headers.etag).toBe('W/"1"');
  expect(created.headers.location).toMatch(/\/Patient\/[^/]+\/_history\/1$/);
});

test('answers Prefer: return=OperationOutcome with an outcome that has no error', async () => {
  const created = await app.call(
    'POST',
    'Patient',
    { resourceType: 'Patient' },
    { prefer: 'return=OperationOutcome' },
  );
  expect(created.status).toBe(201);
  expect(created.body.resourceType).toBe('OperationOutcome');
  for (const issue of created.body.issue) expect(['information', 'warning']).toContain(issue.severity);
});

test('answers Prefer: return=representation with the resource', async () => {
  const created = await app.call(
    'POST',
    'Patient',
    { resourceType: 'Patient' },
    { prefer: 'return=representation' },
  );
  expect(created.body.resourceType).toBe('Patient');
});

const withIdentifier = (value: string) => ({
  resourceType: 'Patient',
  identifier: [{ system: 'urn:example:ids', value }],
});

test('creates when If-None-Exist matches nothing, and answers the match with 200 when there is one', async () => {
  const header = { 'if-none-exist': 'identifier=urn:example:ids|c1' };
  const first = await app.call('POST', 'Patient', withIdentifier('c1'), header);
  expect(first.status).toBe(201);
  const second = await app.call('POST', 'Patient', { ...withIdentifier('c1'), active: true }, header);
  expect(second.status).toBe(200);
  expect(second.body.id).toBe(first.body.id);
  expect(second.body.active).toBeUndefined();
  expect(second.headers.location).toBe(first.headers.location);
  expect(await find(app, 'Patient?identifier=urn:example:ids|c1')).toEqual([first.body.id]);
});

test('refuses with 412 when If-None-Exist matches several', async () => {
  await app.call('POST', 'Patient', withIdentifier('c2'));
  await app.call('POST', 'Patient', withIdentifier('c2'));
  const header = { 'if-none-exist': 'identifier=urn:example:ids|c2' };
  expectError(await app.call('POST', 'Patient', withIdentifier('c2'), header), 412, {
    code: 'multiple-matches',
  });
  expect(await find(app, 'Patient?identifier=urn:example:ids|c2')).toHaveLength(2);
});

test('creates anew when the resource that If-None-Exist would match is deleted', async () => {
  const header = { 'if-none-exist': 'identifier=urn:example:ids|c3' };
  const first = await app.call('POST', 'Patient', withIdentifier('c3'), header);
  await app.call('DELETE', `Patient/${first.body.id}`);
  const second = await app.call('POST', 'Patient', withIdentifier('c3'), header);
  expect(second.status).toBe(201);
  expect(second.body.id).not.toBe(first.body.id);
});

test.each(['nonsense=1', 'identifier=', '', 'identifier:above=x', 'identifier=%00'])(
  'refuses If-None-Exist: %j, which would not say which resource is meant',
  async (criteria) => {
    const answer = await app.call(
      'POST',
      'Patient',
      { resourceType: 'Patient' },
      { 'if-none-exist': criteria },
    );
    expectError(answer, 400);
  },
);

test('stores any resource type, also a Bundle, at its own address', async () => {
  const created = await app.call('POST', 'Bundle', { resourceType: 'Bundle', type: 'collection' });
  expect(created.status).toBe(201);
  expect(created.headers.location).toContain('/fhir/Bundle/');
});
