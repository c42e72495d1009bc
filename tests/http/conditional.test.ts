/** Conditional read and conditional delete, as they are declared. https://hl7.org/fhir/R4/http.html#cread */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { bundle, expectError, find, type Json, load, patient } from './support.ts';

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

const identified = (id: string, value: string, more: Json = {}) =>
  patient(id, { identifier: [{ system: 'urn:example:cd', value }], ...more });

test('a conditional delete deletes every match, and says how many; others stay', async () => {
  await load(app, [identified('d1', 'x'), identified('d2', 'x'), identified('d3', 'y')]);
  const deleted = await app.call('DELETE', 'Patient?identifier=urn:example:cd|x', undefined, {
    prefer: 'return=OperationOutcome',
  });
  expect(deleted.status).toBe(200);
  expect(deleted.body.issue[0].diagnostics).toContain('2');
  expect(await find(app, 'Patient?identifier=urn:example:cd|x,urn:example:cd|y')).toEqual(['d3']);
  for (const id of ['d1', 'd2']) expectError(await app.call('GET', `Patient/${id}`), 410);
  // An entry for each, which names no other.
  for (const id of ['d1', 'd2']) {
    const audited = (await app.call('GET', `AuditEvent?subtype=delete&patient=Patient/${id}`)).body.entry;
    expect(audited).toHaveLength(1);
  }
});

test.each(['batch', 'transaction'] as const)('so does an entry of a %s', async (kind) => {
  await load(app, [identified(`${kind}1`, kind), identified(`${kind}2`, kind)]);
  const url = `Patient?identifier=urn:example:cd|${kind}`;
  const answer = await app.call('POST', '', bundle(kind, [{ request: { method: 'DELETE', url } }]));
  expect(answer.body.entry[0].response.status).toMatch(/^204/);
  expect(await find(app, url)).toEqual([]);
});

test('a conditional delete is all or none', async () => {
  await load(app, [
    { resourceType: 'Basic', id: 'none1', code: { text: 'x' }, subject: { reference: 'Patient/d3' } },
  ]);
  // The server's own records of access cannot be deleted, so nothing that matches beside them is.
  const own = { ...(await app.call('GET', 'AuditEvent?_count=1')).body.entry[0].resource, id: 'mine' };
  const mine = { ...own, agent: [{ ...own.agent[0], name: 'mine' }] };
  delete mine.meta;
  expect((await app.call('PUT', 'AuditEvent/mine', mine)).status).toBe(201);
  expectError(await app.call('DELETE', 'AuditEvent?type=rest'), 422);
  expect((await app.call('GET', 'AuditEvent/mine')).status).toBe(200);
});

test('criteria that match more than 1,000 are refused, and delete nothing', {
  timeout: 120_000,
}, async () => {
  const many = Array.from({ length: 1001 }, (_, i) => identified(`many-${i}`, 'many'));
  await load(app, many);
  expectError(await app.call('DELETE', 'Patient?identifier=urn:example:cd|many'), 412, {
    code: 'multiple-matches',
  });
  const count = 'Patient?identifier=urn:example:cd|many&_summary=count';
  expect((await app.call('GET', count)).body.total).toBe(1001);
});

test.each(['_count', '_cursor'])(
  'a condition with %s is refused, for it would choose among the matches',
  async (name) => {
    await load(app, [identified('d4', 'z')]);
    const criteria = `identifier=urn:example:cd|z&${name}=1`;
    expectError(await app.call('DELETE', `Patient?${criteria}`), 400, { expression: name });
    expectError(await app.call('PUT', `Patient?${criteria}`, { resourceType: 'Patient' }), 400);
    const header = { 'if-none-exist': criteria };
    expectError(await app.call('POST', 'Patient', { resourceType: 'Patient' }, header), 400);
    expect((await app.call('GET', 'Patient/d4')).status).toBe(200);
  },
);

test('is declared as it is', async () => {
  const { body } = await app.call('GET', 'metadata');
  const declared = (name: string) => new Set(body.rest[0].resource.map((r: Json) => r[name]));
  expect(declared('conditionalDelete')).toEqual(new Set(['multiple']));
  expect(declared('conditionalRead')).toEqual(new Set(['full-support']));
  expect(declared('conditionalCreate')).toEqual(new Set([true]));
  expect(declared('conditionalUpdate')).toEqual(new Set([true]));
});
