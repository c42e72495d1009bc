/** The only elevation: the server reads what the caller's scopes do not name, for a reason that is said. */
import type { Ctx } from '../kernel/ctx.ts';
import { openAccess } from './decide.ts';

/**
 * The same request with the server's own access, for reading rules, catalogues and directories that an
 * answer rests on. Never to hand out or write patient data that the caller may not see or write.
 * `reason` stands in the code for whoever searches for the elevations.
 */
export function asSystem(ctx: Ctx, _reason: string): Ctx {
  return { ...ctx, access: openAccess() };
}
