/** The states of a family-doctor contract, and what may follow what. Pure. */
import { addDays, addMonths, daysBetween, monthsBetween } from '../../kernel/calendar.ts';

/**
 * Contract.status, https://hl7.org/fhir/R4/valueset-contract-status.html. `terminated` is the normal end,
 * `revoked` the agreed early end, `cancelled` the abnormal one, `resolved` a contract that was suspended and holds
 * again.
 */
export const STATUSES = [
  'offered',
  'executable',
  'negotiable',
  'executed',
  'amended',
  'disputed',
  'resolved',
  'renewed',
  'terminated',
  'revoked',
  'cancelled',
  'rejected',
  'entered-in-error',
] as const;

export type Status = (typeof STATUSES)[number];

/** What happens to a contract: one party signs, both have signed, the other side wants other terms, … */
export type Event =
  | 'sign'
  | 'complete'
  | 'counter'
  | 'reject'
  | 'amend'
  | 'suspend'
  | 'resume'
  | 'renew'
  | 'expire'
  | 'rescind'
  | 'cancel'
  | 'void';

type Row = Readonly<Partial<Record<Event, Status>>>;

const UNSIGNED: Row = {
  sign: 'executable',
  complete: 'executed',
  counter: 'negotiable',
  reject: 'rejected',
  void: 'entered-in-error',
};

const IN_FORCE: Row = {
  amend: 'amended',
  suspend: 'disputed',
  renew: 'renewed',
  expire: 'terminated',
  rescind: 'revoked',
  cancel: 'cancelled',
  void: 'entered-in-error',
};

const VOID: Row = { void: 'entered-in-error' };

/** State and event -> next state; what is not there is not allowed. */
const TRANSITIONS: Readonly<Record<Status, Row>> = {
  offered: UNSIGNED,
  executable: UNSIGNED,
  negotiable: UNSIGNED,
  executed: IN_FORCE,
  amended: IN_FORCE,
  resolved: IN_FORCE,
  disputed: {
    resume: 'resolved',
    renew: 'renewed',
    expire: 'terminated',
    rescind: 'revoked',
    cancel: 'cancelled',
    void: 'entered-in-error',
  },
  // A contract that has run out may still be followed by the next one.
  terminated: { renew: 'renewed', ...VOID },
  renewed: VOID,
  revoked: VOID,
  cancelled: VOID,
  rejected: VOID,
  'entered-in-error': {},
};

export function isStatus(text: unknown): text is Status {
  return STATUSES.includes(text as Status);
}

/** Undefined when the event may not happen in this state. */
export function nextStatus(status: Status, event: Event): Status | undefined {
  return TRANSITIONS[status][event];
}

/** Whether a write may make one state of the other. */
export function mayFollow(from: Status, to: Status): boolean {
  return from === to || statusesAfter(from).includes(to);
}

export function statusesAfter(from: Status): readonly Status[] {
  return [...new Set(Object.values(TRANSITIONS[from]))];
}

/** Both parties are bound, a pause included. */
export function isInForce(status: unknown): boolean {
  return status === 'executed' || status === 'amended' || status === 'disputed' || status === 'resolved';
}

/** Was signed once, whatever became of it. */
export function wasSigned(status: unknown): boolean {
  return isInForce(status) || isOver(status);
}

/** Held, and holds no more. */
export function isOver(status: unknown): boolean {
  return status === 'renewed' || status === 'terminated' || status === 'revoked' || status === 'cancelled';
}

/** First and last day. */
export interface Term {
  readonly start: string;
  readonly end: string;
}

export function overlap(a: Term, b: Term): boolean {
  return a.start <= b.end && b.start <= a.end;
}

/** How often a package promises a service, https://hl7.org/fhir/R4/datatypes.html#Timing. */
export interface Promised {
  readonly count?: number;
  readonly frequency?: number;
  readonly period?: number;
  readonly periodUnit?: string;
}

/** How many times within the term: what is promised by the year is promised once at least in a shorter term. */
export function promisedTimes({ count, frequency = 1, period, periodUnit }: Promised, term: Term): number {
  if (count !== undefined) return count;
  if (!period || !periodUnit) return 0;
  const after = addDays(term.end, 1);
  const months = { a: 12, mo: 1 }[periodUnit];
  const days = { wk: 7, d: 1 }[periodUnit];
  if (months)
    return Math.max(1, Math.floor((monthsBetween(term.start, after) * frequency) / (period * months)));
  if (days) return Math.max(1, Math.floor((daysBetween(term.start, after) * frequency) / (period * days)));
  return 0;
}

/** The term divided into so many windows, one for each time: the first days get what does not divide. */
export function windowsOf(term: Term, times: number): Term[] {
  const days = daysBetween(term.start, term.end) + 1;
  const at = (i: number) => addDays(term.start, Math.floor((i * days) / times));
  return Array.from({ length: times }, (_, i) => {
    const start = at(i);
    const end = addDays(at(i + 1), -1);
    return { start, end: end < start ? start : end };
  });
}

/** The day on which the team is told that a contract runs out: no norm says when. */
export const RENEWAL_NOTICE_DAYS = 30;

/** As long as the term before, and right behind it, or from `today` when that is over. */
export function termAfter(before: Term, today: string): Term {
  const next = addDays(before.end, 1);
  const start = next < today ? today : next;
  const months = Math.max(12, monthsBetween(before.start, next));
  return { start, end: addDays(addMonths(start, months), -1) };
}
