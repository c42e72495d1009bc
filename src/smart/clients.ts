/** The clients that may ask for tokens, systems and apps: one row each, and of a secret only its digest. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { registrableScope, splitScopes } from '../access/scopes.ts';
import type { Db } from '../kernel/ctx.ts';
import type { CLIENT_AUTH_METHODS, GRANT_TYPES } from './endpoints.ts';

/** What RFC 7591 §2 knows of a client besides its name, scope and grant types, in its words. */
export interface ClientMetadata {
  readonly redirect_uris?: readonly string[];
  readonly post_logout_redirect_uris?: readonly string[];
  readonly token_endpoint_auth_method?: (typeof CLIENT_AUTH_METHODS)[number];
  /** A native app's redirect to loopback may have any port (RFC 8252 §7.3). */
  readonly application_type?: 'web' | 'native';
  readonly jwks?: { readonly keys: readonly object[] };
  readonly jwks_uri?: string;
  readonly initiate_login_uri?: string;
  readonly client_uri?: string;
  readonly logo_uri?: string;
  readonly policy_uri?: string;
  readonly tos_uri?: string;
  readonly contacts?: readonly string[];
  /** Its tokens are bound to a key (RFC 9449 §5.2). */
  readonly dpop_bound_access_tokens?: boolean;
}

/** What is said of a client when it is registered. */
export interface ClientRegistration {
  readonly id: string;
  /** Name for people, shown in audit records and to who is asked for consent. */
  readonly name: string;
  /** The organisation it belongs to: `Organization/x`. */
  readonly organization?: string;
  /** What it may ask for: SMART scopes, separated by spaces. */
  readonly scope: string;
  /** `client_credentials` unless said otherwise. */
  readonly grantTypes?: readonly (typeof GRANT_TYPES)[number][];
  readonly metadata?: ClientMetadata;
  /** Works for everybody's data (a county platform), not for its organisation's alone. */
  readonly countyWide?: boolean;
  /** Roles of the access policy, in which it works for its organisation; `system` unless given. */
  readonly roles?: readonly string[];
}

/** `pending`: it registered itself, and waits for an administrator. */
export type ClientState = 'pending' | 'active' | 'inactive' | 'refused';

/** A registered client. */
export interface OAuthClient extends ClientRegistration {
  /** SHA-256 of the secret, in hexadecimal; of a client that has one. */
  readonly secretHash?: string;
  readonly grantTypes: NonNullable<ClientRegistration['grantTypes']>;
  readonly metadata: ClientMetadata;
  readonly state: ClientState;
  /** Whether it is let in. */
  readonly active: boolean;
  readonly created: Date;
  readonly countyWide: boolean;
  readonly roles: readonly string[];
}

interface ClientRow {
  readonly id: string;
  readonly name: string;
  readonly organization: string | null;
  readonly secret_hash: string | null;
  readonly scope: string;
  readonly grant_types: OAuthClient['grantTypes'];
  readonly metadata: ClientMetadata;
  readonly state: ClientState;
  readonly created: Date;
  readonly county_wide: boolean;
  readonly roles: string[];
}

export const CLIENT_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const SECRET_BYTES = 32;
const COLUMNS =
  'id, name, organization, secret_hash, scope, grant_types, metadata, state, created, county_wide, roles';

/** Registers a client and returns its secret, which cannot be had again. */
export async function createClient(db: Db, registration: ClientRegistration): Promise<string> {
  const secret = newSecret();
  await insertClient(db, registration, { secret });
  return secret;
}

/** Registers a client that has no secret: a public one, or one that signs assertions with its own key. */
export async function createKeyedOrPublicClient(db: Db, registration: ClientRegistration): Promise<void> {
  const method = registration.metadata?.token_endpoint_auth_method;
  if (method !== 'none' && method !== 'private_key_jwt')
    throw new Error(`Client '${registration.id}' needs a secret`);
  await insertClient(db, registration, {});
}

