/** The profiles, tags and security labels in use. */
import type { Db } from '../kernel/ctx.ts';

export interface UsedMeta {
  /** Each as JSON text. */
  readonly profiles: readonly string[];
  readonly tags: readonly string[];
  readonly security: readonly string[];
}

/**
 * Of the current versions of these types. `json`, for `jsonb` holds not every number that JSON has. Reads their beginnings, all of them: a resource whose meta says
 * nothing but version and date is left out before it is parsed.
 */
export async function usedMeta(db: Db, types: readonly string[]): Promise<UsedMeta> {
  const { rows } = await db.query<{ kind: string; value: string }>({
    name: 'store.usedMeta',
    text: `with meta as (
  select content::json -> 'meta' as meta from resource
  where type = any($1::text[]) and not deleted
    and left(content, 300) !~ '"lastUpdated":"[^"]*"}'
)
select distinct k.kind, v.value::jsonb::text as value
from meta, unnest(array['profile', 'tag', 'security']) k(kind),
  json_array_elements(meta -> k.kind) v(value)
order by 1, 2`,
    values: [types],
  });
  const of = (kind: string) => rows.filter((r) => r.kind === kind).map((r) => r.value);
  return { profiles: of('profile'), tags: of('tag'), security: of('security') };
}
