/** The law of the coordinating task: what may follow upon what, and what is written along. */
import { isDeepStrictEqual } from 'node:util';
import type { WriteFacts } from '../../kernel/contribution.ts';
import { conflict, ruleBroken } from '../../kernel/fhir-error.ts';
import type { Issue } from '../../kernel/issue.ts';
import type { Claim, Consequence, Scene } from '../../kernel/workflow.ts';
import { STATE } from './codes.ts';
import { followsFrom } from './follows.ts';
import type { Limits } from './limits.ts';
import {
  type Circumstances,
  isDraft,
  isFailed,
  isUnderWay,
  mayBegin,
  STATES,
  type State,
  type Step,
  stepsFrom,
  stepTo,
  taskStatusOf,
} from './model.ts';
import { taskNeeds } from './needs.ts';
import { centreOf, institutionOf, institutionsOf, sidesOf } from './parties.ts';
import {
  circumstancesOf,
  directionOf,
  hasDied,
  isReferralTask,
  isRequest,
  plain,
  type Request,
  stateOf,
  stateTimes,
  type Task,
} from './reading.ts';
import { ownerIn, recordedStep } from './recorded.ts';
import { documentIssues } from './shown.ts';
import { currentTask, tasksOf } from './tasks.ts';
import { isWithdrawnFrom } from './withdrawal.ts';
import { broken, illegal, notYours, overtaken } from './words.ts';

/** What a task is about; it stays. */
const SETTLED = ['focus', 'for', 'code', 'requester', 'intent'] as const;

/** Of one request, one task at a time is under way. */
export function taskClaims(task: Task): readonly Claim[] {
  const state = stateOf(task);
  const request = /ServiceRequest\/[A-Za-z0-9\-.]+/.exec(task.focus?.reference ?? '')?.[0];
  if (!state || !isUnderWay(state) || request === undefined) return [];
  return [
    {
      name: `referral-task:${request}`,
      taken: (holder) =>
        broken(
          { rule: 'referral-task-taken', expression: 'Task.focus' },
          {
            en: `${request} is brought along by ${holder} already. Go on with that task, or end it first.`,
            zh: `${request} 已由 ${holder} 处理。请继续该任务,或先将其终止。`,
          },
        ),
    },
  ];
}

export async function followTask(scene: Scene, facts: WriteFacts, limits: Limits): Promise<Consequence> {
  const before = isReferralTask(facts.before) ? facts.before : undefined;
  if (!isReferralTask(facts.after)) return { issues: before ? goneIssues(before) : [] };
  const after = facts.after;
  const state = stateOf(after);
  if (!state) return { issues: [stateless()] };
  const found = await scene.lock(after.focus?.reference);
  if (!isRequest(found)) return { issues: [requestless(after)] };
  const shape = shapeIssues(after, state, found, scene.ctx.base);
  if (shape.length > 0) return { issues: shape };
  const from = before && stateOf(before);
  const documents = await documentIssues(scene, before, after);
  if (before && from === state) {
    return { issues: [...documents, ...(await sameStateIssues(scene, before, after, found))] };
  }
  await assertLegal(scene, before, after, found);
  if (documents.length > 0) return { issues: documents };
  const issues = [
    ...(before ? historyIssues(before, after) : []),
    ...(await ownerIssues(scene, after, found, state)),
    ...(await taskNeeds(scene, after, found, state)),
  ];
  if (issues.length > 0) return { issues };
  const entered = { task: after, request: found, from, state };
  const own = await recordedStep(scene, limits, { before, ...entered });
  return { writes: [...own, ...(await followsFrom(scene, limits, entered))] };
}

/** Throws when the table does not know the step (422; 409 for who has an older copy), or it is somebody else's (403). */
async function assertLegal(
  scene: Scene,
  before: Task | undefined,
  after: Task,
  request: Request,
): Promise<void> {
  const state = stateOf(after)!;
  const circumstances = circumstancesOf(request);
  const from = before && stateOf(before);
  if (!before || !from) return assertMayBegin(scene, after, request, state, circumstances);
  const step = stepTo(from, state, circumstances);
  if (step && isFailed(from)) await assertLast(scene, before, request);
  if (step?.event === 'cancel' && (await endsByItself(scene, request))) return;
  if (step) return assertSide(scene, request, step);
  if (isOlderCopy(before, after)) throw overtaken(from, state, circumstances);
  throw ruleBroken([illegal(from, state, circumstances)]);
}

