/** How far the making of public-health tasks has come, and the residents it goes through. */
import type { Db } from '../kernel/ctx.ts';
import type { Stored } from './change.ts';
import { type Row, storedOf } from './row.ts';

export interface ProgrammeRun {
  /** `2026-11-28` */
  readonly day: string;
  readonly since: string;
  /** Id of the last resident that it is through with. */
  readonly last: string;
  readonly done: number;
  readonly total: number;
  readonly created: number;
  readonly unassigned: number;
  readonly started: Date;
  readonly ended?: Date;
}

interface RunRow {
  day: string;
  since: string;
  last: string;
  done: string;
  total: string;
  created: string;
  unassigned: string;
  started: Date;
  ended: Date | null;
}

const COLUMNS = 'day::text, since::text, last, done, total, created, unassigned, started, ended';

function runOf(row: RunRow): ProgrammeRun {
  return {
    ...row,
    done: Number(row.done),
    total: Number(row.total),
    created: Number(row.created),
    unassigned: Number(row.unassigned),
    ended: row.ended ?? undefined,
  };
}

/** Begins the run of a day; false when it was begun already. `again`: from the first resident, if it has ended. */
export async function beginRun(db: Db, day: string, now: Date, again = false): Promise<boolean> {
  const { count } = await db.query({
    text: `insert into programme_run (day, since, total, started)
select $1::date, coalesce((select max(day) from programme_run where ended is not null and day <= $1::date), $1::date),
  (select count(*) from resource where type = 'Patient' and not deleted), $2
on conflict (day) do update set last = '', done = 0, total = excluded.total, started = excluded.started, ended = null
where $3 and programme_run.ended is not null`,
    values: [day, now, again],
  });
  return count === 1;
}

/** Nobody else goes on with it until the transaction ends. Undefined when there is no such run. */
export async function lockRun(db: Db, day: string): Promise<ProgrammeRun | undefined> {
  const { rows } = await db.query<RunRow>({
    text: `select ${COLUMNS} from programme_run where day = $1::date for update`,
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

export interface Progress {
  readonly last: string;
  readonly done: number;
  readonly created: number;
  readonly unassigned: number;
}

export async function advanceRun(db: Db, day: string, p: Progress): Promise<void> {
  await db.query({
    text: `update programme_run set last = $2, done = done + $3, created = created + $4, unassigned = unassigned + $5
where day = $1::date`,
    values: [day, p.last, p.done, p.created, p.unassigned],
  });
}

export async function endRun(db: Db, day: string, now: Date): Promise<void> {
  await db.query({
    text: 'update programme_run set ended = $2 where day = $1::date',
    values: [day, now],
  });
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
