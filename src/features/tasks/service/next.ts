/** What follows from a visit: the next one, and the referral that the norm demands. Pure. */
import { addDays, addLength, daysBetween } from '../../../kernel/calendar.ts';
import { type Action, type Programme, REFERRALS, type Rule, VISITS } from './programme.ts';

export interface Window {
  readonly start: string;
  readonly end: string;
}

export interface Next {
  readonly action: Action;
  readonly window: Window;
}

export interface Decision {
  /** The one next visit. */
  readonly visit?: Next;
  readonly referrals: readonly (Next & { readonly emergency: boolean })[];
}

export interface Visit {
  readonly day: string;
  /** Of this visit; undefined for programmes without classes. */
  readonly class?: string;
  /** Of the visits before, the latest first. */
  readonly before: readonly string[];
  /** follow-up-referral-reason: what the doctor saw, or was measured. 5 is an emergency. */
  readonly reasons: readonly string[];
  /** The day that the doctor named for the next visit. */
  readonly nextDue?: string;
}

export function decide(programme: Programme, visit: Visit): Decision {
  const matched = programme.actions.filter((a) => a.rule && follows(a.rule, visit));
  const emergency = visit.reasons.includes('5');
  const demanded = matched.filter((a) => REFERRALS.includes(a.code));
  const stated = visit.reasons.length > 0 && !emergency && demanded.length === 0;
  const more = programme.actions.filter(
    (a) => (emergency && a.code === 'emergency-referral' && !a.rule) || (stated && a.code === 'referral'),
  );
  const referring = [...demanded, ...(stated ? more.slice(0, 1) : more)];
  const referrals = oneOfEach(referring).map((action) => ({
    action,
    window: { start: visit.day, end: limitOf(visit.day, action) },
    emergency: action.code === 'emergency-referral',
  }));
  const visits = [
    ...matched.filter((a) => VISITS.includes(a.code)),
    ...(referrals.length > 0 ? programme.actions.filter((a) => a.code === 'referral-follow-up') : []),
  ];
  const regular = programme.actions.find(
    (a) => a.code === 'follow-up' && a.timing?.kind === 'every' && !a.rule,
  );
  const candidates = visits.length > 0 ? visits : regular ? [regular] : [];
  const next = candidates
    .map((action) => ({ action, window: windowFrom(visit.day, action, visit.nextDue) }))
    .toSorted((a, b) =>
      a.window.end === b.window.end ? rank(a) - rank(b) : a.window.end < b.window.end ? -1 : 1,
    )[0];
  return { ...(next ? { visit: next } : {}), referrals };
}

/** An emergency is no ordinary referral as well. */
function oneOfEach(actions: readonly Action[]): Action[] {
  const urgent = actions.find((a) => a.code === 'emergency-referral');
  return urgent ? [urgent] : actions.slice(0, 1);
}

function rank({ action }: Next): number {
  return ['referral-follow-up', 'recheck', 'follow-up'].indexOf(action.code);
}

/** A rule that names no class is about screenings: `screening.ts`. */
function follows({ classes, consecutive, atMost = Number.POSITIVE_INFINITY }: Rule, visit: Visit): boolean {
  const visits = [visit.class, ...visit.before];
  const other = visits.findIndex((c) => c === undefined || !classes.includes(c));
  const inARow = other < 0 ? visits.length : other;
  return inARow >= consecutive && inARow <= atMost;
}

/**
 * The last day is that of the norm, or an earlier one that the doctor named. A visit within weeks may be made at
 * once; one within months belongs into the last third of the time.
 */
export function windowFrom(day: string, action: Action, named?: string): Window {
  const limit = limitOf(day, action);
  const end = named !== undefined && named >= day && named < limit ? named : limit;
  const length = daysBetween(day, end);
  const lead = length > 31 ? Math.round(length / 3) : length - 1;
  const start = addDays(end, -Math.max(0, lead));
  return { start: start > end ? end : start, end };
}

/** The last day on which the norm allows an action that is counted from this day. */
export function limitOf(day: string, { timing }: Action): string {
  if (timing?.kind === 'within') return addLength(day, timing.value, timing.unit) ?? day;
  if (timing?.kind === 'every') return cadenceEnd(day, timing);
  return day;
}

/** Four times a year is once in three months. */
export function cadenceEnd(day: string, timing: { times: number; period: number; unit: string }): string {
  const { times, period, unit } = timing;
  if (unit === 'a') return addLength(day, Math.floor((12 * period) / times), 'mo')!;
  return addLength(day, Math.max(1, Math.floor(period / times)), unit) ?? day;
}
