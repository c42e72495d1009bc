/** Patches in Bundles, and the order in which a transaction is carried out. https://hl7.org/fhir/R4/http.html#trules */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { bundle, expectError, find, type Json, load, observation, patient, post, put } from './support.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const SYSTEM = 'urn:example:pb';
const identified = (value: string, more: Json = {}) => ({
  resourceType: 'Patient',
  identifier: [{ system: SYSTEM, value }],
  ...more,
});
const criteria = (value: string) => `identifier=${SYSTEM}|${value}`;

const binary = (operations: Json) => ({
  resourceType: 'Binary',
  contentType: 'application/json-patch+json',
  data: Buffer.from(JSON.stringify(operations)).toString('base64'),
});
const setGender = (code: string) => ({
  resourceType: 'Parameters',
  parameter: [
    {
      name: 'operation',
      part: [
        { name: 'type', valueCode: 'add' },
        { name: 'path', valueString: 'Patient' },
        { name: 'name', valueString: 'gender' },
        { name: 'value', valueCode: code },
      ],
    },
  ],
});
const activate = binary([{ op: 'add', path: '/active', value: true }]);
const patch = (url: string, resource: Json, request: Json = {}) => ({
  resource,
  request: { method: 'PATCH', url, ...request },
});
const remove = (url: string) => ({ request: { method: 'DELETE', url } });

describe.each(['batch', 'transaction'] as const)('in a %s a patch', (kind) => {
  const send = (...entry: Json[]) => app.call('POST', '', bundle(kind, entry));

  test('as Binary and as Parameters, by id and by criteria', async () => {
    await load(app, [
      patient(`${kind}-1`),
      identified(`${kind}-2`, { id: `${kind}-2` }),
      patient(`${kind}-3`),
    ]);
    const answer = await send(
      patch(`Patient/${kind}-1`, activate),
      patch(`Patient?${criteria(`${kind}-2`)}`, setGender('female')),
      patch(`Patient/${kind}-3`, setGender('male'), { ifMatch: 'W/"1"' }),
    );
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body.entry.map((e: Json) => e.response.status.slice(0, 3))).toEqual(['200', '200', '200']);
    expect(answer.body.entry.map((e: Json) => e.response.etag)).toEqual(Array(3).fill('W/"2"'));
    expect(answer.body.entry[0].resource.active).toBe(true);
    expect((await app.call('GET', `Patient/${kind}-2`)).body.gender).toBe('female');
    const history = await app.call('GET', `Patient/${kind}-3/_history`);
    expect(history.body.entry[0].request.method).toBe('PATCH');
  });

  test.each<[string, Json, number]>([
    ['another version', patch('Patient/at', activate, { ifMatch: 'W/"9"' }), 412],
    ['nothing', patch('Patient/never', activate), 404],
    ['no match', patch(`Patient?${criteria('never')}`, activate), 404],
    ['an invalid result', patch('Patient/at', setGender('x')), 422],
    ['a failing test', patch('Patient/at', binary([{ op: 'test', path: '/id', value: 'x' }])), 422],
    ['a Binary of another type', patch('Patient/at', { ...activate, contentType: 'text/plain' }), 415],
    ['a Binary without data', patch('Patient/at', { ...activate, data: undefined }), 400],
    ['a Binary that is no base64', patch('Patient/at', { ...activate, data: '*' }), 400],
    ['a Binary that is no JSON', patch('Patient/at', { ...activate, data: 'eA==' }), 400],
    ['another resource', patch('Patient/at', patient('at')), 400],
  ])('of %s is refused', async (_what, entry, status) => {
    await load(app, [patient('at'), patient('other')]);
    const answer = await send(put(patient('other', { active: true })), entry);
    if (kind === 'transaction') {
      const outcome = expectError(answer, status);
      expect(outcome.issue[0].expression[0]).toMatch(/^Bundle\.entry\[1\]/);
      expect((await app.call('GET', 'Patient/other')).body.active).toBeUndefined();
    } else expect(answer.body.entry[1].response.status).toMatch(new RegExp(`^${status}`));
  });

  test('without a resource or an address is refused', async () => {
    for (const entry of [
      { request: { method: 'PATCH', url: 'Patient/at' } },
      patch('Patient', activate),
      patch('Patient/at/_history/1', activate),
    ]) {
      const answer = await send(entry);
      if (kind === 'transaction') expectError(answer, 400);
      else expect(answer.body.entry[0].response.status).toMatch(/^400/);
    }
  });
});

