/** Requests that are carried out later. https://hl7.org/fhir/R4/async.html */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClient } from '../../src/smart/clients.ts';
import { as, type Call } from '../features/tokens.ts';
import { type Answer, type Method, startTestApp, type TestApp } from '../support/app.ts';
import { bundle, expectError, type Json, observation, patient, post, put } from './support.ts';

let app: TestApp;
let owner: Call;
let other: Call;
let administrator: Call;

beforeAll(async () => {
  app = await startTestApp({ auth: 'smart' });
  administrator = await as(app, 'system/*.cruds');
  owner = await as(app, 'system/Patient.cruds system/Observation.cruds');
  other = await as(app, 'system/Patient.rs');
  const stored = await administrator(
    'POST',
    '',
    bundle('transaction', [
      put(patient('p1', { name: [{ text: '张三' }] })),
      put(observation('o1', { subject: { reference: 'Patient/p1' } })),
    ]),
  );
  expect(stored.status, stored.text).toBe(200);
});
afterAll(() => app.close());

const ASYNC = { prefer: 'respond-async' };

async function kickOff(call: Call, method: Method, path: string, body?: Json, headers = {}): Promise<string> {
  const answer = await call(method, path, body, { ...ASYNC, ...headers });
  expect(answer.status, answer.text).toBe(202);
  expect(answer.headers['preference-applied']).toBe('respond-async');
  return below(answer.headers['content-location']!);
}

