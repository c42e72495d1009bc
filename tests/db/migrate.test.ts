import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { migrate } from '../../src/db/migrate.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let test: TestDatabase;
let folder: string;

beforeEach(async () => {
  test = await createTestDatabase({ empty: true });
  folder = await mkdtemp(join(tmpdir(), 'xiantong-migrations-'));
  await put('0001-create-village.sql', 'create table village (name text);\ninsert into village values (1);');
  await put('0002-add-doctor.sql', 'alter table village add column doctor text;');
});

afterEach(async () => {
  await test.drop();
  await rm(folder, { recursive: true });
});

const put = (name: string, sql: string) => writeFile(join(folder, name), sql);
const run = () => migrate(test.connection, { folder });

async function columns(): Promise<string[]> {
  const { rows } = await test.database.query<{ name: string }>({
    text: "select column_name as name from information_schema.columns where table_name = 'village' order by 1",
    values: [],
  });
  return rows.map(({ name }) => name);
}

it('applies every migration in order', async () => {
  expect(await run()).toEqual(['0001-create-village.sql', '0002-add-doctor.sql']);
  expect(await columns()).toEqual(['doctor', 'name']);
});

it('applies nothing twice', async () => {
  await run();
  expect(await run()).toEqual([]);
});

it('applies what was added since', async () => {
  await run();
  await put('0003-add-nurse.sql', 'alter table village add column nurse text;');
  expect(await run()).toEqual(['0003-add-nurse.sql']);
  expect(await columns()).toEqual(['doctor', 'name', 'nurse']);
});

it('lets several processes start at once, and applies each migration once', async () => {
  await put('0003-add-pause.sql', 'select pg_sleep(0.3);');
  const applied = await Promise.all([run(), run(), run()]);
  expect(applied.flat().sort()).toEqual([
    '0001-create-village.sql',
    '0002-add-doctor.sql',
    '0003-add-pause.sql',
  ]);
});

it('refuses a migration that was changed after it had been applied', async () => {
  await run();
  await put('0002-add-doctor.sql', 'alter table village add column physician text;');
  await expect(run()).rejects.toThrow(
    "Migration '0002-add-doctor.sql' was changed after it had been applied",
  );
});

it('does not take line ends for a change', async () => {
  await run();
  await put(
    '0001-create-village.sql',
    'create table village (name text);\r\ninsert into village values (1);',
  );
  expect(await run()).toEqual([]);
});

it('keeps what came before a migration that fails, nothing of that one, and says where it failed', async () => {
  await put('0003-add-nurse.sql', 'alter table village add column nurse text;\n\nselect no_such_column;');
  await expect(run()).rejects.toThrow(
    `Migration '0003-add-nurse.sql', line 3, failed: column "no_such_column" does not exist`,
  );
  expect(await columns()).toEqual(['doctor', 'name']);
  await put('0003-add-nurse.sql', 'alter table village add column nurse text;');
  expect(await run()).toEqual(['0003-add-nurse.sql']);
});

it('refuses a migration that comes before one already applied', async () => {
  await put('0005-add-nurse.sql', 'alter table village add column nurse text;');
  await run();
  await put('0004-add-driver.sql', 'alter table village add column driver text;');
  await expect(run()).rejects.toThrow("Migration '0004-add-driver.sql' comes before '0005-add-nurse.sql'");
});

it('accepts a database that a later version has migrated further', async () => {
  await put('0003-add-nurse.sql', 'alter table village add column nurse text;');
  await run();
  await rm(join(folder, '0003-add-nurse.sql'));
  expect(await run()).toEqual([]);
});

it('refuses a database whose history is not its own', async () => {
  await run();
  await rm(join(folder, '0001-create-village.sql'));
  await expect(run()).rejects.toThrow('do not belong together');
});

it('refuses names that do not say their place', async () => {
  await put('add-nurse.sql', '');
  await expect(run()).rejects.toThrow("'add-nurse.sql' is not named as NNNN-verb-noun.sql");
});

it('refuses two migrations with the same number', async () => {
  await put('0002-add-nurse.sql', '');
  await expect(run()).rejects.toThrow('have the same number');
});

it('brings an empty database to the tables of the product', async () => {
  const own = await createTestDatabase();
  try {
    expect(await migrate(own.connection)).toEqual([]);
  } finally {
    await own.drop();
  }
});
