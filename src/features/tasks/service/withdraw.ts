/** What was recorded by mistake is taken back: the form, its Observations, the visit, and what followed from it. */
import type { Resource } from '../../../kernel/contribution.ts';
import { type Issue, problem } from '../../../kernel/issue.ts';
import type { Consequence, Scene } from '../../../kernel/workflow.ts';
import { nameOf, referenceIn } from './fhir.ts';
import { isFiled } from './form.ts';
import { VISITS } from './programme.ts';
import { recordOf } from './record.ts';
import { withdrawScreening } from './screening.ts';
import { followVisit, givenUp, latestVisit, WITHDRAWN } from './successor.ts';
import { codeOf, moved, outputsOf, periodOf, programmeCodeOf, type TaskFields, visitDayOf } from './task.ts';

/** A form that holds no more, or is about somebody else: what it did is undone. */
export async function withdrawForm(scene: Scene, form: Resource): Promise<Resource[]> {
  const patient = await scene.read(referenceIn(form.subject));
  if (patient?.resourceType !== 'Patient') return [];
  const { tasks } = await recordOf(scene, patient);
  const mine = tasks.filter((t) =>
    outputsOf(t, 'form').some((o) => o.valueReference?.reference === nameOf(form)),
  );
  return [
    ...(await voided(scene, form, [])),
    ...mine.filter((t) => t.status === 'completed').map((t) => undone(t, tasks, scene.ctx.now)),
  ];
}

/** The Observations of a form that it does not hold any more. */
export async function voided(scene: Scene, form: Resource, kept: readonly Resource[]): Promise<Resource[]> {
  const ids = new Set(kept.map((o) => o.id));
  const before = await scene.search('Observation', [['derived-from', nameOf(form)]]);
  return before
    .filter((o) => String(o.id).startsWith('form-') && !ids.has(o.id) && o.status !== 'entered-in-error')
    .map((o) => ({ ...o, status: 'entered-in-error' }));
}

/** To be done again; or given up, when nobody had planned it, or a later visit was made. */
export function undone(task: Resource, tasks: readonly Resource[], now: Date): Resource {
  const { executionPeriod: _, output: __, ...rest } = task as TaskFields;
  const day = visitDayOf(task) ?? '';
  const planned = !periodOf(task).startsWith('visit-');
  const later = tasks.some(
    (t) =>
      VISITS.includes(codeOf(task)) &&
      t.status === 'completed' &&
      programmeCodeOf(t) === programmeCodeOf(task) &&
      (visitDayOf(t) ?? '') > day,
  );
  return planned && !later
    ? moved(rest, 'ready', now)
    : moved(rest, 'cancelled', now, { statusReason: WITHDRAWN });
}

/**
 * A task is done no more: only what was recorded by mistake is taken back. What the visit brought is given up, and the
 * last one that remains decides anew.
 */
export async function followUndone(scene: Scene, before: Resource, after: Resource): Promise<Consequence> {
  if (await stands(scene, before)) return { issues: [notUndone()] };
  if (codeOf(after) === 'screening') return { writes: await withdrawScreening(scene, before) };
  const code = programmeCodeOf(after);
  const patient = await scene.read((after as TaskFields).for?.reference);
  if (!code || !VISITS.includes(codeOf(after)) || patient?.resourceType !== 'Patient') return {};
  const record = await recordOf(scene, patient);
  const writes = await givenUp(scene, record, code, visitDayOf(before) ?? '');
  if (after.status === 'ready') return { writes };
  const last = latestVisit(record.tasks, code);
  return { writes: [...writes, ...(last ? await followVisit(scene, last) : [])] };
}

/** Whether what a task that was done rests on is still so: its forms, what a screening measured, or else all that came of it. */
async function stands(scene: Scene, task: Resource): Promise<boolean> {
  const forms = outputsOf(task, 'form');
  const measured = codeOf(task) === 'screening' ? outputsOf(task, 'measurement') : [];
  const all = measured.length > 0 ? measured : ((task as TaskFields).output ?? []);
  const outputs = forms.length > 0 ? forms : all;
  for (const { valueReference } of outputs) {
    const found = await scene.read(valueReference?.reference);
    if (found?.resourceType === 'QuestionnaireResponse') {
      if (isFiled(found)) return true;
    } else if (found && found.status !== 'entered-in-error') return true;
  }
  return false;
}

function notUndone(): Issue {
  return problem(
    'business-rule',
    {
      en: 'A service that was delivered stays so. If it was recorded by mistake, mark its form (or what came of it) as entered-in-error, and the task is open again.',
      zh: '已完成的服务不能改回。如系误录,请将其随访表(或结果记录)标为 entered-in-error,任务随即恢复。',
    },
    { expression: 'Task.status', rule: 'task-step-illegal' },
  );
}
