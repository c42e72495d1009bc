/** Connections to PostgreSQL: the kernel's `Database` over a pool that heals by itself. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Database, Db, Rows, Sql } from '../kernel/ctx.ts';
import {
  isConnectionLost,
  isConnectionSpent,
  isRetryable,
  sqlState,
  toFhirError,
  uncertainOutcome,
} from './errors.ts';

/** Where a database is: a connection string, or the driver's own settings. */
export type Connection = string | pg.PoolConfig;

export interface DatabaseOptions {
  /** Connections at most. */
  readonly max?: number;
  /** Told about connections that broke while nobody used them. */
  readonly onError?: (error: Error) => void;
}

/** A database that can be asked whether it is there, and be left. */
export interface PooledDatabase extends Database {
  /** Rejects when the database does not answer. */
  ping(): Promise<void>;
  /** Closes every connection once its work is done. */
  close(): Promise<void>;
}

const MAX_CONNECTIONS = 16;
const CHECKOUT_TIMEOUT_MS = 5_000;
/** No request is worth more of the database than this; the client gets 504. */
const STATEMENT_TIMEOUT_MS = 30_000;
const IDLE_TIMEOUT_MS = 60_000;
/** How often a transaction is run again after a serialization failure or deadlock. */
const MAX_RETRIES = 5;
/** First pause before running again; doubles each time, and is jittered so that rivals part. */
const RETRY_PAUSE_MS = 10;

/** "current transaction is aborted, commands ignored until end of transaction block" */
const REFUSED_AFTER_FAILURE = '25P02';

const INT8 = 20;
const TIMESTAMPTZ = 1184;

type Parser = (value: string) => unknown;

const parseInstant = pg.types.getTypeParser(TIMESTAMPTZ, 'text') as Parser;

/** int8 stays text, for it holds more than a number can; instants become dates; the rest is the driver's. */
const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary'): Parser {
    if (format !== 'binary' && oid === INT8) return (value) => value;
    if (format !== 'binary' && oid === TIMESTAMPTZ) return parseInstant;
    return pg.types.getTypeParser(oid, format as 'text') as Parser;
  },
} as pg.CustomTypesConfig;

/** A database over a pool of connections. Connects when first used. */
export function createDatabase(connection: Connection, options: DatabaseOptions = {}): PooledDatabase {
  const pool = new pg.Pool({
    application_name: 'xiantong',
    keepAlive: true,
    ...(typeof connection === 'string' ? { connectionString: connection } : connection),
    connectionTimeoutMillis: CHECKOUT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    max: options.max ?? MAX_CONNECTIONS,
    types,
  });
  // The pool listens only while a connection is idle. One that breaks between two statements of a
  // transaction must not end the process either: the next statement on it fails and says so.
  pool.on('connect', (client) => client.on('error', ignore));
  pool.on('error', (error) => options.onError?.(error));

  let closed: Promise<void> | undefined;
  return {
    query: <R>(sql: Sql) => queryOnce<R>(pool, sql),
    tx: (fn) => inTransaction(pool, fn),
    ping: async () => {
      await queryOnce(pool, { text: 'select 1', values: [] });
    },
    close: () => {
      closed ??= pool.end();
      return closed;
    },
  };
}

/**
 * One statement on any connection. A read whose connection turns out to be gone is asked again on the next
 * one: after a restart of PostgreSQL every idle connection is dead, and nobody learns that before using it.
 */
async function queryOnce<R>(pool: pg.Pool, sql: Sql): Promise<Rows<R>> {
  for (let others = pool.options.max; ; others -= 1) {
    const client = await checkout(pool);
    try {
      const rows = await run<R>(client, sql);
      client.release();
      return rows;
    } catch (error) {
      client.release(isConnectionSpent(error));
      if (!isConnectionLost(error)) throw toFhirError(error);
      if (!isRead(sql)) throw uncertainOutcome(error);
      if (others === 0) throw toFhirError(error);
    }
  }
}

async function inTransaction<T>(pool: pg.Pool, fn: (db: Db) => Promise<T>): Promise<T> {
  for (let retries = 0; ; retries += 1) {
    try {
      return await attempt(pool, fn);
    } catch (error) {
      if (retries === MAX_RETRIES || !isRetryable(error)) throw toFhirError(error);
      await sleep(RETRY_PAUSE_MS * 2 ** retries * (0.5 + Math.random()));
    }
  }
}

async function attempt<T>(pool: pg.Pool, fn: (db: Db) => Promise<T>): Promise<T> {
  const client = await checkout(pool);
  const transaction = openTransaction(client);
  let spent = false;
  try {
    await transaction.begin();
    const result = await fn(transaction.db);
    await transaction.commit();
    return result;
  } catch (error) {
    spent = await transaction.rollback();
    throw error;
  } finally {
    client.release(spent);
  }
}

/** One transaction on one connection. Its statements run one after the other, however they are asked. */
function openTransaction(client: pg.PoolClient) {
  let last: Promise<unknown> = Promise.resolve();
  let open = false;
  let committed = false;
  let lastFailure: unknown;

  function query<R>(sql: Sql): Promise<Rows<R>> {
    if (!open) return Promise.reject(new Error('This transaction has ended; no statement can join it'));
    const result = last.then(() => run<R>(client, sql)).catch(fail);
    last = result.catch(ignore);
    return result;
  }

  function fail(error: unknown): never {
    // What follows a failure is refused for that failure alone; so the failure is what is told.
    if (sqlState(error) !== REFUSED_AFTER_FAILURE) lastFailure = error;
    throw toFhirError(lastFailure);
  }

  return {
    db: { query } satisfies Db,

    async begin(): Promise<void> {
      await client.query('begin isolation level read committed').catch(fail);
      open = true;
    },

    async commit(): Promise<void> {
      open = false;
      await last;
      const answer = await client.query('commit').catch((error: unknown) => {
        lastFailure = error;
        throw isConnectionLost(error) ? uncertainOutcome(error) : toFhirError(error);
      });
      committed = true;
      // PostgreSQL answers COMMIT with ROLLBACK when a statement failed and the failure was swallowed.
      if (answer.command !== 'COMMIT') {
        if (isRetryable(lastFailure)) throw toFhirError(lastFailure);
        throw new Error('The transaction was rolled back, for a statement in it had failed', {
          cause: lastFailure,
        });
      }
    },

    /** Undoes what was done, and tells whether the connection is of no further use. */
    async rollback(): Promise<boolean> {
      open = false;
      await last;
      if (committed) return false;
      if (isConnectionSpent(lastFailure)) return true;
      return client.query('rollback').then(
        () => false,
        () => true,
      );
    },
  };
}

async function checkout(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw toFhirError(error);
  }
}

async function run<R>(client: pg.PoolClient, sql: Sql): Promise<Rows<R>> {
  const { name, text } = sql;
  const values = sql.values as unknown[];
  const result = await client.query(name === undefined ? { text, values } : { name, text, values });
  return { rows: result.rows as R[], count: result.rowCount ?? 0 };
}

function isRead(sql: Sql): boolean {
  return /^\s*(select|show|explain)\b/i.test(sql.text);
}

function ignore(): void {}
