/** Writing versions: what the index tables hold after any history is what the last version alone would have written. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadDefinitions } from '../../../src/definitions/definitions.ts';
import { createIndexRows } from '../../../src/search/index-rows.ts';
import { createParameters } from '../../../src/search/parameters.ts';
import { NO_ROWS } from '../../../src/search/rows.ts';
import type { Change } from '../../../src/store/change.ts';
import { createKeys } from '../../../src/store/keys.ts';
import { lockMany, readCurrent, readMany, readVersion } from '../../../src/store/read.ts';
import { createWriter, type Writer } from '../../../src/store/writer.ts';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts';
import { generator } from '../../unit/kernel/generator.ts';

const definitions = loadDefinitions(join(import.meta.dirname, '../../../profiles'));
const rowsOf = createIndexRows(createParameters(definitions), 'http://h/fhir');

let postgres: TestDatabase;
let writer: Writer;
beforeAll(async () => {
  postgres = await createTestDatabase();
  writer = createWriter(postgres.database, rowsOf);
});
afterAll(() => postgres.drop());

type Resource = Record<string, unknown> & { resourceType: string };

function fresh(id: string, resource: Resource, updated = 1000): Change {
  return {
    type: resource.resourceType,
    id,
    version: 1,
    updated,
    method: 'PUT',
    content: JSON.stringify(resource),
    rows: rowsOf(resource),
  };
}

/** Writes the next version of a resource; undefined deletes it. */
async function next(
  type: string,
  id: string,
  resource: Resource | undefined,
  updated: number,
): Promise<void> {
  await postgres.database.tx(async (db) => {
    const [stored] = await lockMany(db, [{ type, id }]);
    const content = resource === undefined ? null : JSON.stringify(resource);
    const rows = resource === undefined ? NO_ROWS : rowsOf(resource);
    const method = resource === undefined ? 'DELETE' : 'PUT';
    const former = stored?.content ? rowsOf(JSON.parse(stored.content) as Resource) : NO_ROWS;
    const version = (stored?.version ?? 0) + 1;
    const before = stored && { stored, rows: former };
    await writer.within(db, [{ type, id, version, updated, method, content, rows, before }]);
  });
}

/** Everything the index tables hold of a resource, without its key. */
async function indexOf(type: string, id: string): Promise<string[]> {
  const { rows } = await postgres.database.query<{ line: string }>({
    text: `with r as (select key from resource where type = $1 and id = $2)
select 't ' || hash || ' ' || date as line from token where key = (select key from r)
union all select 's ' || hash || ' ' || value from string where key = (select key from r)
union all select 'n ' || hash || ' ' || value from number where key = (select key from r)
union all select 'd ' || hash || ' ' || lo || ' ' || hi from date_range where key = (select key from r)
union all select 'r ' || coalesce(patient, '') || ' ' || date || ' ' || coalesce(date_end::text, '') from resource where key = (select key from r)`,
    values: [type, id],
  });
  return rows.map((r) => r.line).sort();
}

test('after any row of updates and deletions the index is that of the last version', async () => {
  const random = generator(42);
  const pick = <T>(...list: T[]): T => list[Math.floor(random() * list.length)]!;
  const some = () => ({
    resourceType: 'Observation',
    status: pick('final', 'amended'),
    code: {
      coding: [{ system: pick('a', 'b'), code: pick('x', 'y') }, ...(random() < 0.5 ? [{ code: 'z' }] : [])],
    },
    ...(random() < 0.7 ? { subject: { reference: pick('Patient/1', 'Patient/2', 'Group/1') } } : {}),
    ...(random() < 0.7 ? { effectiveDateTime: pick('2024', '2024-05', '2024-05-10') } : {}),
    ...pick<object>(
      {},
      { valueQuantity: { value: pick(1, 2.5), system: 'http://unitsofmeasure.org', code: pick('mg', 'g') } },
      { valueString: pick('Text', '文字') },
      { valueDateTime: pick('2020', '2021') },
    ),
    ...(random() < 0.5
      ? {
          performer: [
            { reference: 'Practitioner/1' },
            { reference: pick('Practitioner/1', 'Practitioner/2') },
          ],
        }
      : {}),
  });
  for (let round = 0; round < 25; round++) {
    let last: Resource | undefined;
    let updated = 1000;
    for (let step = 0; step < 6; step++) {
      updated += pick(0, 7);
      last = random() < 0.2 ? undefined : some();
      await next('Observation', `history-${round}`, last, updated);
    }
    if (last === undefined) {
      const lines = await indexOf('Observation', `history-${round}`);
      expect(lines).toEqual([`r  ${updated} `]);
    } else {
      await next('Observation', `alone-${round}`, last, updated);
      expect(await indexOf('Observation', `history-${round}`)).toEqual(
        await indexOf('Observation', `alone-${round}`),
      );
    }
  }
});

