/** A PostgreSQL of a measurement's own, in a folder that goes with it. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/db/embedded.ts';

export interface OwnDatabase {
  readonly connection: EmbeddedPostgres['connection'];
  /** Connected. */
  readonly client: pg.Client;
  /** Process id of PostgreSQL, whose children serve the connections. */
  readonly postmaster: number;
  /** Ends PostgreSQL and removes its folder. */
  stop(): Promise<void>;
}

/** `name`: of the folder. */
export async function startOwnDatabase(name: string): Promise<OwnDatabase> {
  const dataDir = await mkdtemp(join(tmpdir(), `xiantong-${name}-`));
  await chmod(dataDir, 0o755); // the account that PostgreSQL has under root enters it
  const log = { debug() {}, info() {}, warn: (text: string) => console.error(text) };
  const postgres = await startEmbeddedPostgres({ dataDir, log });
  const client = new pg.Client(postgres.connection);
  await client.connect();
  const { rows } = await client.query<{ file: string }>(`select pg_read_file('postmaster.pid') as file`);
  return {
    connection: postgres.connection,
    client,
    postmaster: Number(rows[0]!.file.split('\n')[0]),
    async stop() {
      await client.end();
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
