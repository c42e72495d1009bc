/** The server's own packages: as archives, as a registry of packages has them, and as ImplementationGuides. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadDefinitions } from '../../src/definitions/definitions.ts';
import { readTgz } from '../../src/kernel/tar.ts';
import { pack } from '../../src/packages/pack.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { type Json, withoutServerFields } from './support.ts';

const ROOT = join(import.meta.dirname, '../..');
const EXAMPLES = join(ROOT, 'fixtures/valid');
const definitions = loadDefinitions(join(ROOT, 'profiles'), [join(ROOT, 'terminology')]);
const own = definitions.packages().filter((p) => !p.core);

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const get = (path: string, headers: Record<string, string> = {}) =>
  app.app.inject({ method: 'GET', url: path, headers });
/** File name -> content. */
const unpacked = (bytes: Uint8Array) =>
  new Map(
    readTgz(bytes, { bytes: 50_000_000, files: 5000 }).map(({ path, bytes: b }): [string, Json] => [
      path,
      JSON.parse(Buffer.from(b).toString('utf8')),
    ]),
  );

describe('a package', () => {
  test('is served as an archive, the same bytes by every address', async () => {
    const expected = Buffer.from(pack(own.find((p) => p.name === 'cn.xiantong.core')!, EXAMPLES));
    for (const path of ['cn.xiantong.core.tgz', 'cn.xiantong.core/0.1.0', 'cn.xiantong.core/0.1.0.tgz']) {
      const answer = await get(`/packages/${path}`);
      expect(answer.statusCode).toBe(200);
      expect(answer.headers['content-type']).toBe('application/gzip');
      expect(answer.rawPayload.equals(expected), path).toBe(true);
      const etag = String(answer.headers.etag);
      expect((await get(`/packages/${path}`, { 'if-none-match': etag })).statusCode).toBe(304);
    }
    expect((await get('/packages/cn.xiantong.core/9.9.9')).statusCode).toBe(404);
    expect((await get('/packages/nobody.tgz')).statusCode).toBe(404);
    expect((await get('/packages/..%2f..%2fpackage.json')).statusCode).toBe(404);
  });

  test('is described as npm and FHIR tools ask for it', async () => {
    const { body } = await get('/packages/cn.xiantong.core');
    const { 'dist-tags': tags, versions } = JSON.parse(body);
    const { dist, ...manifest } = versions[tags.latest];
    const onDisk = JSON.parse(readFileSync(join(ROOT, 'profiles/core/package.json'), 'utf8'));
    expect(manifest).toEqual(onDisk);
    const { rawPayload } = await get(new URL(dist.tarball).pathname);
    expect(createHash('sha1').update(rawPayload).digest('hex')).toBe(dist.shasum);
    const sha512 = createHash('sha512').update(rawPayload).digest('base64');
    expect(dist.integrity).toBe(`sha512-${sha512}`);
    const list = JSON.parse((await get('/packages')).body);
    expect(list.map((p: Json) => p.name).sort()).toEqual(own.map((p) => p.name).sort());
  });

  test.each(own)('$name holds its definitions, an index that is right, and examples beside them', (owner) => {
    const files = unpacked(pack(owner, EXAMPLES));
    const manifest = files.get('package/package.json');
    expect(manifest).toMatchObject({
      name: owner.name,
      fhirVersions: ['4.0.1'],
      canonical: expect.any(String),
    });
    for (const folder of ['package', ...(manifest.directories ? ['package/example'] : [])]) {
      const index = files.get(`${folder}/.index.json`);
      const there = [...files].filter(
        ([path, r]) => r.resourceType && path.slice(0, path.lastIndexOf('/')) === folder,
      );
      expect(index.files.map((f: Json) => f.filename).sort()).toEqual(
        there.map(([path]) => path.slice(folder.length + 1)).sort(),
      );
      for (const { filename, ...said } of index.files) {
        expect(files.get(`${folder}/${filename}`)).toMatchObject(said);
      }
    }
  });

  test.each(own)('$name names every package of this server that its definitions refer to', (owner) => {
    const named = new Set([owner.name, ...Object.keys(owner.manifest.dependencies ?? {})]);
    const urls = JSON.stringify(owner.resources).matchAll(
      /"(?:valueSet|profile|targetProfile|system|baseDefinition)":(?:"([^"]+)"|\[([^\]]*)\])/g,
    );
    const missing = new Set<string>();
    for (const [, one, many = ''] of urls) {
      for (const url of [one ?? [], ...many.split(',').map((u) => u.replaceAll('"', ''))].flat()) {
        for (const type of ['StructureDefinition', 'ValueSet', 'CodeSystem']) {
          const found = definitions.ofPackage(type, url);
          if (found && !named.has(found.owner.name)) missing.add(`${found.owner.name} for ${url}`);
        }
      }
    }
    expect([...missing]).toEqual([]);
  });
});

test('every package is an ImplementationGuide, whose resources are all there', async () => {
  const { body } = await app.call('GET', 'ImplementationGuide?_count=50');
  const guides: Json[] = body.entry.map((e: Json) => e.resource);
  expect(guides.map((g) => g.packageId).sort()).toEqual(own.map((p) => p.name).sort());
  const core = guides.find((g) => g.packageId === 'cn.xiantong.core');
  expect(core).toMatchObject({
    version: '0.1.0',
    fhirVersion: ['4.0.1'],
    dependsOn: [{ packageId: 'cn.xiantong.terminology', version: '0.1.0' }],
  });
  for (const guide of guides) {
    for (const { reference } of guide.definition.resource) {
      const answer = await app.call('GET', reference.reference);
      expect(answer.status, reference.reference).toBe(200);
    }
  }
  const packed = unpacked(pack(own.find((p) => p.name === 'cn.xiantong.core')!, EXAMPLES));
  expect(packed.get('package/ImplementationGuide-cn.xiantong.core.json')).toEqual({
    ...withoutServerFields(core),
    id: 'cn.xiantong.core',
  });
  const statement = await app.call('GET', 'metadata');
  expect(statement.body.implementationGuide.sort()).toEqual(guides.map((g) => g.url).sort());
});
