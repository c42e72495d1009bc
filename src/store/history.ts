/** Histories, newest first: of a resource, of a type, of everything. */
import type { Db } from '../kernel/ctx.ts';
import type { Stored } from './change.ts';
import { isLogged, readLogged } from './logged.ts';
import { type Row, storedOf } from './row.ts';

export interface HistoryQuery {
  /** Types to look at; undefined means all that are named in `types`. */
  readonly types: readonly string[];
  readonly id?: string;
  /** Only versions at or after this instant (milliseconds). */
  readonly since?: number;
  /** Only versions that were current at some time in [from, to). */
  readonly at?: { readonly lo: number; readonly hi: number };
  readonly limit: number;
  /** Updated and key and version of the last entry of the page before. */
  readonly after?: readonly [number, string, number];
}

/** One entry more than `limit` when there is a next page. */
export async function readHistory(db: Db, query: HistoryQuery): Promise<Stored[]> {
  return query.id === undefined ? typeHistory(db, query) : instanceHistory(db, query);
}

const COLUMNS = 'key, type, id, version, updated, deleted, method, patient, content';

async function instanceHistory(db: Db, query: HistoryQuery): Promise<Stored[]> {
  const type = query.types[0]!;
  if (isLogged({ type, id: query.id! })) return loggedHistory(db, query);
  const { rows } = await db.query<Row>({
    name: 'store.instanceHistory',
    text: `with versions as (
  select ${COLUMNS} from resource where type = $1 and id = $2
  union all
  select ${COLUMNS} from history where key = (select key from resource where type = $1 and id = $2)
), spans as (
  select *, lead(updated) over (order by version) as until from versions
)
select ${COLUMNS} from spans
where updated >= coalesce($3::bigint, updated) and version < coalesce($4::int, 2147483647)
  and updated < coalesce($5::bigint, updated + 1) and coalesce(until, 9223372036854775807) > coalesce($6::bigint, 0)
order by version desc limit $7`,
    values: [
      type,
      query.id,
      query.since ?? null,
      query.after?.[2] ?? null,
      query.at?.hi ?? null,
      query.at?.lo ?? null,
      query.limit + 1,
    ],
  });
  return rows.map(storedOf);
}

/** The one version of an AuditEvent of the server's own. */
async function loggedHistory(db: Db, { id, since = 0, at, after }: HistoryQuery): Promise<Stored[]> {
  if (after) return [];
  const found = await readLogged(db, [id!]);
  return found.filter(({ updated }) => updated >= since && (at === undefined || updated < at.hi));
}

/** When the version after a row of `history` was written: until then that row was current. */
const FOLLOWED = `coalesce(
      (select n.updated from history n where n.key = v.key and n.version = v.version + 1),
      (select n.updated from resource n where n.key = v.key and n.version = v.version + 1))`;

async function typeHistory(db: Db, query: HistoryQuery): Promise<Stored[]> {
  const [updated, key, version] = query.after ?? [null, null, null];
  const page = (table: string) => `(select ${COLUMNS} from ${table} v
    where type = t.name and updated >= $2 and updated < $3
      and ($4::bigint is null or (updated, key, version) < ($4, $5::bigint, $6::int))${
        table === 'history' ? `\n      and ($8::bigint is null or ${FOLLOWED} > $8)` : ''
      }
    order by updated desc, key desc, version desc limit $7)`;
  const { rows } = await db.query<Row>({
    name: 'store.typeHistory',
    text: `select v.* from unnest($1::text[]) t(name) cross join lateral (
  select * from (${page('resource')} union all ${page('history')} union all ${page('audit_event')}) versions
  order by updated desc, key desc, version desc limit $7
) v
order by v.updated desc, v.key desc, v.version desc limit $7`,
    values: [
      query.types,
      query.since ?? 0,
      query.at?.hi ?? Number.MAX_SAFE_INTEGER,
      updated,
      key,
      version,
      query.limit + 1,
      query.at?.lo ?? null,
    ],
  });
  return rows.map(storedOf);
}
