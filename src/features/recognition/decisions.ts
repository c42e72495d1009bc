/** Decisions there are, and writing some with their Provenance, all or nothing. */
import { asSystem } from '../../access/as-system.ts';
import { dispatchRead } from '../../interactions/dispatch.ts';
import type { Engine, FhirResource } from '../../interactions/engine.ts';
import type { Entry } from '../../interactions/entry.ts';
import { transaction } from '../../interactions/transaction.ts';
import { bodyOf } from '../../interactions/version-text.ts';
import type { Resource } from '../../kernel/contribution.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import { conflict, FhirError } from '../../kernel/fhir-error.ts';
import { type DecisionTask, type Matter, plainReference as plain } from './decision-records.ts';
import type { Looks } from './look.ts';
import { DECISION_CODE, TASK_CODE_SYSTEM } from './rules.ts';

/** A Task as stored. */
export interface StoredDecision {
  readonly task: DecisionTask;
  readonly version: number;
}

/** What was decided, offered or revoked about some results of a patient, by whomever. */
export async function decisionsAbout(
  { law }: Looks,
  patientId: string,
  results: readonly string[],
): Promise<StoredDecision[]> {
  if (results.length === 0) return [];
  const found = await law.search('Task', [
    ['patient', `Patient/${patientId}`],
    ['focus', results.join(',')],
    ['code', `${TASK_CODE_SYSTEM}|${DECISION_CODE}`],
  ]);
  return found.map(storedDecision);
}

export function storedDecision(resource: Resource): StoredDecision {
  const { versionId } = (resource.meta ?? {}) as { versionId?: string };
  return { task: resource as DecisionTask, version: Number(versionId) };
}

/** What there is about one matter: that which is open or stands, and how often it was decided and revoked before. */
export function formerOf(
  decisions: readonly StoredDecision[],
  matter: Matter,
  base: string,
): { readonly open?: StoredDecision; readonly standing?: StoredDecision; readonly generation: number } {
  const same = decisions.filter(
    ({ task }) =>
      plain(task.focus?.reference, base) === matter.result &&
      plain(task.basedOn?.[0]?.reference, base) === matter.order &&
      plain(task.encounter?.reference, base) === matter.encounter,
  );
  return {
    open: same.find(({ task }) => isOpen(task)),
    standing: same.find(({ task }) => stands(task)),
    generation: same.length,
  };
}

export function isOpen({ status }: Pick<DecisionTask, 'status'>): boolean {
  return status === 'draft' || status === 'requested' || status === 'in-progress';
}

export function stands({ status }: Pick<DecisionTask, 'status'>): boolean {
  return status === 'completed' || status === 'rejected';
}

/** Something to write: `over` is the version that it follows, none for what is new. */
export interface Draft {
  readonly resource: FhirResource;
  readonly over?: number;
}

/**
 * Writes drafts in one transaction; somebody who was faster is a conflict. The caller has shown the right to decide:
 * what goes along, a Provenance or an order to read images again, is written for the decision itself.
 */
export async function writeTogether(engine: Engine, ctx: Ctx, drafts: readonly Draft[]) {
  const entries = drafts.map(({ resource, over }, index): Entry => {
    const body = bodyOf(resource);
    const { resourceType: type, id } = resource;
    if (id === undefined) return { index, method: 'POST', path: [type], body };
    const condition = over === undefined ? { ifNoneMatch: '*' } : { ifMatch: String(over) };
    return { index, method: 'PUT', path: [type, id], body, ...condition };
  });
  const system = { ...asSystem(ctx, 'a decision carries its Provenance and what follows'), actor: ctx.actor };
  try {
    const results = await transaction(engine, system, entries, (c, db, entry) =>
      dispatchRead(engine, c, db, entry),
    );
    return results.map((r) => r.stored!);
  } catch (error) {
    if (!(error instanceof FhirError) || error.category !== 'precondition') throw error;
    throw conflict(
      {
        en: 'Somebody else decided about one of these results at the same moment. Read the decisions again.',
        zh: '其他人刚刚对其中某项结果作出了互认决定。请重新读取。',
      },
      { rule: 'recognition-decision-final' },
    );
  }
}
