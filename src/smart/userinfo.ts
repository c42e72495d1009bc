/**
 * Who signed in, for who brings their access token: https://openid.net/specs/openid-connect-core-1_0.html#UserInfo
 * The library's own wants another token than the one for FHIR, which SMART does not give.
 */
import type { IncomingMessage } from 'node:http';
import { errors } from 'oidc-provider';
import type { Verdict, Verifier } from './verify.ts';

/** The claims of the id token. Throws the library's errors, and FhirError when the database is away. */
export async function userinfo(
  verify: Verifier,
  req: IncomingMessage,
  address: string,
  fhirBase: string,
): Promise<Record<string, string>> {
  const [, scheme, token] = /^(Bearer|DPoP) ([\w\-.~+/]+=*)$/i.exec(req.headers.authorization ?? '') ?? [];
  if (scheme === undefined || token === undefined) throw new errors.InvalidToken('no access token was sent');
  const proof = req.headers.dpop;
  const shown =
    scheme.toLowerCase() === 'dpop' && typeof proof === 'string'
      ? { scheme: 'DPoP' as const, token, proof: { proof, method: req.method ?? 'GET', url: address } }
      : { scheme: 'Bearer' as const, token };
  const verdict = await verify(shown).catch((error: { status?: number }): Verdict => {
    if (error.status === 401) throw new errors.InvalidToken('the access token is not valid');
    throw error;
  });
  const scopes = verdict.scope.split(' ');
  if (verdict.user === undefined || !scopes.includes('openid'))
    throw new errors.InsufficientScope(
      'the token is of nobody who signed in with the scope openid',
      'openid',
    );
  return {
    sub: verdict.user,
    ...(scopes.includes('profile') && verdict.userName !== undefined ? { name: verdict.userName } : {}),
    ...(scopes.includes('fhirUser') && verdict.fhirUser !== undefined
      ? { fhirUser: `${fhirBase}/${verdict.fhirUser}` }
      : {}),
  };
}
