/** Clients as administrators keep them. Errors are FHIR's, in both languages. */
import { registrableScope, splitScopes } from '../access/scopes.ts';
import type { Database } from '../kernel/ctx.ts';
import { badParameter, failure, malformed, unknownRoute } from '../kernel/fhir-error.ts';
import { problem } from '../kernel/issue.ts';
import {
  type ClientCorrection,
  type ClientState,
  correctClient,
  findClient,
  listClients,
  type OAuthClient,
  replaceSecret,
} from './clients.ts';

/** A client in the words of RFC 7591, and what this server adds. */
export type ListedClient = Readonly<Record<string, unknown>>;

export type ClientAlteration = 'approve' | 'refuse' | 'deactivate' | 'activate';

/** From which states to which. */
const ALTERATIONS: Readonly<
  Record<ClientAlteration, readonly [from: readonly ClientState[], to: ClientState]>
> = {
  approve: [['pending'], 'active'],
  refuse: [['pending'], 'refused'],
  deactivate: [['active'], 'inactive'],
  activate: [['inactive', 'refused'], 'active'],
};
const STATES: readonly ClientState[] = ['pending', 'active', 'inactive', 'refused'];
const MAX_COUNT = 1000;
/** Of the access policy. */
const ROLE = /^[a-z][a-z-]{1,39}$/;
const ORGANIZATION = /^Organization\/[A-Za-z0-9\-.]{1,64}$/;

/** Throws `bad-parameter`. */
export async function listedClients(
  db: Database,
  query: Readonly<Record<string, string | undefined>>,
): Promise<ListedClient[]> {
  const { state, after, count = '100' } = query;
  if (state !== undefined && !(STATES as readonly string[]).includes(state)) {
    throw badParameter('state', {
      en: `state must be one of ${STATES.join(', ')}.`,
      zh: `state 应为 ${STATES.join('、')} 之一。`,
    });
  }
  const most = Number(count);
  if (!Number.isInteger(most) || most < 1 || most > MAX_COUNT) {
    throw badParameter('count', {
      en: `count must be 1 to ${MAX_COUNT}.`,
      zh: `count 应为 1 至 ${MAX_COUNT}。`,
    });
  }
  const clients = await listClients(db, {
    count: most,
    ...(state === undefined ? {} : { state: state as ClientState }),
    ...(after === undefined ? {} : { after }),
  });
  return clients.map(listed);
}

/** Throws `not-found`. */
export async function clientById(db: Database, id: string): Promise<ListedClient> {
  return listed(await existing(db, id));
}

/**
 * Throws `not-found`, `conflict` when the client is not in a state for it, `malformed`. A client that is shut out has
 * lost its grants and tokens for good, those in use in half a minute.
 */
export async function alterClient(
  db: Database,
  id: string,
  alteration: ClientAlteration,
  body: unknown,
): Promise<ListedClient> {
  const [from, to] = ALTERATIONS[alteration];
  const correction = alteration === 'approve' ? correctionOf(body) : {};
  return db.tx(async (tx) => {
    const altered = await correctClient(tx, id, { ...correction, state: to }, from);
    if (!altered) {
      const { state } = await existing(db, id);
      throw failure('conflict', [
        problem('conflict', {
          en: `The client is ${state}; to ${alteration} it, it must be ${from.join(' or ')}.`,
          zh: `该客户端的状态为 ${state};执行 ${alteration} 须为 ${from.join(' 或 ')}。`,
        }),
      ]);
    }
    if (to !== 'active') {
      await tx.query({
        name: 'smart.revokeClient',
        text: `with consents as (delete from oauth_consent where client = $1)
               delete from oauth_state where client = $1`,
        values: [id],
      });
    }
    return listed(altered);
  });
}

/** Throws `not-found`, and `malformed` for a client that has no secret. */
export async function giveSecret(
  db: Database,
  id: string,
): Promise<{ readonly client_id: string; readonly client_secret: string }> {
  const { secretHash } = await existing(db, id);
  if (secretHash === undefined) {
    throw malformed({
      en: 'This client has no secret: it is public, or signs with its own key.',
      zh: '该客户端没有密钥:它是公开客户端,或使用自己的密钥签名。',
    });
  }
  return { client_id: id, client_secret: await replaceSecret(db, id) };
}

async function existing(db: Database, id: string): Promise<OAuthClient> {
  const client = await findClient(db, id);
  if (client) return client;
  throw unknownRoute({ en: `There is no client '${id}'.`, zh: `没有客户端“${id}”。` });
}

/** Puts a client right, whatever its state. Throws `not-found`, `malformed`. Tokens follow in half a minute. */
export async function putRight(db: Database, id: string, body: unknown): Promise<ListedClient> {
  const corrected = await correctClient(db, id, correctionOf(body));
  return listed(corrected ?? (await existing(db, id)));
}

/**
 * What only an administrator says of a client: whose it is (`organization`), whether it works for everybody's data
 * (`county_wide`), in which roles of the access policy, and its scope. Throws `malformed`.
 */
export function correctionOf(body: unknown): ClientCorrection {
  const given = (body ?? {}) as Readonly<Record<string, unknown>>;
  const { organization, scope, county_wide: countyWide, roles } = given;
  if (organization !== undefined && !isOrganization(organization))
    throw wrong('organization', 'a reference: Organization/…', '引用:Organization/…');
  if (countyWide !== undefined && typeof countyWide !== 'boolean')
    throw wrong('county_wide', 'true or false', 'true 或 false');
  if (roles !== undefined && !isRoles(roles))
    throw wrong('roles', 'a list of roles of the access policy', '访问策略中角色的列表');
  if (scope !== undefined && (typeof scope !== 'string' || scope.trim() === ''))
    throw wrong('scope', 'SMART scopes, separated by spaces', '以空格分隔的 SMART 权限范围');
  for (const each of typeof scope === 'string' ? splitScopes(scope) : []) {
    const fault = registrableScope(each);
    if ('reason' in fault) throw malformed(fault.text, 'scope');
  }
  return { organization, scope, countyWide, roles } as ClientCorrection;
}

function isOrganization(value: unknown): boolean {
  return typeof value === 'string' && ORGANIZATION.test(value);
}

function isRoles(value: unknown): boolean {
  return Array.isArray(value) && value.every((role) => typeof role === 'string' && ROLE.test(role));
}

function wrong(member: string, en: string, zh: string): Error {
  return malformed({ en: `${member} must be ${en}.`, zh: `${member} 应为${zh}。` }, member);
}

function listed(client: OAuthClient): ListedClient {
  const { id, name, organization, scope, grantTypes, metadata, state, secretHash, created } = client;
  return {
    client_id: id,
    client_name: name,
    ...(organization === undefined ? {} : { organization }),
    scope,
    grant_types: grantTypes,
    ...metadata,
    county_wide: client.countyWide,
    roles: client.roles,
    state,
    has_secret: secretHash !== undefined,
    created: new Date(created).toISOString(),
  };
}
