/** What a resource costs on disk and in the write-ahead log, and a process in memory. */
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { labResult } from './data.ts';

export interface Footprint {
  /** Bytes of the resource as it was sent. */
  readonly sent: number;
  /** Bytes of tables and indexes for each resource, everything included. */
  readonly stored: number;
  /** Bytes of WAL for each resource, without the whole pages that are logged at their first change after a checkpoint. */
  readonly wal: number;
}

const COUNT = 10_000;
const AT_ONCE = 16;

/** Creates Observations one request each, several at once, and looks at what has grown. */
export async function footprintOf(
  connection: pg.ClientConfig,
  create: (n: number) => Promise<unknown>,
): Promise<Footprint> {
  const client = new pg.Client(connection);
  await client.connect();
  const look = async () => {
    const { rows } = await client.query<{ size: string; wal: string }>(
      `select pg_database_size(current_database()) as size, pg_current_wal_lsn() - '0/0' as wal`,
    );
    return { size: Number(rows[0]!.size), wal: Number(rows[0]!.wal) };
  };
  try {
    let next = 0;
    const createMany = async (count: number) => {
      const end = next + count;
      const worker = async () => {
        while (next < end) await create(1_000_000 + next++);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
    };
    await client.query('vacuum analyze');
    await client.query('alter system set full_page_writes = off');
    await client.query('select pg_reload_conf()');
    await client.query('checkpoint');
    await createMany(COUNT / 10);
    const before = await look();
    await createMany(COUNT);
    const after = await look();
    return {
      sent: Buffer.byteLength(JSON.stringify(labResult(7, 1_000_000))),
      stored: (after.size - before.size) / COUNT,
      wal: (after.wal - before.wal) / COUNT,
    };
  } finally {
    await client.end();
  }
}

/** Memory that a process has in use, from Linux's /proc; NaN where that is not told. */
export function residentMegabytes(pid: number): number {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kilobytes) / 1024;
  } catch {
    return Number.NaN;
  }
}
