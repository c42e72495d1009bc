/** The tasks of a contract: one for each time that a package promises a service. Pure. */
import { createHash } from 'node:crypto';
import { addDays } from '../../../kernel/calendar.ts';
import { CANONICAL } from '../../../kernel/canonical.ts';
import type { Resource } from '../../../kernel/contribution.ts';
import type { Concept } from '../../../kernel/elements.ts';
import { promisedTimes, RENEWAL_NOTICE_DAYS, type Term, windowsOf } from '../model.ts';
import type { Standing } from './carry-out.ts';
import {
  type ContractFields,
  type Extension,
  extensionsOf,
  residentOf,
  SERVED_URL,
  teamOf,
  termOf,
} from './contract.ts';
import type { Package, Service } from './packages.ts';
import type { TeamFields } from './team.ts';

export const TASK_NUMBER_SYSTEM = `${CANONICAL}/NamingSystem/public-health-task`;
const STATE_SYSTEM = `${CANONICAL}/CodeSystem/public-health-task-state`;
const ORIGIN_SYSTEM = `${CANONICAL}/CodeSystem/public-health-task-origin`;
const NOT_VISITED_SYSTEM = `${CANONICAL}/CodeSystem/not-visited-reason`;
export const COUNTY_TASK_SYSTEM = `${CANONICAL}/CodeSystem/county-task-code`;
const PROGRAMME_URL = `${CANONICAL}/StructureDefinition/programme`;
const AREA_URL = `${CANONICAL}/StructureDefinition/service-area`;

/** What the things of a contract are made from. */
export interface Given {
  readonly contract: ContractFields;
  readonly standing: Standing;
  readonly packages: readonly Package[];
  readonly team: TeamFields | undefined;
  readonly patient: Resource | undefined;
  readonly now: Date;
}

export interface TaskFields extends Resource {
  readonly id: string;
  readonly status?: string;
  readonly identifier?: readonly { readonly system?: string; readonly value?: string }[];
  readonly restriction?: { readonly period?: { readonly start?: string; readonly end?: string } };
}

const OPEN = ['draft', 'requested', 'received', 'accepted', 'ready', 'in-progress', 'on-hold'];

export function isOpen(task: Resource): boolean {
  return OPEN.includes(task.status as string);
}

/** What one task is for: the same text for the same service and time of the same contract. */
function numberOf(contract: ContractFields, service: Service, time: number): string {
  return `${residentOf(contract)!.split('/')[1]}/${contract.id}/${service.key}-${time}`;
}

/** How the number of a task begins for every time of a service. */
export function taskNumbers(contract: ContractFields, service: Service): string {
  return numberOf(contract, service, 0).slice(0, -1);
}

export function taskNumber(task: Resource): string | undefined {
  return (task as TaskFields).identifier?.find((i) => i.system === TASK_NUMBER_SYSTEM)?.value;
}

