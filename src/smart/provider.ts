/**
 * The authorization server: oidc-provider, cut down to what the county's systems need today, which is
 * the client credentials grant. Tokens are signed JWTs and are kept nowhere.
 *
 * For SMART App Launch to come: features, routes and an adapter that keeps grants are added here, and
 * `discovery.ts` says so; nothing of the other files changes.
 */
import type { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type Adapter,
  type AdapterPayload,
  type Configuration,
  errors,
  type JWKS,
  type KoaContextWithOIDC,
  Provider,
} from 'oidc-provider';
import { printable } from '../access/challenge.ts';
import { systemScopes } from '../access/scopes.ts';
import type { Db } from '../kernel/ctx.ts';
import { FhirError } from '../kernel/fhir-error.ts';
import { findClient, type OAuthClient, secretMatches } from './clients.ts';
import { type AuthorizationServerMetadata, authorizationServerMetadata } from './discovery.ts';
import {
  ACCESS_TOKEN_SECONDS,
  CLIENT_AUTH_METHODS,
  GRANT_TYPES,
  issuerOf,
  JWKS_PATH,
  METADATA_PATH,
  OAUTH_PATH,
  TOKEN_PATH,
} from './endpoints.ts';
import { SIGNING_ALGORITHM, type SigningKeys } from './keys.ts';

export interface OAuthOptions {
  readonly db: Db;
  /** Scheme, host and port as clients see them: `https://his.example.cn`. */
  readonly origin: string;
  /** FHIR base as clients see it, without a slash at the end: the audience of every token. */
  readonly fhirBase: string;
  readonly keys: SigningKeys;
  /** Whether a proxy in front is trusted to say who calls (`X-Forwarded-*`). */
  readonly proxy?: boolean;
  /** Told of failures that are not the client's. */
  readonly onError?: (error: unknown) => void;
}

export interface OAuth {
  /** Answers everything below `/oauth`. Wants the request's body unread. */
  readonly callback: (req: IncomingMessage, res: ServerResponse) => void;
  /** Metadata of the authorization server (RFC 8414). */
  discovery(): AuthorizationServerMetadata;
}

/** What is answered below the mount; whatever else the library knows is not offered. */
const METHODS: Readonly<Record<string, readonly string[]>> = {
  [TOKEN_PATH]: ['POST'],
  [JWKS_PATH]: ['GET', 'HEAD', 'OPTIONS'],
  [METADATA_PATH]: ['GET', 'HEAD'],
};

/** Where a client's registered scopes travel: the library's own `scope` is for scopes of OpenID. */
const REGISTERED_SCOPE = 'registered_scope';

/** The authorization server over the clients of a database. */
export function createOAuth(options: OAuthOptions): OAuth {
  const { db, origin, fhirBase, keys } = options;
  const metadata = authorizationServerMetadata(origin);
  const provider = new Provider(issuerOf(origin), {
    ...FIXED,
    jwks: keys.privateJwks() as JWKS,
    adapter: (model) => (model === 'Client' ? clientAdapter(db) : noAdapter(model)),
    features: { ...FIXED.features, resourceIndicators: resourceIndicators(fhirBase) },
  });
  provider.proxy = options.proxy ?? false;

  // The stored digest stands where the library expects the secret, and is compared as one.
  provider.Client.prototype.compareClientSecret = function (secret: string) {
    return typeof this.clientSecret === 'string' && secretMatches(this.clientSecret, secret);
  };

  provider.use(async (ctx, next) => {
    const methods = METHODS[ctx.path];
    if (!methods) {
      refuse(ctx, 404, 'There is no such endpoint here.');
    } else if (!methods.includes(ctx.method)) {
      ctx.set('allow', methods.join(', '));
      refuse(ctx, 405, `${ctx.method} is not allowed here; use ${methods[0]}.`);
    } else if (ctx.path === METADATA_PATH) {
      ctx.body = metadata;
    } else {
      await next();
    }
  });
  const onError = options.onError ?? (() => {});
  (provider as EventEmitter).on('error', onError);
  provider.on('server_error', (_ctx, error) => onError(error));

  const answer = provider.callback();
  return {
    callback: (req, res) => {
      if (req.url?.startsWith(`${OAUTH_PATH}/`)) req.url = req.url.slice(OAUTH_PATH.length);
      void answer(req, res);
    },
    discovery: () => metadata,
  };
}

