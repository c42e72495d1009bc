/** Hears what other processes notify (PostgreSQL's LISTEN), on a connection of its own. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Connection, settingsOf } from './pool.ts';

export interface Listener {
  close(): Promise<void>;
}

const RECONNECT_PAUSE_MS = 1_000;

/** Called with what was notified; with nothing after each connection, when anything may have happened before. */
export type Heard = (payload?: string) => void;

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

  async function connect(): Promise<void> {
    const fresh = new pg.Client(settingsOf(connection));
    client = fresh;
    const lost = new Promise<void>((resolve) => {
      fresh.on('error', () => resolve());
      fresh.on('end', () => resolve());
    });
    fresh.on('notification', ({ channel, payload }) => channels[channel]?.(payload));
    await fresh.connect();
    for (const channel of Object.keys(channels)) await fresh.query(`listen ${pg.escapeIdentifier(channel)}`);
    for (const heard of Object.values(channels)) heard();
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
    async close() {
      closing.abort();
      await client?.end().catch(() => {});
    },
  };
}
