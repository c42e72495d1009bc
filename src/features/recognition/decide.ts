/** `ServiceRequest/$decide-recognition`: what the doctor decided, kept with its trace. */
import { assertMay } from '../../access/decide.ts';
import { actingFor } from '../../access/write-rule.ts';
import { wholeOf } from '../../db/reader.ts';
import type { Engine, FhirResource } from '../../interactions/engine.ts';
import { read } from '../../interactions/read.ts';
import { sceneOn } from '../../interactions/scene.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import { malformed, ruleBroken } from '../../kernel/fhir-error.ts';
import { localReference, newId } from '../../kernel/ids.ts';
import { type Issue, problem } from '../../kernel/issue.ts';
import { allOf, firstOf, type Parameter, parameterValue } from '../../operations/parameters.ts';
import { type Assessed, assessResult } from './check.ts';
import type { Concept } from './concept.ts';
import {
  decided,
  type Matter,
  type Offer,
  plainReference,
  provenanceOf,
  type Verdict,
} from './decision-records.ts';
import { type Draft, decisionsAbout, formerOf, writeTogether } from './decisions.ts';
import { looksOf } from './look.ts';
import { reasonsOf } from './reasons.ts';
import { rereadingOrder } from './rereading.ts';
import { denialIssues } from './rules.ts';

/** Findings that no judgement of a doctor can outweigh: whose result it is, and whether it is one. */
const INSURMOUNTABLE = new Set(['identity-uncertain', 'not-final']);
const DECIDABLE = ['Observation', 'DiagnosticReport', 'ImagingStudy'];

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
  const issues: Issue[] = [];
  const drafts: Draft[] = [];
  const patients = new Set<string>();
  for (const decision of decisions) {
    const made = await draftsOf(engine, ctx, decision, decider, issues);
    drafts.push(...made.drafts);
    patients.add(made.patientId);
  }
  if (issues.length > 0) throw ruleBroken(issues);
  const written = await writeTogether(engine, ctx, drafts);
  return {
    texts: written.map((r) => r.content!),
    patients: [...patients],
    targets: written.map((r) => `${r.type}/${r.id}`),
  };
}

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

async function draftsOf(engine: Engine, ctx: Ctx, decision: Decision, decider: string, issues: Issue[]) {
  const { at } = decision;
  const { assessed, patientId } = await assess(engine, ctx, decision);
  const grave = assessed.findings.filter((f) => INSURMOUNTABLE.has(f));
  if (decision.outcome === 'recognized' && grave.length > 0) {
    issues.push(
      problem(
        'business-rule',
        {
          en: `${decision.result} cannot be recognised: ${grave.join(', ')}.`,
          zh: `${decision.result} 不能互认:${grave.join('、')}。`,
        },
        { expression: at, rule: 'recognition-not-eligible' },
      ),
    );
  }
  const former = formerOf(
    await decisionsAbout(looksOf(engine, ctx), patientId, [decision.result]),
    decision,
    ctx.base,
  );
  if (former.standing) issues.push(alreadyDecided(decision.result, `Task/${former.standing.task.id}`, at));
  const offer: Offer = {
    ...decision,
    patientId,
    item: decision.item ?? assessed.code,
    owner: decider,
    organization: actingFor(ctx)[0],
    ruleset: assessed.law.ruleset?.canonical,
  };
  const again = rereading(decision, offer, assessed, ctx, issues);
  const verdict: Verdict = { ...decision, rereading: again && `ServiceRequest/${again.id}` };
  const task = decided(former.open?.task, offer, verdict, former.generation, ctx.now);
  if (decision.outcome === 'denied') {
    const listed = new Set(
      (await reasonsOf(engine.definitions, looksOf(engine, ctx), assessed.law.ruleset)).keys(),
    );
    issues.push(...denialIssues(task, listed).map((i) => ({ ...i, expression: at })));
  }
  const { observation, report } = assessed;
  const source = observation && report ? `DiagnosticReport/${report.id}` : decision.result;
  const drafts: Draft[] = [
    { resource: task, over: former.open?.version },
    { resource: provenanceOf(task, decider, source, ctx) },
    ...(again ? [{ resource: again }] : []),
  ];
  return { drafts, patientId };
}

async function assess(engine: Engine, ctx: Ctx, { result, at }: Decision) {
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
    organization: actingFor(ctx)[0],
    setting: 'outpatient',
    at: ctx.now.getTime(),
  });
  const patient = localReference(assessed.subject ?? '', ctx.base);
  if (patient?.type !== 'Patient') {
    throw malformed({ en: `${result} belongs to no patient.`, zh: `${result} 没有关联患者。` }, at);
  }
  return { assessed, patientId: patient.id };
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
