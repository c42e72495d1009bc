/** Resources that break a county profile, from a client whose resources are stored all the same. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import type { Json } from './support.ts';

const COUNTY = 'https://xiantong.example/fhir';
const TAG = { system: `${COUNTY}/CodeSystem/quarantine`, code: 'quarantined' };

let app: TestApp;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xiantong-enforcement-'));
  const enforcement = join(folder, 'enforcement.json');
  const rules = [
    {
      clients: ['anonymous'],
      type: 'Patient',
      profile: `${COUNTY}/StructureDefinition/county-patient`,
      violations: 'quarantine',
    },
    {
      clients: ['anonymous'],
      type: 'Organization',
      profile: `${COUNTY}/StructureDefinition/county-organization`,
    },
  ];
  await writeFile(enforcement, JSON.stringify(rules));
  app = await startTestApp({ enforcement, linking: false });
});
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

const right = { resourceType: 'Patient', name: [{ text: '张三' }], gender: 'male', birthDate: '1980-01-01' };
/** Without the birth date that the county demands. */
const { birthDate: _, ...flawed } = right;

/** The county demands a name. */
const NAMELESS = { resourceType: 'Organization', identifier: [{ system: 'urn:oid:1.2.3', value: '1' }] };

const tags = (resource: Json): Json[] => resource.meta?.tag ?? [];
async function tasksOf(id: string): Promise<Json[]> {
  const found = await app.call('GET', `/Task?focus=Patient/${id}&_sort=_lastUpdated`);
  return (found.body.entry ?? []).map((e: Json) => e.resource);
}

test('what breaks the county profile is stored with a tag, and a Task says what is to be mended', async () => {
  const created = await app.call('POST', '/Patient', flawed);
  expect(created.status, created.text).toBe(201);
  expect(tags(created.body)).toEqual([expect.objectContaining(TAG)]);
  const [task, ...others] = await tasksOf(created.body.id);
  expect(others).toEqual([]);
  expect(task).toMatchObject({
    status: 'requested',
    intent: 'order',
    code: { coding: [{ system: TAG.system, code: 'mend' }] },
    focus: { reference: `Patient/${created.body.id}` },
    for: { reference: `Patient/${created.body.id}` },
  });
  expect(task!.input).toHaveLength(1);
  expect(task!.input[0].type.text).toBe('Patient.birthDate');
  expect(task!.description).toMatch(/birthDate/);
  expect(task!.description).toMatch(/[一-龥]/);
  const quarantined = await app.call('GET', `/Patient?_tag=${TAG.system}|${TAG.code}`);
  expect(quarantined.body.entry.map((e: Json) => e.resource.id)).toEqual([created.body.id]);
});

test('a version that meets the profile carries no tag and completes the Task', async () => {
  const { body } = await app.call('POST', '/Patient', flawed);
  const mended = await app.call('PUT', `/Patient/${body.id}`, { ...right, id: body.id });
  expect(mended.status, mended.text).toBe(200);
  expect(tags(mended.body)).toEqual([]);
  expect((await tasksOf(body.id)).map((t) => t.status)).toEqual(['completed']);
});

test('each flawed version tells anew what is wrong, and one that is right completes all', async () => {
  const { body } = await app.call('POST', '/Patient', flawed);
  const again = await app.call('PUT', `/Patient/${body.id}`, { ...flawed, id: body.id, gender: 'female' });
  expect(again.status, again.text).toBe(200);
  expect((await tasksOf(body.id)).map((t) => t.status)).toEqual(['requested', 'requested']);
  const patched = await app.call(
    'PATCH',
    `/Patient/${body.id}`,
    JSON.stringify([{ op: 'add', path: '/birthDate', value: '1980-01-01' }]),
    { 'content-type': 'application/json-patch+json' },
  );
  expect(patched.status, patched.text).toBe(200);
  // The patch leaves the tag where it was: whoever mends by patch takes it away by patch.
  expect((await tasksOf(body.id)).map((t) => t.status)).toEqual(['completed', 'completed']);
});

test('what FHIR itself forbids is refused, whoever sends it', async () => {
  const refused = await app.call('POST', '/Patient', { ...flawed, gender: 'man' });
  expect(refused.status).toBe(422);
  const stated = { ...flawed, meta: { profile: [`${COUNTY}/StructureDefinition/county-patient`] } };
  expect((await app.call('POST', '/Patient', stated)).status).toBe(422);
});

test('a type that is not to be put in quarantine is refused', async () => {
  const refused = await app.call('POST', '/Organization', NAMELESS);
  expect(refused.status).toBe(422);
});

test('in a transaction the flawed entry is stored, its Task with it, or nothing at all', async () => {
  const entry = (resource: Json, fullUrl: string) => ({
    fullUrl,
    resource,
    request: { method: 'POST', url: resource.resourceType },
  });
  const bundle = (...entries: Json[]) => ({ resourceType: 'Bundle', type: 'transaction', entry: entries });
  const before = (await app.call('GET', '/Task?_summary=count')).body.total;
  const done = await app.call(
    'POST',
    '',
    bundle(
      entry(flawed, 'urn:uuid:0b1c3a52-7d2f-4b9c-9a65-0f3c3f6a5e01'),
      entry(right, 'urn:uuid:0b1c3a52-7d2f-4b9c-9a65-0f3c3f6a5e02'),
    ),
  );
  expect(done.status, done.text).toBe(200);
  expect((await app.call('GET', '/Task?_summary=count')).body.total).toBe(before + 1);
  const broken = await app.call(
    'POST',
    '',
    bundle(
      entry(flawed, 'urn:uuid:0b1c3a52-7d2f-4b9c-9a65-0f3c3f6a5e03'),
      entry(NAMELESS, 'urn:uuid:0b1c3a52-7d2f-4b9c-9a65-0f3c3f6a5e04'),
    ),
  );
  expect(broken.status).toBe(422);
  expect((await app.call('GET', '/Task?_summary=count')).body.total).toBe(before + 1);
});

test('two that mend the same resource at once both succeed, and the Task is completed once', async () => {
  const { body } = await app.call('POST', '/Patient', flawed);
  const answers = await Promise.all(
    ['male', 'female'].map((gender) =>
      app.call('PUT', `/Patient/${body.id}`, { ...right, gender, id: body.id }),
    ),
  );
  expect(answers.map((a) => a.status)).toEqual([200, 200]);
  const [task] = await tasksOf(body.id);
  expect(task).toMatchObject({ status: 'completed', meta: { versionId: '2' } });
});
