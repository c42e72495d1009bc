/** https://hl7.org/fhir/R4/http.html#transaction */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BASE, startTestApp, type TestApp } from '../support/app.ts';
import { bundle, expectError, find, type Json, load, observation, patient, post, put } from './support.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const send = (...entry: Json[]) => app.call('POST', '', bundle('transaction', entry));
const P = 'urn:uuid:11111111-1111-4111-8111-111111111111';
const O = 'urn:uuid:22222222-2222-4222-8222-222222222222';
const identified = (value: string, more: Json = {}) => ({
  resourceType: 'Patient',
  identifier: [{ system: 'urn:example:t', value }],
  ...more,
});

test('answers in the order of the entries, with status, location, ETag and lastModified of each', async () => {
  const answer = await send(
    post({ resourceType: 'Patient', gender: 'male' }),
    put(patient('t1', { gender: 'female' })),
  );
  expect(answer.status).toBe(200);
  expect(answer.body.type).toBe('transaction-response');
  const [created, stored] = answer.body.entry;
  expect(created.response.status).toMatch(/^201/);
  expect(created.response.etag).toBe('W/"1"');
  expect(created.response.location).toMatch(/Patient\/[^/]+\/_history\/1$/);
  expect(Date.parse(created.response.lastModified)).not.toBeNaN();
  expect(created.resource.gender).toBe('male');
  expect(stored.response.location).toBe(`${BASE}/Patient/t1/_history/1`);
  expect((await app.call('GET', 'Patient/t1')).body).toEqual(stored.resource);
});

test('leaves resources out with Prefer: return=minimal', async () => {
  const answer = await app.call('POST', '', bundle('transaction', [put(patient('t2'))]), {
    prefer: 'return=minimal',
  });
  expect(answer.body.entry[0].resource).toBeUndefined();
  expect(answer.body.entry[0].response.status).toMatch(/^201/);
});

test('takes an empty Bundle', async () => {
  for (const body of [bundle('transaction', []), { resourceType: 'Bundle', type: 'transaction' }]) {
    const answer = await app.call('POST', '', body);
    expect(answer.status).toBe(200);
    expect(answer.body.entry).toBeUndefined();
  }
});

