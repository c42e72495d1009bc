/** A step of a workflow: looks, decides and writes in one transaction, as its operations do. */
import { assertMayAll } from '../access/decide.ts';
import type { Resource } from '../kernel/contribution.ts';
import type { Ctx } from '../kernel/ctx.ts';
import type { Consequence, Scene } from '../kernel/workflow.ts';
import { carryOut } from './consequences.ts';
import type { Engine } from './engine.ts';
import type { Prepared } from './prepare.ts';
import { sceneOn } from './scene.ts';
import { auditOf } from './write-along.ts';
import { inWriteTransaction } from './write-transaction.ts';

export interface Step<T> extends Consequence {
  readonly answer: T;
}

export interface Performed<T> {
  readonly answer: T;
  /** All that was written, in order, what the workflows wrote along included. */
  readonly written: readonly Prepared[];
  /** Whose it is, for the audit: `OperationAnswer.patients`. */
  readonly patients: readonly string[];
}

/**
 * Runs `step` in a transaction and writes what it wants written, with all consequences; run again whole when it met
 * a deadlock or another client's new resource. The caller needs the permission for each resource that the step
 * itself writes: `u` for what has an id, `c` for what has none. Throws what refuses it; nothing is stored then.
 */
export async function perform<T>(
  engine: Engine,
  ctx: Ctx,
  step: (scene: Scene) => Promise<Step<T>>,
): Promise<Performed<T>> {
  return inWriteTransaction(engine.database, async (db) => {
    const { answer, ...consequence } = await step(sceneOn(engine, ctx, db));
    assertMayAll(ctx, needsOf(consequence.writes ?? []));
    const written = await carryOut(engine, ctx, db, consequence);
    const audits = auditOf(engine, ctx, 'operation', written);
    if (written.length > 0) await engine.writer.within(db, audits);
    return { answer, written, patients: audits.flatMap(({ patient }) => patient ?? []) };
  });
}

function needsOf(writes: readonly Resource[]) {
  return writes.map(({ resourceType: type, id }) => ({
    type,
    permission: id === undefined ? ('c' as const) : ('u' as const),
  }));
}
