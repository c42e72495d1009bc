/** What features change in a resource before it is stored, or refuse: what a pure rule cannot know. */
import { wholeOf } from '../db/reader.ts';
import type { Ctx, Db } from '../kernel/ctx.ts';
import type { Issue } from '../kernel/issue.ts';
import type { Body, Engine } from './engine.ts';

export interface AmendMore {
  readonly db?: Db;
  readonly id?: string;
  readonly written?: ReadonlySet<string>;
}

export interface Amended {
  readonly body: Body;
  /** Warnings to tell: what was changed, and why. */
  readonly issues: readonly Issue[];
}

/**
 * What features see of a resource before it is validated. What is so wrong that they cannot read it, validation
 * refuses.
 */
export function readable<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/**
 * `id`: of what is written over. `written`: `Type/id` of what the same transaction writes. Throws what refuses the
 * resource.
 */
export async function amended(engine: Engine, ctx: Ctx, body: Body, more: AmendMore = {}): Promise<Amended> {
  let now: Amended = { body, issues: [] };
  for (const amendment of engine.amendments) {
    if (!readable(() => amendment.concerns(now.body.resource))) continue;
    const { db = engine.database, id, written } = more;
    // What decides is what there is, not what the caller sees of it.
    const change = await amendment.amend({ ctx, db: wholeOf(db), id, written, ...now.body });
    if (!change) continue;
    const resource = JSON.parse(change.text) as Body['resource'];
    now = { body: { text: change.text, resource }, issues: [...now.issues, ...change.issues] };
  }
  return now;
}
