/** The engine inside a transaction: everything it reads and records goes through that transaction's connection. */
import type { Db } from '../kernel/ctx.ts';
import type { Change } from '../store/change.ts';
import { writeChanges } from '../store/write.ts';
import type { Engine } from './engine.ts';

/**
 * A request that holds a connection must never wait for a second one: with as many requests as connections
 * all of them would wait for ever.
 */
export function within(engine: Engine, db: Db): Engine {
  const write = (changes: readonly Change[]) => writeChanges(db, engine.keys, changes);
  return {
    ...engine,
    database: { query: (sql) => db.query(sql), tx: (fn) => fn(db) },
    groupCommit: { write },
    readAudit: { write },
  };
}
