/**
 * A result that others rely on is corrected or withdrawn: every recognition that rests on it ends, and a message to
 * the doctor and the institution says why; what was corrected comes back as a new offer, of what was withdrawn there
 * is nothing left to recognise.
 */
import { CANONICAL } from '../../kernel/canonical.ts';
import type { Resource, WriteFacts } from '../../kernel/contribution.ts';
import type { Reference } from '../../kernel/elements.ts';
import { newId } from '../../kernel/ids.ts';
import type { Consequence, Scene } from '../../kernel/workflow.ts';
import {
  type DecisionTask,
  matterOf,
  offered,
  offerOf,
  plainReference,
  revoked,
} from './decision-records.ts';
import { formerOf, storedDecision } from './decisions.ts';
import { DECISION_CODE, TASK_CODE_SYSTEM } from './rules.ts';

const CATEGORY = { system: 'http://terminology.hl7.org/CodeSystem/communication-category', code: 'alert' };
const REASON = { system: `${CANONICAL}/CodeSystem/recognition-decision-state`, code: 'recognized-revoked' };

export async function reopenDecisions(scene: Scene, facts: WriteFacts): Promise<Consequence> {
  const { base } = scene.ctx;
  const changed = `${facts.type}/${facts.id}`;
  const stands = facts.after !== undefined && facts.after.status !== 'entered-in-error';
  const writes: Resource[] = [];
  for (const result of await restingOn(scene, facts)) {
    const tasks = (await scene.search('Task', [
      ['focus', result],
      ['code', `${TASK_CODE_SYSTEM}|${DECISION_CODE}`],
    ])) as DecisionTask[];
    for (const task of tasks.filter((t) => t.status === 'completed')) {
      const { generation } = formerOf(tasks.map(storedDecision), matterOf(task, base), base);
      const why = stands ? '已更正' : '已作废';
      const ended = revoked(task, { coding: [REASON], text: `依据的结果${why}:${changed}` }, scene.ctx.now);
      const again = stands
        ? [
            {
              ...offered(offerOf(task, base), generation, scene.ctx.now),
              partOf: [{ reference: `Task/${task.id}` }],
            },
          ]
        : [];
      writes.push(ended, ...again, message(task, again[0] ?? task, changed, why, scene.ctx.now));
    }
  }
  return { writes };
}

/** The result itself, the values of a report, and the reports that a value is on. */
async function restingOn(scene: Scene, { type, id, before, after }: WriteFacts): Promise<Set<string>> {
  const { base } = scene.ctx;
  const found = new Set([`${type}/${id}`]);
  if (type === 'Observation') {
    for (const report of await scene.search('DiagnosticReport', [['result', `Observation/${id}`]]))
      found.add(`DiagnosticReport/${report.id}`);
  }
  // The values of a report that is amended speak for themselves; of one that is withdrawn nothing stands.
  const withdrawn = !after || !['final', 'amended', 'corrected'].includes(String(after.status));
  if (type === 'DiagnosticReport' && withdrawn) {
    for (const { reference } of (before?.result ?? []) as Reference[]) {
      const local = plainReference(reference, base);
      if (local !== undefined) found.add(local);
    }
  }
  return found;
}

function message(task: DecisionTask, again: DecisionTask, changed: string, why: string, now: Date): Resource {
  const to = [task.owner, task.requester].filter((party) => party !== undefined);
  return {
    resourceType: 'Communication',
    id: newId(),
    basedOn: [{ reference: `Task/${again.id}` }],
    status: 'completed',
    category: [{ coding: [CATEGORY] }],
    priority: 'urgent',
    ...(task.for ? { subject: task.for } : {}),
    about: [{ reference: changed }, { reference: `Task/${task.id}` }],
    ...(task.encounter ? { encounter: task.encounter } : {}),
    sent: now.toISOString(),
    ...(to.length > 0 ? { recipient: to } : {}),
    payload: [{ contentString: `您互认的检查检验结果${why},互认决定已撤销,请重新判断。` }],
  };
}
