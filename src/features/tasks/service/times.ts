/** The times of one action of a programme for one resident: those that are due by now, and when the next is. Pure. */
import { addDays, addLength, ageOn } from '../../../kernel/calendar.ts';
import { cadenceEnd, type Window, windowFrom } from './next.ts';
import { type Action, isWithinAges, type Programme, type Timing, VISITS } from './programme.ts';
import { doseKey, type Span, type Subject } from './subject.ts';

/** How far ahead tasks are made. */
export const AHEAD_DAYS = 31;

export interface Times {
  /** `period` tells it from the others of the resident in the programme. */
  readonly found: readonly { readonly period: string; readonly window: Window }[];
  /** The day on which, or some days before, time makes the next one due. */
  readonly later?: string;
}

const NONE: Times = { found: [] };

export function timesOf(programme: Programme, action: Action, subject: Subject, span: Span): Times {
  const { timing } = action;
  if (timing?.kind !== 'every') return once(programme, action, subject, span);
  const isYearly = timing.times === 1 && timing.period === 1 && timing.unit === 'a';
  if (isYearly) return yearly(programme, action, subject, span);
  return VISITS.includes(action.code)
    ? visits(action, timing, subject)
    : rounds(action, timing, subject, span);
}

/**
 * Once in the calendar year, from the day on which the resident comes into the programme; oftener once in each equal part
 * of it, the first of which is that of the year: who is asked oftener from some day on is not asked once more for it.
 */
function yearly(programme: Programme, action: Action, subject: Subject, { since, today }: Span): Times {
  const { birth, enrolment } = subject;
  const entered = (window: Window) => {
    const day = enrolment?.start ?? enteredOn(programme, birth, window);
    return day === undefined || day > window.end
      ? undefined
      : { start: day > window.start ? day : window.start, end: window.end };
  };
  const times = Math.max(
    1,
    ...action.oftener.flatMap((o) => (subject.populations.has(o.population) ? o.times : [])),
  );
  const found = [];
  const last = Number(today.slice(0, 4));
  for (let year = Number(since.slice(0, 4)); year <= last; year++) {
    for (const [n, part] of partsOf(year, times).entries()) {
      const window = entered(part);
      if (!window || window.end < since) continue;
      const period = `${action.id}-${year}${n > 0 ? `-${n + 1}` : ''}`;
      if (part.start > today) return { found, later: part.start };
      found.push({ period, window });
    }
  }
  if (!enrolment && birth === undefined) return { found };
  const next = enrolment
    ? last + 1
    : Math.max(last + 1, Number(birth!.slice(0, 4)) + (programme.ages.low ?? 0));
  // Of that year only the last part may be for somebody who is not old enough before.
  const first = partsOf(next, times).find(entered);
  return { found, ...(first ? { later: first.start } : {}) };
}

function partsOf(year: number, times: number): Window[] {
  const months = Math.max(1, Math.floor(12 / times));
  return Array.from({ length: Math.min(times, 12) }, (_, n) => ({
    start: addLength(`${year}-01-01`, n * months, 'mo')!,
    end: addDays(addLength(`${year}-01-01`, (n + 1) * months, 'mo')!, -1),
  }));
}

/** The first day of the window on which the resident has the age of the programme. */
function enteredOn({ ages }: Programme, birth: string | undefined, window: Window): string | undefined {
  if (birth === undefined || birth > window.end) return undefined;
  if (isWithinAges(ages, ageOn(birth, window.start))) return birth > window.start ? birth : window.start;
  if (!isWithinAges(ages, ageOn(birth, window.end))) return undefined;
  return addLength(birth, ages.low ?? 0, 'a');
}

type Every = Extract<Timing, { readonly kind: 'every' }>;

/**
 * Visits again and again, each counted from the last one: one is open at a time, and the next is made with what ends
 * the one before.
 */
function visits(action: Action, timing: Every, { enrolment, lastVisit, visitOpen }: Subject): Times {
  if (!enrolment || visitOpen) return NONE;
  const isFirst = lastVisit === undefined || lastVisit < enrolment.start;
  const from = isFirst ? enrolment.start : lastVisit;
  const period = `${isFirst ? action.id : 'after'}-${from}`;
  return { found: [{ period, window: { ...windowFrom(from, action), end: cadenceEnd(from, timing) } }] };
}

