/** A client of the table as oidc-provider wants to have it. */
import type { Adapter, AdapterPayload } from 'oidc-provider';
import type { Db } from '../kernel/ctx.ts';
import { findClient, type OAuthClient } from './clients.ts';
import { CLIENT_AUTH_METHODS } from './endpoints.ts';
import { unavailable } from './unavailable.ts';

/** Where a client's registered scopes travel: the library's own `scope` is for scopes of OpenID. */
export const REGISTERED_SCOPE = 'registered_scope';

/** Clients come from the table; a client that is not let in is not there. */
export function clientAdapter(db: Db): Adapter {
  const refused = async () => {
    throw new Error('Clients are not changed through the library');
  };
  return {
    find: async (id) => {
      const client = await findClient(db, id).catch(unavailable);
      return client?.active ? clientModel(client) : undefined;
    },
    upsert: refused,
    findByUserCode: refused,
    findByUid: refused,
    consume: refused,
    destroy: refused,
    revokeByGrantId: refused,
  };
}

/** The digest of the secret stands where the library expects the secret, and is compared as one. */
export function clientModel(
  client: Omit<OAuthClient, 'active' | 'created' | 'state' | 'countyWide' | 'roles'>,
): AdapterPayload {
  const signsOn = client.grantTypes.includes('authorization_code');
  return {
    redirect_uris: [],
    token_endpoint_auth_method: CLIENT_AUTH_METHODS[0],
    ...(structuredClone(client.metadata) as AdapterPayload),
    client_id: client.id,
    client_name: client.name,
    ...(client.secretHash === undefined ? {} : { client_secret: client.secretHash }),
    grant_types: [...client.grantTypes],
    response_types: signsOn ? ['code'] : [],
    // A code in a fragment or a form is one more place for it to leak from.
    response_modes: ['query'],
    [REGISTERED_SCOPE]: client.scope,
  };
}

/** The scopes a client of the library is registered for. */
export function registeredScope(client: object): string {
  const scope = (client as Record<string, unknown>)[REGISTERED_SCOPE];
  return typeof scope === 'string' ? scope : '';
}
