/** The states of a referral, and which step leads from which to which. Pure. */

/** Codes of CodeSystem referral-state; `Task.businessStatus`. */
export type State =
  | 'draft'
  | 'awaiting-consent'
  | 'internal-review'
  | 'submitted'
  | 'received'
  | 'accepted'
  | 'rejected'
  | 'arrived'
  | 'in-treatment'
  | 'discharged'
  | 'down-referred'
  | 'taken-over'
  | 'following-up'
  | 'closed'
  | 'no-show'
  | 'timed-out'
  | 'cancelled';

export type Direction = 'up' | 'down' | 'lateral';
export type Kind = 'referral' | 'consultation';

/** Who a step belongs to. `timer` is the server, when a deadline has passed. */
export type Side = 'requesting' | 'centre' | 'receiving' | 'patient' | 'timer';

export type Event =
  | 'await-consent'
  | 'submit'
  | 'review'
  | 'approve'
  | 'return-for-revision'
  | 'receive'
  | 'accept'
  | 'reject'
  | 'book'
  | 'arrive'
  | 'no-show'
  | 'start'
  | 'discharge'
  | 'refer-back'
  | 'acknowledge'
  | 'follow-up'
  | 'close'
  | 'cancel'
  | 'time-out';

/** What a referral is, as far as the table asks. */
export interface Circumstances {
  readonly direction: Direction;
  readonly kind: Kind;
  /** `ServiceRequest.priority` stat. */
  readonly emergency: boolean;
}

interface Transition {
  readonly event: Event;
  readonly from: readonly State[];
  readonly to: State;
  readonly by: readonly Side[];
  /** Only for these; all when absent. */
  readonly directions?: readonly Direction[];
  readonly kind?: Kind;
  readonly emergency?: true;
}

const AWAY: readonly Direction[] = ['up', 'lateral'];
const BEFORE_REVIEW = ['draft', 'awaiting-consent'] as const;
const WAITING = ['submitted', 'received'] as const;
const FAILED = ['rejected', 'no-show', 'timed-out'] as const;

/** The law. A step that is not here is not allowed. */
export const TRANSITIONS: readonly Transition[] = [
  { event: 'await-consent', from: ['draft'], to: 'awaiting-consent', by: ['requesting'] },
  { event: 'submit', from: BEFORE_REVIEW, to: 'submitted', by: ['requesting'] },
  { event: 'review', from: BEFORE_REVIEW, to: 'internal-review', by: ['requesting'] },
  { event: 'approve', from: ['internal-review'], to: 'submitted', by: ['requesting'] },
  { event: 'return-for-revision', from: ['internal-review'], to: 'draft', by: ['requesting'] },
  { event: 'return-for-revision', from: WAITING, to: 'draft', by: ['centre', 'receiving'] },
  { event: 'receive', from: ['submitted'], to: 'received', by: ['centre', 'receiving'] },
  { event: 'accept', from: WAITING, to: 'accepted', by: ['receiving', 'centre'] },
  { event: 'reject', from: [...WAITING, 'accepted'], to: 'rejected', by: ['receiving', 'centre'] },
  { event: 'book', from: ['accepted'], to: 'accepted', by: ['receiving', 'centre', 'requesting'] },
  { event: 'arrive', from: ['accepted'], to: 'arrived', by: ['receiving'] },
  { event: 'arrive', from: WAITING, to: 'arrived', by: ['receiving'], emergency: true },
  { event: 'no-show', from: ['accepted'], to: 'no-show', by: ['receiving', 'centre', 'timer'] },
  { event: 'start', from: ['arrived'], to: 'in-treatment', by: ['receiving'], directions: AWAY },
  { event: 'start', from: ['accepted'], to: 'in-treatment', by: ['receiving'], kind: 'consultation' },
  {
    event: 'discharge',
    from: ['arrived', 'in-treatment'],
    to: 'discharged',
    by: ['receiving'],
    kind: 'referral',
    directions: AWAY,
  },
  {
    event: 'refer-back',
    from: ['discharged'],
    to: 'down-referred',
    by: ['receiving'],
    kind: 'referral',
    directions: AWAY,
  },
  {
    event: 'acknowledge',
    from: [...WAITING, 'accepted', 'arrived'],
    to: 'taken-over',
    by: ['receiving'],
    kind: 'referral',
    directions: ['down'],
  },
  { event: 'follow-up', from: ['taken-over'], to: 'following-up', by: ['receiving'], directions: ['down'] },
  {
    event: 'close',
    from: ['taken-over', 'following-up'],
    to: 'closed',
    by: ['receiving'],
    directions: ['down'],
  },
  {
    event: 'close',
    from: ['discharged', 'down-referred'],
    to: 'closed',
    by: ['receiving', 'centre'],
    kind: 'referral',
    directions: AWAY,
  },
  {
    event: 'close',
    from: ['arrived', 'in-treatment'],
    to: 'closed',
    by: ['receiving'],
    kind: 'consultation',
  },
  {
    event: 'cancel',
    from: [...BEFORE_REVIEW, 'internal-review', ...WAITING, 'accepted', ...FAILED],
    to: 'cancelled',
    by: ['requesting', 'centre', 'patient', 'timer'],
  },
  {
    event: 'cancel',
    from: ['in-treatment'],
    to: 'cancelled',
    by: ['requesting', 'centre', 'patient', 'timer'],
    kind: 'consultation',
  },
  {
    event: 'time-out',
    from: [...BEFORE_REVIEW, 'internal-review', ...WAITING, 'accepted'],
    to: 'timed-out',
    by: ['timer'],
  },
];

