/** A step of a referral through an operation: the same law as for a plain write, in one transaction. */
import type { Engine } from '../../../interactions/engine.ts';
import { perform } from '../../../interactions/perform.ts';
import { read } from '../../../interactions/read.ts';
import type { OperationAnswer, OperationInput, Resource } from '../../../kernel/contribution.ts';
import type { Ctx } from '../../../kernel/ctx.ts';
import { ruleBroken } from '../../../kernel/fhir-error.ts';
import type { Scene } from '../../../kernel/workflow.ts';
import { type Given, givenIn } from '../given.ts';
import { type Limits, limitsNow, type Timetable } from '../limits.ts';
import { type Circumstances, type Event, type State, type Step, stepOf, TRANSITIONS } from '../model.ts';
import { partiesTo } from '../parties.ts';
import { circumstancesOf, isReferralTask, type Request, stateOf, type Task } from '../reading.ts';
import { assertSide } from '../task-law.ts';
import { requestOf } from '../tasks.ts';
import { broken, illegal, overtaken } from '../words.ts';

/** What a step works on. */
export interface At {
  readonly scene: Scene;
  readonly limits: Limits;
  readonly given: Given;
  readonly task: Task;
  readonly request: Request;
  readonly state: State;
  readonly circumstances: Circumstances;
}

export interface Outcome {
  /** What of the referral itself is written: the data of all sides. */
  readonly writes: readonly Resource[];
  /** Documents, encounters: written first, as the caller's own. */
  readonly own?: readonly Resource[];
  /** `Type/id` of what is answered; the task itself when absent. */
  readonly answer?: string;
}

/** Reads the task, runs `step` with it locked, writes what that wants, answers the task as it is then. */
export async function onTask(
  engine: Engine,
  ctx: Ctx,
  input: OperationInput,
  timetable: Timetable,
  step: (at: At, seen: number) => Promise<Outcome>,
): Promise<OperationAnswer> {
  const id = input.id!;
  const seen = (await read(engine, ctx, 'Task', id)).version;
  const done = await perform(engine, ctx, async (scene) => {
    const task = await scene.lock(`Task/${id}`);
    if (!isReferralTask(task)) throw ruleBroken([otherTask(id)]);
    const request = await requestOf(scene, task);
    const state = stateOf(task);
    if (!request || !state) throw ruleBroken([otherTask(id)]);
    const circumstances = circumstancesOf(request);
    const limits = await limitsNow(timetable, scene);
    const at = { scene, limits, given: givenIn(input), task, request, state, circumstances };
    const { own, writes, answer = `Task/${id}` } = await step(at, seen);
    return { answer, writes: own, shared: { writes, by: await partiesTo(scene, request) } };
  });
  return answerOf(engine, ctx, done);
}

/** The step of an event from here; `operation` is what the caller asked for. Throws when the table does not know it, or it is somebody else's. */
export async function legalStep(at: At, event: Event, seen: number, operation = `$${event}`): Promise<Step> {
  const { scene, task, request, state, circumstances } = at;
  const step = stepOf(state, event, circumstances);
  if (!step) {
    const faster = Number(task.meta?.versionId) !== seen;
    const done = TRANSITIONS.some((t) => t.event === event && t.to === state);
    if (faster || done) throw overtaken(state, operation, circumstances);
    throw ruleBroken([illegal(state, operation, circumstances)]);
  }
  await assertSide(scene, request, step);
  return step;
}

type Done = Awaited<ReturnType<typeof perform<string>>>;

/** The resource that a step answers, as it was written last. */
export async function answerOf(engine: Engine, ctx: Ctx, done: Done): Promise<OperationAnswer> {
  const [type, id] = done.answer.split('/') as [string, string];
  const last = done.written.filter((w) => w.type === type && w.id === id).at(-1);
  const text = last?.content ?? (await read(engine, ctx, type, id)).content;
  return { text, patients: done.patients, targets: done.written.map((w) => `${w.type}/${w.id}`) };
}

function otherTask(id: string) {
  return broken(
    { rule: 'referral-request-missing', expression: 'Task.code' },
    {
      en: `Task/${id} is no referral task with a request and a state.`,
      zh: `Task/${id} 不是带有转诊申请和状态的转诊任务。`,
    },
  );
}
