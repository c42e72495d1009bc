import { errors } from 'oidc-provider';
import { FhirError } from '../kernel/fhir-error.ts';

/**
 * A database that is away is the server's trouble, and a passing one; what it cannot keep is the request's: throws what
 * RFC 6749 calls it.
 */
export function unavailable(error: unknown): never {
  if (!(error instanceof FhirError)) throw error;
  if (error.category === 'malformed')
    throw new errors.InvalidRequest('a parameter has a character that cannot be kept');
  if (error.category !== 'transient') throw error;
  const away = new errors.TemporarilyUnavailable('the database cannot be reached; please try again shortly', {
    cause: error,
  });
  throw Object.assign(away, { status: 503, statusCode: 503 });
}