const FIXED = {
  scopes: [],
  responseTypes: [],
  clientAuthMethods: [...CLIENT_AUTH_METHODS],
  clientDefaults: {
    grant_types: [...GRANT_TYPES],
    response_types: [],
    redirect_uris: [],
    id_token_signed_response_alg: SIGNING_ALGORITHM,
  },
  enabledJWA: { idTokenSigningAlgValues: [SIGNING_ALGORITHM] },
  extraClientMetadata: { properties: [REGISTERED_SCOPE] },
  routes: { token: TOKEN_PATH, jwks: JWKS_PATH },
  ttl: { ClientCredentials: ACCESS_TOKEN_SECONDS },
  clientBasedCORS: () => false,
  renderError: (ctx, out) => {
    ctx.body = out;
  },
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    dPoP: { enabled: false },
    pushedAuthorizationRequests: { enabled: false },
    rpInitiatedLogout: { enabled: false },
    userinfo: { enabled: false },
  },
} satisfies Configuration;

/** RFC 8707: the one resource is this FHIR server, asked for or not; its tokens are JWTs. */
function resourceIndicators(fhirBase: string) {
  return {
    enabled: true,
    defaultResource: () => fhirBase,
    getResourceServerInfo: (ctx: KoaContextWithOIDC, resource: string, client: object) => {
      if (resource !== fhirBase && resource !== `${fhirBase}/`) {
        throw new errors.InvalidTarget(`the resource must be ${fhirBase}`);
      }
      const registered = (client as Record<string, unknown>)[REGISTERED_SCOPE];
      const params = ctx.oidc.params as { scope?: string };
      const grant = systemScopes(params.scope ?? '', typeof registered === 'string' ? registered : '');
      if ('fault' in grant) {
        throw new errors.InvalidScope(printable(grant.fault.text.en), grant.fault.scope);
      }
      params.scope = grant.scope;
      return {
        scope: grant.scope,
        audience: fhirBase,
        accessTokenTTL: ACCESS_TOKEN_SECONDS,
        accessTokenFormat: 'jwt' as const,
        jwt: { sign: { alg: SIGNING_ALGORITHM } as const },
      };
    },
  };
}

/** Clients come from the table; a client that is not active is not there. */
function clientAdapter(db: Db): Adapter {
  return {
    ...noAdapter('Client'),
    find: async (id) => {
      const client = await findClient(db, id).catch(unavailable);
      return client?.active ? clientMetadata(client) : undefined;
    },
  };
}

function clientMetadata(client: OAuthClient): AdapterPayload {
  return {
    client_id: client.id,
    client_name: client.name,
    client_secret: client.secretHash,
    grant_types: [...client.grantTypes],
    [REGISTERED_SCOPE]: client.scope,
  };
}

/** Nothing else is kept: a model that wants to be is a mistake in the configuration above. */
function noAdapter(model: string): Adapter {
  const refused = async () => {
    throw new Error(`${model} is not kept by this authorization server`);
  };
  return {
    upsert: refused,
    find: refused,
    findByUserCode: refused,
    findByUid: refused,
    consume: refused,
    destroy: refused,
    revokeByGrantId: refused,
  };
}

/** A database that is away is the server's trouble, and a passing one. */
function unavailable(error: unknown): never {
  if (!(error instanceof FhirError) || error.category !== 'transient') throw error;
  const away = new errors.TemporarilyUnavailable('the database cannot be reached; please try again shortly', {
    cause: error,
  });
  throw Object.assign(away, { status: 503, statusCode: 503 });
}

/** RFC 6749 §5.2. */
function refuse(ctx: { status: number; body?: unknown }, status: number, description: string): void {
  ctx.status = status;
  ctx.body = { error: 'invalid_request', error_description: description };
}