describe('links between entries', () => {
  test('are replaced in references, uris, extensions and the narrative, whatever the order', async () => {
    const answer = await send(
      post(
        {
          resourceType: 'Observation',
          text: {
            status: 'generated',
            div: `<div xmlns="http://www.w3.org/1999/xhtml"><a href="${P}">p</a> <a href='${P}'>q</a> <img src="${P}" alt="x"/> ${P}</div>`,
          },
          extension: [
            { url: 'http://e/uri', valueUri: P },
            { url: 'http://e/url', valueUrl: P },
            { url: 'http://e/string', valueString: P },
            { url: 'http://e/reference', valueReference: { reference: P } },
            { url: 'http://e/canonical', valueCanonical: P },
          ],
          identifier: [{ system: 'urn:ietf:rfc:3986', value: P }],
          status: 'final',
          code: { text: P },
          subject: { reference: P, display: P },
          focus: [{ reference: `${P}#part` }],
        },
        { fullUrl: O },
      ),
      post({ resourceType: 'Patient', link: [{ other: { reference: P }, type: 'seealso' }] }, { fullUrl: P }),
    );
    expect(answer.status, answer.text).toBe(200);
    const [o, p] = answer.body.entry.map((e: Json) => e.resource);
    const reference = `Patient/${p.id}`;
    expect(o.subject).toEqual({ reference, display: P });
    expect(o.focus[0].reference).toBe(`${reference}#part`);
    expect(o.code.text).toBe(P);
    expect(o.identifier[0].value).toBe(P);
    expect(
      o.extension.map(
        (e: Json) =>
          e.valueUri ?? e.valueUrl ?? e.valueString ?? e.valueReference?.reference ?? e.valueCanonical,
      ),
    ).toEqual([reference, reference, P, reference, P]);
    expect(o.text.div).toContain(
      `<a href="${reference}">p</a> <a href='${reference}'>q</a> <img src="${reference}" alt="x"/> ${P}`,
    );
    expect(p.link[0].other.reference).toBe(reference);
    expect(await find(app, `Observation?patient=${p.id}`)).toEqual([o.id]);
  });

  test('leave decimals, escapes and order of the resource alone', async () => {
    const text = `{"resourceType":"Bundle","type":"transaction","entry":[{"fullUrl":"${P}","resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient"}},{"resource":{"resourceType":"Observation","valueQuantity":{"value":1.50,"unit":"\\u514b"},"subject":{"reference":"${P}"},"code":{"text":"x"},"status":"final"},"request":{"method":"POST","url":"Observation"}}]}`;
    const answer = await app.call('POST', '', text);
    expect(answer.status).toBe(200);
    const id = answer.body.entry[1].resource.id;
    expect((await app.call('GET', `Observation/${id}`)).text).toMatch(
      /"valueQuantity":\{"value":1\.50,"unit":"(\\u514b|克)"\},"subject":\{"reference":"Patient\/[^"]+"\},"code":/,
    );
  });

  test('work for absolute fullUrls of another server', async () => {
    const fullUrl = 'http://other.example/fhir/Patient/77';
    const answer = await send(
      post({ resourceType: 'Patient' }, { fullUrl }),
      post({
        resourceType: 'Observation',
        status: 'final',
        code: { text: 'x' },
        subject: { reference: fullUrl },
      }),
    );
    expect(answer.body.entry[1].resource.subject.reference).toBe(
      `Patient/${answer.body.entry[0].resource.id}`,
    );
  });

  test('point to the existing resource when ifNoneExist finds one, and to the updated one of a PUT', async () => {
    await load(app, [identified('exists', { id: 'exists' })]);
    const answer = await send(
      post(identified('exists'), { fullUrl: P, ifNoneExist: 'identifier=urn:example:t|exists' }),
      { fullUrl: O, ...put(patient('t-put')) },
      post({
        resourceType: 'Observation',
        status: 'final',
        code: { text: 'x' },
        subject: { reference: P },
        focus: [{ reference: O }],
      }),
    );
    expect(answer.status, answer.text).toBe(200);
    const [existing, , o] = answer.body.entry;
    expect(existing.response.status).toMatch(/^200/);
    expect(existing.response.location).toBe(`${BASE}/Patient/exists/_history/1`);
    expect(o.resource.subject.reference).toBe('Patient/exists');
    expect(o.resource.focus[0].reference).toBe('Patient/t-put');
  });

  test('are refused when no entry has that fullUrl, for they would lead nowhere for ever', async () => {
    const observation = (more: Json) =>
      post({ resourceType: 'Observation', status: 'final', code: { text: 'x' }, ...more });
    const extension = [{ url: 'http://example.org/e', valueReference: { reference: 'urn:oid:1.2.3' } }];
    const answer = await send(
      post({ resourceType: 'Patient' }),
      observation({ subject: { reference: O }, extension }),
    );
    const places = expectError(answer, 422).issue.flatMap((i: Json) => i.expression);
    expect(places).toEqual([
      'Bundle.entry[1].resource.subject.reference',
      'Bundle.entry[1].resource.extension[0].valueReference.reference',
    ]);
    const kept = {
      resourceType: 'Observation',
      id: 'dead-link',
      status: 'final',
      code: { text: 'x' },
      subject: { reference: O },
    };
    expect((await app.call('PUT', 'Observation/dead-link', kept)).status).toBe(201);
    const again = await send({ resource: kept, request: { method: 'PUT', url: 'Observation/dead-link' } });
    expect(again.status, 'what was there stays').toBe(200);
    const inside = { resourceType: 'Bundle', type: 'collection', entry: [{ fullUrl: P, resource: kept }] };
    expect((await send(post(inside))).status, 'a Bundle as a resource').toBe(200);
  });
});