test('keeps every version, also those of before a deletion', async () => {
  for (let version = 1; version <= 5; version++) {
    const resource = version === 3 ? undefined : { resourceType: 'Basic', language: `v${version}` };
    await next('Basic', 'kept', resource, 1000 + version);
  }
  for (let version = 1; version <= 5; version++) {
    const found = await readVersion(postgres.database, 'Basic', 'kept', version);
    expect(found?.version).toBe(version);
    expect(found?.content).toBe(version === 3 ? null : `{"resourceType":"Basic","language":"v${version}"}`);
    expect(found?.deleted).toBe(version === 3);
    expect(found?.method).toBe(version === 3 ? 'DELETE' : 'PUT');
  }
  expect(await readVersion(postgres.database, 'Basic', 'kept', 6)).toBeUndefined();
});

test('fails for a new resource whose id is there already, and writes nothing of the call', async () => {
  await writer.within(postgres.database, [fresh('taken', { resourceType: 'Basic' })]);
  const write = writer.within(postgres.database, [
    fresh('beside', { resourceType: 'Basic' }),
    fresh('taken', { resourceType: 'Basic' }),
  ]);
  await expect(write).rejects.toMatchObject({ code: '23505' });
  expect(await readCurrent(postgres.database, 'Basic', 'beside')).toBeUndefined();
});

test('reads many, those that there are', async () => {
  await writer.within(postgres.database, [
    fresh('m1', { resourceType: 'Basic' }),
    fresh('m2', { resourceType: 'Basic' }),
  ]);
  const found = await readMany(postgres.database, [
    { type: 'Basic', id: 'm1' },
    { type: 'Basic', id: 'none' },
    { type: 'Patient', id: 'm2' },
    { type: 'Basic', id: 'm2' },
  ]);
  expect(found.map((f) => f.id).sort()).toEqual(['m1', 'm2']);
  expect(await readMany(postgres.database, [])).toEqual([]);
});

describe('keys', () => {
  test('are never handed out twice, however many ask at once and from wherever', async () => {
    const [keys, other] = [createKeys(), createKeys()];
    const taken = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        (i % 2 ? keys : other).take(postgres.database, 1 + ((i * 37) % 400)),
      ),
    );
    const all = taken.flat();
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('group commit', () => {
  test('does not fail a change for the fault of its neighbour', async () => {
    await writer.write([fresh('g-taken', { resourceType: 'Basic' })]);
    const results = await Promise.allSettled(
      Array.from({ length: 50 }, (_, i) =>
        writer.write([fresh(i % 10 === 3 ? 'g-taken' : `g-${i}`, { resourceType: 'Basic' })]),
      ),
    );
    expect(results.map((r) => r.status)).toEqual(
      results.map((_, i) => (i % 10 === 3 ? 'rejected' : 'fulfilled')),
    );
    for (let i = 0; i < 50; i++) {
      const found = await readCurrent(postgres.database, 'Basic', `g-${i}`);
      expect(found !== undefined, `g-${i}`).toBe(i % 10 !== 3);
    }
  });

  test('writes the changes of one call together or not at all', async () => {
    const two = (a: string, b: string) =>
      writer.write([fresh(a, { resourceType: 'Basic' }), fresh(b, { resourceType: 'Basic' })]);
    const results = await Promise.allSettled([two('p1', 'p2'), two('p3', 'g-taken'), two('p4', 'p5')]);
    expect(results.map((r) => r.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    const found = await readMany(
      postgres.database,
      ['p1', 'p2', 'p3', 'p4', 'p5'].map((id) => ({ type: 'Basic', id })),
    );
    expect(found.map((f) => f.id).sort()).toEqual(['p1', 'p2', 'p4', 'p5']);
  });

  test('lets one of many who follow the same version write, and tells the others', async () => {
    await writer.write([fresh('followed', { resourceType: 'Basic' })]);
    const stored = (await readCurrent(postgres.database, 'Basic', 'followed'))!;
    const follow = (n: number): Change => ({
      ...fresh('followed', { resourceType: 'Basic', language: `l${n}` }, 2000 + n),
      version: 2,
      before: { stored, rows: rowsOf({ resourceType: 'Basic' }) },
    });
    const done = await Promise.all(Array.from({ length: 20 }, (_, n) => writer.write([follow(n)])));
    expect(done.filter((d) => d)).toHaveLength(1);
    const now = await readCurrent(postgres.database, 'Basic', 'followed');
    expect(now).toMatchObject({ version: 2, updated: 2000 + done.indexOf(true) });
    const { rows } = await postgres.database.query<{ version: number }>({
      text: 'select version from history where key = $1',
      values: [stored.key],
    });
    expect(rows).toEqual([{ version: 1 }]);
  });

  test('takes more than fits into one statement', async () => {
    await Promise.all(
      Array.from({ length: 700 }, (_, i) => writer.write([fresh(`many-${i}`, { resourceType: 'Basic' })])),
    );
    const { rows } = await postgres.database.query<{ n: string }>({
      text: `select count(*) as n from resource where id like 'many-%'`,
      values: [],
    });
    expect(rows[0]!.n).toBe('700');
  });
});
