/**
 * Writes versions and entries of the audit log, all in one statement that becomes visible as a whole. Index
 * rows of a changed resource are written as the difference to what the version before had.
 */
import type { AuditEntry } from '../audit/audit-entry.ts';
import type { Db } from '../kernel/ctx.ts';
import { type IndexRows, UNDATED } from '../search/rows.ts';
import { AUDIT_COLUMNS, auditBindings, auditInserts, auditRow } from './audit-columns.ts';
import { type Change, letterOf } from './change.ts';
import { INDEX_COLUMNS, IndexColumns, indexDeletes, indexInserts } from './index-columns.ts';
import { parametersChecked } from './parameter-set.ts';

/** Something to write: a version, or that something was done. */
export type Write = Change | AuditEntry;

export function isAudit(write: Write): write is AuditEntry {
  return 'audit' in write;
}

/**
 * The date that a resource's token rows carry, in milliseconds: the natural order of its type. `since` is the
 * place of what has no main date by its type: when it was created, so that an update leaves its rows alone.
 */
export function orderDate(rows: IndexRows, since: number): number {
  return rows.date?.lo ?? (rows.dated ? UNDATED : since);
}

/** The same for a change. */
function orderDateOf({ rows, updated, content, before }: Change): number {
  return orderDate(rows, content === null ? updated : Number(before?.stored.date ?? updated));
}

/** What one statement writes: requests that belong together, each with its own entry of the audit log. */
export interface Writing {
  readonly fresh: readonly Change[];
  readonly changed: readonly Change[];
  readonly audits: readonly { readonly entry: AuditEntry; readonly changed: string | null }[];
}

const FRESH_TYPES = 'bigint text text int bigint text text bigint bigint text text'.split(' ');
const CHANGED_TYPES = 'bigint int int bigint text text bigint bigint text text'.split(' ');

/**
 * Writes in the transaction, or the single statement, of `db`. Answers the keys of the changed resources that
 * were no longer at the version before: of those nothing is written, their entries in the log included.
 * Fails with SQLSTATE 23505 when a resource that should be new was created meanwhile, and with XT001 when index
 * rows were made with search parameters that are not the current ones.
 */
export async function write(db: Db, writing: Writing, keys: readonly string[]): Promise<ReadonlySet<string>> {
  const { fresh, changed, audits } = writing;
  const auditKeys = keys.slice(fresh.length);
  const values = [
    ...(fresh.length > 0 ? freshBindings(fresh, keys) : []),
    ...(changed.length > 0 ? changedBindings(changed) : []),
    ...(audits.length > 0 ? auditBindings(audits.map((a, i) => auditRow({ ...a, key: auditKeys[i]! }))) : []),
    ...(fresh.length + changed.length > 0 ? [madeWith(writing)] : []),
  ];
  const { rows } = await db.query<{ key: string }>({ ...statementFor(writing), values });
  if (changed.length === 0) return NONE;
  const done = new Set(rows.map((r) => r.key));
  return new Set(changed.map((c) => c.before!.stored.key).filter((key) => !done.has(key)));
}

const NONE: ReadonlySet<string> = new Set();

/** The oldest set of parameters that any of the index rows were made with; null when none says. */
function madeWith({ fresh, changed }: Writing): number | null {
  let oldest: number | null = null;
  for (const { rows, before } of [...fresh, ...changed]) {
    for (const version of [rows.parameters, before?.rows.parameters]) {
      if (version !== undefined && (oldest === null || version < oldest)) oldest = version;
    }
  }
  return oldest;
}

const statements = new Map<string, { name: string; text: string }>();

/** The statement for what there is to write: each part costs something even when it is empty. */
function statementFor({ fresh, changed, audits }: Writing): { name: string; text: string } {
  const parts = `${fresh.length > 0 ? 'N' : ''}${changed.length > 0 ? 'C' : ''}${audits.length > 0 ? 'A' : ''}`;
  const name = `store.write${parts}`;
  let statement = statements.get(name);
  if (!statement) {
    statement = { name, text: statementText(parts) };
    statements.set(name, statement);
  }
  return statement;
}

function statementText(parts: string): string {
  let next = 1;
  const take = (count: number) => {
    next += count;
    return next - count;
  };
  const ctes: string[] = [];
  if (parts.includes('N')) {
    const row = take(FRESH_TYPES.length);
    const index = take(INDEX_COLUMNS);
    ctes.push(
      ownTokens('fresh_own', index, index + 2),
      freshInsert(row),
      indexInserts('fresh', index, 'new'),
    );
  }
  if (parts.includes('C')) {
    const row = take(CHANGED_TYPES.length);
    const own = take(2);
    ctes.push(ownTokens('changed_own', own, own + 1), changedUpdate(row));
    ctes.push(indexDeletes('gone', take(INDEX_COLUMNS), 'target'));
    ctes.push(indexInserts('came', take(INDEX_COLUMNS), 'changed', 'target'));
  }
  if (parts.includes('A'))
    ctes.push(auditInserts(take(AUDIT_COLUMNS), parts.includes('C') ? 'target' : undefined));
  const indexes = parts !== 'A';
  if (indexes) ctes.push(`checked as (select ${parametersChecked(take(1))} as key)`);
  const last = parts.includes('C')
    ? 'select key from target union all select key from checked'
    : indexes
      ? 'select key from checked'
      : 'select';
  return `with ${ctes.join(', ')}\n${last}`;
}

