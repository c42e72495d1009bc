/**
 * What SMART asks of a client's signed assertion beyond RFC 7523.
 * https://hl7.org/fhir/smart-app-launch/STU2.2/client-confidential-asymmetric.html#authenticating-to-the-token-endpoint
 */
import { errors } from 'oidc-provider';

/** "This time SHALL be no more than five minutes in the future." */
const MAX_SECONDS = 300;
/** Clocks may differ by this much. */
const LEEWAY_SECONDS = 10;

export interface AssertionClient {
  readonly clientId: string;
  readonly jwksUri?: string;
}

/** Throws `invalid_client`. What the library checked already: signature, algorithm, issuer, audience, end, `jti`. */
export function checkAssertion(
  claims: Readonly<Record<string, unknown>>,
  header: Readonly<Record<string, unknown>>,
  client: AssertionClient,
  nowMs = Date.now(),
): void {
  const { exp, iat, sub, aud } = claims;
  if (sub !== client.clientId) throw refused('sub must be the client_id');
  if (typeof exp !== 'number' || exp > nowMs / 1000 + MAX_SECONDS + LEEWAY_SECONDS)
    throw refused('exp must be no more than five minutes in the future');
  if (typeof iat === 'number' && iat > nowMs / 1000 + LEEWAY_SECONDS) throw refused('iat is not yet');
  // What another server is meant to be shown as well, it could show here.
  if (Array.isArray(aud) && aud.length > 1) throw refused('aud must be the token endpoint alone');
  if (typeof header.kid !== 'string') throw refused('the header must name the key with kid');
  if (header.typ !== undefined && header.typ !== 'JWT') throw refused('typ must be JWT');
  if (header.jku !== undefined && header.jku !== client.jwksUri)
    throw refused('jku must be the JWKS URL that the client is registered with');
}

function refused(reason: string): Error {
  return new errors.InvalidClientAuth(reason);
}
