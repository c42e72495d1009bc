/** Paging while another client writes: what was there all the time is seen exactly once. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BASE, startTestApp, type TestApp } from '../support/app.ts';
import { type Criterion, keyOf, Oracle } from './evaluate.ts';
import { Generator } from './generate.ts';
import type { Json } from './parameters.ts';
import { Random } from './random.ts';
import { load } from './world.ts';

const SEED = Number(process.env.ORACLE_SEED ?? Math.floor(Math.random() * 2 ** 31));
const STEADY = 70;
const MOVING = 50;

let app: TestApp;
let oracle: Oracle;
const random = new Random(SEED);
const generator = new Generator(random);
const moving = (i: number) => generator.resource('Observation', `moving-${i}`);

beforeAll(async () => {
  console.log(`ORACLE_SEED=${SEED}`);
  app = await startTestApp();
  const steady: Json[] = [];
  // Written between each other, so that every order mixes them.
  for (let i = 0; i < STEADY; i += 10) {
    const some = Array.from({ length: 10 }, (_, j) => generator.resource('Observation', `steady-${i + j}`));
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
      const answer = random.chance(0.4)
        ? await app.call('DELETE', `Observation/moving-${i}`)
        : await app.call('PUT', `Observation/moving-${i}`, moving(i));
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
  'value-string,-_id',
  'value-date',
  '-value-date,value-quantity,_id',
  'date,-_lastUpdated',
];
const FILTERS: readonly (readonly Criterion[])[] = [
  [],
  [['status', 'final']],
  [['code', 'x1,x2']],
  [['code:not', 'x1']],
  [['date', 'ge2024']],
];

describe(`with the seed ${SEED}`, () => {
  test.each(SORTS)('loses and repeats nothing sorted by "%s"', async (sort) => {
    for (const criteria of random.some(FILTERS, 2).concat([[]])) {
      const query = criteria.map(([name, value]) => `${name}=${value}&`).join('');
      const count = random.pick([1, 3, 7, 20]);
      const disturbance = disturb();
      const found: string[] = [];
      try {
        let next: string | undefined = `/Observation?${query}_count=${count}${sort ? `&_sort=${sort}` : ''}`;
        while (next !== undefined) {
          const answer = await app.call('GET', next);
          expect(answer.status, answer.text).toBe(200);
          found.push(...(answer.body.entry ?? []).map((e: Json) => keyOf(e.resource)));
          next = answer.body.link.find((l: Json) => l.relation === 'next')?.url.replace(/^.*?\/fhir/, '');
          expect(found.length, 'pages without end').toBeLessThan(5000);
        }
      } finally {
        expect(await disturbance.stop()).toBeGreaterThan(0);
      }
      const expected = [...oracle.search('Observation', criteria)]
        .filter(([, truth]) => truth === true)
        .map(([key]) => key);
      const steady = found.filter((key) => key.startsWith('Observation/steady-'));
      expect(steady.toSorted(), `${query}_count=${count}`).toEqual(expected.toSorted());
    }
  });
});
