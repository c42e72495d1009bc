/** What entries of a Bundle can ask besides writing, and how their answers look. https://hl7.org/fhir/R4/http.html#transaction */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BASE, startTestApp, type TestApp } from '../support/app.ts';
import { bundle, expectError, type Json, load, observation, patient, post, put } from './support.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
  await load(app, [
    patient('p', { gender: 'male', active: true, meta: { tag: [{ system: 'urn:t', code: 'a' }] } }),
    observation('o', { subject: { reference: 'Patient/p' } }),
  ]);
});
afterAll(() => app.close());

const get = (url: string, request: Json = {}) => ({ request: { method: 'GET', url, ...request } });
const status = (e: Json) => Number.parseInt(e.response.status, 10);

describe.each(['batch', 'transaction'] as const)('in a %s', (kind) => {
  const send = async (entry: Json[], headers: Record<string, string> = {}) => {
    const answer = await app.call('POST', '', bundle(kind, entry), headers);
    expect(answer.status, answer.text).toBe(200);
    return answer.body.entry as Json[];
  };

  test('operations that change nothing are called by GET and POST, at every level', async () => {
    const [system, type, instance, absolute, posted] = await send([
      get('$meta'),
      get('Patient/$meta'),
      get('Patient/p/$meta'),
      get(`${BASE}/Patient/p/%24meta`),
      { resource: { resourceType: 'Parameters' }, request: { method: 'POST', url: 'Patient/p/$meta' } },
    ]);
    for (const e of [system, type, instance, absolute, posted]) {
      expect(status(e)).toBe(200);
      expect(e.resource.parameter[0].valueMeta.tag).toEqual([{ system: 'urn:t', code: 'a' }]);
      expect(e.fullUrl).toBeUndefined();
    }
  });

  test('a search by POST has its parameters in the url or in a form', async () => {
    const form = {
      resourceType: 'Binary',
      contentType: 'application/x-www-form-urlencoded',
      data: Buffer.from('gender=male').toString('base64'),
    };
    const entries = await send([
      { request: { method: 'POST', url: 'Patient/_search?gender=male' } },
      { resource: form, request: { method: 'POST', url: 'Patient/_search' } },
      { resource: form, request: { method: 'POST', url: 'Patient/_search?gender=female' } },
    ]);
    expect(entries.map((e) => e.resource.total)).toEqual([1, 1, 0]);
  });

  test('the compartment of a patient is searched, and the CapabilityStatement is read', async () => {
    const [found, metadata] = await send([get('Patient/p/Observation'), get('metadata')]);
    expect(found.resource.entry[0].resource.id).toBe('o');
    expect(found.resource.link[0].url).toBe(`${BASE}/Patient/p/Observation`);
    expect(metadata.resource.resourceType).toBe('CapabilityStatement');
  });

  test('HEAD answers without the resource', async () => {
    const [head] = await send([{ request: { method: 'HEAD', url: 'Patient/p' } }]);
    expect(status(head)).toBe(200);
    expect(head.response.etag).toBe('W/"1"');
    expect(head.resource).toBeUndefined();
  });

  test('reads are conditional', async () => {
    const modified = (await app.call('GET', 'Patient/p')).body.meta.lastUpdated;
    const entries = await send([
      get('Patient/p', { ifNoneMatch: 'W/"7", W/"1"' }),
      get('Patient/p', { ifNoneMatch: '*' }),
      get('Patient/p', { ifNoneMatch: 'W/"2"' }),
      get('Patient/p', { ifModifiedSince: modified }),
      get('Patient/p', { ifModifiedSince: '2001-01-01T00:00:00Z' }),
    ]);
    expect(entries.map(status)).toEqual([304, 304, 200, 304, 200]);
    for (const e of entries) expect(e.resource === undefined).toBe(status(e) === 304);
  });

  test('reads are cut down with _elements and _summary', async () => {
    const [elements, summary, history] = await send([
      get('Patient/p?_elements=gender'),
      get('Patient/p?_summary=text'),
      get('Patient/p/_history?_elements=gender'),
    ]);
    expect(elements.resource.gender).toBe('male');
    expect(elements.resource.active).toBeUndefined();
    expect(summary.resource.gender).toBeUndefined();
    expect(history.resource.entry[0].resource.active).toBeUndefined();
  });

  test('Prefer: return=minimal leaves out what is written, not what is read', async () => {
    const [written, found, read] = await send(
      [put(patient(`${kind}-min`)), get('Patient?_id=p'), get('Patient/p')],
      { prefer: 'return=minimal' },
    );
    expect(written.resource).toBeUndefined();
    expect(written.response.outcome).toBeUndefined();
    expect(found.resource.entry[0].resource.id).toBe('p');
    expect(read.resource.id).toBe('p');
  });

  test('Prefer: return=OperationOutcome answers an outcome of each write', async () => {
    await load(app, [patient(`${kind}-gone`)]);
    const [created, updated, deleted, read] = await send(
      [
        post({ resourceType: 'Patient' }),
        put(patient(`${kind}-oo`)),
        { request: { method: 'DELETE', url: `Patient/${kind}-gone` } },
        get('Patient/p'),
      ],
      { prefer: 'return=OperationOutcome' },
    );
    for (const e of [created, updated, deleted]) {
      expect(e.resource).toBeUndefined();
      expect(e.response.outcome.resourceType).toBe('OperationOutcome');
      expect(e.response.outcome.issue.map((i: Json) => i.severity)).not.toContain('error');
    }
    expect(read.resource.id).toBe('p');
    expect(read.response.outcome).toBeUndefined();
  });

  test('Prefer: handling=lenient is for its searches too', async () => {
    const answer = await app.call('POST', '', bundle(kind, [get('Patient?nonsense=1&gender=male')]), {
      prefer: 'handling=lenient',
    });
    expect(answer.body.entry[0].resource.entry.map((e: Json) => e.search.mode)).toEqual(['match', 'outcome']);
  });
});

