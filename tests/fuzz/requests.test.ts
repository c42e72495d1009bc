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
import { createIndexRows } from '../../src/search/index-rows.ts';
import { createParameters } from '../../src/search/parameters.ts';
import { BASE, startTestApp, type TestApp } from '../support/app.ts';
import { inconsistencies } from './consistency.ts';
import { mutated, mutatedText, type Random, random, STRANGE, seedOf } from './random.ts';

const CASES = Number(process.env.FUZZ_CASES ?? 20_000);
const SECONDS = Number(process.env.FUZZ_SECONDS ?? 75);
const AT_ONCE = 8;
const PATIENCE_MS = 20_000;
/** What the heap may grow by between the first quarter and the end. */
const MAX_GROWTH = 200 * 1024 * 1024;

const ROOT = join(import.meta.dirname, '../..');
const definitions = loadDefinitions(join(ROOT, 'profiles'), [join(ROOT, 'terminology')]);
const parameters = createParameters(definitions);

interface Sample {
  readonly resourceType: string;
  readonly id?: string;
}

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

interface Case {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly payload?: string;
}

function id(r: Random): string {
  return r.chance(0.1) ? encodeURIComponent(wellFormed(r.pick(STRANGE))) : `p${r.below(40)}`;
}

/** encodeURIComponent takes no lone surrogates. */
function wellFormed(text: string): string {
  return text.toWellFormed();
}

function body(r: Random, sample: object): string {
  const value = r.chance(0.3) ? sample : mutated(r, sample);
  const text = JSON.stringify(value);
  return r.chance(0.2) ? mutatedText(r, text) : text;
}

function query(r: Random, type: string): string {
  const codes = [...parameters(type).byCode.keys()];
  const pair = (): string => {
    const code =
      codes.length > 0 && r.chance(0.8) ? r.pick(codes) : r.pick(['_id', '_lastUpdated', ...STRANGE]);
    const modifier = r.chance(0.3)
      ? r.pick([
          ':not',
          ':exact',
          ':contains',
          ':identifier',
          ':Patient',
          ':missing',
          ':x',
          '.name',
          '.identifier',
        ])
      : '';
    const name = r.pick([
      ...Array<string>(8).fill(`${code}${modifier}`),
      '_count',
      '_sort',
      '_include',
      '_revinclude',
      '_summary',
      '_elements',
      '_total',
      '_cursor',
      '_has:Observation:patient:code',
    ]);
    const cursor = () =>
      Buffer.from(JSON.stringify(mutated(r, [r.below(1e9), String(r.below(1e9)), 1e12]))).toString(
        'base64url',
      );
    const value = r.pick<() => string>([
      () => r.pick(STRANGE),
      () => r.pick(STRANGE),
      cursor,
      () =>
        r.pick([
          '1',
          '-1',
          'true',
          'count',
          'name,_id',
          '-birthdate',
          'ge2020',
          '5.4|http://unitsofmeasure.org|mg',
        ]),
      () => r.pick(['Observation:patient', 'Patient:*', 'Observation:*', `${type}:${code}`, '*']),
    ])();
    return `${encodeURIComponent(wellFormed(name))}=${
      r.chance(0.1)
        ? value
            .slice(0, 50)
            .toWellFormed()
            .replace(/[^\x21-\x7e]|#/g, '')
        : encodeURIComponent(wellFormed(value))
    }`;
  };
  return Array.from({ length: r.below(4) }, pair).join('&');
}

function headers(r: Random): Record<string, string> {
  const found: Record<string, string> = {};
  const odd = STRANGE.filter((s) => /^[\x20-\x7e]*$/.test(s));
  for (const name of [
    'accept',
    'prefer',
    'if-match',
    'if-none-match',
    'if-none-exist',
    'if-modified-since',
  ]) {
    if (r.chance(0.05))
      found[name] = r.pick([...odd, 'W/"1"', '*', 'application/fhir+json', 'return=minimal', '_id=p1']);
  }
  for (const name of [
    'x-request-id',
    'accept-language',
    'content-encoding',
    'origin',
    'host',
    'accept-encoding',
  ]) {
    if (r.chance(0.02)) found[name] = r.pick([...odd, 'zh;q=1', 'gzip', 'br']);
  }
  return found;
}

function parametersBody(r: Random): object {
  const coding = { coding: [{ system: 'http://loinc.org', code: '2345-7' }] };
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'subject', valueReference: { reference: `Patient/p${r.below(40)}` } },
      { name: 'item', valueCodeableConcept: coding },
      { name: 'decider', valueReference: { reference: 'Practitioner/p1' } },
      { name: 'reason', valueCodeableConcept: coding },
      {
        name: 'decision',
        part: [
          { name: 'result', valueReference: { reference: `Observation/p${r.below(40)}` } },
          { name: 'outcome', valueCode: r.pick(['recognized', 'denied']) },
        ],
      },
    ].filter(() => r.chance(0.6)),
  };
}

