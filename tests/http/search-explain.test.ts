/** `_explain=true`: how a search is found, for administrators. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadDefinitions } from '../../src/definitions/definitions.ts';
import { createValidator } from '../../src/validation/validator.ts';
import { as } from '../features/tokens.ts';
import { type Answer, startTestApp, type TestApp } from '../support/app.ts';
import { expectError, find, type Json, load, observation, patient } from './support.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
  await load(app, [
    patient('secret-id', { name: [{ family: 'Zhao' }], gender: 'male' }),
    observation('o', {
      subject: { reference: 'Patient/secret-id' },
      code: { coding: [{ system: 'http://loinc.org', code: '718-7' }] },
    }),
  ]);
});
afterAll(() => app.close());

const explain = async (query: string, headers?: Record<string, string>): Promise<Answer> => {
  const answer = await app.call('GET', `${query}&_explain=true`, undefined, headers);
  expect(answer.status, answer.text.slice(0, 2000)).toBe(200);
  return answer;
};
const all = (answer: Answer, name: string): Json[] =>
  answer.body.parameter.filter((p: Json) => p.name === name);
const advice = (answer: Answer): string =>
  all(answer, 'advice')
    .map((p) => p.valueString)
    .join('\n');
const part = (parameter: Json, name: string): Json => parameter.part.find((p: Json) => p.name === name);

test('explains with the plan, the SQL, and what PostgreSQL did', async () => {
  const answer = await explain('Observation?code=http://loinc.org|718-7&_sort=-date');
  expect(answer.body.resourceType).toBe('Parameters');
  const definitions = loadDefinitions(join(import.meta.dirname, '../../profiles'));
  expect(createValidator(definitions).validate(answer.body)).toEqual([]);
  expect(all(answer, 'search')[0].valueString).toBe(
    'Observation?code=http%3A%2F%2Floinc.org%7C718-7&_sort=-date',
  );
  expect(JSON.parse(all(answer, 'plan')[0].valueString)).toMatchObject({
    type: 'Observation',
    filters: [{ kind: 'token', texts: ['Observation:code:shttp://loinc.org|718-7'] }],
    sort: [{ by: 'date', descending: true }],
  });
  expect(all(answer, 'finished')[0].valueBoolean).toBe(true);
  const [statement, ...more] = all(answer, 'statement');
  expect(more).toEqual([]);
  expect(part(statement, 'sql').valueString).toMatch(/^select [^']*\sfrom token t0 join [^']*\$1/);
  expect(part(statement, 'rows').valueDecimal).toBe(1);
  expect(part(statement, 'estimatedRows').valueDecimal).toBeGreaterThanOrEqual(1);
  expect(part(statement, 'milliseconds').valueDecimal).toBeGreaterThan(0);
  const plan = JSON.parse(part(statement, 'explain').valueString);
  expect(plan.Plan['Node Type']).toBe('Limit');
  expect(plan.Plan).toHaveProperty('Shared Hit Blocks');
  expect(advice(answer)).toContain('Nothing stands out');
});

test('explains each statement that a search sends, and tells nobody\u2019s data', async () => {
  const answer = await explain(
    'Observation?_include=Observation:subject&_total=accurate&_count=1&status=final',
  );
  expect(all(answer, 'statement').length).toBeGreaterThanOrEqual(2);
  expect(answer.text).not.toContain('secret-id');
  expect(answer.text).not.toContain('Zhao');
  expect(advice(answer)).toContain('Counting');
});

test.each([
  ['Observation?', 'Nothing narrows'],
  ['Patient?name:contains=ha', ':contains'],
  ['Condition?_content=x', '_content'],
  ['Patient?_filter=family%20ew%20x', 'stored text'],
  ['Patient?_filter=gender%20ne%20male', 'stored text'],
  ['Patient?gender:missing=true', ':missing'],
  ['Patient?gender:not=male', 'negation'],
  ['Observation?subject.name=x', 'Name the type'],
  ['Patient?gender=male&_sort=family', 'This order'],
  ['Patient?gender=male&_count=0', 'Counting'],
])('says what would help %s', async (query, expected) => {
  expect(advice(await explain(query))).toContain(expected);
});

test.each(['Observation?patient=secret-id&code:not=x', 'Patient?_id=secret-id&name:contains=ha'])(
  'finds nothing to say of %s, which is narrow',
  async (query) => {
    expect(advice(await explain(query))).toContain('Nothing stands out');
  },
);

test('speaks Chinese', async () => {
  expect(advice(await explain('Observation?', { 'accept-language': 'zh-CN' }))).toContain('请加上患者');
});

test('explains a search of a compartment and by POST', async () => {
  const compartment = await explain('Patient/secret-id/Observation?status=final');
  expect(part(all(compartment, 'statement')[0], 'rows').valueDecimal).toBe(1);
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const posted = await app.call('POST', 'Patient/_search', '_explain=true&name=x', form);
  expect(posted.body.resourceType).toBe('Parameters');
});

test('is a search like any other when it is false, and refuses other values', async () => {
  expect(await find(app, 'Patient?_explain=false&gender=male')).toEqual(['secret-id']);
  expectError(await app.call('GET', 'Patient?_explain=perhaps'), 400, { expression: '_explain' });
});

test('refuses what the search refuses', async () => {
  expectError(await app.call('GET', 'Patient?nonsense=1&_explain=true'), 400, { expression: 'nonsense' });
});

test('leaves a record of the patients whose data was looked for', async () => {
  await app.call('GET', 'Observation?patient=asked-about&_explain=true');
  const audits = await find(app, 'AuditEvent?patient=asked-about');
  expect(audits).toHaveLength(1);
});

test('explains a search that the database gives up on, without running it again', async () => {
  await app.database.query({ text: `alter function text_of(jsonb) rename to text_of_all`, values: [] });
  await app.database.query({
    text: `create function text_of(jsonb) returns text language plpgsql as $$
begin
  perform pg_sleep(0.2);
  raise exception using errcode = '57014';
end $$`,
    values: [],
  });
  try {
    const answer = await explain('Patient?_content=x');
    expect(all(answer, 'finished')[0].valueBoolean).toBe(false);
    const [statement] = all(answer, 'statement');
    expect(part(statement, 'estimatedRows').valueDecimal).toBeGreaterThanOrEqual(1);
    expect(part(statement, 'rows')).toBeUndefined();
    expect(advice(answer)).toContain('_content');
  } finally {
    await app.database.query({ text: 'drop function text_of(jsonb)', values: [] });
    await app.database.query({ text: 'alter function text_of_all(jsonb) rename to text_of', values: [] });
  }
});

test('is for administrators', async () => {
  const smart = await startTestApp({ auth: 'smart' });
  try {
    const narrow = await as(smart, 'system/*.rs');
    const refused = expectError(await narrow('GET', 'Patient?_explain=true'), 403, { code: 'forbidden' });
    expect(refused.issue[0].diagnostics).toContain('system/*.cud');
    const everything = await as(smart, 'system/*.cruds');
    expect((await everything('GET', 'Patient?_explain=true')).body.resourceType).toBe('Parameters');
  } finally {
    await smart.close();
  }
});
