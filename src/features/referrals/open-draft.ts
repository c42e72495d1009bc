/** Beside a draft that waits there is no second referral of the same: it is gone on with, or ended. */
import { isDeepStrictEqual } from 'node:util';
import type { Reference } from '../../kernel/elements.ts';
import { conflict } from '../../kernel/fhir-error.ts';
import type { Scene } from '../../kernel/workflow.ts';
import { recordsOf } from './belongs.ts';
import { institutionOf } from './parties.ts';
import { circumstancesOf, isRequest, plain, type Request } from './reading.ts';
import { currentTask } from './tasks.ts';

/**
 * Throws a conflict that names the draft when the same institution has one of the same kind and direction, for the
 * same resident and the same receiver. An emergency waits for no draft.
 */
export async function assertNoOpenDraft(scene: Scene, request: Request): Promise<void> {
  if (request.status !== 'draft' && request.status !== 'active') return;
  if (request.priority === 'stat' || !request.performer?.length) return;
  const records = await recordsOf(scene, request.subject?.reference);
  await scene.alone(`referral-draft:${[...records].sort()[0]}`);
  for (const record of records) {
    const drafts = await scene.search('ServiceRequest', [
      ['subject', record],
      ['status', 'draft'],
    ]);
    for (const draft of drafts.filter(isRequest)) {
      if (draft.id !== request.id && (await isOfTheSame(scene, draft, request))) {
        throw await goOnWith(scene, draft);
      }
    }
  }
}

async function isOfTheSame(scene: Scene, one: Request, other: Request): Promise<boolean> {
  const named = (references: readonly Reference[] = []) =>
    new Set(references.map((r) => plain(r.reference, scene.ctx.base)));
  const { kind, direction } = circumstancesOf(one);
  const wanted = circumstancesOf(other);
  return (
    kind === wanted.kind &&
    direction === wanted.direction &&
    isDeepStrictEqual(named(one.performer), named(other.performer)) &&
    isDeepStrictEqual(named(one.basedOn), named(other.basedOn)) &&
    (await institutionOf(scene, one.requester?.reference)) ===
      (await institutionOf(scene, other.requester?.reference))
  );
}

async function goOnWith(scene: Scene, draft: Request) {
  const name = `ServiceRequest/${draft.id}`;
  const task = await currentTask(scene, name);
  const end = task ? `POST Task/${task.id}/$cancel` : `DELETE ${name}`;
  return conflict(
    {
      en: `${name} is an open draft of the same referral. Go on with it: POST ${name}/$refer, with what is new; or end it first: ${end}.`,
      zh: `${name} 是同一转诊的未提交草稿。请继续该草稿:POST ${name}/$refer(附新增内容);或先将其终止:${end}。`,
    },
    { expression: 'ServiceRequest', rule: 'referral-draft-open' },
  );
}
