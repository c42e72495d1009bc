/** Whoever has stored a profile finds it in force with the next request to the same process. */
import type { Database, Db } from '../kernel/ctx.ts';
import { isAudit, type Write } from '../store/write.ts';
import type { Writer } from '../store/writer.ts';
import type { CurrentDefinitions } from './current-definitions.ts';

/** The same database and writer; a write of StructureDefinitions ends when they are in use here. */
export function learning<D extends Database>(
  database: D,
  writer: Writer,
  { learn }: CurrentDefinitions,
): { readonly database: D; readonly writer: Writer } {
  const writtenIn = new WeakMap<Db, string[]>();
  const learnAll = async (ids: readonly string[] = []) => void (await Promise.all(ids.map(learn)));
  return {
    database: {
      ...database,
      async tx<T>(fn: (db: Db) => Promise<T>): Promise<T> {
        let written: readonly string[] | undefined;
        const result = await database.tx(async (db) => {
          const done = await fn(db);
          written = writtenIn.get(db);
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
        const ids = definitionsIn(writes);
        if (ids.length > 0) writtenIn.set(db, [...(writtenIn.get(db) ?? []), ...ids]);
      },
      async write(writes) {
        const done = await writer.write(writes);
        await learnAll(definitionsIn(writes));
        return done;
      },
    },
  };
}

/** Ids of the StructureDefinitions among some writes. */
function definitionsIn(writes: readonly Write[]): string[] {
  return writes.flatMap((w) => (!isAudit(w) && w.type === 'StructureDefinition' ? [w.id] : []));
}
