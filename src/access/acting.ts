/** For whom somebody acts: an institution takes the steps of a workflow that are its own, whatever it sees of others. */
import type { Ctx, Permission } from '../kernel/ctx.ts';
import { may } from './decide.ts';

const EVERYTHING: readonly Permission[] = ['c', 'r', 'u', 'd', 's'];

/**
 * The institutions that the caller acts for, `Organization/x`: those of a person's posts, whatever the client; else
 * that of the client.
 */
export function actingFor({ access: { reach }, actor }: Pick<Ctx, 'access' | 'actor'>): readonly string[] {
  if (reach && !reach.writes.includes('all')) {
    return [...new Set(reach.writes.flatMap((h) => /^(?:[A-Z]\w+ )?o:(.+)$/.exec(h)?.[1] ?? []))].map(
      (id) => `Organization/${id}`,
    );
  }
  return actor.organization === undefined ? [] : [actor.organization];
}

/** Whoever may do everything administers the community, and acts for anybody; so does the server itself. */
export function actsForAnybody({ access }: Pick<Ctx, 'access'>): boolean {
  return !access.reach && EVERYTHING.every((permission) => may(access, '*', permission));
}

/** Whether the caller acts for one of some parties: `Organization/x`. */
export function actsForOneOf(
  ctx: Pick<Ctx, 'access' | 'actor'>,
  parties: readonly (string | undefined)[],
): boolean {
  return actsForAnybody(ctx) || actingFor(ctx).some((institution) => parties.includes(institution));
}
