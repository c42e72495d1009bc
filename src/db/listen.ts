/** Hears what other processes notify (PostgreSQL's LISTEN), on a connection of its own. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Db } from '../kernel/ctx.ts';
import { type Connection, settingsOf } from './pool.ts';

export interface Listener {
  /**
   * Resolves once every other process that listens has done what it was notified of before, so that the next request to
   * any of them meets it; or a second later, when one does not answer.
   */
  heardByAll(db: Db): Promise<void>;
  close(): Promise<void>;
}

/** What a listening connection calls itself, so that there is no list of processes to keep. */
const NAME = 'xiantong listener';
/** `ask <id>`: who has heard all before this? `heard <id>`: one has. */
const HEARD = 'xiantong_heard';
const PATIENCE_MS = 1_000;

const RECONNECT_PAUSE_MS = 1_000;

/**
 * Called with what was notified; with nothing after each connection, when anything may have happened before. It is
 * done when what it returns resolves, which never rejects.
 */
export type Heard = (payload?: string) => void | Promise<void>;

/**
 * Calls who wants to hear of a channel for every notification on it, and once for every connection: whatever
 * happened while there was none was not heard. Returns after the first connection, or the first failure to have one.
 */
export async function listen(
  connection: Connection,
  channels: Readonly<Record<string, Heard>>,
  onError: (error: unknown) => void,
): Promise<Listener> {
  const closing = new AbortController();
  let client: pg.Client | undefined;
  const doing = new Set<Promise<void>>();
  const waiting = new Map<string, () => void>();

  function hear(heard: Heard | undefined, payload?: string): void {
    const done = heard?.(payload);
    if (!done) return;
    doing.add(done);
    void done.finally(() => doing.delete(done));
  }

  async function answer(on: pg.Client, payload = ''): Promise<void> {
    const [what, id = ''] = payload.split(' ');
    if (what === 'heard') return waiting.get(id)?.();
    // Whoever asks has done its own already.
    if (waiting.has(id)) return;
    await Promise.all(doing);
    await on.query('select pg_notify($1, $2)', [HEARD, `heard ${id}`]);
  }

  async function connect(): Promise<void> {
    const fresh = new pg.Client({ ...settingsOf(connection), application_name: NAME });
    client = fresh;
    const lost = new Promise<void>((resolve) => {
      fresh.on('error', () => resolve());
      fresh.on('end', () => resolve());
    });
    fresh.on('notification', ({ channel, payload }) =>
      channel === HEARD ? void answer(fresh, payload).catch(() => {}) : hear(channels[channel], payload),
    );
    await fresh.connect();
    for (const channel of [...Object.keys(channels), HEARD])
      await fresh.query(`listen ${pg.escapeIdentifier(channel)}`);
    for (const heard of Object.values(channels)) hear(heard);
    void lost.then(reconnect);
  }

  async function reconnect(): Promise<void> {
    while (!closing.signal.aborted) {
      await client?.end().catch(() => {});
      try {
        return await connect();
      } catch (error) {
        onError(error);
        await sleep(RECONNECT_PAUSE_MS, undefined, { signal: closing.signal }).catch(() => {});
      }
    }
  }

  await connect().catch((error: unknown) => {
    onError(error);
    void reconnect();
  });
  return {
    async heardByAll(db) {
      const { rows } = await db.query<{ listening: number }>({
        name: 'db.listening',
        text: `select count(*)::int as listening from pg_stat_activity
where datname = current_database() and application_name = $1 and pid <> $2::int`,
        values: [NAME, (client as { processID?: number } | undefined)?.processID ?? 0],
      });
      let left = rows[0]!.listening;
      if (left === 0) return;
      const id = randomUUID();
      const all = new Promise<void>((resolve) => {
        waiting.set(id, () => {
          left -= 1;
          if (left === 0) resolve();
        });
      });
      await db.query({ text: 'select pg_notify($1, $2)', values: [HEARD, `ask ${id}`] });
      await Promise.race([all, sleep(PATIENCE_MS, undefined, { ref: false })]);
      waiting.delete(id);
    },
    async close() {
      closing.abort();
      await client?.end().catch(() => {});
    },
  };
}
