/** The document that a referral ended with stays, and stays complete: it may be amended. */
import { isDeepStrictEqual } from 'node:util';
import type { Resource, WriteFacts } from '../../kernel/contribution.ts';
import type { Reference } from '../../kernel/elements.ts';
import { conflict } from '../../kernel/fhir-error.ts';
import type { Consequence, Scene } from '../../kernel/workflow.ts';
import { recordsOf } from './belongs.ts';
import { DOCUMENT, TASK_CODE } from './codes.ts';
import { compositionIn, compositionOf, handoverIssues, opinionIssues } from './documents.ts';
import { isReferralTask, outputs, plain, type Task } from './reading.ts';
import { documentsShown, isSeen, shownTo } from './shown.ts';

type Output = 'handover' | 'opinion';

/** Whether a hand-over document or an opinion is changed or deleted. Pure. */
export function isOfDocument({ before }: WriteFacts): boolean {
  if (before?.resourceType === 'DocumentReference') return true;
  return compositionIn(before)?.type?.coding?.some((c) => c.system === DOCUMENT) === true;
}

export async function followDocument(
  scene: Scene,
  { type, id, before, after }: WriteFacts,
): Promise<Consequence> {
  const name = `${type}/${id}`;
  const found = await resting(scene, name, before!);
  if (!found) return {};
  if (!after) throw stays(name, found.task);
  // A document that leads to what its writer does not see leads nowhere: those it is shown to would see that.
  const document = (await isSeen(scene, name)) ? await compositionOf(scene, name) : undefined;
  const records = await recordsOf(scene, found.task.for?.reference);
  const issuesOf = found.output === 'handover' ? handoverIssues : opinionIssues;
  const issues = issuesOf(document, records, scene.ctx.base).map((i) => ({ ...i, expression: type }));
  if (issues.length > 0) return { issues };
  const writes = await documentsShown(scene, found.task, shownTo(before));
  const { meta: _, ...was } = before!;
  const { meta: __, ...is } = after;
  return {
    writes: isDeepStrictEqual(was, is) ? writes : [...writes, ...amended(scene, name, found.task, before!)],
  };
}

/** The referral task that came to a document. */
async function resting(
  scene: Scene,
  name: string,
  document: Resource,
): Promise<{ readonly task: Task; readonly output: Output } | undefined> {
  const subject = (compositionIn(document) ?? document).subject as Reference | undefined;
  for (const patient of await recordsOf(scene, subject?.reference)) {
    const tasks = await scene.search('Task', [
      ['patient', patient],
      ['code', `${TASK_CODE}|referral`],
    ]);
    for (const task of tasks.filter(isReferralTask)) {
      const output = (['handover', 'opinion'] as const).find((code) =>
        (outputs(task, code) as Reference[]).some((o) => plain(o.reference, scene.ctx.base) === name),
      );
      if (output) return { task, output };
    }
  }
  return undefined;
}

/** The word to those who go on by the document. */
function amended(scene: Scene, name: string, task: Task, before: Resource): Resource[] {
  const recipient = shownTo(before).map((reference) => ({ reference }));
  if (recipient.length === 0) return [];
  const text =
    '转诊文书已更正,请以现行版本为准。 The document of this referral was amended: go on by its present version.';
  return [
    {
      resourceType: 'Communication',
      status: 'completed',
      priority: 'urgent',
      subject: task.for,
      about: [{ reference: name }, { reference: `Task/${task.id}` }],
      ...(task.focus ? { basedOn: [task.focus] } : {}),
      sent: scene.ctx.now.toISOString(),
      recipient,
      payload: [{ contentString: text }],
    },
  ];
}

function stays(name: string, task: Task) {
  return conflict(
    {
      en: `${name} is the document of Task/${task.id}, on which others go on: it is not deleted. To correct it: PUT ${name} with status amended.`,
      zh: `${name} 是转诊任务 Task/${task.id} 的文书,后续诊疗以其为据,不能删除。如需更正,请以 status amended 更新(PUT ${name})。`,
    },
    { expression: name.split('/')[0], rule: 'referral-history-final' },
  );
}
