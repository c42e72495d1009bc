/** What people allowed clients: kept so that they are not asked again, and taken back on their word. */
import { splitScopes } from '../access/scopes.ts';
import type { Db } from '../kernel/ctx.ts';

/** What a person allowed a client. */
export interface Consent {
  readonly client: string;
  /** Name of the client, for people. */
  readonly name: string;
  readonly scopes: readonly string[];
  readonly granted: Date;
}

/** Remembers what a person has just allowed, in place of what they allowed before. */
export async function rememberConsent(
  db: Db,
  account: string,
  client: string,
  scopes: readonly string[],
): Promise<void> {
  await db.query({
    name: 'smart.rememberConsent',
    text: `insert into oauth_consent (account, client, scope) values ($1, $2, $3)
           on conflict (account, client) do update set scope = excluded.scope, granted = now()`,
    values: [account, client, scopes.join(' ')],
  });
}

/** The scopes that a person once allowed a client. */
export async function rememberedScopes(db: Db, account: string, client: string): Promise<Set<string>> {
  const { rows } = await db.query<{ scope: string }>({
    name: 'smart.rememberedScopes',
    text: 'select scope from oauth_consent where account = $1 and client = $2',
    values: [account, client],
  });
  return new Set(splitScopes(rows[0]?.scope ?? ''));
}

/** Everything a person allowed, the latest first. */
export async function consentsOf(db: Db, account: string): Promise<Consent[]> {
  const { rows } = await db.query<{ client: string; name: string | null; scope: string; granted: Date }>({
    name: 'smart.consentsOf',
    text: `select o.client, c.name, o.scope, o.granted
           from oauth_consent o left join oauth_client c on c.id = o.client
           where o.account = $1 order by o.granted desc, o.client`,
    values: [account],
  });
  return rows.map(({ client, name, scope, granted }) => ({
    client,
    name: name ?? client,
    scopes: splitScopes(scope),
    granted,
  }));
}

/**
 * Takes back what a person allowed a client: it gets no more tokens, and those it has stop working in half a minute.
 */
export async function withdrawConsent(db: Db, account: string, client: string): Promise<void> {
  await db.query({
    name: 'smart.withdrawConsent',
    text: `with consent as (delete from oauth_consent where account = $1 and client = $2)
           delete from oauth_state where account = $1 and client = $2`,
    values: [account, client],
  });
}
