/**
 * Rebuilds index rows in slices: what is there is compared with what should be, and only the difference is
 * written, so that searches stay right all the while. See `../indexing/README.md`.
 */
import type { Db } from '../kernel/ctx.ts';
import type { IndexRowsOf } from '../search/index-rows.ts';
import { type IndexRows, NO_ROWS } from '../search/rows.ts';
import type { CodeSystems } from './code-systems.ts';
import { IndexColumns, indexSources } from './index-columns.ts';
import { marksFrom, orderDate } from './write.ts';

export type ReindexStatus = 'queued' | 'running' | 'completed' | 'cancelled' | 'failed';

export interface Reindex {
  /** int8 as text. */
  readonly id: string;
  readonly types: readonly string[];
  readonly status: ReindexStatus;
  readonly done: number;
  /** Undefined before it begins. */
  readonly total?: number;
  /** Index rows that were missing or too many. */
  readonly repaired: number;
  readonly requested: Date;
  readonly ended?: Date;
  readonly error?: string;
}

interface Row {
  id: string;
  types: string[];
  status: ReindexStatus;
  done: string;
  total: string | null;
  repaired: string;
  requested: Date;
  ended: Date | null;
  error: string | null;
}

const COLUMNS = 'id, types, status, done, total, repaired, requested, ended, error';

function reindexOf(row: Row): Reindex {
  return {
    ...row,
    done: Number(row.done),
    repaired: Number(row.repaired),
    total: row.total === null ? undefined : Number(row.total),
    ended: row.ended ?? undefined,
    error: row.error ?? undefined,
  };
}

export async function addReindex(db: Db, types: readonly string[]): Promise<Reindex> {
  const { rows } = await db.query<Row>({
    text: `insert into reindex (types) values ($1) returning ${COLUMNS}`,
    values: [[...types].sort()],
  });
  return reindexOf(rows[0]!);
}

export async function readReindex(db: Db, id: string): Promise<Reindex | undefined> {
  const { rows } = await db.query<Row>({
    text: `select ${COLUMNS} from reindex where id = $1`,
    values: [id],
  });
  return rows[0] && reindexOf(rows[0]);
}

/** The latest, newest first. */
export async function listReindexes(db: Db, limit: number): Promise<Reindex[]> {
  const { rows } = await db.query<Row>({
    text: `select ${COLUMNS} from reindex order by id desc limit $1`,
    values: [limit],
  });
  return rows.map(reindexOf);
}

/** Ids of those that are to be done, or went on when their process died. */
export async function unendedReindexes(db: Db): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>({
    text: 'select id from reindex where ended is null order by id',
    values: [],
  });
  return rows.map((r) => r.id);
}

/** Ends what has not ended; undefined when it is not there. */
export async function endReindex(
  db: Db,
  id: string,
  status: ReindexStatus,
  error?: string,
): Promise<Reindex | undefined> {
  await db.query({
    text: `update reindex set status = $2, ended = now(), error = $3 where id = $1 and ended is null`,
    values: [id, status, error ?? null],
  });
  return readReindex(db, id);
}

/** Where a reindex is, locked until the transaction ends. */
export interface Place {
  readonly types: readonly string[];
  readonly status: ReindexStatus;
  readonly position: string;
  readonly until: string | null;
  /** In the second pass only: milliseconds, int8 as text. */
  readonly changedSince: string | null;
}

export async function lockReindex(db: Db, id: string): Promise<Place | undefined> {
  const { rows } = await db.query<Place>({
    name: 'reindex.lock',
    text: `select types, status, position, until, case when second_pass then again_since end as "changedSince"
from reindex where id = $1 for update`,
    values: [id],
  });
  return rows[0];
}

/** How much the clocks of processes may differ, and how long a request may take from its start to its commit. */
const CLOCK_MARGIN_MS = 600_000;

/**
 * Counts what is to be done. Resources that are created from now on are indexed by whoever creates them, with
 * the set of parameters of now or a later one.
 */
export async function beginReindex(db: Db, id: string, types: readonly string[]): Promise<void> {
  await db.query({ text: 'set local statement_timeout = 0', values: [] });
  for (const table of ['token', 'string', 'number', 'date_range']) {
    await db.query({ text: `select brin_summarize_new_values('${table}_by_key')`, values: [] });
  }
  await db.query({
    text: `update reindex set status = 'running', version = (select version from parameter_set),
  until = (select coalesce(max(key), 0) from resource),
  again_since = extract(epoch from now()) * 1000 - $3::bigint,
  total = (select count(*) from resource where type = any($2::text[]))
where id = $1`,
    values: [id, types, CLOCK_MARGIN_MS],
  });
}

interface Resource {
  key: string;
  updated: string;
  date: string;
  content: string | null;
}

export interface Slice {
  /** Resources looked at; fewer than asked for when there are no more. */
  readonly count: number;
  /** Key of the last one. */
  readonly position: string;
  readonly repaired: number;
}

/** Rebuilds the rows of the next resources, which nobody can change meanwhile. */
export async function reindexSlice(
  db: Db,
  indexRows: IndexRowsOf,
  codeSystems: CodeSystems,
  place: Pick<Place, 'types' | 'position' | 'until' | 'changedSince'>,
  size: number,
): Promise<Slice> {
  // Who has some of them must not wait for the one that is missing.
  await db.query({ text: `set local lock_timeout = '200ms'`, values: [] });
  // No prepared statement: the best plan depends on how rare the types are.
  const { rows } = await db.query<Resource>({
    text: `select key, updated, date, content from resource
where type = any($1::text[]) and key > $2 and key <= $3 and updated >= $4
order by key limit $5 for no key update`,
    values: [place.types, place.position, place.until, place.changedSince ?? 0, size],
  });
  if (rows.length === 0) return { count: 0, position: place.position, repaired: 0 };
  const wanted = rows.map(({ content }) =>
    content === null ? NO_ROWS : indexRows(JSON.parse(content) as Record<string, unknown>),
  );
  await codeSystems.ensure(db, wanted);
  const repaired = await rebuild(db, rows, wanted);
  return { count: rows.length, position: rows.at(-1)!.key, repaired };
}

