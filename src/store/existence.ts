/** Which resources are there. */
import type { Db } from '../kernel/ctx.ts';
import { isLogged } from './logged.ts';
import type { Named } from './read.ts';

/** Those of some resources that never were, or are deleted, as `Type/id`. What is only logged counts as there. */
export async function missingAmong(db: Db, named: readonly Named[]): Promise<ReadonlySet<string>> {
  const asked = named.filter((n) => !isLogged(n));
  if (asked.length === 0) return new Set();
  const { rows } = await db.query<Named>({
    name: 'store.missing',
    text: `select u.type, u.id from unnest($1::text[], $2::text[]) u(type, id)
where not exists (select from resource r where r.type = u.type and r.id = u.id and not r.deleted)`,
    values: [asked.map((n) => n.type), asked.map((n) => n.id)],
  });
  return new Set(rows.map(({ type, id }) => `${type}/${id}`));
}
