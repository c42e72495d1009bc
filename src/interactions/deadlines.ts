/** What falls due on resources while nobody writes: each deadline once in effect, whatever dies meanwhile. */
import type { Resource } from '../kernel/contribution.ts';
import type { Ctx } from '../kernel/ctx.ts';
import { localReference } from '../kernel/ids.ts';
import {
  type DueDeadline,
  dueDeadlines,
  fireDeadline,
  nextDeadline,
  postponeDeadline,
} from '../store/deadlines.ts';
import { lockMany } from '../store/read.ts';
import { carryOut } from './consequences.ts';
import type { Engine } from './engine.ts';
import { sceneOn } from './scene.ts';
import { auditOf } from './write-along.ts';

/** Deadlines that are looked up at once. */
const SLICE = 50;

export interface Fire {
  readonly engine: Engine;
  /** The server itself, at an instant. */
  readonly contextAt: (now: Date) => Ctx;
  /** Told of a deadline that failed; it is tried again later. */
  readonly onError: (error: unknown, deadline: DueDeadline) => void;
}

/** Deals with all that has fallen due by `now`, earliest first. Answers how many it dealt with. */
export async function fireDue(fire: Fire, now: Date): Promise<number> {
  const { database } = fire.engine;
  for (let fired = 0; ; ) {
    const due = await dueDeadlines(database, now, SLICE);
    if (due.length === 0) return fired;
    for (const deadline of due) {
      try {
        if (await fireOne(fire, deadline, now)) fired++;
      } catch (error) {
        fire.onError(error, deadline);
        await postponeDeadline(database, deadline);
      }
    }
  }
}

/** When the next thing falls due, up to an instant. */
export function nextDue({ engine }: Fire, until: Date): Promise<Date | undefined> {
  return nextDeadline(engine.database, until);
}

/**
 * False when somebody else was faster, or the resource changed meanwhile. The deadline is marked in the transaction
 * that writes what follows from it.
 */
async function fireOne({ engine, contextAt }: Fire, deadline: DueDeadline, now: Date): Promise<boolean> {
  const ctx = contextAt(now);
  return engine.database.tx(async (db) => {
    const [stored] = await lockMany(db, [localReference(deadline.holder)!]);
    if (!(await fireDeadline(db, deadline, now))) return false;
    if (!stored?.content) return true;
    const resource = JSON.parse(stored.content) as Resource;
    for (const workflow of engine.workflows) {
      const own = await workflow.deadlines?.(resource, stored.updated, db);
      if (!workflow.due || !own?.some((d) => d.name === deadline.name)) continue;
      const consequence = await workflow.due(sceneOn(engine, ctx, db), resource, deadline.name);
      const written = await carryOut(engine, ctx, db, consequence);
      if (written.length > 0) await engine.writer.within(db, auditOf(engine, ctx, 'operation', written));
    }
    return true;
  });
}
