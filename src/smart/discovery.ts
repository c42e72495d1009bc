/** What clients are told about authorization here. Says only what is there. */
import { CLIENT_AUTH_METHODS, GRANT_TYPES, issuerOf, jwksOf, tokenEndpointOf } from './endpoints.ts';

/** Examples of the scopes in use; every resource type may stand in place of `*`. */
const SCOPES = ['system/*.cruds', 'system/*.rs', 'system/*.read', 'system/*.write', 'system/*.*'] as const;

/** `/fhir/.well-known/smart-configuration`. */
export interface SmartConfiguration {
  readonly token_endpoint: string;
  readonly jwks_uri: string;
  readonly grant_types_supported: readonly string[];
  readonly token_endpoint_auth_methods_supported: readonly string[];
  readonly scopes_supported: readonly string[];
  readonly code_challenge_methods_supported: readonly string[];
  readonly capabilities: readonly string[];
}

/**
 * https://hl7.org/fhir/smart-app-launch/STU2.2/conformance.html. `issuer` belongs to servers that sign
 * people on, and `code_challenge_methods_supported` (a required member) is empty, for there is no
 * authorization code to ask for yet.
 */
export function smartConfiguration(origin: string): SmartConfiguration {
  return {
    token_endpoint: tokenEndpointOf(origin),
    jwks_uri: jwksOf(origin),
    grant_types_supported: GRANT_TYPES,
    token_endpoint_auth_methods_supported: CLIENT_AUTH_METHODS,
    scopes_supported: SCOPES,
    code_challenge_methods_supported: [],
    capabilities: ['client-confidential-symmetric', 'permission-v1', 'permission-v2'],
  };
}

/** Metadata of the authorization server (RFC 8414). */
export interface AuthorizationServerMetadata {
  readonly issuer: string;
  readonly token_endpoint: string;
  readonly jwks_uri: string;
  readonly grant_types_supported: readonly string[];
  readonly response_types_supported: readonly string[];
  readonly token_endpoint_auth_methods_supported: readonly string[];
  readonly scopes_supported: readonly string[];
}

/** Metadata of the authorization server, as it answers below its mount. */
export function authorizationServerMetadata(origin: string): AuthorizationServerMetadata {
  return {
    issuer: issuerOf(origin),
    token_endpoint: tokenEndpointOf(origin),
    jwks_uri: jwksOf(origin),
    grant_types_supported: GRANT_TYPES,
    response_types_supported: [],
    token_endpoint_auth_methods_supported: CLIENT_AUTH_METHODS,
    scopes_supported: SCOPES,
  };
}
