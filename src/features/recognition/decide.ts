/** `ServiceRequest/$decide-recognition`: what the doctor decided, kept with its trace. */
import { assertMay } from '../../access/decide.ts';
import { wholeOf } from '../../db/reader.ts';
import type { Engine, FhirResource } from '../../interactions/engine.ts';
import { perform } from '../../interactions/perform.ts';
import { read } from '../../interactions/read.ts';
import { sceneOn } from '../../interactions/scene.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import type { Concept } from '../../kernel/elements.ts';
import { malformed, ruleBroken } from '../../kernel/fhir-error.ts';
import { localReference, newId } from '../../kernel/ids.ts';
import { type Issue, problem } from '../../kernel/issue.ts';
import type { Scene } from '../../kernel/workflow.ts';
import { allOf, firstOf, type Parameter, parameterValue } from '../../operations/parameters.ts';
import { askerOf, assertAsker } from './asker.ts';
import { type Assessed, assessResult } from './check.ts';
import {
  DECIDABLE,
  type DecisionTask,
  decided,
  type Matter,
  nameOf,
  type Offer,
  plainReference,
  provenanceOf,
  type Verdict,
} from './decision-records.ts';
import { decisionsAbout, formerOf } from './decisions.ts';
import { looksIn, looksOf } from './look.ts';
import type { Finding } from './model.ts';
import { reasonsOf } from './reasons.ts';
import { rereadingOrder } from './rereading.ts';
import { denialIssues } from './rules.ts';

/** Findings that no judgement of a doctor can outweigh: whose result it is, and whether it is one. */
const INSURMOUNTABLE = new Set(['identity-uncertain', 'not-final']);

/** One decision, as it is asked for. */
export interface Decision extends Matter, Omit<Verdict, 'rereading'> {
  /** FHIRPath of it in the request. */
  readonly at: string;
  /** Who is to read recognised images again. */
  readonly reader?: string;
  /** What is ordered, where the order says more than the result. */
  readonly item?: Concept;
}

export interface Decided {
  /** Tasks and Provenances, as stored. */
  readonly texts: readonly string[];
  readonly patients: readonly string[];
  readonly targets: readonly string[];
}

/** Records decisions, all or nothing. */
export async function decideRecognition(
  engine: Engine,
  ctx: Ctx,
  parameters: readonly Parameter[],
): Promise<Decided> {
  const decider = referenceIn(firstOf(parameters, 'decider')?.valueReference);
  if (decider === undefined)
    throw malformed({ en: 'decider must be a reference.', zh: 'decider 必须是引用。' }, 'decider');
  await assertKnown(engine, ctx, decider);
  const decisions = allOf(parameters, 'decision').map((p, index) => decisionOf(p, index, ctx.base));
  return decideAll(engine, ctx, decider, decisions);
}

/** Who decides answers for it: a person of this server is one that it has. */
async function assertKnown(engine: Engine, ctx: Ctx, decider: string): Promise<void> {
  if (!localReference(decider, ctx.base)) return;
  if (await sceneOn(engine, ctx, wholeOf(engine.database)).read(decider)) return;
  throw ruleBroken([
    problem(
      'business-rule',
      {
        en: `${decider} is not known here: name the Practitioner or PractitionerRole who decides.`,
        zh: `本服务器上没有 ${decider}:请注明作出决定的 Practitioner 或 PractitionerRole。`,
      },
      { expression: 'decider', rule: 'recognition-decider-unknown' },
    ),
  ]);
}

export async function decideAll(
  engine: Engine,
  ctx: Ctx,
  decider: string,
  decisions: readonly Decision[],
): Promise<Decided> {
  assertMay(ctx, 'c', 'Task');
  const asker = await askerOf(looksOf(engine, ctx), ctx, decider);
  const assessed = await Promise.all(
    decisions.map(async (one) => assess(engine, ctx, { ...one, organization: one.organization ?? asker })),
  );
  const { written, patients } = await perform(engine, ctx, async (scene) => {
    const issues: Issue[] = [];
    const made: Made[] = [];
    for (const one of assessed) made.push(await decisionIn(engine, scene, one, decider, issues));
    if (new Set(made.map(({ task }) => task.id)).size < made.length) issues.push(decidedTwice());
    const by = made.flatMap(({ task }) => task.requester?.reference ?? []);
    return {
      answer: undefined,
      issues,
      shared: { writes: made.map(({ task }) => task), by: by.length > 0 ? by : undefined },
      along: made.flatMap(({ along }) => along),
    };
  });
  const told = written.filter(({ type }) => TOLD.has(type));
  return {
    texts: told.map(({ content }) => content!),
    patients,
    targets: told.map(({ type, id }) => `${type}/${id}`),
  };
}

/** What an answer shows of what was written: what others are told of it is for others. */
const TOLD = new Set(['Task', 'Provenance', 'ServiceRequest']);

function decisionOf(parameter: Parameter, index: number, base: string): Decision {
  const parts = parameter.part ?? [];
  const at = `Parameters.parameter.where(name='decision')[${index}]`;
  const given = (name: string) => parameterValue(firstOf(parts, name));
  const outcome = given('outcome');
  if (outcome !== 'recognized' && outcome !== 'denied') {
    throw malformed(
      {
        en: `outcome must be recognized or denied, not '${String(outcome)}'.`,
        zh: `outcome 只能是 recognized 或 denied,而不是“${String(outcome)}”。`,
      },
      at,
    );
  }
  return {
    at,
    result: plainReference(referenceIn(given('result')), base) ?? '',
    order: plainReference(referenceIn(given('order')), base),
    encounter: plainReference(referenceIn(given('encounter')), base),
    outcome,
    reason: given('reason') as Concept | undefined,
    explanation: given('explanation') as string | undefined,
    reader: referenceIn(given('reader')),
  };
}

