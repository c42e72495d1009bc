/** Where the authorization server answers, and what it offers: the constants of provider and discovery. */

/** Path below the origin at which the provider is mounted. */
export const OAUTH_PATH = '/oauth';
/** Paths below the mount. */
export const TOKEN_PATH = '/token';
export const JWKS_PATH = '/jwks';
export const METADATA_PATH = '/.well-known/oauth-authorization-server';

export const GRANT_TYPES = ['client_credentials'] as const;
export const CLIENT_AUTH_METHODS = ['client_secret_basic', 'client_secret_post'] as const;

/** How long an access token lasts, in seconds: SMART Backend Services asks for short ones. */
export const ACCESS_TOKEN_SECONDS = 3600;

/** The issuer named in tokens. */
export function issuerOf(origin: string): string {
  return `${origin}${OAUTH_PATH}`;
}

export function tokenEndpointOf(origin: string): string {
  return `${issuerOf(origin)}${TOKEN_PATH}`;
}

export function jwksOf(origin: string): string {
  return `${issuerOf(origin)}${JWKS_PATH}`;
}
