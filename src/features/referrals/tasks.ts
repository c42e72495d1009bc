/** The tasks and appointments of a request, as they are in the transaction. */
import type { Resource } from '../../kernel/contribution.ts';
import type { Scene } from '../../kernel/workflow.ts';
import { FOLLOW_UP_TASK, TASK_CODE } from './codes.ts';
import { isUnderWay } from './model.ts';
import { isReferralTask, isRequest, type Request, stateOf, type Task } from './reading.ts';

/** All tasks that brought a request along, the oldest first. */
export async function tasksOf(scene: Scene, request: string): Promise<Task[]> {
  const found = await scene.search('Task', [
    ['focus', request],
    ['code', `${TASK_CODE}|referral`],
  ]);
  return found.filter(isReferralTask).sort((a, b) => begun(a) - begun(b));
}

function begun(task: Task): number {
  return Date.parse((task.authoredOn as string | undefined) ?? '') || 0;
}

/** The task that decides: the one that is under way, else the last. */
export async function currentTask(scene: Scene, request: string): Promise<Task | undefined> {
  const tasks = await tasksOf(scene, request);
  return tasks.find((t) => isUnderWay(stateOf(t) ?? 'draft')) ?? tasks.at(-1);
}

export async function requestOf(scene: Scene, task: Task): Promise<Request | undefined> {
  const found = await scene.read(task.focus?.reference);
  return isRequest(found) ? found : undefined;
}

/** Down-referrals and the like: requests that continue this one. */
export async function continuations(scene: Scene, request: Request): Promise<Request[]> {
  const found = await scene.search('ServiceRequest', [['based-on', `ServiceRequest/${request.id}`]]);
  return found.filter(isRequest).filter((r) => r.status !== 'revoked' && r.status !== 'entered-in-error');
}

export async function followUpsOf(scene: Scene, request: string): Promise<Task[]> {
  const found = await scene.search('Task', [
    ['focus', request],
    ['code', `${FOLLOW_UP_TASK}|referral-follow-up`],
  ]);
  return found as Task[];
}

const OPEN = ['draft', 'requested', 'received', 'accepted', 'ready', 'in-progress', 'on-hold'];

export function isOpen(task: Task): boolean {
  return OPEN.includes(task.status ?? '');
}

/** Appointments of a request in one of some states. */
export function appointmentsOf(scene: Scene, request: string, status: string): Promise<Resource[]> {
  return scene.search('Appointment', [
    ['based-on', request],
    ['status', status],
  ]);
}
