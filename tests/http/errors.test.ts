/** What cannot be done is refused with an OperationOutcome that says why and where; never with a 500. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { bundle, expectError, find, type Json, patient } from './support.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

/** Sends bytes that are no text. */
async function sendBytes(bytes: Buffer, contentType = 'application/fhir+json') {
  const response = await app.app.inject({
    method: 'POST',
    url: '/fhir/Patient',
    headers: { 'content-type': contentType },
    payload: bytes,
  });
  return {
    status: response.statusCode,
    headers: response.headers as Record<string, string>,
    text: response.body,
    body: response.json(),
  };
}

test.each([
  ['text that is no JSON', 'hello'],
  ['truncated JSON', '{"resourceType":"Patient","name":[{"text":"张'],
  ['a comma too many', '{"resourceType":"Patient",}'],
  ['an empty body', ''],
  ['white space', '  \n'],
  ['an array', '[{"resourceType":"Patient"}]'],
  ['null', 'null'],
  ['a number', '1'],
  ['a string', '"Patient"'],
  ['an object without resourceType', '{"active":true}'],
  ['a resourceType that is a number', '{"resourceType":1}'],
  ['another resourceType', '{"resourceType":"Observation","status":"final","code":{"text":"x"}}'],
  ['a resourceType in another case', '{"resourceType":"patient"}'],
  ['an element twice', '{"resourceType":"Patient","gender":"male","gender":"female"}'],
  ['two resources', '{"resourceType":"Patient"}{"resourceType":"Patient"}'],
  ['NUL in a text', '{"resourceType":"Patient","name":[{"text":"a\\u0000b"}]}'],
  ['half of a surrogate pair', '{"resourceType":"Patient","name":[{"text":"a\\ud83d"}]}'],
  ['a surrogate pair the wrong way round', '{"resourceType":"Patient","name":[{"text":"\\ude00\\ud83d"}]}'],
  ['a number with leading zeros', '{"resourceType":"Patient","multipleBirthInteger":007}'],
])('refuses %s with 400', async (_what, text) => {
  expectError(await app.call('POST', 'Patient', text), 400);
});

test('says at which line and column the JSON ends to be JSON', async () => {
  const outcome = expectError(
    await app.call('POST', 'Patient', '{\n  "resourceType": "Patient",\n  x }'),
    400,
  );
  expect(outcome.issue[0].diagnostics).toContain('line 3, column 3');
});

test.each([
  ['an unknown element', { foo: 1 }, 400, 'Patient.foo'],
  ['an unknown element inside', { name: [{ first: 'x' }] }, 400, 'Patient.name[0].first'],
  ['a wrong code', { gender: 'm' }, 422, 'Patient.gender'],
  ['a wrong date', { birthDate: '1980-02-30' }, 422, 'Patient.birthDate'],
  ['an object in place of an array', { name: { text: 'x' } }, 400, 'Patient.name'],
  ['an array in place of a value', { gender: ['male'] }, 400, 'Patient.gender'],
  ['a text in place of a boolean', { active: 'true' }, 422, 'Patient.active'],
  ['an empty object', { name: [{}] }, 400, 'Patient.name[0]'],
  ['meta that is text', { meta: 'x' }, 400, 'Patient.meta'],
])('refuses %s and names the element', async (_what, more, status, expression) => {
  const answer = await app.call('POST', 'Patient', { resourceType: 'Patient', ...more });
  expectError(answer, status, { expression });
});

test('names every problem of a resource at once', async () => {
  const answer = await app.call('POST', 'Patient', {
    resourceType: 'Patient',
    gender: 'm',
    birthDate: 'soon',
    contact: [{ gender: 'x' }],
  });
  const expressions = answer.body.issue.flatMap((i: Json) => i.expression);
  expect(expressions).toEqual(
    expect.arrayContaining(['Patient.gender', 'Patient.birthDate', 'Patient.contact[0].gender']),
  );
});

test.each([
  'application/fhir+xml',
  'application/xml',
  'text/xml',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/fhir+json; charset=gbk',
  'application/fhir+json; fhirVersion=3.0',
  'nonsense',
])('refuses a body of type %s with 415', async (type) => {
  const answer = await app.call('POST', 'Patient', '{"resourceType":"Patient"}', { 'content-type': type });
  expectError(answer, 415);
});

test.each([
  'application/fhir+json',
  'application/json',
  'application/fhir+json; charset=UTF-8',
  'application/fhir+json;fhirVersion=4.0',
  'APPLICATION/JSON',
])('takes a body of type %s', async (type) => {
  const answer = await app.call('POST', 'Patient', '{"resourceType":"Patient"}', { 'content-type': type });
  expect(answer.status, answer.text).toBe(201);
});