export const STATES: readonly State[] = [
  'draft',
  'awaiting-consent',
  'internal-review',
  'submitted',
  'received',
  'accepted',
  'arrived',
  'in-treatment',
  'discharged',
  'down-referred',
  'taken-over',
  'following-up',
  'closed',
  'rejected',
  'no-show',
  'timed-out',
  'cancelled',
];

export const EVENTS: readonly Event[] = [...new Set(TRANSITIONS.map((t) => t.event))];

/** https://hl7.org/fhir/R4/valueset-task-status.html */
const TASK_STATUS: Readonly<Record<State, string>> = {
  draft: 'draft',
  'awaiting-consent': 'draft',
  'internal-review': 'requested',
  submitted: 'requested',
  received: 'received',
  accepted: 'accepted',
  rejected: 'rejected',
  arrived: 'in-progress',
  'in-treatment': 'in-progress',
  discharged: 'in-progress',
  'down-referred': 'in-progress',
  'taken-over': 'in-progress',
  'following-up': 'in-progress',
  closed: 'completed',
  'no-show': 'failed',
  'timed-out': 'failed',
  cancelled: 'cancelled',
};

/** `Task.status` of a state. */
export function taskStatusOf(state: State): string {
  return TASK_STATUS[state];
}

/**
 * `ServiceRequest.status` while its last task is in a state (https://hl7.org/fhir/R4/valueset-request-status.html).
 * A task that failed leaves the request on hold until somebody redirects or cancels it.
 */
export function requestStatusOf(state: State): string {
  if (isDraft(state)) return 'draft';
  if (isFailed(state)) return 'on-hold';
  if (state === 'closed') return 'completed';
  return state === 'cancelled' ? 'revoked' : 'active';
}

export function isDraft(state: State): boolean {
  return state === 'draft' || state === 'awaiting-consent';
}

/** Not taken, and something is to be decided: redirect, or cancel. */
export function isFailed(state: State): boolean {
  return (FAILED as readonly State[]).includes(state);
}

/** Still brings its request along; of one request, one task does. */
export function isUnderWay(state: State): boolean {
  return !isFailed(state) && state !== 'closed' && state !== 'cancelled';
}

/** Before the arrival: such a referral may still fail. */
export function isBeforeArrival(state: State): boolean {
  return isDraft(state) || ['internal-review', 'submitted', 'received', 'accepted'].includes(state);
}

/** States in which a new task may begin; `again` when the request had a task before. */
export function mayBegin(state: State, again: boolean): boolean {
  return (
    isDraft(state) || state === 'internal-review' || state === 'submitted' || (again && state === 'received')
  );
}

function applies(t: Transition, c: Circumstances): boolean {
  return (
    (!t.directions || t.directions.includes(c.direction)) &&
    (!t.kind || t.kind === c.kind) &&
    (!t.emergency || c.emergency)
  );
}

export interface Step {
  readonly event: Event;
  readonly to: State;
  readonly by: readonly Side[];
}

/** Where an event leads from a state; undefined when it is not allowed there. */
export function stepOf(state: State, event: Event, circumstances: Circumstances): Step | undefined {
  return TRANSITIONS.find((t) => t.event === event && t.from.includes(state) && applies(t, circumstances));
}

/** The event that leads from one state to another; undefined when none does. */
export function stepTo(from: State, to: State, circumstances: Circumstances): Step | undefined {
  return TRANSITIONS.find(
    (t) => t.to === to && t.from.includes(from) && from !== to && applies(t, circumstances),
  );
}

/** All steps from a state. */
export function stepsFrom(state: State, circumstances: Circumstances): Step[] {
  return TRANSITIONS.filter((t) => t.from.includes(state) && applies(t, circumstances));
}

/** Events that people may cause in a state. */
export function allowedNext(state: State, circumstances: Circumstances): Event[] {
  const found = stepsFrom(state, circumstances).filter((t) => t.by.some((side) => side !== 'timer'));
  return [...new Set(found.map((t) => t.event))];
}
