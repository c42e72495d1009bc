/** Which institution was shown whose identity card: what it writes then may open the record. */
import type { Db } from '../kernel/ctx.ts';

/** How often an institution may ask in an hour, and how often in vain. */
export interface IdentifyLimits {
  readonly perHour: number;
  readonly failuresPerHour: number;
}

const HOUR = 3_600_000;
/** So long a resident is not told again that an institution asked. */
export const TOLD_DAYS = 30;

/** Whether the institution (its id) may ask once more; of several at once the others wait until this one has asked. */
export async function mayIdentify(
  db: Db,
  organization: string,
  { perHour, failuresPerHour }: IdentifyLimits,
  now: number,
): Promise<boolean> {
  await db.query({
    name: 'store.lockIdentification',
    text: 'select pg_advisory_xact_lock(hashtextextended($1, 3))',
    values: [`identification ${organization}`],
  });
  const { rows } = await db.query<{ asked: number; failed: number }>({
    name: 'store.countIdentifications',
    text: `select count(*)::int as asked, count(*) filter (where patient is null)::int as failed
from identification where organization = $1 and at > $2`,
    values: [organization, now - HOUR],
  });
  const { asked, failed } = rows[0]!;
  return asked < perHour && failed < failuresPerHour;
}

/**
 * Keeps that the institution asked, and which patients (ids) it was shown; none: in vain. Answers those of whom it had
 * not been shown the card lately.
 */
export async function keepIdentification(
  db: Db,
  organization: string,
  patients: readonly string[],
  now: number,
  hours: number,
): Promise<string[]> {
  await db.query({
    name: 'store.forgetIdentifications',
    text: 'delete from identification where organization = $1 and at < $2',
    values: [organization, now - TOLD_DAYS * 24 * HOUR],
  });
  const { rows } = await db.query<{ patient: string }>({
    name: 'store.keepIdentification',
    text: `with asked as (
  select p.patient, exists (select from identification i where i.patient = p.patient and i.organization = $1) as before
  from unnest($2::text[]) p(patient)
), kept as (
  insert into identification (organization, patient, at, until) select $1, patient, $3, $4 from asked
)
select patient from asked where patient is not null and not before`,
    values: [organization, patients.length > 0 ? patients : [null], now, now + hours * HOUR],
  });
  return rows.map(({ patient }) => patient);
}
