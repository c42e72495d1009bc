/** Formats, methods and headers. https://hl7.org/fhir/R4/http.html#mime-type, #general, #custom-headers */
import { brotliCompressSync, deflateSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { bundle, expectError, type Json, load, observation, patient } from './support.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
  await load(app, [
    patient('n', { gender: 'male' }),
    observation('o', { subject: { reference: 'Patient/n' } }),
  ]);
});
afterAll(() => app.close());

async function send(encoding: string | undefined, payload: Buffer) {
  const response = await app.app.inject({
    method: 'PUT',
    url: '/fhir/Patient/packed',
    headers: {
      'content-type': 'application/fhir+json',
      ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
    },
    payload,
  });
  const { body, headers } = response;
  return {
    status: response.statusCode,
    headers: headers as Record<string, string>,
    text: body,
    body: JSON.parse(body) as Json,
  };
}

describe('the format of an answer', () => {
  test.each([
    ['application/json', 'application/json; charset=utf-8'],
    ['text/json', 'text/json; charset=utf-8'],
    ['application/fhir+json', 'application/fhir+json; charset=utf-8'],
    ['application/json, application/fhir+json', 'application/json; charset=utf-8'],
    ['application/json;q=0.5, application/fhir+json', 'application/fhir+json; charset=utf-8'],
    ['application/fhir+xml, application/json;q=0.1', 'application/json; charset=utf-8'],
    ['text/html, */*;q=0.1', 'application/fhir+json; charset=utf-8'],
    ['application/fhir+json; fhirVersion=4.0', 'application/fhir+json; charset=utf-8'],
  ])('for Accept: %s is %s, of errors too', async (accept, type) => {
    for (const path of ['Patient/n', 'Patient?gender=male', 'metadata', 'Patient/none']) {
      const answer = await app.call('GET', path, undefined, { accept });
      expect(answer.headers['content-type'], path).toBe(type);
    }
  });

  test.each([
    'json',
    'JSON',
    ' json',
    'text/json',
    'application/json',
    'application/fhir+json',
    'application/fhir%2Bjson',
  ])('for _format=%s is JSON, whatever Accept says', async (format) => {
    for (const path of ['Patient/n', 'Patient', 'Patient/n/_history', 'metadata', 'Patient/n/$meta']) {
      const answer = await app.call('GET', `${path}?_format=${format}`, undefined, { accept: 'text/turtle' });
      expect(answer.status, path).toBe(200);
      expect(answer.headers['content-type']).toMatch(/^application\/fhir\+json/);
    }
  });

  test.each(['xml', 'text/xml', 'application/xml', 'application/fhir+xml', 'ttl', 'html', 'nonsense'])(
    'cannot be _format=%s: 406',
    async (format) => {
      for (const path of ['Patient/n', 'Patient', 'Patient/n/_history', 'metadata', 'Patient/n/$meta']) {
        expectError(await app.call('GET', `${path}?_format=${format}`), 406, { expression: '_format' });
      }
    },
  );

  test('is indented with _pretty=true alone', async () => {
    for (const path of ['Patient/n', 'Patient', 'metadata', 'Patient/n/_history', 'Patient/n/$meta']) {
      expect((await app.call('GET', `${path}?_pretty=true`)).text, path).toContain('\n  "');
      expect((await app.call('GET', `${path}?_pretty=false`)).text, path).not.toContain('\n');
    }
    expect((await app.call('GET', 'Patient/n?x_pretty=true')).text).not.toContain('\n');
  });
});

describe('HEAD', () => {
  test.each([
    'Patient/n',
    'Patient/n/_history/1',
    'Patient/n/_history',
    'Patient/_history',
    'Patient?gender=male',
    'Patient/n/Observation',
    'Patient/n/$meta',
    'metadata',
    '.well-known/smart-configuration',
    'Patient/none',
    'Patient?nonsense=1',
  ])('answers as GET does, without a body: %s', async (path) => {
    const [get, head] = [await app.call('GET', path), await app.call('HEAD', path)];
    expect(head.status).toBe(get.status);
    expect(head.text).toBe('');
    for (const name of ['content-type', 'content-length', 'etag', 'last-modified']) {
      expect(head.headers[name], name).toBe(get.headers[name]);
    }
  });
});

