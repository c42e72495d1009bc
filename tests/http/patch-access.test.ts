/** What patches, $meta and X-Provenance need, with AUTH=smart, and what they tell whom. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { as, type Call } from '../features/tokens.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { bundle, expectError, type Json, patient, put } from './support.ts';

let app: TestApp;
let everything: Call;
beforeAll(async () => {
  app = await startTestApp({ auth: 'smart' });
  everything = await as(app, 'system/*.cruds');
  const identifier = [{ system: 'urn:example:pa', value: '1' }];
  await everything(
    'POST',
    '',
    bundle('transaction', [put(patient('pa', { name: [{ text: '张三' }], identifier }))]),
  );
});
afterAll(() => app.close());

const JSON_PATCH = { 'content-type': 'application/json-patch+json' };
const activate = [{ op: 'add', path: '/active', value: true }];
const entry = {
  resource: {
    resourceType: 'Binary',
    contentType: JSON_PATCH['content-type'],
    data: Buffer.from(JSON.stringify(activate)).toString('base64'),
  },
  request: { method: 'PATCH', url: 'Patient/pa' },
};
const tag = {
  resourceType: 'Parameters',
  parameter: [{ name: 'meta', valueMeta: { tag: [{ system: 'urn:t', code: 't' }] } }],
};

test('a patch needs u, in whatever it comes', async () => {
  const reader = await as(app, 'system/*.rs');
  expectError(await reader('PATCH', 'Patient/pa', activate, JSON_PATCH), 403);
  expectError(await reader('PATCH', 'Patient?identifier=1', activate, JSON_PATCH), 403);
  expectError(await reader('POST', '', bundle('transaction', [entry])), 403);
  const batch = await reader('POST', '', bundle('batch', [entry]));
  expect(batch.body.entry[0].response.status).toMatch(/^403/);
  const refusals = await everything('GET', 'AuditEvent?subtype=patch&outcome=4&patient=Patient/pa');
  expect(refusals.body.total).toBeGreaterThan(0);
  expect((await everything('GET', 'Patient/pa')).body.active).toBeUndefined();
});

test('a patch by criteria needs s as well', async () => {
  const writer = await as(app, 'system/Patient.u');
  const path = 'Patient?identifier=urn:example:pa|1';
  expectError(await writer('PATCH', path, activate, JSON_PATCH), 403);
});

test('whoever may not read gets nothing back of what is there', async () => {
  const writer = await as(app, 'system/Patient.u');
  const answers = [
    await writer('PATCH', 'Patient/pa', activate, JSON_PATCH),
    await writer('POST', '', bundle('transaction', [entry])),
    await writer('POST', '', bundle('batch', [entry])),
  ];
  for (const answer of answers) {
    expect(answer.status, answer.text).toBe(200);
    expect(answer.text).not.toContain('张三');
  }
  expect((await everything('GET', 'Patient/pa')).body.active).toBe(true);
});

test('a patch that asks what is there needs r as well: by its success it would tell', async () => {
  const writer = await as(app, 'system/Patient.u');
  const both = await as(app, 'system/Patient.ru');
  const asks = [{ op: 'test', path: '/name/0/text', value: '张三' }];
  const byValue = (path: string) => ({
    resourceType: 'Parameters',
    parameter: [
      {
        name: 'operation',
        part: [
          { name: 'type', valueCode: 'delete' },
          { name: 'path', valueString: path },
        ],
      },
    ],
  });
  const data = Buffer.from(JSON.stringify(asks)).toString('base64');
  const asked = { ...entry, resource: { ...entry.resource, data } };
  expectError(await writer('PATCH', 'Patient/pa', asks, JSON_PATCH), 403);
  expectError(await writer('PATCH', 'Patient/pa', byValue("Patient.name.where(text.startsWith('李'))")), 403);
  expectError(await writer('PATCH', 'Patient/pa', byValue("(Patient.photo | Patient.name[0] = 'x')")), 400);
  expectError(await writer('POST', '', bundle('transaction', [asked])), 403);
  expect((await both('PATCH', 'Patient/pa', asks, JSON_PATCH)).status).toBe(200);
  expect((await both('PATCH', 'Patient/pa', byValue("Patient.name.where(text = '李四')"))).status).toBe(200);
  expect((await writer('PATCH', 'Patient/pa', byValue('Patient.photo[0]'))).status).toBe(200);
});

test('$meta needs r or s, $meta-add and $meta-delete need u', async () => {
  const nothing = await as(app, 'system/Observation.cruds');
  const reader = await as(app, 'system/Patient.rs');
  expectError(await nothing('GET', 'Patient/pa/$meta'), 403);
  expectError(await nothing('GET', 'Patient/$meta'), 403);
  expect((await reader('GET', 'Patient/pa/$meta')).status).toBe(200);
  expectError(await reader('POST', 'Patient/pa/$meta-add', tag), 403);
  expectError(await reader('POST', 'Patient/pa/$meta-delete', tag), 403);
  await everything('POST', 'Patient/pa/$meta-add', tag);
  expect((await nothing('GET', '$meta')).body.parameter[0].valueMeta).toEqual({});
  const seen = (await reader('GET', '$meta')).body.parameter[0].valueMeta;
  expect(seen.tag).toEqual([{ system: 'urn:t', code: 't' }]);
});

test('X-Provenance needs c on Provenance, and without it nothing is written', async () => {
  const writer = await as(app, 'system/Patient.cud');
  const provenance = {
    resourceType: 'Provenance',
    recorded: '2024-05-01T08:00:00Z',
    agent: [{ who: { display: 'x' } }],
  };
  const headers = { 'x-provenance': JSON.stringify(provenance) };
  expectError(await writer('PUT', 'Patient/pb', patient('pb'), headers), 403);
  expectError(await everything('GET', 'Patient/pb'), 404);
});

test("nobody changes the server's own audit record", async () => {
  const { body } = await everything('GET', 'AuditEvent?_count=1');
  const { id } = body.entry[0].resource as Json;
  const operations = [{ op: 'replace', path: '/action', value: 'D' }];
  expectError(await everything('PATCH', `AuditEvent/${id}`, operations, JSON_PATCH), 422);
  expectError(await everything('POST', `AuditEvent/${id}/$meta-add`, tag), 422);
  expect((await everything('GET', `AuditEvent/${id}`)).body.meta.versionId).toBe('1');
});
