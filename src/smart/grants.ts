/** Grants: what one sign-on allows one client, and the launch context it is about. */
import { errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider';
import { PERSON_SCOPES, splitScopes } from '../access/scopes.ts';
import type { Db } from '../kernel/ctx.ts';
import { rememberedScopes } from './consents.ts';
import { contextOfRequest } from './context-of-request.ts';
import { keepContext, type LaunchContext, takeLaunch } from './launch.ts';
import { personOf } from './people.ts';

export type Grant = InstanceType<Provider['Grant']>;

export interface NewGrant {
  readonly account: string;
  readonly client: string;
  /** What the request asks for, after the client's registration had its say. */
  readonly asked: readonly string[];
  /** Those of it that the person allows. */
  readonly allowed: readonly string[];
  /** The resource as the request names it, which is this server's FHIR base. */
  readonly resources: readonly string[];
  readonly context: LaunchContext;
  /** The value of the EHR's launch, of an EHR launch. */
  readonly launch?: string;
}

/**
 * Makes a grant and takes the EHR's launch for it. Each sign-on has a grant of its own, for it has a launch context
 * of its own. Throws `invalid_request` when somebody took the launch before.
 */
export async function makeGrant(db: Db, provider: Provider, facts: NewGrant): Promise<Grant> {
  const { account, client, asked, allowed, resources, context, launch } = facts;
  if (launch !== undefined && !(await takeLaunch(db, launch)))
    throw new errors.InvalidRequest('the launch was used before');
  const grant = new provider.Grant({ accountId: account, clientId: client });
  const refused = asked.filter((scope) => !allowed.includes(scope));
  const signOn = (scopes: readonly string[]) =>
    scopes.filter((scope) => PERSON_SCOPES.includes(scope)).join(' ');
  // Scopes of sign-on are those of the resource as well, so that the token response names all that was granted.
  grant.addOIDCScope(signOn(allowed));
  grant.rejectOIDCScope(signOn(refused));
  for (const resource of resources) {
    grant.addResourceScope(resource, allowed.join(' '));
    grant.rejectResourceScope(resource, refused.join(' '));
  }
  await keepContext(db, await grant.save(), context);
  return grant;
}

/** The resources that an authorization request names. */
export function resourcesOf(params: { readonly resource?: unknown }): string[] {
  const { resource } = params;
  return Array.isArray(resource) ? resource.map(String) : [String(resource)];
}

/**
 * The grant of an authorization request: the one the person has just given; or one like they gave this client before,
 * when nothing has to be asked.
 */
export async function loadGrant(db: Db, ctx: KoaContextWithOIDC): Promise<Grant | undefined> {
  const { result, prompts, client, provider, session } = ctx.oidc;
  const params = ctx.oidc.params as { scope?: string; launch?: string; resource?: unknown; max_age?: number };
  const person = personOf(ctx.oidc.account);
  const given = result?.consent?.grantId;
  if (given !== undefined) return provider.Grant.find(given);
  if (!person || !client || prompts.has('consent')) return undefined;
  const signsOnAgain =
    prompts.has('login') || (params.max_age !== undefined && session?.past(params.max_age));
  if ((signsOnAgain && !result?.login) || client.applicationType === 'native') return undefined;
  const asked = splitScopes(params.scope ?? '');
  const remembered = await rememberedScopes(db, person.id, client.clientId);
  if (asked.length === 0 || !asked.every((scope) => remembered.has(scope))) return undefined;
  const { context, missing } = await contextOfRequest(db, ctx);
  if (missing.patient || missing.encounter) return undefined;
  return makeGrant(db, provider, {
    account: person.id,
    client: client.clientId,
    asked,
    allowed: asked,
    resources: resourcesOf(params),
    context,
    ...(asked.includes('launch') && params.launch !== undefined ? { launch: params.launch } : {}),
  });
}
