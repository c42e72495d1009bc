/**
 * One PostgreSQL for the whole test run, in a directory of its own, with a migrated template database.
 * Every project that needs it names this file; the first starts the server, and the last stops it.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/db/embedded.ts';
import { migrate } from '../../src/db/migrate.ts';
import { createDatabase } from '../../src/db/pool.ts';
import { migrateJobs } from '../../src/jobs/run.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgres: SharedPostgres;
  }
}

/** What a test needs to make its own database. */
export interface SharedPostgres {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Migrated, empty, and connected to by nobody. */
  readonly template: string;
}

interface Shared {
  users: number;
  readonly running: Promise<{ server: EmbeddedPostgres; dataDir: string; context: SharedPostgres }>;
}

const TEMPLATE = 'migrated';
/** Projects load this file once each, but live in one process. */
const KEY = Symbol.for('xiantong.shared-postgres');
const slot = globalThis as { [KEY]?: Shared };

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  slot[KEY] ??= { users: 0, running: start() };
  const shared = slot[KEY];
  shared.users += 1;
  const { server, dataDir, context } = await shared.running;
  project.provide('postgres', context);
  return async () => {
    shared.users -= 1;
    if (shared.users > 0) return;
    delete slot[KEY];
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}

async function start() {
  const dataDir = await mkdtemp(join(tmpdir(), 'xiantong-test-'));
  await chmod(dataDir, 0o755); // the account that PostgreSQL has under root enters it
  const quiet = { debug() {}, info() {}, warn: (text: string) => console.warn(text) };
  try {
    const server = await startEmbeddedPostgres({
      dataDir,
      log: quiet,
      // A database that lives for one test run needs no durability.
      settings: {
        fsync: 'off',
        synchronous_commit: 'off',
        full_page_writes: 'off',
        shared_buffers: '128MB',
        max_connections: '200',
      },
    });
    try {
      const { ssl: _, database: __, ...address } = server.connection;
      await makeTemplate(server);
      return { server, dataDir, context: { ...address, template: TEMPLATE } };
    } catch (error) {
      await server.stop();
      throw error;
    }
  } catch (error) {
    await rm(dataDir, { recursive: true, force: true });
    throw error;
  }
}

async function makeTemplate({ connection }: EmbeddedPostgres): Promise<void> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    await client.query(`create database ${TEMPLATE}`);
    const template = { ...connection, database: TEMPLATE };
    await migrate(template);
    const database = createDatabase(template, { max: 1 });
    await migrateJobs(template, database).finally(() => database.close());
  } finally {
    await client.end();
  }
}
