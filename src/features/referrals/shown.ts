/** The document that a referral ends with is shown to who asked and who takes over, whoever cares for the resident by then. */
import { SHOWN_TO } from '../../access/marks.ts';
import type { Resource } from '../../kernel/contribution.ts';
import type { Reference } from '../../kernel/elements.ts';
import type { Issue } from '../../kernel/issue.ts';
import type { Scene } from '../../kernel/workflow.ts';
import { attachedTo, missing } from './documents.ts';
import { institutionOf } from './parties.ts';
import { outputs, type Task } from './reading.ts';

interface Meta {
  readonly tag?: readonly { readonly system?: string; readonly code?: string }[];
}

/** The institutions that a document is shown to, `Organization/x`. */
export function shownTo(document: Resource | undefined): string[] {
  const tags = (document?.meta as Meta | undefined)?.tag ?? [];
  return tags.flatMap(({ system, code }) => (system === SHOWN_TO ? [`Organization/${code}`] : []));
}

/** The documents of a task, as they are to be written where who asked, or one of `others`, is not shown them yet. */
export async function documentsShown(
  scene: Scene,
  task: Task,
  others: readonly (string | undefined)[] = [],
): Promise<Resource[]> {
  const asking = await institutionOf(scene, task.requester?.reference);
  const wanted = new Set([asking, ...others].filter((institution) => institution !== undefined));
  const shown: Resource[] = [];
  for (const { reference } of [...outputs(task, 'handover'), ...outputs(task, 'opinion')] as Reference[]) {
    const document = await scene.lock(reference);
    for (const one of document ? [document, ...(await attachedTo(scene, document))] : []) {
      const missing = [...wanted].filter((institution) => !shownTo(one).includes(institution));
      if (missing.length === 0) continue;
      const meta = (one.meta ?? {}) as Meta;
      const tags = missing.map((institution) => ({ system: SHOWN_TO, code: institution.split('/')[1] }));
      shown.push({ ...one, meta: { ...meta, tag: [...(meta.tag ?? []), ...tags] } });
    }
  }
  return shown;
}

/** Who names a document sees it, and what it leads to: it is shown to others from then on. */
export async function documentIssues(scene: Scene, before: Task | undefined, after: Task): Promise<Issue[]> {
  const issues: Issue[] = [];
  for (const [output, type] of [
    ['handover', 'handover'],
    ['opinion', 'consultation-opinion'],
  ] as const) {
    const had = new Set(before ? (outputs(before, output) as Reference[]).map((o) => o.reference) : []);
    for (const { reference } of outputs(after, output) as Reference[]) {
      if (!had.has(reference) && !(await isSeen(scene, reference))) issues.push(missing(type));
    }
  }
  return issues;
}

/** Whether the caller sees a document and what it leads to. */
export async function isSeen(scene: Scene, reference: string | undefined): Promise<boolean> {
  const document = await scene.read(reference);
  if (!document) return false;
  for (const one of [document, ...(await attachedTo(scene, document))]) {
    if (!(await scene.sees(`${one.resourceType}/${String(one.id)}`))) return false;
  }
  return true;
}
