/** Records of one person: what `Patient.link` leads to, in either direction, however many steps away. */
import { wholeOf } from '../db/reader.ts';
import type { Db } from '../kernel/ctx.ts';
import { parameterKey, referenceToken } from '../search/tokens.ts';

/** Nobody has more records: what leads further is a mistake. */
const MOST = 100;

/**
 * Ids of Patients -> those of the same people, each among its own. Rests on links being said on both sides. Whose
 * records are one person's is so whoever asks: what of them is shown is for the reads that come after.
 */
export async function linkedSets(db: Db, ids: readonly string[]): Promise<Map<string, readonly string[]>> {
  if (ids.length === 0) return new Map();
  const { rows } = await wholeOf(db).query<{ of: string; id: string }>({
    name: 'store.linkedSets',
    text: `with recursive linked (of, id) as (
  select u.id collate "C", u.id collate "C" from unnest($1::text[]) u(id)
  union
  select l.of, r.id from linked l
  join token t on t.hash = hashtextextended($2::text || l.id, 0)
  join resource r on r.key = t.key
  where r.type = 'Patient' and not r.deleted
)
select of, id from linked limit $3::int`,
    values: [[...new Set(ids)], LINK, ids.length * MOST],
  });
  const sets = Map.groupBy(rows, (r) => r.of);
  return new Map([...sets].map(([of, found]) => [of, found.map((r) => r.id)]));
}

/** The token of what is linked to a Patient, but for the id. */
const LINK = referenceToken(parameterKey('Patient', 'link'), 'Patient/');

/** Ids of Patients -> these, and those of the same people. */
export async function linkedPatients(db: Db, ids: readonly string[]): Promise<string[]> {
  return [...new Set([...(await linkedSets(db, ids)).values()].flat())];
}
