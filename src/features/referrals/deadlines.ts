/** What falls due on a referral task, by the times of PlanDefinition referral-deadlines. Pure. */
import type { Deadline } from '../../kernel/workflow.ts';
import type { Limits } from './limits.ts';
import { isBeforeArrival, isFailed } from './model.ts';
import { directionOf, outputs, stateOf, stateSince, type Task, timeOf } from './reading.ts';

/**
 * What falls due on a task: `overdue` is told to the referral centre, `give-up` ends what never came to an arrival,
 * `unresolved` cancels what nobody took up again. While an appointment is booked, they pass without effect.
 */
export function taskDeadlines(limits: Limits, task: Task, written: number): Deadline[] {
  const state = stateOf(task);
  const limit = state && limits.of(state, task.priority);
  if (!state || limit === undefined) return [];
  const due = dueOf(task, written, limit);
  if (isFailed(state))
    return outputs(task, 'redirected-to').length > 0 ? [] : [{ ...due, name: 'unresolved' }];
  const overdue = { ...due, name: `overdue:${state}` };
  // Nobody gives up a resident who is on the way back to the community.
  if (!isBeforeArrival(state) || directionOf(task) === 'down') return [overdue];
  return [overdue, { ...due, name: `give-up:${state}`, at: due.at + limits.step('give-up') }];
}

/** When the state of a task began: it holds the times that were in force then. */
export function beginningOf(task: Task, written: number): number {
  const since = stateSince(task);
  return since === undefined || since > written ? written : since;
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
