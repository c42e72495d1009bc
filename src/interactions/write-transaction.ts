/** A transaction that is run again when another client created the same id in the middle of it. */
import type { Database, Db } from '../kernel/ctx.ts';
import { conflict } from '../kernel/fhir-error.ts';

const ATTEMPTS = 5;

/** On the second run the other client's resource is there and gets locked, as if it had come first. */
export async function inWriteTransaction<T>(database: Database, fn: (db: Db) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await database.tx(fn);
    } catch (error) {
      if ((error as { code?: string }).code !== '23505') throw error;
      if (attempt === ATTEMPTS) throw contended();
    }
  }
}

function contended() {
  return conflict({
    en: 'Other clients kept creating the same resources at the same moment; nothing was changed. Please try again.',
    zh: '其他客户端不断在同一时刻创建相同的资源,未做任何更改。请重试。',
  });
}
