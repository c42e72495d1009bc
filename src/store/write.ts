/**
 * Writes versions. All changes of one call become visible together: one statement for the new resources,
 * one for the changed ones. Index rows of a changed resource are written as the difference to what the
 * version before had.
 */
import type { Db } from '../kernel/ctx.ts';
import { BEGINNING } from '../kernel/dates.ts';
import type { IndexRows } from '../search/rows.ts';
import { type Change, letterOf } from './change.ts';
import type { Keys } from './keys.ts';

/** Rows of the index tables as columns, ready for `unnest`. */
class IndexColumns {
  readonly token: [string[], number[], string[]] = [[], [], []];
  readonly string: [string[], string[], string[]] = [[], [], []];
  readonly number: [string[], number[], string[]] = [[], [], []];
  readonly dates: [string[], string[], string[], string[]] = [[], [], [], []];

  /** The rows of `rows` that `without` does not have. */
  add(key: string, rows: IndexRows, date: number, without?: { rows: IndexRows; date: number }): void {
    const sameDate = without?.date === date;
    for (const text of rows.tokens) {
      if (!(sameDate && without.rows.tokens.has(text))) push(this.token, text, date, key);
    }
    for (const [parameter, values] of rows.strings) {
      const had = without?.rows.strings.get(parameter);
      for (const value of values) if (!had?.has(value)) push(this.string, parameter, value, key);
    }
    for (const [parameter, values] of rows.numbers) {
      const had = without?.rows.numbers.get(parameter);
      for (const value of values) if (!had?.has(value)) push(this.number, parameter, value, key);
    }
    for (const [parameter, values] of rows.dates) {
      const had = without?.rows.dates.get(parameter);
      for (const value of values) {
        if (had?.has(value)) continue;
        const [lo, hi] = value.split(',') as [string, string];
        push(this.dates, parameter, lo, hi, key);
      }
    }
  }

  bindings(): unknown[] {
    return [...this.token, ...this.string, ...this.number, ...this.dates];
  }
}

function push(columns: unknown[][], ...values: unknown[]): void {
  values.forEach((value, i) => {
    columns[i]!.push(value);
  });
}

/** Before every date and every open period: newest first, what has no date stands last. */
const UNDATED = BEGINNING - 1;

/** The date that a resource's token rows carry, in milliseconds: the natural order of its type. */
export function orderDate(rows: IndexRows, updated: number): number {
  return rows.date?.lo ?? (rows.dated ? UNDATED : updated);
}

/**
 * Inserts of the four index tables from bindings that start at `$first`. Two texts of one resource may have
 * one hash: rows of a new resource can only meet each other, so `distinct` does for them what the dearer
 * speculative insertion of `on conflict` does for a resource that has rows.
 */
function indexInserts(first: number, of: 'new' | 'changed'): string {
  const p = (n: number) => `$${first + n}`;
  return `
token_rows as (
  insert into token (hash, date, key)
  select distinct hashtextextended(u.text, 0), u.date, u.key
  from unnest(${p(0)}::text[], ${p(1)}::bigint[], ${p(2)}::bigint[]) u(text, date, key)
  ${of === 'changed' ? 'on conflict do nothing' : ''}
), string_rows as (
  insert into string (hash, value, key)
  select hashtextextended(u.parameter, 0), u.value, u.key
  from unnest(${p(3)}::text[], ${p(4)}::text[], ${p(5)}::bigint[]) u(parameter, value, key)
), number_rows as (
  insert into number (hash, value, key)
  select hashtextextended(u.parameter, 0), u.value, u.key
  from unnest(${p(6)}::text[], ${p(7)}::float8[], ${p(8)}::bigint[]) u(parameter, value, key)
), date_rows as (
  insert into date_range (hash, lo, hi, key)
  select hashtextextended(u.parameter, 0), u.lo, u.hi, u.key
  from unnest(${p(9)}::text[], ${p(10)}::bigint[], ${p(11)}::bigint[], ${p(12)}::bigint[]) u(parameter, lo, hi, key)
)`;
}

function insertStatement(more = ''): string {
  return `with ${indexInserts(11, 'new')}
insert into resource (key, type, id, version, updated, method, deleted, patient, date, date_end, content)
select u.key, u.type, u.id, u.version, u.updated, u.method::"char", u.content is null, u.patient, u.date, u.date_end, u.content
from unnest($1::bigint[], $2::text[], $3::text[], $4::int[], $5::bigint[], $6::text[], $7::text[], $8::bigint[], $9::bigint[], $10::text[])
  u(key, type, id, version, updated, method, patient, date, date_end, content)${more}`;
}

const INSERT = { name: 'store.insert', text: insertStatement() };