/** Answers how many rows were wrong. */
async function rebuild(
  db: Db,
  resources: readonly Resource[],
  rowsOf: readonly IndexRows[],
): Promise<number> {
  const wanted = new IndexColumns();
  const columns: [string[], (string | null)[], number[], (number | null)[], string[]] = [[], [], [], [], []];
  for (const [i, { key, updated, content, date: since }] of resources.entries()) {
    const rows = rowsOf[i]!;
    const date = orderDate(rows, Number(content === null ? updated : since));
    wanted.add(key, rows, date);
    columns[0].push(key);
    columns[1].push(rows.patient);
    columns[2].push(date);
    columns[3].push(rows.date?.hi ?? null);
    columns[4].push([...rows.marks].join('\n'));
  }
  const values = [resources[0]!.key, resources.at(-1)!.key, ...columns, ...wanted.bindings()];
  const { rows } = await db.query<{ repaired: string }>({ text: REBUILD, values });
  return Number(rows[0]!.repaired);
}

/**
 * Of one index table: the rows too many, and those missing. `fields` are its columns between hash and key. A row
 * may be there twice: left by the former meaning of a parameter, and written by the present one.
 */
function difference(table: string, fields: readonly string[], source: string): string {
  const columns = ['hash', ...fields, 'key'].join(', ');
  const same = ['hash', ...fields, 'key']
    .map((c) => (c === 'canonical' ? `w.${c} is not distinct from t.${c}` : `w.${c} = t.${c}`))
    .join(' and ');
  return `wanted_${table} as materialized (
  select distinct hashtextextended(u.text, 0) as hash, ${[...fields, 'key'].map((c) => `u.${c}`).join(', ')}
  from ${source} u(text, ${[...fields, 'key'].join(', ')})
), found_${table} as materialized (
  select t.ctid as place, row_number() over (partition by ${columns}) as copy, ${columns} from ${table} t where t.key between $1 and $2 and t.key = any($3)
), gone_${table} as (
  delete from ${table} t using found_${table} f
  where t.ctid = f.place and (f.copy > 1 or not exists (select from wanted_${table} w where ${same})) returning 1
), came_${table} as (
  insert into ${table} (${columns})
  select ${columns} from wanted_${table} w
  where not exists (select from found_${table} t where ${same})${table === 'token' ? ' on conflict do nothing' : ''} returning 1
)`;
}

/** $1, $2: the range of keys; $3 to $7: keys, patients, dates, their ends, marks; from $8: the rows that should be there. */
const REBUILD = (() => {
  const [token, string, number, dates] = indexSources(8);
  const tables = ['token', 'string', 'number', 'date_range'];
  const counts = tables.flatMap((t) => [
    `(select count(*) from gone_${t})`,
    `(select count(*) from came_${t})`,
  ]);
  return `with ${difference('token', ['date'], token!)}, ${difference('string', ['value'], string!)},
${difference('number', ['value', 'canonical'], number!)}, ${difference('date_range', ['lo', 'hi'], dates!)}, own as materialized (
  select key, array_agg(distinct hash) as tokens from wanted_token group by key
), placed as (
  update resource r set patient = u.patient, date = u.date, date_end = u.date_end, tokens = u.tokens, marks = u.marks
  from (
    select n.key, n.patient, n.date, n.date_end, own.tokens,
      case when o.deleted then coalesce(o.marks, '{}') else ${marksFrom('n.marks', 'o.marks')} end as marks
    from unnest($3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::text[]) n(key, patient, date, date_end, marks)
    join resource o on o.key = n.key left join own on own.key = n.key
  ) u
  where r.key = u.key
    and (r.patient, r.date, r.date_end, r.tokens, r.marks) is distinct from (u.patient, u.date, u.date_end, u.tokens, u.marks) returning 1
)
select ${counts.join(' + ')} + (select count(*) from placed) as repaired`;
})();

export async function advanceReindex(db: Db, id: string, slice: Slice): Promise<void> {
  await db.query({
    name: 'reindex.advance',
    text: `update reindex set position = $2, done = case when second_pass then done else done + $3 end, repaired = repaired + $4 where id = $1`,
    values: [id, slice.position, slice.count, slice.repaired],
  });
}

/**
 * Goes back to the beginning, for what was changed meanwhile. The caller holds the set of parameters, so that
 * whoever writes from now on sees what the first pass wrote.
 */
export async function repeatReindex(db: Db, id: string): Promise<void> {
  await db.query({
    text: 'update reindex set second_pass = true, position = 0 where id = $1',
    values: [id],
  });
}

/**
 * Ends a reindex that went through everything; parameters that were indexed by it from its beginning to its end
 * are usable now.
 */
export async function completeReindex(db: Db, id: string): Promise<void> {
  await db.query({
    text: `with ended as (
  update reindex set status = 'completed', ended = now() where id = $1 and ended is null returning types, version
)
update custom_parameter p set usable = true from ended e
where not p.usable and p.types <@ e.types and p.since <= e.version`,
    values: [id],
  });
}
