/** Where the authorization server answers, what it offers and for how long: the constants of provider and discovery. */

/** Path below the origin at which the provider is mounted. */
export const OAUTH_PATH = '/oauth';
/** Paths below the mount. */
export const AUTHORIZATION_PATH = '/authorize';
export const TOKEN_PATH = '/token';
export const JWKS_PATH = '/jwks';
export const REGISTRATION_PATH = '/register';
export const INTROSPECTION_PATH = '/introspect';
export const REVOCATION_PATH = '/revoke';
export const USERINFO_PATH = '/userinfo';
export const END_SESSION_PATH = '/logout';
export const INTERACTION_PATH = '/interaction';
export const METADATA_PATHS = [
  '/.well-known/oauth-authorization-server',
  '/.well-known/openid-configuration',
] as const;

/** Where people see and withdraw what they allowed: below the origin, beside the mount. */
export const MANAGEMENT_PATH = '/account';

export const GRANT_TYPES = ['authorization_code', 'refresh_token', 'client_credentials'] as const;
export const CLIENT_AUTH_METHODS = [
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
  'none',
] as const;
/** Of assertions: what SMART asks every server to know, and nothing weaker. */
export const ASSERTION_ALGORITHMS = ['RS384', 'ES384'] as const;
/** Of proofs of possession (RFC 9449). */
export const DPOP_ALGORITHMS = ['ES256', 'ES384'] as const;

/** The cookie of who is signed in. */
export const SESSION_COOKIE = 'xiantong_session';

/** How long an access token lasts, in seconds: SMART asks for one hour at the most. */
export const ACCESS_TOKEN_SECONDS = 3600;
/** SMART: "usually expiring within around one minute". */
export const CODE_SECONDS = 60;
/** A working day without use. */
export const SESSION_SECONDS = 12 * 3600;
/** From page to page of one sign-on. */
export const INTERACTION_SECONDS = 1800;
/** A refresh token that is not used for this long is over. */
export const REFRESH_SECONDS = 30 * 86_400;
/** After this a person is asked again, however often the token was refreshed. */
export const GRANT_SECONDS = 180 * 86_400;
/** From the click in the EHR until its app asks for authorization. */
export const LAUNCH_SECONDS = 300;

/** The issuer named in tokens. */
export function issuerOf(origin: string): string {
  return `${origin}${OAUTH_PATH}`;
}

export function tokenEndpointOf(origin: string): string {
  return `${issuerOf(origin)}${TOKEN_PATH}`;
}
