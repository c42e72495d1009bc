/**
 * A resident of another organisation must not show, in nothing: for everybody whose business it is not, the county
 * with the canary answers every question exactly as the county without.
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { asPerson } from '../../features/people.ts';
import { as, type Call } from '../../features/tokens.ts';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { bundle, type Json } from '../support.ts';
import { canary, county, PEOPLE, SECRET, stored } from './county.ts';
import { POSTED, questions } from './questions.ts';

let app: TestApp;
let platform: Call;
const callers = new Map<string, Call>();
let asked: string[];
/** Caller -> the answers of the county without the canary. */
const before = new Map<string, string[]>();

if (process.env.CANARY === 'all') vi.setConfig({ testTimeout: 3_600_000, hookTimeout: 3_600_000 });

const SYSTEMS = {
  'system of the clinic': { organization: 'Organization/clinic' },
  'system of nobody': {},
  'system of the disease control': {
    organization: 'Organization/disease-control',
    roles: ['system', 'disease-control'],
  },
};

beforeAll(async () => {
  app = await startTestApp({ auth: 'smart' });
  platform = await as(app, 'system/*.cruds');
  for (const [name, client] of Object.entries(SYSTEMS)) {
    callers.set(name, await as(app, 'system/*.cruds', { ...client, countyWide: false }));
  }
  for (const [name, fhirUser] of Object.entries(PEOPLE)) callers.set(name, await asPerson(app, { fhirUser }));
  callers.set(
    'app for one resident',
    await asPerson(app, { fhirUser: 'Patient/own', scope: 'patient/*.rs', patient: 'own' }),
  );
  callers.set(
    'app with a narrow scope',
    await asPerson(app, {
      fhirUser: 'Practitioner/doctor',
      scope: 'user/Observation.rs?code=own-code user/Patient.rs',
    }),
  );
  await put(county());
  asked = await questions(app);
  for (const name of [...callers.keys(), 'platform']) before.set(name, await answersOf(name));
  await put(canary());
});
afterAll(() => app.close());

async function put(resources: readonly Json[]): Promise<void> {
  const answer = await platform('POST', '', stored(resources));
  expect(answer.status, answer.text.slice(0, 2000)).toBe(200);
}

/** Entries of one batch. */
const BATCH = 250;
/** Each caller is asked a part, and all of them everything; with CANARY=all each is asked everything, for minutes. */
const PARTS = process.env.CANARY === 'all' ? 1 : 12;

/** What a caller is asked by GET. */
function askedOf(name: string): string[] {
  const part = [...callers.keys(), 'platform'].indexOf(name) % PARTS;
  return asked.filter((_, i) => i % PARTS === part);
}

async function answersOf(name: string): Promise<string[]> {
  const call = name === 'platform' ? platform : callers.get(name)!;
  const questions = askedOf(name);
  const answers: string[] = [];
  for (let from = 0; from < questions.length; from += BATCH) {
    const some = questions.slice(from, from + BATCH);
    const entry = some.map((url) => ({ request: { method: 'GET', url } }));
    const answer = await call('POST', '', bundle('batch', entry));
    expect(answer.status, answer.text.slice(0, 2000)).toBe(200);
    answers.push(...answer.body.entry.map(plain));
  }
  for (const [path, body, headers] of POSTED) {
    const answer = await call('POST', path, body, headers);
    answers.push(plain({ status: answer.status, resource: answer.body }));
  }
  return answers;
}

/** An answer without what differs each time: ids of Bundles, and when they were made. */
function plain(entry: Json): string {
  const { resource, response } = entry;
  const { lastModified: _, etag: __, ...rest } = response ?? {};
  const told =
    resource?.resourceType === 'Bundle' ? { ...resource, id: undefined, meta: undefined } : resource;
  return JSON.stringify({ ...entry, response: rest, resource: told });
}

describe.each([
  ...Object.keys(SYSTEMS),
  ...Object.keys(PEOPLE),
  'app for one resident',
  'app with a narrow scope',
])('for the %s', (name) => {
  test('every answer is the same with and without the canary', async () => {
    const now = await answersOf(name);
    const all = [...askedOf(name), ...POSTED.map(([path]) => path)];
    const differing = all.filter((_, i) => now[i] !== before.get(name)![i]);
    expect(differing).toEqual([]);
    for (const answer of now) expect(answer.includes(SECRET)).toBe(false);
  });
});

test('the questions do find the canary: the platform sees it', async () => {
  const now = await answersOf('platform');
  const differing = now.filter((answer, i) => answer !== before.get('platform')![i]);
  expect(differing.length).toBeGreaterThan(now.length / 3);
  expect(now.filter((answer) => answer.includes(SECRET)).length).toBeGreaterThan(now.length / 10);
});
