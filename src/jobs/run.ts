/** Runs jobs in this process, beside whichever other processes do. https://worker.graphile.org */
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger, type Runner, run, runMigrations } from 'graphile-worker';
import { type Connection, openPool } from '../db/pool.ts';
import type { Database } from '../kernel/ctx.ts';

/**
 * A kind of work. Each run is short (some seconds at most): long work does a slice and enqueues the next one in
 * the transaction that commits the slice. A run that throws is tried again later, and later still.
 */
export interface JobKind {
  readonly name: string;
  /** `attempt` counts from 1. */
  run(payload: unknown, attempt: number): Promise<void>;
}

export interface JobLog {
  debug(facts: object, text: string): void;
  warn(facts: object, text: string): void;
}

export interface Jobs {
  /** Lets the jobs that run end, and takes no more. */
  stop(): Promise<void>;
}

const CONCURRENCY = 2;
/** One connection listens; each job holds one while it is taken and given back. */
const CONNECTIONS = CONCURRENCY + 2;
const RESTART_PAUSE_MS = 2_000;
const RECOVER_EVERY_MS = 30_000;
/** A job that is held for longer belongs to a process that died. */
const DEAD_AFTER = '2 minutes';

/** Makes or updates the tables of the jobs; one process at a time. */
export async function migrateJobs(connection: Connection, database: Database): Promise<void> {
  await database.tx(async (db) => {
    await db.query({ text: `select pg_advisory_xact_lock(hashtextextended('jobs', 1))`, values: [] });
    const pool = openPool(connection, 1);
    try {
      await runMigrations({ pgPool: pool, logger: silent });
    } finally {
      await pool.end();
    }
  });
}

/** Runs jobs until stopped, whatever happens to the database meanwhile. */
export function startJobs(
  connection: Connection,
  database: Database,
  kinds: readonly JobKind[],
  log: JobLog,
): Jobs {
  const pool = openPool(connection, CONNECTIONS);
  const stopping = new AbortController();
  let runner: Runner | undefined;
  const taskList = Object.fromEntries(
    kinds.map((kind) => [
      kind.name,
      async (payload: unknown, { job }: { job: { attempts: number } }) => kind.run(payload, job.attempts),
    ]),
  );

  async function keepRunning(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        runner = await run({
          pgPool: pool,
          concurrency: CONCURRENCY,
          noHandleSignals: true,
          taskList,
          parsedCronItems: [],
          logger: loggerTo(log),
          // Batched, the end of a job is told until the database hears it; else a failure to tell it goes unhandled.
          preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
        });
        if (stopping.signal.aborted) await runner.stop();
        await runner.promise;
      } catch (err) {
        log.warn({ err }, 'jobs stopped');
      }
      runner = undefined;
      await sleep(RESTART_PAUSE_MS, undefined, { signal: stopping.signal }).catch(() => {});
    }
  }

  const running = keepRunning();
  const recovery = setInterval(() => void recover(database, log), RECOVER_EVERY_MS).unref();
  return {
    async stop() {
      stopping.abort();
      clearInterval(recovery);
      await runner?.stop().catch(() => {});
      await running;
      await pool.end();
    },
  };
}

/** Gives free what a process held that was killed. */
async function recover(database: Database, log: JobLog): Promise<void> {
  try {
    await database.query({
      text: `select graphile_worker.force_unlock_workers(array_agg(distinct locked_by))
from graphile_worker.jobs where locked_at < now() - $1::interval having count(*) > 0`,
      values: [DEAD_AFTER],
    });
  } catch (err) {
    log.debug({ err }, 'jobs of dead processes could not be looked for');
  }
}

const silent = new Logger(() => () => {});

function loggerTo(log: JobLog): Logger {
  return new Logger(() => (level, text) => {
    if (level === 'error' || level === 'warning') log.warn({}, text);
    else log.debug({}, text);
  });
}
