/** Codes of code systems that are stored here, and not in the packages: asked of the terminology service. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { expectError, type Json, load, observation } from './support.ts';

const LAB = 'https://hospital.example/CodeSystem/lab';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
  await load(app, [
    {
      resourceType: 'CodeSystem',
      id: 'lab',
      url: LAB,
      status: 'active',
      content: 'complete',
      concept: [
        { code: 'glu', display: '葡萄糖' },
        { code: 'na', display: '钠' },
      ],
    },
  ]);
});
afterAll(() => app.close());

const result = (code: string, display?: string) => {
  const { id, ...rest } = observation('x') as Json;
  return { ...rest, code: { coding: [{ system: LAB, code, ...(display ? { display } : {}) }] } };
};
const issues = async (resource: Json): Promise<Json[]> =>
  (await app.call('POST', 'Observation/$validate', resource)).body.issue;

test('an unknown code is refused, and its element named', async () => {
  expect((await app.call('POST', 'Observation', result('glu'))).status).toBe(201);
  const refused = await app.call('POST', 'Observation', result('gluc'));
  expectError(refused, 422);
  expect(refused.body.issue).toMatchObject([
    { severity: 'error', code: 'code-invalid', expression: ['Observation.code.coding[0].code'] },
  ]);
});

test('in a transaction too, all entries at once', async () => {
  const entry = (code: string) => ({
    resource: result(code),
    request: { method: 'POST', url: 'Observation' },
  });
  const bundle = (...codes: string[]) => ({
    resourceType: 'Bundle',
    type: 'transaction',
    entry: codes.map(entry),
  });
  const refused = await app.call('POST', '/', bundle('glu', 'x', 'na', 'y'));
  expectError(refused, 422);
  expect(refused.body.issue.map((i: Json) => i.expression[0])).toEqual([
    'Bundle.entry[1].resource.code.coding[0].code',
    'Bundle.entry[3].resource.code.coding[0].code',
  ]);
  expect((await app.call('POST', '/', bundle('glu', 'na'))).status).toBe(200);
});

test('a display that is not that of the code is a warning', async () => {
  expect(await issues(result('glu', '葡萄糖'))).toMatchObject([{ severity: 'information' }]);
  expect(await issues(result('glu', '钠'))).toMatchObject([
    { severity: 'warning', expression: ['Observation.code.coding[0].display'] },
  ]);
});

test('many transactions at once do not wait for each other', async () => {
  const bundle = (i: number) => ({
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [{ resource: result('glu', `名称 ${i}`), request: { method: 'POST', url: 'Observation' } }],
  });
  const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => app.call('POST', '/', bundle(i))));
  expect(answers.map((a) => a.status)).toEqual(answers.map(() => 200));
});

test('codes of a grammar are held against it: media types, languages, currencies', async () => {
  const bound = {
    resourceType: 'DocumentReference',
    status: 'current',
    language: 'zh_CN',
    content: [{ attachment: { contentType: 'pdf', url: 'https://x.example/1' } }],
  };
  const found = (await app.call('POST', 'DocumentReference/$validate', bound)).body.issue;
  const errors = found
    .filter((i: Json) => i.severity === 'error')
    .map((i: Json) => (i.expression as string[])[0]);
  expect(errors.sort()).toEqual([
    'DocumentReference.content[0].attachment.contentType',
    'DocumentReference.language',
  ]);
  const right = {
    ...bound,
    language: 'zh-CN',
    content: [{ attachment: { contentType: 'application/pdf' } }],
  };
  expect((await app.call('POST', 'DocumentReference', right)).status).toBe(201);
  const invoice = (currency: string) => ({
    resourceType: 'Invoice',
    status: 'issued',
    totalNet: { value: 1, currency },
  });
  expect((await app.call('POST', 'Invoice', invoice('RMB'))).status).toBe(422);
  expect((await app.call('POST', 'Invoice', invoice('CNY'))).status).toBe(201);
});