test('operations that write work in a batch, and not in a transaction', async () => {
  const add = {
    resource: {
      resourceType: 'Parameters',
      parameter: [{ name: 'meta', valueMeta: { tag: [{ system: 'urn:t', code: 'b' }] } }],
    },
    request: { method: 'POST', url: 'Observation/o/$meta-add' },
  };
  const entries = [add, get('Observation/o/$meta-add'), get('Observation/o/$nothing')];
  const answer = await app.call('POST', '', bundle('batch', entries));
  expect(answer.body.entry.map(status)).toEqual([200, 405, 404]);
  expect((await app.call('GET', 'Observation/o')).headers.etag).toBe('W/"2"');
  const refused = await app.call('POST', '', bundle('transaction', [put(patient('never')), add]));
  expectError(refused, 400, { expression: 'Bundle.entry[1]' });
});

test('an operation inside a transaction sees what the transaction writes', async () => {
  const answer = await app.call(
    'POST',
    '',
    bundle('transaction', [
      get('Basic/fresh/$meta'),
      put({ resourceType: 'Basic', id: 'fresh', code: { text: 'x' }, meta: { tag: [{ code: 'mine' }] } }),
    ]),
  );
  expect(answer.status, answer.text).toBe(200);
  expect(answer.body.entry[0].resource.parameter[0].valueMeta.tag).toEqual([{ code: 'mine' }]);
});

test.each([
  ['Patient/%', '.request.url'],
  ['Patient/%00', '.request.url'],
])('refuses the url %j and names it', async (url, at) => {
  const { body } = await app.call('POST', '', bundle('batch', [get(url)]));
  expect(status(body.entry[0])).toBe(400);
  expect(body.entry[0].response.outcome.issue[0].expression).toEqual([`Bundle.entry[0]${at}`]);
  expectError(await app.call('POST', '', bundle('transaction', [get(url)])), 400, {
    expression: `Bundle.entry[0]${at}`,
  });
});
