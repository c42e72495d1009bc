/**
 * Dynamic client registration (RFC 7591): anybody may register a client, and none is let in before an administrator
 * approved it. What is not understood is ignored, as §2 asks; what is understood is checked as if by an administrator.
 */
import { randomBytes } from 'node:crypto';
import { type AdapterPayload, errors, type Provider } from 'oidc-provider';
import { printable } from '../access/challenge.ts';
import { registrableScope, splitScopes } from '../access/scopes.ts';
import type { Db } from '../kernel/ctx.ts';
import { failure, malformed } from '../kernel/fhir-error.ts';
import { problem } from '../kernel/issue.ts';
import { correctionOf } from './client-administration.ts';
import { clientModel } from './client-model.ts';
import {
  CLIENT_ID,
  type ClientMetadata,
  type ClientRegistration,
  type ClientState,
  findClient,
  insertClient,
  newSecret,
} from './clients.ts';
import { CLIENT_AUTH_METHODS, GRANT_TYPES } from './endpoints.ts';
import { isKeysAddress } from './fetch-keys.ts';

/** Registrations that may wait for an administrator at a time. */
const MAX_PENDING = 200;
/** One that nobody looked at for this long is forgotten. */
const PENDING_FOR = '30 days';
const MAX_TEXT = 500;
const MAX_LIST = 20;

const TEXTS = [
  'token_endpoint_auth_method',
  'application_type',
  'jwks_uri',
  'initiate_login_uri',
  'client_uri',
  'logo_uri',
  'policy_uri',
  'tos_uri',
] as const;
const LISTS = ['redirect_uris', 'post_logout_redirect_uris', 'contacts'] as const;
const PRIVATE_JWK = ['d', 'k', 'p', 'q', 'dp', 'dq', 'qi', 'priv'];

/** What is answered: the registration as it is kept (RFC 7591 §3.2.1), and that it waits. */
export type RegistrationAnswer = Readonly<Record<string, unknown>> & { readonly client_id: string };

/** Registers a client that waits for approval. Throws `invalid_client_metadata`, `invalid_redirect_uri` or 503. */
export async function register(db: Db, provider: Provider, body: string): Promise<RegistrationAnswer> {
  const registration = parseRegistration(objectOf(body));
  checkRegistration(provider, registration);
  const { count } = await db.query({
    name: 'smart.countPending',
    text: `select from oauth_client where state = 'pending' limit ${MAX_PENDING}`,
    values: [],
  });
  if (count === MAX_PENDING) {
    const full = new errors.TemporarilyUnavailable(
      'too many registrations wait for approval; try again later',
    );
    throw Object.assign(full, { status: 503, statusCode: 503 });
  }
  // Not of RFC 7591: until an administrator approved it, the client is unknown to every other endpoint.
  return { ...(await keep(db, registration, 'pending')), approval: 'pending' };
}

/** Registers a client that is let in at once: an administrator says so. Throws `malformed` or `conflict`. */
export async function registerByAdministrator(
  db: Db,
  provider: Provider,
  body: unknown,
): Promise<RegistrationAnswer> {
  try {
    const { client_id: id, ...given } = recordOf(body);
    const { organization, countyWide, roles } = correctionOf(given);
    const parsed = parseRegistration(given);
    if (id !== undefined && (typeof id !== 'string' || !CLIENT_ID.test(id)))
      throw wrong('client_id must be letters, digits, dots, hyphens and underscores, 64 at most');
    const registration = {
      ...parsed,
      ...(id === undefined ? {} : { id: id as string }),
      ...(organization === undefined ? {} : { organization }),
      ...(countyWide === undefined ? {} : { countyWide }),
      ...(roles === undefined ? {} : { roles }),
    };
    checkRegistration(provider, registration);
    if (await findClient(db, registration.id)) throw taken(registration.id);
    return await keep(db, registration, 'active');
  } catch (error) {
    if (!(error instanceof errors.OIDCProviderError)) throw error;
    const reason = error.error_description ?? error.message;
    throw malformed({ en: `The registration is wrong: ${reason}.`, zh: `登记信息有误:${reason}。` });
  }
}

