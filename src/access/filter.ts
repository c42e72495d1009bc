/** Which resources may appear in an answer that gathers many: searches, included resources, histories. */
import type { Access, Permission } from '../kernel/ctx.ts';
import { may } from './decide.ts';

/**
 * Of these types, those the actor may be shown, in the order given. What gathers resources by itself (a
 * search or history across types, `_revinclude`) needs `s`; what follows a reference that the actor
 * already holds (`_include`) may ask for `r` instead.
 */
export function readableTypes(
  access: Access,
  types: readonly string[],
  permission: Extract<Permission, 'r' | 's'> = 's',
): string[] {
  return types.filter((type) => may(access, type, permission));
}
