/** `Task/$revoke-recognition`: the Task becomes cancelled, with the reason; its history keeps what was decided. */
import { assertMay } from '../../access/decide.ts';
import type { Engine } from '../../interactions/engine.ts';
import { assertMayWrite } from '../../interactions/prepare.ts';
import { read } from '../../interactions/read.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import { ruleBroken } from '../../kernel/fhir-error.ts';
import { localReference } from '../../kernel/ids.ts';
import { problem } from '../../kernel/issue.ts';
import { firstOf, type Parameter, parameterValue } from '../../operations/parameters.ts';
import { readMany } from '../../store/read.ts';
import type { Concept } from './concept.ts';
import { type Decided, referenceIn } from './decide.ts';
import { type DecisionTask, provenanceOf, revoked } from './decision-records.ts';
import { stands, writeTogether } from './decisions.ts';
import { isDecision } from './rules.ts';

export async function revokeRecognition(
  engine: Engine,
  ctx: Ctx,
  id: string,
  parameters: readonly Parameter[],
): Promise<Decided> {
  assertMay(ctx, 'u', 'Task');
  const stored = await read(engine, ctx, 'Task', id);
  const task = JSON.parse(stored.content) as DecisionTask;
  if (!isDecision(task) || !stands(task)) {
    throw ruleBroken([
      problem(
        'business-rule',
        {
          en: `Task/${id} is no recognition decision that stands (status ${task.status}); only completed and rejected ones can be revoked.`,
          zh: `Task/${id} 不是有效的互认决定(状态 ${task.status});只有 completed 或 rejected 的决定可以撤销。`,
        },
        { expression: 'Task.status', rule: 'recognition-decision-final' },
      ),
    ]);
  }
  // Who else sees a decision does not take it back.
  const [whose] = await readMany(engine.database, [stored]);
  assertMayWrite(ctx, stored, whose, undefined);
  const given = parameterValue(firstOf(parameters, 'reason'));
  const decider = referenceIn(parameterValue(firstOf(parameters, 'decider')))!;
  const reason = typeof given === 'string' ? { text: given } : (given as Concept);
  const after = revoked(task, reason, ctx.now);
  const written = await writeTogether(engine, ctx, [
    { resource: after, over: stored.version },
    { resource: provenanceOf(after, decider, `Task/${id}`, ctx) },
  ]);
  const patient = localReference(task.for?.reference ?? '', ctx.base);
  return {
    texts: written.map((r) => r.content!),
    patients: patient ? [patient.id] : [],
    targets: [`Task/${id}`],
  };
}