/** The same, but its commit does not wait for the disk: the setting lasts for this statement only. */
const INSERT_WITHOUT_FLUSH = {
  name: 'store.insertWithoutFlush',
  text: insertStatement(`\ncross join (select set_config('synchronous_commit', 'off', true)) as no_flush`),
};

const UPDATE = `with before as (
  insert into history (key, version, type, id, updated, method, deleted, patient, content)
  select key, version, type, id, updated, method, deleted, patient, content from resource where key = any($1::bigint[])
), ${indexInserts(22, 'changed')}, no_tokens as (
  delete from token t using unnest($9::text[], $10::bigint[], $11::bigint[]) u(text, date, key)
  where t.hash = hashtextextended(u.text, 0) and t.date = u.date and t.key = u.key
), no_strings as (
  delete from string s using unnest($12::text[], $13::text[], $14::bigint[]) u(parameter, value, key)
  where s.hash = hashtextextended(u.parameter, 0) and s.value = u.value and s.key = u.key
), no_numbers as (
  delete from number n using unnest($15::text[], $16::float8[], $17::bigint[]) u(parameter, value, key)
  where n.hash = hashtextextended(u.parameter, 0) and n.value = u.value and n.key = u.key
), no_dates as (
  delete from date_range d using unnest($18::text[], $19::bigint[], $20::bigint[], $21::bigint[]) u(parameter, lo, hi, key)
  where d.hash = hashtextextended(u.parameter, 0) and d.lo = u.lo and d.hi = u.hi and d.key = u.key
)
update resource r
set version = u.version, updated = u.updated, method = u.method::"char", deleted = u.content is null,
    patient = u.patient, date = u.date, date_end = u.date_end, content = u.content
from unnest($1::bigint[], $2::int[], $3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::text[])
  u(key, version, updated, method, patient, date, date_end, content)
where r.key = u.key`;

/**
 * Writes changes in the transaction (or the single statement) of `db`. The resources that have a version
 * before must be locked by that transaction. Fails with SQLSTATE 23505 when a resource that should be new
 * was created meanwhile.
 */
export async function writeChanges(db: Db, keys: Keys, changes: readonly Change[]): Promise<void> {
  const fresh = changes.filter((c) => !c.before);
  const changed = changes.filter((c) => c.before);
  if (fresh.length > 0) await insertFresh(db, keys, fresh, INSERT);
  if (changed.length > 0) await updateChanged(db, changed);
}

/**
 * Writes new resources in a statement of its own whose commit PostgreSQL acknowledges before it is on disk.
 * Survives the end of this process; a crash of PostgreSQL or of the machine may lose the last moments
 * (three times `wal_writer_delay`).
 */
export async function writeWithoutFlush(db: Db, keys: Keys, changes: readonly Change[]): Promise<void> {
  await insertFresh(db, keys, changes, INSERT_WITHOUT_FLUSH);
}

async function insertFresh(
  db: Db,
  keys: Keys,
  changes: readonly Change[],
  statement: { readonly name: string; readonly text: string },
): Promise<void> {
  const taken = await keys.take(db, changes.length);
  const index = new IndexColumns();
  changes.forEach((c, i) => {
    index.add(taken[i]!, c.rows, orderDate(c.rows, c.updated));
  });
  const values = [
    taken,
    changes.map((c) => c.type),
    changes.map((c) => c.id),
    changes.map((c) => c.version),
    changes.map((c) => c.updated),
    changes.map((c) => letterOf(c.method)),
    changes.map((c) => c.rows.patient),
    changes.map((c) => orderDate(c.rows, c.updated)),
    changes.map((c) => c.rows.date?.hi ?? null),
    changes.map((c) => c.content),
    ...index.bindings(),
  ];
  await db.query({ ...statement, values });
}

async function updateChanged(db: Db, changes: readonly Change[]): Promise<void> {
  const added = new IndexColumns();
  const removed = new IndexColumns();
  for (const c of changes) {
    const before = { rows: c.before!.rows, date: orderDate(c.before!.rows, c.before!.stored.updated) };
    const after = { rows: c.rows, date: orderDate(c.rows, c.updated) };
    added.add(c.before!.stored.key, after.rows, after.date, before);
    removed.add(c.before!.stored.key, before.rows, before.date, after);
  }
  const values = [
    changes.map((c) => c.before!.stored.key),
    changes.map((c) => c.version),
    changes.map((c) => c.updated),
    changes.map((c) => letterOf(c.method)),
    changes.map((c) => c.rows.patient),
    changes.map((c) => orderDate(c.rows, c.updated)),
    changes.map((c) => c.rows.date?.hi ?? null),
    changes.map((c) => c.content),
    ...removed.bindings(),
    ...added.bindings(),
  ];
  await db.query({ name: 'store.update', text: UPDATE, values });
}
