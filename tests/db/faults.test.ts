/** Failures that real machines have: a full disk, a broken process, an answer that fits nowhere. */
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDatabase } from '../../src/db/pool.ts';
import type { Sql } from '../../src/kernel/ctx.ts';
import { FhirError } from '../../src/kernel/fhir-error.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let test: TestDatabase;

beforeAll(async () => {
  test = await createTestDatabase({ empty: true });
  await test.database.query(sql('create table account (id int primary key)'));
});

afterAll(() => test.drop());

function sql(text: string): Sql {
  return { text, values: [] };
}

async function failureOf(promise: Promise<unknown>): Promise<FhirError> {
  const error = await promise.then(
    () => expect.fail('It should have failed'),
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(FhirError);
  return error as FhirError;
}

const raise = (state: string) => sql(`do $$ begin raise exception 'x' using errcode = '${state}'; end $$`);

it.each([
  ['a full disk', '53100'],
  ['memory that is used up', '53200'],
  ['a disk that fails', '58030'],
])('%s is 503 with a time to come back, and says who can help', async (_, state) => {
  const ways = [
    () => test.database.query(raise(state)),
    () => test.database.tx((db) => db.query(raise(state))),
  ];
  for (const work of ways) {
    const error = await failureOf(work());
    expect([error.status, error.headers['retry-after']]).toEqual([503, '30']);
    expect(error.issues[0]?.text.en).toMatch(/no more room.*nothing was changed/);
    expect(error.issues[0]?.text.zh).toContain('未做任何更改');
  }
});

it('a server that has become a standby is 503', async () => {
  const work = test.database.tx(async (db) => {
    await db.query(sql('set transaction read only'));
    await db.query(sql('insert into account values (1)'));
  });
  expect((await failureOf(work)).status).toBe(503);
});

it('a change whose own process is ended may have been saved, and a read has changed nothing', async () => {
  const end = 'pg_terminate_backend(pg_backend_pid())';
  const changed = await failureOf(test.database.query(sql(`insert into account select 2 from ${end}`)));
  expect(changed.issues[0]?.text.en).toContain('may or may not have been saved');
  for (const read of [`select ${end}`, `with x as (select ${end}) select * from x`]) {
    const error = await failureOf(test.database.query(sql(read)));
    expect([error.status, error.issues[0]?.text.en]).toEqual([
      503,
      expect.stringContaining('nothing was changed'),
    ]);
  }
});

it('a read that leaves a record is asked again, and never says that something was changed', async () => {
  const database = createDatabase(test.connection, { max: 1 });
  await database.ping();
  execFileSync(process.execPath, ['--input-type=module', '-e', CUT, JSON.stringify(test.connection)], {
    cwd: import.meta.dirname,
  });
  const read = 'with record as (insert into account values (4)) select 1 as n';
  const { rows } = await database.query<{ n: number }>({ ...sql(read), repeatable: true });
  expect(rows).toEqual([{ n: 1 }]);
  const large = `with record as (insert into account values (5)) select repeat('x', 1000000) from generate_series(1, 99)`;
  const error = await failureOf(database.query({ ...sql(large), repeatable: true }));
  expect(error.category).toBe('too-costly');
  await database.close();
});

it('a transaction does not notice that the connections at hand are gone', async () => {
  const database = createDatabase(test.connection, { max: 3 });
  await Promise.all([0, 1, 2].map(() => database.query(sql('select pg_sleep(0.05)'))));
  // Nothing of this process runs between the cut and the next statement: it cannot have heard of it.
  execFileSync(process.execPath, ['--input-type=module', '-e', CUT, JSON.stringify(test.connection)], {
    cwd: import.meta.dirname,
  });
  await database.tx((db) => db.query(sql('insert into account values (3)')));
  await database.close();
});

it('an answer that is too large is refused while it comes, and the next one is given', async () => {
  const database = createDatabase(test.connection, { max: 1 });
  const before = process.memoryUsage().rss;
  const error = await failureOf(
    database.query(sql(`select repeat('x', 1000000) from generate_series(1, 2000)`)),
  );
  expect(error).toMatchObject({ status: 400, category: 'too-costly' });
  expect(error.issues[0]?.text.en).toContain('_count');
  expect(process.memoryUsage().rss - before).toBeLessThan(500 * 1024 * 1024);
  const { rows } = await database.query<{ n: number }>(
    sql(`select length(repeat('x', 50 * 1024 * 1024)) as n`),
  );
  expect(rows[0]?.n).toBe(50 * 1024 * 1024);
  // What came before counts no more.
  for (let i = 0; i < 3; i++) await database.query(sql(`select repeat('x', 30000000)`));
  await database.close();
});

/** A program that ends every other connection to the database whose connection is its argument, and waits for it. */
const CUT = `import pg from 'pg';
const client = new pg.Client(JSON.parse(process.argv[1]));
await client.connect();
await client.query('select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()');
await client.end();`;