/** Other things again and again, whoever was late with the last: each while its time runs. */
function rounds(action: Action, timing: Every, { enrolment }: Subject, { since, today }: Span): Times {
  if (!enrolment) return NONE;
  const found = [];
  const over = overOn(action, enrolment);
  for (let n = 0; ; n++) {
    const start = roundStart(enrolment.start, timing, n);
    if (n > 0 && start > today) return { found, later: start };
    const end = roundStart(enrolment.start, timing, n + 1);
    if (over !== undefined && end >= over) return { found };
    if (end >= since) found.push({ period: `${action.id}-${start}`, window: { start, end } });
  }
}

/**
 * The first day of the n-th time of something, counted from 0; always from the first day, so that its date stays. More
 * than once a day is once a day.
 */
function roundStart(first: string, { times, period, unit }: Every, n: number): string {
  const length = unit === 'mo' || unit === 'wk' ? unit : unit === 'a' ? 'mo' : 'd';
  const step = Math.max(1, Math.floor((unit === 'a' ? 12 * period : period) / times));
  return addLength(first, n * step, length)!;
}

const DAY_MS = 86_400_000;

/** Once, counted from a day. Most are for another age, which is seen without a calendar: a county has many residents. */
function once(programme: Programme, action: Action, subject: Subject, { since, today }: Span): Times {
  const anchor = anchorOf(action, subject);
  if (anchor === undefined) return NONE;
  const { about } = action;
  if (about) {
    const first = Date.parse(anchor) / DAY_MS;
    if (first + about.to < Date.parse(action.dose ? programme.from : since) / DAY_MS) return NONE;
    const looked = first + about.from - AHEAD_DAYS;
    if (looked > Date.parse(today) / DAY_MS)
      return { found: [], later: addDays('1970-01-01', Math.ceil(looked)) };
  }
  const window = anchored(action, anchor);
  // A programme begins with its version: what was due before is not made up for.
  if (!window || window.end < programme.from) return NONE;
  const over = overOn(action, subject.enrolment);
  if (over !== undefined && window.end >= over) return NONE;
  const look = addDays(window.start, -AHEAD_DAYS);
  if (look > today) return { found: [], later: look };
  return window.end < since && !action.dose ? NONE : { found: [{ period: action.id, window }] };
}

/** The day after which there is nothing to do of an action: the delivery for a pregnancy, the end for a treatment. */
export function overOn({ anchor, code }: Action, enrolment: Subject['enrolment']): string | undefined {
  if (anchor === 'last-menstruation') return enrolment?.anchors.get('delivery');
  return code === 'medication-supervision' ? enrolment?.anchors.get('treatment-end') : undefined;
}

/** The day from which an action is counted. */
function anchorOf({ anchor, dose }: Action, { birth, enrolment, doses }: Subject): string | undefined {
  if (anchor === undefined) return undefined;
  if (anchor === 'previous-dose') return dose && doses.get(doseKey(dose.vaccine, dose.number - 1));
  const said = enrolment?.anchors.get(anchor);
  if (said !== undefined) return said;
  if (anchor === 'enrolment') return enrolment?.start;
  // Most children are born where they live: the discharge is a matter of days.
  return anchor === 'birth' || (anchor === 'discharge' && !enrolment) ? birth : undefined;
}

/**
 * `at` 3 months is while the child is three months old; `between` 16 and 20 weeks is from 16 weeks to the end of
 * the 20th; without a time it is at the anchor, within the first month.
 */
function anchored({ timing }: Action, anchor: string): Window | undefined {
  if (timing === undefined) return { start: anchor, end: addDays(addLength(anchor, 1, 'mo')!, -1) };
  const after = (value: number, unit: string) => addLength(anchor, value, unit);
  const [start, end] =
    timing.kind === 'within'
      ? [anchor, after(timing.value, timing.unit)]
      : timing.kind === 'at'
        ? [after(timing.value, timing.unit), dayBefore(after(timing.value + 1, timing.unit))]
        : timing.kind === 'between'
          ? [
              after(timing.low, timing.unit),
              timing.unit === 'h' ? after(timing.high, 'h') : dayBefore(after(timing.high + 1, timing.unit)),
            ]
          : [];
  return start && end ? { start, end } : undefined;
}

function dayBefore(day: string | undefined): string | undefined {
  return day && addDays(day, -1);
}
