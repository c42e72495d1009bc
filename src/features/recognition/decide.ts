/** `ServiceRequest/$decide-recognition` and `Task/$revoke-recognition`: what the doctor decided, kept with its trace. */
import { createHash } from 'node:crypto';
import { asSystem } from '../../access/as-system.ts';
import { assertMay } from '../../access/decide.ts';
import { dispatchRead } from '../../interactions/dispatch.ts';
import type { Engine, FhirResource } from '../../interactions/engine.ts';
import type { Entry } from '../../interactions/entry.ts';
import { read } from '../../interactions/read.ts';
import { searchType } from '../../interactions/search.ts';
import { transaction } from '../../interactions/transaction.ts';
import { bodyOf } from '../../interactions/version-text.ts';
import { CANONICAL } from '../../kernel/canonical.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import { conflict, FhirError, malformed, ruleBroken } from '../../kernel/fhir-error.ts';
import { localReference, newId } from '../../kernel/ids.ts';
import { type Issue, problem } from '../../kernel/issue.ts';
import { allOf, firstOf, type Parameter, parameterValue } from '../../operations/parameters.ts';
import { assessResult } from './check.ts';
import type { Concept } from './model.ts';
import type { ObservationFields } from './reading.ts';
import { DECISION_CODE, denialIssues, isDecision, OUTPUT_SYSTEM, TASK_CODE_SYSTEM } from './rules.ts';

const STATE_SYSTEM = `${CANONICAL}/CodeSystem/recognition-decision-state`;
const INPUT_SYSTEM = `${CANONICAL}/CodeSystem/county-decision-input`;
const PROFILE = `${CANONICAL}/StructureDefinition/county-recognition-decision`;

/** Findings that no judgement of a doctor can outweigh: whose result it is, and whether it is one. */
const INSURMOUNTABLE = new Set(['identity-uncertain', 'not-final']);

interface Decision {
  readonly index: number;
  readonly result: string;
  readonly order?: string;
  readonly encounter?: string;
  readonly outcome: 'recognized' | 'denied';
  readonly reason?: Concept;
  readonly explanation?: string;
}

type TaskFields = FhirResource & {
  readonly id: string;
  readonly status: string;
  readonly basedOn?: readonly { reference?: string }[];
  readonly encounter?: { reference?: string };
};

export interface Decided {
  /** Tasks and Provenances, as stored. */
  readonly texts: readonly string[];
  readonly patients: readonly string[];
  readonly targets: readonly string[];
}

/** Records decisions, all or nothing. `listed`: reasons that the county admits. */
export async function decideRecognition(
  engine: Engine,
  ctx: Ctx,
  parameters: readonly Parameter[],
  listed: ReadonlySet<string>,
): Promise<Decided> {
  assertMay(ctx, 'c', 'Task');
  const decider = referenceIn(firstOf(parameters, 'decider')?.valueReference);
  if (decider === undefined)
    throw malformed({ en: 'decider must be a reference.', zh: 'decider 必须是引用。' }, 'decider');
  const decisions = allOf(parameters, 'decision').map((p, index) => decisionOf(p, index, ctx.base));
  const issues: Issue[] = [];
  const resources: FhirResource[] = [];
  const patients = new Set<string>();
  for (const decision of decisions) {
    const { task, provenance, patient } = await recordsOf(engine, ctx, decision, decider, listed, issues);
    resources.push(task, provenance);
    patients.add(patient);
  }
  if (issues.length > 0) throw ruleBroken(issues);
  const results = await store(engine, ctx, resources);
  return {
    texts: results.map((r) => r.content!),
    patients: [...patients],
    targets: results.map((r) => `${r.type}/${r.id}`),
  };
}

function decisionOf(parameter: Parameter, index: number, base: string): Decision {
  const parts = parameter.part ?? [];
  const outcome = parameterValue(firstOf(parts, 'outcome'));
  if (outcome !== 'recognized' && outcome !== 'denied') {
    throw malformed(
      {
        en: `outcome must be recognized or denied, not '${String(outcome)}'.`,
        zh: `outcome 只能是 recognized 或 denied,而不是“${String(outcome)}”。`,
      },
      `Parameters.parameter.where(name='decision')[${index}]`,
    );
  }
  return {
    index,
    result: plain(referenceIn(parameterValue(firstOf(parts, 'result'))), base) ?? '',
    order: plain(referenceIn(parameterValue(firstOf(parts, 'order'))), base),
    encounter: plain(referenceIn(parameterValue(firstOf(parts, 'encounter'))), base),
    outcome,
    reason: parameterValue(firstOf(parts, 'reason')) as Concept | undefined,
    explanation: parameterValue(firstOf(parts, 'explanation')) as string | undefined,
  };
}