/** Whoever records a death, or the end of a consent, ends with it what was on its way. */
async function endsByItself(scene: Scene, request: Request): Promise<boolean> {
  return hasDied(await scene.read(request.subject?.reference)) || isWithdrawnFrom(scene, request);
}

async function assertMayBegin(
  scene: Scene,
  task: Task,
  request: Request,
  state: State,
  circumstances: Circumstances,
): Promise<void> {
  const others = (await tasksOf(scene, `ServiceRequest/${request.id}`)).filter((t) => t.id !== task.id);
  if (!mayBegin(state, others.length > 0)) throw ruleBroken([illegal('draft', state, circumstances)]);
  const by = others.length > 0 ? (['requesting', 'centre', 'receiving'] as const) : (['requesting'] as const);
  await assertSide(scene, request, { event: 'submit', by });
}

/** A task that was handed on has a successor, which is the one to go on with. */
export async function assertLast(scene: Scene, task: Task, request: Request): Promise<void> {
  const current = await currentTask(scene, `ServiceRequest/${request.id}`);
  if (!current || current.id === task.id) return;
  throw conflict(
    {
      en: `This referral was handed on already: go on with Task/${current.id}.`,
      zh: `该转诊已改派:请在 Task/${current.id} 上继续。`,
    },
    { expression: 'Task.output', rule: 'referral-task-taken' },
  );
}

/** Throws `forbidden` unless the actor acts for a side that the step belongs to. */
export async function assertSide(
  scene: Scene,
  request: Request,
  step: Pick<Step, 'event' | 'by'>,
): Promise<void> {
  const sides = await sidesOf(scene, request);
  if (!step.by.some((side) => sides.has(side))) throw notYours(step);
}

/** A copy from before a step that has been recorded since. */
function isOlderCopy(before: Task, after: Task): boolean {
  return stateTimes(after).length < stateTimes(before).length;
}

function shapeIssues(task: Task, state: State, request: Request, base: string): Issue[] {
  const issues: Issue[] = [];
  if (task.status !== taskStatusOf(state)) {
    issues.push(
      broken(
        { rule: 'referral-state-contradicts', expression: 'Task.status' },
        {
          en: `The state ${state} goes with Task.status ${taskStatusOf(state)}, not '${task.status}'.`,
          zh: `状态 ${state} 对应 Task.status ${taskStatusOf(state)},而不是“${task.status}”。`,
        },
      ),
    );
  }
  if (plain(task.for?.reference, base) !== plain(request.subject?.reference, base)) {
    issues.push(
      broken(
        { rule: 'referral-request-missing', expression: 'Task.for' },
        {
          en: `The task is for ${task.for?.reference ?? 'nobody'}, but its request for ${request.subject?.reference}.`,
          zh: `任务的居民为 ${task.for?.reference ?? '(缺失)'},而转诊申请的居民为 ${request.subject?.reference}。`,
        },
      ),
    );
  }
  if (directionOf(task) !== directionOf(request)) {
    issues.push(
      broken(
        { rule: 'referral-request-missing', expression: 'Task.extension' },
        {
          en: `The direction of the task is that of its request: ${directionOf(request)} (extension referral-direction).`,
          zh: `任务的转诊方向应与申请一致:${directionOf(request)}(扩展 referral-direction)。`,
        },
      ),
    );
  }
  return issues;
}

/** From acceptance on the owner reads the record: somebody who was asked, or the centre. */
async function ownerIssues(scene: Scene, task: Task, request: Request, state: State): Promise<Issue[]> {
  if (!['accepted', 'in-progress'].includes(taskStatusOf(state))) return [];
  const owner = await institutionOf(scene, task.owner?.reference);
  const asked = await institutionsOf(scene, request.performer ?? []);
  if (owner === undefined || asked.includes(owner)) return [];
  const centre = await centreOf(scene, await institutionOf(scene, request.requester?.reference));
  if (owner === centre) return [];
  return [
    broken(
      { rule: 'referral-owner-elsewhere', expression: 'Task.owner' },
      {
        en: `This referral is addressed to ${asked.join(', ')}; ${owner} was not asked. To give it to another institution: $redirect.`,
        zh: `该转诊的转入机构为 ${asked.join('、')},不是 ${owner}。改派其他机构请用 $redirect。`,
      },
    ),
  ];
}

