/** https://hl7.org/fhir/R4/binary.html#rest */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { expectError, type Json, load, patient } from './support.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const FHIR = { accept: 'application/fhir+json' };
const BYTES = Buffer.from([0x25, 0x50, 0x44, 0x46, 0, 0xff, 0xfe, 10, 13]);

async function raw(
  method: 'GET' | 'POST' | 'PUT' | 'HEAD',
  path: string,
  headers: Json = {},
  payload?: Buffer,
) {
  const answer = await app.app.inject({ method, url: `/fhir/${path}`, headers, payload });
  return {
    status: answer.statusCode,
    headers: answer.headers as Record<string, string>,
    bytes: answer.rawPayload,
  };
}

const binary = (id: string, contentType: string, bytes: Buffer = BYTES, more: Json = {}) => ({
  resourceType: 'Binary',
  id,
  contentType,
  ...more,
  data: bytes.toString('base64'),
});

describe('reading', () => {
  test.each(['*/*', 'application/pdf', 'image/png', 'text/html,*/*;q=0.8', undefined])(
    'answers the bytes with their own type when Accept is %s',
    async (accept) => {
      await load(app, [binary('b1', 'application/pdf')]);
      const answer = await raw('GET', 'Binary/b1', accept === undefined ? {} : { accept });
      expect(answer.status).toBe(200);
      expect(answer.headers['content-type']).toBe('application/pdf');
      expect(answer.bytes).toEqual(BYTES);
      expect(answer.headers.etag).toMatch(/^W\/"\d+"$/);
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
    },
  );

  test.each([
    'application/fhir+json',
    'application/json',
    'application/fhir+json;fhirVersion=4.0, */*;q=0.1',
  ])('answers the resource when Accept is %s', async (accept) => {
    const answer = await app.call('GET', 'Binary/b1', undefined, { accept });
    expect(answer.headers['content-type']).toContain(accept.split(/[;,]/)[0]);
    expect(answer.body).toMatchObject({ resourceType: 'Binary', data: BYTES.toString('base64') });
  });

  test('answers the resource for _format=json, and 406 for FHIR in XML', async () => {
    expect((await app.call('GET', 'Binary/b1?_format=json')).body.id).toBe('b1');
    expectError(await app.call('GET', 'Binary/b1', undefined, { accept: 'application/fhir+xml' }), 406);
    expectError(await app.call('GET', 'Binary/b1?_format=xml'), 406);
  });

  test('answers 404, 410 and 304 like any read', async () => {
    expectError(await app.call('GET', 'Binary/never'), 404);
    await load(app, [binary('b2', 'text/plain')]);
    const { etag } = (await raw('GET', 'Binary/b2')).headers;
    expect((await raw('GET', 'Binary/b2', { 'if-none-match': etag })).status).toBe(304);
    await app.call('DELETE', 'Binary/b2');
    expectError(await app.call('GET', 'Binary/b2'), 410);
  });

  test('answers a version as the current one: Location leads there', async () => {
    await load(app, [binary('v1', 'application/pdf')]);
    await load(app, [binary('v1', 'text/plain', Buffer.from('later'))]);
    const first = await raw('GET', 'Binary/v1/_history/1', { accept: 'application/pdf' });
    expect(first.status).toBe(200);
    expect(first.headers['content-type']).toBe('application/pdf');
    expect(first.headers.etag).toBe('W/"1"');
    expect(first.bytes).toEqual(BYTES);
    expect((await raw('GET', 'Binary/v1/_history/2')).bytes.toString()).toBe('later');
    const inFhir = await app.call('GET', 'Binary/v1/_history/1', undefined, FHIR);
    expect(inFhir.body).toMatchObject({ resourceType: 'Binary', contentType: 'application/pdf' });
    expectError(
      await app.call('GET', 'Binary/v1/_history/1', undefined, { accept: 'application/fhir+xml' }),
      406,
    );
  });

  test('leaves search and history in FHIR', async () => {
    expect((await app.call('GET', 'Binary?_id=b1')).body.resourceType).toBe('Bundle');
    expect((await app.call('GET', 'Binary/b1/_history')).body.resourceType).toBe('Bundle');
    expect((await app.call('GET', 'Binary/_history')).body.resourceType).toBe('Bundle');
    expect((await app.call('GET', 'Binary/$meta')).body.resourceType).toBe('Parameters');
  });
});

