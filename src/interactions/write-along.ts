/** Writes changes in a transaction, with all that goes along, and one entry of the audit log for all of it. */
import { type AuditedInteraction, auditEntry } from '../audit/audit-entry.ts';
import type { Ctx, Db } from '../kernel/ctx.ts';
import type { Change } from '../store/change.ts';
import { consequencesOf, hasConsequences } from './consequences.ts';
import type { Engine } from './engine.ts';
import { patientsOf } from './patients.ts';
import type { Prepared } from './prepare.ts';

/** An AuditEvent that lists thousands of entities serves nobody; the patients are always all named. */
export const MAX_AUDITED_TARGETS = 100;

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
    await engine.writer.within(db, [...changes, ...beside, auditOf(engine, ctx, interaction, changes)]);
    return [];
  }
  await engine.writer.within(db, [...changes, ...beside]);
  const along = await consequencesOf(engine, ctx, db, changes);
  await engine.writer.within(db, [auditOf(engine, ctx, interaction, [...changes, ...along])]);
  return along;
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
) {
  return auditEntry(ctx, {
    interaction,
    targets: changes.slice(0, MAX_AUDITED_TARGETS).map((c) => `${c.type}/${c.id}`),
    patients: patientsOf(engine, ctx, changes),
  });
}
