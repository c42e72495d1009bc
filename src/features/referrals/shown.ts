/** The document that a referral ends with is shown to who asked for it, whoever cares for the resident by then. */
import { SHOWN_TO } from '../../access/marks.ts';
import type { Resource } from '../../kernel/contribution.ts';
import type { Scene } from '../../kernel/workflow.ts';
import { attachedTo } from './documents.ts';
import { institutionOf } from './parties.ts';
import { outputs, type Reference, type Task } from './reading.ts';

interface Meta {
  readonly tag?: readonly { readonly system?: string; readonly code?: string }[];
}

/** The documents of a task that are not shown to who asked yet, as they are to be written. */
export async function documentsShown(scene: Scene, task: Task): Promise<Resource[]> {
  const asking = (await institutionOf(scene, task.requester?.reference))?.split('/')[1];
  if (asking === undefined) return [];
  const shown: Resource[] = [];
  for (const { reference } of [...outputs(task, 'handover'), ...outputs(task, 'opinion')] as Reference[]) {
    const document = await scene.lock(reference);
    for (const one of document ? [document, ...(await attachedTo(scene, document))] : []) {
      const meta = (one.meta ?? {}) as Meta;
      if (meta.tag?.some(({ system, code }) => system === SHOWN_TO && code === asking)) continue;
      shown.push({
        ...one,
        meta: { ...meta, tag: [...(meta.tag ?? []), { system: SHOWN_TO, code: asking }] },
      });
    }
  }
  return shown;
}
