/**
 * The scope `fhirUser` lets an app read the resource of who signed on, whatever else it may read.
 * https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#scopes-for-requesting-identity-data
 */
import type { Ctx } from '../kernel/ctx.ts';

/**
 * The context in which who signed on reads the own resource: what confines an app to another patient, or to a part of
 * a type, is not about that. Undefined for any other resource, and without the scope.
 */
export function forWhoSignedOn(ctx: Ctx, type: string, id: string): Ctx | undefined {
  const { access, actor } = ctx;
  if (actor.fhirUser !== `${type}/${id}`) return undefined;
  const scopes = access.scope.split(' ');
  if (!scopes.includes('openid') || !scopes.includes('fhirUser') || !access.reach) return undefined;
  const { patient: _, unconfined: __, narrow: ___, ...reach } = access.reach;
  return { ...ctx, access: { ...access, reach } };
}
