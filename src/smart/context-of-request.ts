/** Which launch context an authorization request has, and what of it the person still has to choose. */
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { splitScopes } from '../access/scopes.ts';
import type { Db } from '../kernel/ctx.ts';
import { findLaunch, type LaunchContext, withBanner } from './launch.ts';
import { personOf } from './people.ts';

export interface RequestContext {
  readonly context: LaunchContext;
  /** What is asked for and not known yet. */
  readonly missing: { readonly patient: boolean; readonly encounter: boolean };
}

/** Whether scopes reach one patient only, who must be known then. */
function needsPatient(scopes: Iterable<string>): boolean {
  return [...scopes].some((scope) => scope === 'launch/patient' || scope.startsWith('patient/'));
}

/**
 * Of an EHR launch, what the EHR registered: a patient is chosen when `patient/` scopes need one that it did not name,
 * and the other launch scopes are hints. Standalone, what the scopes ask for. Throws `access_denied` for another
 * person than the one in front of the EHR.
 */
export async function contextOfRequest(db: Db, ctx: KoaContextWithOIDC): Promise<RequestContext> {
  const { params, result, client, account } = ctx.oidc;
  const { scope = '', launch } = params as { scope?: string; launch?: string };
  const scopes = splitScopes(scope);
  const chosen = (result?.launch ?? {}) as LaunchContext;
  if (!scopes.includes('launch') || launch === undefined) {
    const context = withBanner(chosen);
    const encounter = scopes.includes('launch/encounter') && context.encounter === undefined;
    // An encounter is chosen among those of a patient.
    const patient = (encounter || needsPatient(scopes)) && context.patient === undefined;
    return { context, missing: { patient, encounter } };
  }
  const registered = await findLaunch(db, launch, client!.clientId);
  if (!registered) throw new errors.InvalidRequest('the launch is over, or was used before');
  const person = personOf(account);
  if (registered.fhirUser !== undefined && person && person.fhirUser !== registered.fhirUser)
    throw new errors.AccessDenied('the launch is for another person than the one who signed in');
  const context = withBanner({ ...registered.context, ...chosen });
  const missing = scopes.some((each) => each.startsWith('patient/')) && context.patient === undefined;
  return { context, missing: { patient: missing, encounter: false } };
}