/** Throws an Error that says what is wrong with the registration. `state` is `active` unless given. */
export async function insertClient(
  db: Db,
  registration: ClientRegistration,
  { secret, state = 'active' }: { readonly secret?: string; readonly state?: ClientState },
): Promise<void> {
  const {
    id,
    name,
    organization,
    scope,
    grantTypes = ['client_credentials'],
    metadata = {},
    countyWide = false,
    roles = [],
  } = registration;
  if (!CLIENT_ID.test(id)) throw new Error(`'${id}' cannot be the id of a client`);
  const scopes = splitScopes(scope).map(registrableScope);
  for (const each of scopes) if ('reason' in each) throw new Error(each.text.en);
  if (scopes.length === 0) throw new Error(`Client '${id}' needs a scope`);
  await db.query({
    name: 'smart.createClient',
    text: `insert into oauth_client (id, name, organization, secret_hash, scope, grant_types, metadata, state, county_wide, roles)
           values ($1, $2, $3, $4, $5, $6, $7::text::jsonb, $8, $9, $10)`,
    values: [
      id,
      name,
      organization ?? null,
      secret === undefined ? null : hashSecret(secret),
      scope,
      [...grantTypes],
      JSON.stringify(metadata),
      state,
      countyWide,
      roles,
    ],
  });
}

/** A client by its id, let in or not. */
export async function findClient(db: Db, id: string): Promise<OAuthClient | undefined> {
  if (!CLIENT_ID.test(id)) return undefined;
  const { rows } = await db.query<ClientRow>({
    name: 'smart.findClient',
    text: `select ${COLUMNS} from oauth_client where id = $1`,
    values: [id],
  });
  return rows[0] && clientOf(rows[0]);
}

/** Clients in the order of their ids, those in one state if one is given, after an id. */
export async function listClients(
  db: Db,
  {
    state,
    after = '',
    count,
  }: { readonly state?: ClientState; readonly after?: string; readonly count: number },
): Promise<OAuthClient[]> {
  const { rows } = await db.query<ClientRow>({
    name: 'smart.listClients',
    text: `select ${COLUMNS} from oauth_client
           where ($1::text is null or state = $1) and id > $2 order by id limit $3`,
    values: [state ?? null, after, count],
  });
  return rows.map(clientOf);
}

/** Gives a client a new secret and returns it; the one before stops working at once. */
export async function replaceSecret(db: Db, id: string): Promise<string> {
  const secret = newSecret();
  const { count } = await db.query({
    name: 'smart.replaceSecret',
    text: 'update oauth_client set secret_hash = $2 where id = $1',
    values: [id, hashSecret(secret)],
  });
  if (count === 0) throw new Error(`There is no client '${id}'`);
  return secret;
}

/** Lets a client in, or shuts it out: it gets no more tokens, and those it has stop working in half a minute. */
export async function setClientActive(db: Db, id: string, active: boolean): Promise<void> {
  const changed = await correctClient(db, id, { state: active ? 'active' : 'inactive' });
  if (!changed) throw new Error(`There is no client '${id}'`);
}

/** What an administrator says of a client; what is not said stays as it is. */
export interface ClientCorrection extends Partial<Pick<OAuthClient, 'scope' | 'countyWide' | 'roles'>> {
  readonly organization?: string;
  readonly state?: ClientState;
}

/**
 * Puts a client right. Returns the client as it is then, or undefined when there is none, or none that is in one of
 * the states `from`.
 */
export async function correctClient(
  db: Db,
  id: string,
  { state, organization, scope, countyWide, roles }: ClientCorrection,
  from?: readonly ClientState[],
): Promise<OAuthClient | undefined> {
  const { rows } = await db.query<ClientRow>({
    name: 'smart.correctClient',
    text: `update oauth_client set state = coalesce($2, state), organization = coalesce($4, organization),
             scope = coalesce($5, scope), county_wide = coalesce($6, county_wide), roles = coalesce($7, roles)
           where id = $1 and ($3::text[] is null or state = any ($3)) returning ${COLUMNS}`,
    values: [
      id,
      state ?? null,
      from ?? null,
      organization ?? null,
      scope ?? null,
      countyWide ?? null,
      roles ?? null,
    ],
  });
  return rows[0] && clientOf(rows[0]);
}

/** Whether a secret is the one behind a digest; takes as long when it is not. Never without a digest. */
export function secretMatches(secretHash: string | undefined, secret: string): boolean {
  const expected = Buffer.from(secretHash ?? '', 'hex');
  const actual = createHash('sha256').update(secret).digest();
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

/** 256 random bits: a plain digest of so much chance cannot be guessed back. */
export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

function clientOf(row: ClientRow): OAuthClient {
  return {
    id: row.id,
    name: row.name,
    ...(row.organization === null ? {} : { organization: row.organization }),
    ...(row.secret_hash === null ? {} : { secretHash: row.secret_hash }),
    scope: row.scope,
    grantTypes: row.grant_types,
    metadata: row.metadata,
    state: row.state,
    active: row.state === 'active',
    created: row.created,
    countyWide: row.county_wide,
    roles: row.roles,
  };
}