async function sameStateIssues(scene: Scene, before: Task, after: Task, request: Request): Promise<Issue[]> {
  const was = await institutionOf(scene, before.owner?.reference);
  const is = await institutionOf(scene, after.owner?.reference);
  if (was !== is && is !== (await institutionOf(scene, await ownerIn(scene, stateOf(after)!, request)))) {
    throw conflict(
      {
        en: `This referral is with ${was} and stays there; to give it to another institution: $redirect.`,
        zh: `该转诊由 ${was} 处理,不能直接更换机构;改派请用 $redirect。`,
      },
      { expression: 'Task.owner', rule: 'referral-history-final' },
    );
  }
  if (!isDeepStrictEqual(before.output, after.output)) await assertRecorder(scene, before, request);
  return [
    ...historyIssues(before, after),
    ...(isDeepStrictEqual(before.statusReason, after.statusReason) ? [] : [final('statusReason')]),
  ];
}

/** What came of a state is recorded by whoever goes on from there; of one that has ended, by all who took part. */
async function assertRecorder(scene: Scene, task: Task, request: Request): Promise<void> {
  const steps = stepsFrom(stateOf(task)!, circumstancesOf(request)).filter((s) => s.event !== 'cancel');
  const next = [...new Set(steps.flatMap((s) => s.by))].filter((side) => side !== 'timer');
  const by = next.length > 0 ? next : (['requesting', 'centre', 'receiving'] as const);
  await assertSide(scene, request, { event: steps[0]?.event ?? 'close', by });
}

/** What was recorded stays: what it is about, the times of its states, what came of it. */
function historyIssues(before: Task, after: Task): Issue[] {
  const changed: string[] = SETTLED.filter((name) => !isDeepStrictEqual(before[name], after[name]));
  const lost = (name: 'extension' | 'output' | 'note') =>
    ((before[name] ?? []) as unknown[]).some(
      (item) => !((after[name] ?? []) as unknown[]).some((other) => isDeepStrictEqual(item, other)),
    );
  const draft = isDraft(stateOf(before) ?? 'draft');
  for (const name of ['extension', 'output', 'note'] as const) if (!draft && lost(name)) changed.push(name);
  return changed.map(final);
}

function final(name: string): Issue {
  return broken(
    { rule: 'referral-history-final', expression: `Task.${name}` },
    {
      en: `What a referral task records of its way stays: ${name} may be added to, not changed or left out. Read the task again.`,
      zh: `转诊任务的历史不可更改:${name} 只能增加,不能修改或删除。请重新读取任务。`,
    },
  );
}

function goneIssues(before: Task): Issue[] {
  if (isDraft(stateOf(before) ?? 'draft')) return [];
  return [
    broken(
      { rule: 'referral-history-final', expression: 'Task' },
      {
        en: 'A referral that was submitted is not deleted, nor made something else: $cancel it.',
        zh: '已提交的转诊不能删除或改作他用:请用 $cancel 取消。',
      },
    ),
  ];
}

function stateless(): Issue {
  return broken(
    { rule: 'referral-state-contradicts', expression: 'Task.businessStatus' },
    {
      en: `A referral task says its state in businessStatus, a code of ${STATE}: ${STATES.join(', ')}.`,
      zh: `转诊任务应在 businessStatus 中注明状态(${STATE}):${STATES.join('、')}。`,
    },
  );
}

function requestless(task: Task): Issue {
  return broken(
    { rule: 'referral-request-missing', expression: 'Task.focus' },
    {
      en: `focus refers to the referral: a ServiceRequest of this server with the code referral or consultation, not '${task.focus?.reference ?? ''}'.`,
      zh: `focus 应引用本服务器上的转诊申请(code 为 referral 或 consultation 的 ServiceRequest),而不是“${task.focus?.reference ?? ''}”。`,
    },
  );
}