test.each([
  'application/fhir+xml',
  'text/xml',
  'application/pdf',
  'application/fhir+json;fhirVersion=5.0',
  'application/fhir+json;q=0',
])('refuses Accept: %s with 406', async (accept) => {
  expectError(await app.call('GET', 'Patient', undefined, { accept }), 406);
  expectError(await app.call('GET', 'metadata', undefined, { accept }), 406);
});

test.each(['xml', 'application/fhir%2Bxml', 'ttl'])('refuses _format=%s with 406', async (format) => {
  expectError(await app.call('GET', `Patient?_format=${format}`), 406, { expression: '_format' });
});

test.each([
  '*/*',
  'application/*',
  'application/fhir+xml, application/fhir+json;q=0.5',
  'text/html,*/*;q=0.1',
  '',
])('serves Accept: %j as JSON', async (accept) => {
  const answer = await app.call('GET', 'Patient', undefined, { accept });
  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toMatch(/^application\/fhir\+json/);
});

test('stores nothing of a request that it cannot answer in the wanted format', async () => {
  const answer = await app.call('PUT', 'Patient/unseen', patient('unseen'), {
    accept: 'application/fhir+xml',
  });
  expectError(answer, 406);
  expectError(await app.call('GET', 'Patient/unseen'), 404);
});

test('refuses GBK bytes with 400 and says so', async () => {
  const gbk = Buffer.concat([
    Buffer.from('{"resourceType":"Patient","name":[{"text":"'),
    Buffer.from([0xd5, 0xc5, 0xc8, 0xfd]), // 张三
    Buffer.from('"}]}'),
  ]);
  const outcome = expectError(await sendBytes(gbk), 400);
  expect(outcome.issue[0].diagnostics).toMatch(/UTF-8/);
});

test.each([
  ['UTF-16', Buffer.from('\ufeff{"resourceType":"Patient"}', 'utf16le')],
  ['half a character', Buffer.from([...Buffer.from('{"resourceType":"Patient","language":"'), 0xe5, 0xbc])],
  ['an overlong character', Buffer.from([0x7b, 0xc0, 0xaf, 0x7d])],
  ['a NUL byte', Buffer.from('{"resourceType":"Patient",\0"active":true}')],
  ['nothing but NUL', Buffer.alloc(1000)],
])('refuses %s with 400', async (_what, bytes) => {
  expectError(await sendBytes(bytes), 400);
});

test.each([
  ['arrays', `${'['.repeat(5000)}${']'.repeat(5000)}`],
  ['objects', `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`],
  [
    'extensions',
    `{"resourceType":"Patient","extension":${'[{"url":"u","extension":'.repeat(2500)}[]${'}]'.repeat(2500)}}`,
  ],
  ['unclosed brackets', '['.repeat(1_000_000)],
])('refuses %s nested 5,000 deep with 400', async (_what, text) => {
  expectError(await app.call('POST', 'Patient', text), 400);
});

test('refuses a body over 50 MB with 413', async () => {
  const text = `{"resourceType":"Patient","language":"${'x'.repeat(50 * 1024 * 1024)}"}`;
  expectError(await app.call('POST', 'Patient', text), 413);
});

test.each(['Nope', 'patient', 'PATIENT', 'Resource', 'DomainResource', 'HumanName', 'Patient1', '张三'])(
  'answers 404 for the type %s',
  async (type) => {
    const path = encodeURIComponent(type);
    expectError(await app.call('GET', path), 404, { code: 'not-supported' });
    expectError(await app.call('GET', `${path}/1`), 404);
    expectError(await app.call('POST', path, { resourceType: type }), 404);
    expectError(await app.call('GET', `Patient/1/${path}`), 404);
  },
);

test.each([
  'Patient/%24nothing',
  'Patient/$nothing',
  '$nothing',
  '%24nothing',
  'Patient/1/%24nothing',
  'Patient/1/$nothing',
])('answers 404 for the unknown operation %s', async (path) => {
  expectError(await app.call('GET', path), 404);
  expectError(await app.call('POST', path, { resourceType: 'Parameters' }), 404);
});

test.each([
  'Patient/%zz',
  'Patient/%',
  '%E5%BC',
  'Patient/%ff',
  'Patient/a%00b',
  '%00',
  'Patient/%00/_history',
  'Patient/%00/_history/1',
  'Patient/1/%00',
])('answers 4xx for the malformed address %s', async (path) => {
  for (const method of ['GET', 'PUT', 'DELETE'] as const) {
    const answer = await app.call(method, path, method === 'PUT' ? patient('1') : undefined);
    expect(answer.status, method).toBeGreaterThanOrEqual(400);
    expect(answer.status, method).toBeLessThan(500);
    expect(answer.body.resourceType).toBe('OperationOutcome');
  }
});

