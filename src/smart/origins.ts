/** Origins of registered clients: where their pages are, as their redirect URIs tell. */
import type { Db } from '../kernel/ctx.ts';

/** Origins (`https://app.example.cn`) of the clients that are let in. */
export async function registeredOrigins(db: Db): Promise<ReadonlySet<string>> {
  // By name, for a client that has no pages has no such member.
  const { rows } = await db.query<{ uri: string }>({
    name: 'oauth.redirectUris',
    text: `select distinct uri from oauth_client c
cross join lateral jsonb_array_elements_text(coalesce(to_jsonb(c) -> 'metadata' -> 'redirect_uris', '[]')) u(uri)
where coalesce(to_jsonb(c) ->> 'state' = 'active', to_jsonb(c) ->> 'active' = 'true')`,
    values: [],
  });
  const urls = rows.flatMap(({ uri }) => URL.parse(uri) ?? []);
  return new Set(urls.filter(({ protocol }) => /^https?:$/.test(protocol)).map(({ origin }) => origin));
}
