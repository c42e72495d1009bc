/** Which tasks of a programme are due for a resident, by birth, enrolment and calendar. Pure. */
import type { Window } from './next.ts';
import type { Action, Programme } from './programme.ts';
import { doseKey, type Span, type Subject } from './subject.ts';
import { timesOf } from './times.ts';

export interface Wanted {
  /** What tells it from the other tasks of the resident in the programme. */
  readonly period: string;
  readonly action: Action;
  readonly window: Window;
}

export interface Schedule {
  readonly wanted: readonly Wanted[];
  /**
   * The first day after today on which time alone may make something due, perhaps some days early; undefined when only
   * a change of the record can.
   */
  readonly look?: string;
}

export function scheduled(programme: Programme, subject: Subject, span: Span): Schedule {
  const wanted: Wanted[] = [];
  let look: string | undefined;
  for (const action of programme.actions) {
    if (!isFor(programme, action, subject)) continue;
    const { found, later } = timesOf(programme, action, subject, span);
    for (const { period, window } of found) wanted.push({ action, period, window });
    look = earlier(look, later);
  }
  return { wanted, look };
}

/** The earlier of two days that there may be. */
export function earlier(a: string | undefined, b: string | undefined): string | undefined {
  return a === undefined || (b !== undefined && b < a) ? b : a;
}

/** Whether the programme does something for somebody like this, at some time. */
function isFor(programme: Programme, action: Action, subject: Subject): boolean {
  const { enrolment } = subject;
  if (action.rule || (action.gender && action.gender !== subject.gender)) return false;
  if (programme.diagnoses.length > 0 && (action.code === 'screening' ? subject.known : !enrolment))
    return false;
  if (action.optional && !enrolment?.options.includes(action.id)) return false;
  return !action.dose || !subject.doses.has(doseKey(action.dose.vaccine, action.dose.number));
}
