/** How far the making of public-health tasks has come, and the residents it has to look at. */
import type { Db } from '../kernel/ctx.ts';
import type { Stored } from './change.ts';
import { type Row, storedOf } from './row.ts';

export interface ProgrammeRun {
  /** `2026-11-28` */
  readonly day: string;
  readonly since: string;
  readonly done: number;
  readonly total: number;
  readonly created: number;
  readonly unassigned: number;
  readonly refused: number;
  readonly started: Date;
  readonly ended?: Date;
}

interface RunRow {
  day: string;
  since: string;
  done: string;
  total: string;
  created: string;
  unassigned: string;
  refused: string;
  started: Date;
  ended: Date | null;
}

const COLUMNS = 'day::text, since::text, done, total, created, unassigned, refused, started, ended';

function runOf(row: RunRow): ProgrammeRun {
  return {
    ...row,
    done: Number(row.done),
    total: Number(row.total),
    created: Number(row.created),
    unassigned: Number(row.unassigned),
    refused: Number(row.refused),
    ended: row.ended ?? undefined,
  };
}

/** How long a transaction may take between the time that its versions bear and its commit. */
const LATE = '15 minutes';

/** Whose resources were written since an instant. A task that is new makes no other necessary. */
const CHANGED = `select distinct case type when 'Patient' then id else coalesce(patient, (
  select h.patient from history h where h.key = r.key and h.version = r.version - 1)) end as patient
from resource r
where type in ('Patient', 'EpisodeOfCare', 'Immunization', 'Task') and updated >= $2::bigint
and (type <> 'Task' or version > 1)`;

/**
 * Begins the run of a day in the transaction of `db`, and says who has to be looked at; false when it was begun
 * already. `programmes` tells those in force from others. `again`: once more, if it has ended.
 */
export async function beginRun(
  db: Db,
  day: string,
  now: Date,
  programmes: string,
  again = false,
): Promise<boolean> {
  await db.query({ text: `select pg_advisory_xact_lock(hashtextextended('programme_run', 1))`, values: [] });
  // A whole county, the first time.
  await db.query({ text: 'set local statement_timeout = 0', values: [] });
  const { rows } = await db.query<{ from: string; programmes: string }>({
    text: `select (extract(epoch from least(started, begun) - interval '${LATE}') * 1000)::bigint as from, programmes
from programme_run order by begun desc limit 1`,
    values: [],
  });
  const { count } = await db.query({
    text: `insert into programme_run (day, since, total, started, programmes)
select $1::date, coalesce((select max(day) from programme_run where ended is not null and day <= $1::date), $1::date),
  0, $2, $3
on conflict (day) do update set since = excluded.since, done = 0, total = 0, unassigned = 0, refused = 0,
  started = excluded.started, ended = null, programmes = excluded.programmes, begun = now()
where $4 and programme_run.ended is not null`,
    values: [day, now, programmes, again],
  });
  if (count === 0) return false;
  // What an earlier run left is done by this one.
  await db.query({
    text: 'delete from programme_run where day < $1::date and ended is null',
    values: [day],
  });
  const last = rows[0];
  await lookAt(db, day, last?.programmes === programmes ? last.from : undefined);
  await db.query({
    text: `update programme_run set total = (select count(*) from programme_look where day <= $1::date) where day = $1::date`,
    values: [day],
  });
  return true;
}

/** Looks on this day at who is new, and at who changed since an instant (milliseconds); at everybody without one. */
async function lookAt(db: Db, day: string, since: string | undefined): Promise<void> {
  // `except` is done before the first row is inserted; an anti-join would go through what this very statement inserts.
  await db.query({
    text: `insert into programme_look (patient, day)
select id, $1::date from (
  select id from resource where type = 'Patient' and not deleted except select patient from programme_look
) fresh on conflict do nothing`,
    values: [day],
  });
  if (since === undefined) {
    await db.query({ text: 'update programme_look set day = $1::date where day > $1::date', values: [day] });
    return;
  }
  await db.query({
    text: `update programme_look l set day = $1::date
from (${CHANGED}) c where l.patient = c.patient and l.day > $1::date`,
    values: [day, since],
  });
}

/** Undefined when there is no such run. */
export async function readRun(db: Db, day: string): Promise<ProgrammeRun | undefined> {
  const { rows } = await db.query<RunRow>({
    text: `select ${COLUMNS} from programme_run where day = $1::date`,
    values: [day],
  });
  return rows[0] && runOf(rows[0]);
}

