/** Connections to PostgreSQL: the kernel's `Database` over a pool that heals by itself. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Database, Db, Rows, Sql } from '../kernel/ctx.ts';
import { transient } from '../kernel/fhir-error.ts';
import { AnswerTooLarge, createAnswerLimit } from './answer-limit.ts';
import { type Begun, createBegun } from './begun.ts';
import { sendable } from './binary-arrays.ts';
import {
  isConnectionLost,
  isConnectionSpent,
  isOutdatedRows,
  isRetryable,
  sqlState,
  toFhirError,
  uncertainOutcome,
} from './errors.ts';
import { changeRole, READER, sayReach } from './reader.ts';
import { createSilence, type Silence } from './silence.ts';
import { createTogether } from './together.ts';

/** Where a database is: a connection string, or the driver's own settings. */
export type Connection = string | pg.PoolConfig;

export interface DatabaseOptions {
  /** Connections at most. */
  readonly max?: number;
  /** Told about connections that broke while nobody used them. */
  readonly onError?: (error: Error) => void;
  /** Connections in the role of the reader: nothing is asked on them without a reach. */
  readonly reader?: true;
  /** Awaited before the audit log is read: what was told is in it then. */
  readonly beforeLog?: () => Promise<void>;
  /** Learns the search parameters of now, before a transaction that wrote with earlier ones is run again. */
  readonly onOutdatedRows?: () => Promise<void>;
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
/** By then PostgreSQL has stopped the statement itself, unless its process hangs. */
const UNANSWERED_MS = STATEMENT_TIMEOUT_MS + 5_000;
/** Requests that wait for a connection; more are refused at once rather than kept in memory. */
const MAX_WAITING = 2_000;
const IDLE_TIMEOUT_MS = 60_000;
/**
 * Prepared statements are planned once, not anew for their values: planning takes several times as long as
 * what most of them do. Their SQL leaves the planner little choice, so that no value is far from the others.
 */
const SESSION = '-c plan_cache_mode=force_generic_plan';
/** How often a transaction is run again after a serialization failure or deadlock. */
const MAX_RETRIES = 5;
/** First pause before running again; doubles each time, and is jittered so that rivals part. */
const RETRY_PAUSE_MS = 10;

/** "current transaction is aborted, commands ignored until end of transaction block" */
const REFUSED_AFTER_FAILURE = '25P02';
const UNIQUE_VIOLATION = '23505';

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
  const place = settingsOf(connection);
  const pool = new pg.Pool({
    ...place,
    options: options.reader ? `${SESSION} -c role=${READER}` : SESSION,
    connectionTimeoutMillis: CHECKOUT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: UNANSWERED_MS,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    max: options.max ?? MAX_CONNECTIONS,
    types,
  });
  // The pool listens only while a connection is idle. One that breaks between two statements of a
  // transaction must not end the process either: the next statement on it fails and says so.
  const limitAnswers = createAnswerLimit();
  const begun = createBegun();
  pool.on('connect', (client) => {
    client.on('error', ignore);
    limitAnswers(client);
    begun.watch(client);
  });
  pool.on('error', (error) => options.onError?.(error));

  const said = options.reader && new WeakMap<pg.PoolClient, string>();
  const way: Way = { pool, begun, silence: createSilence(place), said, beforeLog: options.beforeLog };
  let closed: Promise<void> | undefined;
  const together = createTogether((sql) => queryOnce(way, sql));
  return {
    query: <R>(sql: Sql) => queryOnce<R>(way, sql),
    together: <R>(sql: Sql) => together(sql) as Promise<Rows<R>>,
    tx: (fn) => inTransaction(way, fn, options.onOutdatedRows),
    ping: async () => {
      await queryOnce(way, { text: 'select 1', values: [] });
    },
    close: () => {
      way.silence.end();
      closed ??= pool.end();
      return closed;
    },
  };
}

/** A statement that reads the audit log. */
const READS_LOG = /\b(?:from|join) audit_(?:log|event)\b/;

interface Way {
  readonly beforeLog?: () => Promise<void>;
  readonly pool: pg.Pool;
  readonly begun: Begun;
  readonly silence: Silence;
  /** Of a reader: the reach that was said last on each connection. */
  readonly said?: WeakMap<pg.PoolClient, string>;
}

/** What every connection of ours has in common. */
export function settingsOf(connection: Connection): pg.PoolConfig {
  return {
    application_name: 'xiantong',
    keepAlive: true,
    ...(typeof connection === 'string' ? { connectionString: connection } : connection),
  };
}

/** A bare pool of the driver's, for a library that brings statements of its own. */
export function openPool(connection: Connection, max: number): pg.Pool {
  const pool = new pg.Pool({
    ...settingsOf(connection),
    connectionTimeoutMillis: CHECKOUT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    max,
  });
  pool.on('connect', (client) => client.on('error', ignore));
  pool.on('error', ignore);
  return pool;
}

/**
 * One statement on any connection. It is asked again when it lost to others, for a deadlock undoes all of it. A read
 * whose connection turns out to be gone is asked again on the next one: after a restart of PostgreSQL every idle
 * connection is dead, and nobody learns that before using it.
 */
async function queryOnce<R>(way: Way, sql: Sql): Promise<Rows<R>> {
  if (way.beforeLog && READS_LOG.test(sql.text)) await way.beforeLog();
  let others = way.pool.options.max;
  for (let retries = 0; ; ) {
    const client = await checkout(way);
    try {
      await sayWho(way, client, sql);
      const rows = await run<R>(way, client, sql);
      client.release();
      return rows;
    } catch (error) {
      const spent = isConnectionSpent(error);
      client.release(spent);
      if (spent && !(error instanceof AnswerTooLarge) && !isRead(sql)) throw uncertainOutcome(error);
      // Asked again, it may find the record that it left the first time.
      if (others < way.pool.options.max && sqlState(error) === UNIQUE_VIOLATION)
        throw uncertainOutcome(error);
      if (isRetryable(error) && retries < MAX_RETRIES) {
        await pauseBefore(retries++);
        continue;
      }
      const goneBefore = isConnectionLost(error) || (spent && !way.begun.has(client));
      if (!goneBefore || others === 0) throw toFhirError(error);
      others -= 1;
    }
  }
}

