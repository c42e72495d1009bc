/** The steps of the community team, and the end. */

import type { Engine } from '../../../interactions/engine.ts';
import { perform } from '../../../interactions/perform.ts';
import { read } from '../../../interactions/read.ts';
import type { OperationAnswer, OperationInput, Resource } from '../../../kernel/contribution.ts';
import type { Ctx } from '../../../kernel/ctx.ts';
import { conflict, ruleBroken } from '../../../kernel/fhir-error.ts';
import type { Scene } from '../../../kernel/workflow.ts';
import { inState, output } from '../build.ts';
import { concept, FOLLOW_UP_METHOD, FOLLOW_UP_OUTPUT, FOLLOW_UP_STATE } from '../codes.ts';
import { opinionIssues } from '../documents.ts';
import { assertFollowsUp } from '../follow-up-law.ts';
import { type Given, givenIn } from '../given.ts';
import { type Limits, limitsNow, type Timetable } from '../limits.ts';
import { stepOf } from '../model.ts';
import { institutionOf, partiesTo } from '../parties.ts';
import {
  circumstancesOf,
  type Item,
  isFollowUpTask,
  isRequest,
  type Request,
  stateOf,
  type Task,
} from '../reading.ts';
import { currentTask, isOpen } from '../tasks.ts';
import { broken, illegal } from '../words.ts';
import { type At, answerOf, legalStep, type Outcome } from './step.ts';
import { documentIn, outcomeOutputs } from './treatment.ts';

export async function acknowledge(at: At, seen: number): Promise<Outcome> {
  const step = await legalStep(at, 'acknowledge', seen);
  const { scene, limits, task, request, given } = at;
  if (!given.flag('medicationPlan')) {
    throw ruleBroken([
      broken(
        { rule: 'handover-unacknowledged', expression: 'medicationPlan' },
        {
          en: 'The medication plan of the hand-over document is read and taken over first (medicationPlan = true). Questions about it belong to the hospital: $return-for-revision.',
          zh: '接收前应核对交接文书中的用药计划(medicationPlan=true)。如有疑问请退回:$return-for-revision。',
        },
      ),
    ]);
  }
  const owner = await institutionOf(scene, request.performer?.[0]?.reference);
  const outputs = [output('acknowledged', { valueDateTime: scene.ctx.now.toISOString() })];
  const change = { owner, outputs, note: given.text('note') };
  return { writes: [inState(task, step.to, scene.ctx, limits, change)] };
}

export async function close(at: At, seen: number): Promise<Outcome> {
  const step = await legalStep(at, 'close', seen);
  const { scene, limits, task, given } = at;
  const document = documentIn(at, 'opinion');
  if (at.circumstances.kind === 'consultation' && document.outputs.length === 0) {
    throw ruleBroken(opinionIssues(undefined, [], scene.ctx.base));
  }
  const why = given.text('noDownReferral');
  const outputs: Item[] = [
    ...document.outputs,
    ...outcomeOutputs(at),
    ...(why ? [output('no-down-referral', { valueString: why })] : []),
  ];
  const change = { outputs, note: given.text('note') };
  return { own: document.writes, writes: [inState(task, step.to, scene.ctx, limits, change)] };
}

/** `Task/$report-follow-up`, on the follow-up task. */
export async function reportFollowUp(
  engine: Engine,
  ctx: Ctx,
  input: OperationInput,
  timetable: Timetable,
): Promise<OperationAnswer> {
  await read(engine, ctx, 'Task', input.id!);
  const given = givenIn(input);
  const done = await perform(engine, ctx, async (scene) => {
    const task = await scene.lock(`Task/${input.id}`);
    const request = isFollowUpTask(task) ? await scene.read(task.focus?.reference) : undefined;
    if (!isFollowUpTask(task) || !isRequest(request)) throw ruleBroken([noFollowUp(input.id!)]);
    if (!isOpen(task)) throw reported(task);
    const owner = await institutionOf(scene, task.owner?.reference);
    await assertFollowsUp(scene, task, request);
    const limits = await limitsNow(timetable, scene);
    const closing = given.flag('close') ? await closed(scene, limits, request, given) : [];
    const by = [...(await partiesTo(scene, request)), ...(owner === undefined ? [] : [owner])];
    const writes = [reportedTask(task, given, ctx.now), ...closing];
    return { answer: `Task/${task.id}`, shared: { writes, by } };
  });
  return answerOf(engine, ctx, done);
}

function reportedTask(task: Task, given: Given, now: Date): Resource {
  const performed = given.text('performed') ?? now.toISOString();
  const result = (reference: string): Item => ({
    type: concept(FOLLOW_UP_OUTPUT, resultCode(reference)),
    valueReference: { reference },
  });
  const method = { system: FOLLOW_UP_METHOD, code: given.text('method') };
  const note = given.text('note');
  return {
    ...task,
    status: 'completed',
    businessStatus: concept(FOLLOW_UP_STATE, 'done'),
    executionPeriod: { start: performed, end: performed },
    lastModified: now.toISOString(),
    output: [
      ...(task.output ?? []),
      { type: concept(FOLLOW_UP_OUTPUT, 'method'), valueCoding: method },
      ...given.references('result').map(result),
      output('outcome', { valueCodeableConcept: given.concept('outcome') }),
    ],
    ...(note ? { note: [...(task.note ?? []), { time: now.toISOString(), text: note }] } : {}),
  };
}

function resultCode(reference: string): string {
  if (reference.includes('Encounter/')) return 'visit';
  return reference.includes('QuestionnaireResponse/') ? 'form' : 'measurement';
}

async function closed(scene: Scene, limits: Limits, request: Request, given: Given): Promise<Resource[]> {
  const task = await currentTask(scene, `ServiceRequest/${request.id}`);
  const state = task && stateOf(task);
  if (!task || !state) return [];
  const circumstances = circumstancesOf(request);
  const step = stepOf(state, 'close', circumstances);
  if (!step) throw ruleBroken([illegal(state, '$close', circumstances)]);
  const outputs = [output('outcome', { valueCodeableConcept: given.concept('outcome') })];
  return [inState(task, step.to, scene.ctx, limits, { outputs })];
}

function noFollowUp(id: string) {
  return broken(
    { rule: 'referral-request-missing', expression: 'Task.code' },
    {
      en: `Task/${id} is no follow-up of a referral (code referral-follow-up, focus on the referral).`,
      zh: `Task/${id} 不是转诊后随访任务(code 为 referral-follow-up,focus 为转诊申请)。`,
    },
  );
}

function reported(task: Task) {
  return conflict(
    {
      en: `This follow-up is ${task.status} already. Read the task again.`,
      zh: `该随访任务状态已为 ${task.status}。请重新读取。`,
    },
    { expression: 'Task.status', rule: 'referral-transition-illegal' },
  );
}
