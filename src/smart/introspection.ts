/**
 * Introspection and revocation of access tokens, which are JWTs while the library wants to be shown what it finds
 * them by: a JWT of ours is exchanged for its `jti` on the way in.
 *
 * Besides clients that authenticate as at the token endpoint, whoever brings a token with the scope for it is
 * answered. https://hl7.org/fhir/smart-app-launch/STU2.2/token-introspection.html, RFC 7662, RFC 7009
 */
import type { IncomingMessage } from 'node:http';
import { compactVerify, createLocalJWKSet } from 'jose';
import type { Provider } from 'oidc-provider';
import { INTROSPECTION_SCOPE } from '../access/scopes.ts';
import { putBack, readForm } from './body.ts';
import { SIGNING_ALGORITHM, type SigningKeys } from './keys.ts';

/** Puts a `jti` in the place of a token that is a JWT. */
export async function exchangeForJti(req: IncomingMessage, keys: SigningKeys): Promise<void> {
  const form = await readForm(req);
  const token = form.get('token');
  const jti = token === null ? undefined : await jtiOf(token, keys);
  if (jti !== undefined) form.set('token', jti);
  // Another JWT, an id token for one, is no token here: it is unknown, not an error (RFC 7662 §2.2, RFC 7009 §2.2).
  else if (token?.split('.').length === 3) form.set('token', 'unknown');
  putBack(req, form.toString());
}

/** The answer to who brings a token for it instead of a client's credentials. RFC 7662 §2.2 */
export async function introspect(
  provider: Provider,
  keys: SigningKeys,
  req: IncomingMessage,
): Promise<Record<string, unknown>> {
  const token = (await readForm(req)).get('token') ?? '';
  const shown = (await jtiOf(token, keys)) ?? token;
  const [access, own, refresh] = await Promise.all([
    provider.AccessToken.find(shown),
    provider.ClientCredentials.find(shown),
    provider.RefreshToken.find(shown),
  ]);
  const found = access ?? own ?? refresh;
  if (!found?.isValid) return { active: false };
  if ('grantId' in found && found.grantId !== undefined && !(await provider.Grant.find(found.grantId)))
    return { active: false };
  const extra = 'extra' in found ? (found.extra as object | undefined) : undefined;
  return {
    ...extra,
    active: true,
    iss: provider.issuer,
    client_id: found.clientId,
    ...('accountId' in found && found.accountId !== undefined ? { sub: found.accountId } : {}),
    scope: found.scope,
    iat: found.iat,
    exp: found.exp,
    ...('aud' in found ? { aud: found.aud } : {}),
    ...('jkt' in found && found.jkt !== undefined ? { cnf: { jkt: found.jkt } } : {}),
    ...(refresh ? {} : { token_type: (found as { tokenType: string }).tokenType }),
  };
}

/** Whether scopes let their bearer ask about everybody's tokens. */
export function mayIntrospectAll(scope: string): boolean {
  return scope.split(' ').includes(INTROSPECTION_SCOPE);
}

/** The `jti` of an access token of ours, ended or not. */
async function jtiOf(token: string, keys: SigningKeys): Promise<string | undefined> {
  try {
    const { payload, protectedHeader } = await compactVerify(token, createLocalJWKSet(keys.publicJwks()), {
      algorithms: [SIGNING_ALGORITHM],
    });
    if (protectedHeader.typ !== 'at+jwt') return undefined;
    const { jti } = JSON.parse(Buffer.from(payload).toString('utf8')) as { jti?: unknown };
    return typeof jti === 'string' ? jti : undefined;
  } catch {
    return undefined;
  }
}
