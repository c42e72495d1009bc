/** What is written once and refers to nothing: kinds of audit, systems of codes. */
import type { Db } from '../kernel/ctx.ts';

export interface Once<T> {
  /** Sees to it that all of these are there, for whoever sees what `db` writes next. */
  ensure(db: Db, items: Iterable<T>): Promise<void>;
}

/** Names remembered per process. */
const MAX_KNOWN = 100_000;

/**
 * `insert` writes what is not there, whoever else does the same. A name counts as known only once a commit of
 * it is certain: what a transaction writes is written again beside it, which waits for that transaction and
 * does the work if it was rolled back.
 */
export function createOnce<T>(
  pool: Db,
  nameOf: (item: T) => string,
  insert: (db: Db, items: readonly T[]) => Promise<void>,
): Once<T> {
  const known = new Set<string>();
  const learn = (items: Iterable<string>) => {
    if (known.size > MAX_KNOWN) known.clear();
    for (const name of items) known.add(name);
  };
  return {
    async ensure(db, items) {
      const missing = new Map<string, T>();
      for (const item of items) if (!known.has(nameOf(item))) missing.set(nameOf(item), item);
      if (missing.size === 0) return;
      // Everybody in the same order, so that nobody waits for each other.
      const ordered = [...missing].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
      await insert(db, ordered);
      if (db === pool) learn(missing.keys());
      else {
        setImmediate(() => {
          insert(pool, ordered).then(
            () => learn(missing.keys()),
            () => {},
          );
        });
      }
    },
  };
}
