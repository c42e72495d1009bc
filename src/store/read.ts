/** Reads versions. */
import { auditRecordFinal } from '../audit/audit-rule.ts';
import { wholeOf } from '../db/reader.ts';
import type { Db } from '../kernel/ctx.ts';
import { ruleBroken } from '../kernel/fhir-error.ts';
import { createBatchedOn } from './batched.ts';
import type { Stored } from './change.ts';
import { isLogged, readLogged } from './logged.ts';
import { type Row, storedOf } from './row.ts';

const COLUMNS = 'key, type, id, version, updated, deleted, method, patient, content';

/** A resource by its id. */
export interface Named {
  readonly type: string;
  readonly id: string;
}

const askCurrent = createBatchedOn<Named, Stored | undefined>(async (db, asked) => {
  const found = new Map((await readMany(db, asked)).map((s) => [`${s.type}/${s.id}`, s]));
  return asked.map((a) => found.get(`${a.type}/${a.id}`));
});

/**
 * The current version (a tombstone included), or undefined when the id was never used. Whoever asks the same
 * `db` at the same time shares a statement.
 */
export function readCurrent(db: Db, type: string, id: string): Promise<Stored | undefined> {
  return askCurrent(db, { type, id });
}

/** One version of a resource, current or earlier. */
export async function readVersion(
  db: Db,
  type: string,
  id: string,
  version: number,
): Promise<Stored | undefined> {
  if (isLogged({ type, id })) return version === 1 ? (await readLogged(db, [id]))[0] : undefined;
  const { rows } = await db.query<Row>({
    name: 'store.readVersion',
    text: `select ${COLUMNS} from resource where type = $1 and id = $2 and version = $3
union all
select ${COLUMNS} from history where version = $3 and key = (select key from resource where type = $1 and id = $2)`,
    values: [type, id, version],
  });
  return rows[0] && storedOf(rows[0]);
}

/** The current versions of some resources, those that exist, in no order. */
export async function readMany(db: Db, references: readonly Named[]): Promise<Stored[]> {
  const logged = references.filter(isLogged);
  if (logged.length > 0) {
    const others = references.filter((r) => !isLogged(r));
    const found = await readLogged(
      db,
      logged.map(({ id }) => id),
    );
    return [...found, ...(await readMany(db, others))];
  }
  if (references.length === 0) return [];
  const { rows } = await db.query<Row>({
    name: 'store.readMany',
    text: `select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date, r.marks
from unnest($1::text[], $2::text[]) u(type, id) join resource r on r.type = u.type and r.id = u.id`,
    values: [references.map((r) => r.type), references.map((r) => r.id)],
  });
  return rows.map(storedOf);
}

/** The types of which there is a resource, be it deleted: one look at the index for each. */
export async function typesWithResources(db: Db): Promise<string[]> {
  const { rows } = await db.query<{ type: string }>({
    name: 'store.types',
    text: `with recursive found as (
  (select type from resource order by type limit 1)
  union all
  select (select r.type from resource r where r.type > f.type order by r.type limit 1) from found f where f.type is not null
)
select type from found where type is not null`,
    values: [],
  });
  return rows.map((r) => r.type);
}

/** Versions, current or earlier ones, of resources that are not deleted; those that exist, in no order. */
export async function readVersions(
  db: Db,
  references: readonly { type: string; id: string; version: number }[],
): Promise<Stored[]> {
  if (references.length === 0) return [];
  const { rows } = await db.query<Row>({
    name: 'store.readVersions',
    text: `with asked as (
  select r.key, u.version from unnest($1::text[], $2::text[], $3::int[]) u(type, id, version)
  join resource r on r.type = u.type and r.id = u.id and not r.deleted
)
select ${COLUMNS} from resource join asked using (key, version)
union all
select ${COLUMNS} from history join asked using (key, version)`,
    values: [references.map((r) => r.type), references.map((r) => r.id), references.map((r) => r.version)],
  });
  return rows.map(storedOf);
}

/**
 * The current versions of some resources, locked until the transaction ends, always in the same order so
 * that two transactions do not wait for each other. What the reader of `db` does not see is not there. Whoever locks means to change: that nobody does to the
 * server's own AuditEvents.
 */
export async function lockMany(db: Db, references: readonly Named[]): Promise<Stored[]> {
  if (references.length === 0) return [];
  if (references.some(isLogged)) throw ruleBroken([auditRecordFinal()]);
  const { rows } = await wholeOf(db).query<Row>({
    name: 'store.lockMany',
    text: `select ${COLUMNS}, date, marks from resource
where (type, id) in (select * from unnest($1::text[], $2::text[]))
order by type, id for update`,
    values: [references.map((r) => r.type), references.map((r) => r.id)],
  });
  if (!db.whole || rows.length === 0) return rows.map(storedOf);
  const seen = new Set((await readMany(db, rows)).map(({ key }) => key));
  return rows.filter(({ key }) => seen.has(key)).map(storedOf);
}

/**
 * Serialises everybody who asks for the same text, until the transaction ends. Texts share 1,024 locks, taken in
 * order: PostgreSQL's table of locks has no room for one of each of the thousands that a transaction may name.
 */
export async function lockTexts(db: Db, texts: readonly string[]): Promise<void> {
  if (texts.length === 0) return;
  await db.query({
    name: 'store.lockTexts',
    text: `select pg_advisory_xact_lock(1, lock) from (
  select distinct (hashtextextended(t, 1) & 1023)::int as lock from unnest($1::text[]) t order by lock
) locks`,
    values: [texts],
  });
}
