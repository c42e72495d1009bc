/**
 * Whether PostgreSQL has begun on a statement. A connection that was ended while nobody used it says so only in
 * answer to the next statement, which then has had no effect at all, while one that is ended in the middle of a
 * statement has said something about it before.
 */
import type pg from 'pg';

export interface Begun {
  /** Watches a connection from its beginning. */
  watch(client: pg.ClientBase): void;
  /** The next statement is about to be sent. */
  reset(client: pg.ClientBase): void;
  /** Whether anything was said about the last statement before the connection ended. */
  has(client: pg.ClientBase): boolean;
}

/** Messages of the protocol that come only once a statement is taken up. */
const SIGNS = ['parseComplete', 'bindComplete', 'rowDescription', 'dataRow', 'commandComplete'];

export function createBegun(): Begun {
  const begun = new WeakSet<pg.ClientBase>();
  return {
    watch(client) {
      const { connection } = client as unknown as { connection: NodeJS.EventEmitter };
      for (const sign of SIGNS) connection.on(sign, () => begun.add(client));
    },
    reset: (client) => begun.delete(client),
    has: (client) => begun.has(client),
  };
}
