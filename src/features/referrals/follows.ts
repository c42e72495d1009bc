/** What follows when a referral comes into a state: for its request, its appointments, and the way back. */
import type { Resource } from '../../kernel/contribution.ts';
import type { Reference } from '../../kernel/elements.ts';
import type { Scene } from '../../kernel/workflow.ts';
import { booked, endReason, inState, referenceOutput, released } from './build.ts';
import { concept, FOLLOW_UP_STATE } from './codes.ts';
import { escalate, escalationsDone } from './escalation.ts';
import type { Limits } from './limits.ts';
import { isDraft, isUnderWay, requestStatusOf, type State } from './model.ts';
import { institutionOf } from './parties.ts';
import {
  circumstancesOf,
  isRequest,
  outputReference,
  outputs,
  type Request,
  stateOf,
  type Task,
} from './reading.ts';
import { documentsShown } from './shown.ts';
import { appointmentsOf, continuations, currentTask, followUpsOf, isOpen, tasksOf } from './tasks.ts';
import { downReferral, followUpTask, wayBackOf } from './way-back.ts';

/** https://hl7.org/fhir/R4/valueset-encounter-status.html: the patient is there. */
const PRESENT = ['arrived', 'triaged', 'in-progress', 'onleave'];

export interface Entered {
  readonly task: Task;
  readonly request: Request;
  /** Undefined for a new task. */
  readonly from?: State;
  readonly state: State;
}

export async function followsFrom(scene: Scene, limits: Limits, entered: Entered): Promise<Resource[]> {
  const { task, from } = entered;
  return [
    ...(await requestFollows(scene, entered)),
    ...(await appointmentsFollow(scene, entered)),
    ...(await encountersEnd(scene, entered)),
    ...(await documentsShown(scene, task)),
    ...(from ? await escalationsDone(scene, `Task/${task.id}`) : []),
    ...(await wayBackFollows(scene, limits, entered)),
    ...(await followUpsEnd(scene, entered)),
  ];
}

/** The status of the request is that of its task; of one that failed, that of its successor. */
async function requestFollows(scene: Scene, { task, request, state }: Entered): Promise<Resource[]> {
  const others = (await tasksOf(scene, `ServiceRequest/${request.id}`)).filter((t) => t.id !== task.id);
  const successor = isUnderWay(state) ? undefined : others.find((t) => isUnderWay(stateOf(t) ?? 'cancelled'));
  const status = requestStatusOf((successor && stateOf(successor)) ?? state);
  return request.status === status ? [] : [{ ...request, status }];
}

async function appointmentsFollow(scene: Scene, { request, state }: Entered): Promise<Resource[]> {
  const of = (status: string) => appointmentsOf(scene, `ServiceRequest/${request.id}`, status);
  switch (state) {
    case 'accepted':
      return (await of('pending')).map(booked);
    case 'arrived':
    case 'in-treatment':
      return (await of('booked')).map((a) => ({ ...a, status: 'arrived' }));
    case 'discharged':
    case 'closed':
      return (await of('arrived')).map((a) => ({ ...a, status: 'fulfilled' }));
    case 'no-show':
      return (await of('booked,pending')).map((a) => released(a, 'noshow', ''));
    case 'rejected':
    case 'timed-out':
    case 'cancelled':
      return (await of('booked,pending')).map((a) => released(a, 'cancelled', '转诊终止 The referral ended'));
    default:
      return [];
  }
}

/** The visit ends with the treatment: who goes on reading the record has another reason. */
async function encountersEnd(scene: Scene, { task, state }: Entered): Promise<Resource[]> {
  if (!['discharged', 'closed', 'cancelled'].includes(state)) return [];
  const ended: Resource[] = [];
  for (const { reference } of outputs(task, 'encounter') as Reference[]) {
    const encounter = await scene.lock(reference);
    if (!encounter || !PRESENT.includes(encounter.status as string)) continue;
    const period = (encounter.period ?? {}) as { readonly end?: string };
    const end = period.end ?? scene.ctx.now.toISOString();
    ended.push({ ...encounter, status: 'finished', period: { ...period, end } });
  }
  return ended;
}

