/** The states of a public-health task, and what may follow what. Pure. */

/** Task.status, https://hl7.org/fhir/R4/valueset-task-status.html; the ones that such a task may have. */
export const STATUSES = [
  'ready',
  'accepted',
  'in-progress',
  'completed',
  'failed',
  'on-hold',
  'cancelled',
] as const;

export type Status = (typeof STATUSES)[number];

const OPEN: readonly Status[] = ['accepted', 'in-progress', 'completed', 'failed', 'on-hold', 'cancelled'];

/**
 * State -> next states. A visit may be made, missed, put off or ended from every open state: in a village it is often
 * recorded afterwards, in one step. One that was missed may be tried again; one that was done only when that was recorded
 * by mistake (`service/withdraw.ts`).
 */
const TRANSITIONS: Readonly<Record<Status, readonly Status[]>> = {
  ready: OPEN,
  accepted: ['ready', ...OPEN],
  'in-progress': ['ready', ...OPEN],
  'on-hold': ['ready', 'cancelled', 'failed', 'completed'],
  failed: ['ready', 'completed', 'cancelled'],
  completed: ['ready', 'cancelled'],
  cancelled: [],
};

export function isStatus(text: unknown): text is Status {
  return STATUSES.includes(text as Status);
}

export function mayFollow(from: Status, to: Status): boolean {
  return from === to || TRANSITIONS[from].includes(to);
}

export function statusesAfter(from: Status): readonly Status[] {
  return TRANSITIONS[from];
}

/** Still to do. */
export function isOpen(status: unknown): boolean {
  return status === 'ready' || status === 'accepted' || status === 'in-progress' || status === 'on-hold';
}

/** The code of public-health-task-state that belongs to a status. */
export const STATE_OF: Readonly<Record<Status, string>> = {
  ready: 'due',
  accepted: 'dispatched',
  'in-progress': 'in-progress',
  completed: 'done',
  failed: 'lost',
  'on-hold': 'on-hold',
  cancelled: 'ended',
};