const below = (url: string) => {
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:8080\/fhir\/_async\//);
  return url.replace(/^.*\/fhir\//, '');
};

/** The first answer of a status that is no longer under way. */
async function ended(call: Call, status: string): Promise<Answer> {
  for (let tries = 0; tries < 1500; tries++) {
    const answer = await call('GET', status);
    if (answer.status !== 202) return answer;
    expect(answer.headers['x-progress']).toMatch(/^(queued|in progress)$/);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    await sleep(20);
  }
  throw new Error('Waited in vain for the answer');
}

/** The resource that a finished request answers. */
async function result(call: Call, status: string): Promise<Json> {
  const { body } = await ended(call, status);
  expect(body.output).toHaveLength(1);
  const file = await call('GET', below(body.output[0].url));
  expect(file.status, file.text).toBe(200);
  expect(file.headers['content-type']).toBe('application/fhir+ndjson');
  const lines = file.text.split('\n').filter((line) => line !== '');
  expect(lines).toHaveLength(1);
  const resource = JSON.parse(lines[0]!);
  expect(resource.resourceType).toBe(body.output[0].type);
  return resource;
}

describe('A request with Prefer: respond-async', () => {
  test('is accepted, and what it asked for is in a file once it is done', async () => {
    const status = await kickOff(owner, 'GET', 'Patient?name=张三');
    const done = await ended(owner, status);
    expect(done.status).toBe(200);
    expect(done.headers['content-type']).toMatch(/^application\/json/);
    expect(Date.parse(done.headers.expires!)).toBeGreaterThan(Date.now());
    expect(done.body).toMatchObject({ requiresAccessToken: true, error: [] });
    expect(done.body.request).toMatch(/^http:\/\/127\.0\.0\.1:8080\/fhir\/Patient\?/);
    expect(Date.parse(done.body.transactionTime)).toBeLessThanOrEqual(Date.now());
    const found = await result(owner, status);
    expect(found.entry.map((e: Json) => e.resource.id)).toEqual(['p1']);
  });

  test.each<[string, Method, string, Json | undefined, string]>([
    ['a search by POST', 'POST', 'Patient/_search', undefined, 'searchset'],
    ['a search of everything', 'GET', '?_type=Patient', undefined, 'searchset'],
    ['a search in a compartment', 'GET', 'Patient/p1/Observation', undefined, 'searchset'],
    ['the history of everything', 'GET', '_history', undefined, 'history'],
    ['the history of a type', 'GET', 'Patient/_history', undefined, 'history'],
    ['$everything', 'GET', 'Patient/p1/$everything?_count=10', undefined, 'searchset'],
    [
      'a batch',
      'POST',
      '',
      bundle('batch', [{ request: { method: 'GET', url: 'Patient/p1' } }]),
      'batch-response',
    ],
    ['a transaction', 'POST', '', bundle('transaction', [post(patient('new'))]), 'transaction-response'],
  ])('may be %s', async (_name, method, path, body, type) => {
    const form = path.endsWith('_search') ? { 'content-type': 'application/x-www-form-urlencoded' } : {};
    const found = await result(
      administrator,
      await kickOff(administrator, method, path, form['content-type'] ? '_id=p1' : body, form),
    );
    expect(found).toMatchObject({ resourceType: 'Bundle', type });
    expect(found.entry.length).toBeGreaterThan(0);
  });

  test('is answered at once where waiting brings nothing', async () => {
    expect((await owner('GET', 'Patient/p1', undefined, ASYNC)).body.id).toBe('p1');
    expect((await owner('POST', 'Patient', patient('x'), ASYNC)).status).toBe(201);
    expect((await owner('PUT', 'Patient/p2', patient('p2'), ASYNC)).status).toBe(201);
  });

  test('that cannot be right is refused before it is accepted', async () => {
    expectError(await owner('GET', 'Patient?nonsense=1', undefined, ASYNC), 400, { expression: 'nonsense' });
    expectError(await owner('GET', 'Encounter', undefined, ASYNC), 403);
    expectError(await owner('POST', '', patient('x'), ASYNC), 400);
    expectError(await owner('GET', 'Patient/p1/$everything?nonsense=1', undefined, ASYNC), 422);
    expectError(await owner('GET', 'Patient?_outputFormat=text/csv', undefined, ASYNC), 400, {
      expression: '_outputFormat',
    });
    expectError(await app.call('GET', 'Patient', undefined, ASYNC), 401);
  });

  test('names the one format of its files, if it likes', async () => {
    const status = await kickOff(owner, 'GET', 'Patient?_id=p1&_outputFormat=application/fhir%2Bndjson');
    expect((await result(owner, status)).entry).toHaveLength(1);
  });

  test('keeps its other preferences', async () => {
    const status = await kickOff(owner, 'GET', 'Patient?nonsense=1&_id=p1', undefined, {
      prefer: 'handling=lenient, respond-async',
    });
    const modes = (await result(owner, status)).entry.map((e: Json) => e.search.mode);
    expect(modes.sort()).toEqual(['match', 'outcome']);
  });

  test('that fails tells so by its status', async () => {
    const status = await kickOff(owner, 'GET', 'Patient/nobody/$everything');
    expectError(await ended(owner, status), 404);
    const refused = await kickOff(other, 'GET', 'Patient/p1/_history');
    expect((await ended(other, refused)).status).toBe(200);
  });

  test('is carried out with the rights that its caller had, and no more', async () => {
    const write = bundle('transaction', [post(observation('o9'))]);
    const status = await kickOff(other, 'POST', '', write);
    expectError(await ended(other, status), 403, { code: 'forbidden' });
  });

  test('is nobody else’s, but an administrator sees it', async () => {
    const status = await kickOff(owner, 'GET', 'Patient?_id=p1');
    await ended(owner, status);
    for (const path of [status, `${status}/1`]) {
      expectError(await other('GET', path), 404);
      expect((await administrator('GET', path)).status).toBe(200);
    }
    expectError(await other('DELETE', status), 404);
    const institution = { organization: 'Organization/clinic', countyWide: false };
    const clinic = await as(app, 'system/*.cruds', institution);
    for (const path of [status, `${status}/1`]) expectError(await clinic('GET', path), 404);
    expectError(await clinic('DELETE', status), 404);
    expectError(await app.call('GET', status), 401);
    expect((await owner('GET', status)).status).toBe(200);
  });

  test('is fetched by a token of the same client that reaches as far, and by no lesser one', async () => {
    const scope = 'system/Patient.rs system/Observation.rs';
    const secret = await createClient(app.database, { id: 'two-tokens', name: 'x', scope, countyWide: true });
    const basic = Buffer.from(`two-tokens:${secret}`).toString('base64');
    const withScope = async (asked: string): Promise<Call> => {
      const answer = await app.app.inject({
        method: 'POST',
        url: '/oauth/token',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          authorization: `Basic ${basic}`,
        },
        payload: new URLSearchParams({ grant_type: 'client_credentials', scope: asked }).toString(),
      });
      const authorization = `Bearer ${answer.json<Json>().access_token}`;
      return (method, path, body, headers = {}) =>
        app.call(method, path, body, { authorization, ...headers });
    };
    const [asked, lesser, narrower, wider] = await Promise.all(
      ['system/Patient.rs', 'system/Observation.rs', 'system/Patient.r', scope].map(withScope),
    );
    const status = await kickOff(asked!, 'GET', 'Patient?_id=p1');
    await ended(asked!, status);
    for (const path of [status, `${status}/1`]) {
      expectError(await lesser!('GET', path), 404);
      expectError(await narrower!('GET', path), 404);
      expect((await wider!('GET', path)).status).toBe(200);
    }
    expectError(await narrower!('DELETE', status), 404);
  });

  test('of an institution is carried out with its reach', async () => {
    const institution = { organization: 'Organization/clinic', countyWide: false };
    const clinic = await as(app, 'system/*.cruds', institution);
    const own = patient('of-clinic', { managingOrganization: { reference: 'Organization/clinic' } });
    expect((await clinic('PUT', 'Patient/of-clinic', own)).status).toBe(201);
    const found = await result(clinic, await kickOff(clinic, 'GET', 'Patient'));
    expect(found.entry.map((e: Json) => e.resource.id)).toEqual(['of-clinic']);
  });

  test('is shown no more once something of it is no longer for its caller to see', async () => {
    const institution = { organization: 'Organization/village', countyWide: false };
    const village = await as(app, 'system/*.cruds', institution);
    const own = (more: Json = {}) => ({
      ...observation('of-village', { performer: [{ reference: 'Organization/village' }] }),
      ...more,
    });
    expect((await administrator('PUT', 'Observation/of-village', own())).status).toBe(201);
    const last = bundle('batch', [{ request: { method: 'GET', url: 'Observation?_id=of-village' } }]);
    const asked = [
      await kickOff(village, 'GET', 'Observation?_id=of-village'),
      await kickOff(village, 'POST', '', last),
    ];
    for (const status of asked) expect((await result(village, status)).entry).toHaveLength(1);
    // These tell of it without a word of which it is.
    const query = encodeURIComponent('{ ObservationList(_id: "of-village") { status } }');
    const urls = ['Observation/of-village/$meta', `$graphql?query=${query}`];
    const unnamed = [
      await kickOff(village, 'GET', urls[0]!),
      await kickOff(
        village,
        'POST',
        '',
        bundle(
          'batch',
          urls.map((url) => ({ request: { method: 'GET', url } })),
        ),
      ),
    ];
    for (const status of unnamed) await result(village, status);
    const meta = {
      security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'HIV' }],
    };
    expect((await administrator('PUT', 'Observation/of-village', own({ meta }))).status).toBe(200);
    for (const status of [...asked, ...unnamed]) expectError(await village('GET', `${status}/1`), 404);
    expect((await administrator('GET', `${asked[0]}/1`)).status).toBe(200);
  });

  test('is cancelled by DELETE, and is then gone', async () => {
    const status = await kickOff(owner, 'GET', 'Patient?_id=p1');
    const cancelled = await owner('DELETE', status);
    expect(cancelled.status).toBe(202);
    expect(cancelled.body.resourceType).toBe('OperationOutcome');
    expectError(await owner('GET', status), 404);
    expectError(await owner('DELETE', status), 404);
  });

  test('is audited as its caller’s, and so is fetching the answer', async () => {
    const status = await kickOff(owner, 'GET', 'Patient?_id=p1&active:missing=true');
    await result(owner, status);
    const events = await administrator('GET', 'AuditEvent?_count=50&_sort=-date');
    const queries = events.body.entry.flatMap((e: Json) =>
      (e.resource.entity ?? []).map((x: Json) => (x.query ? Buffer.from(x.query, 'base64').toString() : '')),
    );
    expect(queries.some((q: string) => q.startsWith(`${status}: GET Patient`))).toBe(true);
    expect(queries.some((q: string) => q.includes('active'))).toBe(true);
    const saw = async () => {
      const { body } = await administrator('GET', 'AuditEvent?entity=Patient/p1&_count=100&_sort=-date');
      const texts = (body.entry ?? []).map((e: Json) => JSON.stringify(e.resource));
      return texts.filter((text: string) =>
        text.includes(Buffer.from(status).toString('base64').slice(0, -4)),
      );
    };
    // Who asked was shown it when it was found.
    expect(await saw()).toEqual([]);
    expect((await administrator('GET', `${status}/1`)).status).toBe(200);
    expect(await saw()).toHaveLength(1);
  });

  test('of an expired answer is gone', async () => {
    const status = await kickOff(owner, 'GET', 'Patient?_id=p1');
    await ended(owner, status);
    await app.database.query({
      text: `update async_request set expires = now() where id = $1`,
      values: [status.split('/')[1]],
    });
    expectError(await owner('GET', status), 404);
    expectError(await owner('GET', `${status}/1`), 404);
  });

  test('is not for a key that somebody made up', async () => {
    expectError(await app.call('GET', 'Patient', undefined, { 'x-handed-on': 'guessed' }), 401);
  });

  test('at an address of it, says which methods there are', async () => {
    expectError(await owner('POST', '_async/x', patient('x')), 405);
    expectError(await owner('GET', '_async/x'), 404);
  });
});

describe('When the process died in the middle', () => {
  /** As the dead process left it: begun once, never ended. */
  async function left(method: Method, path: string, body?: Json): Promise<string> {
    const answered = await kickOff(administrator, method, path, body);
    await ended(administrator, answered);
    const id = answered.split('/')[1];
    const again = `${id}-again`;
    await app.database.query({
      text: `insert into async_request (id, client, request, body, changes, attempts, started, expires)
select $2, client, request, $3, changes, 1, now(), expires from async_request where id = $1`,
      values: [id, again, body === undefined ? null : Buffer.from(JSON.stringify(body))],
    });
    await app.database.query({
      text: `select graphile_worker.add_job('respond-async', json_build_object('id', $1::text))`,
      values: [again],
    });
    return `_async/${again}`;
  }

  test('what only reads is done again', async () => {
    const status = await left('GET', 'Patient?_id=p1');
    expect((await result(administrator, status)).entry).toHaveLength(1);
  });

  test('what may have changed something is not, and says so', async () => {
    const status = await left('POST', '', bundle('batch', [post(patient('once'))]));
    expectError(await ended(administrator, status), 500, { code: 'incomplete' });
  });
});
