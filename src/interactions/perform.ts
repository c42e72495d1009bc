/** A step of a workflow: looks, decides and writes in one transaction, as its operations do. */
import { actingFor } from '../access/acting.ts';
import { assertMayAll } from '../access/decide.ts';
import { answersFor, isPartyTo } from '../access/write-rule.ts';
import type { Resource } from '../kernel/contribution.ts';
import type { Ctx, Db } from '../kernel/ctx.ts';
import { notFound } from '../kernel/fhir-error.ts';
import type { Consequence, Scene } from '../kernel/workflow.ts';
import { readMany } from '../store/read.ts';
import { carryOut } from './consequences.ts';
import type { Engine } from './engine.ts';
import { assertMayWrite, mayNotWrite, type Prepared } from './prepare.ts';
import { sceneOn } from './scene.ts';
import { auditOf } from './write-along.ts';
import { inWriteTransaction } from './write-transaction.ts';

/** `writes` are the caller's own, and judged like any that it sends. */
export interface Step<T> extends Consequence {
  readonly answer: T;
  readonly shared?: Shared;
  /** What goes along by the workflow's own demand, after both: its trace. The caller needs no right of its own. */
  readonly along?: readonly Resource[];
}

/**
 * What a step writes, after its `writes`, for more than one side: a referral is the data of who asks and of who is
 * asked. The law of the workflow says who takes the step; the caller must be one of those.
 */
export interface Shared {
  readonly writes: readonly Resource[];
  /** `Organization/x`, `Patient/x`; absent: any institution that the caller acts for. */
  readonly by?: readonly string[];
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
    const { answer, issues, writes: own = [], shared, along = [] } = await step(sceneOn(engine, ctx, db));
    const taken = [...own, ...(shared?.writes ?? [])];
    assertMayAll(ctx, needsOf(taken));
    await assertSeen(db, taken);
    const judge = (change: Prepared, place: number) => {
      if (place < own.length) return ofCaller(ctx, change);
      return place < taken.length ? ofParty(ctx, change, shared?.by) : change;
    };
    const written = await carryOut(engine, ctx, db, { issues, writes: [...taken, ...along] }, 0, judge);
    const audits = auditOf(engine, ctx, 'operation', written);
    if (written.length > 0) await engine.writer.within(db, audits);
    return { answer, written, patients: audits.flatMap(({ patient }) => patient ?? []) };
  });
}

/** As if the caller had sent it. */
function ofCaller(ctx: Ctx, change: Prepared): Prepared {
  const { type, before, facts } = change;
  assertMayWrite(ctx, change, before && { ...before.stored, tokens: before.rows.tokens }, change.rows);
  const was = before && { marks: before.stored.marks, resource: facts.before };
  return { ...change, ...answersFor(ctx.access.reach, type, was, facts.after) };
}

function ofParty(ctx: Ctx, change: Prepared, by: readonly string[] | undefined): Prepared {
  const { reach } = ctx.access;
  const { type, id, rows, before } = change;
  const was = before && {
    type,
    id,
    patient: before.stored.patient,
    marks: new Set(before.stored.marks),
    tokens: before.rows.tokens,
  };
  if (reach && !isPartyTo(reach, by ?? actingFor(ctx), was, { ...rows, type, id })) throw mayNotWrite(type);
  return before ? change : { ...change, ...answersFor(reach, type) };
}

/** Whoever takes a step sees what it changes: what others keep from the caller is not there. */
async function assertSeen(db: Db, writes: readonly Resource[]): Promise<void> {
  if (!db.whole) return;
  const named = writes.flatMap(({ resourceType: type, id }) =>
    typeof id === 'string' ? [{ type, id }] : [],
  );
  const there = await readMany(db.whole, named);
  const seen = new Set((await readMany(db, named)).map(({ key }) => key));
  const hidden = there.find(({ key }) => !seen.has(key));
  if (hidden) throw notFound(hidden.type, hidden.id);
}

function needsOf(writes: readonly Resource[]) {
  return writes.map(({ resourceType: type, id }) => ({
    type,
    permission: id === undefined ? ('c' as const) : ('u' as const),
  }));
}
