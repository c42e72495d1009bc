/**
 * Requests that nobody meant, some ten thousand of them: the server answers each, never with its own
 * failure, and what it stores holds together. `FUZZ_CASES`, `FUZZ_SECONDS` and `FUZZ_SEED` are heard;
 * `FUZZ_TRACE` names a file that gets each case before it is sent, for the one that ends the process.
 */
import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadDefinitions } from '../../src/definitions/definitions.ts';
import { createParameters } from '../../src/search/parameters.ts';
import { BASE, startTestApp, type TestApp } from '../support/app.ts';
import { type Case, makeCase, type Sample } from './cases.ts';
import { inconsistencies, settled } from './consistency.ts';
import { random, seedOf } from './random.ts';

const CASES = Number(process.env.FUZZ_CASES ?? 20_000);
const SECONDS = Number(process.env.FUZZ_SECONDS ?? 75);
const AT_ONCE = 8;
const PATIENCE_MS = 20_000;
/** The heap is measured so many times; what is compiled and cached at first is there after half of them. */
const ROUNDS = 8;
/** What the heap may grow by in the second half. */
const MAX_GROWTH = 16 * 1024 * 1024;

const ROOT = join(import.meta.dirname, '../..');
const definitions = loadDefinitions(join(ROOT, 'profiles'), [join(ROOT, 'terminology')]);
const parameters = createParameters(definitions);

let server: TestApp;
const samples: Sample[] = [];

beforeAll(async () => {
  const r = random(1);
  const examples = join(ROOT, 'node_modules/hl7.fhir.r4.examples');
  const names = readdirSync(examples).filter((n) => /^[A-Z].*\.json$/.test(n));
  const files = Array.from({ length: 400 }, () => join(examples, r.pick(names)));
  const valid = join(ROOT, 'fixtures/valid');
  for (const profile of readdirSync(valid)) {
    for (const name of readdirSync(join(valid, profile))) files.push(join(valid, profile, name));
  }
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    const sample = JSON.parse(text) as Sample;
    if (text.length < 20_000 && sample.resourceType !== undefined) samples.push(sample);
  }
  server = await startTestApp();
});

afterAll(() => server.close());

/** How often each status came back: a run in which nothing succeeds proves little. */
const statuses: Record<string, number> = {};

/** What is wrong with the answer to a case; undefined when nothing is. */
async function fault(c: Case): Promise<string | undefined> {
  const asked = server.app.inject({ ...c, method: c.method as 'GET' });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), PATIENCE_MS);
  });
  const answer = await Promise.race([asked, late]);
  clearTimeout(timer);
  if (!answer) return 'no answer';
  const { statusCode: status, body: text } = answer;
  const kind = `${c.method} ${status}`;
  statuses[kind] = (statuses[kind] ?? 0) + 1;
  if (status >= 500) return `${status}`;
  if (c.method === 'HEAD' || c.method === 'OPTIONS' || text === '' || answer.headers['content-encoding'])
    return;
  // A Binary is answered as the bytes it holds.
  if (status < 400 && !String(answer.headers['content-type']).includes('json')) return;
  let content: { resourceType?: string; issue?: unknown[]; entry?: { response?: { status?: string } }[] };
  try {
    content = JSON.parse(text);
  } catch {
    return `${status} with what is not JSON`;
  }
  // Dots that lead out of /fhir lead to no FHIR endpoint.
  if (!new URL(c.url, 'http://x').pathname.startsWith('/fhir')) return;
  if (status >= 400 && (content.resourceType !== 'OperationOutcome' || !content.issue?.length))
    return `${status} without an OperationOutcome`;
  const broken = content.entry?.find((e) => e.response?.status?.startsWith('5'));
  return broken ? `an entry answered ${broken.response?.status}` : undefined;
}

function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

test('every request is answered, by no failure of the server, and the database holds together', {
  timeout: (SECONDS + 120) * 1000,
}, async () => {
  const seed = seedOf('requests');
  const faults = new Map<string, string>();
  const counts: Record<string, number> = {};
  let next = 0;
  const heaps: number[] = [];
  const began = Date.now();
  /** How much is done, by cases or by time. */
  const part = () => Math.max(next / CASES, (Date.now() - began) / (SECONDS * 1000));
  const work = async () => {
    while (part() < 1) {
      const number = next++;
      if (part() >= (heaps.length + 1) / ROUNDS) heaps.push(heapUsed());
      const c = makeCase(random(seed + number), { definitions, parameters, samples });
      const { FUZZ_TRACE } = process.env;
      if (FUZZ_TRACE) appendFileSync(FUZZ_TRACE, `${number} ${c.method} ${c.url} ${c.payload ?? ''}\n`);
      const wrong = await fault(c);
      if (FUZZ_TRACE) appendFileSync(FUZZ_TRACE, `${number} answered\n`);
      counts[wrong ?? 'fine'] = (counts[wrong ?? 'fine'] ?? 0) + 1;
      // One of each kind is told: the fault and the address without ids and values.
      const kind = `${wrong} ${c.method} ${c.url.split('?')[0]!.split('/').slice(0, 3).join('/')}`;
      if (wrong && faults.size < 25 && !faults.has(kind)) {
        faults.set(
          kind,
          `${wrong}: case ${number}: ${c.method} ${c.url} ${JSON.stringify(c.headers)} ${c.payload?.slice(0, 3000) ?? ''}`,
        );
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  console.log(`fuzz requests: ${next} cases`, counts, statuses);
  const stored = Object.entries(statuses).filter(([kind]) => / 20[01]$/.test(kind));
  expect.soft(stored.reduce((sum, [, n]) => sum + n, 0)).toBeGreaterThan(next / 10);
  heaps.push(heapUsed());
  console.log(`fuzz requests: heap of ${heaps.map((h) => Math.round(h / 2 ** 20)).join(', ')} MB`);
  const indexRows = await settled(server.database, definitions, BASE);
  const found = await inconsistencies(server.database, indexRows);
  expect.soft([...faults.values()]).toEqual([]);
  expect.soft(found).toEqual([]);
  expect.soft(heaps.at(-1)! - heaps[ROUNDS / 2 - 1]!).toBeLessThan(MAX_GROWTH);
});
