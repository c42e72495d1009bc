/** The records that share a key with a person. */
import type { Resource } from '../../kernel/contribution.ts';
import type { Db } from '../../kernel/ctx.ts';
import { featureToken } from '../../search/tokens.ts';
import { createBatchedOn } from '../../store/batched.ts';

/** Of a key that more records have than this, the newest: it says little. */
const PER_KEY = 100;
/** Records that are compared: those that share the most keys. */
const MOST = 200;

export interface Candidate {
  /** Its surrogate key, for the audit. */
  readonly key: string;
  readonly id: string;
  /** JSON text. */
  readonly content: string;
  readonly patient: Resource;
}

/**
 * Patients that are not deleted, but for the one with the id `except`, by the index alone. Those who register people at
 * once share a statement.
 */
export async function candidatesOf(db: Db, keys: readonly string[], except?: string): Promise<Candidate[]> {
  if (keys.length === 0) return [];
  const rows = await askCandidates(db, keys);
  return rows
    .filter(({ id }) => id !== except)
    .map((row) => ({ ...row, patient: JSON.parse(row.content) as Resource }));
}

type Row = Omit<Candidate, 'patient'>;

const askCandidates = createBatchedOn<readonly string[], Row[]>(async (db, asked) => {
  const { rows } = await db.query<Row & { place: number }>({
    name: 'record.candidates',
    text: `with met as (
  select u.place, t.key, count(*) as shared,
    row_number() over (partition by u.place order by count(*) desc, t.key) as nth
  from unnest($1::int[], $2::text[]) u(place, text)
  cross join lateral (
    select key from token where hash = hashtextextended(u.text, 0) order by date desc limit ${PER_KEY}
  ) t
  group by u.place, t.key
)
select m.place, r.key, r.type, r.id, r.content from met m join resource r on r.key = m.key
where m.nth <= ${MOST} and r.type = 'Patient' and not r.deleted
order by m.shared desc, r.key`,
    values: [
      asked.flatMap((keys, place) => keys.map(() => place)),
      asked.flat().map((key) => featureToken('Patient', key)),
    ],
  });
  const found = asked.map((): Row[] => []);
  for (const { place, ...row } of rows) found[place]!.push(row);
  return found;
});
