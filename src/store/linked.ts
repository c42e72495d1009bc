/** Records of one person: what `Patient.link` leads to, in either direction, however many steps away. */
import { wholeOf } from '../db/reader.ts';
import type { Db } from '../kernel/ctx.ts';
import { parameterKey, referenceToken } from '../search/tokens.ts';

/** Nobody has more records: what leads further is a mistake. */
const MOST = 100;

/**
 * Ids of Patients -> these, and those of the same people. Rests on links being said on both sides. Whose records are
 * one person's is so whoever asks: what of them is shown is for the reads that come after.
 */
export async function linkedPatients(db: Db, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const { rows } = await wholeOf(db).query<{ id: string }>({
    name: 'store.linkedPatients',
    text: `with recursive linked (id) as (
  select u.id collate "C" from unnest($1::text[]) u(id)
  union
  select r.id from linked l
  join token t on t.hash = hashtextextended($2::text || l.id, 0)
  join resource r on r.key = t.key
  where r.type = 'Patient' and not r.deleted
)
select id from linked limit $3::int`,
    values: [ids, referenceToken(parameterKey('Patient', 'link'), 'Patient/'), ids.length + MOST],
  });
  return rows.map((r) => r.id);
}