function unnest(first: number, types: readonly string[]): string {
  return `unnest(${types.map((type, i) => `$${first + i}::${type}[]`).join(', ')})`;
}

/** Marks from one text, a line each; who wrote the first version stays. */
export function marksFrom(column: string, before?: string): string {
  const marks = `string_to_array(${column}, E'\\n')`;
  return before === undefined
    ? marks
    : `${marks} || array(select m from unnest(${before}) m where m like 'w:%')`;
}

/** The hashes of each resource's tokens: what stands in its own row. */
function ownTokens(name: string, texts: number, keys: number): string {
  return `${name} as materialized (
  select key, array_agg(distinct hashtextextended(text, 0)) as tokens
  from unnest($${texts}::text[], $${keys}::bigint[]) u(text, key) group by key
)`;
}

function freshInsert(first: number): string {
  return `fresh as (
  insert into resource (key, type, id, version, updated, method, deleted, patient, date, date_end, content, tokens, marks)
  select u.key, u.type, u.id, u.version, u.updated, u.method::"char", u.content is null, u.patient, u.date, u.date_end, u.content, o.tokens,
    ${marksFrom('u.marks')}
  from ${unnest(first, FRESH_TYPES)} u(key, type, id, version, updated, method, patient, date, date_end, content, marks)
  left join fresh_own o on o.key = u.key
)`;
}

/**
 * `target`: the resources that still are at the version before, locked in the order of their keys. Whoever
 * waited for another's lock sees that one's version here, and writes nothing.
 */
function changedUpdate(first: number): string {
  return `target as (
  select r.key, r.version, r.type, r.id, r.updated, r.method, r.deleted, r.patient, r.content, r.marks
  from resource r join unnest($${first}::bigint[], $${first + 1}::int[]) u(key, version) on r.key = u.key and r.version = u.version
  order by r.key for no key update of r
), past as (
  insert into history (key, version, type, id, updated, method, deleted, patient, content, marks)
  select key, version, type, id, updated, method, deleted, patient, content, marks from target
), changed as (
  update resource r
  set version = u.version, updated = u.updated, method = u.method::"char", deleted = u.content is null,
      patient = u.patient, date = u.date, date_end = u.date_end, content = u.content, tokens = o.tokens,
      marks = case when u.content is null then coalesce(r.marks, '{}') else ${marksFrom('u.marks', 'r.marks')} end
  from ${unnest(first, CHANGED_TYPES)} u(key, before, version, updated, method, patient, date, date_end, content, marks)
  left join changed_own o on o.key = u.key
  where r.key = u.key and r.key in (select key from target)
)`;
}

function freshBindings(changes: readonly Change[], keys: readonly string[]): unknown[][] {
  const index = new IndexColumns();
  changes.forEach((c, i) => {
    index.add(keys[i]!, c.rows, orderDateOf(c));
  });
  return [
    keys.slice(0, changes.length),
    changes.map((c) => c.type),
    changes.map((c) => c.id),
    changes.map((c) => c.version),
    changes.map((c) => c.updated),
    ...versionColumns(changes),
    ...index.bindings(),
  ];
}

function changedBindings(changes: readonly Change[]): unknown[][] {
  const added = new IndexColumns();
  const removed = new IndexColumns();
  const own: [string[], string[]] = [[], []];
  for (const c of changes) {
    const { stored, rows } = c.before!;
    for (const text of c.rows.tokens) {
      own[0].push(text);
      own[1].push(stored.key);
    }
    const before = { rows, date: Number(stored.date) };
    const after = { rows: c.rows, date: orderDateOf(c) };
    added.add(stored.key, after.rows, after.date, before);
    removed.add(stored.key, before.rows, before.date, after);
  }
  return [
    changes.map((c) => c.before!.stored.key),
    changes.map((c) => c.before!.stored.version),
    changes.map((c) => c.version),
    changes.map((c) => c.updated),
    ...versionColumns(changes),
    ...own,
    ...removed.bindings(),
    ...added.bindings(),
  ];
}

function versionColumns(changes: readonly Change[]): unknown[][] {
  return [
    changes.map((c) => letterOf(c.method)),
    changes.map((c) => c.rows.patient),
    changes.map(orderDateOf),
    changes.map((c) => c.rows.date?.hi ?? null),
    changes.map((c) => c.content),
    changes.map((c) => [...c.rows.marks, ...(c.writer === undefined ? [] : [`w:${c.writer}`])].join('\n')),
  ];
}
