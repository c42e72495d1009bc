/** The law of the request: complete when another institution is to act on it, and in step with its task. */
import { isDeepStrictEqual } from 'node:util';
import type { Resource, WriteFacts } from '../../kernel/contribution.ts';
import type { Issue } from '../../kernel/issue.ts';
import type { Consequence, Deadline, Scene } from '../../kernel/workflow.ts';
import { asRequested, endReason, inState, newTask } from './build.ts';
import { missingOf } from './completeness.ts';
import { escalationsDone } from './escalation.ts';
import type { Limits } from './limits.ts';
import { isBeforeArrival, requestStatusOf, type State, stepOf, taskStatusOf } from './model.ts';
import { needsAll, recordNeeds, requestNeeds } from './needs.ts';
import { assertNoOpenDraft } from './open-draft.ts';
import { institutionOf, institutionsOf } from './parties.ts';
import {
  circumstancesOf,
  consentOf,
  directionOf,
  exemptionTime,
  isRequest,
  type Request,
  stateOf,
  type Task,
} from './reading.ts';
import { assertSide } from './task-law.ts';
import { currentTask } from './tasks.ts';
import { firstOwner } from './way-back.ts';
import { broken } from './words.ts';

/** What a request is about; it stays once others have it. */
const SETTLED = ['subject', 'code', 'requester', 'basedOn', 'intent'] as const;

/** Consent and record of an emergency are completed afterwards. */
export function requestDeadlines(limits: Limits, request: Request): Deadline[] {
  const at = exemptionTime(request);
  if (at === undefined || request.status !== 'active' || missingOf(request, false).length === 0) return [];
  return [{ name: 'emergency-record', at: at + limits.step('emergency-record') }];
}

export async function followRequest(scene: Scene, facts: WriteFacts, limits: Limits): Promise<Consequence> {
  const before = isRequest(facts.before) ? facts.before : undefined;
  const others = before !== undefined && before.status !== 'draft';
  if (!isRequest(facts.after)) return { issues: others ? [gone()] : [] };
  const after = facts.after;
  if (!before) await assertNoOpenDraft(scene, after);
  const changed = others ? SETTLED.filter((name) => !isDeepStrictEqual(before[name], after[name])) : [];
  if (changed.length > 0) return { issues: changed.map(final) };
  const task = await currentTask(scene, `ServiceRequest/${after.id}`);
  if (!task) return withoutTask(scene, after, limits);
  const state = stateOf(task);
  if (!state) return {};
  if (before && others && directionOf(before) !== directionOf(after)) return { issues: [final('extension')] };
  if (before && isTaken(state) && (await movesAway(scene, before, after))) {
    return { issues: [handedOn(`Task/${task.id}`, state)] };
  }
  if (after.status === requestStatusOf(state)) {
    const issues = needsAll(state) ? await needsIn(scene, before, after, state) : [];
    return { issues, writes: await recordSettled(scene, after) };
  }
  return stepThroughRequest(scene, after, task, limits);
}

/** That the record of an emergency is overdue is over when it is complete, or the referral has ended. */
async function recordSettled(scene: Scene, request: Request): Promise<Resource[]> {
  if (exemptionTime(request) === undefined) return [];
  if (request.status === 'active' && missingOf(request, false).length > 0) return [];
  return escalationsDone(scene, `ServiceRequest/${request.id}`);
}

/** The consent is looked at until the arrival, and when another takes its place. */
function needsIn(scene: Scene, before: Request | undefined, after: Request, state: State): Promise<Issue[]> {
  const asked = isBeforeArrival(state) || !before || consentOf(before) !== consentOf(after);
  const shared = before?.status === 'draft' ? undefined : before;
  return asked ? requestNeeds(scene, after, shared) : recordNeeds(scene, after, shared);
}

/** Taken by the receiver: from the acceptance to the end. */
function isTaken(state: State): boolean {
  return ['accepted', 'in-progress', 'completed'].includes(taskStatusOf(state));
}