const idOf = (text: string) => `service-${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;

/** Tasks to be written: new ones, and those whose state or owner changes. */
export function tasksOf(given: Given, existing: readonly Resource[]): Resource[] {
  const wanted = wantedTasks(given);
  const byId = new Map(existing.map((t) => [t.id as string, t as TaskFields]));
  // A contract that is recorded late has all its times; what an amendment adds begins with it.
  const signed = existing.length === 0;
  const fresh = wanted.filter(
    (t) => !byId.has(t.id) && (signed || t.restriction!.period!.end! >= given.standing.today),
  );
  const kept = new Set(wanted.map((t) => t.id));
  const mine = existing.filter((t) => taskNumber(t)?.includes(`/${given.contract.id}/`)) as TaskFields[];
  const changed = mine.filter(isOpen).flatMap((t) => changedTask(given, t, kept.has(t.id)) ?? []);
  return [...fresh, ...changed];
}

/** One for each time that a service is promised. */
function wantedTasks(given: Given): TaskFields[] {
  const { contract, standing, packages, now } = given;
  if (standing.state === 'ended' || standing.state === 'void') return [];
  return packages.flatMap(({ services }) =>
    services.flatMap((service) => {
      const times = promisedTimes(service.promised, standing.term);
      return windowsOf(standing.term, times).map((window, i) =>
        taskOf(given, service, numberOf(contract, service, i + 1), window, now),
      );
    }),
  );
}

function taskOf(given: Given, service: Service, number: string, window: Term, now: Date): TaskFields {
  const { contract, standing, patient } = given;
  const programme: Extension[] = service.programme
    ? [{ url: PROGRAMME_URL, valueCoding: service.programme }]
    : [];
  const paused = standing.state === 'paused';
  return {
    resourceType: 'Task',
    id: idOf(number),
    extension: [
      ...programme,
      ...extensionsOf(patient ?? {}, AREA_URL),
      { url: SERVED_URL, valueReference: { reference: `Contract/${contract.id}` } },
    ],
    identifier: [{ system: TASK_NUMBER_SYSTEM, value: number }],
    ...(service.item ? { instantiatesCanonical: service.item } : {}),
    status: paused ? 'on-hold' : 'ready',
    ...(paused ? { statusReason: { text: '签约暂停' } } : {}),
    businessStatus: state(paused ? 'on-hold' : 'due'),
    intent: 'order',
    code: service.code,
    description: service.title,
    for: { reference: residentOf(contract)! },
    authoredOn: now.toISOString(),
    lastModified: now.toISOString(),
    ...requesterOf(contract),
    owner: { reference: teamOf(contract)! },
    reasonCode: { coding: [{ system: ORIGIN_SYSTEM, code: 'package' }] },
    restriction: { period: window },
  };
}

/** An open task as it should be now; undefined when it is so already. */
function changedTask(given: Given, task: TaskFields, wanted: boolean): Resource | undefined {
  const { contract, standing, now } = given;
  const lastModified = lastModifiedOf(task, now);
  const end = task.restriction?.period?.end ?? '';
  const over = standing.state === 'ended' || standing.state === 'void';
  if (over || !wanted) {
    const day = over ? standing.last : standing.today;
    if (end > day || standing.state === 'void')
      return ended(task, over ? '签约已终止' : '服务包已变更', lastModified);
    // What was missed stays missed, and says so; after a death nobody is to go there any more.
    return standing.death
      ? {
          ...task,
          status: 'failed',
          statusReason: { coding: [{ system: NOT_VISITED_SYSTEM, code: '1' }] },
          businessStatus: state('lost'),
          lastModified,
        }
      : undefined;
  }
  const owner = { reference: teamOf(contract)! };
  if (standing.state === 'paused') {
    if (task.status === 'on-hold') return undefined;
    const held = { status: 'on-hold', businessStatus: state('on-hold'), statusReason: { text: '签约暂停' } };
    return { ...task, ...held, owner, lastModified };
  }
  const moved = isTeam(task.owner) && (task.owner as { reference?: string }).reference !== owner.reference;
  const resumed =
    task.status === 'on-hold' && (task.statusReason as Concept | undefined)?.text === '签约暂停';
  if (!moved && !resumed) return undefined;
  const { statusReason: _, ...rest } = task;
  return {
    ...(resumed ? { ...rest, status: 'ready', businessStatus: state('due') } : task),
    owner: isTeam(task.owner) ? owner : task.owner,
    lastModified,
  };
}

/** Requests overtake each other; a task is never changed before it was made. */
export function lastModifiedOf({ authoredOn }: Resource, now: Date): string {
  const authored = typeof authoredOn === 'string' ? Date.parse(authoredOn) : Number.NaN;
  return new Date(authored > now.getTime() ? authored : now).toISOString();
}

function isTeam(owner: unknown): boolean {
  return (owner as { reference?: string } | undefined)?.reference?.startsWith('CareTeam/') === true;
}

function ended(task: TaskFields, why: string, lastModified: string): Resource {
  return {
    ...task,
    status: 'cancelled',
    statusReason: { text: why },
    businessStatus: state('ended'),
    lastModified,
  };
}

function state(code: string): Concept {
  return { coding: [{ system: STATE_SYSTEM, code }] };
}

/** The institution, whose own may say what became of a task: a team names none. */
export function requesterOf({ authority }: ContractFields): object {
  return authority?.[0] ? { requester: authority[0] } : {};
}

/** `contract`: `Contract/x` */
export function renewalTaskId(contract: string): string {
  return idOf(`renewal/${contract.split('/').at(-1)}`);
}

/** Tells the team that a contract runs out. */
export function renewalTask(contract: ContractFields, now: Date): TaskFields {
  const term = termOf(contract)!;
  return {
    resourceType: 'Task',
    id: renewalTaskId(`Contract/${contract.id}`),
    extension: [{ url: SERVED_URL, valueReference: { reference: `Contract/${contract.id}` } }],
    status: 'ready',
    intent: 'order',
    code: { coding: [{ system: COUNTY_TASK_SYSTEM, code: 'contract-renewal' }] },
    description: '签约即将到期:续约或另选团队',
    focus: { reference: `Contract/${contract.id}` },
    for: { reference: residentOf(contract)! },
    authoredOn: now.toISOString(),
    lastModified: now.toISOString(),
    ...requesterOf(contract),
    owner: { reference: teamOf(contract)! },
    restriction: { period: { start: addDays(term.end, -RENEWAL_NOTICE_DAYS), end: term.end } },
  };
}
