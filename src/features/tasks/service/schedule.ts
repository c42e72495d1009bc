/** Which tasks of a programme are due for a resident, by birth, enrolment and calendar. Pure. */
import { addDays, addLength, ageOn } from '../../../kernel/calendar.ts';
import { cadenceEnd, type Window, windowFrom } from './next.ts';
import { type Action, isWithinAges, type Programme, type Timing, VISITS } from './programme.ts';

/** What is known of a resident for one programme. */
export interface Subject {
  readonly birth?: string;
  readonly gender?: string;
  /** When the resident is enrolled and under management. */
  readonly enrolment?: {
    readonly start: string;
    /** timing-anchor -> day */
    readonly anchors: ReadonlyMap<string, string>;
    /** Optional actions that were chosen. */
    readonly options: readonly string[];
  };
  /** Has the disease of the programme: screening is for the others. */
  readonly known: boolean;
  /** A visit of the programme is still to do. */
  readonly visitOpen: boolean;
  /** The last visit that was made, or missed for good. */
  readonly lastVisit?: string;
  /** `vaccine dose` -> day */
  readonly doses: ReadonlyMap<string, string>;
}

export interface Wanted {
  /** What tells it from the other tasks of the resident in the programme. */
  readonly period: string;
  readonly action: Action;
  readonly window: Window;
}

/** How far ahead tasks are made. */
export const AHEAD_DAYS = 31;

/** Again and again. */
export type Every = Extract<Timing, { readonly kind: 'every' }>;

export interface Span {
  /** Windows that ended before are history. */
  readonly since: string;
  readonly today: string;
}

export function wantedTasks(programme: Programme, subject: Subject, span: Span): Wanted[] {
  return actionsFor(programme, subject).flatMap((action) =>
    windowsOf(programme, action, subject, span).map((w) => ({ action, ...w })),
  );
}

/** What the programme does for somebody like this, at some time. */
export function actionsFor(programme: Programme, subject: Subject): Action[] {
  const { enrolment } = subject;
  const needsEnrolment = programme.diagnoses.length > 0;
  return programme.actions.filter((action) => {
    if (action.rule || (action.gender && action.gender !== subject.gender)) return false;
    const isForAll = !needsEnrolment || action.code === 'screening';
    if (needsEnrolment && (isForAll ? subject.known : !enrolment)) return false;
    if (action.optional && !enrolment?.options.includes(action.id)) return false;
    return !action.dose || !subject.doses.has(doseKey(action.dose.vaccine, action.dose.number));
  });
}

export function isYearly({ timing }: Action): boolean {
  return timing?.kind === 'every' && timing.times === 1 && timing.period === 1 && timing.unit === 'a';
}

export function doseKey(vaccine: string, dose: number): string {
  return `${vaccine} ${dose}`;
}

function windowsOf(
  programme: Programme,
  action: Action,
  subject: Subject,
  span: Span,
): { period: string; window: Window }[] {
  const { timing } = action;
  if (timing?.kind === 'every') {
    if (isYearly(action)) return yearly(programme, action, subject, span);
    return VISITS.includes(action.code)
      ? visits(action, timing, subject)
      : rounds(action, timing, subject, span);
  }
  const anchor = anchorOf(action, subject);
  if (anchor === undefined || isFarOff(programme, action, anchor, span)) return [];
  const window = anchored(action, anchor);
  if (!window) return [];
  const isPast = window.end < span.since && !action.dose;
  const isFar = window.start > addDays(span.today, AHEAD_DAYS);
  // A programme begins with its version: what was due before is not made up for.
  return isPast || isFar || window.end < programme.from ? [] : [{ period: action.id, window }];
}

/** Once in the calendar year, from the day on which the resident comes into the programme. */
function yearly(
  programme: Programme,
  action: Action,
  { birth, enrolment }: Subject,
  { since, today }: Span,
): { period: string; window: Window }[] {
  const years: string[] = [];
  for (let year = Number(since.slice(0, 4)); year <= Number(today.slice(0, 4)); year++)
    years.push(String(year));
  return years.flatMap((year) => {
    const window = { start: `${year}-01-01`, end: `${year}-12-31` };
    const entered = enrolment?.start ?? enteredOn(programme, birth, window);
    if (entered === undefined || entered > window.end || window.end < since) return [];
    return [
      {
        period: `${action.id}-${year}`,
        window: { start: entered > window.start ? entered : window.start, end: window.end },
      },
    ];
  });
}

