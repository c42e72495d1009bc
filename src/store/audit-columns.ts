/** Entries of the audit log as columns ready for `unnest`, and the inserts that take them. */
import type { AuditEntry } from '../audit/audit-entry.ts';
import type { Db } from '../kernel/ctx.ts';
import type { AuditRow } from './audit-journal.ts';
import { auditKindId } from './audit-kinds.ts';

const TYPES = 'bigint bigint bigint text text text text text text text text text jsonb bigint'.split(' ');

export const AUDIT_COLUMNS = TYPES.length;

/** An entry of the log, with the key of the resource without whose change it is not to be written. */
export interface KeyedAudit {
  readonly key: string;
  readonly entry: AuditEntry;
  readonly changed: string | null;
}

/** A row of the log. */
export function auditRow({ key, entry, changed }: KeyedAudit): AuditRow {
  return [
    entry.at,
    key,
    auditKindId(entry.audit),
    entry.address ?? null,
    entry.request,
    entry.token ?? null,
    entry.person ?? null,
    entry.personName ?? null,
    entry.patient ?? null,
    entry.targets?.[0] ?? null,
    // An array of arrays would be one flat array to PostgreSQL.
    entry.disclosed?.length ? `{${entry.disclosed.join(',')}}` : null,
    entry.query ?? null,
    moreOf(entry),
    changed,
  ];
}

/** Rows as a column each. */
export function auditBindings(rows: readonly AuditRow[]): unknown[][] {
  return TYPES.map((_, column) => rows.map((row) => row[column]));
}

function moreOf({ targets = [], refusal, reason }: AuditEntry): string | null {
  const more = { ...(targets.length > 1 ? { targets: targets.slice(1) } : {}), refusal, reason };
  const text = JSON.stringify(more);
  return text === '{}' ? null : text;
}

/** A CTE that inserts the entries; `among` names the CTE of the resources that are changed, if any are; `more` ends it. */
export function auditInserts(first: number, among?: string, more = ''): string {
  const columns = TYPES.map((type, i) => `$${first + i}::${type}[]`).join(', ');
  const only =
    among === undefined ? '' : ` where u.changed is null or u.changed in (select key from ${among})`;
  return `audits as (
  insert into audit_log (at, key, kind, address, request, token, person, person_name, patient, target, disclosed, query, more)
  select u.at, u.key, u.kind, u.address, u.request, u.token, u.person, u.person_name, u.patient, u.target, u.disclosed::bigint[], u.query, u.more
  from unnest(${columns}) u(at, key, kind, address, request, token, person, person_name, patient, target, disclosed, query, more, changed)${only}${more}
)`;
}

/** Puts rows into the log whatever the disk does, and leaves alone those that are there. */
export async function insertAudits(db: Db, rows: readonly AuditRow[]): Promise<void> {
  await db.query({ name: 'store.recordReads', text: RECORD, values: auditBindings(rows), repeatable: true });
}

const RECORD = `with ${auditInserts(1, undefined, '\n  on conflict do nothing')}
select set_config('synchronous_commit', 'off', true)`;
