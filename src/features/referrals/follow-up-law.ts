/** The follow-up after a referral: when it is reported, the referral is in follow-up. */
import type { Resource, WriteFacts } from '../../kernel/contribution.ts';
import type { Consequence, Deadline, Scene } from '../../kernel/workflow.ts';
import { inState } from './build.ts';
import { escalationsDone } from './escalation.ts';
import type { Limits } from './limits.ts';
import { isFollowUpTask, stateOf, type Task, timeOf } from './reading.ts';
import { currentTask, isOpen } from './tasks.ts';

export function followUpDeadlines(task: Task): Deadline[] {
  const end = timeOf(task.restriction?.period?.end);
  return isOpen(task) && end !== undefined ? [{ name: 'overdue', at: end }] : [];
}

export async function followFollowUp(scene: Scene, facts: WriteFacts, limits: Limits): Promise<Consequence> {
  const before = isFollowUpTask(facts.before) ? facts.before : undefined;
  const after = isFollowUpTask(facts.after) ? facts.after : undefined;
  if (!before || !after || !isOpen(before) || isOpen(after)) return {};
  const writes: Resource[] = await escalationsDone(scene, `Task/${after.id}`);
  const referral = after.status === 'completed' && (await currentTask(scene, after.focus?.reference ?? ''));
  if (referral && stateOf(referral) === 'taken-over') {
    writes.push(inState(referral, 'following-up', scene.ctx, limits));
  }
  return { writes };
}
