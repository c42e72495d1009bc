/** A consent that is withdrawn: what rests on it and has not arrived ends, and its receiver reads nothing from then on. */
import type { Resource, WriteFacts } from '../../kernel/contribution.ts';
import type { Concept, Reference } from '../../kernel/elements.ts';
import type { Scene } from '../../kernel/workflow.ts';
import { recordsOf } from './belongs.ts';
import { endReason, inState } from './build.ts';
import { CONSENT, codeIn } from './codes.ts';
import type { Limits } from './limits.ts';
import { isDraft, stepOf } from './model.ts';
import {
  circumstancesOf,
  consentOf,
  exemptionTime,
  hasArrived,
  isRequest,
  type Request,
  stateOf,
} from './reading.ts';
import { currentTask } from './tasks.ts';

/** Whether a consent to a referral stops permitting. */
export function withdrawn({ before, after }: WriteFacts): boolean {
  return isForReferral(before) && permits(before) && !permits(after);
}

/** Whether the consent that a referral rests on permits nothing: withdrawn, or deleted. */
export async function isWithdrawnFrom(scene: Scene, request: Request): Promise<boolean> {
  const reference = consentOf(request);
  if (reference === undefined || exemptionTime(request) !== undefined) return false;
  return !permits(await scene.read(reference));
}

/**
 * What is with another institution and has not arrived is cancelled, a consultation at a distance until its opinion is
 * there; drafts wait for another consent.
 */
export async function endedByWithdrawal(
  scene: Scene,
  consent: Resource,
  limits: Limits,
): Promise<Resource[]> {
  const ended: Resource[] = [];
  for (const patient of await recordsOf(scene, (consent.patient as Reference | undefined)?.reference)) {
    const requests = await scene.search('ServiceRequest', [
      ['subject', patient],
      ['status', 'active'],
    ]);
    for (const request of requests.filter(isRequest)) {
      if (!(await isWithdrawnFrom(scene, request))) continue;
      const task = await currentTask(scene, `ServiceRequest/${request.id}`);
      const state = task && stateOf(task);
      if (!state || isDraft(state) || hasArrived(task)) continue;
      const step = stepOf(state, 'cancel', circumstancesOf(request));
      const statusReason = endReason('consent-withdrawn');
      if (step) ended.push(inState(task, step.to, scene.ctx, limits, { statusReason }));
    }
  }
  return ended;
}

function isForReferral(resource: Resource | undefined): resource is Resource {
  if (resource?.resourceType !== 'Consent') return false;
  return codeIn(CONSENT, ...((resource.category ?? []) as Concept[])) === 'referral';
}

function permits(consent: Resource | undefined): boolean {
  const provision = consent?.provision as { readonly type?: string } | undefined;
  return consent?.status === 'active' && provision?.type !== 'deny';
}
