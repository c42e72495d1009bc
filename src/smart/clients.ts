/** The systems of the county that may ask for tokens: one row each, and of its secret only a digest. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { registrableScope, splitScopes } from '../access/scopes.ts';
import type { Db } from '../kernel/ctx.ts';
import { GRANT_TYPES } from './endpoints.ts';

/** What is said of a client when it is registered. */
export interface ClientRegistration {
  readonly id: string;
  /** Name for people, shown in audit records. */
  readonly name: string;
  /** The organisation it belongs to: `Organization/x`. */
  readonly organization?: string;
  /** What it may ask for: SMART scopes, separated by spaces. */
  readonly scope: string;
  /** Works for everybody's data (a county platform), not for its organisation's alone. */
  readonly countyWide?: boolean;
  /** Roles of the access policy, in which it works for its organisation; `system` unless given. */
  readonly roles?: readonly string[];
}

/** A registered client. */
export interface OAuthClient extends ClientRegistration {
  /** SHA-256 of the secret, in hexadecimal. */
  readonly secretHash: string;
  readonly grantTypes: readonly string[];
  readonly active: boolean;
  readonly countyWide: boolean;
  readonly roles: readonly string[];
}

interface ClientRow {
  readonly id: string;
  readonly name: string;
  readonly organization: string | null;
  readonly secret_hash: string;
  readonly scope: string;
  readonly grant_types: string[];
  readonly active: boolean;
  readonly county_wide: boolean;
  readonly roles: string[];
}

const CLIENT_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const SECRET_BYTES = 32;

/** Registers a client and returns its secret, which cannot be had again. */
export async function createClient(db: Db, registration: ClientRegistration): Promise<string> {
  const { id, name, organization, scope, countyWide = false, roles = [] } = registration;
  if (!CLIENT_ID.test(id)) throw new Error(`'${id}' cannot be the id of a client`);
  const scopes = splitScopes(scope).map(registrableScope);
  for (const each of scopes) if ('reason' in each) throw new Error(each.text.en);
  if (scopes.length === 0) throw new Error(`Client '${id}' needs a scope`);
  const secret = newSecret();
  await db.query({
    name: 'smart.createClient',
    text: `insert into oauth_client (id, name, organization, secret_hash, scope, grant_types, county_wide, roles)
           values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    values: [id, name, organization ?? null, hashSecret(secret), scope, [...GRANT_TYPES], countyWide, roles],
  });
  return secret;
}

/** A client by its id, active or not. */
export async function findClient(db: Db, id: string): Promise<OAuthClient | undefined> {
  if (!CLIENT_ID.test(id)) return undefined;
  const { rows } = await db.query<ClientRow>({
    name: 'smart.findClient',
    text: `select id, name, organization, secret_hash, scope, grant_types, active, county_wide, roles
           from oauth_client where id = $1`,
    values: [id],
  });
  return rows[0] && clientOf(rows[0]);
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
  const { count } = await db.query({
    name: 'smart.setClientActive',
    text: 'update oauth_client set active = $2 where id = $1',
    values: [id, active],
  });
  if (count === 0) throw new Error(`There is no client '${id}'`);
}

/** Whether a secret is the one behind a digest; takes as long when it is not. */
export function secretMatches(secretHash: string, secret: string): boolean {
  const expected = Buffer.from(secretHash, 'hex');
  const actual = createHash('sha256').update(secret).digest();
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

/** 256 random bits: a plain digest of so much chance cannot be guessed back. */
function newSecret(): string {
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
    secretHash: row.secret_hash,
    scope: row.scope,
    grantTypes: row.grant_types,
    active: row.active,
    countyWide: row.county_wide,
    roles: row.roles,
  };
}
