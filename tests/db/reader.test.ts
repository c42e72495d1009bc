/** The second wall: what PostgreSQL itself shows a reader, whatever statement asks. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type PooledDatabase } from '../../src/db/pool.ts';
import { createViews } from '../../src/db/reader.ts';
import type { Reach } from '../../src/kernel/ctx.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let disposable: TestDatabase;
let readers: PooledDatabase;

const NOTHING: Reach = {
  sees: [],
  open: [],
  writes: [],
  hidden: [],
  actors: [],
  purposes: [],
  audits: [],
};
const ALL = { text: 'select id from resource order by id', values: [] };

beforeAll(async () => {
  disposable = await createTestDatabase();
  readers = createDatabase(disposable.connection, { max: 2, reader: true });
  await disposable.database.query({
    text: `insert into resource (key, type, id, version, updated, method, patient, date, content, marks) values
      (1, 'Observation', 'a', 1, 0, 'C', 'p1', 0, '{}', '{o:x}'),
      (2, 'Observation', 'b', 1, 0, 'C', 'p2', 0, '{}', '{w:y}'),
      (3, 'Observation', 'labelled', 1, 0, 'C', 'p1', 0, '{}', '{o:x,s:secret}'),
      (4, 'Observation', 'unmarked', 1, 0, 'C', 'p1', 0, '{}', null)`,
    values: [],
  });
});
afterAll(async () => {
  await readers.close();
  await disposable.drop();
});

async function seen(reach: Partial<Reach>): Promise<string[]> {
  const view = createViews(disposable.database, readers)(JSON.stringify({ ...NOTHING, ...reach }));
  return (await view.query<{ id: string }>(ALL)).rows.map(({ id }) => id);
}

test('a statement without any condition shows what its reader reaches', async () => {
  expect(await seen({})).toEqual([]);
  expect(await seen({ sees: ['o:x'] })).toEqual(['a', 'labelled']);
  expect(await seen({ sees: ['o:x'], hidden: ['s:secret'] })).toEqual(['a']);
  expect(await seen({ sees: ['p:p2'] })).toEqual(['b']);
  expect(await seen({ sees: ['all'] })).toEqual(['a', 'b', 'labelled']);
  expect(await seen({ seesOfType: ['Observation w:y', 'Patient o:x'] })).toEqual(['b']);
  expect(await seen({ sees: ['all'], patient: ['p2'] })).toEqual(['b']);
  expect(await seen({ sees: ['o:x'], patient: ['p2'] })).toEqual([]);
});

test('nothing is asked for nobody in particular, nor as somebody where all is shown', async () => {
  await expect(readers.query(ALL)).rejects.toThrow('reach');
  await expect(disposable.database.query({ ...ALL, reach: '{}' })).rejects.toThrow('reach');
});

test('a reader’s connection of which nothing is said shows nothing', async () => {
  const shown = await disposable.database.tx(async (db) => {
    await db.query({ text: 'set local role xiantong_reader', values: [] });
    return db.query(ALL);
  });
  expect(shown.rows).toEqual([]);
});

test('a transaction shows its reader what it reaches, and itself all', async () => {
  const view = createViews(disposable.database, readers)(JSON.stringify({ ...NOTHING, sees: ['w:y'] }));
  const counts = await view.tx(async (db) => {
    const before = (await db.query(ALL)).count;
    const whole = (await db.whole!.query(ALL)).count;
    return [before, whole, (await db.query(ALL)).count];
  });
  expect(counts).toEqual([1, 4, 1]);
});

test('a reader changes nothing, and reads no secrets', async () => {
  const view = createViews(disposable.database, readers)(JSON.stringify({ ...NOTHING, sees: ['all'] }));
  for (const text of [
    `update resource set content = 'x'`,
    'delete from history',
    'select * from signing_key',
    'select * from oauth_client',
    'delete from audit_log',
  ]) {
    await expect(view.query({ text, values: [] }), text).rejects.toThrow();
  }
});
