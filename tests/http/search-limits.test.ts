/** A search that would cost too much is refused before it costs anything. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { expectError, find, load, patient } from './support.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
  await load(app, [
    patient('p', { gender: 'male' }),
    { resourceType: 'Basic', id: 'b', code: { text: 'x' }, subject: { reference: 'Patient/p' } },
  ]);
});
afterAll(() => app.close());

const form = { 'content-type': 'application/x-www-form-urlencoded' };

test('follows a chain that may lead to any type', async () => {
  expect(await find(app, 'Basic?subject.gender=male')).toEqual(['b']);
  expect(await find(app, 'Basic?subject._id=p')).toEqual(['b']);
});

test.each([
  'subject.subject._id=p',
  'subject.subject.subject._id=p',
  'subject.subject.subject.subject.subject._id=p',
])('refuses the chain %s, which branches to every type again and again', async (query) => {
  expectError(await app.call('GET', `Basic?${query}`), 400, { code: 'too-costly' });
  expectError(await app.call('GET', `Basic?${query}`, undefined, { prefer: 'handling=lenient' }), 400, {
    code: 'too-costly',
  });
  expectError(await app.call('DELETE', `Basic?${query}`), 400, { code: 'too-costly' });
});

test.each([
  '_id=p,',
  'gender=male,',
  'name=x,',
  'birthdate=2024,',
  'organization=x,',
  'general-practitioner=x,',
])('answers thousands of values and refuses tens of thousands (%s…)', async (start) => {
  const [name, value] = start.split('=') as [string, string];
  const many = (count: number) =>
    app.call('POST', 'Patient/_search', `${name}=${value.repeat(count)}${value.slice(0, -1)}`, form);
  expect((await many(1000)).status).toBe(200);
  expectError(await many(70_000), 400, { code: 'too-costly' });
});

test('refuses thousands of conditions', async () => {
  expect((await app.call('POST', 'Patient/_search', 'gender=male&'.repeat(20), form)).status).toBe(200);
  expectError(await app.call('POST', 'Patient/_search', 'gender=male&'.repeat(5000), form), 400, {
    code: 'too-costly',
  });
});

test('refuses a chain with too many links', async () => {
  expectError(await app.call('GET', `Organization?${'partof.'.repeat(50)}name=x`), 400);
  expectError(await app.call('GET', `Patient?${'_has:Patient:link:'.repeat(50)}name=x`), 400);
});
