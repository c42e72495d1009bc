/** When something falls due on a resource. */
import type { Db } from '../kernel/ctx.ts';
import type { Deadline } from '../kernel/workflow.ts';

/** Makes these all that the holder has. One that has been dealt with is open again only at another time. */
export async function setDeadlines(db: Db, holder: string, deadlines: readonly Deadline[]): Promise<void> {
  await db.query({
    name: 'store.dropDeadlines',
    text: 'delete from deadline where holder = $1 and name <> all ($2::text[])',
    values: [holder, deadlines.map((d) => d.name)],
  });
  if (deadlines.length === 0) return;
  await db.query({
    name: 'store.setDeadlines',
    text: `with wanted as (select * from unnest($2::text[], $3::float8[], $4::boolean[]) u(name, at, kept))
insert into deadline (holder, name, at)
select $1, name, to_timestamp(at / 1000.0) from wanted
on conflict (holder, name) do update set at = excluded.at, fired = null, failures = 0, retry = null
where deadline.at <> excluded.at and not (select kept from wanted w where w.name = deadline.name)`,
    values: [
      holder,
      deadlines.map((d) => d.name),
      deadlines.map((d) => d.at),
      deadlines.map((d) => d.kept === true),
    ],
  });
}

export interface DueDeadline {
  /** `Type/id` */
  readonly holder: string;
  readonly name: string;
  /** Milliseconds. */
  readonly at: number;
}

/** The first deadlines up to an instant that are open, earliest first. */
export async function dueDeadlines(db: Db, until: Date, limit: number): Promise<DueDeadline[]> {
  const { rows } = await db.query<{ holder: string; name: string; at: Date }>({
    name: 'store.dueDeadlines',
    text: `select holder, name, at from deadline where fired is null and at <= $1 and (retry is null or retry <= now())
order by at, holder, name limit $2`,
    values: [until, limit],
  });
  return rows.map(({ at, ...rest }) => ({ ...rest, at: at.getTime() }));
}

/** The earliest that is open; undefined when there is none. */
export async function nextDeadline(db: Db, until: Date): Promise<Date | undefined> {
  const { rows } = await db.query<{ at: Date | null }>({
    name: 'store.nextDeadline',
    text: `select min(at) as at from deadline where fired is null and at <= $1 and (retry is null or retry <= now())`,
    values: [until],
  });
  return rows[0]?.at ?? undefined;
}

/** Lets a deadline that failed wait: a second, then twice as long each time, an hour at most. */
export async function postponeDeadline(db: Db, { holder, name }: DueDeadline): Promise<void> {
  await db.query({
    name: 'store.postponeDeadline',
    text: `update deadline set failures = failures + 1,
  retry = now() + least(interval '1 hour', interval '1 second' * 2 ^ least(failures, 12))
where holder = $1 and name = $2 and fired is null`,
    values: [holder, name],
  });
}

/** Marks a deadline as dealt with; false when it is not open any more, or at another time. */
export async function fireDeadline(db: Db, { holder, name, at }: DueDeadline, now: Date): Promise<boolean> {
  const { count } = await db.query({
    name: 'store.fireDeadline',
    text: `update deadline set fired = $4 where holder = $1 and name = $2 and at = $3 and fired is null`,
    values: [holder, name, new Date(at), now],
  });
  return count === 1;
}
