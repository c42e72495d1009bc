/** What the resources of a referral say. Pure. */
import type { Resource } from '../../kernel/contribution.ts';
import { dateRange } from '../../kernel/dates.ts';
import type { Coding, Concept, Period, Reference } from '../../kernel/elements.ts';
import { localReference } from '../../kernel/ids.ts';
import {
  CONSENT_EXTENSION,
  codeIn,
  DIRECTION_EXTENSION,
  EXEMPTION_EXTENSION,
  FOLLOW_UP_TASK,
  ORDER_CODE,
  OUTPUT,
  REQUEST_PROFILE,
  STATE,
  STATE_TIME_EXTENSION,
  TASK_CODE,
} from './codes.ts';
import { type Circumstances, type Direction, STATES, type State } from './model.ts';

export interface Extension {
  readonly url?: string;
  readonly extension?: readonly Extension[];
  readonly [value: string]: unknown;
}

/** `Task.input` and `Task.output`. */
export interface Item {
  readonly type?: Concept;
  readonly [value: string]: unknown;
}

type Extended = Resource & { readonly id: string; readonly extension?: readonly Extension[] };

export type Request = Extended & {
  readonly meta?: { readonly profile?: readonly string[] };
  readonly status?: string;
  readonly priority?: string;
  readonly code?: Concept;
  readonly category?: readonly Concept[];
  readonly subject?: Reference;
  readonly requester?: Reference;
  readonly performer?: readonly Reference[];
  readonly basedOn?: readonly Reference[];
  readonly reasonCode?: readonly Concept[];
  readonly reasonReference?: readonly Reference[];
  readonly supportingInfo?: readonly Reference[];
  readonly note?: readonly { readonly text?: string }[];
};

export type Task = Extended & {
  readonly meta?: { readonly versionId?: string; readonly lastUpdated?: string };
  readonly status?: string;
  readonly statusReason?: Concept;
  readonly businessStatus?: Concept;
  readonly priority?: string;
  readonly code?: Concept;
  readonly focus?: Reference;
  readonly for?: Reference;
  readonly basedOn?: readonly Reference[];
  readonly requester?: Reference;
  readonly owner?: Reference;
  readonly restriction?: { readonly period?: Period };
  readonly input?: readonly Item[];
  readonly output?: readonly Item[];
  readonly note?: readonly { readonly text?: string }[];
};

export function isReferralTask(resource: Resource | undefined): resource is Task {
  return resource?.resourceType === 'Task' && codeIn(TASK_CODE, resource.code as Concept) === 'referral';
}

/** A follow-up that is due because of a referral. */
export function isFollowUpTask(resource: Resource | undefined): resource is Task {
  return (
    resource?.resourceType === 'Task' &&
    codeIn(FOLLOW_UP_TASK, resource.code as Concept) === 'referral-follow-up'
  );
}

export function isRequest(resource: Resource | undefined): resource is Request {
  if (resource?.resourceType !== 'ServiceRequest') return false;
  const { code, meta } = resource as Request;
  return codeIn(ORDER_CODE, code) !== undefined || meta?.profile?.includes(REQUEST_PROFILE) === true;
}

/** The state of a task; undefined when it names none of ours. */
export function stateOf(task: Task): State | undefined {
  const code = codeIn(STATE, task.businessStatus);
  return STATES.find((s) => s === code);
}

/** Of a request, or of its task. */
export function directionOf(resource: Extended): Direction {
  const coding = extensionValue(resource, DIRECTION_EXTENSION) as Coding | undefined;
  return (coding?.code ?? 'up') as Direction;
}

/** Whether a Patient is on record as dead. */
export function hasDied(patient: Resource | undefined): boolean {
  return patient?.deceasedBoolean === true || patient?.deceasedDateTime !== undefined;
}

export function circumstancesOf(request: Request): Circumstances {
  return {
    direction: directionOf(request),
    kind: codeIn(ORDER_CODE, request.code) === 'consultation' ? 'consultation' : 'referral',
    emergency: request.priority === 'stat',
  };
}

function extensionOf(resource: Extended, url: string): Extension | undefined {
  return resource.extension?.find((e) => e.url === url);
}

/** The value of a simple extension. */
export function extensionValue(resource: Extended, url: string): unknown {
  return valueIn(extensionOf(resource, url));
}

/** `value[x]` of whatever has one. */
export function valueIn(item: { readonly [key: string]: unknown } | undefined): unknown {
  const key = item && Object.keys(item).find((k) => k.startsWith('value'));
  return key === undefined ? undefined : item![key];
}

export function consentOf(request: Request): string | undefined {
  return (extensionValue(request, CONSENT_EXTENSION) as Reference | undefined)?.reference;
}

/** When the emergency exemption was decided, in milliseconds; undefined when there is none. */
export function exemptionTime(request: Request): number | undefined {
  const exemption = extensionOf(request, EXEMPTION_EXTENSION);
  if (!exemption) return undefined;
  return timeOf(exemption.extension?.find((e) => e.url === 'at')?.valueDateTime) ?? 0;
}

/** The values of an output. */
export function outputs(task: Task, code: string): unknown[] {
  return (task.output ?? []).filter((o) => codeIn(OUTPUT, o.type) === code).map(valueIn);
}

export function outputReference(task: Task, code: string): string | undefined {
  const found = outputs(task, code).at(-1) as Reference | undefined;
  return found?.reference;
}

/** When the task came into its present state, in milliseconds, as its own record of states says. */
export function stateSince(task: Task): number | undefined {
  const state = stateOf(task);
  const times = stateTimes(task).filter((t) => t.state === state);
  return timeOf(times.at(-1)?.at);
}

export function stateTimes(task: Task): { readonly state?: string; readonly at?: string }[] {
  return (task.extension ?? [])
    .filter((e) => e.url === STATE_TIME_EXTENSION)
    .map((e) => ({
      state: (e.extension?.find((x) => x.url === 'state')?.valueCoding as Coding | undefined)?.code,
      at: e.extension?.find((x) => x.url === 'at')?.valueDateTime as string | undefined,
    }));
}

/** Whether the resident came in person; a consultation at a distance begins without. */
export function hasArrived(task: Task): boolean {
  return stateTimes(task).some(({ state }) => state === 'arrived');
}

/** A FHIR date or time as milliseconds, its first instant. */
export function timeOf(text: unknown): number | undefined {
  return typeof text === 'string' ? dateRange(text)?.lo : undefined;
}

/** One spelling for each resource of ours: `Type/id`. */
export function plain(reference: string | undefined, base: string): string | undefined {
  const local = reference === undefined ? undefined : localReference(reference, base);
  return local ? `${local.type}/${local.id}` : reference;
}

/** Whether it is on one of some records: `Patient/x`. */
export function isAbout(resource: Resource, records: readonly string[], base: string): boolean {
  const subject = (resource.subject ?? resource.patient ?? resource.for) as Reference | undefined;
  return records.includes(plain(subject?.reference, base) ?? '');
}