export function referenceIn(value: unknown): string | undefined {
  return (value as { reference?: string } | undefined)?.reference;
}

interface Considered extends Decision {
  readonly assessed: Awaited<ReturnType<typeof assessResult>>;
  readonly patientId: string;
}

interface Made {
  readonly task: DecisionTask;
  /** Its Provenance, and the order to read images again. */
  readonly along: readonly FhirResource[];
}

/** The decision as it follows upon what was decided before. Whoever decides about the same waits for the other. */
async function decisionIn(
  engine: Engine,
  scene: Scene,
  decision: Considered,
  decider: string,
  issues: Issue[],
): Promise<Made> {
  const { at, assessed, patientId } = decision;
  const { ctx } = scene;
  const looks = looksIn(scene);
  if (decision.outcome === 'recognized') issues.push(...graveIssues(decision.result, assessed.findings, at));
  await scene.alone(`recognition ${nameOf(decision)}`);
  const former = formerOf(await decisionsAbout(looks, patientId, [decision.result]), decision, ctx.base);
  if (former.standing) issues.push(alreadyDecided(decision.result, `Task/${former.standing.task.id}`, at));
  const offer: Offer = {
    ...decision,
    item: decision.item ?? assessed.code,
    owner: decider,
    ruleset: assessed.law.ruleset?.canonical,
  };
  const again = rereading(decision, offer, assessed, ctx, issues);
  const verdict: Verdict = { ...decision, rereading: again && `ServiceRequest/${again.id}` };
  const task = decided(former.open?.task, offer, verdict, former.generation, ctx.now);
  await assertAsker(looks, ctx, task);
  if (decision.outcome === 'denied') {
    const listed = new Set((await reasonsOf(engine.definitions, looks, assessed.law.ruleset)).keys());
    issues.push(...denialIssues(task, listed).map((i) => ({ ...i, expression: at })));
  }
  const source = sourceOf(decision.result, assessed);
  return { task, along: [provenanceOf(task, decider, source, ctx.now), ...(again ? [again] : [])] };
}

/** The report that a value stands on; else the result itself. */
export function sourceOf(result: string, { observation, report }: Assessed): string {
  return observation && report ? `DiagnosticReport/${report.id}` : result;
}

/** What stands in the way of recognising a result, whoever judges it. */
export function graveIssues(result: string, findings: readonly Finding[], at: string): Issue[] {
  const grave = findings.filter((f) => INSURMOUNTABLE.has(f));
  if (grave.length === 0) return [];
  return [
    problem(
      'business-rule',
      {
        en: `${result} cannot be recognised: ${grave.join(', ')}. It may be denied, with a reason; or recognise another: ServiceRequest/$check-recognition.`,
        zh: `${result} 不能互认:${grave.join('、')}。可说明原因不予互认,或用 ServiceRequest/$check-recognition 查找其他结果。`,
      },
      { expression: at, rule: 'recognition-not-eligible' },
    ),
  ];
}

function decidedTwice(): Issue {
  return problem(
    'business-rule',
    {
      en: 'One request decides about the same result, order and encounter twice. Send one decision about each.',
      zh: '同一请求对同一结果、申请和就诊作出了两次决定。每项只提交一个决定。',
    },
    { expression: 'decision', rule: 'recognition-decision-final' },
  );
}

async function assess(engine: Engine, ctx: Ctx, decision: Decision): Promise<Considered> {
  const { result, at, organization } = decision;
  const local = localReference(result, ctx.base);
  if (!local || !DECIDABLE.includes(local.type)) {
    throw malformed(
      {
        en: `result must refer to an Observation, DiagnosticReport or ImagingStudy of this server, not '${result}'.`,
        zh: `result 必须引用本服务器上的 Observation、DiagnosticReport 或 ImagingStudy,而不是“${result}”。`,
      },
      at,
    );
  }
  // Not there, gone, or not for the caller: said as for any read.
  await read(engine, ctx, local.type, local.id);
  const assessed = await assessResult(looksOf(engine, ctx), local, {
    organization,
    setting: 'outpatient',
    at: ctx.now.getTime(),
  });
  const patient = localReference(assessed.subject ?? '', ctx.base);
  if (patient?.type !== 'Patient') {
    throw malformed({ en: `${result} belongs to no patient.`, zh: `${result} 没有关联患者。` }, at);
  }
  return { ...decision, assessed, patientId: patient.id };
}

/** Images that are recognised may be read again: the opinion about them was not recognised. */
function rereading(
  { outcome, reader, at, result }: Decision,
  offer: Offer,
  { study }: Assessed,
  ctx: Ctx,
  issues: Issue[],
): FhirResource | undefined {
  if (reader === undefined) return undefined;
  if (outcome === 'recognized' && study) return rereadingOrder(newId(), offer, reader, ctx.now);
  issues.push(
    problem(
      'business-rule',
      {
        en: `Only recognised images are read again, and ${result} is ${study ? 'denied' : 'no ImagingStudy'}. Leave reader out.`,
        zh: `只有已互认的影像可以重新阅片,${result} ${study ? '不予互认' : '不是 ImagingStudy'}。请去掉 reader。`,
      },
      { expression: at, rule: 'recognition-rereading-of-images' },
    ),
  );
  return undefined;
}

function alreadyDecided(result: string, task: string, at: string): Issue {
  return problem(
    'business-rule',
    {
      en: `${result} was decided already (${task}). Revoke that decision first: POST ${task}/$revoke-recognition.`,
      zh: `${result} 已有互认决定(${task})。请先撤销:POST ${task}/$revoke-recognition。`,
    },
    { expression: at, rule: 'recognition-decision-final' },
  );
}
