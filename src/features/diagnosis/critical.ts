/** Critical values: told at once, acknowledged in time, else told to somebody above. */
import type { Resource, WriteFacts } from '../../kernel/contribution.ts';
import type { Reference } from '../../kernel/elements.ts';
import { type Issue, problem } from '../../kernel/issue.ts';
import type { Consequence, Scene } from '../../kernel/workflow.ts';
import { above, institutionOf } from './people.ts';
import {
  isCriticalReport,
  isCriticalValue,
  isPublished,
  type OrderFields,
  plain,
  type ReportFields,
  TASK_CODE,
  type TaskFields,
} from './reading.ts';
import { criticalState, criticalValue, notice } from './records.ts';

/** Whether a version holds a critical value. */
export function alarms(resource: Resource | undefined): boolean {
  if (resource?.resourceType === 'Observation') return isCriticalValue(resource);
  if (resource?.resourceType !== 'DiagnosticReport') return false;
  return (
    isCriticalReport(resource as ReportFields) &&
    (isPublished(resource.status) || resource.status === 'preliminary')
  );
}

/** A critical value that appears is told to whoever ordered it; one that was wrong is withdrawn. */
export async function followValue(
  scene: Scene,
  { type, id, before, after }: WriteFacts,
  minutes: number,
): Promise<Consequence> {
  const focus = `${type}/${id}`;
  const tasks = await about(scene, [focus]);
  if (!alarms(after)) {
    if (!alarms(before)) return {};
    const reason = { text: '危急值已更正或作废' };
    return {
      writes: tasks
        .filter(isOpen)
        .map((t) => criticalState(t, 'withdrawn', { statusReason: reason }, scene.ctx.now)),
    };
  }
  if (tasks.length > 0) return {};
  const value = after as ReportFields;
  // A value and its report are one alarm.
  const results = (value.result ?? []).flatMap((r) => plain(r.reference, scene.ctx.base) ?? []);
  if (results.length > 0 && (await about(scene, results)).length > 0) return {};
  const order = plain(value.basedOn?.[0]?.reference, scene.ctx.base);
  const { requester: orderer } = ((await scene.read(order)) ?? {}) as Partial<OrderFields>;
  const finder = value.performer?.find(({ reference }) =>
    /(Practitioner|PractitionerRole|Organization)\//.test(reference ?? ''),
  );
  const owner = orderer?.reference ?? (await institutionOf(scene, finder?.reference));
  const patient = value.subject;
  if (owner === undefined || !patient) return {};
  const requester = finder ?? ({ reference: owner } as Reference);
  const institution = await institutionOf(scene, owner);
  const facts = { focus, order, patient, requester, owner, institution };
  return { writes: criticalValue(facts, minutes, scene.ctx.now) };
}

async function about(scene: Scene, focus: readonly string[]): Promise<TaskFields[]> {
  const found = await scene.search('Task', [
    ['focus', focus.join(',')],
    ['code', `${TASK_CODE}|critical-value`],
  ]);
  return found as TaskFields[];
}

function isOpen({ status }: TaskFields): boolean {
  return status === 'requested';
}

/** Whoever is said to have received it is known here. */
export async function acknowledgementIssues(scene: Scene, task: TaskFields): Promise<Issue[]> {
  if (task.status !== 'completed') return [];
  const named = (task.output ?? []).find((o) => o.type?.coding?.some((c) => c.code === 'acknowledged-by'));
  const person = plain((named?.valueReference as Reference | undefined)?.reference, scene.ctx.base);
  if (person === undefined || (await scene.read(person))) return [];
  return [
    problem(
      'business-rule',
      {
        en: `${person} is not known here: name the Practitioner or PractitionerRole who received the critical value.`,
        zh: `本服务器上没有 ${person}:请注明接收危急值的 Practitioner 或 PractitionerRole。`,
      },
      { expression: 'Task.output', rule: 'critical-value-unacknowledged' },
    ),
  ];
}

/**
 * Nobody acknowledged it in time: the institution is told, then its head. Above the head there is nobody: its Task
 * stays open until somebody acknowledges, and all who were told are told again.
 */
export async function escalate(scene: Scene, task: TaskFields, minutes: number): Promise<Consequence> {
  const owner = await above(scene, task.owner?.reference);
  const facts = {
    focus: task.focus?.reference ?? '',
    order: task.basedOn?.[0]?.reference,
    patient: task.for,
    requester: task.requester ?? {},
    partOf: `Task/${task.id}`,
  };
  if (owner !== undefined) {
    const failed = criticalState(task, 'escalated', {}, scene.ctx.now);
    return { writes: [failed, ...criticalValue({ ...facts, owner }, minutes, scene.ctx.now)] };
  }
  const recipients = [task.owner, task.requester].flatMap((r) => r?.reference ?? []);
  const text = '危急值逐级通知后仍未确认,请立即电话联系。';
  const told = notice(
    {
      about: [facts.focus],
      task: facts.partOf,
      patient: task.for,
      sender: task.requester,
      recipients,
      text,
      urgent: true,
    },
    scene.ctx.now,
  );
  return { writes: [told] };
}
