/** When the programmes have to look at a resident again: see `schedule.ts`, which says what is due then. Pure. */
import { createHash } from 'node:crypto';
import { addDays } from '../../../kernel/calendar.ts';
import { type Action, type Programme, VISITS } from './programme.ts';
import {
  AHEAD_DAYS,
  aboutWhen,
  actionsFor,
  anchored,
  anchorOf,
  type Every,
  enteredOn,
  isYearly,
  roundStart,
  type Subject,
} from './schedule.ts';

const DAY_MS = 86_400_000;

/** Goes up when the same programmes make other tasks, so that everybody is looked at anew. */
const SCHEDULER = 1;

/** Tells programmes in force from others. */
export function digestOf(programmes: readonly Programme[]): string {
  return createHash('sha256')
    .update(JSON.stringify([SCHEDULER, programmes]))
    .digest('hex');
}

/**
 * The first day after today on which time alone may make something due, perhaps some days early; undefined when only
 * a change of the record can.
 */
export function nextLook(programme: Programme, subject: Subject, today: string): string | undefined {
  return earliest(actionsFor(programme, subject).map((action) => lookFor(programme, action, subject, today)));
}

export function earliest(days: readonly (string | undefined)[]): string | undefined {
  return days.reduce((a, b) => (a === undefined || (b !== undefined && b < a) ? b : a), undefined);
}

export function tomorrowOf(day: string): string {
  return addDays(day, 1);
}

function lookFor(programme: Programme, action: Action, subject: Subject, today: string): string | undefined {
  if (isYearly(action)) return yearly(programme, subject, today);
  if (action.timing?.kind === 'every') return repeated(action, action.timing, subject, today);
  const anchor = anchorOf(action, subject);
  if (anchor === undefined) return undefined;
  const about = aboutWhen(action, anchor);
  const horizon = Date.parse(today) / DAY_MS + AHEAD_DAYS;
  if (about && about.from > horizon) return addDays('1970-01-01', Math.ceil(about.from - AHEAD_DAYS));
  const window = about && about.to < horizon - AHEAD_DAYS ? undefined : anchored(action, anchor);
  const day = window && window.end >= programme.from ? addDays(window.start, -AHEAD_DAYS) : undefined;
  return day !== undefined && day > today ? day : undefined;
}

/** On New Year's Day of the next year in which the resident has the age. */
function yearly(programme: Programme, { birth, enrolment }: Subject, today: string): string | undefined {
  const next = Number(today.slice(0, 4)) + 1;
  if (enrolment) return `${next}-01-01`;
  if (birth === undefined) return undefined;
  const year = Math.max(next, Number(birth.slice(0, 4)) + (programme.ages.low ?? 0));
  const window = { start: `${year}-01-01`, end: `${year}-12-31` };
  return enteredOn(programme, birth, window) === undefined ? undefined : window.start;
}

/** Visits follow each other: the next is made with what ends the one before. */
function repeated(action: Action, timing: Every, { enrolment }: Subject, today: string): string | undefined {
  if (!enrolment || VISITS.includes(action.code)) return undefined;
  for (let n = 1; ; n++) {
    const day = roundStart(enrolment.start, timing, n);
    if (day > today) return day;
  }
}
