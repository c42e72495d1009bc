/** A transaction that is run again when another client created the same id in the middle of it. */
import type { Database, Db } from '../kernel/ctx.ts';

const ATTEMPTS = 5;

/** On the second run the other client's resource is there and gets locked, as if it had come first. */
export async function inWriteTransaction<T>(database: Database, fn: (db: Db) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await database.tx(fn);
    } catch (error) {
      if (attempt === ATTEMPTS || (error as { code?: string }).code !== '23505') throw error;
    }
  }
}