async function wayBackFollows(scene: Scene, limits: Limits, entered: Entered): Promise<Resource[]> {
  const { task, request, from, state } = entered;
  if (state === 'discharged') return opened(scene, limits, task, request);
  if (circumstancesOf(request).direction !== 'down') return [];
  const begins = from === undefined;
  const reaches = !isDraft(state) && (begins || isDraft(from));
  return [
    ...(begins ? await referredBack(scene, limits, request) : []),
    ...(reaches || state === 'taken-over' ? await followUpOpened(scene, limits, task, request) : []),
    ...(state === 'taken-over' ? await takenOver(scene, limits, request) : []),
  ];
}

/** Discharge to the community opens the down-referral and the follow-up, unless they are there. */
async function opened(scene: Scene, limits: Limits, task: Task, request: Request): Promise<Resource[]> {
  const way = await wayBackOf(scene, task, request);
  if (way === undefined || (await continuations(scene, request)).length > 0) return [];
  if (way === 'follow') {
    return [await followUpTask(scene, limits, request, task, outputReference(task, 'handover'))];
  }
  const down = await downReferral(scene, limits, request, task);
  if (down) return [down.request, down.task];
  return escalate(scene, {
    about: `Task/${task.id}`,
    request,
    owner: task.owner?.reference,
    zh: '患者出院转社区,但未找到责任机构,请指定下转接收机构。',
    en: 'Discharged to the community, but nobody there is responsible: choose who takes the resident over.',
  });
}

/** The referral that a new down-referral continues. */
async function referredBack(scene: Scene, limits: Limits, down: Request): Promise<Resource[]> {
  const up = await taskAbove(scene, down);
  if (!up || stateOf(up) !== 'discharged') return [];
  const outputs = [referenceOutput('down-referral', `ServiceRequest/${down.id}`)];
  return [inState(up, 'down-referred', scene.ctx, limits, { outputs })];
}

/** Taken over by the community, which keeps the document: the referral above closes, when its outcome was recorded. */
async function takenOver(scene: Scene, limits: Limits, down: Request): Promise<Resource[]> {
  const up = await taskAbove(scene, down);
  if (!up) return [];
  const shown = await documentsShown(scene, up, [await institutionOf(scene, down.performer?.[0]?.reference)]);
  const closes = stateOf(up) === 'down-referred' && outputs(up, 'outcome').length > 0;
  return [...shown, ...(closes ? [inState(up, 'closed', scene.ctx, limits)] : [])];
}

async function taskAbove(scene: Scene, down: Request): Promise<Task | undefined> {
  for (const { reference } of down.basedOn ?? []) {
    const up = await scene.read(reference);
    if (isRequest(up)) return currentTask(scene, `ServiceRequest/${up.id}`);
  }
  return undefined;
}

async function followUpOpened(
  scene: Scene,
  limits: Limits,
  task: Task,
  request: Request,
): Promise<Resource[]> {
  const there = await followUpsOf(scene, `ServiceRequest/${request.id}`);
  const above = await taskAbove(scene, request);
  const handover = (above && outputReference(above, 'handover')) ?? request.supportingInfo?.[0]?.reference;
  const wanted = await followUpTask(scene, limits, request, task, handover);
  return there.length > 0 ? handedTo(scene, there.filter(isOpen), wanted.owner) : [wanted];
}

/** Follow-ups of a resident whom another institution takes over: it follows up, through its own team. */
async function handedTo(scene: Scene, open: readonly Task[], owner: Reference | undefined): Promise<Task[]> {
  const institution = await institutionOf(scene, owner?.reference);
  const handed: Task[] = [];
  for (const task of open) {
    if ((await institutionOf(scene, task.owner?.reference)) === institution) continue;
    handed.push({ ...task, owner, lastModified: scene.ctx.now.toISOString() } as Task);
  }
  return handed;
}

/** Follow-ups of a referral that ended without them. */
async function followUpsEnd(scene: Scene, { request, state }: Entered): Promise<Resource[]> {
  if (state !== 'cancelled') return [];
  const open = (await followUpsOf(scene, `ServiceRequest/${request.id}`)).filter(isOpen);
  return open.map((t) => ({
    ...t,
    status: 'cancelled',
    statusReason: endReason('withdrawn'),
    businessStatus: concept(FOLLOW_UP_STATE, 'ended'),
    lastModified: scene.ctx.now.toISOString(),
  }));
}
