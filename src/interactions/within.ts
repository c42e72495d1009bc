/** The engine inside a transaction: everything it reads and records goes through that transaction's connection. */
import { viewWithin, wholeOf } from '../db/reader.ts';
import type { Db } from '../kernel/ctx.ts';
import type { Write } from '../store/write.ts';
import type { Engine } from './engine.ts';

/**
 * A request that holds a connection must never wait for a second one: with as many requests as connections
 * all of them would wait for ever.
 */
export function within(engine: Engine, db: Db): Engine {
  const { writer } = engine;
  const write = async (writes: readonly Write[]) => {
    await writer.within(db, writes);
    return true;
  };
  return {
    ...engine,
    validate: (ctx, resource, more) => engine.validate(ctx, resource, { db, ...more }),
    // The transaction's own function: by it, others know the transaction.
    database: { query: db.query, tx: (fn) => fn(db), ...(db.whole ? { whole: db.whole } : {}) },
    views: (reach) => viewWithin(wholeOf(db), reach),
    ...(engine.whole ? { whole: within(engine.whole, wholeOf(db)) } : {}),
    writer: {
      ...writer,
      write,
      record: (entries) => writer.within(db, entries),
      readAudited: (read) => writer.readAudited(read, db),
    },
  };
}
