/** Records of one person: what `Patient.link` leads to and back, however many steps away. */
import { wholeOf } from '../db/reader.ts';
import type { Db } from '../kernel/ctx.ts';
import { parameterKey, referenceToken } from '../search/tokens.ts';
import { createBatchedOn } from './batched.ts';

/** Nobody has more records: what leads further is a mistake. */
const MOST = 100;

/**
 * Ids of Patients -> these, and those of the same people. A link that one side alone says is its institution's
 * word, and nothing follows from it. Whose records are one person's is so whoever asks: what of them is shown is for
 * the reads that come after.
 */
export async function linkedPatients(db: Db, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  return askLinked(wholeOf(db), ids);
}

/** Each id with those of the same person. */
export async function linkedSets(db: Db, ids: readonly string[]): Promise<Map<string, readonly string[]>> {
  const whole = wholeOf(db);
  const each = [...new Set(ids)];
  const sets = each.map((id) => [id]);
  const found = whole.onCommit
    ? await linkedTo(whole, sets)
    : await Promise.all(sets.map((ids) => askLinked(whole, ids)));
  return new Map(each.map((id, i) => [id, found[i]!]));
}

/** Each set of ids with those of the same people. */
async function linkedTo(db: Db, sets: readonly (readonly string[])[]): Promise<string[][]> {
  const { rows } = await db.query<{ place: number; id: string }>({
    name: 'store.linkedPatients',
    text: LINKED,
    values: [
      sets.flatMap((ids, place) => ids.map(() => place)),
      sets.flat(),
      referenceToken(parameterKey('Patient', 'link'), 'Patient/'),
    ],
  });
  const found = sets.map((): string[] => []);
  for (const { place, id } of rows) {
    const ids = found[place]!;
    if (ids.length < sets[place]!.length + MOST) ids.push(id);
  }
  return found;
}

/** Nearly every search of a patient's data asks this: those that come at once share a statement. */
const askLinked = createBatchedOn<readonly string[], string[]>(linkedTo);

/** Step by step through the indexes, whatever PostgreSQL knows of the tables so far: hence the limits. */
const LINKED = `with recursive linked (place, id, key, date) as (
  select u.place, u.id collate "C", o.key, o.date from unnest($1::int[], $2::text[]) u(place, id)
  left join lateral (
    select p.key, p.date from resource p where p.type = 'Patient' and p.id = u.id collate "C" limit 1
  ) o on true
  union
  select l.place, r.id, r.key, r.date from linked l
  cross join lateral (
    select t.key from token t where t.hash = hashtextextended($3::text || l.id, 0) limit ${MOST}
  ) t
  cross join lateral (
    select p.id, p.key, p.date from resource p
    where p.key = t.key and p.type = 'Patient' and not p.deleted limit 1
  ) r
  cross join lateral (
    select from token b
    where b.hash = hashtextextended($3::text || r.id, 0) and b.date = l.date and b.key = l.key limit 1
  ) b
)
select place, id from linked`;
