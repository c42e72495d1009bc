/** https://hl7.org/fhir/R4/http.html#history */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { expectError, type Json, linkOf, patient } from './support.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
  for (const id of ['h1', 'h2', 'h3']) {
    for (const gender of ['male', 'female']) await app.call('PUT', `Patient/${id}`, patient(id, { gender }));
  }
  await app.call('DELETE', 'Patient/h1');
  await app.call('PUT', 'Patient/h1', patient('h1', { gender: 'other' }));
  await app.call('POST', 'Basic', { resourceType: 'Basic', code: { text: 'x' } });
});
afterAll(() => app.close());

async function pages(path: string): Promise<Json[]> {
  const found: Json[] = [];
  let next: string | undefined = path;
  while (next !== undefined) {
    const answer: Json = await app.call('GET', next);
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body.type).toBe('history');
    found.push(...(answer.body.entry ?? []));
    next = linkOf(answer, 'next');
    expect(found.length).toBeLessThan(5000);
  }
  return found;
}

const versionOf = (entry: Json) => Number(/\d+/.exec(entry.response.etag)![0]);

test('lists the versions of a resource from the newest, each with request and response', async () => {
  const answer = await app.call('GET', 'Patient/h1/_history');
  expect(answer.body.type).toBe('history');
  const entries = answer.body.entry as Json[];
  expect(entries.map(versionOf)).toEqual([4, 3, 2, 1]);
  expect(entries.map((e) => e.request.method)).toEqual(['PUT', 'DELETE', 'PUT', 'PUT']);
  expect(entries.map((e) => e.resource?.gender)).toEqual(['other', undefined, 'female', 'male']);
  for (const e of entries) {
    expect(e.fullUrl).toMatch(/\/fhir\/Patient\/h1$/);
    expect(e.request.url).toBe('Patient/h1');
    expect(Date.parse(e.response.lastModified)).not.toBeNaN();
  }
  expect(entries[1].response.status).toMatch(/^204/);
  expect(entries[3].response.status).toMatch(/^201/);
});

test('says that a resource was posted', async () => {
  const created = await app.call('POST', 'Patient', { resourceType: 'Patient' });
  const answer = await app.call('GET', `Patient/${created.body.id}/_history`);
  expect(answer.body.entry[0].request).toEqual({ method: 'POST', url: 'Patient' });
});

test('lists a type without the others', async () => {
  const all = await pages('Patient/_history?_count=3');
  expect(new Set(all.map((e) => e.fullUrl.split('/').at(-2)))).toEqual(new Set(['Patient']));
  const h = all.filter((e) => /\/h\d$/.test(e.fullUrl));
  expect(h.map((e) => `${e.fullUrl.slice(-2)}:${versionOf(e)}`).sort()).toEqual(
    ['h1:1', 'h1:2', 'h1:3', 'h1:4', 'h2:1', 'h2:2', 'h3:1', 'h3:2'].sort(),
  );
});

test('lists the whole system, every version once, newest first', async () => {
  const all = await pages('_history?_count=100');
  const names = all.map((e) => `${e.fullUrl}/${versionOf(e)}`);
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((n) => n.includes('/Basic/'))).toHaveLength(1);
  expect(names.filter((n) => n.includes('/Patient/h1/'))).toHaveLength(4);
  const times = all.map((e) => e.response.lastModified as string);
  expect(times).toEqual([...times].sort().reverse());
});

test.each([1, 2, 3, 4, 5])('pages a resource by %i without loss or repetition', async (count) => {
  expect((await pages(`Patient/h1/_history?_count=${count}`)).map(versionOf)).toEqual([4, 3, 2, 1]);
});

test('pages a type without loss or repetition while versions are added', async () => {
  const before = (await pages('Basic/_history')).length;
  for (let i = 0; i < 9; i++)
    await app.call('PUT', 'Basic/p', { resourceType: 'Basic', id: 'p', code: { text: `${i}` } });
  const found: number[] = [];
  let next: string | undefined = 'Basic/_history?_count=2';
  while (next !== undefined) {
    const answer: Json = await app.call('GET', next);
    found.push(...answer.body.entry.filter((e: Json) => e.fullUrl.endsWith('/p')).map(versionOf));
    await app.call('PUT', 'Basic/p', { resourceType: 'Basic', id: 'p', code: { text: 'more' } });
    next = linkOf(answer, 'next');
  }
  expect(found).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
  expect(before).toBe(1);
});

test('gives only versions since an instant', async () => {
  const { body } = await app.call('GET', 'Patient/h2/_history');
  const [second, first] = body.entry.map((e: Json) => e.response.lastModified as string);
  const since = async (at: string) =>
    (await pages(`Patient/h2/_history?_since=${encodeURIComponent(at)}`)).map(versionOf);
  expect(await since(first)).toEqual([2, 1]);
  expect((await since(second)).includes(2)).toBe(true);
  expect(await since('2199-01-01T00:00:00Z')).toEqual([]);
  const china = new Date(Date.parse(first) + 8 * 3_600_000).toISOString().replace('Z', '+08:00');
  expect(await since(china)).toEqual([2, 1]);
  expect((await pages('Patient/_history?_since=2199-01-01T00:00:00Z')).length).toBe(0);
  expect((await pages('_history?_since=2199-01-01T00:00:00Z')).length).toBe(0);
});

test('gives the versions that were current at a time with _at', async () => {
  const { body } = await app.call('GET', 'Patient/h3/_history');
  const newest = body.entry[0].response.lastModified as string;
  expect((await pages(`Patient/h3/_history?_at=${newest}`)).map(versionOf)).toContain(2);
  expect(await pages('Patient/h3/_history?_at=1999')).toEqual([]);
});

test('names itself with what was asked', async () => {
  const answer = await app.call('GET', 'Patient/h1/_history?_count=2');
  expect(linkOf(answer, 'self')).toBe('Patient/h1/_history?_count=2');
  expect(linkOf(answer, 'next')).toMatch(/^Patient\/h1\/_history\?_count=2&/);
});

test.each(['_count=0', '_count=x', '_count=-1', '_since=yesterday', '_at=13-13', 'name=x', '_cursor=abc'])(
  'refuses %s',
  async (query) => {
    expectError(await app.call('GET', `Patient/h1/_history?${query}`), 400, {
      expression: query.split('=')[0],
    });
  },
);

test.each([
  ['abc', 'x', 1],
  ['1', '1', '\u0000'],
  [1, 2],
  [null, null, null],
  [{}, [], 1],
])('refuses a made-up page link (%j, …)', async (...values) => {
  const cursor = Buffer.from(JSON.stringify(values)).toString('base64url');
  for (const path of ['Patient/h1/_history', 'Patient/_history', '_history']) {
    expectError(await app.call('GET', `${path}?_cursor=${cursor}`), 400, { expression: '_cursor' });
  }
});
