/** Who has broken the glass, why, and until when that is told of. */
import type { Db } from '../kernel/ctx.ts';

export interface Emergency {
  /** `Practitioner/x`, or a client. */
  readonly who: string;
  /** Id of the Patient whose record was opened. */
  readonly patient: string;
  readonly reason: string;
  /** Milliseconds. */
  readonly at: number;
  readonly until: number;
}

const HOUR = 3_600_000;

/**
 * `told` when the same is in force already; `too-many` when it would be one resident more than `perHour`. Of two at
 * once the second waits and finds the first.
 */
export async function beginEmergency(
  db: Db,
  { who, patient, reason, at, until }: Emergency,
  perHour: number,
): Promise<'begun' | 'told' | 'too-many'> {
  await db.query({
    name: 'store.lockEmergency',
    text: 'select pg_advisory_xact_lock(hashtextextended($1, 2))',
    values: [`emergency ${who}`],
  });
  const { rows } = await db.query<{ told: boolean; others: number }>({
    name: 'store.emergencies',
    text: `select coalesce(bool_or(patient = $2 and reason = $3 and until > $4), false) as told,
count(distinct patient) filter (where patient <> $2 and at > $5)::int as others
from emergency where who = $1 and (at > $5 or until > $4)`,
    values: [who, patient, reason, at, at - HOUR],
  });
  const { told, others } = rows[0]!;
  if (told) return 'told';
  if (others >= perHour) return 'too-many';
  await db.query({
    name: 'store.beginEmergency',
    text: 'insert into emergency (who, patient, reason, at, until) values ($1, $2, $3, $4, $5) on conflict do nothing',
    values: [who, patient, reason, at, until],
  });
  return 'begun';
}
