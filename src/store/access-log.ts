/** The entries of the audit log about the records of one person, newest first. */
import type { Db } from '../kernel/ctx.ts';

export interface AccessLogQuery {
  /** Ids of the person's Patients. */
  readonly patients: readonly string[];
  /** Milliseconds: [from, to). */
  readonly from: number;
  readonly to: number;
  /** Only what read or wrote this resource. */
  readonly target?: { readonly type: string; readonly id: string };
  /** Time and key of the last entry of the page before. */
  readonly after?: readonly [number, string];
  readonly limit: number;
}

export interface LoggedAccess {
  /** Milliseconds. */
  readonly at: number;
  readonly key: string;
  /** The AuditEvent as JSON text. */
  readonly content: string;
}

/** `limit` entries at most. */
export async function readAccessLog(db: Db, query: AccessLogQuery): Promise<LoggedAccess[]> {
  const { patients, from, to, target, after, limit } = query;
  const { rows } = await db.query<{ date: string; key: string; content: string }>({
    name: target ? 'audit.accessLogOf' : 'audit.accessLog',
    text: `select v.date, v.key, v.content from unnest($1::text[]) u(patient)
cross join lateral (
  select v.date, v.key, v.content from audit_event v
  where v.whose = u.patient and v.date >= $2::bigint and v.date < $3::bigint and (v.date, v.key) < ($4::bigint, $5::bigint)${target ? OF_TARGET : ''}
  order by v.date desc, v.key desc limit $6
) v
order by v.date desc, v.key desc limit $6`,
    values: [
      patients,
      from,
      to,
      after?.[0] ?? Number.MAX_SAFE_INTEGER,
      after?.[1] ?? '0',
      limit,
      ...(target ? [target.type, target.id] : []),
    ],
  });
  return rows.map(({ date, key, content }) => ({ at: Number(date), key, content }));
}

const OF_TARGET = ` and (split_part(v.target, '/_history/', 1) = $7::text || '/' || $8::text
  or v.more -> 'targets' ? ($7::text || '/' || $8::text)
  or (select r.key from resource r where r.type = $7 and r.id = $8) = any(v.disclosed))`;