function referenceIn(value: unknown): string | undefined {
  return (value as { reference?: string } | undefined)?.reference;
}

/** One spelling for each resource of ours: two spellings of a result would be two decisions. */
function plain(reference: string | undefined, base: string): string | undefined {
  const local = reference === undefined ? undefined : localReference(reference, base);
  return local ? `${local.type}/${local.id}` : reference;
}

async function recordsOf(
  engine: Engine,
  ctx: Ctx,
  decision: Decision,
  decider: string,
  listed: ReadonlySet<string>,
  issues: Issue[],
) {
  const at = `Parameters.parameter.where(name='decision')[${decision.index}]`;
  const local = localReference(decision.result, ctx.base);
  if (local?.type !== 'Observation') {
    throw malformed(
      {
        en: `result must refer to an Observation of this server, not '${decision.result}'.`,
        zh: `result 必须引用本服务器上的 Observation,而不是“${decision.result}”。`,
      },
      at,
    );
  }
  const observation = JSON.parse(
    (await read(engine, ctx, 'Observation', local.id)).content,
  ) as ObservationFields;
  const patient = localReference(observation.subject?.reference ?? '', ctx.base);
  if (patient?.type !== 'Patient') {
    throw malformed(
      { en: `${decision.result} belongs to no patient.`, zh: `${decision.result} 没有关联患者。` },
      at,
    );
  }
  const assessed = await assessResult(engine, ctx, observation, {
    patientId: patient.id,
    organization: ctx.actor.organization,
    setting: 'outpatient',
    at: ctx.now.getTime(),
  });
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
  const generation = await formerDecisions(engine, ctx, decision, patient.id, at, issues);
  const task = taskOf(decision, decider, observation, patient.id, generation, ctx.now);
  if (decision.outcome === 'denied')
    issues.push(...denialIssues(task as object, listed).map((i) => ({ ...i, expression: at })));
  const { report } = assessed;
  return {
    task,
    provenance: provenanceOf(task, decider, report ? `DiagnosticReport/${report.id}` : decision.result, ctx),
    patient: patient.id,
  };
}