/** The latest first. */
export async function latestRuns(db: Db, limit: number): Promise<ProgrammeRun[]> {
  const { rows } = await db.query<RunRow>({
    text: `select ${COLUMNS} from programme_run order by day desc limit $1`,
    values: [limit],
  });
  return rows.map(runOf);
}

/** Those that were begun and have not ended. */
export async function unendedRuns(db: Db): Promise<string[]> {
  const { rows } = await db.query<{ day: string }>({
    text: 'select day::text from programme_run where ended is null order by day',
    values: [],
  });
  return rows.map((r) => r.day);
}

/** Ids of the next residents to look at; nobody else takes them until the transaction ends. */
export async function takeResidents(db: Db, day: string, limit: number): Promise<string[]> {
  const { rows } = await db.query<{ patient: string }>({
    name: 'store.takeResidents',
    text: `select patient from programme_look where day <= $1::date order by day, patient limit $2
for update skip locked`,
    values: [day, limit],
  });
  return rows.map((r) => r.patient);
}

/** When to look at some residents again; null: not until they change. Those that are gone are not kept. */
export async function setLooks(db: Db, looks: ReadonlyMap<string, string | null>, gone: readonly string[]) {
  await db.query({
    name: 'store.setLooks',
    text: `update programme_look l set day = coalesce(u.day, 'infinity')
from unnest($1::text[], $2::date[]) u(patient, day) where l.patient = u.patient`,
    values: [[...looks.keys()], [...looks.values()]],
  });
  if (gone.length === 0) return;
  await db.query({ text: 'delete from programme_look where patient = any ($1::text[])', values: [gone] });
}

export interface Progress {
  readonly done: number;
  readonly created: number;
  readonly unassigned: number;
  readonly refused: number;
}

export async function advanceRun(db: Db, day: string, p: Progress): Promise<void> {
  await db.query({
    text: `update programme_run set done = done + $2, created = created + $3, unassigned = unassigned + $4,
  refused = refused + $5 where day = $1::date`,
    values: [day, p.done, p.created, p.unassigned, p.refused],
  });
}

/** Ends the run unless residents are left that somebody else has taken; true when this has ended it. */
export async function endRun(db: Db, day: string, now: Date): Promise<boolean> {
  const { count } = await db.query({
    text: `update programme_run set ended = $2 where day = $1::date and ended is null
and not exists (select from programme_look where day <= $1::date)`,
    values: [day, now],
  });
  return count === 1;
}

/** The next residents in the order of their ids. */
export async function patientsAfter(db: Db, id: string, limit: number): Promise<Stored[]> {
  const { rows } = await db.query<Row>({
    name: 'store.patientsAfter',
    text: `select key, type, id, version, updated, deleted, method, patient, content from resource
where type = 'Patient' and id > $1 and not deleted order by id limit $2`,
    values: [id, limit],
  });
  return rows.map(storedOf);
}

/** Some residents as they are; those that are gone are not among them. */
export async function patientsOf(db: Db, ids: readonly string[]): Promise<Stored[]> {
  const { rows } = await db.query<Row>({
    name: 'store.patientsOf',
    text: `select key, type, id, version, updated, deleted, method, patient, content from resource
where type = 'Patient' and id = any ($1::text[]) and not deleted`,
    values: [ids],
  });
  return rows.map(storedOf);
}

/** Everything of some types that belongs to some patients. */
export async function ofPatients(
  db: Db,
  ids: readonly string[],
  types: readonly string[],
): Promise<Stored[]> {
  const { rows } = await db.query<Row>({
    name: 'store.ofPatients',
    text: `select key, type, id, version, updated, deleted, method, patient, content from resource
where patient = any ($1::text[]) and type = any ($2::text[]) and not deleted`,
    values: [ids, types],
  });
  return rows.map(storedOf);
}

/** Tells the plans of one database at one time from those of another: any write of one changes it. */
export async function stampOfPlans(db: Db): Promise<string> {
  const { rows } = await db.query<{ stamp: string }>({
    name: 'store.stampOfPlans',
    text: `select concat_ws('/', current_database(), count(*), sum(version), max(updated), max(key)) as stamp
from resource where type = 'PlanDefinition'`,
    values: [],
  });
  return rows[0]!.stamp;
}
