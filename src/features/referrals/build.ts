/** The next versions of the resources of a referral, and its new ones. Pure. */
import type { Resource } from '../../kernel/contribution.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import type { Concept, Reference } from '../../kernel/elements.ts';
import { newId } from '../../kernel/ids.ts';
import {
  codeIn,
  concept,
  DIRECTION,
  DIRECTION_EXTENSION,
  END_REASON,
  INPUT,
  OUTPUT,
  STATE,
  STATE_TIME_EXTENSION,
  TASK_CODE,
  TASK_PROFILE,
} from './codes.ts';
import type { Limits } from './limits.ts';
import { type State, taskStatusOf } from './model.ts';
import { circumstancesOf, type Extension, type Item, type Request, type Task } from './reading.ts';

/** What a step changes beside the state. */
export interface Change {
  readonly statusReason?: Concept;
  readonly owner?: string;
  /** Added to those that are there; `single` ones take the place of their like. */
  readonly outputs?: readonly Item[];
  readonly note?: string;
}

type By = Pick<Ctx, 'actor' | 'now'>;

/** The version of a task in which it comes into a state. */
export function inState(task: Task, state: State, by: By, limits: Limits, change: Change = {}): Task {
  const { statusReason: _, ...kept } = task;
  return {
    ...kept,
    extension: [...(task.extension ?? []), stateTime(state, by)],
    status: taskStatusOf(state),
    ...(change.statusReason ? { statusReason: change.statusReason } : {}),
    businessStatus: concept(STATE, state),
    lastModified: by.now.toISOString(),
    ...(change.owner ? { owner: { reference: change.owner } } : {}),
    restriction: restrictionOf(state, task.priority, by.now, limits),
    ...changed(task, by, change),
  } as Task;
}

/** The version of a task that stays in its state. */
export function inSameState(task: Task, by: By, change: Change): Task {
  return { ...task, lastModified: by.now.toISOString(), ...changed(task, by, change) } as Task;
}

function changed(task: Task, by: By, { outputs = [], note }: Change): Partial<Task> {
  const output = [...(task.output ?? []), ...outputs];
  const notes =
    note === undefined ? task.note : [...(task.note ?? []), { time: by.now.toISOString(), text: note }];
  return { ...(output.length > 0 ? { output } : {}), ...(notes ? { note: notes } : {}) };
}

function restrictionOf(state: State, priority: string | undefined, now: Date, limits: Limits) {
  const limit = limits.of(state, priority);
  return limit === undefined
    ? undefined
    : { period: { start: now.toISOString(), end: new Date(now.getTime() + limit).toISOString() } };
}

function stateTime(state: State, { actor, now }: By): Extension {
  const by = /^Practitioner(Role)?\//.test(actor.fhirUser ?? '') ? actor.fhirUser : actor.organization;
  return {
    url: STATE_TIME_EXTENSION,
    extension: [
      { url: 'state', valueCoding: { system: STATE, code: state } },
      { url: 'at', valueDateTime: now.toISOString() },
      ...(by ? [{ url: 'by', valueReference: { reference: by } }] : []),
    ],
  };
}

/** The institutions that a task is between, as `Organization/x`: both see it. */
export interface Parties {
  readonly owner: string;
  readonly requester?: string;
}

/** A new task that brings a request along. */
export function newTask(request: Request, state: State, parties: Parties, by: By, limits: Limits): Task {
  const blank = {
    resourceType: 'Task',
    id: newId(),
    meta: { profile: [TASK_PROFILE] },
    extension: [directionExtension(request)],
    basedOn: [{ reference: `ServiceRequest/${request.id}` }],
    intent: 'order',
    priority: request.priority ?? 'routine',
    code: concept(TASK_CODE, 'referral'),
    focus: { reference: `ServiceRequest/${request.id}` },
    for: request.subject,
    authoredOn: by.now.toISOString(),
    requester: parties.requester ? { reference: parties.requester } : request.requester,
    owner: { reference: parties.owner },
    ...recordInputs(request),
  } as unknown as Task;
  return inState(blank, state, by, limits);
}

/** The task of a draft that was changed meanwhile, as its request is now. */
export function asRequested(task: Task, request: Request): Task {
  const others = (task.extension ?? []).filter((e) => e.url !== DIRECTION_EXTENSION);
  const records = (item: Item) => codeIn(INPUT, item.type) === 'record';
  const input = [...(task.input ?? []).filter((i) => !records(i)), ...(recordInputs(request).input ?? [])];
  return {
    ...task,
    extension: [directionExtension(request), ...others],
    priority: request.priority ?? 'routine',
    ...(input.length > 0 ? { input } : {}),
  };
}

function directionExtension(request: Request): Extension {
  const { direction } = circumstancesOf(request);
  return { url: DIRECTION_EXTENSION, valueCoding: { system: DIRECTION, code: direction } };
}

/** What the receiver may read: the supporting record of the request. */
function recordInputs({ supportingInfo = [] }: Request): { input?: readonly Item[] } {
  const input = supportingInfo.map((valueReference) => ({ type: concept(INPUT, 'record'), valueReference }));
  return input.length > 0 ? { input } : {};
}

export function referenceOutput(code: string, reference: string): Item {
  return { type: concept(OUTPUT, code), valueReference: { reference } };
}

export function output(code: string, value: object): Item {
  return { type: concept(OUTPUT, code), ...value };
}

export function endReason(code: string, text?: string): Concept {
  return concept(END_REASON, code, text);
}

/** An appointment that was held, booked: who was asked has accepted. */
export function booked(appointment: Resource): Resource {
  const participants = (appointment.participant ?? []) as readonly { readonly status?: string }[];
  const participant = participants.map((p) => (p.status === 'tentative' ? { ...p, status: 'accepted' } : p));
  return { ...appointment, status: 'booked', participant };
}

/** An appointment that lets its slots go. */
export function released(appointment: Resource, status: 'cancelled' | 'noshow', reason: string): Resource {
  return {
    ...appointment,
    status,
    ...(status === 'cancelled' ? { cancelationReason: { text: reason } } : {}),
  };
}

export function referencesOf(...references: readonly (string | undefined)[]): Reference[] {
  return references.filter((r) => r !== undefined).map((reference) => ({ reference }));
}
