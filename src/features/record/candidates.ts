/** The records that share a key with a person. */
import type { Resource } from '../../kernel/contribution.ts';
import type { Db } from '../../kernel/ctx.ts';
import { featureToken } from '../../search/tokens.ts';

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

/** Patients that are not deleted, by the index alone. */
export async function candidatesOf(db: Db, keys: readonly string[]): Promise<Candidate[]> {
  if (keys.length === 0) return [];
  const { rows } = await db.query<{ key: string; id: string; content: string }>({
    name: 'record.candidates',
    text: `with met as (
  select t.key, count(*) as shared
  from unnest($1::text[]) u(text)
  cross join lateral (
    select key from token where hash = hashtextextended(u.text, 0) order by date desc limit ${PER_KEY}
  ) t
  group by t.key order by shared desc, t.key limit ${MOST}
)
select r.key, r.type, r.id, r.content from met join resource r on r.key = met.key
where r.type = 'Patient' and not r.deleted
order by met.shared desc, r.key`,
    values: [keys.map((key) => featureToken('Patient', key))],
  });
  return rows.map((row) => ({ ...row, patient: JSON.parse(row.content) as Resource }));
}
