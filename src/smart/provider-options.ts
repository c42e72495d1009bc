/** What oidc-provider is told: everything that is fixed, and what depends on the database. */
import {
  type Configuration,
  errors,
  type JWKS,
  type KoaContextWithOIDC,
  type Provider,
  type UnknownObject,
} from 'oidc-provider';
import { printable } from '../access/challenge.ts';
import {
  INTROSPECTION_SCOPE,
  PERSON_SCOPES,
  personScopes,
  splitScopes,
  systemScopes,
} from '../access/scopes.ts';
import type { Database } from '../kernel/ctx.ts';
import { type Account, findAccount } from './accounts/account.ts';
import { checkAssertion } from './assertions.ts';
import { clientAdapter, REGISTERED_SCOPE, registeredScope } from './client-model.ts';
import {
  ACCESS_TOKEN_SECONDS,
  ASSERTION_ALGORITHMS,
  AUTHORIZATION_PATH,
  CLIENT_AUTH_METHODS,
  CODE_SECONDS,
  DPOP_ALGORITHMS,
  END_SESSION_PATH,
  GRANT_SECONDS,
  INTERACTION_PATH,
  INTERACTION_SECONDS,
  INTROSPECTION_PATH,
  JWKS_PATH,
  OAUTH_PATH,
  REFRESH_SECONDS,
  REVOCATION_PATH,
  SESSION_COOKIE,
  SESSION_SECONDS,
  TOKEN_PATH,
} from './endpoints.ts';
import { fetchKeys, MAX_JWKS_BYTES } from './fetch-keys.ts';
import { loadGrant } from './grants.ts';
import { ID_TOKEN_ALGORITHM, SIGNING_ALGORITHM, type SigningKeys } from './keys.ts';
import { answerLaunch } from './launch.ts';
import { personModel } from './people.ts';
import { prompts } from './prompts.ts';
import { showError, showSignedOut, showSignOut, type WebContext } from './provider-pages.ts';
import { stateAdapter } from './state.ts';
import { extraClaims, keepRecord } from './tokens.ts';
import { unavailable } from './unavailable.ts';

type Client = InstanceType<Provider['Client']>;
export function providerOptions(db: Database, fhirBase: string, keys: SigningKeys): Configuration {
  const isFhirBase = (address: unknown) => address === fhirBase || address === `${fhirBase}/`;
  return {
    ...FIXED,
    jwks: keys.privateJwks() as JWKS,
    adapter: (model) => (model === 'Client' ? clientAdapter(db) : stateAdapter(db, model)),
    findAccount: async (_ctx, id) => {
      const person = await findAccount(db, id).catch(unavailable);
      return person && maySignOn(person) ? personModel(person, fhirBase) : undefined;
    },
    extraParams: {
      // "aud: required". The library's own `resource` is its synonym.
      aud: (ctx, value) => {
        const resource = ctx.query.resource;
        if (value === undefined && resource === undefined)
          throw new errors.InvalidRequest(`aud is missing: the address of the FHIR server, ${fhirBase}`);
        if (value !== undefined && !isFhirBase(value))
          throw new errors.InvalidTarget(`aud must be ${fhirBase}`);
      },
      launch: async (ctx, value, client) => {
        if (!ctx.oidc.requestParamScopes.has('launch')) return;
        if (typeof value !== 'string')
          throw new errors.InvalidRequest('the scope launch needs the launch parameter that the EHR gave');
        if (!(await answerLaunch(db, value, client.clientId).catch(unavailable)))
          throw new errors.InvalidRequest('the launch is over, was used before, or is for another app');
      },
    },
    interactions: {
      policy: prompts(db),
      url: (_ctx, { uid }) => `${OAUTH_PATH}${INTERACTION_PATH}/${uid}`,
    },
    loadExistingGrant: (ctx) => loadGrant(db, ctx).catch(unavailable),
    extraTokenClaims: (ctx, token) => extraClaims(db, fhirBase, ctx, token) as Promise<UnknownObject>,
    formats: {
      customizers: {
        jwt: (ctx, token, jwt) =>
          keepRecord(db, ctx, token, jwt as unknown as { payload: Record<string, unknown> }),
      },
    },
    renderError: (ctx, out) => showError(ctx as unknown as WebContext, out),
    features: {
      ...FIXED.features,
      resourceIndicators: {
        enabled: true,
        defaultResource: () => fhirBase,
        getResourceServerInfo: (ctx, resource, client) => {
          if (!isFhirBase(resource)) throw new errors.InvalidTarget(`the resource must be ${fhirBase}`);
          return {
            scope: grantedScope(ctx, resource, client),
            audience: fhirBase,
            accessTokenTTL: ACCESS_TOKEN_SECONDS,
            accessTokenFormat: 'jwt' as const,
            jwt: { sign: { alg: SIGNING_ALGORITHM, kid: keys.currentKid(SIGNING_ALGORITHM) } as const },
          };
        },
      },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => showSignOut(ctx as unknown as WebContext, form),
        postLogoutSuccessSource: (ctx) => showSignedOut(ctx as unknown as WebContext),
      },
    },
  };
}

/** Nobody goes on with a password that somebody else has seen. */
function maySignOn({ active, mustChangePassword }: Account): boolean {
  return active && !mustChangePassword;
}

