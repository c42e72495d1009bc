/** What holds while the search parameters change and index rows are rebuilt, race by race. See src/indexing/README.md. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createDatabase, type PooledDatabase } from '../../../src/db/pool.ts';
import { loadDefinitions } from '../../../src/definitions/definitions.ts';
import { createIndexRows, type IndexRowsOf } from '../../../src/search/index-rows.ts';
import { createParameters, type ParameterSet } from '../../../src/search/parameters.ts';
import type { Change } from '../../../src/store/change.ts';
import { createCodeSystems } from '../../../src/store/code-systems.ts';
import { lockParameterSet, readParameterSet, replaceParameters } from '../../../src/store/parameter-set.ts';
import { readCurrent } from '../../../src/store/read.ts';
import {
  addReindex,
  beginReindex,
  lockReindex,
  reindexSlice,
  repeatReindex,
} from '../../../src/store/reindex.ts';
import { createWriter, type Writer } from '../../../src/store/writer.ts';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts';

const definitions = loadDefinitions(join(import.meta.dirname, '../../../profiles'));
const BASE = 'http://h/fhir';
const PARAMETER = {
  id: 'word',
  types: ['Basic'],
  definition: {
    resourceType: 'SearchParameter' as const,
    url: 'urn:word',
    name: 'word',
    status: 'active' as const,
    description: 'd',
    code: 'word',
    base: ['Basic' as const],
    type: 'string' as const,
    expression: "Basic.extension('urn:word').value",
  },
};

let postgres: TestDatabase;
let database: PooledDatabase;
let parameters: ParameterSet;
let rowsOf: IndexRowsOf;
let writer: Writer;

const learn = async () => parameters.use(await readParameterSet(postgres.database));

beforeEach(async () => {
  postgres = await createTestDatabase();
  parameters = createParameters(definitions);
  rowsOf = createIndexRows(parameters, BASE);
  database = createDatabase(postgres.connection, { onOutdatedRows: learn });
  writer = createWriter(database, rowsOf, { learn });
});
afterEach(async () => {
  await database.close();
  await postgres.drop();
});

const basic = (id: string, word: string) => ({
  resourceType: 'Basic',
  id,
  code: { text: 'x' },
  extension: [{ url: 'urn:word', valueString: word }],
});

async function change(id: string, word: string): Promise<Change> {
  const stored = await readCurrent(postgres.database, 'Basic', id);
  const resource = basic(id, word);
  return {
    type: 'Basic',
    id,
    version: (stored?.version ?? 0) + 1,
    updated: Date.now(),
    method: 'PUT',
    content: JSON.stringify(resource),
    rows: rowsOf(resource),
    before: stored && { stored, rows: rowsOf(JSON.parse(stored.content!)) },
  };
}

/** Another process takes the parameter up; this one has not heard of it. */
const takeUp = () =>
  postgres.database.tx(async (db) => {
    await lockParameterSet(db);
    await replaceParameters(db, [], [PARAMETER]);
  });

/** What the index has for the parameter. */
async function words(): Promise<string[]> {
  const { rows } = await postgres.database.query<{ value: string }>({
    text: `select value from string where hash = hashtextextended('Basic:word:', 0) order by value`,
    values: [],
  });
  return rows.map((r) => r.value);
}

test('a write whose rows were made before the set changed is made anew, alone and in a transaction', async () => {
  await writer.write([await change('a', 'old')]);
  const [created, changed] = [await change('b', 'born'), await change('a', 'late')];
  await takeUp();
  expect(parameters.version).toBe(0);
  expect(await writer.write([created])).toBe(true);
  expect(parameters.version).toBe(1);
  expect(await writer.write([changed])).toBe(true);
  expect(await words()).toEqual(['born', 'late']);

  parameters.use({ version: 0, parameters: [] });
  await database.tx(async (db) => writer.within(db, [await change('c', 'third')]));
  expect(await words()).toEqual(['born', 'late', 'third']);
});

test('who cannot learn the set writes nothing, and is told to come again', async () => {
  await takeUp();
  const deaf = createWriter(postgres.database, rowsOf);
  await expect(deaf.write([await change('a', 'x')])).rejects.toMatchObject({ status: 503 });
  const within = postgres.database.tx(async (db) => deaf.within(db, [await change('a', 'x')]));
  await expect(within).rejects.toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
  expect(await readCurrent(postgres.database, 'Basic', 'a')).toBeUndefined();
});

test('the set does not change while a write of it is under way', async () => {
  let commit = () => {};
  const writing = new Promise<void>((wrote, failed) => {
    database
      .tx(async (db) => {
        await writer.within(db, [await change('a', 'under way')]);
        wrote();
        await new Promise<void>((resolve) => {
          commit = resolve;
        });
      })
      .catch(failed);
  });
  await writing;
  await expect(takeUp()).rejects.toMatchObject({ status: 503 });
  commit();
  await takeUp();
});

test('what a slice wrote unseen by an update that waited for it, the second pass takes away', async () => {
  await writer.write([await change('a', 'before')]);
  await takeUp();
  await learn();
  const { id } = await addReindex(postgres.database, ['Basic']);
  await postgres.database.tx((db) => beginReindex(db, id, ['Basic']));
  const codeSystems = createCodeSystems(postgres.database);
  const slice = () =>
    postgres.database.tx(async (db) => {
      const place = (await lockReindex(db, id))!;
      return reindexSlice(db, rowsOf, codeSystems, place, 500);
    });

  let updated: Promise<boolean> | undefined;
  await postgres.database.tx(async (db) => {
    const place = (await lockReindex(db, id))!;
    await reindexSlice(db, rowsOf, codeSystems, place, 500);
    updated = writer.write([await change('a', 'after')]);
    // It is there, with its snapshot, and waits for the resource.
    for (let waiting = 0; waiting === 0; ) {
      const { rows } = await postgres.database.query<{ n: string }>({
        text: `select count(*) as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        values: [],
      });
      waiting = Number(rows[0]!.n);
    }
  });
  expect(await updated).toBe(true);
  expect(await words()).toEqual(['after', 'before']);

  await postgres.database.tx(async (db) => {
    await lockParameterSet(db);
    await repeatReindex(db, id);
  });
  expect((await slice()).repaired).toBe(2);
  expect(await words()).toEqual(['after']);
  expect((await slice()).repaired).toBe(0);
});
