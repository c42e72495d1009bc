/** Large Binaries stream to a store beside the database, and out of it in ranges. RFC 9110 §14, RFC 9530 */
import { createHash, randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createFileStore } from '../../src/contents/file-store.ts';
import { sweepContents } from '../../src/store/kept-content.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { expectError, type Json, load, patient } from './support.ts';

const MB = 1024 * 1024;
let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ largestBinary: 2 * MB });
});
afterAll(() => app.close());

const FHIR = { accept: 'application/fhir+json' };
const LARGE = randomBytes(MB + 1);
const SMALL = Buffer.from('0123456789');
const sha = (name: string, bytes: Buffer) => createHash(name).update(bytes).digest('base64');

async function raw(
  method: 'GET' | 'POST' | 'PUT' | 'HEAD',
  path: string,
  headers: Json = {},
  payload?: Buffer | Readable,
) {
  const answer = await app.app.inject({ method, url: `/fhir/${path}`, headers, payload });
  return {
    status: answer.statusCode,
    headers: answer.headers as Record<string, string>,
    bytes: answer.rawPayload,
    body: /json/.test(String(answer.headers['content-type'])) ? answer.json() : undefined,
  };
}

const put = (id: string, bytes: Buffer | Readable, headers: Json = {}) =>
  raw('PUT', `Binary/${id}`, { 'content-type': 'application/dicom', ...headers }, bytes);

const folder = () => join(app.dataDir, 'binaries');
const store = () => createFileStore(folder());

