/**
 * The template of databases that a server has started on before: what it publishes is there, so that the next
 * start has nothing to do. Made by whoever needs it first.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import pino from 'pino';
import { compose } from '../../src/compose.ts';
import type { Config } from '../../src/config.ts';

export const STARTED = 'started';
const MAKING = 'started_making';

type Address = Readonly<Record<'host' | 'user', string>> & { readonly port: number };

/** Resolves when the template is there. `config` is that of a test's server. */
export async function ensureStarted(address: Address, migrated: string, config: Config): Promise<void> {
  const admin = new pg.Client({ ...address, database: 'postgres' });
  await admin.connect();
  try {
    // Files are run side by side: one makes it, the others wait.
    await admin.query(`select pg_advisory_lock(hashtextextended('${STARTED}', 0))`);
    const { rowCount } = await admin.query(`select 1 from pg_database where datname = '${STARTED}'`);
    if (rowCount) return;
    await admin.query(`drop database if exists ${MAKING} with (force)`);
    await admin.query(`create database ${MAKING} template ${migrated}`);
    const dataDir = await mkdtemp(join(tmpdir(), 'xiantong-test-'));
    const connection = { ...address, database: MAKING, ssl: false } as const;
    const composed = await compose({ ...config, dataDir }, connection, pino({ level: 'silent' }));
    await composed.close();
    await rm(dataDir, { recursive: true, force: true });
    await admin.query(`alter database ${MAKING} rename to ${STARTED}`);
  } finally {
    await admin.end();
  }
}