const FIXED = {
  scopes: [...PERSON_SCOPES],
  claims: { openid: ['sub'], fhirUser: ['fhirUser'], profile: ['name'] },
  responseTypes: ['code'],
  clientAuthMethods: [...CLIENT_AUTH_METHODS],
  clientDefaults: {
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
    id_token_signed_response_alg: ID_TOKEN_ALGORITHM,
  },
  clockTolerance: 10,
  cookies: {
    names: { session: SESSION_COOKIE, interaction: 'xiantong_interaction', resume: 'xiantong_resume' },
    long: { httpOnly: true, sameSite: 'lax', path: '/' },
    short: { httpOnly: true, sameSite: 'lax' },
  },
  enabledJWA: {
    idTokenSigningAlgValues: [ID_TOKEN_ALGORITHM],
    clientAuthSigningAlgValues: [...ASSERTION_ALGORITHMS],
    dPoPSigningAlgValues: [...DPOP_ALGORITHMS],
  },
  extraClientMetadata: { properties: [REGISTERED_SCOPE] },
  allowOmittingSingleRegisteredRedirectUri: false,
  pkce: { required: () => true },
  // A session ends what came of it by `state.ts`, for each of several grants of one client.
  expiresWithSession: async () => false,
  issueRefreshToken: async (_ctx, client, source) =>
    client.grantTypeAllowed('refresh_token') &&
    (source.scopes.has('offline_access') || source.scopes.has('online_access')),
  rotateRefreshToken: true,
  assertJwtClientAuthClaimsAndHeader: async (_ctx, claims, header, client) =>
    checkAssertion(claims, header, client),
  fetch: (address: string | URL | Request) => fetchKeys(String(address)),
  fetchResponseBodyLimits: { jwks_uri: MAX_JWKS_BYTES },
  routes: {
    authorization: AUTHORIZATION_PATH,
    token: TOKEN_PATH,
    jwks: JWKS_PATH,
    introspection: INTROSPECTION_PATH,
    revocation: REVOCATION_PATH,
    end_session: END_SESSION_PATH,
  },
  ttl: {
    AccessToken: ACCESS_TOKEN_SECONDS,
    AuthorizationCode: CODE_SECONDS,
    ClientCredentials: ACCESS_TOKEN_SECONDS,
    Grant: GRANT_SECONDS,
    IdToken: ACCESS_TOKEN_SECONDS,
    Interaction: INTERACTION_SECONDS,
    RefreshToken: REFRESH_SECONDS,
    Session: SESSION_SECONDS,
  },
  // Apps in a browser ask the token endpoint from where they are registered to be.
  clientBasedCORS: (_ctx, origin, client) =>
    (client.redirectUris ?? []).some((uri) => URL.parse(uri)?.origin === origin),
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    dPoP: { enabled: true },
    introspection: {
      enabled: true,
      allowedPolicy: async (_ctx, client, token) => mayIntrospect(client, token),
    },
    pushedAuthorizationRequests: { enabled: false },
    revocation: { enabled: true, allowedPolicy: async (_ctx, client, token) => isOwn(client, token) },
    userinfo: { enabled: false },
  },
} satisfies Configuration;

/** They travel in every access token, and that in a header. */
const MAX_SCOPE = 4096;

interface ClientToken {
  readonly clientId?: string | undefined;
}

/** What is another client's is treated as unknown, so that nothing is learnt of it. */
function isOwn(client: Client, token: ClientToken): boolean {
  return token.clientId === client.clientId;
}

/** A client is told about its own tokens; one that is registered for it, about everybody's. */
function mayIntrospect(client: Client, token: ClientToken): boolean {
  if (isOwn(client, token)) return true;
  return (
    client.clientAuthMethod !== 'none' && splitScopes(registeredScope(client)).includes(INTROSPECTION_SCOPE)
  );
}

/**
 * The scopes that may be granted to the request at hand. Of an authorization request and of a system's request the
 * scopes asked for are put down to what can be granted, so that all that follows speaks of that; for a code or a
 * refresh token it is what the person allowed, as far as the client is still registered for it.
 */
function grantedScope(ctx: KoaContextWithOIDC, resource: string, client: Client): string {
  const registered = registeredScope(client);
  const params = ctx.oidc.params as { scope?: string; grant_type?: string };
  if (params.grant_type === 'client_credentials') {
    const grant = systemScopes(params.scope ?? '', registered);
    if ('fault' in grant) throw new errors.InvalidScope(printable(grant.fault.text.en), grant.fault.scope);
    params.scope = notTooLong(grant.scope);
    return params.scope;
  }
  const { grant } = ctx.oidc;
  if (params.grant_type !== undefined)
    return personScopes(grant?.getResourceScope(resource) ?? '', registered).join(' ');
  const scopes = personScopes(params.scope ?? '', registered);
  if (scopes.length === 0) {
    throw new errors.InvalidScope(
      printable(`this client may ask for: ${registered || 'nothing'}`),
      params.scope ?? '',
    );
  }
  params.scope = notTooLong(scopes.join(' '));
  return params.scope;
}

/** https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#scope-size-over-the-wire */
function notTooLong(scope: string): string {
  if (scope.length <= MAX_SCOPE) return scope;
  throw new errors.InvalidScope(`more than ${MAX_SCOPE} characters of scopes; ask for * instead`, 'scope');
}