async function keptFiles(): Promise<string[]> {
  const entries = await readdir(folder(), { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((e) => e.isFile()).map((e) => e.name);
}

/** Names of what `write` leaves in the store. */
async function leftBy(write: () => Promise<unknown>): Promise<string[]> {
  const before = new Set(await keptFiles());
  await write();
  return (await keptFiles()).filter((name) => !before.has(name));
}

test('bytes are created under a condition as resources are', async () => {
  await put('there', SMALL);
  const post = (criteria: string) =>
    raw('POST', 'Binary', { 'content-type': 'application/dicom', 'if-none-exist': criteria }, SMALL);
  const first = await post('_id=there');
  expect(first.status).toBe(200);
  expect(first.headers.location ?? first.headers['content-location']).toContain('/Binary/there');
  expect((await post('_id=nowhere')).status).toBe(201);
  expect((await post('nonsense=1')).status).toBe(400);
});

describe('a large Binary', () => {
  test('is kept as a file, and answered as its bytes', async () => {
    const left = await leftBy(async () => expect((await put('l1', LARGE)).status).toBe(201));
    expect(left).toHaveLength(1);
    const read = await raw('GET', 'Binary/l1');
    expect(read.bytes.equals(LARGE)).toBe(true);
    expect(read.headers).toMatchObject({
      'content-type': 'application/dicom',
      'content-length': String(LARGE.length),
      'accept-ranges': 'bytes',
      'repr-digest': `sha-256=:${sha('sha256', LARGE)}:`,
    });
  });

  test('is answered in FHIR with its bytes in Base64, and in Bundles with what is kept', async () => {
    const read = await raw('GET', 'Binary/l1', FHIR);
    expect(read.body).toMatchObject({ resourceType: 'Binary', id: 'l1', contentType: 'application/dicom' });
    expect(read.body._data).toBeUndefined();
    expect(Buffer.from(read.body.data, 'base64').equals(LARGE)).toBe(true);
    const [found] = (await app.call('GET', 'Binary?_id=l1')).body.entry;
    expect(found.resource.data).toBeUndefined();
    expect(found.resource._data.extension[0].extension).toEqual(
      expect.arrayContaining([
        { url: 'size', valueUnsignedInt: LARGE.length },
        { url: 'sha1', valueBase64Binary: sha('sha1', LARGE) },
      ]),
    );
    expect((await app.call('GET', 'Binary/l1?_summary=true', undefined, FHIR)).body.data).toBeUndefined();
  });

  test('comes in pieces of unknown number, too', async () => {
    const pieces = Readable.from([LARGE.subarray(0, 300_000), LARGE.subarray(300_000)]);
    expect((await put('l2', pieces)).status).toBe(201);
    expect((await raw('GET', 'Binary/l2')).bytes.equals(LARGE)).toBe(true);
  });

  test('keeps its versions', async () => {
    expect((await put('l2', Buffer.concat([LARGE, SMALL]))).status).toBe(200);
    expect((await put('l2', SMALL)).status).toBe(200);
    expect((await raw('GET', 'Binary/l2/_history/1')).bytes.equals(LARGE)).toBe(true);
    expect((await raw('GET', 'Binary/l2/_history/2')).bytes.length).toBe(LARGE.length + SMALL.length);
    expect((await raw('GET', 'Binary/l2')).bytes).toEqual(SMALL);
    expect((await app.call('GET', 'Binary/l2/_history')).body.entry).toHaveLength(3);
  });

  test('is judged by who may see it, as any Binary', async () => {
    await load(app, [patient('l3p')]);
    const headers = { 'x-security-context': 'Patient/l3p' };
    expect((await put('l3', LARGE, headers)).status).toBe(201);
    expect((await raw('GET', 'Binary/l3')).headers['x-security-context']).toBe('Patient/l3p');
    const log = await app.call('GET', 'AuditEvent?entity=Binary/l3&subtype=read');
    expect(log.body.entry?.length).toBeGreaterThan(0);
  });

  test('keeps its content when the resource is changed', async () => {
    const [{ resource }] = (await app.call('GET', 'Binary?_id=l1')).body.entry;
    const changed = { ...resource, contentType: 'application/zip' };
    expect((await app.call('PUT', 'Binary/l1', changed)).status).toBe(200);
    const read = await raw('GET', 'Binary/l1');
    expect(read.headers['content-type']).toBe('application/zip');
    expect(read.bytes.equals(LARGE)).toBe(true);
  });

  test('is not come by through naming its content', async () => {
    const [{ resource }] = (await app.call('GET', 'Binary?_id=l1')).body.entry;
    const { id: _, ...other } = resource;
    for (const refused of [
      await app.call('POST', 'Binary', other),
      await app.call('PUT', 'Binary/thief', { ...resource, id: 'thief' }),
      await app.call('PUT', 'Binary/l2', { ...resource, id: 'l2' }),
      await app.call('PATCH', 'Binary/l2', [{ op: 'add', path: '/_data', value: resource._data }], {
        'content-type': 'application/json-patch+json',
      }),
      await app.call('POST', '', {
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [{ resource: other, request: { method: 'POST', url: 'Binary' } }],
      }),
    ]) {
      expectError(refused, 422);
      expect(refused.text).toContain('content-not-received');
    }
  });
});

describe('a range', () => {
  beforeAll(() =>
    load(app, [
      { resourceType: 'Binary', id: 's1', contentType: 'text/plain', data: SMALL.toString('base64') },
    ]),
  );

  test.each([
    ['bytes=0-3', 0, 4],
    ['bytes=4-', 4, 10],
    ['bytes=-3', 7, 10],
    ['bytes=8-100', 8, 10],
    ['bytes=-100', 0, 10],
  ])('%s of a small Binary is answered alone', async (range, from, to) => {
    const read = await raw('GET', 'Binary/s1', { range });
    expect(read.status).toBe(206);
    expect(read.bytes).toEqual(SMALL.subarray(from, to));
    expect(read.headers['content-range']).toBe(`bytes ${from}-${to - 1}/10`);
    expect(read.headers['content-length']).toBe(String(to - from));
  });

  test('of a large Binary is read from its place', async () => {
    const read = await raw('GET', 'Binary/l1', { range: 'bytes=1000000-1000099', 'accept-encoding': 'gzip' });
    expect(read.status).toBe(206);
    expect(read.bytes.equals(LARGE.subarray(1_000_000, 1_000_100))).toBe(true);
    expect(read.headers['content-encoding']).toBeUndefined();
    const last = await raw('GET', 'Binary/l1/_history/1', { range: 'bytes=-1' });
    expect(last.bytes).toEqual(LARGE.subarray(-1));
  });

  test.each(['bytes=10-', 'bytes=11-12', 'bytes=-0'])('%s that is not there is 416', async (range) => {
    const refused = await raw('GET', 'Binary/s1', { range });
    expect(refused.status).toBe(416);
    expect(refused.headers['content-range']).toBe('bytes */10');
    expect(refused.body.resourceType).toBe('OperationOutcome');
  });

  test.each(['bytes=0-1,4-5', 'bytes=3-1', 'lines=0-1', 'bytes=-', 'nonsense'])(
    '%s is answered with all',
    async (range) => {
      const read = await raw('GET', 'Binary/s1', { range });
      expect(read.status).toBe(200);
      expect(read.bytes).toEqual(SMALL);
    },
  );

  test('goes on only with the version it began with', async () => {
    const { headers } = await raw('GET', 'Binary/s1');
    const from = (ifRange: string) => raw('GET', 'Binary/s1', { range: 'bytes=4-', 'if-range': ifRange });
    expect((await from(headers['last-modified']!)).status).toBe(206);
    // A weak entity tag does not prove that bytes are the same. RFC 9110 §13.1.5
    expect((await from(headers.etag!)).status).toBe(200);
    expect((await from('Mon, 01 Jan 2024 00:00:00 GMT')).status).toBe(200);
  });

  test('is not for HEAD, which says the length of all', async () => {
    for (const [id, size] of [
      ['s1', 10],
      ['l1', LARGE.length],
    ] as const) {
      const head = await raw('HEAD', `Binary/${id}`, { range: 'bytes=0-1' });
      expect(head.status).toBe(200);
      expect(head.headers['content-length']).toBe(String(size));
      expect(head.bytes).toHaveLength(0);
    }
  });
});

describe('what is not stored leaves nothing', () => {
  test.each<[string, () => Promise<{ status: number }>, number]>([
    ['more than is allowed, as declared', () => put('n1', Buffer.alloc(2 * MB + 1)), 413],
    ['more than is allowed, in pieces', () => put('n1', Readable.from([LARGE, LARGE, LARGE])), 413],
    ['another version than was meant', () => put('l1', LARGE, { 'if-match': 'W/"77"' }), 412],
    ['an id that is none', () => put('a_b', LARGE), 400],
    ['other bytes than their hash says', () => put('n1', LARGE, { 'content-digest': 'sha-256=:AAAA:' }), 400],
    ['a security context that is none', () => put('n1', LARGE, { 'x-security-context': 'nonsense 1' }), 422],
  ])('%s', async (_what, write, status) => {
    expect(await leftBy(async () => expect((await write()).status).toBe(status))).toEqual([]);
  });

  test('bytes of whom nobody knows', async () => {
    const closed = await startTestApp({ auth: 'smart' });
    try {
      const answer = await closed.app.inject({
        method: 'POST',
        url: '/fhir/Binary',
        headers: { 'content-type': 'image/png' },
        payload: LARGE,
      });
      expect(answer.statusCode).toBe(401);
      expect(await readdir(join(closed.dataDir, 'binaries')).catch(() => [])).toEqual([]);
    } finally {
      await closed.close();
    }
  });

  test('a client that hangs up', async () => {
    await app.app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.app.server.address() as AddressInfo;
    const before = await keptFiles();
    const sending = request({
      port,
      method: 'PUT',
      path: '/fhir/Binary/n2',
      headers: { 'content-type': 'image/png', 'content-length': 2 * MB },
    });
    sending.on('error', () => {});
    sending.write(LARGE);
    await vi.waitFor(async () => expect(await keptFiles()).toHaveLength(before.length + 1));
    sending.destroy();
    await vi.waitFor(async () => expect(await keptFiles()).toEqual(before));
    expectError(await app.call('GET', 'Binary/n2'), 404);
  });

  test('and is swept when its process died, while what any version has stays', async () => {
    await put('l4', LARGE);
    await put('l4', SMALL);
    const kept = new Set(await keptFiles());
    await store().put('00000000-orphan', Readable.from([SMALL]));
    expect(await sweepContents(app.database, store(), new Date())).toBe(0);
    const later = new Date(Date.now() + 25 * 3_600_000);
    expect(await sweepContents(app.database, store(), later)).toBe(1);
    expect(new Set(await keptFiles())).toEqual(kept);
    expect((await raw('GET', 'Binary/l4/_history/1')).bytes.equals(LARGE)).toBe(true);
  });
});

describe('a document', () => {
  const reference = (id: string, attachment: Json) => ({
    resourceType: 'DocumentReference',
    id,
    status: 'current',
    content: [{ attachment: { contentType: 'application/dicom', ...attachment } }],
  });
  const right = { hash: sha('sha1', LARGE), size: LARGE.length };
  const store = (attachment: Json) => app.call('PUT', 'DocumentReference/d1', reference('d1', attachment));

  test('has the hash and the size of the Binary it leads to', async () => {
    expect((await store({ url: 'Binary/l3', ...right })).status).toBe(201);
    expect((await store({ url: 'Binary/l4/_history/1', ...right })).status).toBe(200);
    expect((await store({ url: 'Binary/s1', hash: sha('sha1', SMALL), size: 10 })).status).toBe(200);
    expect((await store({ url: 'https://pacs.example/1', hash: 'AAAA', size: 1 })).status).toBe(200);
  });

  test.each<[string, Json, string]>([
    ['hash', { url: 'Binary/l3', hash: sha('sha256', LARGE) }, 'hash'],
    ['hash of an earlier version', { url: 'Binary/l4', ...right }, 'hash'],
    ['size', { url: 'Binary/l3', ...right, size: 3 }, 'size'],
  ])('is refused with the wrong %s', async (_what, attachment, element) => {
    const refused = await store(attachment);
    expectError(refused, 422);
    expect(refused.body.issue[0].expression).toEqual([`DocumentReference.content[0].attachment.${element}`]);
    expect(refused.text).toContain('document-hash-contradicts');
  });

  test('is held to what it says in whichever order the two come', async () => {
    const said = { hash: sha('sha1', LARGE) };
    const documents = ['d3', 'd4'].map((id) => reference(id, { url: `Binary/${id}`, ...said }));
    for (const each of documents)
      expect((await app.call('PUT', `DocumentReference/${each.id}`, each)).status).toBe(201);
    // The content that comes later is refused when it is another, and so is what would be written over it.
    const refused = await put('d3', SMALL, FHIR);
    expect(refused.status).toBe(422);
    expect(refused.body.issue[0].expression).toEqual(['Binary.data']);
    expect(refused.body.issue[0].diagnostics).toContain('DocumentReference/d3');
    expect((await put('d3', LARGE)).status).toBe(201);
    expect((await put('d3', SMALL)).status).toBe(422);
    // A document that is sent along says what it is now; one in error says nothing.
    const binary = {
      resourceType: 'Binary',
      id: 'd3',
      contentType: 'text/plain',
      data: SMALL.toString('base64'),
    };
    const next = reference('d3', { url: 'Binary/d3', hash: sha('sha1', SMALL), size: 10 });
    const together = await app.call('POST', '', {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [binary, next].map((resource) => ({
        resource,
        request: { method: 'PUT', url: `${resource.resourceType}/d3` },
      })),
    });
    expect(together.status).toBe(200);
    await app.call('PUT', 'DocumentReference/d4', { ...documents[1], status: 'entered-in-error' });
    expect((await put('d4', SMALL)).status).toBe(201);
  });

  test('that is stored at the same moment as its content has not another', async () => {
    for (let i = 0; i < 10; i++) {
      const said = reference(`r${i}`, { url: `Binary/r${i}`, hash: sha('sha1', LARGE) });
      const both = [put(`r${i}`, SMALL), app.call('PUT', `DocumentReference/r${i}`, said)];
      const statuses = (await Promise.all(both)).map((a) => a.status);
      expect(statuses.sort()).toEqual([201, 422]);
    }
  });

  test('is checked with a Binary of the same transaction', async () => {
    const send = (hash: string) =>
      app.call('POST', '', {
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [
          {
            fullUrl: 'urn:uuid:6f6e2d0e-8d5d-4c38-9c39-1e2f3a4b5c6d',
            resource: { resourceType: 'Binary', contentType: 'text/plain', data: SMALL.toString('base64') },
            request: { method: 'POST', url: 'Binary' },
          },
          {
            resource: reference('d2', { url: 'urn:uuid:6f6e2d0e-8d5d-4c38-9c39-1e2f3a4b5c6d', hash }),
            request: { method: 'PUT', url: 'DocumentReference/d2' },
          },
        ],
      });
    expectError(await send(right.hash), 422);
    expect((await send(sha('sha1', SMALL))).status).toBe(200);
  });
});
