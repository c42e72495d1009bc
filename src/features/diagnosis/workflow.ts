/** What shared diagnosis adds to writes, and what falls due in it. */
import type { WriteFacts } from '../../kernel/contribution.ts';
import { dateRange } from '../../kernel/dates.ts';
import type { Consequence, Workflow } from '../../kernel/workflow.ts';
import { acknowledgementIssues, alarms, escalate, followValue } from './critical.ts';
import { isOpen } from './model.ts';
import { assertWriter } from './parties.ts';
import { afterwards } from './published.ts';
import { followPublishedValue } from './readers.ts';
import { isCritical, isSharedOrder, kindOf, stateOf, type TaskFields } from './reading.ts';
import { notice } from './records.ts';
import { followReport } from './reports.ts';
import { followOrder, followTask } from './tasks.ts';

const STEP = 'step';
const ACKNOWLEDGE = 'acknowledge';

/** `minutes`: in which a critical value is to be acknowledged. */
export function diagnosisWorkflow(minutes: number): Workflow {
  return {
    name: 'diagnosis',
    concerns: (facts) => {
      const { type, before, after } = facts;
      switch (type) {
        case 'Task':
          return [before, after].some((t) => kindOf(t) !== undefined || isCritical(t));
        case 'ServiceRequest':
          return (isSharedOrder(after) || isSharedOrder(before)) && before?.status !== after?.status;
        case 'DiagnosticReport':
          return isShared(facts) || alarms(before) || alarms(after);
        case 'Observation':
          return alarms(before) !== alarms(after) || afterwards(facts) !== undefined;
        default:
          return false;
      }
    },
    deadlines: (resource) => {
      const task = resource as TaskFields;
      const end = dateRange(task.restriction?.period?.end ?? '')?.lo;
      if (end === undefined) return [];
      if (isCritical(task)) return task.status === 'requested' ? [{ name: ACKNOWLEDGE, at: end }] : [];
      const kind = kindOf(task);
      return kind && isOpen(kind, stateOf(task)) ? [{ name: STEP, at: end }] : [];
    },
    async follow(scene, facts): Promise<Consequence> {
      switch (facts.type) {
        case 'ServiceRequest':
          return followOrder(scene, facts);
        case 'Task':
          if (facts.after) {
            await assertWriter(scene, facts.before as TaskFields | undefined, facts.after as TaskFields);
          }
          return isCritical(facts.after)
            ? { issues: await acknowledgementIssues(scene, facts.after as TaskFields) }
            : followTask(scene, facts);
        default: {
          const follow = facts.type === 'Observation' ? followPublishedValue : followReport;
          const what = await follow(scene, facts);
          if (what.issues) return what;
          const value = await followValue(scene, facts, minutes);
          return { writes: [...(what.writes ?? []), ...(value.writes ?? [])] };
        }
      }
    },
    async due(scene, resource, deadline): Promise<Consequence> {
      const task = resource as TaskFields;
      return deadline === ACKNOWLEDGE ? escalate(scene, task, minutes) : overdue(task, scene.ctx.now);
    },
  };
}

/** A report on an order, or one that was published and changes. */
function isShared(facts: WriteFacts): boolean {
  const { before, after } = facts;
  return afterwards(facts) !== undefined || (after?.basedOn !== undefined && before?.status !== after.status);
}

/** A step that is late: whoever is to do it and whoever asked for it are told. */
function overdue(task: TaskFields, now: Date): Consequence {
  const recipients = [task.owner, task.requester].flatMap((r) => r?.reference ?? []);
  const text = `检查诊断任务已超过当前环节时限(${stateOf(task)}),请尽快处理。`;
  return {
    writes: [
      notice(
        { about: [`Task/${task.id}`], task: `Task/${task.id}`, patient: task.for, recipients, text },
        now,
      ),
    ],
  };
}