function makeCase(r: Random): Case {
  const sample = r.pick(samples);
  const type = r.chance(0.97) ? sample.resourceType : wellFormed(r.pick(STRANGE));
  const at = `/fhir/${encodeURIComponent(type)}`;
  const known = definitions.resourceTypes.has(type) ? type : 'Patient';
  const json = {
    'content-type': r.chance(0.97) ? 'application/fhir+json' : r.pick(['text/plain', 'x', 'a/b;c']),
  };
  const own = headers(r);
  const name = `p${r.below(40)}`;
  switch (r.below(12)) {
    case 0:
      return { method: 'POST', url: at, headers: { ...json, ...own }, payload: body(r, sample) };
    case 1:
    case 2:
      return {
        method: 'PUT',
        url: `${at}/${name}`,
        headers: { ...json, ...own },
        payload: body(r, { ...sample, id: name }),
      };
    case 3:
      return {
        method: 'PUT',
        url: `${at}?${query(r, known)}`,
        headers: { ...json, ...own },
        payload: body(r, sample),
      };
    case 4:
      return {
        method: 'DELETE',
        url: r.chance(0.7) ? `${at}/${id(r)}` : `${at}?${query(r, known)}`,
        headers: own,
      };
    case 5:
      return {
        method: 'GET',
        url: `${at}/${id(r)}${r.pick(['', '', '/_history', '/_history/1', '/_history/x', '/Observation', `?${query(r, known)}`])}`,
        headers: own,
      };
    case 6:
    case 7:
      return { method: r.pick(['GET', 'GET', 'GET', 'HEAD']), url: `${at}?${query(r, known)}`, headers: own };
    case 8:
      return {
        method: 'POST',
        url: `${at}/_search`,
        headers: { ...own, 'content-type': 'application/x-www-form-urlencoded' },
        payload: query(r, known),
      };
    case 9: {
      const entry = Array.from({ length: 1 + r.below(4) }, () => {
        const resource = r.pick(samples);
        const to = `p${r.below(40)}`;
        const request = r.pick([
          { method: 'POST', url: resource.resourceType },
          { method: 'POST', url: resource.resourceType, ifNoneExist: `_id=${to}` },
          { method: 'PUT', url: `${resource.resourceType}/${to}` },
          { method: 'GET', url: `${resource.resourceType}/${to}` },
          { method: 'GET', url: `${resource.resourceType}?${query(r, resource.resourceType)}` },
          { method: 'DELETE', url: `${resource.resourceType}/${to}` },
          { method: r.pick(STRANGE), url: r.pick(STRANGE) },
        ]);
        const content = r.chance(0.5) ? { ...resource, id: to } : mutated(r, { ...resource, id: to });
        return {
          fullUrl: `urn:uuid:${to}`,
          resource: content,
          request: r.chance(0.9) ? request : mutated(r, request),
        };
      });
      const bundle = { resourceType: 'Bundle', type: r.pick(['batch', 'transaction']), entry };
      return { method: 'POST', url: '/fhir', headers: { ...json, ...own }, payload: body(r, bundle) };
    }
    case 10: {
      const url = r.pick([
        'ServiceRequest/$check-recognition',
        'ServiceRequest/$decide-recognition',
        `Task/${name}/$revoke-recognition`,
        'Patient/$x',
      ]);
      return {
        method: 'POST',
        url: `/fhir/${url}`,
        headers: { ...json, ...own },
        payload: body(r, parametersBody(r)),
      };
    }
    default: {
      const steps = Array.from({ length: r.below(5) }, () =>
        r.pick([
          'Patient',
          '_history',
          '1',
          '$x',
          'metadata',
          '_search',
          encodeURIComponent(wellFormed(r.pick(STRANGE))),
        ]),
      );
      const method = r.pick(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
      return { method, url: `/fhir/${steps.join('/')}?${query(r, known)}`, headers: own };
    }
  }
}

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
  const until = Date.now() + SECONDS * 1000;
  const faults = new Map<string, string>();
  const counts: Record<string, number> = {};
  let next = 0;
  let early: number | undefined;
  const work = async () => {
    while (next < CASES && Date.now() < until) {
      const number = next++;
      if (number === Math.floor(CASES / 4)) early = heapUsed();
      const c = makeCase(random(seed + number));
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
  const late = heapUsed();
  const found = await inconsistencies(server.database, createIndexRows(parameters, BASE));
  expect.soft([...faults.values()]).toEqual([]);
  expect.soft(found).toEqual([]);
  if (early !== undefined) expect.soft(late - early).toBeLessThan(MAX_GROWTH);
});
