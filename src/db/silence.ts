/**
 * Tells a database that is slow from one that answers nobody any more: stopped, frozen, or cut off without
 * a word. Such a one breaks no connection, so whoever asked it would wait until it comes back.
 */
import pg from 'pg';

export interface Silence {
  /** Whether the database was found silent, and has not been heard of since. */
  holds(): boolean;
  /** What the database answers on this connection; when it falls silent the connection is cut. */
  during<T>(client: pg.ClientBase, asked: Promise<T>): Promise<T>;
  /** Ends the looking. */
  end(): void;
}

/** A statement that takes longer than this makes us look whether anybody is answered. */
const PATIENCE_MS = 4_000;
/** How long a fresh connection may take, and its first statement. */
const PROBE_MS = 3_000;
/** Between two looks at a silent database. */
const PAUSE_MS = 500;

/** Looks at the database over connections of its own, and only when there is reason to. */
export function createSilence(config: pg.ClientConfig): Silence {
  let silent = false;
  let ended = false;
  let looking: Promise<void> | undefined;

  function look(): Promise<void> {
    looking ??= answers(config).then((heard) => {
      looking = undefined;
      silent = !heard;
      if (silent && !ended) setTimeout(look, PAUSE_MS).unref();
    });
    return looking;
  }

  return {
    holds: () => silent,
    async during(client, asked) {
      const timer = setInterval(async () => {
        await look();
        if (silent) cut(client);
      }, PATIENCE_MS);
      try {
        return await asked;
      } finally {
        clearInterval(timer);
      }
    },
    end() {
      ended = true;
    },
  };
}

/** Only silence counts: a server that refuses has answered, and breaks its connections itself. */
async function answers(config: pg.ClientConfig): Promise<boolean> {
  const client = new pg.Client({ ...config, connectionTimeoutMillis: PROBE_MS, query_timeout: PROBE_MS });
  client.on('error', () => {}); // whoever waits on the connection is told
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch (error) {
    return !/^(timeout expired|Query read timeout)/.test((error as Error).message);
  } finally {
    void client.end().catch(() => {});
  }
}

function cut(client: pg.ClientBase): void {
  const gone = Object.assign(new Error('The database does not answer'), { code: 'ETIMEDOUT' });
  streamOf(client).destroy(gone);
}

/** The socket of a connection, which the driver keeps to itself. */
export function streamOf(client: pg.ClientBase): NodeJS.ReadableStream & { destroy(error: Error): void } {
  return (client as unknown as { connection: { stream: ReturnType<typeof streamOf> } }).connection.stream;
}
