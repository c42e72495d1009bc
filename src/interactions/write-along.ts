/** Writes changes in a transaction, with all that goes along, and the entries of the audit log for all of it. */
import { type AuditEntry, type AuditedInteraction, auditEntries } from '../audit/audit-entry.ts';
import { wholeOf } from '../db/reader.ts';
import type { Resource } from '../kernel/contribution.ts';
import type { Ctx, Db } from '../kernel/ctx.ts';
import type { Change } from '../store/change.ts';
import { lockMany, lockTexts } from '../store/read.ts';
import { consequencesOf, hasConsequences, isSettled } from './consequences.ts';
import type { Engine } from './engine.ts';
import { subjectsOf } from './patients.ts';
import type { Prepared } from './prepare.ts';

/** `beside`: what is written with the changes and has no consequences. Answers what the workflows wrote along. */
export async function writeAlong(
  engine: Engine,
  ctx: Ctx,
  db: Db,
  interaction: AuditedInteraction,
  changes: readonly Prepared[],
  beside: readonly Change[] = [],
): Promise<readonly Prepared[]> {
  if (!changes.some((c) => hasConsequences(engine, c))) {
    await engine.writer.within(db, [...changes, ...beside, ...auditOf(engine, ctx, interaction, changes)]);
    return [];
  }
  await engine.writer.within(db, [...changes, ...beside]);
  const along = await consequencesOf(engine, ctx, db, changes);
  await engine.writer.within(db, auditOf(engine, ctx, interaction, [...changes, ...along]));
  return along;
}

/**
 * Follows up a change that was settled before its commit, if it is not so after it: of two that are written at once
 * each may have seen nothing of the other. Answers what was written along.
 */
export async function settle(
  engine: Engine,
  ctx: Ctx,
  interaction: AuditedInteraction,
  change: Prepared,
): Promise<readonly Prepared[]> {
  if (!hasConsequences(engine, change) || (await isSettled(engine, ctx, change, 'after'))) return [];
  return engine.database.tx(async (db) => {
    // Those that met settle one after the other: each is to change what another has locked.
    await lockTexts(db, ['settle']);
    const [now] = await lockMany(wholeOf(db), [change]);
    if (!now?.content) return [];
    // Whoever has changed it since has seen no more than this change did.
    const after = JSON.parse(now.content) as Resource;
    const along = await consequencesOf(engine, ctx, db, [{ ...change, facts: { ...change.facts, after } }]);
    await engine.writer.within(db, auditOf(engine, ctx, interaction, along));
    return along;
  });
}

/** The version that is the current one once a workflow has written along. */
export function lastOf<C extends Pick<Change, 'type' | 'id'>>(change: C, along: readonly C[]): C {
  return along.findLast((a) => a.type === change.type && a.id === change.id) ?? change;
}

/** What was written, and whose it is. */
export function auditOf(
  engine: Engine,
  ctx: Ctx,
  interaction: AuditedInteraction,
  changes: readonly Change[],
): AuditEntry[] {
  return auditEntries(ctx, { interaction, subjects: subjectsOf(engine, ctx, changes) });
}
