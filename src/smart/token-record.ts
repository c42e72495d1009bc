/** What is told of access tokens: given, refreshed, refused, taken back. */
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Db } from '../kernel/ctx.ts';
import { findClient } from './clients.ts';
import { personOf } from './people.ts';

export interface TokenFacts {
  readonly what: 'token' | 'revocation';
  readonly client: { readonly id: string; readonly name: string; readonly organization?: string };
  readonly person?: { readonly fhirUser: string; readonly name: string };
  /** `client_credentials`, `authorization_code`, `refresh_token`. */
  readonly grant?: string;
  /** Id of the access token. */
  readonly token?: string;
  /** Why not: an error of RFC 6749. */
  readonly refusal?: string;
  readonly address: string;
  readonly requestId: string;
}

/** Keeps them: a token leaves once that is done. */
export type RecordToken = (facts: TokenFacts) => Promise<void>;

/** A client may call itself anything before it has shown who it is. */
const MAX_ID = 128;

/** What the answer at hand has done. `ctx` after the library has answered. */
export async function tokenFacts(
  db: Db,
  ctx: Pick<KoaContextWithOIDC, 'oidc' | 'body' | 'res'>,
  what: TokenFacts['what'],
  address: string,
): Promise<TokenFacts> {
  const { oidc, body, res } = ctx;
  const { AccessToken, ClientCredentials } = oidc.entities;
  const params = (oidc.params ?? {}) as { grant_type?: unknown; client_id?: unknown };
  const id = oidc.client?.clientId ?? String(params.client_id ?? 'unknown').slice(0, MAX_ID);
  const client = oidc.client && (await findClient(db, id));
  const person = personOf(oidc.account);
  const { error, error_description: why } = (body ?? {}) as { error?: string; error_description?: string };
  const token = (AccessToken ?? ClientCredentials)?.jti;
  return {
    what,
    client: { id, name: client?.name ?? id, organization: client?.organization },
    ...(person?.fhirUser === undefined ? {} : { person: { fhirUser: person.fhirUser, name: person.name } }),
    ...(typeof params.grant_type === 'string' ? { grant: params.grant_type.slice(0, MAX_ID) } : {}),
    ...(token === undefined ? {} : { token }),
    ...(error === undefined ? {} : { refusal: why === undefined ? error : `${error}: ${why}` }),
    address,
    requestId: String(res.getHeader('x-request-id') ?? ''),
  };
}
