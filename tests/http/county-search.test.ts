/** Searches that the packages of the county add to FHIR R4: contracts, tasks, record. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openAccess } from '../../src/access/decide.ts';
import type { Engine } from '../../src/interactions/engine.ts';
import { changeOf } from '../../src/interactions/prepare.ts';
import { bodyOf } from '../../src/interactions/version-text.ts';
import type { Contribution } from '../../src/kernel/contribution.ts';
import type { Ctx } from '../../src/kernel/ctx.ts';
import { BASE, startTestApp, type TestApp } from '../support/app.ts';
import { find, ids, type Json } from './support.ts';

const VALID = join(import.meta.dirname, '../../fixtures/valid');
const PROFILES = [
  'county-contract',
  'county-care-plan',
  'county-responsibility',
  'county-programme-enrolment',
  'county-public-health-task',
  'county-notifiable-report',
  'county-notifiable-condition',
  'county-blood-pressure',
  'county-home-measurement',
  'county-source-provenance',
];
const CS = 'https://xiantong.example/fhir/CodeSystem';

function fixtures(profile: string): Json[] {
  const folder = join(VALID, profile);
  return readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')));
}

let app: TestApp;
let engine: Engine;
const looksIn: Contribution<Engine> = {
  name: 'looks-in',
  workflows: (on) => {
    engine = on;
    return [];
  },
};

/** As they are on record: what may be signed or done today is not asked. */
async function record(resources: readonly Json[]): Promise<void> {
  const ctx: Ctx = {
    actor: { client: 'test', display: 'test' },
    access: openAccess(),
    now: new Date(),
    requestId: 'x',
    lang: 'en',
    base: BASE,
  };
  const changes = resources.map((r) => changeOf(engine, ctx, bodyOf(r), r.id, 'PUT'));
  for (const change of changes) await engine.writer.write([change]);
}

beforeAll(async () => {
  app = await startTestApp({}, [looksIn]);
  const resident = {
    resourceType: 'Patient',
    id: 'resident-001',
    name: [{ text: '陈建国' }],
    extension: [
      {
        url: 'https://xiantong.example/fhir/StructureDefinition/key-population',
        valueCodeableConcept: { coding: [{ system: `${CS}/key-population`, code: '04' }] },
      },
      {
        url: 'https://xiantong.example/fhir/StructureDefinition/service-area',
        valueCoding: { system: 'https://qinghe.example/village', code: '331299101201' },
      },
    ],
  };
  await record([resident, ...PROFILES.flatMap(fixtures)]);
});
afterAll(() => app.close());

test.each([
  // what expires soon, what holds on a day, what a team answers for
  [
    'Contract?status=executed&period-end=ge2026-12-01&period-end=le2026-12-31',
    ['in-force', 'short-term-with-reason'],
  ],
  // a period that intersects the day: it ends on or after, and begins on or before
  [
    'Contract?status=executed&period=ge2026-03-15&period=le2026-03-15',
    ['in-force', 'minor-signed-by-guardian'],
  ],
  [
    'Contract?status=executed&period=ge2026-01-01&period=le2026-06-30&period-end=2026-12-31',
    ['in-force', 'short-term-with-reason'],
  ],
  ['Contract?status=executed&period=sa2026-12-31', ['renewed-successor']],
  ['Contract?type=family-doctor&status=offered', ['draft']],
  ['Contract?care-team=CareTeam/east-1&status=revoked', ['ended-by-death']],
  [`Contract?stop-reason=${CS}/contract-stop-reason|5`, ['ended-by-death']],
  ['Contract?key-population=04&status=revoked', ['ended-by-death']],
  ['Contract?predecessor=Contract/in-force', ['renewed-successor']],
  [
    'Contract?package=https://qinghe.example/fhir/PlanDefinition/hypertension-package|2026&status=revoked',
    ['ended-by-death'],
  ],
  ['Contract?package=https://qinghe.example/fhir/PlanDefinition/hypertension-package|2025', []],
  ['CarePlan?contract=Contract/in-force', ['active']],
  ['EpisodeOfCare?contract=Contract/in-force', ['current']],
  ['EpisodeOfCare?team=CareTeam/east-1', ['current', 'managed']],
  ['EpisodeOfCare?end-reason=moved', ['moved-away']],
  ['Patient?key-population=04', ['resident-001']],
  ['Patient?area=https://qinghe.example/village|331299101201', ['resident-001']],
  // worklists
  ['Task?programme=hypertension&due=2026-04&status=ready', ['due']],
  // a day on or in the window, its first and its last too: `le` and `ge` of that day leave those two out
  ['Task?programme=hypertension&status=ready&due=gt2026-03-31&due=lt2026-04-02', ['due']],
  ['Task?programme=hypertension&status=ready&due=gt2026-04-29&due=lt2026-05-01', ['due']],
  ['Task?programme=hypertension&status=ready&due=gt2026-04-30&due=lt2026-05-02', []],
  ['Task?programme=hypertension&status=ready&due=gt2026-03-30&due=lt2026-04-01', []],
  ['Task?status=ready&due-end=lt2026-05-01', ['due']],
  ['Task?status=ready&due-end=lt2026-04-15', []],
  ['Task?due=sa2026-04-30&programme=hypertension', []],
  ['Task?area=331299101201&programme=immunisation', ['vaccination-done']],
  ['Task?origin=programme&status=failed', ['lost']],
  [`Task?status-reason=${CS}/not-visited-reason|3`, ['lost']],
  ['Task?contract=Contract/in-force&status=on-hold', ['put-off']],
  [
    'Task?definition=https://xiantong.example/fhir/PlanDefinition/hypertension|0.1.0&status=cancelled',
    ['ended'],
  ],
  ['Task?output=QuestionnaireResponse/hypertension-visit', ['done']],
  ['Condition?notifiable-class=c', ['hand-foot-mouth']],
  ['Observation?origin=home', ['pressure']],
  ['Provenance?on-behalf-of=Organization/township-centre-east', ['late-message']],
])('finds %s', async (query, expected) => {
  expect(await find(app, query)).toEqual(expected);
});

test('puts the tasks with the nearest deadline first', async () => {
  const found = ids(await app.call('GET', 'Task?_sort=due-end,_id&due-end:missing=false&_count=2'));
  expect(found).toEqual(['done', 'due']);
});

test.each([
  ['PlanDefinition?context-type-value=program$hypertension', ['hypertension']],
  [
    'Questionnaire?url=https://xiantong.example/fhir/Questionnaire/hypertension-follow-up',
    ['hypertension-follow-up'],
  ],
  [
    'ConceptMap?url=https://xiantong.example/fhir/ConceptMap/contract-status-to-state',
    ['contract-status-to-state'],
  ],
])('publishes what %s finds', async (query, expected) => {
  expect(await find(app, query)).toEqual(expected);
});
