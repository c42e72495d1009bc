/** Whoever has stored a profile, or terminology, finds it in force with the next request, to whichever process. */
import { wholeOf } from '../db/reader.ts';
import type { Database, Db } from '../kernel/ctx.ts';
import { isAudit, type Write } from '../store/write.ts';
import type { Writer } from '../store/writer.ts';
import type { CurrentDefinitions } from './current-definitions.ts';

/** Kept in memory by every process: its write ends when all have heard of it. */
const SHARED: ReadonlySet<string> = new Set(['StructureDefinition', 'CodeSystem', 'ValueSet', 'ConceptMap']);

/** The same database and writer; a write of what is SHARED ends when it is in use here and `heardByAll`. */
export function learning<D extends Database>(
  database: D,
  writer: Writer,
  { learn }: CurrentDefinitions,
  heardByAll: () => Promise<void>,
): { readonly database: D; readonly writer: Writer } {
  const writtenIn = new WeakMap<Db, SharedWrite[]>();
  const learnAll = async (written: readonly SharedWrite[] = []) => {
    if (written.length === 0) return;
    await Promise.all(
      written.map(({ type, id }) => (type === 'StructureDefinition' ? learn(id) : undefined)),
    );
    // It is committed, whatever becomes of this.
    await heardByAll().catch(() => {});
  };
  return {
    database: {
      ...database,
      async tx<T>(fn: (db: Db) => Promise<T>): Promise<T> {
        let written: readonly SharedWrite[] | undefined;
        const result = await database.tx(async (db) => {
          const done = await fn(db);
          written = writtenIn.get(wholeOf(db));
          return done;
        });
        await learnAll(written);
        return result;
      },
    },
    writer: {
      ...writer,
      async within(db, writes) {
        await writer.within(db, writes);
        const shared = sharedIn(writes);
        const whole = wholeOf(db);
        if (shared.length > 0) writtenIn.set(whole, [...(writtenIn.get(whole) ?? []), ...shared]);
      },
      async write(writes) {
        const done = await writer.write(writes);
        await learnAll(sharedIn(writes));
        return done;
      },
    },
  };
}

interface SharedWrite {
  readonly type: string;
  readonly id: string;
}

function sharedIn(writes: readonly Write[]): SharedWrite[] {
  return writes.filter((w) => !isAudit(w) && SHARED.has(w.type)) as SharedWrite[];
}