test.each([
  ['POST', 'Patient/1'],
  ['PUT', ''],
  ['DELETE', ''],
  ['PATCH', ''],
] as const)('answers 405 with Allow for %s /%s', async (method, path) => {
  const answer = await app.call(method, path, method === 'DELETE' ? undefined : patient('1'));
  expectError(answer, 405);
  expect(answer.headers.allow).toMatch(/[A-Z]/);
  expect(answer.headers.allow).not.toContain(method);
});

test.each(['Patient/1/_history/1/x', 'Patient/1/2/3', 'Patient/1/_unknown', 'a/b/c/d/e'])(
  'answers 404 for %s',
  async (path) => {
    expectError(await app.call('GET', path), 404);
  },
);

test('answers 400 with the list of parameters for an unknown one', async () => {
  const answer = await app.call('GET', 'Patient?nmae=x');
  const outcome = expectError(answer, 400, { code: 'not-supported', expression: 'nmae' });
  for (const known of ['birthdate', 'identifier', '_lastUpdated', '_id', 'family']) {
    expect(outcome.issue[0].diagnostics).toContain(known);
  }
});

test('ignores an unknown parameter with handling=lenient, and says so beside the matches', async () => {
  await app.call('PUT', 'Patient/lenient', patient('lenient', { gender: 'male' }));
  const answer = await app.call('GET', 'Patient?nmae=x&gender=male', undefined, {
    prefer: 'handling=lenient',
  });
  expect(answer.status).toBe(200);
  const [match, outcome] = answer.body.entry;
  expect(match.resource.id).toBe('lenient');
  expect(outcome.search.mode).toBe('outcome');
  expect(outcome.resource.issue).toEqual([
    expect.objectContaining({ severity: 'warning', expression: ['nmae'] }),
  ]);
  const self = answer.body.link.find((l: Json) => l.relation === 'self').url;
  expect(self).toContain('gender=male');
  expect(self).not.toContain('nmae');
});

test('refuses an unknown parameter with handling=strict', async () => {
  const answer = await app.call('GET', 'Patient?nmae=x', undefined, { prefer: 'handling=strict' });
  expectError(answer, 400);
});

test.each([
  ['zh-CN', /[\u4e00-\u9fff]/],
  ['zh-CN,zh;q=0.9,en;q=0.8', /[\u4e00-\u9fff]/],
  ['zh', /[\u4e00-\u9fff]/],
  ['en;q=0.1, zh-Hans;q=0.9', /[\u4e00-\u9fff]/],
  ['en', /^[^\u4e00-\u9fff]+$/],
  ['en-US,en;q=0.9,zh;q=0.1', /^[^\u4e00-\u9fff]+$/],
  ['fr', /^[^\u4e00-\u9fff]+$/],
  ['zh;q=0, en', /^[^\u4e00-\u9fff]+$/],
  [';;,,q=', /^[^\u4e00-\u9fff]+$/],
])('speaks the language of Accept-Language: %s', async (language, letters) => {
  for (const path of ['Patient/none', 'Patient?nmae=x', 'Nope', 'Patient?birthdate=x']) {
    const answer = await app.call('GET', path, undefined, { 'accept-language': language });
    expect(answer.body.issue[0].diagnostics).toMatch(letters);
    expect(answer.body.issue[0].details.text).toMatch(letters);
  }
});

test('answers with the id of the request, and takes the one it was sent', async () => {
  expect((await app.call('GET', 'Patient/none')).headers['x-request-id']).toMatch(/^[\w-]{8,}$/);
  const answer = await app.call('GET', 'Patient/none', undefined, { 'x-request-id': 'mine-1' });
  expect(answer.headers['x-request-id']).toBe('mine-1');
});

test('refuses NUL wherever a search can carry it', async () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  expectError(await app.call('GET', 'Patient?name=%00'), 400);
  expectError(await app.call('GET', 'Patient?%00=x'), 400);
  expectError(await app.call('POST', 'Patient/_search', 'name=%00', form), 400);
  expectError(await app.call('PUT', 'Patient?identifier=%00', { resourceType: 'Patient' }), 400);
  expectError(await app.call('DELETE', 'Patient?identifier=%00'), 400);
  const urls = ['Patient?name=%00', 'Patient/\u0000', 'Patient?name=\u0000', 'Patient/%00'];
  const answer = await app.call(
    'POST',
    '',
    bundle(
      'batch',
      urls.map((url) => ({ request: { method: 'GET', url } })),
    ),
  );
  for (const e of answer.body.entry ?? []) expect(e.response.status).toMatch(/^4/);
  expect(answer.status).toBeLessThan(500);
});