describe('conditional references', () => {
  const refer = (criteria: string) =>
    post({
      resourceType: 'Observation',
      status: 'final',
      code: { text: 'conditional' },
      subject: { reference: criteria },
    });
  beforeAll(() =>
    load(app, [
      identified('one', { id: 'one' }),
      identified('two', { id: 'two-a' }),
      identified('two', { id: 'two-b' }),
    ]),
  );

  test('become the reference to the one match', async () => {
    const answer = await send(refer('Patient?identifier=urn:example:t|one'));
    expect(answer.body.entry[0].resource.subject.reference).toBe('Patient/one');
  });

  test.each([
    ['none', 'Patient?identifier=urn:example:t|none', 412],
    ['several', 'Patient?identifier=urn:example:t|two', 412],
    ['unknown parameters', 'Patient?nonsense=1', 400],
    ['nothing in particular', 'Patient?identifier=', 400],
    ['no condition', 'Patient?', 400],
    ['NUL', 'Patient?identifier=%00', 400],
  ])('are refused when they match %s, and the entry is named', async (_what, criteria, status) => {
    const answer = await send(post({ resourceType: 'Patient', name: [{ text: 'Never' }] }), refer(criteria));
    const outcome = expectError(answer, status);
    expect(outcome.issue[0].expression[0]).toMatch(/^Bundle\.entry\[1\]/);
    expect(await find(app, 'Patient?name=Never')).toEqual([]);
  });
});

describe('conditions of entries', () => {
  test('ifNoneExist creates, finds, or refuses', async () => {
    const entry = (value: string) =>
      post(identified(value), { ifNoneExist: `identifier=urn:example:t|${value}` });
    const first = await send(entry('ine'));
    expect(first.body.entry[0].response.status).toMatch(/^201/);
    const second = await send(entry('ine'));
    expect(second.body.entry[0].response.status).toMatch(/^200/);
    expect(await find(app, 'Patient?identifier=urn:example:t|ine')).toHaveLength(1);
    await load(app, [identified('ine2', { id: 'ine2a' }), identified('ine2', { id: 'ine2b' })]);
    expectError(await send(entry('ine2')), 412, { code: 'multiple-matches', expression: 'Bundle.entry[0]' });
  });

  test('ifMatch refuses an older version and accepts the current one', async () => {
    await load(app, [patient('im')]);
    await load(app, [patient('im', { active: true })]);
    const stale = await send(put(patient('im', { gender: 'male' }), { ifMatch: 'W/"1"' }));
    expectError(stale, 412);
    expect(stale.body.issue[0].expression[0]).toMatch(/^Bundle\.entry\[0\]/);
    const current = await send(put(patient('im', { gender: 'male' }), { ifMatch: 'W/"2"' }));
    expect(current.body.entry[0].response.etag).toBe('W/"3"');
    expectError(await send({ request: { method: 'DELETE', url: 'Patient/im', ifMatch: 'W/"1"' } }), 412);
    expectError(await send(put(patient('im'), { ifMatch: 'abc' })), 400);
  });

  test('ifNoneMatch: * creates and does not update', async () => {
    expect((await send(put(patient('inm'), { ifNoneMatch: '*' }))).status).toBe(200);
    expectError(await send(put(patient('inm'), { ifNoneMatch: '*' })), 412);
  });

  test('a PUT or DELETE by criteria works on the one match', async () => {
    await load(app, [identified('cond', { id: 'cond' }), identified('cond-del', { id: 'cond-del' })]);
    const answer = await send(
      {
        resource: identified('cond', { gender: 'male' }),
        request: { method: 'PUT', url: 'Patient?identifier=urn:example:t|cond' },
      },
      {
        resource: identified('cond-new'),
        request: { method: 'PUT', url: 'Patient?identifier=urn:example:t|cond-new' },
      },
      { request: { method: 'DELETE', url: 'Patient?identifier=urn:example:t|cond-del' } },
      { request: { method: 'DELETE', url: 'Patient?identifier=urn:example:t|cond-none' } },
    );
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body.entry.map((e: Json) => Number.parseInt(e.response.status, 10))).toEqual([
      200, 201, 204, 204,
    ]);
    expect((await app.call('GET', 'Patient/cond')).body.gender).toBe('male');
    expectError(await app.call('GET', 'Patient/cond-del'), 410);
  });
});

