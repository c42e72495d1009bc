/** What many clients do at the same time comes out as if they had come one after the other. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { bundle, find, type Json, load, patient, post, put } from './support.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const TWENTY = Array.from({ length: 20 }, (_, i) => i);
const parallel = <T>(fn: (i: number) => Promise<T>): Promise<T[]> => Promise.all(TWENTY.map(fn));
const count = (statuses: number[], status: number) => statuses.filter((s) => s === status).length;
const identified = (value: string) => ({ resourceType: 'Patient', identifier: [{ system: 'urn:c', value }] });

test('20 conditional creates with the same criteria make one resource', async () => {
  const answers = await parallel(() =>
    app.call('POST', 'Patient', identified('create'), { 'if-none-exist': 'identifier=urn:c|create' }),
  );
  const statuses = answers.map((a) => a.status);
  expect([count(statuses, 201), count(statuses, 200)]).toEqual([1, 19]);
  expect(new Set(answers.map((a) => a.body.id)).size).toBe(1);
  expect(await find(app, 'Patient?identifier=urn:c|create')).toHaveLength(1);
});

test('20 conditional updates with the same criteria make one resource with 20 versions', async () => {
  const answers = await parallel(() =>
    app.call('PUT', 'Patient?identifier=urn:c|update', identified('update')),
  );
  expect(
    count(
      answers.map((a) => a.status),
      201,
    ),
  ).toBe(1);
  expect(new Set(answers.map((a) => a.headers.etag)).size).toBe(20);
  expect(await find(app, 'Patient?identifier=urn:c|update')).toHaveLength(1);
});

test('20 transactions with the same ifNoneExist make one resource', async () => {
  const answers = await parallel((i) =>
    app.call(
      'POST',
      '',
      bundle('transaction', [
        post(identified('tx'), {
          fullUrl: 'urn:uuid:44444444-4444-4444-8444-444444444444',
          ifNoneExist: 'identifier=urn:c|tx',
        }),
        post({
          resourceType: 'Observation',
          status: 'final',
          code: { text: `${i}` },
          subject: { reference: 'urn:uuid:44444444-4444-4444-8444-444444444444' },
        }),
      ]),
    ),
  );
  expect(answers.map((a) => a.status)).toEqual(TWENTY.map(() => 200));
  const [id, ...others] = await find(app, 'Patient?identifier=urn:c|tx');
  expect(others).toEqual([]);
  expect(await find(app, `Observation?patient=${id}`)).toHaveLength(20);
});

test('20 updates of one id lose no version', async () => {
  await load(app, [patient('versions')]);
  const answers = await parallel((i) =>
    app.call('PUT', 'Patient/versions', patient('versions', { multipleBirthInteger: i })),
  );
  expect(answers.map((a) => a.status)).toEqual(TWENTY.map(() => 200));
  const history = await app.call('GET', 'Patient/versions/_history?_count=100');
  const versions = history.body.entry.map((e: Json) => Number(e.resource.meta.versionId));
  expect(versions).toEqual(Array.from({ length: 21 }, (_, i) => 21 - i));
  const sent = history.body.entry
    .map((e: Json) => e.resource.multipleBirthInteger)
    .filter((n: unknown) => n !== undefined);
  expect(sent.sort((a: number, b: number) => a - b)).toEqual(TWENTY);
  for (const a of answers) {
    const version = /\d+/.exec(a.headers.etag!)![0];
    expect((await app.call('GET', `Patient/versions/_history/${version}`)).text).toBe(a.text);
  }
});

test('20 puts of a new id give versions 1 to 20, and one 201', async () => {
  const answers = await parallel((i) =>
    app.call('PUT', 'Patient/race', patient('race', { multipleBirthInteger: i })),
  );
  const statuses = answers.map((a) => a.status);
  expect([count(statuses, 201), count(statuses, 200)]).toEqual([1, 19]);
  const history = await app.call('GET', 'Patient/race/_history?_count=100');
  expect(history.body.entry.map((e: Json) => Number(e.resource.meta.versionId))).toEqual(
    Array.from({ length: 20 }, (_, i) => 20 - i),
  );
});

test('of 20 puts with If-None-Match: * one wins', async () => {
  const answers = await parallel(() =>
    app.call('PUT', 'Patient/only', patient('only'), { 'if-none-match': '*' }),
  );
  const statuses = answers.map((a) => a.status);
  expect([count(statuses, 201), count(statuses, 412)]).toEqual([1, 19]);
});

test('of 20 updates with the same If-Match exactly one wins, the others get 412', async () => {
  await load(app, [patient('match')]);
  const answers = await parallel((i) =>
    app.call('PUT', 'Patient/match', patient('match', { multipleBirthInteger: i }), { 'if-match': 'W/"1"' }),
  );
  const statuses = answers.map((a) => a.status);
  expect([count(statuses, 200), count(statuses, 412)]).toEqual([1, 19]);
  const read = await app.call('GET', 'Patient/match');
  expect(read.headers.etag).toBe('W/"2"');
  expect(read.text).toBe(answers.find((a) => a.status === 200)!.text);
});

test('the index is that of the last version, whoever came last', async () => {
  await load(app, [patient('index')]);
  await parallel((i) =>
    app.call(
      'PUT',
      'Patient/index',
      patient('index', { name: [{ family: `Family${i}x` }], birthDate: `19${50 + i}-01-01` }),
    ),
  );
  const { body } = await app.call('GET', 'Patient/index');
  const last = Number(/\d+/.exec(body.name[0].family)![0]);
  for (const i of TWENTY) {
    const expected = i === last ? ['index'] : [];
    expect(await find(app, `Patient?family=family${i}x`), `family ${i}`).toEqual(expected);
    expect(await find(app, `Patient?family:exact=Family${i}x`), `exact ${i}`).toEqual(expected);
    expect(await find(app, `Patient?birthdate=${1950 + i}`), `birth ${i}`).toEqual(expected);
  }
});

test('transactions that touch the same resources in opposite order all finish', async () => {
  const names = Array.from({ length: 8 }, (_, i) => `cross-${i}`);
  await load(
    app,
    names.slice(0, 4).map((id) => patient(id)),
  );
  const answers = await parallel((i) => {
    const order = i % 2 === 0 ? names : [...names].reverse();
    return app.call(
      'POST',
      '',
      bundle(
        'transaction',
        order.map((id) => put(patient(id, { multipleBirthInteger: i }))),
      ),
    );
  });
  expect(answers.map((a) => a.status)).toEqual(TWENTY.map(() => 200));
  const values = await Promise.all(names.map(async (id) => (await app.call('GET', `Patient/${id}`)).body));
  expect(new Set(values.map((v) => v.multipleBirthInteger)).size).toBe(1);
  expect(values.map((v) => v.meta.versionId)).toEqual(['21', '21', '21', '21', '20', '20', '20', '20']);
});

test('deletes and updates at the same time leave a history without gaps', async () => {
  await load(app, [patient('mixed')]);
  const answers = await parallel((i) =>
    i % 2 === 0 ? app.call('DELETE', 'Patient/mixed') : app.call('PUT', 'Patient/mixed', patient('mixed')),
  );
  for (const a of answers) expect([200, 201, 204]).toContain(a.status);
  const { body } = await app.call('GET', 'Patient/mixed/_history?_count=100');
  const versions = body.entry.map((e: Json) => Number(/\d+/.exec(e.response.etag)![0]));
  expect(versions).toEqual(versions.map((_: number, i: number) => versions.length - i));
});

test('200 creates at once are all there, each with its AuditEvent', async () => {
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, i) =>
      app.call('POST', 'Patient', {
        resourceType: 'Patient',
        identifier: [{ system: 'urn:bulk', value: `${i}` }],
      }),
    ),
  );
  expect(new Set(answers.map((a) => a.body.id)).size).toBe(200);
  expect((await app.call('GET', 'Patient?identifier=urn:bulk|&_summary=count')).body.total).toBe(200);
  for (const a of [answers[0]!, answers[199]!]) {
    expect(await find(app, `AuditEvent?patient=Patient/${a.body.id}&subtype=create`)).toHaveLength(1);
  }
});

const versionsOf = async (path: string): Promise<number[]> => {
  const { body } = await app.call('GET', `${path}/_history?_count=1000`);
  return body.entry.map((e: Json) => Number(/\d+/.exec(e.response.etag)![0]));
};
const downFrom = (n: number) => Array.from({ length: n }, (_, i) => n - i);

test('conditional updates beside updates that end the match lose no version and make no second match', async () => {
  await load(app, [{ ...identified('moving'), id: 'moving' }]);
  const answers = await parallel((i) =>
    i % 2 === 0
      ? app.call('PUT', 'Patient?identifier=urn:c|moving', identified('moving'))
      : app.call('PUT', 'Patient/moving', {
          ...identified(i % 4 === 1 ? 'elsewhere' : 'moving'),
          id: 'moving',
        }),
  );
  // While the first one is elsewhere another may be made; then there may be two, which is said and changes nothing.
  for (const a of answers) expect([200, 201, 412], a.text).toContain(a.status);
  expect(
    count(
      answers.map((a) => a.status),
      201,
    ),
  ).toBeLessThanOrEqual(1);
  const written = new Map<string, number>();
  for (const a of answers.filter((x) => x.status < 300)) {
    written.set(a.body.id, (written.get(a.body.id) ?? 0) + 1);
  }
  for (const [id, times] of written) {
    const versions = await versionsOf(`Patient/${id}`);
    expect(versions).toEqual(downFrom(times + (id === 'moving' ? 1 : 0)));
  }
});

test('of 20 conditional deletes beside conditional creates each finds what is there, and versions have no gap', async () => {
  const answers = await parallel((i) =>
    i % 2 === 0
      ? app.call('POST', 'Patient', identified('on-off'), { 'if-none-exist': 'identifier=urn:c|on-off' })
      : app.call('DELETE', 'Patient?identifier=urn:c|on-off'),
  );
  for (const a of answers) expect([200, 201, 204], a.text).toContain(a.status);
  expect((await find(app, 'Patient?identifier=urn:c|on-off')).length).toBeLessThanOrEqual(1);
  for (const id of new Set(answers.filter((a) => a.status === 201).map((a) => a.body.id))) {
    const versions = await versionsOf(`Patient/${id}`);
    expect(versions).toEqual(downFrom(versions.length));
    expect(versions.length).toBeLessThanOrEqual(2);
  }
});

test('deletes with If-Match against updates with If-Match: one wins', async () => {
  await load(app, [patient('duel')]);
  const answers = await parallel((i) =>
    i % 2 === 0
      ? app.call('DELETE', 'Patient/duel', undefined, { 'if-match': 'W/"1"' })
      : app.call('PUT', 'Patient/duel', patient('duel', { multipleBirthInteger: i }), {
          'if-match': 'W/"1"',
        }),
  );
  const statuses = answers.map((a) => a.status);
  expect(statuses.filter((s) => s < 300)).toHaveLength(1);
  expect(count(statuses, 412)).toBe(19);
  expect(await versionsOf('Patient/duel')).toEqual([2, 1]);
});

test('patches, updates, deletes and transactions of the same resources all finish, and lose nothing', async () => {
  const names = ['mix-1', 'mix-2', 'mix-3'];
  await load(
    app,
    names.map((id) => patient(id)),
  );
  const gender = [{ op: 'add', path: '/gender', value: 'male' }];
  const answers = await parallel((i) => {
    const order = i % 2 === 0 ? names : [...names].reverse();
    const entries = order.map((id) => put(patient(id, { multipleBirthInteger: i })));
    switch (i % 4) {
      case 0:
        return app.call('PUT', `Patient/${names[i % 3]}`, patient(names[i % 3]!));
      case 1:
        return app.call('PATCH', `Patient/${names[i % 3]}`, gender, {
          'content-type': 'application/json-patch+json',
        });
      default:
        return app.call('POST', '', bundle('transaction', entries));
    }
  });
  for (const a of answers) expect([200, 201], a.text).toContain(a.status);
  const made = new Map(names.map((id) => [id, 1]));
  const add = (id: string) => made.set(id, made.get(id)! + 1);
  answers.forEach((a, i) => {
    if (i % 4 < 2) add(names[i % 3]!);
    else for (const e of a.body.entry) add(e.resource.id);
  });
  for (const id of names) expect(await versionsOf(`Patient/${id}`)).toEqual(downFrom(made.get(id)!));
});

test('transactions whose conditional references race with creations find one resource or say why not', async () => {
  const answers = await parallel((i) =>
    app.call(
      'POST',
      '',
      bundle('transaction', [
        post(identified('raced'), { ifNoneExist: 'identifier=urn:c|raced' }),
        post({
          resourceType: 'Observation',
          status: 'final',
          code: { text: `raced ${i}` },
          subject: { reference: 'Patient?identifier=urn:c|raced' },
        }),
      ]),
    ),
  );
  expect(answers.map((a) => a.status)).toEqual(TWENTY.map(() => 200));
  const [id, ...others] = await find(app, 'Patient?identifier=urn:c|raced');
  expect(others).toEqual([]);
  expect(await find(app, `Observation?patient=${id}`)).toHaveLength(20);
});