describe('OPTIONS', () => {
  test('of a browser allows every method and the headers it asks for', async () => {
    const answer = await app.call('OPTIONS', 'Patient/n', undefined, {
      origin: 'https://app.example',
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'authorization,content-type,if-match,prefer',
    });
    expect(answer.status).toBe(204);
    expect(answer.headers['access-control-allow-origin']).toBe('*');
    expect(answer.headers['access-control-allow-methods']).toContain('PUT');
    expect(answer.headers['access-control-allow-headers']).toContain('if-match');
    expect(Number(answer.headers['access-control-max-age'])).toBeGreaterThan(0);
  });

  test.each([
    ['', 'GET, HEAD, POST, OPTIONS'],
    ['metadata', 'GET, HEAD, OPTIONS'],
    ['Patient', 'POST, PUT, PATCH, DELETE, GET, HEAD, OPTIONS'],
    ['Patient/n', 'GET, HEAD, PUT, PATCH, DELETE, OPTIONS'],
    ['Patient/n/_history/1', 'GET, HEAD, OPTIONS'],
    ['Patient/_search', 'POST, OPTIONS'],
    ['Patient/n/$meta-add', 'POST, OPTIONS'],
  ])('says what can be done at /%s', async (path, allow) => {
    const answer = await app.call('OPTIONS', path);
    expect(answer.status).toBe(204);
    expect(answer.headers.allow).toBe(allow);
  });

  test('scripts may read the headers that FHIR uses', async () => {
    const { headers } = await app.call('GET', 'Patient/n', undefined, { origin: 'https://app.example' });
    for (const name of ['ETag', 'Location', 'Content-Location', 'Last-Modified', 'X-Request-Id']) {
      expect(headers['access-control-expose-headers']).toContain(name);
    }
  });
});

test.each([
  ['PUT', 'metadata', 'GET, HEAD'],
  ['POST', 'Patient/n/_history', 'GET, HEAD'],
  ['DELETE', 'Patient/n/_history/1', 'GET, HEAD'],
  ['DELETE', 'Patient/n/_history', 'GET, HEAD'],
  ['DELETE', 'Patient/_history', 'GET, HEAD'],
  ['PUT', 'Patient/_history', 'GET, HEAD'],
  ['PATCH', 'Patient/_history', 'GET, HEAD'],
  ['DELETE', 'Patient/_search', 'POST'],
  ['POST', '_history', 'GET, HEAD'],
  ['PUT', 'Patient/n/Observation', 'GET, HEAD'],
  ['DELETE', 'Patient/n/$meta', 'GET, HEAD, POST'],
  ['GET', 'Patient/n/$meta-add', 'POST'],
] as const)('%s /%s is 405 with Allow: %s', async (method, path, allow) => {
  const answer = await app.call(method, path, method === 'GET' || method === 'DELETE' ? undefined : {});
  expectError(answer, 405);
  expect(answer.headers.allow).toBe(allow);
});

test('nothing keeps what is answered about patients; what anybody may see is asked about again', async () => {
  await app.call('PUT', 'Patient/n', patient('n'));
  for (const path of [
    'Patient/n',
    'Patient',
    'Patient/n/_history',
    'Patient/none',
    'Patient/n/$everything',
  ]) {
    expect((await app.call('GET', path)).headers['cache-control'], path).toBe('no-store');
  }
  expect((await app.call('POST', '', bundle('batch', []))).headers['cache-control']).toBe('no-store');
  for (const path of ['metadata', '.well-known/smart-configuration']) {
    expect((await app.call('GET', path)).headers['cache-control'], path).toBe('no-cache');
  }
});

describe('a body', () => {
  const text = JSON.stringify(patient('packed', { gender: 'female' }));

  test.each([
    ['gzip', gzipSync(text)],
    ['br', brotliCompressSync(text)],
    ['deflate', deflateSync(text)],
    ['identity', Buffer.from(text)],
    [undefined, Buffer.from(text)],
  ])('may come with Content-Encoding %s', async (encoding, payload) => {
    const answer = await send(encoding, payload);
    expect([200, 201], answer.text).toContain(answer.status);
    expect(answer.body.gender).toBe('female');
  });

  test.each([
    ['gzip', Buffer.from(text)],
    ['br', Buffer.from('nonsense')],
    ['gzip', gzipSync(text).subarray(0, 30)],
  ])('that is no %s is refused', async (encoding, payload) => {
    expectError(await send(encoding, payload), 400, { expression: 'Content-Encoding' });
  });

  test('in another encoding is refused', async () => {
    expectError(await send('compress', Buffer.from(text)), 415, { expression: 'Content-Encoding' });
  });

  test('may not unpack to more than 50 MB', async () => {
    expectError(await send('gzip', gzipSync(Buffer.alloc(60 * 1024 * 1024, ' '))), 413);
  });

  test.each(['text/plain', 'application/json', 'multipart/form-data; boundary=x'])(
    'of a search is a form, not %s',
    async (type) => {
      const answer = await app.call('POST', 'Patient/_search', 'gender=male', { 'content-type': type });
      expectError(answer, 415, { expression: 'Content-Type' });
    },
  );
});

test('large answers are packed as the client asks, small ones are not', async () => {
  const response = await app.app.inject({ url: '/fhir/metadata', headers: { 'accept-encoding': 'gzip' } });
  expect(response.headers['content-encoding']).toBe('gzip');
  expect(response.headers.vary).toMatch(/accept-encoding/i);
  expect(JSON.parse(gunzipSync(response.rawPayload).toString()).resourceType).toBe('CapabilityStatement');
  const small = await app.app.inject({ url: '/fhir/Patient/n', headers: { 'accept-encoding': 'gzip, br' } });
  expect(small.headers['content-encoding']).toBeUndefined();
});

