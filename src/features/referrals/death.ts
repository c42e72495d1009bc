/** Who has died is awaited nowhere: what was on its way ends, and its appointments with it. */
import type { Resource, WriteFacts } from '../../kernel/contribution.ts';
import type { Scene } from '../../kernel/workflow.ts';
import { endReason, inState } from './build.ts';
import type { Limits } from './limits.ts';
import { stepOf } from './model.ts';
import { circumstancesOf, hasArrived, hasDied, isRequest, stateOf } from './reading.ts';
import { currentTask } from './tasks.ts';

export function died({ before, after }: WriteFacts): boolean {
  return after?.resourceType === 'Patient' && hasDied(after) && !hasDied(before);
}

/** Whoever has arrived is discharged and closed by whom treats; everything before the arrival is cancelled. */
export async function endedByDeath(scene: Scene, patient: Resource, limits: Limits): Promise<Resource[]> {
  const requests = await scene.search('ServiceRequest', [
    ['subject', `Patient/${patient.id}`],
    ['status', 'draft,active,on-hold'],
  ]);
  const ended: Resource[] = [];
  for (const request of requests.filter(isRequest)) {
    const current = await currentTask(scene, `ServiceRequest/${request.id}`);
    const state = current && stateOf(current);
    const step = state && stepOf(state, 'cancel', circumstancesOf(request));
    if (!current || !step || hasArrived(current)) continue;
    ended.push(inState(current, step.to, scene.ctx, limits, { statusReason: endReason('died') }));
  }
  return ended;
}
