/** Brings a database's tables to the shape this version needs: ordered SQL files, each applied once. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { Connection } from './pool.ts';

export interface Migration {
  /** File name, which begins with the number that orders it: `0003-add-token.sql`. */
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

export interface MigrateOptions {
  /** Folder of the SQL files; the product's own unless given. */
  readonly folder?: string | URL;
  readonly log?: { info(text: string): void };
}

interface Applied {
  readonly name: string;
  readonly checksum: string;
}

const OWN_MIGRATIONS = new URL('./migrations/', import.meta.url);
const FILE_NAME = /^\d{4}-[a-z0-9]+(-[a-z0-9]+)+\.sql$/;
/** Key of the advisory lock that lets one process migrate at a time ("xiantong" in ASCII). */
const LOCK_KEY = '8676573284133727847';
const LOCK_PAUSE_MS = 100;

/** Applies what is missing, in order, each file in its own transaction. Returns the names applied. */
export async function migrate(connection: Connection, options: MigrateOptions = {}): Promise<string[]> {
  const migrations = await readMigrations(options.folder ?? OWN_MIGRATIONS);
  const client = new pg.Client(
    typeof connection === 'string' ? { connectionString: connection } : { ...connection },
  );
  client.on('error', () => {}); // whoever waits on the connection is told
  await client.connect();
  try {
    await takeTurn(client);
    const pending = pendingMigrations(migrations, await readApplied(client));
    for (const migration of pending) {
      await apply(client, migration);
      options.log?.info(`Applied migration ${migration.name}`);
    }
    return pending.map(({ name }) => name);
  } finally {
    await client.end(); // which also gives up the lock
  }
}

/** The migrations of a folder, in order; a name that does not say its place is an error. */
export async function readMigrations(folder: string | URL): Promise<Migration[]> {
  const path = folder instanceof URL ? fileURLToPath(folder) : folder;
  const names = (await readdir(path)).filter((name) => name.endsWith('.sql')).sort();
  names.forEach((name, at) => {
    if (!FILE_NAME.test(name)) {
      throw new Error(`Migration '${name}' is not named as NNNN-verb-noun.sql`);
    }
    const before = names[at - 1];
    if (before?.slice(0, 4) === name.slice(0, 4)) {
      throw new Error(`Migrations '${before}' and '${name}' have the same number`);
    }
  });
  return Promise.all(
    names.map(async (name) => {
      // Line ends are no change of content: a checkout may have turned them into CRLF.
      const sql = (await readFile(`${path}/${name}`, 'utf8')).replaceAll('\r\n', '\n');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/**
 * What remains to be applied. Refuses a history that is not a beginning of ours, except that a database
 * may be ahead: an older version serves beside a newer one while a county upgrades.
 */
export function pendingMigrations(ours: readonly Migration[], applied: readonly Applied[]): Migration[] {
  const known = new Map(ours.map((migration) => [migration.name, migration]));
  const lastKnown = ours.at(-1)?.name ?? '';
  for (const { name, checksum } of applied) {
    const migration = known.get(name);
    if (migration && migration.checksum !== checksum) {
      throw new Error(
        `Migration '${name}' was changed after it had been applied. Restore the file, and put the change into a new migration.`,
      );
    }
    if (!migration && name < lastKnown) {
      throw new Error(
        `The database has migration '${name}', which this version does not know, before '${lastKnown}', which it does. Database and program do not belong together.`,
      );
    }
  }
  const done = new Set(applied.map(({ name }) => name));
  const lastApplied =
    applied
      .map(({ name }) => name)
      .sort()
      .at(-1) ?? '';
  const pending = ours.filter(({ name }) => !done.has(name));
  const late = pending.find(({ name }) => name < lastApplied);
  if (late) {
    throw new Error(
      `Migration '${late.name}' comes before '${lastApplied}', which is already applied. Give it a later number.`,
    );
  }
  return pending;
}

/** Asks again and again rather than waiting in a statement, which would hold a snapshot open. */
async function takeTurn(client: pg.Client): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [
      LOCK_KEY,
    ]);
    if (rows[0]?.taken) return;
    await sleep(LOCK_PAUSE_MS);
  }
}

async function readApplied(client: pg.Client): Promise<Applied[]> {
  await client.query(`
    create table if not exists schema_migration (
      name text primary key,
      checksum text not null,
      applied_at timestamptz not null default now()
    )`);
  const { rows } = await client.query<Applied>('select name, checksum from schema_migration order by name');
  return rows;
}

async function apply(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  await client.query('begin');
  try {
    await client.query(sql);
    await client.query('insert into schema_migration (name, checksum) values ($1, $2)', [name, checksum]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw new Error(`Migration '${name}'${lineOf(sql, error)} failed: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function lineOf(sql: string, error: unknown): string {
  const position = Number((error as { position?: string }).position);
  return position > 0 ? `, line ${sql.slice(0, position - 1).split('\n').length},` : '';
}