test('the CapabilityStatement has an ETag, and is not sent again to whoever has it', async () => {
  const { headers } = await app.call('GET', 'metadata');
  expect(headers.etag).toMatch(/^W\/"[0-9a-f]+"$/);
  expect(Date.parse(headers['last-modified']!)).not.toBeNaN();
  const again = await app.call('GET', 'metadata', undefined, { 'if-none-match': headers.etag! });
  expect([again.status, again.text]).toEqual([304, '']);
  expect((await app.call('GET', 'metadata', undefined, { 'if-none-match': 'W/"other"' })).status).toBe(200);
  for (const mode of ['full', 'normative']) {
    expect((await app.call('GET', `metadata?mode=${mode}`)).body.resourceType).toBe('CapabilityStatement');
  }
});

test('X-Request-Id is taken when it is an id; else it is answered as X-Correlation-Id', async () => {
  const taken = await app.call('GET', 'Patient/n', undefined, { 'x-request-id': 'abc-1' });
  expect(taken.headers['x-request-id']).toBe('abc-1');
  expect(taken.headers['x-correlation-id']).toBeUndefined();
  const other = await app.call('OPTIONS', 'Patient/n', undefined, { 'x-request-id': 'two words' });
  expect(other.headers['x-request-id']).toMatch(/^[\w-]{8,}$/);
  expect(other.headers['x-correlation-id']).toBe('two words');
});

describe('conditions on versions', () => {
  test('If-Match takes weak and strong tags, several, and *', async () => {
    let version = 0;
    await load(app, [patient('c')]);
    version = 1;
    for (const tag of [
      (v: number) => `W/"${v}"`,
      (v: number) => `"${v}"`,
      (v: number) => `"x", W/"${v}"`,
      () => '*',
    ]) {
      const answer = await app.call('PUT', 'Patient/c', patient('c'), { 'if-match': tag(version) });
      expect(answer.status, answer.text).toBe(200);
      version++;
    }
    const patch = [{ op: 'add', path: '/active', value: true }];
    const type = { 'content-type': 'application/json-patch+json' };
    expectError(await app.call('PATCH', 'Patient/c', patch, { ...type, 'if-match': 'W/"1"' }), 412);
    expect(
      (await app.call('PATCH', 'Patient/c', patch, { ...type, 'if-match': `W/"${version}"` })).status,
    ).toBe(200);
    expectError(await app.call('DELETE', 'Patient/c', undefined, { 'if-match': 'W/"1"' }), 412);
    expect((await app.call('DELETE', 'Patient/c', undefined, { 'if-match': '*' })).status).toBe(204);
  });

  test('If-Match of what is not there is 412, and of what is no tag 400', async () => {
    for (const tag of ['*', 'W/"1"']) {
      expectError(await app.call('PUT', 'Patient/absent', patient('absent'), { 'if-match': tag }), 412);
      expectError(await app.call('DELETE', 'Patient/absent', undefined, { 'if-match': tag }), 412);
    }
    expectError(await app.call('PUT', 'Patient/n', patient('n'), { 'if-match': 'W/"abc"' }), 412);
    for (const tag of ['abc', 'W/1', '"1', '1"', 'W/"1" x', ',']) {
      const answer = await app.call('PUT', 'Patient/n', patient('n'), { 'if-match': tag });
      expectError(answer, 400, { expression: 'If-Match' });
    }
  });

  test('a conditional delete with If-Match deletes nothing when a match has another version', async () => {
    const identifier = [{ system: 'urn:im', value: '1' }];
    await load(app, [patient('im1', { identifier }), patient('im2', { identifier })]);
    await load(app, [patient('im2', { identifier })]);
    const url = 'Patient?identifier=urn:im|1';
    expectError(await app.call('DELETE', url, undefined, { 'if-match': 'W/"1"' }), 412);
    expect((await app.call('GET', `${url}&_summary=count`)).body.total).toBe(2);
  });

  test('a read is 304 for *, for a list with its version, and for versions too; with its headers', async () => {
    await load(app, [patient('r')]);
    for (const path of ['Patient/r', 'Patient/r/_history/1']) {
      for (const tag of ['*', 'W/"9", W/"1"', '"1"']) {
        const answer = await app.call('GET', path, undefined, { 'if-none-match': tag });
        expect([answer.status, answer.text, answer.headers.etag]).toEqual([304, '', 'W/"1"']);
        expect(answer.headers['last-modified']).toBeDefined();
      }
    }
  });
});

test('_summary and _elements cut down versions and histories too, and count is refused there', async () => {
  const version = await app.call('GET', 'Patient/n/_history/1?_elements=active');
  expect(version.body.gender).toBeUndefined();
  expect(version.body.meta.tag[0].code).toBe('SUBSETTED');
  const { body } = await app.call('GET', 'Patient/n/_history?_summary=text');
  expect(body.entry[0].resource.gender).toBeUndefined();
  for (const path of ['Patient/n', 'Patient/n/_history/1', 'Patient/n/_history']) {
    const refused = await app.call('GET', `${path}?_summary=count`);
    expectError(refused, 400, { expression: '_summary' });
    expect(refused.headers.etag).toBeUndefined();
  }
});