describe('what a browser would run', () => {
  const script = Buffer.from('<script>alert(1)</script>');
  test.each([
    'text/html',
    'TEXT/HTML; charset=utf-8',
    'application/xhtml+xml',
    'image/svg+xml',
    'text/xml',
    'application/xml',
    'text/javascript',
    'application/octet-stream',
    'multipart/x-mixed-replace',
  ])('is a download without rights: %s', async (type) => {
    await load(app, [binary('x1', type, script)]);
    const answer = await raw('GET', 'Binary/x1');
    expect(answer.bytes).toEqual(script);
    expect(answer.headers['content-disposition']).toBe('attachment');
    expect(answer.headers['content-security-policy']).toContain('sandbox');
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
  });

  test.each(['image/png', 'application/pdf', 'text/plain; charset=utf-8'])('is not %s', async (type) => {
    await load(app, [binary('x2', type)]);
    expect((await raw('GET', 'Binary/x2')).headers['content-disposition']).toBeUndefined();
  });

  test.each(['text/html,text/plain', 'nonsense', 'image/png/svg'])(
    'is not stored by a type that is none: %j',
    async (type) => {
      expect((await app.call('PUT', 'Binary/x3', binary('x3', type, script))).status).toBe(422);
    },
  );

  test.each(['text/plain;x="\u00e9"'])('does not come by a type that is none: %j', async (type) => {
    await load(app, [binary('x3', type, script)]);
    const answer = await raw('GET', 'Binary/x3');
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/octet-stream');
    expect(answer.headers['content-disposition']).toBe('attachment');
  });
});

describe('writing bytes', () => {
  test('stores a Binary with their type and its security context', async () => {
    await load(app, [patient('ctx')]);
    const headers = { 'content-type': 'application/pdf', 'x-security-context': 'Patient/ctx' };
    const created = await raw('POST', 'Binary', headers, BYTES);
    expect(created.status).toBe(201);
    const id = /Binary\/([^/]+)\/_history\/1$/.exec(created.headers.location!)?.[1];
    const resource = await app.call('GET', `Binary/${id}`, undefined, FHIR);
    expect(resource.body).toMatchObject({
      contentType: 'application/pdf',
      securityContext: { reference: 'Patient/ctx' },
      data: BYTES.toString('base64'),
    });
    const read = await raw('GET', `Binary/${id}`);
    expect(read.bytes).toEqual(BYTES);
    expect(read.headers['x-security-context']).toBe('Patient/ctx');
  });

  test('by PUT makes versions under the id of the address, with If-Match', async () => {
    const headers = { 'content-type': 'text/plain' };
    expect((await raw('PUT', 'Binary/w1', headers, BYTES)).status).toBe(201);
    expect((await raw('PUT', 'Binary/w1', headers, Buffer.from('second'))).status).toBe(200);
    expect((await raw('GET', 'Binary/w1')).bytes.toString()).toBe('second');
    expect((await raw('PUT', 'Binary/w1', { ...headers, 'if-match': 'W/"1"' }, BYTES)).status).toBe(412);
    expect((await raw('PUT', 'Binary/a_b', headers, BYTES)).status).toBe(400);
  });

  test('takes FHIR JSON as the resource it is', async () => {
    expect((await app.call('PUT', 'Binary/w2', binary('w2', 'text/plain'))).status).toBe(201);
    expect((await raw('GET', 'Binary/w2')).bytes).toEqual(BYTES);
    expectError(await app.call('POST', 'Binary', patient('w3')), 400);
  });

  test.each([
    ['FHIR in XML', 'application/fhir+xml', BYTES, 415],
    ['nothing', 'application/pdf', Buffer.of(), 400],
    ['a type that is none', 'pdf', BYTES, 415],
  ])('refuses %s', async (_what, type, bytes, status) => {
    expect((await raw('POST', 'Binary', { 'content-type': type }, bytes)).status).toBe(status);
  });

  test('holds for Binary alone', async () => {
    expect((await raw('POST', 'Patient', { 'content-type': 'application/pdf' }, BYTES)).status).toBe(415);
  });
});
