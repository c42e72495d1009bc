/** FHIR packages are installed, upgraded and removed while the server runs. https://confluence.hl7.org/display/FHIR/NPM+Package+Specification */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeTgz } from '../../src/kernel/tar.ts';
import { startBeside, startTestApp, type TestApp } from '../support/app.ts';
import { expectError, type Json, patient } from './support.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

function tgz(files: Record<string, Json>): Uint8Array {
  return writeTgz(
    Object.entries(files).map(([path, content]) => ({
      path,
      bytes: Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)),
    })),
  );
}

function pack(name: string, version: string, resources: readonly Json[], manifest: Json = {}): Uint8Array {
  return tgz({
    'package/package.json': { name, version, fhirVersions: ['4.0.1'], ...manifest },
    'package/.index.json': { 'index-version': 1, files: [] },
    ...Object.fromEntries(resources.map((r) => [`package/${r.resourceType}-${r.id}.json`, r])),
    'package/example/Patient-example.json': patient('example-of-a-package'),
  });
}

async function install(bytes: Uint8Array, server = app) {
  const response = await server.app.inject({
    method: 'POST',
    url: '/fhir/$install-package',
    headers: { 'content-type': 'application/gzip' },
    payload: Buffer.from(bytes),
  });
  return {
    status: response.statusCode,
    text: response.body,
    body: response.json() as Json,
    headers: response.headers as Record<string, string>,
  };
}
const one = (body: Json, name: string) => {
  const p = body.parameter.find((x: Json) => x.name === name);
  return p?.valueString ?? p?.valueInteger;
};
const problems = (body: Json): string[] =>
  body.parameter
    .filter((p: Json) => p.name === 'problem')
    .map((p: Json) => p.part.map((x: Json) => x.valueCode ?? x.valueString).join(': '));

const url = (id: string) => `http://village.example/StructureDefinition/${id}`;
function profile(id: string, path: string, more: Json = {}): Json {
  return {
    resourceType: 'StructureDefinition',
    id,
    url: url(id),
    version: '1.0.0',
    name: 'P',
    status: 'active',
    kind: 'resource',
    abstract: false,
    type: 'Patient',
    baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
    derivation: 'constraint',
    differential: { element: [{ id: path, path, min: 1 }] },
    ...more,
  };
}
const village: Json = {
  resourceType: 'SearchParameter',
  id: 'village',
  url: 'http://village.example/SearchParameter/village',
  name: 'village',
  status: 'active',
  description: 'Village',
  code: 'village-of-package',
  base: ['Patient'],
  type: 'string',
  expression: 'Patient.address.district',
};
const claims = (canonical: string, more: Json = {}) => ({
  resourceType: 'Patient',
  meta: { profile: [canonical] },
  ...more,
});

