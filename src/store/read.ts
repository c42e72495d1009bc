/** Reads versions. */
import type { Db } from '../kernel/ctx.ts';
import { methodOf, type Stored } from './change.ts';
import { createGroupRead, type GroupRead } from './group-read.ts';

interface Row {
  key: string;
  type: string;
  id: string;
  version: number;
  updated: string;
  deleted: boolean;
  method: string;
  patient: string | null;
  content: string | null;
}

export function storedOf(row: Row): Stored {
  return { ...row, updated: Number(row.updated), method: methodOf(row.method) };
}

const COLUMNS = 'key, type, id, version, updated, deleted, method, patient, content';

const groupReads = new WeakMap<Db, GroupRead>();

/**
 * The current version (a tombstone included), or undefined when the id was never used. Whoever asks the same
 * `db` at the same time shares a statement.
 */
export function readCurrent(db: Db, type: string, id: string): Promise<Stored | undefined> {
  let groupRead = groupReads.get(db);
  if (!groupRead) {
    groupRead = createGroupRead((asked) => readMany(db, asked));
    groupReads.set(db, groupRead);
  }
  return groupRead(type, id);
}

/** One version of a resource, current or earlier. */
export async function readVersion(
  db: Db,
  type: string,
  id: string,
  version: number,
): Promise<Stored | undefined> {
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
export async function readMany(
  db: Db,
  references: readonly { type: string; id: string }[],
): Promise<Stored[]> {
  if (references.length === 0) return [];
  const { rows } = await db.query<Row>({
    name: 'store.readMany',
    text: `select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content
from unnest($1::text[], $2::text[]) u(type, id) join resource r on r.type = u.type and r.id = u.id`,
    values: [references.map((r) => r.type), references.map((r) => r.id)],
  });
  return rows.map(storedOf);
}

/**
 * The current versions of some resources, locked until the transaction ends, always in the same order so
 * that two transactions do not wait for each other.
 */
export async function lockMany(
  db: Db,
  references: readonly { type: string; id: string }[],
): Promise<Stored[]> {
  if (references.length === 0) return [];
  const { rows } = await db.query<Row>({
    name: 'store.lockMany',
    text: `select ${COLUMNS} from resource
where (type, id) in (select * from unnest($1::text[], $2::text[]))
order by type, id for update`,
    values: [references.map((r) => r.type), references.map((r) => r.id)],
  });
  return rows.map(storedOf);
}

/** Serialises everybody who asks for the same text, until the transaction ends. */
export async function lockText(db: Db, texts: readonly string[]): Promise<void> {
  for (const text of [...new Set(texts)].sort()) {
    await db.query({
      name: 'store.lockText',
      text: 'select pg_advisory_xact_lock(hashtextextended($1, 1))',
      values: [text],
    });
  }
}
