/** Entries of the audit log as columns ready for `unnest`, and the inserts that take them. */
import type { AuditEntry } from '../audit/audit-entry.ts';
import { auditKindId } from './audit-kinds.ts';

const TYPES = 'bigint bigint bigint text text text text text text text text text jsonb bigint'.split(' ');

export const AUDIT_COLUMNS = TYPES.length;

/** An entry of the log, with the key of the resource without whose change it is not to be written. */
export interface KeyedAudit {
  readonly key: string;
  readonly entry: AuditEntry;
  readonly changed: string | null;
}

export function auditBindings(audits: readonly KeyedAudit[]): unknown[][] {
  return [
    audits.map(({ entry }) => entry.at),
    audits.map(({ key }) => key),
    audits.map(({ entry }) => auditKindId(entry.audit)),
    audits.map(({ entry }) => entry.address ?? null),
    audits.map(({ entry }) => entry.request),
    audits.map(({ entry }) => entry.token ?? null),
    audits.map(({ entry }) => entry.person ?? null),
    audits.map(({ entry }) => entry.personName ?? null),
    audits.map(({ entry }) => entry.patient ?? null),
    audits.map(({ entry }) => entry.targets?.[0] ?? null),
    // An array of arrays would be one flat array to PostgreSQL.
    audits.map(({ entry }) => (entry.disclosed?.length ? `{${entry.disclosed.join(',')}}` : null)),
    audits.map(({ entry }) => entry.query ?? null),
    audits.map(({ entry }) => moreOf(entry)),
    audits.map(({ changed }) => changed),
  ];
}

function moreOf({ targets = [], refusal, reason }: AuditEntry): string | null {
  const more = { ...(targets.length > 1 ? { targets: targets.slice(1) } : {}), refusal, reason };
  const text = JSON.stringify(more);
  return text === '{}' ? null : text;
}

/** A CTE that inserts the entries; `among` names the CTE of the resources that are changed, if any are. */
export function auditInserts(first: number, among?: string): string {
  const columns = TYPES.map((type, i) => `$${first + i}::${type}[]`).join(', ');
  const only =
    among === undefined ? '' : ` where u.changed is null or u.changed in (select key from ${among})`;
  return `audits as (
  insert into audit_log (at, key, kind, address, request, token, person, person_name, patient, target, disclosed, query, more)
  select u.at, u.key, u.kind, u.address, u.request, u.token, u.person, u.person_name, u.patient, u.target, u.disclosed::bigint[], u.query, u.more
  from unnest(${columns}) u(at, key, kind, address, request, token, person, person_name, patient, target, disclosed, query, more, changed)${only}
)`;
}
