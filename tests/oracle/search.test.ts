/** The server's searches against an evaluation of the same searches in memory, on random resources. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BASE, startTestApp, type TestApp } from '../support/app.ts';
import { Oracle } from './evaluate.ts';
import type { Json } from './parameters.ts';
import { addressOf, type Query, QueryGenerator } from './queries.ts';
import { Random } from './random.ts';
import { type Difference, differences, shrink } from './run.ts';
import { load, makeWorld, type World } from './world.ts';

/**
 * A defect that waits: the oracle looks away from what it touches, as long as the entry is there. Its own
 * test below fails when the server has become right; delete the entry then.
 */
interface KnownDifference {
  readonly name: string;
  readonly reason: string;
  readonly specification: string;
  readonly resources: readonly Json[];
  readonly query: Pick<Query, 'type' | 'criteria'> & Partial<Pick<Query, 'sort' | 'includes'>>;
  readonly expected: string;
  readonly got: string;
}

const KNOWN: readonly KnownDifference[] = JSON.parse(
  readFileSync(new URL('known-differences.json', import.meta.url), 'utf8'),
);
const NAMES: ReadonlySet<string> = new Set(KNOWN.map(({ name }) => name));
const QUERIES = Number(process.env.ORACLE_QUERIES ?? 3000);
/** `ORACLE_SEED=7` repeats one run. Otherwise two seeds are always the same and one is new each time. */
const SEEDS = process.env.ORACLE_SEED
  ? [Number(process.env.ORACLE_SEED)]
  : [1, 20240229, Math.floor(Math.random() * 2 ** 31)];
/** More would only repeat the first. */
const MOST_REPORTED = Number(process.env.ORACLE_REPORTED ?? 8);

describe.each(SEEDS)('with the seed %i', (seed) => {
  let app: TestApp;
  let world: World;

  beforeAll(async () => {
    console.log(`ORACLE_SEED=${seed}`);
    app = await startTestApp({ linking: false });
    world = await makeWorld(app, new Random(seed), NAMES);
  });
  afterAll(() => app.close());

  test('finds what the specification says', { timeout: 600_000 }, async () => {
    const queries = new QueryGenerator(new Random(seed + 1), world.versions);
    const reports: string[] = [];
    for (let i = 0; i < Math.ceil(QUERIES / SEEDS.length) && reports.length < MOST_REPORTED; i++) {
      const query = queries.query();
      if ((await differences(app, world, query)).length === 0) continue;
      const smallest = await shrink(app, world, query);
      for (const difference of await differences(app, world, smallest)) {
        reports.push(report(world, smallest, difference));
      }
    }
    expect(reports, `repeat with ORACLE_SEED=${seed}`).toEqual([]);
  });
});

/** The query, what is wrong with its answer, and the first two resources of that. */
function report(world: World, query: Query, { kind, detail }: Difference): string {
  const readable = decodeURIComponent(addressOf(query)).replace(/&?_count=1000/, '');
  const named = detail.match(/[A-Z]\w+\/[\w.-]+/g) ?? [];
  return [
    `${kind} ${query.type}?${readable}: ${detail}`,
    ...named.slice(0, 2).map((key) => JSON.stringify(world.oracle.get(key) ?? null).slice(0, 2000)),
  ].join('\n');
}

// vitest takes a suite without tests for a mistake.
(KNOWN.length > 0 ? describe : describe.skip)('the known difference', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ linking: false });
  });
  afterAll(() => app.close());

  test.each(KNOWN)('$name is still there', async ({ resources, query, ...difference }) => {
    const stored = await load(app, resources);
    const world: World = { oracle: new Oracle(stored, BASE), versions: stored };
    const found = await differences(app, world, {
      sort: [],
      includes: [],
      count: undefined,
      total: false,
      summary: false,
      post: false,
      ...query,
    });
    expect(found, `Delete it from known-differences.json: ${difference.reason}`).not.toEqual([]);
    for (const { resourceType, id } of resources) await app.call('DELETE', `${resourceType}/${id}`);
  });
});
