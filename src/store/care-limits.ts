/** How long an encounter that nobody finishes opens the record: kept where the triggers of `care` read it. */
import type { Database } from '../kernel/ctx.ts';

/** Class of the encounter, or `*`, -> hours after it began or was written last; null: until it is finished. */
export type CareLimits = Readonly<Record<string, number | null>>;

/** Keeps the limits; when they are others than before, what is open already is limited by them. */
export async function keepCareLimits(db: Database, limits: CareLimits): Promise<void> {
  await db.tx(async (tx) => {
    await tx.query({
      name: 'store.lockCareLimits',
      text: `select pg_advisory_xact_lock(hashtextextended('care_limit', 0))`,
      values: [],
    });
    const { count } = await tx.query({
      name: 'store.keepCareLimits',
      text: `with said as (select key as class, value::text::double precision as hours
  from jsonb_each($1::jsonb) j(key, v), lateral (select nullif(v, 'null'::jsonb) as value) n),
gone as (delete from care_limit where class not in (select class from said) returning class),
kept as (insert into care_limit as l (class, hours) select class, hours from said
  on conflict (class) do update set hours = excluded.hours where l.hours is distinct from excluded.hours returning class)
select from gone union all select from kept`,
      values: [JSON.stringify(limits)],
    });
    if (count > 0) await tx.query({ name: 'store.limitCare', text: 'select limit_care()', values: [] });
  });
}