/** Whether another institution is asked than before; a department or a doctor of it may be added. */
async function movesAway(scene: Scene, before: Request, after: Request): Promise<boolean> {
  if (isDeepStrictEqual(before.performer, after.performer)) return false;
  const was = await institutionsOf(scene, before.performer ?? []);
  const is = await institutionsOf(scene, after.performer ?? []);
  return was.length !== is.length || is.some((institution) => !was.includes(institution));
}

function handedOn(task: string, state: State): Issue {
  return broken(
    { rule: 'referral-history-final', expression: 'ServiceRequest.performer' },
    {
      en: `${task} is in state ${state}: the institution that took the referral stays. Before the arrival: POST ${task}/$redirect gives it to another.`,
      zh: `${task} 当前状态为 ${state}:已受理的转入机构不可更换。到诊前可用 POST ${task}/$redirect 改派。`,
    },
  );
}

/** Active means submitted: its task is made. */
async function withoutTask(scene: Scene, request: Request, limits: Limits): Promise<Consequence> {
  const { status } = request;
  if (status === 'draft' || status === 'revoked' || status === 'entered-in-error') return {};
  if (status !== 'active') return { issues: [outOfStep(status, 'draft, active')] };
  await assertSide(scene, request, { event: 'submit', by: ['requesting'] });
  const issues = await requestNeeds(scene, request);
  if (issues.length > 0) return { issues };
  const owner = await firstOwner(scene, request);
  const requester = await institutionOf(scene, request.requester?.reference);
  return { writes: [newTask(request, 'submitted', { owner, requester }, scene.ctx, limits)] };
}

/** The two steps that a status of the request can mean: submitted, or withdrawn. */
async function stepThroughRequest(
  scene: Scene,
  request: Request,
  task: Task,
  limits: Limits,
): Promise<Consequence> {
  const state = stateOf(task)!;
  const event = request.status === 'active' ? 'submit' : request.status === 'revoked' ? 'cancel' : undefined;
  const step = event && stepOf(state, event, circumstancesOf(request));
  if (!step) return { issues: [outOfStep(request.status, requestStatusOf(state), `Task/${task.id}`, state)] };
  await assertSide(scene, request, step);
  const change =
    event === 'submit'
      ? { owner: await firstOwner(scene, request) }
      : { statusReason: endReason('withdrawn', '撤回转诊申请') };
  const there = event === 'submit' ? asRequested(task, request) : task;
  return { writes: [inState(there, step.to, scene.ctx, limits, change) as Resource] };
}

function outOfStep(status: string | undefined, wanted: string, task?: string, state?: string): Issue {
  return broken(
    { rule: 'referral-status-follows-task', expression: 'ServiceRequest.status' },
    {
      en: task
        ? `${task} is in state ${state}, so the status is ${wanted}, not '${status}'. Change the task, and the request follows.`
        : `A referral without task is ${wanted}, not '${status}'.`,
      zh: task
        ? `${task} 当前状态为 ${state},申请状态应为 ${wanted},而不是“${status}”。请变更任务,申请随之变更。`
        : `尚无处理任务的转诊,状态应为 ${wanted},而不是“${status}”。`,
    },
  );
}

function final(name: string): Issue {
  return broken(
    { rule: 'referral-history-final', expression: `ServiceRequest.${name}` },
    {
      en: `${name} of a referral that was submitted stays as it is: cancel it, and make another.`,
      zh: `已提交转诊的 ${name} 不可更改:请取消后重新申请。`,
    },
  );
}

function gone(): Issue {
  return broken(
    { rule: 'referral-history-final', expression: 'ServiceRequest' },
    {
      en: 'A referral that was submitted is not deleted, nor made something else: cancel its task ($cancel).',
      zh: '已提交的转诊不能删除或改作他用:请取消其任务($cancel)。',
    },
  );
}