test('deletes, then creates, then updates, then reads, in whatever order they stand', async () => {
  await load(app, [identified('order', { id: 'order-old' })]);
  const answer = await send(
    { request: { method: 'GET', url: 'Patient?identifier=urn:example:t|order' } },
    { request: { method: 'GET', url: 'Patient/order-put' } },
    put(identified('order', { id: 'order-put' })),
    post(identified('order')),
    { request: { method: 'DELETE', url: 'Patient/order-old' } },
  );
  expect(answer.status, answer.text).toBe(200);
  const [search, read, updated, created, deleted] = answer.body.entry;
  expect(deleted.response.status).toMatch(/^204/);
  expect(search.resource.entry.map((e: Json) => e.resource.id).sort()).toEqual(
    [created.resource.id, 'order-put'].sort(),
  );
  expect(read.resource).toEqual(updated.resource);
});

test('reads versions, histories, searches with includes, and says which read failed', async () => {
  await load(app, [patient('rd', { gender: 'male' })]);
  await load(app, [
    patient('rd', { gender: 'female' }),
    observation('rd', { subject: { reference: 'Patient/rd' } }),
  ]);
  const get = (url: string, more = {}) => ({ request: { method: 'GET', url, ...more } });
  const answer = await send(
    get('Patient/rd/_history/1'),
    get('Patient/rd/_history'),
    get('Observation?_id=rd&_include=Observation:subject'),
    get(`${BASE}/Patient/rd`),
    get('Patient/rd', { ifNoneMatch: 'W/"2"' }),
  );
  expect(answer.status, answer.text).toBe(200);
  const [version, history, search, absolute, unchanged] = answer.body.entry;
  expect(version.resource.gender).toBe('male');
  expect(history.resource.type).toBe('history');
  expect(history.resource.entry).toHaveLength(2);
  expect(search.resource.entry).toHaveLength(2);
  expect(absolute.resource.gender).toBe('female');
  expect(unchanged.response.status).toMatch(/^304/);
  expectError(await send(get('Patient/rd'), get('Patient/none')), 404, { expression: 'Bundle.entry[1]' });
});

