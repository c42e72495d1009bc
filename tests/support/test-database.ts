/** A database for one test file: a copy of the migrated template, gone when the file is done. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { createDatabase, type PooledDatabase } from '../../src/db/pool.ts';
import type {} from './shared-postgres.ts';

export interface TestDatabase {
  readonly database: PooledDatabase;
  /** For code under test that makes connections itself. */
  readonly connection: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly database: string;
    readonly ssl: false;
  };
  /** Closes the database and removes it. */
  drop(): Promise<void>;
}

export interface TestDatabaseOptions {
  /** Without tables, for tests of what makes them. */
  readonly empty?: boolean;
  /** A copy of this database instead. */
  readonly template?: string;
  /** Connections at most. */
  readonly max?: number;
}

/** Makes a database of its own. Call `drop` when done, in `afterAll`. */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const { template, ...address } = inject('postgres');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const admin = { ...address, database: 'postgres', ssl: false } as const;
  await execute(
    admin,
    `create database ${name} template ${options.empty ? 'template1' : (options.template ?? template)}`,
  );
  const connection = { ...admin, database: name };
  const database = createDatabase(connection, { max: options.max ?? 8 });
  return {
    database,
    connection,
    async drop() {
      await database.close();
      await execute(admin, `drop database ${name} with (force)`);
    },
  };
}

async function execute(connection: pg.ClientConfig, statement: string): Promise<void> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
