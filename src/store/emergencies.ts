/** Who has broken the glass, why, and until when that is told of. */
import type { Db } from '../kernel/ctx.ts';

export interface Emergency {
  /** `Practitioner/x`, or a client. */
  readonly who: string;
  readonly reason: string;
  /** Milliseconds. */
  readonly at: number;
  readonly until: number;
}

/** False when the same is in force already; of two at once the second waits and finds the first. */
export async function beginEmergency(db: Db, { who, reason, at, until }: Emergency): Promise<boolean> {
  await db.query({
    name: 'store.lockEmergency',
    text: 'select pg_advisory_xact_lock(hashtextextended($1, 2))',
    values: [`emergency ${who}`],
  });
  const { count } = await db.query({
    name: 'store.beginEmergency',
    text: `insert into emergency (who, reason, at, until)
select $1, $2, $3, $4 where not exists (select from emergency where who = $1 and reason = $2 and until > $3)`,
    values: [who, reason, at, until],
  });
  return count > 0;
}
