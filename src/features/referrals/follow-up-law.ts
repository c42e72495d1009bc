/** The follow-up after a referral: when it is reported, the referral is in follow-up. */
import { actingFor } from '../../access/acting.ts';
import { dayIn, dayOf } from '../../kernel/calendar.ts';
import type { Resource, WriteFacts } from '../../kernel/contribution.ts';
import type { Period } from '../../kernel/elements.ts';
import type { Issue } from '../../kernel/issue.ts';
import type { Consequence, Deadline, Scene } from '../../kernel/workflow.ts';
import { inState } from './build.ts';
import { escalationsDone } from './escalation.ts';
import type { Limits } from './limits.ts';
import { institutionOf, sidesOf } from './parties.ts';
import { isFollowUpTask, type Request, stateOf, type Task, timeOf } from './reading.ts';
import { currentTask, isOpen, requestOf } from './tasks.ts';
import { broken, notYours } from './words.ts';

export function followUpDeadlines(task: Task): Deadline[] {
  const end = timeOf(task.restriction?.period?.end);
  return isOpen(task) && end !== undefined ? [{ name: 'overdue', at: end }] : [];
}

export async function followFollowUp(scene: Scene, facts: WriteFacts, limits: Limits): Promise<Consequence> {
  const before = isFollowUpTask(facts.before) ? facts.before : undefined;
  const after = isFollowUpTask(facts.after) ? facts.after : undefined;
  if (!before || !after || !isOpen(before) || isOpen(after)) return {};
  const request = await requestOf(scene, before);
  if (request && before.status !== after.status) await assertFollowsUp(scene, before, request);
  const today = dayOf(scene.ctx.now);
  const day = dayIn((after.executionPeriod as Period | undefined)?.start) ?? today;
  if (day > today) return { issues: [inFuture(day, today)] };
  const writes: Resource[] = await escalationsDone(scene, `Task/${after.id}`);
  const referral = after.status === 'completed' && (await currentTask(scene, after.focus?.reference ?? ''));
  if (referral && stateOf(referral) === 'taken-over') {
    writes.push(inState(referral, 'following-up', scene.ctx, limits));
  }
  return { writes };
}

/** Throws `forbidden`, but for the team that was given the follow-up, whoever took the resident over, and the centre. */
export async function assertFollowsUp(scene: Scene, followUp: Task, request: Request): Promise<void> {
  const sides = await sidesOf(scene, request);
  if (sides.has('receiving') || sides.has('centre')) return;
  const owner = await institutionOf(scene, followUp.owner?.reference);
  if (owner === undefined || !actingFor(scene.ctx).includes(owner)) {
    throw notYours({ event: 'follow-up', by: ['receiving', 'centre'] });
  }
}

function inFuture(day: string, today: string): Issue {
  return broken(
    { rule: 'visit-in-future', expression: 'Task.executionPeriod' },
    {
      en: `The follow-up is dated ${day}, and today is ${today}.`,
      zh: `随访日期为 ${day},晚于今日 ${today}。`,
    },
  );
}