/** On a reader's connection, for whom is asked; on another, one who reaches something has no business. */
async function sayWho(way: Way, client: pg.PoolClient, { reach }: Sql): Promise<void> {
  if ((way.said === undefined) !== (reach === undefined))
    throw new Error('A statement with a reach belongs on a connection of the reader, and no other does');
  if (way.said === undefined || reach === undefined || way.said.get(client) === reach) return;
  await run(way, client, sayReach(reach));
  way.said.set(client, reach);
}

/** Longer each time, and not as long as a rival's. */
function pauseBefore(retries: number): Promise<void> {
  return sleep(RETRY_PAUSE_MS * 2 ** retries * (0.5 + Math.random()));
}

async function inTransaction<T>(
  way: Way,
  fn: (db: Db) => Promise<T>,
  onOutdatedRows?: () => Promise<void>,
): Promise<T> {
  for (let retries = 0; ; retries += 1) {
    try {
      return await attempt(way, fn);
    } catch (error) {
      const outdated = isOutdatedRows(error);
      if (retries === MAX_RETRIES || !(outdated || isRetryable(error))) throw toFhirError(error);
      if (outdated) await onOutdatedRows?.();
      await pauseBefore(retries);
    }
  }
}

async function attempt<T>(way: Way, fn: (db: Db) => Promise<T>): Promise<T> {
  const client = await beginOnAny(way);
  const transaction = openTransaction(way, client);
  let spent = false;
  try {
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

/** A connection in a new transaction. One that turns out to be gone is no loss yet: the next one is tried. */
async function beginOnAny(way: Way): Promise<pg.PoolClient> {
  for (let others = way.pool.options.max; ; others -= 1) {
    const client = await checkout(way);
    try {
      await run(way, client, { text: 'begin isolation level read committed', values: [] });
      return client;
    } catch (error) {
      const spent = isConnectionSpent(error);
      client.release(spent);
      if (!spent || others === 0) throw toFhirError(error);
    }
  }
}

/** A transaction that has begun. Its statements run one after the other, however they are asked. */
function openTransaction(way: Way, client: pg.PoolClient) {
  let last: Promise<unknown> = Promise.resolve();
  let open = true;
  let committed = false;
  let lastFailure: unknown;
  const afterwards: (() => void)[] = [];
  let as: string | undefined;

  async function runAs<R>(sql: Sql): Promise<Rows<R>> {
    if (way.beforeLog && READS_LOG.test(sql.text)) await way.beforeLog();
    if (sql.reach !== as) await run(way, client, changeRole(sql.reach));
    as = sql.reach;
    // A plan holds for one role: each has its own statement.
    const name = sql.name !== undefined && as !== undefined ? `${sql.name}|reader` : sql.name;
    return run<R>(way, client, { ...sql, name });
  }

  function query<R>(sql: Sql): Promise<Rows<R>> {
    if (!open) return Promise.reject(new Error('This transaction has ended; no statement can join it'));
    const result = last.then(() => runAs<R>(sql)).catch(fail);
    last = result.catch(ignore);
    return result;
  }

  function fail(error: unknown): never {
    // What follows a failure is refused for that failure alone; so the failure is what is told.
    if (sqlState(error) !== REFUSED_AFTER_FAILURE) lastFailure = error;
    throw toFhirError(lastFailure);
  }

  return {
    db: { query, onCommit: (then) => void afterwards.push(then) } satisfies Db,

    async commit(): Promise<void> {
      open = false;
      await last;
      const answer = await way.silence.during(client, client.query('commit')).catch((error: unknown) => {
        lastFailure = error;
        throw isConnectionSpent(error) ? uncertainOutcome(error) : toFhirError(error);
      });
      committed = true;
      // PostgreSQL answers COMMIT with ROLLBACK when a statement failed and the failure was swallowed.
      if (answer.command !== 'COMMIT') {
        if (isRetryable(lastFailure)) throw toFhirError(lastFailure);
        throw new Error('The transaction was rolled back, for a statement in it had failed', {
          cause: lastFailure,
        });
      }
      for (const then of afterwards) then();
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

async function checkout({ pool, silence }: Way): Promise<pg.PoolClient> {
  if (silence.holds()) throw transient(new Error('The database does not answer'));
  if (pool.waitingCount >= MAX_WAITING) throw transient(new Error('Too many wait for a connection'));
  try {
    return await pool.connect();
  } catch (error) {
    throw toFhirError(error);
  }
}

async function run<R>({ silence, begun }: Way, client: pg.PoolClient, sql: Sql): Promise<Rows<R>> {
  const { name, text } = sql;
  const values = sendable(sql);
  begun.reset(client);
  const asked = client.query(name === undefined ? { text, values } : { name, text, values });
  const result = await silence.during(client, asked);
  return { rows: result.rows as R[], count: result.rowCount ?? 0 };
}

/** Whether a statement may be asked again, for it changes nothing. One that begins with `with` may change something in any part. */
function isRead({ text, repeatable }: Sql): boolean {
  if (repeatable) return true;
  if (/^\s*with\b/i.test(text)) return !/\b(insert\s+into|update|delete\s+from|merge\s+into)\b/i.test(text);
  return /^\s*(select|show|explain)\b/i.test(text);
}

function ignore(): void {}
