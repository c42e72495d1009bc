/** Whether references lead somewhere, where the county demands that of a client: see `validation/enforcement.ts`. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openAccess } from '../../src/access/decide.ts';
import { loadDefinitions } from '../../src/definitions/definitions.ts';
import { createValidation } from '../../src/interactions/validation.ts';
import type { Ctx } from '../../src/kernel/ctx.ts';
import { createEnforcement } from '../../src/validation/enforcement.ts';
import { createValidator } from '../../src/validation/validator.ts';
import { BASE, startTestApp, type TestApp } from '../support/app.ts';
import { load, observation, patient } from './support.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
  await load(app, [patient('here'), patient('deleted')]);
  await app.call('DELETE', 'Patient/deleted');
});
afterAll(() => app.close());

const definitions = loadDefinitions(join(import.meta.dirname, '../../profiles'));
const validator = createValidator(definitions);
const ctx = (client: string): Ctx => ({
  actor: { client, display: client },
  access: openAccess(),
  now: new Date(),
  requestId: 'x',
  lang: 'en',
  base: BASE,
});

/** What the client is told about a reference. */
async function told(client: string, reference: string, written?: ReadonlySet<string>): Promise<string[]> {
  const enforcement = createEnforcement([
    { clients: ['strict'], type: '*', references: 'refuse' },
    { clients: ['mild'], type: 'Observation', references: 'warn' },
  ]);
  const settings = {
    validator,
    definitions,
    enforcement,
    unknownProfile: 'warn',
    database: app.database,
  } as const;
  const resource = { ...observation('x'), subject: { reference } };
  const issues = await createValidation(settings)(ctx(client), resource, { written });
  return issues.filter((i) => i.rule === 'reference-missing').map((i) => `${i.severity} ${i.expression}`);
}

test('a reference of a strict client leads to what is stored, or comes with the same transaction', async () => {
  const wrong = ['error Observation.subject.reference'];
  for (const right of ['Patient/here', `${BASE}/Patient/here`, 'Patient/here/_history/1'])
    expect(await told('strict', right)).toEqual([]);
  for (const nowhere of ['Patient/never', 'Patient/deleted', `${BASE}/Patient/never`])
    expect(await told('strict', nowhere)).toEqual(wrong);
  expect(await told('strict', 'Patient/never', new Set(['Patient/never']))).toEqual([]);
  expect(await told('strict', 'http://elsewhere.example/fhir/Patient/never')).toEqual([]);
});

test('other clients are warned, or not asked', async () => {
  expect(await told('mild', 'Patient/never')).toEqual(['warning Observation.subject.reference']);
  expect(await told('any', 'Patient/never')).toEqual([]);
});
