/** Conformance resources that clients have stored here, by their canonicals. */
import type { Db } from '../kernel/ctx.ts';
import { parameterKey, uriToken } from '../search/tokens.ts';

/**
 * By canonical, or by `Type/id`; keys are the names as asked. Where several say they are it, that of the version
 * asked for goes first, then the one updated last.
 */
export async function readByCanonical<T>(
  db: Db,
  type: string,
  names: readonly string[],
): Promise<Map<string, T>> {
  if (names.length === 0) return new Map();
  const asked = [...new Set(names)];
  const urls = asked.map(withoutVersion);
  const key = parameterKey(type, 'url');
  const { rows } = await db.query<{ name: string; content: string }>({
    name: 'search.canonicals',
    text: `select u.name, r.content
from unnest($1::text[], $2::text[], $3::text[], $4::text[]) u(name, url, token, version)
join lateral (
  select r.content from resource r
  where r.type = $5::text and not r.deleted
    and (u.url = r.type || '/' || r.id or r.key in (select t.key from token t where t.hash = hashtextextended(u.token, 0)))
  order by case when u.version <> '' then r.content::jsonb ->> 'version' = u.version end desc nulls last, r.updated desc, r.key desc limit 1
) r on true`,
    values: [
      asked,
      urls,
      urls.map((url) => uriToken(key, url)),
      asked.map((name) => name.slice(withoutVersion(name).length + 1)),
      type,
    ],
  });
  return new Map(rows.map(({ name, content }) => [name, JSON.parse(content) as T]));
}

function withoutVersion(canonical: string): string {
  return canonical.replace(/\|.*$/s, '');
}
