/** The server's own AuditEvents: resources by what the log says, in one version each. */
import type { Db } from '../kernel/ctx.ts';
import type { Stored } from './change.ts';
import { type Row, storedOf } from './row.ts';

/** Where an entry is in the log: its time and its key. */
const LOGGED = /^audit-(\d{1,15})-(\d{1,18})$/;

export function isLogged({ type, id }: { type: string; id: string }): boolean {
  return type === 'AuditEvent' && LOGGED.test(id);
}

/** Those that there are, in no order. */
export async function readLogged(db: Db, ids: readonly string[]): Promise<Stored[]> {
  const places = ids.map((id) => LOGGED.exec(id)!);
  const { rows } = await db.query<Row>({
    name: 'store.readLogged',
    text: `select v.key, v.type, v.id, v.version, v.updated, v.deleted, v.method, v.patient, v.content
from unnest($1::bigint[], $2::bigint[]) u(at, key) join audit_event v on v.date = u.at and v.key = u.key`,
    values: [places.map((p) => p[1]), places.map((p) => p[2])],
  });
  return rows.map(storedOf);
}
