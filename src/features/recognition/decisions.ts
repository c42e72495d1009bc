/** Decisions there are, about which matter. */
import type { Resource } from '../../kernel/contribution.ts';
import { type DecisionTask, type Matter, matterOf, nameOf } from './decision-records.ts';
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
  const wanted = nameOf(matter);
  const same = decisions.filter(({ task }) => nameOf(matterOf(task, base)) === wanted);
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