describe('a transaction', () => {
  const send = (...entry: Json[]) => app.call('POST', '', bundle('transaction', entry));
  const P = 'urn:uuid:11111111-1111-4111-8111-111111111111';

  test('resolves references that a patch brings', async () => {
    await load(app, [observation('ref')]);
    const operations = [{ op: 'add', path: '/subject', value: { reference: P } }];
    const answer = await send(
      patch('Observation/ref', binary(operations)),
      post({ resourceType: 'Patient' }, { fullUrl: P }),
    );
    expect(answer.status, answer.text).toBe(200);
    const reference = `Patient/${answer.body.entry[1].resource.id}`;
    expect((await app.call('GET', 'Observation/ref')).body.subject.reference).toBe(reference);
  });

  test('may not patch what it writes or deletes by another entry', async () => {
    await load(app, [identified('twice', { id: 'twice' })]);
    expectError(await send(patch('Patient/twice', activate), put(patient('twice'))), 400);
    expectError(await send(patch('Patient/twice', activate), remove('Patient/twice')), 400);
    expectError(await send(patch(`Patient?${criteria('twice')}`, activate), put(patient('twice'))), 400);
  });

  test.each([
    ['first', (a: Json, b: Json) => [a, b]],
    ['last', (a: Json, b: Json) => [b, a]],
  ])(
    'deletes before it creates: ifNoneExist does not find what a DELETE that stands %s takes away',
    async (_where, order) => {
      for (const url of ['Patient/gone', `Patient?${criteria('gone')}`]) {
        await app.call('DELETE', `Patient?${criteria('gone')}`);
        await load(app, [identified('gone', { id: 'gone' })]);
        const create = post(identified('gone', { active: true }), { ifNoneExist: criteria('gone') });
        const answer = await send(...order(remove(url), create));
        expect(answer.status, answer.text).toBe(200);
        const statuses = answer.body.entry.map((e: Json) => e.response.status.slice(0, 3));
        expect(statuses.sort()).toEqual(['201', '204']);
        const found = await find(app, `Patient?${criteria('gone')}`);
        expect(found).toHaveLength(1);
        expect(found).not.toEqual(['gone']);
        expectError(await app.call('GET', 'Patient/gone'), 410);
      }
    },
  );

  test('deletes before it updates: a conditional PUT does not match what is deleted', async () => {
    await load(app, [identified('put', { id: 'put-old' })]);
    const answer = await send(
      { resource: identified('put'), request: { method: 'PUT', url: `Patient?${criteria('put')}` } },
      remove('Patient/put-old'),
    );
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body.entry[0].response.status).toMatch(/^201/);
    expect(answer.body.entry[0].resource.id).not.toBe('put-old');
  });

  test('writes nothing of the early deletions when a later entry fails, and audits them when none does', async () => {
    await load(app, [identified('back', { id: 'back' })]);
    const create = (more: Json) => post(identified('back', more), { ifNoneExist: criteria('back') });
    expectError(await send(remove('Patient/back'), create({ gender: 'x' })), 422);
    expect((await app.call('GET', 'Patient/back')).headers.etag).toBe('W/"1"');
    expect((await send(remove('Patient/back'), create({}))).status).toBe(200);
    const audits = await app.call(
      'GET',
      'AuditEvent?subtype=transaction&entity=Patient/back&_sort=-_lastUpdated',
    );
    const what = audits.body.entry[0].resource.entity.map((e: Json) => e.what?.reference);
    expect(what).toContain('Patient/back');
    expect(what.length).toBeGreaterThan(2);
  });

  test('refers by criteria to what is left after the deletions', async () => {
    await load(app, [identified('left', { id: 'left-a' }), identified('left', { id: 'left-b' })]);
    const answer = await send(
      post(observation('x', { id: undefined, subject: { reference: `Patient?${criteria('left')}` } })),
      remove('Patient/left-a'),
    );
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body.entry[0].resource.subject.reference).toBe('Patient/left-b');
  });

  test('refuses a conditional PUT or PATCH that matches what the same transaction creates', async () => {
    await load(app, [identified('both', { id: 'both' })]);
    for (const entry of [
      { resource: identified('both'), request: { method: 'PUT', url: `Patient?${criteria('both')}` } },
      patch(`Patient?${criteria('both')}`, activate),
    ]) {
      expectError(await send(entry, post(identified('both'))), 412);
      expect(await find(app, `Patient?${criteria('both')}`)).toEqual(['both']);
    }
  });

  test('reads last, whatever stands first', async () => {
    await load(app, [patient('last')]);
    const answer = await send(
      { request: { method: 'GET', url: 'Patient/last' } },
      patch('Patient/last', activate),
    );
    expect(answer.body.entry[0].resource.active).toBe(true);
  });
});
