/** Until when each step is to be done: PlanDefinition referral-deadlines, and what of it falls due on a task. */
import type { PlanDefinition } from '@medplum/fhirtypes';
import type { Definitions } from '../../definitions/definitions.ts';
import { CANONICAL } from '../../kernel/canonical.ts';
import type { Deadline } from '../../kernel/workflow.ts';
import { STATE, STEP } from './codes.ts';
import { isBeforeArrival, isFailed, type State } from './model.ts';
import { directionOf, outputs, stateOf, stateSince, type Task, timeOf } from './reading.ts';

const URL = `${CANONICAL}/PlanDefinition/referral-deadlines`;
const MINUTE = 60_000;
/** UCUM units of time in minutes. */
const UNIT: Readonly<Record<string, number>> = { min: 1, h: 60, d: 1440, wk: 10080 };

export type Step = 'give-up' | 'hold' | 'no-show' | 'emergency-record' | 'follow-up';

/** Times in milliseconds. */
export interface Limits {
  /** How long a task may stay in a state; undefined in one that is an end. */
  of(state: State, priority: string | undefined): number | undefined;
  step(step: Step): number;
}

/** Throws an Error when a step that needs a time has none. */
export function readLimits(definitions: Definitions): Limits {
  const plan = definitions.resources('PlanDefinition').find((p) => p.url === URL) as
    | PlanDefinition
    | undefined;
  const times = new Map<string, number>();
  for (const { code, priority, timingDuration } of plan?.action ?? []) {
    const coding = code?.[0]?.coding?.[0];
    const minutes = (timingDuration?.value ?? 0) * (UNIT[timingDuration?.code ?? ''] ?? 0);
    if (!coding?.code || minutes <= 0) throw new Error(`${URL} has an action without code or time`);
    times.set([coding.system, coding.code, priority ?? ''].join('|'), minutes * MINUTE);
  }
  const time = (system: string, code: string, priority: string) => times.get(`${system}|${code}|${priority}`);
  return {
    of: (state, priority) => time(STATE, state, priority ?? 'routine') ?? time(STATE, state, 'routine'),
    step: (step) => {
      const found = time(STEP, step, '');
      if (found === undefined) throw new Error(`${URL} has no time for ${step}`);
      return found;
    },
  };
}

/**
 * What falls due on a task: `overdue` is told to the referral centre, `give-up` ends what never came to an arrival,
 * `unresolved` cancels what nobody took up again. A booked referral waits for its appointment instead.
 */
export function taskDeadlines(limits: Limits, task: Task, written: number): Deadline[] {
  const state = stateOf(task);
  const limit = state && limits.of(state, task.priority);
  if (!state || limit === undefined) return [];
  if (state === 'accepted' && outputs(task, 'appointment').length > 0) return [];
  const due = dueOf(task, written, limit);
  if (isFailed(state))
    return outputs(task, 'redirected-to').length > 0 ? [] : [{ ...due, name: 'unresolved' }];
  const overdue = { ...due, name: `overdue:${state}` };
  // Nobody gives up a resident who is on the way back to the community.
  if (!isBeforeArrival(state) || directionOf(task) === 'down') return [overdue];
  return [overdue, { ...due, name: `give-up:${state}`, at: due.at + limits.step('give-up') }];
}

/**
 * From when the task came into its state, if it says so; otherwise from the version in which it first was. A task may
 * set itself an earlier end, never a later one.
 */
function dueOf(task: Task, written: number, limit: number): { at: number; kept?: boolean } {
  const since = stateSince(task);
  if (since === undefined || since > written) return { at: written + limit, kept: true };
  const end = timeOf(task.restriction?.period?.end);
  return { at: end !== undefined && end > since ? Math.min(end, since + limit) : since + limit };
}
