/** Surrogate keys, handed out from blocks that the database's sequence reserves: no round trip per write. */
import type { Db } from '../kernel/ctx.ts';

const BLOCK = 1000n;

export interface Keys {
  /**
   * `count` fresh keys, as int8 text. Reserves on `db`, the connection of the caller: a transaction that
   * waited for a second connection could wait for ever.
   */
  take(db: Db, count: number): Promise<string[]>;
}

export function createKeys(): Keys {
  let next = 0n;
  let end = 0n;
  return {
    async take(db, count) {
      const keys: string[] = [];
      while (keys.length < count) {
        if (next === end) {
          const { rows } = await db.query<{ start: string }>({
            name: 'store.reserveKeys',
            text: `select nextval('resource_key') as start`,
            values: [],
          });
          // Another call may have reserved a block meanwhile; its rest is not worth keeping.
          next = BigInt(rows[0]!.start);
          end = next + BLOCK;
        }
        keys.push(String(next++));
      }
      return keys;
    },
  };
}
