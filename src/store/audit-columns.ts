/** Entries of the audit log as columns ready for `unnest`, and the inserts that take them. */
import type { AuditEntry } from '../audit/audit-entry.ts';
import { auditKindId } from './audit-kinds.ts';

const TYPES = ['bigint', 'bigint', 'bigint', 'text', 'text', 'text', 'text', 'text', 'jsonb', 'bigint'];
const PATIENT_TYPES = ['text', 'bigint', 'bigint', 'bigint'];

export const AUDIT_COLUMNS = TYPES.length + PATIENT_TYPES.length;

/** An entry of the log, with the key of the resource without whose change it is not to be written. */
export interface KeyedAudit {
  readonly key: string;
  readonly entry: AuditEntry;
  readonly changed: string | null;
}

export function auditBindings(audits: readonly KeyedAudit[]): unknown[][] {
  const further = audits.flatMap(({ key, entry, changed }) =>
    [...new Set(entry.patients.slice(1))].map((patient) => ({ patient, at: entry.at, key, changed })),
  );
  return [
    audits.map(({ entry }) => entry.at),
    audits.map(({ key }) => key),
    audits.map(({ entry }) => auditKindId(entry.audit)),
    audits.map(({ entry }) => entry.address ?? null),
    audits.map(({ entry }) => entry.request),
    audits.map(({ entry }) => entry.patients[0] ?? null),
    audits.map(({ entry }) => entry.targets[0] ?? null),
    audits.map(({ entry }) => entry.query ?? null),
    audits.map(({ entry }) => moreOf(entry)),
    audits.map(({ changed }) => changed),
    further.map((f) => f.patient),
    further.map((f) => f.at),
    further.map((f) => f.key),
    further.map((f) => f.changed),
  ];
}

function moreOf({ patients, targets, refusal }: AuditEntry): string | null {
  const more = {
    ...(patients.length > 1 ? { patients: patients.slice(1) } : {}),
    ...(targets.length > 1 ? { targets: targets.slice(1) } : {}),
    ...(refusal === undefined ? {} : { refusal }),
  };
  return Object.keys(more).length === 0 ? null : JSON.stringify(more);
}

/** CTEs that insert the entries; `among` names the CTE of the resources that are changed, if any are. */
export function auditInserts(first: number, among?: string): string {
  let next = first;
  const columns = (types: readonly string[]) => types.map((type) => `$${next++}::${type}[]`).join(', ');
  const only =
    among === undefined ? '' : ` where u.changed is null or u.changed in (select key from ${among})`;
  return `audits as (
  insert into audit_log (at, key, kind, address, request, patient, target, query, more)
  select u.at, u.key, u.kind, u.address, u.request, u.patient, u.target, u.query, u.more
  from unnest(${columns(TYPES)}) u(at, key, kind, address, request, patient, target, query, more, changed)${only}
), audit_patients as (
  insert into audit_patient (patient, at, key)
  select u.patient, u.at, u.key from unnest(${columns(PATIENT_TYPES)}) u(patient, at, key, changed)${only}
  on conflict do nothing
)`;
}