/** The library knows how the members of a registration depend on one another; it throws what is to be answered. */
function checkRegistration(provider: Provider, registration: Parsed): void {
  const Checked = provider.Client as unknown as new (metadata: AdapterPayload) => unknown;
  new Checked(
    clientModel({ ...registration, ...(hasSecret(registration) ? { secretHash: '0'.repeat(64) } : {}) }),
  );
}

async function keep(
  db: Db,
  registration: Parsed,
  state: ClientState,
): Promise<RegistrationAnswer & { readonly client_id: string }> {
  const secret = hasSecret(registration) ? newSecret() : undefined;
  await insertClient(db, registration, { state, ...(secret === undefined ? {} : { secret }) });
  const { id, name, organization, scope, grantTypes, metadata } = registration;
  return {
    client_id: id,
    client_id_issued_at: Math.floor(Date.now() / 1000),
    ...(secret === undefined ? {} : { client_secret: secret, client_secret_expires_at: 0 }),
    client_name: name,
    ...(organization === undefined ? {} : { organization }),
    scope,
    grant_types: grantTypes,
    response_types: grantTypes.includes('authorization_code') ? ['code'] : [],
    ...metadata,
    token_endpoint_auth_method: methodOf(registration),
  };
}

function methodOf({ metadata }: Parsed): string {
  return metadata.token_endpoint_auth_method ?? CLIENT_AUTH_METHODS[0];
}

function hasSecret(registration: Parsed): boolean {
  return methodOf(registration).startsWith('client_secret');
}

function taken(id: string): Error {
  const text = { en: `There is a client '${id}' already.`, zh: `客户端“${id}”已存在。` };
  return failure('conflict', [problem('duplicate', text, { expression: 'client_id' })]);
}

/** Forgets registrations that nobody looked at. */
export async function forgetPending(db: Db): Promise<void> {
  await db.query({
    name: 'smart.forgetPending',
    text: `delete from oauth_client where state = 'pending' and created < now() - interval '${PENDING_FOR}'`,
    values: [],
  });
}

type Parsed = ClientRegistration & Required<Pick<ClientRegistration, 'grantTypes' | 'metadata'>>;

function parseRegistration(given: Record<string, unknown>): Parsed {
  // PostgreSQL keeps no such text.
  if (JSON.stringify(given).includes('\\u0000')) throw wrong('no text may have the character NUL');
  const name = textOf(given, 'client_name');
  if (name === undefined)
    throw wrong('client_name is missing: people are shown it when they are asked for consent');
  const scope = textOf(given, 'scope', 4000);
  if (scope === undefined) throw wrong('scope is missing: what may this client ask for?');
  for (const each of splitScopes(scope)) {
    const fault = registrableScope(each);
    if ('reason' in fault) throw wrong(fault.text.en);
  }
  const grantTypes = (listOf(given, 'grant_types') ?? ['authorization_code']) as Parsed['grantTypes'];
  const unknown = grantTypes.find((type) => !GRANT_TYPES.includes(type));
  if (unknown !== undefined) throw wrong(`grant_types: ${unknown} is not one of ${GRANT_TYPES.join(', ')}`);
  const metadata = metadataOf(given);
  if (metadata.token_endpoint_auth_method === 'none' && grantTypes.includes('client_credentials'))
    throw wrong('a client without authentication cannot act for itself (client_credentials)');
  return { id: `app-${randomBytes(12).toString('hex')}`, name, scope, grantTypes, metadata };
}

