/** https://hl7.org/fhir/R4/http.html#update, #upsert, #cond-update and #concurrency */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BASE, startTestApp, type TestApp } from '../support/app.ts';
import { expectError, find, patient } from './support.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

test('creates at the id that the client chose, with 201 and Location', async () => {
  const created = await app.call('PUT', 'Patient/u1', patient('u1'));
  expect(created.status).toBe(201);
  expect(created.body.id).toBe('u1');
  expect(created.headers.etag).toBe('W/"1"');
  expect(created.headers.location).toBe(`${BASE}/Patient/u1/_history/1`);
});

test('makes a new version with 200 and leaves the old one in the history', async () => {
  await app.call('PUT', 'Patient/u2', patient('u2', { gender: 'male', birthDate: '1980-01-01' }));
  const updated = await app.call('PUT', 'Patient/u2', patient('u2', { gender: 'female' }));
  expect(updated.status).toBe(200);
  expect(updated.headers.etag).toBe('W/"2"');
  expect(updated.body.meta.versionId).toBe('2');
  expect(updated.body.birthDate).toBeUndefined();
  expect((await app.call('GET', 'Patient/u2/_history/1')).body.gender).toBe('male');
});

test('is found by what it says now and no longer by what it said before', async () => {
  await app.call(
    'PUT',
    'Patient/u3',
    patient('u3', { name: [{ family: 'Oldname' }], birthDate: '1981-01-01' }),
  );
  await app.call(
    'PUT',
    'Patient/u3',
    patient('u3', { name: [{ family: 'Newname' }], birthDate: '1991-01-01' }),
  );
  expect(await find(app, 'Patient?family=oldname')).toEqual([]);
  expect(await find(app, 'Patient?birthdate=1981')).toEqual([]);
  expect(await find(app, 'Patient?family=newname')).toEqual(['u3']);
  expect(await find(app, 'Patient?birthdate=1991')).toEqual(['u3']);
});

test('ignores versionId and lastUpdated of the body', async () => {
  await app.call('PUT', 'Patient/u4', patient('u4'));
  const body = patient('u4', { meta: { versionId: '9', lastUpdated: '2001-01-01T00:00:00Z' } });
  const updated = await app.call('PUT', 'Patient/u4', body);
  expect(updated.body.meta.versionId).toBe('2');
  expect(updated.body.meta.lastUpdated > '2020').toBe(true);
});

test('refuses a body without an id or with another id, naming the element', async () => {
  expectError(await app.call('PUT', 'Patient/u5', { resourceType: 'Patient' }), 400, {
    expression: 'Patient.id',
  });
  expectError(await app.call('PUT', 'Patient/u5', patient('other')), 400, { expression: 'Patient.id' });
  expectError(await app.call('GET', 'Patient/u5'), 404);
});

test.each(['a_b', 'a b', '张三', 'x'.repeat(65), 'x'.repeat(300), 'a%2Fb', '%00'])(
  'refuses the id %j',
  async (id) => {
    const answer = await app.call(
      'PUT',
      `Patient/${encodeURIComponent(decodeURIComponent(id))}`,
      patient(id),
    );
    expectError(answer, 400);
  },
);

test('refuses a body of another type', async () => {
  expectError(await app.call('PUT', 'Patient/u6', { resourceType: 'Group', id: 'u6' }), 400);
});

test('accepts an update whose If-Match names the current version', async () => {
  await app.call('PUT', 'Patient/u7', patient('u7'));
  const updated = await app.call('PUT', 'Patient/u7', patient('u7', { active: true }), {
    'if-match': 'W/"1"',
  });
  expect(updated.status).toBe(200);
  expect(updated.headers.etag).toBe('W/"2"');
});

test('refuses an update whose If-Match names an older version', async () => {
  await app.call('PUT', 'Patient/u8', patient('u8'));
  await app.call('PUT', 'Patient/u8', patient('u8', { gender: 'male' }));
  const refused = await app.call('PUT', 'Patient/u8', patient('u8', { gender: 'female' }), {
    'if-match': 'W/"1"',
  });
  expectError(refused, 412);
  const read = await app.call('GET', 'Patient/u8');
  expect(read.body.gender).toBe('male');
  expect(read.headers.etag).toBe('W/"2"');
});

test('refuses If-Match on a resource that is not there, or deleted', async () => {
  expectError(await app.call('PUT', 'Patient/u9', patient('u9'), { 'if-match': 'W/"1"' }), 412);
  await app.call('PUT', 'Patient/u9', patient('u9'));
  await app.call('DELETE', 'Patient/u9');
  expectError(await app.call('PUT', 'Patient/u9', patient('u9'), { 'if-match': 'W/"1"' }), 412);
});

