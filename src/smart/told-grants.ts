/** Tells who got an access token, who asked for one in vain, and who signed out. */
import type { IncomingMessage } from 'node:http';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { SignIn } from '../interactions/audit-sign-in.ts';

/** Where a request comes from, as proxies that are trusted say. */
export function addressOf(req: IncomingMessage & { ip?: string }): string {
  return req.ip ?? req.socket.remoteAddress ?? '';
}

/** What a client that is not known may have called itself. */
const MAX_NAME = 64;

export function tellOfGrants(provider: Provider, tell: (facts: SignIn) => void): void {
  const told = (ctx: KoaContextWithOIDC, facts: Pick<SignIn, 'what' | 'refusal' | 'token'>) => {
    const { client, params, entities } = ctx.oidc;
    const named = String(params?.client_id ?? 'unknown').slice(0, MAX_NAME);
    const id = client?.clientId ?? named;
    tell({
      ...facts,
      client: { id, name: client?.clientName ?? id },
      account: entities.Account?.accountId,
      address: addressOf(ctx.req),
      requestId: (ctx.req as { id?: string }).id,
    });
  };
  provider.on('grant.success', (ctx) => {
    const issued = ctx.oidc.entities.AccessToken ?? ctx.oidc.entities.ClientCredentials;
    told(ctx, { what: 'token', token: issued?.jti });
  });
  provider.on('grant.error', (ctx, error) => told(ctx, { what: 'token', refusal: error.error }));
  provider.on('end_session.success', (ctx) => told(ctx, { what: 'logout' }));
}
