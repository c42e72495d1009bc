/**
 * Access tokens are signed JWTs, so that every process can read them, and each leaves a record, so that it can be
 * taken back, told about at introspection, and ends with its session.
 */
import type { AdapterPayload, KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Db } from '../kernel/ctx.ts';
import { contextOfGrant, type LaunchContext } from './launch.ts';
import { personOf } from './people.ts';
import { SESSION_LIVES, stateAdapter, stateId } from './state.ts';

type AccessToken = InstanceType<Provider['AccessToken']>;
type ClientCredentials = InstanceType<Provider['ClientCredentials']>;
type Token = AccessToken | ClientCredentials;

/** The part of the launch context that the token itself tells this server. */
const IN_TOKEN = new Set(['patient', 'fhirUser']);

const contexts = new WeakMap<object, LaunchContext>();

/** Whose token it is and what it is about: kept with its record, whence introspection tells it. */
export async function extraClaims(
  db: Db,
  fhirBase: string,
  ctx: KoaContextWithOIDC,
  token: Token,
): Promise<Record<string, unknown> | undefined> {
  const grantId = 'grantId' in token ? token.grantId : undefined;
  if (grantId === undefined) return undefined;
  const context = await contextOfGrant(db, grantId);
  contexts.set(ctx, context);
  const fhirUser = personOf(ctx.oidc.account)?.fhirUser;
  return { ...context, ...(fhirUser === undefined ? {} : { fhirUser: `${fhirBase}/${fhirUser}` }) };
}

/** Leaves the token's record, and in the token itself only what this server reads there. */
export async function keepRecord(
  db: Db,
  ctx: KoaContextWithOIDC,
  token: Token,
  jwt: { payload: Record<string, unknown> },
): Promise<void> {
  const { iat, exp } = jwt.payload as { iat: number; exp: number };
  const members = (token.constructor as unknown as { IN_PAYLOAD: string[] }).IN_PAYLOAD;
  const values = token as unknown as Record<string, unknown>;
  const payload: AdapterPayload = Object.fromEntries(members.map((member) => [member, values[member]]));
  const source = ctx.oidc.entities.RefreshToken ?? ctx.oidc.entities.AuthorizationCode;
  const offline = source?.scope?.split(' ').includes('offline_access') === true;
  await stateAdapter(db, token.kind).upsert(
    token.jti,
    { ...payload, iat, exp, ...(offline ? { sessionUid: undefined } : {}) },
    exp - iat,
  );
  for (const name of Object.keys(token.extra ?? {})) if (!IN_TOKEN.has(name)) delete jwt.payload[name];
}

/** The launch context as members of the token response. Empty unless a token was given. */
export function contextMembers(ctx: object): LaunchContext {
  return contexts.get(ctx) ?? {};
}

/** Whether a token is still as good as when it was given: nobody took back it, its grant, or its session. */
export async function isTokenLive(db: Db, jti: string): Promise<boolean> {
  const { rows } = await db.query({
    name: 'smart.isTokenLive',
    text: `select from oauth_state t
where t.model in ('AccessToken', 'ClientCredentials') and t.id = $1 and t.expires > now() - interval '1 minute'
  and (t.grant_id is null or exists (
    select from oauth_state g where g.model = 'Grant' and g.grant_id = t.grant_id and g.expires > now()))
  and ${SESSION_LIVES}`,
    values: [stateId(jti)],
  });
  return rows.length > 0;
}
