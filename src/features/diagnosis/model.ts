/**
 * Examined here, read there: the states of the two Tasks of a shared diagnosis, and which may follow which. Pure.
 * A state is Task.businessStatus; the Task.status that belongs to it stands in CodeSystem shared-diagnosis-state.
 */

export type Kind = 'shared-examination' | 'shared-diagnosis';

export type State =
  | 'requested'
  | 'registered'
  | 'examining'
  | 'uploaded'
  | 'delivered'
  | 'unsatisfactory'
  | 'interpreting'
  | 'published'
  | 'amended'
  | 'cancelled';

/** What is done to a Task: codes of CodeSystem shared-diagnosis-event. */
export type Event =
  | 'register'
  | 'examine'
  | 'upload'
  | 'receive'
  | 'reject'
  | 'interpret'
  | 'publish'
  | 'cancel';

export const STATUS: Readonly<Record<State, string>> = {
  requested: 'requested',
  registered: 'accepted',
  examining: 'in-progress',
  uploaded: 'completed',
  delivered: 'received',
  unsatisfactory: 'rejected',
  interpreting: 'in-progress',
  published: 'completed',
  amended: 'completed',
  cancelled: 'cancelled',
};

type Steps = Readonly<Partial<Record<State, Readonly<Partial<Record<Event, State>>>>>>;

/** What is not here is not allowed; a state that is not here is the last. */
const STEPS: Readonly<Record<Kind, Steps>> = {
  'shared-examination': {
    requested: { register: 'registered', cancel: 'cancelled' },
    registered: { examine: 'examining', upload: 'uploaded', cancel: 'cancelled' },
    examining: { upload: 'uploaded', cancel: 'cancelled' },
  },
  'shared-diagnosis': {
    requested: { receive: 'delivered', reject: 'unsatisfactory', cancel: 'cancelled' },
    delivered: { interpret: 'interpreting', reject: 'unsatisfactory', cancel: 'cancelled' },
    interpreting: { publish: 'published', reject: 'unsatisfactory', cancel: 'cancelled' },
  },
};

/** States that a Task begins in. What corrects or withdraws a published report is a Task of its own. */
const FIRST: Readonly<Record<Kind, ReadonlySet<State>>> = {
  'shared-examination': new Set<State>(['requested', 'registered']),
  'shared-diagnosis': new Set<State>(['requested', 'amended', 'cancelled']),
};

/** The state that an event leads to; undefined where it is not allowed. */
export function stateAfter(kind: Kind, state: State, event: Event): State | undefined {
  return STEPS[kind][state]?.[event];
}

/** The events that are allowed, with where they lead. */
export function allowed(kind: Kind, state: State): readonly (readonly [Event, State])[] {
  return Object.entries(STEPS[kind][state] ?? {}) as [Event, State][];
}

/** Whether a Task may go from one state to another; `from` is undefined for a new one. */
export function mayFollow(kind: Kind, from: State | undefined, to: State): boolean {
  if (from === undefined) return FIRST[kind].has(to);
  return from === to || allowed(kind, from).some(([, state]) => state === to);
}

export function isOpen(kind: Kind, state: State | undefined): boolean {
  return state !== undefined && STEPS[kind][state] !== undefined;
}

/** Whether a text names a state. */
export function isState(text: string | undefined): text is State {
  return text !== undefined && Object.hasOwn(STATUS, text);
}

/** States of a critical value: who was told has acknowledged it, or somebody else is told. */
export const CRITICAL_STATUS = {
  notified: 'requested',
  acknowledged: 'completed',
  escalated: 'failed',
  withdrawn: 'cancelled',
} as const;

/** Only what is not acknowledged changes. */
export function criticalMayFollow(from: string | undefined, to: string): boolean {
  if (from === undefined) return to === 'requested';
  return from === to || (from === 'requested' && ['completed', 'failed', 'cancelled'].includes(to));
}