function metadataOf(given: Record<string, unknown>): ClientMetadata {
  const texts = TEXTS.map((name) => [name, textOf(given, name)] as const);
  const lists = LISTS.map((name) => [name, listOf(given, name)] as const);
  const known = [...texts, ...lists].filter(([, value]) => value !== undefined);
  const { jwks, dpop_bound_access_tokens: bound } = given;
  if (bound !== undefined && typeof bound !== 'boolean')
    throw wrong('dpop_bound_access_tokens must be true or false');
  const metadata = {
    ...Object.fromEntries(known),
    ...(jwks === undefined ? {} : { jwks: publicJwks(jwks) }),
    ...(bound === undefined ? {} : { dpop_bound_access_tokens: bound }),
  } as ClientMetadata;
  const { jwks_uri, initiate_login_uri, application_type } = metadata;
  const { redirect_uris = [], post_logout_redirect_uris = [] } = metadata;
  if (jwks_uri !== undefined && !isKeysAddress(jwks_uri)) throw wrong('jwks_uri must be HTTPS');
  if (initiate_login_uri !== undefined && URL.parse(initiate_login_uri)?.username !== '')
    throw wrong('initiate_login_uri must be an address without a name of a user');
  for (const uri of [...redirect_uris, ...post_logout_redirect_uris]) {
    const fault = faultOf(uri, application_type === 'native');
    if (fault !== undefined) throw new errors.InvalidRedirectUri(`${printable(uri)} ${fault}`);
  }
  return metadata;
}

/** What is wrong with an address that answers are sent to. It is compared by its letters, so they mean one thing. */
function faultOf(uri: string, native: boolean): string | undefined {
  if (/[\s\\\p{Cc}\p{Cf}]/u.test(uri) || !/^(https?:\/\/[^/]|(?!https?:)[a-z])/i.test(uri))
    return 'must be an absolute address without spaces and backslashes';
  // In the clear a code would be anybody's; on the person's own machine there is no wire.
  if (!native) return isKeysAddress(uri) ? undefined : 'must be HTTPS, without a fragment';
  // RFC 8252 §7.1: of a domain that is the app's own.
  return /^(https?|[a-z][a-z\d+-]*\.[a-z\d+.-]*):/i.test(uri)
    ? undefined
    : 'must be HTTPS, of this machine, or of a scheme like cn.example.app';
}

/** Keys of a client; a private one was sent by mistake, and is known to too many now. */
function publicJwks(jwks: unknown): ClientMetadata['jwks'] {
  const { keys } = (jwks ?? {}) as { keys?: unknown };
  if (!Array.isArray(keys) || keys.length > MAX_LIST) throw wrong('jwks must be a JSON Web Key Set');
  for (const key of keys as unknown[]) {
    if (typeof key !== 'object' || key === null) throw wrong('jwks must be a JSON Web Key Set');
    if (PRIVATE_JWK.some((member) => member in key))
      throw wrong('jwks holds a private key. Take it out of use, and send public keys only');
  }
  return { keys: keys as object[] };
}

function objectOf(body: string): Record<string, unknown> {
  let given: unknown;
  try {
    given = JSON.parse(body);
  } catch {
    throw wrong('the body is no JSON');
  }
  return recordOf(given);
}

function recordOf(given: unknown): Record<string, unknown> {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw wrong('the body must be a JSON object');
  return given as Record<string, unknown>;
}

function textOf(given: Record<string, unknown>, name: string, longest = MAX_TEXT): string | undefined {
  const value = given[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string' || value.trim() === '' || value.length > longest)
    throw wrong(`${name} must be text of at most ${longest} characters`);
  // People are shown it: what turns the direction of a text, or cannot be seen, makes it another one.
  if (/[\p{Cc}\p{Cf}]/u.test(value)) throw wrong(`${name} must have no control or format characters`);
  return value;
}

function listOf(given: Record<string, unknown>, name: string): string[] | undefined {
  const value = given[name];
  if (value === undefined || value === null) return undefined;
  const right =
    Array.isArray(value) &&
    value.length <= MAX_LIST &&
    value.every((each) => typeof each === 'string' && each.length <= MAX_TEXT);
  if (!right) throw wrong(`${name} must be a list of at most ${MAX_LIST} texts`);
  return value as string[];
}

function wrong(reason: string): Error {
  return new errors.InvalidClientMetadata(reason);
}
