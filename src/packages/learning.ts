/** Whoever has stored a definition finds it in force with the next request to the same process. */
import { DEFINING_TYPES } from '../definitions/slim.ts';
import type { Database, Db } from '../kernel/ctx.ts';
import { isAudit, type Write } from '../store/write.ts';
import type { Writer } from '../store/writer.ts';
import type { CurrentDefinitions } from './current-definitions.ts';

/** The same database and writer; a write of definitions ends when they are in use here. */
export function learning<D extends Database>(
  database: D,
  writer: Writer,
  { learn }: CurrentDefinitions,
): { readonly database: D; readonly writer: Writer } {
  const writtenIn = new WeakMap<Db, string[]>();
  const learnAll = async (names: readonly string[] = []) => void (await Promise.all(names.map(learn)));
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
        const names = definitionsIn(writes);
        if (names.length > 0) writtenIn.set(db, [...(writtenIn.get(db) ?? []), ...names]);
      },
      async write(writes) {
        const done = await writer.write(writes);
        await learnAll(definitionsIn(writes));
        return done;
      },
    },
  };
}

/** `Type/id` of the definitions among some writes. */
function definitionsIn(writes: readonly Write[]): string[] {
  return writes.flatMap((w) =>
    !isAudit(w) && (DEFINING_TYPES as readonly string[]).includes(w.type) ? [`${w.type}/${w.id}`] : [],
  );
}