describe('atomicity', () => {
  const failing: [string, Json, number][] = [
    ['an invalid resource', post({ resourceType: 'Patient', gender: 'x' }), 422],
    ['an unknown element', post({ resourceType: 'Patient', foo: 1 }), 400],
    ['an older version', put(patient('at-old'), { ifMatch: 'W/"9"' }), 412],
    [
      'a resource of another type',
      { resource: patient('x'), request: { method: 'POST', url: 'Observation' } },
      400,
    ],
    ['another id', { resource: patient('x'), request: { method: 'PUT', url: 'Patient/y' } }, 400],
    ['no id', { resource: { resourceType: 'Patient' }, request: { method: 'PUT', url: 'Patient/y' } }, 400],
    ['a bad id', { resource: patient('a_b'), request: { method: 'PUT', url: 'Patient/a_b' } }, 400],
    ['an unknown type', { request: { method: 'DELETE', url: 'Nope/1' } }, 400],
    ['an unknown method', { request: { method: 'MERGE', url: 'Patient/1' } }, 400],
    ['no request', { resource: patient('x') }, 400],
    ['no resource', { request: { method: 'POST', url: 'Patient' } }, 400],
    ['a DELETE of everything', { request: { method: 'DELETE', url: 'Patient' } }, 400],
    ['a failing search', { request: { method: 'GET', url: 'Patient?nonsense=1' } }, 400],
    ['null', null, 400],
    ['a text', 'x', 400],
    ['an operation that writes', post({ resourceType: 'Parameters' }, { url: '$process-message' }), 400],
  ];
  test.each(failing)(
    'stores nothing when one entry is or has %s, and names the entry',
    async (_what, entry, status) => {
      const answer = await send(
        put(patient('atomic', { name: [{ text: 'Atomic' }] })),
        post({ resourceType: 'Patient', name: [{ text: 'Atomic' }] }),
        entry,
      );
      const outcome = expectError(answer, status);
      expect(
        outcome.issue.some((i: Json) => i.expression?.[0]?.startsWith('Bundle.entry[2]')),
        answer.text,
      ).toBe(true);
      expectError(await app.call('GET', 'Patient/atomic'), 404);
      expect(await find(app, 'Patient?name=Atomic')).toEqual([]);
      expect(
        (await app.call('GET', 'AuditEvent?patient=Patient/atomic&action=C,U,D')).body.entry,
      ).toBeUndefined();
    },
  );

  test('places an error inside the resource of its entry', async () => {
    const answer = await send(
      post({ resourceType: 'Patient' }),
      post({ resourceType: 'Patient', contact: [{ gender: 'x' }] }),
    );
    expectError(answer, 422, { expression: 'Bundle.entry[1].resource.contact[0].gender' });
  });

  test('names every entry that is wrong', async () => {
    const wrong = post({ resourceType: 'Patient', gender: 'x' });
    const outcome = expectError(await send(wrong, post({ resourceType: 'Patient' }), wrong), 422);
    expect(outcome.issue.map((i: Json) => i.expression[0])).toEqual([
      'Bundle.entry[0].resource.gender',
      'Bundle.entry[2].resource.gender',
    ]);
  });

  test.each([
    ['two PUTs of one id', [put(patient('dup')), put(patient('dup'))]],
    [
      'PUT and DELETE of one id',
      [put(patient('dup')), { request: { method: 'DELETE', url: 'Patient/dup' } }],
    ],
    [
      'one fullUrl twice',
      [post({ resourceType: 'Patient' }, { fullUrl: P }), post({ resourceType: 'Patient' }, { fullUrl: P })],
    ],
    [
      'an absolute and a relative url of one id',
      [
        put(patient('dup')),
        { resource: patient('dup'), request: { method: 'PUT', url: `${BASE}/Patient/dup` } },
      ],
    ],
  ])('refuses %s', async (_what, list) => {
    expectError(await send(...list), 400, { code: 'duplicate', expression: 'Bundle.entry[1]' });
    expectError(await app.call('GET', 'Patient/dup'), 404);
  });

  test('refuses a conditional and a direct update of the same resource', async () => {
    await load(app, [identified('twice', { id: 'twice' })]);
    const answer = await send(put(identified('twice', { id: 'twice' })), {
      resource: identified('twice'),
      request: { method: 'PUT', url: 'Patient?identifier=urn:example:t|twice' },
    });
    expectError(answer, 400, { code: 'duplicate' });
    expect((await app.call('GET', 'Patient/twice')).headers.etag).toBe('W/"1"');
  });
});

test.each([
  [{ resourceType: 'Bundle', type: 'collection', entry: [] }],
  [{ resourceType: 'Bundle' }],
  [{ resourceType: 'Patient' }],
  [{ resourceType: 'Bundle', type: 'transaction', entry: {} }],
  [{ resourceType: 'Bundle', type: 'transaction', entry: 'x' }],
])('refuses %j at the base', async (body) => {
  expectError(await app.call('POST', '', body), 400);
});

test('stores 2,000 entries that refer to each other', { timeout: 120_000 }, async () => {
  const uuid = (n: number) => `urn:uuid:00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
  const entry: Json[] = [post({ resourceType: 'Patient', name: [{ text: 'Many' }] }, { fullUrl: uuid(0) })];
  for (let i = 1; i < 2000; i++) {
    entry.push(
      post(
        {
          resourceType: 'Observation',
          status: 'final',
          code: { text: 'many' },
          subject: { reference: uuid(0) },
          ...(i > 1 ? { derivedFrom: [{ reference: uuid(i - 1) }] } : {}),
        },
        { fullUrl: uuid(i) },
      ),
    );
  }
  const answer = await send(...entry);
  expect(answer.status, answer.text.slice(0, 500)).toBe(200);
  expect(answer.body.entry).toHaveLength(2000);
  const id = answer.body.entry[0].resource.id;
  expect((await app.call('GET', `Observation?patient=${id}&_summary=count`)).body.total).toBe(1999);
  const last = answer.body.entry[1999].resource;
  expect(last.derivedFrom[0].reference).toBe(`Observation/${answer.body.entry[1998].resource.id}`);
  expect(
    (await app.call('GET', `AuditEvent?patient=Patient/${id}&subtype=transaction&_summary=count`)).body.total,
  ).toBe(1);
});
