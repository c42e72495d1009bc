/** Paging, forward and back, while another client writes: what was there all the time is seen exactly once. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, BASE, startTestApp, type TestApp } from '../support/app.ts';
import { type Criterion, keyOf, Oracle } from './evaluate.ts';
import { Generator } from './generate.ts';
import type { Json } from './parameters.ts';
import { Random } from './random.ts';
import { load } from './world.ts';

const SEED = Number(process.env.ORACLE_SEED ?? Math.floor(Math.random() * 2 ** 31));
const STEADY = 70;
const MOVING = 50;
/** Pages of a walk that turns round at random. */
const STEPS = 25;

let app: TestApp;
let oracle: Oracle;
const random = new Random(SEED);
const generator = new Generator(random);
const typeOf = (i: number) => (i % 3 === 0 ? 'DiagnosticReport' : 'Observation');
const moving = (i: number) => generator.resource(typeOf(i), `moving-${i}`);

beforeAll(async () => {
  console.log(`ORACLE_SEED=${SEED}`);
  app = await startTestApp({ linking: false });
  const steady: Json[] = [];
  // Written between each other, so that every order mixes them.
  for (let i = 0; i < STEADY; i += 10) {
    const some = Array.from({ length: 10 }, (_, j) => generator.resource(typeOf(i + j), `steady-${i + j}`));
    steady.push(...(await load(app, some)));
    await load(
      app,
      Array.from({ length: Math.ceil(MOVING / 7) }, (_, j) => moving((i / 10) * 7 + j)),
    );
  }
  oracle = new Oracle(steady, BASE);
});
afterAll(() => app.close());

/** Inserts, updates and deletes until told to stop. */
function disturb(): { stop: () => Promise<number> } {
  let stopped = false;
  let writes = 0;
  const work = async () => {
    while (!stopped) {
      const i = random.below(MOVING);
      const address = `${typeOf(i)}/moving-${i}`;
      const answer = random.chance(0.4)
        ? await app.call('DELETE', address)
        : await app.call('PUT', address, moving(i));
      expect(answer.status, answer.text).toBeLessThan(300);
      writes++;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const working = work();
  return {
    async stop() {
      stopped = true;
      await working;
      return writes;
    },
  };
}

async function pageAt(address: string): Promise<Answer> {
  const answer = await app.call('GET', address);
  expect(answer.status, answer.text).toBe(200);
  return answer;
}

/** The page behind a link of another. */
async function follow(answer: Answer, relation: 'next' | 'previous'): Promise<Answer | undefined> {
  const link = answer.body.link.find((l: Json) => l.relation === relation);
  return link && pageAt(link.url.replace(/^.*?\/fhir/, ''));
}

function steadyOn(answer: Answer): string[] {
  const keys: string[] = (answer.body.entry ?? []).map((e: Json) => keyOf(e.resource));
  return keys.filter((key) => key.includes('/steady-'));
}

/** From the first page to the last. */
async function walk(address: string): Promise<{ found: string[]; last: Answer }> {
  let last = await pageAt(address);
  const found = steadyOn(last);
  for (let pages = 0; ; pages++) {
    expect(pages, 'pages without end').toBeLessThan(1000);
    const next = await follow(last, 'next');
    if (!next) return { found, last };
    last = next;
    found.push(...steadyOn(last));
  }
}

/** From a page to the first; in the order of the search. */
async function walkBack(last: Answer): Promise<string[]> {
  const found = steadyOn(last);
  for (let page = await follow(last, 'previous'); page; page = await follow(page, 'previous')) {
    found.unshift(...steadyOn(page));
    expect(found.length, 'pages without end').toBeLessThan(1000);
  }
  return found;
}

/** Each page must have what stands beside the one that it was reached from. */
async function wander(address: string, order: readonly string[]): Promise<void> {
  let page = await pageAt(address);
  let place = { from: 0, to: steadyOn(page).length };
  for (let step = 0; step < STEPS; step++) {
    const forward = random.chance(0.6);
    const reached = await follow(page, forward ? 'next' : 'previous');
    if (!reached) continue;
    page = reached;
    const found = steadyOn(page);
    place = forward
      ? { from: place.to, to: place.to + found.length }
      : { from: place.from - found.length, to: place.from };
    expect(found, `${address}, step ${step}`).toEqual(order.slice(place.from, place.to));
  }
}

const SORTS = [
  '',
  '_id',
  '-_id',
  '_lastUpdated',
  '-_lastUpdated',
  'date',
  '-date',
  'value-quantity',
  '-value-quantity,date',
  'combo-value-quantity',
  'value-string,-_id',
  'value-date',
  '-value-date,value-quantity,_id',
  'date,-_lastUpdated',
  'code',
  '-code,date',
  'identifier,-value-date',
  'performer',
  '-subject,status',
  '_tag,-_source',
];
const FILTERS: readonly (readonly Criterion[])[] = [
  [],
  [['status', 'final']],
  [['code', 'x1,x2']],
  [['code:not', 'x1']],
  [['date', 'ge2024']],
];
/** By what both types have. */
const SHARED_SORTS = ['', '_id', '-_lastUpdated,_id', '-date', 'date,code', 'code,-status', '-performer'];
const SHARED_FILTERS = FILTERS.slice(0, 4);

describe(`with the seed ${SEED}`, () => {
  const check = async (
    types: readonly string[],
    filters: readonly (readonly Criterion[])[],
    sort: string,
  ): Promise<void> => {
    const base = types.length === 1 ? `/${types[0]}?` : `/?_type=${types.join(',')}&`;
    for (const criteria of random.some(filters, 2).concat([[]])) {
      const query = criteria.map(([name, value]) => `${name}=${value}&`).join('');
      const address = `${base}${query}_count=${random.pick([1, 3, 7, 20])}${sort ? `&_sort=${sort}` : ''}`;
      const disturbance = disturb();
      try {
        const expected = types.flatMap((type) =>
          [...oracle.search(type, criteria)].filter(([, truth]) => truth === true).map(([key]) => key),
        );
        const { found, last } = await walk(address);
        expect(found.toSorted(), address).toEqual(expected.toSorted());
        expect(await walkBack(last), `${address}, backward`).toEqual(found);
        await wander(address, found);
      } finally {
        expect(await disturbance.stop()).toBeGreaterThan(0);
      }
    }
  };

  test.each(SORTS)('loses and repeats nothing sorted by "%s"', (sort) =>
    check(['Observation'], FILTERS, sort),
  );

  test.each(SHARED_SORTS)('loses and repeats nothing across types sorted by "%s"', (sort) =>
    check(['Observation', 'DiagnosticReport'], SHARED_FILTERS, sort),
  );
});