/** The first day of the window on which the resident has the age of the programme. */
export function enteredOn(
  { ages }: Programme,
  birth: string | undefined,
  window: Window,
): string | undefined {
  if (birth === undefined || birth > window.end) return undefined;
  if (isWithinAges(ages, ageOn(birth, window.start))) return birth > window.start ? birth : window.start;
  if (!isWithinAges(ages, ageOn(birth, window.end))) return undefined;
  return addLength(birth, ages.low ?? 0, 'a');
}

/** Visits again and again, each counted from the last one: one is open at a time. */
function visits(
  action: Action,
  timing: Every,
  { enrolment, lastVisit, visitOpen }: Subject,
): { period: string; window: Window }[] {
  if (!enrolment || visitOpen) return [];
  const isFirst = lastVisit === undefined || lastVisit < enrolment.start;
  const from = isFirst ? enrolment.start : lastVisit;
  const period = `${isFirst ? action.id : 'after'}-${from}`;
  return [{ period, window: { ...windowFrom(from, action), end: cadenceEnd(from, timing) } }];
}

/** Other things again and again, whoever was late with the last: each while its time runs. */
function rounds(
  action: Action,
  timing: Every,
  { enrolment }: Subject,
  { since, today }: Span,
): { period: string; window: Window }[] {
  if (!enrolment) return [];
  const found = [];
  for (let n = 0; ; n++) {
    const from = roundStart(enrolment.start, timing, n);
    if (n > 0 && from > today) return found;
    const end = roundStart(enrolment.start, timing, n + 1);
    if (end >= since) found.push({ period: `${action.id}-${from}`, window: { start: from, end } });
  }
}

/**
 * The first day of the n-th time of something, counted from 0; always from the first day, so that its date stays. More
 * than once a day is once a day.
 */
export function roundStart(first: string, { times, period, unit }: Every, n: number): string {
  const length = unit === 'mo' || unit === 'wk' ? unit : unit === 'a' ? 'mo' : 'd';
  const step = Math.max(1, Math.floor((unit === 'a' ? 12 * period : period) / times));
  return addLength(first, n * step, length)!;
}

/** The day from which an action is counted. */
export function anchorOf({ anchor, dose }: Action, { birth, enrolment, doses }: Subject): string | undefined {
  if (anchor === undefined) return undefined;
  if (anchor === 'previous-dose') return dose && doses.get(doseKey(dose.vaccine, dose.number - 1));
  const said = enrolment?.anchors.get(anchor);
  if (said !== undefined) return said;
  if (anchor === 'enrolment') return enrolment?.start;
  // Most children are born where they live: the discharge is a matter of days.
  return anchor === 'birth' || (anchor === 'discharge' && !enrolment) ? birth : undefined;
}

const DAY_MS = 86_400_000;
/** Days in a unit, at most one in twenty wrong. */
const ABOUT: Readonly<Record<string, number>> = { a: 365.25, mo: 30.44, wk: 7, d: 1, h: 1 / 24, min: 0 };

/** Surely not due: most actions are for another age, and a county has many residents. */
function isFarOff(programme: Programme, action: Action, anchor: string, { since, today }: Span): boolean {
  const about = aboutWhen(action, anchor);
  if (!about) return false;
  const isPast = about.to < Date.parse(action.dose ? programme.from : since) / DAY_MS;
  return isPast || about.from > Date.parse(today) / DAY_MS + AHEAD_DAYS;
}

/** Days since 1970 between which its window surely lies; undefined when it has none. */
export function aboutWhen(
  { timing }: Action,
  anchor: string,
): { readonly from: number; readonly to: number } | undefined {
  if (timing === undefined || timing.kind === 'every') return undefined;
  const [low, high] =
    timing.kind === 'between'
      ? [timing.low, timing.high]
      : [timing.kind === 'at' ? timing.value : 0, timing.value];
  const unit = ABOUT[timing.unit] ?? 1;
  const from = Date.parse(anchor) / DAY_MS;
  const slack = 31 + unit;
  return { from: from + low * unit - slack, to: from + (high + 1) * unit + slack };
}

/**
 * `at` 3 months is while the child is three months old; `between` 16 and 20 weeks is from 16 weeks to the end of
 * the 20th; without a time it is at the anchor, within the first month.
 */
export function anchored({ timing }: Action, anchor: string): Window | undefined {
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