describe('a package', () => {
  test('is installed: its profiles and search parameters work, its examples are not stored', async () => {
    const bytes = pack('village.fhir', '1.0.0', [profile('villager', 'Patient.address'), village], {
      dependencies: { 'hl7.fhir.r4.core': '4.0.1', 'other.package': '2.0.0' },
    });
    const answer = await install(bytes);
    expect(answer.status, answer.text).toBe(200);
    expect(one(answer.body, 'created')).toBe(2);
    const dependencies = answer.body.parameter.filter((p: Json) => p.name === 'dependency');
    expect(dependencies.map((d: Json) => d.part.map((x: Json) => x.valueString ?? x.valueCode))).toEqual([
      ['hl7.fhir.r4.core', '4.0.1', 'built-in', '4.0.1'],
      ['other.package', '2.0.0', 'missing'],
    ]);
    expectError(await app.call('POST', 'Patient', claims(url('villager'))), 422, {
      expression: 'Patient.address',
    });
    const right = claims(url('villager'), { address: [{ district: '东村' }] });
    expect((await app.call('POST', 'Patient', right)).status).toBe(201);
    await expect
      .poll(async () => (await app.call('GET', 'Patient?village-of-package=东村')).text, { timeout: 45_000 })
      .toContain('searchset');
    const stored = await app.call('GET', 'StructureDefinition/villager');
    expect(stored.body.meta.source).toBe('pkg:npm/village.fhir@1.0.0');
    const tagged = await app.call(
      'GET',
      'StructureDefinition?_tag=https://xiantong.example/fhir/fhir-package|village.fhir',
    );
    expect(tagged.body.entry).toHaveLength(1);
    expect((await app.call('GET', 'Patient/example-of-a-package')).status).toBe(404);
  });

  test('installed again changes nothing; another version takes its place; removed it is gone', async () => {
    const first = pack('steps.fhir', '1.0.0', [
      profile('steps', 'Patient.name'),
      profile('old', 'Patient.name'),
    ]);
    await install(first);
    const again = await install(first);
    expect([one(again.body, 'created'), one(again.body, 'unchanged')]).toEqual([0, 2]);
    expect((await app.call('GET', 'StructureDefinition/steps')).body.meta.versionId).toBe('1');

    const second = await install(pack('steps.fhir', '1.1.0', [profile('steps', 'Patient.birthDate')]));
    expect([one(second.body, 'updated'), one(second.body, 'deleted')]).toEqual([1, 1]);
    expect((await app.call('GET', 'StructureDefinition/old')).status).toBe(410);
    expectError(await app.call('POST', 'Patient', claims(url('steps'))), 422, {
      expression: 'Patient.birthDate',
    });
    const list = await app.call('GET', '$installed-packages');
    expect(list.text).toContain('"steps.fhir"');

    const removed = await app.call('POST', '$remove-package?name=steps.fhir');
    expect(one(removed.body, 'deleted'), removed.text).toBe(1);
    expect((await app.call('POST', 'Patient', claims(url('steps')))).status).toBe(201);
    expectError(await app.call('POST', '$remove-package?name=steps.fhir'), 404);
    const back = await install(first);
    expect(one(back.body, 'created')).toBe(2);
  });

  test('is installed once when two processes install it at once', async () => {
    const other = await startBeside(app);
    const bytes = pack('twice.fhir', '1.0.0', [
      profile('twice-1', 'Patient.name'),
      profile('twice-2', 'Patient.name'),
    ]);
    const answers = await Promise.all([install(bytes), install(bytes, other), install(bytes, other)]);
    expect(answers.map((a) => a.status)).toEqual([200, 200, 200]);
    expect(answers.map((a) => one(a.body, 'created')).sort()).toEqual([0, 0, 2]);
    for (const server of [app, other]) {
      expect((await server.call('POST', 'Patient', claims(url('twice-1')))).status).toBe(422);
    }
    await other.close();
  });

  test('leaves resources of others alone that have the same ids', async () => {
    const mine = profile('shared', 'Patient.name');
    expect((await app.call('PUT', 'StructureDefinition/shared', mine)).status).toBe(201);
    await install(
      pack('shared.fhir', '1.0.0', [profile('shared', 'Patient.gender', { url: url('shared-2') })]),
    );
    expect((await app.call('GET', 'StructureDefinition/shared')).body.url).toBe(url('shared'));
    expect((await app.call('GET', 'StructureDefinition/shared.fhir-shared')).body.url).toBe(url('shared-2'));
  });

  test('is installed with what cannot be used, and says so', async () => {
    const constraint = [{ key: 'x-1', severity: 'error', human: 'x', expression: 'name.where(' }];
    const bad = profile('bad', 'Patient.name', {
      differential: { element: [{ id: 'Patient', path: 'Patient', constraint }] },
    });
    const patientOfCore = profile('Patient', 'Patient.name', {
      url: 'http://hl7.org/fhir/StructureDefinition/Patient',
    });
    const answer = await install(
      pack('bad.fhir', '1.0.0', [
        bad,
        patientOfCore,
        { ...village, id: 'v2', url: 'http://x.example/v2', code: 'name' },
      ]),
    );
    expect(answer.status, answer.text).toBe(200);
    expect(problems(answer.body).join('\n')).toMatch(
      /information: StructureDefinition-Patient\.json: [^\n]*\nerror: StructureDefinition-bad\.json: [^\n]*x-1[^\n]*\nerror: SearchParameter-v2\.json: [^\n]*name/,
    );
    expect((await app.call('POST', 'Patient', claims(url('bad')))).status).toBe(201);
  });
});

describe('refused is', () => {
  const nothingOf = async (name: string) =>
    expect((await app.call('GET', '$installed-packages')).text).not.toContain(name);

  test('what is no package, or not for R4, or cut off', async () => {
    expectError(await install(Buffer.from('hello')), 422);
    expectError(await install(tgz({ 'package/x.json': {} })), 422);
    expectError(await install(pack('r5.fhir', '1.0.0', [], { fhirVersions: ['5.0.0'] })), 422);
    const whole = pack('half.fhir', '1.0.0', [profile('half', 'Patient.name')]);
    expectError(await install(whole.subarray(0, whole.length / 2)), 422);
    await nothingOf('half.fhir');
  });

  test('a package with something that is not FHIR at all: nothing of it is stored', async () => {
    const broken = { resourceType: 'ValueSet', id: 'broken', url: 'http://x.example', status: ['active'] };
    const answer = await install(pack('broken.fhir', '1.0.0', [profile('whole', 'Patient.name'), broken]));
    expectError(answer, 422);
    expect(answer.text).toContain('ValueSet-broken.json');
    expect((await app.call('GET', 'StructureDefinition/whole')).status).toBe(404);
    await nothingOf('broken.fhir');
  });

  test('a package that unpacks to more than there is room for', async () => {
    const bomb = tgz({ 'package/package.json': ' '.repeat(129_000_000) });
    expectError(await install(bomb), 422);
  });

  test('a package that the server comes with', async () => {
    expectError(await install(pack('cn.xiantong.core', '9.0.0', [])), 409);
  });

  test('who is no administrator', async () => {
    const closed = await startTestApp({ auth: 'smart' });
    const response = await closed.app.inject({
      method: 'POST',
      url: '/fhir/$install-package',
      headers: { 'content-type': 'application/gzip' },
      payload: Buffer.from(pack('x.fhir', '1.0.0', [])),
    });
    expect(response.statusCode).toBe(401);
    await closed.close();
  });
});
