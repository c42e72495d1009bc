/** The operations of shared diagnosis: each looks, decides and writes in one transaction. */

import { may } from '../../access/decide.ts';
import { bundleText } from '../../interactions/bundle.ts';
import type { Engine } from '../../interactions/engine.ts';
import { perform } from '../../interactions/perform.ts';
import { CANONICAL } from '../../kernel/canonical.ts';
import type { OperationBinding, OperationInput } from '../../kernel/contribution.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import type { Concept, Reference } from '../../kernel/elements.ts';
import { malformed, notFound, ruleBroken } from '../../kernel/fhir-error.ts';
import { problem } from '../../kernel/issue.ts';
import { allOf, firstOf, type Parameter, parameterValue } from '../../operations/parameters.ts';
import { readMany } from '../../store/read.ts';
import { type Event, stateAfter } from './model.ts';
import { assertParty, partiesOf, stepParties } from './parties.ts';
import { isCritical, kindOf, type Output, stateOf, type TaskFields } from './reading.ts';
import { criticalOutput, criticalState, outputOf, stepped } from './records.ts';
import { illegal } from './rules.ts';

const url = (id: string) => `${CANONICAL}/OperationDefinition/${id}`;

export function diagnosisOperations(engine: Engine): OperationBinding[] {
  return [
    { definition: url('advance-diagnosis'), run: (ctx, input) => advance(engine, ctx, input) },
    { definition: url('acknowledge-critical-value'), run: (ctx, input) => acknowledge(engine, ctx, input) },
  ];
}

/** `Task/$advance-diagnosis` */
function advance(engine: Engine, ctx: Ctx, { id, parameters }: OperationInput) {
  const given = (parameters.parameter ?? []) as readonly Parameter[];
  const event = parameterValue(firstOf(given, 'event')) as Event;
  const reason = parameterValue(firstOf(given, 'reason')) as Concept | undefined;
  const produced = allOf(given, 'output').map((p) => outputIn(parameterValue(p)));
  return step(engine, ctx, id!, event, (task) => {
    const kind = kindOf(task);
    const state = stateOf(task);
    if (!kind || !state) throw ruleBroken([notSuch(id!, 'shared-examination, shared-diagnosis')]);
    const to = stateAfter(kind, state, event);
    if (!to) throw ruleBroken([illegal(kind, state, event)]);
    return stepped(task, to, produced, reason, ctx.now);
  });
}

/** `Task/$acknowledge-critical-value` */
function acknowledge(engine: Engine, ctx: Ctx, { id, parameters }: OperationInput) {
  const given = (parameters.parameter ?? []) as readonly Parameter[];
  const by = parameterValue(firstOf(given, 'acknowledgedBy')) as Reference;
  const actions = allOf(given, 'action').map((p) => String(parameterValue(p)));
  return step(engine, ctx, id!, 'acknowledge', (task) => {
    if (!isCritical(task)) throw ruleBroken([notSuch(id!, 'critical-value')]);
    const output: Output[] = [
      criticalOutput('acknowledged-by', { valueReference: by }),
      criticalOutput('acknowledged-at', { valueDateTime: ctx.now.toISOString() }),
      ...actions.map((text) => criticalOutput('action', { valueString: text })),
    ];
    if (task.status !== 'requested') {
      throw ruleBroken([
        problem(
          'business-rule',
          {
            en: `Task/${id} is ${task.status}: only a critical value that waits (requested) is acknowledged.`,
            zh: `Task/${id} 当前为 ${task.status}:只有待确认(requested)的危急值可以确认。`,
          },
          { expression: 'Task.status', rule: 'critical-value-final' },
        ),
      ]);
    }
    return criticalState(task, 'acknowledged', { output }, ctx.now);
  });
}

/** Of two at once, the second sees what the first has made of the Task. */
async function step(
  engine: Engine,
  ctx: Ctx,
  id: string,
  name: string,
  next: (task: TaskFields) => TaskFields,
) {
  const { written, patients } = await perform(engine, ctx, async (scene) => {
    const task = (await scene.lock(`Task/${id}`)) as TaskFields | undefined;
    if (!task) throw notFound('Task', id);
    const after = next(task);
    const parties = stepParties(name);
    await assertParty(scene, task, name, parties);
    return {
      answer: undefined,
      shared: { writes: [after], by: await partiesOf(scene, task, parties) },
    };
  });
  // What others are told of it is for others.
  const seen = await readMany(
    engine.database,
    written.filter(({ type }) => may(ctx.access, type, 'r')),
  );
  const texts = new Map(seen.map((s) => [`${s.type}/${s.id}`, s.content]));
  const entries = written.flatMap(({ type, id }) => {
    const text = texts.get(`${type}/${id}`);
    return text ? [`{"resource":${text}}`] : [];
  });
  return {
    text: bundleText('collection', [], entries),
    patients,
    targets: written.map((w) => `${w.type}/${w.id}`),
  };
}

function outputIn(value: unknown): Output {
  const { reference = '' } = (value ?? {}) as Reference;
  const output = outputOf(reference);
  if (output) return output;
  throw malformed(
    {
      en: `output refers to a Specimen, ImagingStudy, Media or DiagnosticReport, not to '${reference}'.`,
      zh: `output 应引用 Specimen、ImagingStudy、Media 或 DiagnosticReport,而不是“${reference}”。`,
    },
    'output',
  );
}

function notSuch(id: string, codes: string) {
  return problem(
    'business-rule',
    { en: `Task/${id} is no Task of code ${codes}.`, zh: `Task/${id} 不是 ${codes} 任务。` },
    { expression: 'Task.code', rule: 'diagnosis-step-illegal' },
  );
}
