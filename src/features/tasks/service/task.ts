/** Public-health tasks: how they are made and what they say; profile county-public-health-task. Pure. */
import { createHash } from 'node:crypto';
import { dayIn } from '../../../kernel/calendar.ts';
import type { Resource } from '../../../kernel/contribution.ts';
import type { Coding, Period, Reference } from '../../../kernel/elements.ts';
import { STATE_OF, type Status } from '../model.ts';
import {
  AREA_URL,
  CLASS_SYSTEM,
  codeIn,
  concept,
  type Extension,
  extensionOf,
  extensionsOf,
  MENTAL_CLASS_SYSTEM,
  nameOf,
  ORIGIN_SYSTEM,
  OUTPUT_SYSTEM,
  PROGRAMME_SYSTEM,
  PROGRAMME_URL,
  SERVED_URL,
  STATE_SYSTEM,
  TASK_NUMBER_SYSTEM,
  TASK_PROFILE,
  TASK_SYSTEM,
  TRIGGER_SYSTEM,
} from './fhir.ts';
import type { Window } from './next.ts';
import type { Programme } from './programme.ts';

export interface Output {
  readonly type: { readonly coding?: readonly Coding[] };
  readonly valueReference?: Reference;
  readonly valueCoding?: Coding;
  readonly valueDate?: string;
}

export interface TaskFields extends Resource {
  readonly id: string;
  readonly status?: string;
  readonly for?: Reference;
  readonly focus?: Reference;
  readonly owner?: Reference;
  readonly executionPeriod?: Period;
  readonly restriction?: { readonly period?: Period };
  readonly output?: readonly Output[];
}

export interface NewTask {
  readonly patient: Resource;
  readonly programme: Pick<Programme, 'code' | 'canonical'>;
  /** What tells it from the other tasks of the resident in the programme. */
  readonly period: string;
  /** public-health-task */
  readonly code: string;
  readonly title: string;
  readonly window: Window;
  readonly owner: string;
  /** Which institution answers for it: a team names none, and only the institution's own may say what became of it. */
  readonly institution?: string;
  readonly now: Date;
  /** public-health-task-origin */
  readonly origin?: string;
  readonly focus?: string;
  readonly form?: string;
}

export function newTask(task: NewTask): TaskFields {
  const { patient, programme, now, origin = 'programme' } = task;
  const number = numberOf(patient, programme.code, task.period);
  return {
    resourceType: 'Task',
    id: taskId(number),
    meta: { profile: [TASK_PROFILE] },
    extension: [
      { url: PROGRAMME_URL, valueCoding: { system: PROGRAMME_SYSTEM, code: programme.code } },
      ...extensionsOf(patient, AREA_URL),
    ],
    identifier: [{ system: TASK_NUMBER_SYSTEM, value: number }],
    instantiatesCanonical: programme.canonical,
    ...inState('ready'),
    intent: 'order',
    code: concept(TASK_SYSTEM, task.code),
    ...(task.title ? { description: task.title } : {}),
    ...(task.focus ? { focus: { reference: task.focus } } : {}),
    for: { reference: nameOf(patient) },
    authoredOn: now.toISOString(),
    lastModified: now.toISOString(),
    ...(task.institution ? { requester: { reference: task.institution } } : {}),
    owner: { reference: task.owner },
    reasonCode: concept(ORIGIN_SYSTEM, origin),
    restriction: { period: task.window },
  };
}

function numberOf(patient: Resource, programme: string, period: string): string {
  return `${String(patient.id)}/${programme}/${period}`;
}

/** The period, numbered on past what was made for it and given up. `tasks`: all of the resident. */
export function vacant(
  tasks: readonly Resource[],
  patient: Resource,
  programme: string,
  period: string,
): string {
  for (let n = 1; ; n++) {
    const name = n === 1 ? period : `${period}#${n}`;
    const id = taskIdOf(patient, programme, name);
    if (tasks.find((t) => t.id === id)?.status !== 'cancelled') return name;
  }
}

export function taskIdOf(patient: Resource, programme: string, period: string): string {
  return taskId(numberOf(patient, programme, period));
}

/** Whoever makes the same task makes the same id. */
function taskId(number: string): string {
  return `task-${createHash('sha256').update(number).digest('hex').slice(0, 32)}`;
}

export function inState(status: Status) {
  return { status, businessStatus: concept(STATE_SYSTEM, STATE_OF[status]) };
}

/** The next version of a task. */
export function moved(task: Resource, status: Status, now: Date, more: object = {}): Resource {
  const { statusReason: _, ...rest } = task;
  return { ...rest, ...inState(status), lastModified: lastModified(task, now), ...more } as Resource;
}

/** Requests overtake each other; a task is never changed before it was made. */
export function lastModified({ authoredOn }: Resource, now: Date): string {
  const authored = typeof authoredOn === 'string' ? Date.parse(authoredOn) : Number.NaN;
  return new Date(authored > now.getTime() ? authored : now).toISOString();
}

export function isPublicHealthTask(resource: Resource | undefined): boolean {
  return resource?.resourceType === 'Task' && codeIn(resource.code, TASK_SYSTEM) !== undefined;
}

export function codeOf(task: Resource): string {
  return codeIn(task.code, TASK_SYSTEM) ?? '';
}

export function programmeCodeOf(task: Resource): string | undefined {
  return (extensionOf(task, PROGRAMME_URL) as Extension | undefined)?.valueCoding?.code;
}

/** What tells it from the other tasks of the resident in the programme: the last part of its number. */
export function periodOf(task: Resource): string {
  const identifiers = (task.identifier ?? []) as readonly { system?: string; value?: string }[];
  const number = identifiers.find((i) => i.system === TASK_NUMBER_SYSTEM)?.value ?? '';
  return number.split(`/${programmeCodeOf(task) ?? ''}/`)[1]?.split('#')[0] ?? '';
}

/** Made by a contract: the contract plans the next. */
export function isOfContract(task: Resource): boolean {
  return extensionOf(task, SERVED_URL) !== undefined;
}

export function windowOf(task: Resource): Window | undefined {
  const { start, end } = (task as TaskFields).restriction?.period ?? {};
  const [first, last] = [dayIn(start), dayIn(end)];
  return last === undefined ? undefined : { start: first ?? last, end: last };
}

export function visitDayOf(task: Resource): string | undefined {
  return dayIn((task as TaskFields).executionPeriod?.start);
}

export function outputsOf(task: Resource, code: string): readonly Output[] {
  return ((task as TaskFields).output ?? []).filter((o) => codeIn(o.type, OUTPUT_SYSTEM) === code);
}

export function output(code: string, value: object): object {
  return { type: concept(OUTPUT_SYSTEM, code), ...value };
}

/** Of follow-up-class or mental-disorder-class. */
export function classOf(task: Resource): string | undefined {
  const coding = outputsOf(task, 'class')[0]?.valueCoding;
  return coding?.system === CLASS_SYSTEM || coding?.system === MENTAL_CLASS_SYSTEM ? coding.code : undefined;
}

export function reasonsOf(task: Resource): string[] {
  return outputsOf(task, 'referral-reason').flatMap((o) =>
    o.valueCoding?.system === TRIGGER_SYSTEM ? (o.valueCoding.code ?? []) : [],
  );
}

export function nextDueOf(task: Resource): string | undefined {
  return dayIn(outputsOf(task, 'next-due')[0]?.valueDate);
}