test('refuses a query that is no percent-encoded UTF-8, wherever one is, rather than to look for something else', async () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const gbk = 'name=%D5%C5%C8%FD'; // 张三
  for (const query of [gbk, 'name=%', 'name=%zz', 'name=%ED%A0%80', '%ff=x']) {
    const outcome = expectError(await app.call('GET', `Patient?${query}`), 400);
    expect(outcome.issue[0].diagnostics).toMatch(/UTF-8/);
    expectError(await app.call('POST', 'Patient/_search', query, form), 400);
    expectError(await app.call('DELETE', `Patient?${query}`), 400);
    expectError(await app.call('POST', 'Patient', patient('x'), { 'if-none-exist': query }), 400);
    const request = { method: 'GET', url: `Patient?${query}` };
    const answer = await app.call('POST', '', bundle('batch', [{ request }]));
    expect(answer.body.entry[0].response.status).toMatch(/^400/);
    expectError(await app.call('POST', '', bundle('transaction', [{ request }])), 400);
  }
  expect((await app.call('GET', 'Patient?name=100%25')).status).toBe(200);
  expect((await app.call('GET', 'Patient?name=%E5%BC%A0')).status).toBe(200);
});

test('refuses made-up page links of every sort', async () => {
  const values = ['abc', '', '\u0000', null, 1.5, 1e300, '9'.repeat(30), {}, [], true, '2024-01-01'];
  for (const sort of ['_id', '_lastUpdated', 'birthdate', 'family', '-family', 'family,-_id']) {
    const fields = sort.split(',').length;
    for (const value of values) {
      for (const key of ['1', 1, 'x', null]) {
        const cursor = Buffer.from(JSON.stringify([...Array(fields).fill(value), key])).toString('base64url');
        const answer = await app.call('GET', `Patient?_sort=${sort}&_cursor=${cursor}`);
        expect([200, 400], `${sort} ${JSON.stringify(value)} ${key}: ${answer.text}`).toContain(
          answer.status,
        );
      }
    }
  }
  expectError(await app.call('GET', 'Patient?_cursor=%00'), 400);
  expectError(await app.call('GET', 'Patient?_cursor=bm9wZQ'), 400, { expression: '_cursor' });
});

test('survives nasty query strings', async () => {
  const nasty = [
    'name=%zz',
    'name=%',
    'name=%ff',
    'name=&name=',
    '=x',
    '&&&',
    '?',
    'name=\\',
    'name=\\,',
    'name=%ED%A0%80',
    `name=${'x'.repeat(5000)}`,
    'name=%25%5F%5C',
    "name='%20or%201=1--",
    'identifier=|',
    'identifier=||',
    'identifier=,,|,',
    'birthdate=ge',
    'birthdate=2024-13',
    'birthdate=0000',
    'birthdate=9999-12-31T23:59:60Z',
    'birthdate=+2024',
    '_count=1e3',
    '_sort=-',
    '_sort=,',
    '_sort=--name',
    '_elements=',
    '_elements=,',
    '_include=',
    '_include=:::',
    '_revinclude=Observation',
    '_has:=x',
    '_has:::=x',
    '_has:Observation:patient:=x',
    'general-practitioner.=x',
    '.name=x',
    'organization.name.name=x',
    ':exact=x',
    'name:=x',
    'name:exact:exact=x',
    '_id=%20',
    '_lastUpdated=',
    '_lastUpdated=x',
    '__proto__=x',
    'constructor=x',
    'toString=x',
    '_has:__proto__:patient:code=x',
    '_sort=__proto__',
    '_include=Patient:__proto__',
    '_elements=__proto__,constructor',
    '_summary=maybe',
    '_total=all',
    '_type=Patient',
    '_text=x',
    '_content=x',
    '_filter=x',
    '_list=x',
    '_query=x',
    '_contained=true',
    'general-practitioner:Nope.name=x',
    'phonetic=%F0%9F%98%80',
  ];
  for (const query of nasty) {
    const answer = await app.call('GET', `Patient?${query}`);
    expect([200, 400, 404], `${query}: ${answer.text.slice(0, 300)}`).toContain(answer.status);
    if (answer.status !== 200) expectError(answer, answer.status);
  }
});

test('leaves nothing behind of what was refused', async () => {
  expect(await find(app, 'Patient?_count=1000')).not.toContain('1');
});

test('answers OPTIONS, with and without the headers of a preflight', async () => {
  const headers = { origin: 'http://example.org', 'access-control-request-method': 'PUT' };
  const preflight = await app.call('OPTIONS', 'Patient/1', undefined, headers);
  expect(preflight.status).toBe(204);
  expect(preflight.headers['access-control-allow-methods']).toContain('PUT');
  expect((await app.call('OPTIONS', 'Patient/1')).status).toBeLessThan(300);
});