/** How often this was decided and revoked before; a decision that stands is a conflict. */
async function formerDecisions(
  engine: Engine,
  ctx: Ctx,
  decision: Decision,
  patientId: string,
  at: string,
  issues: Issue[],
): Promise<number> {
  const found = await searchType(
    engine,
    asSystem(ctx, 'one result is decided once per order, whoever asks'),
    {
      type: 'Task',
      query: [
        ['patient', `Patient/${patientId}`],
        ['focus', decision.result],
        ['code', `${TASK_CODE_SYSTEM}|${DECISION_CODE}`],
        ['_count', '1000'],
      ],
      lenient: false,
    },
  );
  const same = found.matches
    .map((m) => JSON.parse(m.content!) as TaskFields)
    .filter(
      (t) =>
        plain(t.basedOn?.[0]?.reference, ctx.base) === decision.order &&
        plain(t.encounter?.reference, ctx.base) === decision.encounter,
    );
  const standing = same.find((t) => t.status === 'completed' || t.status === 'rejected');
  if (standing) issues.push(alreadyDecided(decision.result, `Task/${standing.id}`, at));
  return same.length;
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

function taskOf(
  decision: Decision,
  decider: string,
  observation: ObservationFields,
  patientId: string,
  generation: number,
  now: Date,
): FhirResource {
  const recognized = decision.outcome === 'recognized';
  const output = (code: string, value: object) => ({
    type: { coding: [{ system: OUTPUT_SYSTEM, code }] },
    ...value,
  });
  return {
    resourceType: 'Task',
    // The id says what is decided and for the how-manieth time: of two clients at once, one finds it taken.
    id: decisionId(decision, generation),
    meta: { profile: [PROFILE] },
    ...(decision.order === undefined ? {} : { basedOn: [{ reference: decision.order }] }),
    status: recognized ? 'completed' : 'rejected',
    ...(recognized ? {} : { statusReason: decision.reason }),
    businessStatus: { coding: [{ system: STATE_SYSTEM, code: recognized ? 'recognized' : 'denied' }] },
    intent: 'order',
    code: { coding: [{ system: TASK_CODE_SYSTEM, code: DECISION_CODE }] },
    focus: { reference: decision.result },
    for: { reference: `Patient/${patientId}` },
    ...(decision.encounter === undefined ? {} : { encounter: { reference: decision.encounter } }),
    authoredOn: now.toISOString(),
    lastModified: now.toISOString(),
    owner: { reference: decider },
    input: [
      { type: { coding: [{ system: INPUT_SYSTEM, code: 'item' }] }, valueCodeableConcept: observation.code },
    ],
    output: [
      output('outcome', { valueCode: decision.outcome }),
      ...(decision.explanation?.trim()
        ? [
            output('explanation', { valueString: decision.explanation }),
            output('explained-at', { valueDateTime: now.toISOString() }),
          ]
        : []),
    ],
  };
}

function decisionId(decision: Decision, generation: number): string {
  const text = [decision.result, decision.order ?? '', decision.encounter ?? '', generation].join('|');
  return `recognition-${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
}

function provenanceOf(task: FhirResource, decider: string, source: string, ctx: Ctx): FhirResource {
  return {
    resourceType: 'Provenance',
    target: [{ reference: `Task/${task.id}` }],
    recorded: ctx.now.toISOString(),
    agent: [
      {
        who: { reference: decider },
        ...(ctx.actor.organization ? { onBehalfOf: { reference: ctx.actor.organization } } : {}),
      },
    ],
    entity: [{ role: 'source', what: { reference: source } }],
  };
}

/** Writes new Tasks and their Provenances in one transaction; somebody who was faster is a conflict. */
async function store(engine: Engine, ctx: Ctx, resources: readonly FhirResource[]) {
  const entries = resources.map((resource, index): Entry => {
    const body = bodyOf(resource);
    if (resource.resourceType === 'Task') {
      return { index, method: 'PUT', path: ['Task', resource.id!], body, ifNoneMatch: '*' };
    }
    return { index, method: 'POST', path: [resource.resourceType], body };
  });
  // Task and Provenance are written for the decision itself; the caller showed the right to make Tasks.
  const system = { ...asSystem(ctx, 'a decision carries its Provenance'), actor: ctx.actor };
  try {
    const results = await transaction(engine, system, entries, (c, db, entry) =>
      dispatchRead(engine, c, db, entry),
    );
    return results.map((r) => r.stored!);
  } catch (error) {
    if (error instanceof FhirError && error.category === 'precondition') {
      throw conflict(
        {
          en: 'Somebody else decided about one of these results at the same moment. Read the decisions again.',
          zh: '其他人刚刚对其中某项结果作出了互认决定。请重新读取。',
        },
        { rule: 'recognition-decision-final' },
      );
    }
    throw error;
  }
}

/** Revokes a decision: the Task becomes cancelled, with the reason; its history keeps what was decided. */
export async function revokeRecognition(
  engine: Engine,
  ctx: Ctx,
  id: string,
  parameters: readonly Parameter[],
): Promise<Decided> {
  assertMay(ctx, 'u', 'Task');
  const stored = await read(engine, ctx, 'Task', id);
  const task = JSON.parse(stored.content) as TaskFields;
  if (!isDecision(task) || (task.status !== 'completed' && task.status !== 'rejected')) {
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
  const reason = firstOf(parameters, 'reason');
  const decider = referenceIn(parameterValue(firstOf(parameters, 'decider')))!;
  const given = parameterValue(reason);
  const state = task.status === 'completed' ? 'recognized-revoked' : 'denied-revoked';
  const revoked: FhirResource = {
    ...task,
    status: 'cancelled',
    statusReason: typeof given === 'string' ? { text: given } : given,
    businessStatus: { coding: [{ system: STATE_SYSTEM, code: state }] },
    lastModified: ctx.now.toISOString(),
  };
  const provenance = provenanceOf(revoked, decider, `Task/${id}`, ctx);
  const entries: Entry[] = [
    { index: 0, method: 'PUT', path: ['Task', id], body: bodyOf(revoked), ifMatch: `${stored.version}` },
    {
      index: 1,
      fullUrl: `urn:uuid:${newId()}`,
      method: 'POST',
      path: ['Provenance'],
      body: bodyOf(provenance),
    },
  ];
  const system = { ...asSystem(ctx, 'a revocation carries its Provenance'), actor: ctx.actor };
  const results = await transaction(engine, system, entries, (c, db, entry) =>
    dispatchRead(engine, c, db, entry),
  );
  const patient = localReference((task.for as { reference?: string } | undefined)?.reference ?? '', ctx.base);
  return {
    texts: results.map((r) => r.stored!.content!),
    patients: patient ? [patient.id] : [],
    targets: [`Task/${id}`],
  };
}
