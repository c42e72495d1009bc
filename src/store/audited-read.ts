/** Reading and recording that it was read, in one statement. */
import type { AuditEntry } from '../audit/audit-entry.ts';
import type { Db } from '../kernel/ctx.ts';
import { auditKindId } from './audit-kinds.ts';
import type { Stored } from './change.ts';
import { type Row, storedOf } from './row.ts';

/** A resource whose patient, if it has one, is in the `patient` column, or which is a Patient. */
export interface AuditedRead {
  readonly type: string;
  readonly id: string;
  /** What the log says when the resource is a patient's, and when it is nobody's; without the patient. */
  readonly ofPatient: AuditEntry;
  readonly ofNobody: AuditEntry;
}

/** As `readCurrent`, but nothing is read without an entry in the log; what is not there leaves none. */
export async function readAudited(
  db: Db,
  asked: readonly AuditedRead[],
  keys: readonly string[],
): Promise<(Stored | undefined)[]> {
  const { rows } = await db.query<Row & { place: number }>({
    name: 'store.readAudited',
    repeatable: true,
    text: READ,
    values: [
      asked.map((a) => a.type),
      asked.map((a) => a.id),
      asked.map((a) => a.ofNobody.at),
      keys,
      asked.map((a) => auditKindId(a.ofPatient.audit)),
      asked.map((a) => auditKindId(a.ofNobody.audit)),
      asked.map((a) => a.ofNobody.address ?? null),
      asked.map((a) => a.ofNobody.request),
      asked.map((a) => a.ofNobody.token ?? null),
      asked.map((a) => a.ofNobody.person ?? null),
      asked.map((a) => a.ofNobody.personName ?? null),
      asked.map((a) =>
        a.ofNobody.reason === undefined ? null : JSON.stringify({ reason: a.ofNobody.reason }),
      ),
    ],
  });
  const found: (Stored | undefined)[] = asked.map(() => undefined);
  for (const { place, ...row } of rows) found[place - 1] = storedOf(row);
  return found;
}

/** The commit is not waited for on disk, as for every entry about a read. */
const READ = `with found as (
  select u.place, u.at, u.audit_key, u.of_patient, u.of_nobody, u.address, u.request, u.token, u.person, u.person_name, u.more,
    r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content
  from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::text[], $9::text[], $10::text[],
    $11::text[], $12::jsonb[])
    with ordinality u(type, id, at, audit_key, of_patient, of_nobody, address, request, token, person, person_name, more, place)
  join resource r on r.type = u.type and r.id = u.id
), audits as (
  insert into audit_log (at, key, kind, address, request, token, person, person_name, patient, target, more)
  select f.at, f.audit_key, case when p.id is null then f.of_nobody else f.of_patient end, f.address, f.request,
    f.token, f.person, f.person_name, p.id, f.type || '/' || f.id, f.more
  from found f cross join lateral (select case f.type when 'Patient' then f.id else f.patient end as id) p
  where not f.deleted
)
select place::int, key, type, id, version, updated, deleted, method, patient, content
from found cross join (select set_config('synchronous_commit', 'off', true)) as no_flush`;