test('refuses an If-Match that names no version', async () => {
  await app.call('PUT', 'Patient/u10', patient('u10'));
  const answer = await app.call('PUT', 'Patient/u10', patient('u10'), { 'if-match': 'abc' });
  expectError(answer, 400, { expression: 'If-Match' });
});

test('creates with If-None-Match: * when there is nothing, and refuses with 412 when there is', async () => {
  const header = { 'if-none-match': '*' };
  expect((await app.call('PUT', 'Patient/u11', patient('u11'), header)).status).toBe(201);
  expectError(await app.call('PUT', 'Patient/u11', patient('u11'), header), 412);
  expect((await app.call('GET', 'Patient/u11')).headers.etag).toBe('W/"1"');
});

test('brings a deleted resource back with 201 and the next version', async () => {
  await app.call('PUT', 'Patient/u12', patient('u12', { gender: 'male' }));
  await app.call('DELETE', 'Patient/u12');
  const back = await app.call('PUT', 'Patient/u12', patient('u12', { gender: 'female' }));
  expect(back.status).toBe(201);
  expect(back.headers.etag).toBe('W/"3"');
  expect((await app.call('GET', 'Patient/u12')).body.gender).toBe('female');
  expect(await find(app, 'Patient?_id=u12&gender=female')).toEqual(['u12']);
  expectError(await app.call('GET', 'Patient/u12/_history/2'), 410);
});

test('never goes back in time: lastUpdated does not fall from version to version', async () => {
  let last = '';
  for (let i = 0; i < 5; i++) {
    const { body } = await app.call('PUT', 'Patient/u13', patient('u13', { multipleBirthInteger: i }));
    expect(body.meta.lastUpdated >= last).toBe(true);
    last = body.meta.lastUpdated;
  }
});

test('obeys Prefer on updates', async () => {
  const minimal = await app.call('PUT', 'Patient/u14', patient('u14'), { prefer: 'return=minimal' });
  expect([minimal.status, minimal.text, minimal.headers.etag]).toEqual([201, '', 'W/"1"']);
  const outcome = await app.call('PUT', 'Patient/u14', patient('u14'), { prefer: 'return=OperationOutcome' });
  expect([outcome.status, outcome.body.resourceType]).toEqual([200, 'OperationOutcome']);
});

const identified = (value: string, more = {}) => ({
  resourceType: 'Patient',
  identifier: [{ system: 'urn:example:u', value }],
  ...more,
});

test('creates when conditional criteria match nothing, and updates the one that matches', async () => {
  const created = await app.call('PUT', 'Patient?identifier=urn:example:u|1', identified('1'));
  expect(created.status).toBe(201);
  const updated = await app.call(
    'PUT',
    'Patient?identifier=urn:example:u|1',
    identified('1', { gender: 'male' }),
  );
  expect(updated.status).toBe(200);
  expect(updated.body.id).toBe(created.body.id);
  expect(updated.headers.etag).toBe('W/"2"');
});

test('creates at the id of the body when conditional criteria match nothing', async () => {
  const created = await app.call(
    'PUT',
    'Patient?identifier=urn:example:u|2',
    identified('2', { id: 'chosen' }),
  );
  expect(created.status).toBe(201);
  expect(created.body.id).toBe('chosen');
});

test('refuses a conditional update whose body has another id than the match', async () => {
  await app.call('PUT', 'Patient/match3', identified('3', { id: 'match3' }));
  const answer = await app.call(
    'PUT',
    'Patient?identifier=urn:example:u|3',
    identified('3', { id: 'other' }),
  );
  expectError(answer, 400);
});

test('refuses a conditional update whose criteria match several', async () => {
  await app.call('POST', 'Patient', identified('4'));
  await app.call('POST', 'Patient', identified('4'));
  expectError(await app.call('PUT', 'Patient?identifier=urn:example:u|4', identified('4')), 412, {
    code: 'multiple-matches',
  });
});

test('refuses a conditional update that names no criteria, or criteria that it does not know', async () => {
  expectError(await app.call('PUT', 'Patient', identified('5')), 400);
  expectError(await app.call('PUT', 'Patient?identifier=', identified('5')), 400);
  expectError(await app.call('PUT', 'Patient?nonsense=5', identified('5')), 400);
  expectError(await app.call('PUT', 'Patient?_format=json', identified('5')), 400);
});
