/** `Task/$revoke-recognition`: the Task becomes cancelled, with the reason; its history keeps what was decided. */
import { assertMay } from '../../access/decide.ts';
import type { Engine } from '../../interactions/engine.ts';
import { perform } from '../../interactions/perform.ts';
import { read } from '../../interactions/read.ts';
import type { Resource } from '../../kernel/contribution.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import type { Concept } from '../../kernel/elements.ts';
import { ruleBroken } from '../../kernel/fhir-error.ts';
import { problem } from '../../kernel/issue.ts';
import { firstOf, type Parameter, parameterValue } from '../../operations/parameters.ts';
import { assertAsker } from './asker.ts';
import { type Decided, referenceIn } from './decide.ts';
import { type DecisionTask, provenanceOf, revoked } from './decision-records.ts';
import { stands } from './decisions.ts';
import { looksIn } from './look.ts';
import { isDecision } from './rules.ts';

export async function revokeRecognition(
  engine: Engine,
  ctx: Ctx,
  id: string,
  parameters: readonly Parameter[],
): Promise<Decided> {
  assertMay(ctx, 'u', 'Task');
  await read(engine, ctx, 'Task', id);
  const given = parameterValue(firstOf(parameters, 'reason'));
  const decider = referenceIn(parameterValue(firstOf(parameters, 'decider')))!;
  const reason = typeof given === 'string' ? { text: given } : (given as Concept);
  const { written, patients } = await perform(engine, ctx, async (scene) => {
    const task = await scene.lock(`Task/${id}`);
    if (!isStanding(task)) throw ruleBroken([notStanding(id, task)]);
    await assertAsker(looksIn(scene), ctx, task);
    const after = revoked(task, reason, ctx.now);
    const asker = task.requester?.reference;
    return {
      answer: undefined,
      shared: { writes: [after], by: asker === undefined ? undefined : [asker] },
      along: [provenanceOf(after, decider, `Task/${id}`, ctx.now)],
    };
  });
  return {
    texts: written.filter((w) => w.type === 'Task' && w.id === id).map(({ content }) => content!),
    patients,
    targets: [`Task/${id}`],
  };
}

function isStanding(task: Resource | undefined): task is DecisionTask {
  return isDecision(task) && stands(task as DecisionTask);
}

function notStanding(id: string, task: Resource | undefined) {
  return problem(
    'business-rule',
    {
      en: `Task/${id} is no recognition decision that stands (status ${task?.status}); only completed and rejected ones can be revoked.`,
      zh: `Task/${id} 不是有效的互认决定(状态 ${task?.status});只有 completed 或 rejected 的决定可以撤销。`,
    },
    { expression: 'Task.status', rule: 'recognition-decision-final' },
  );
}
