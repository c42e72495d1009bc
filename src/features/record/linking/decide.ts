/** `Patient/$link`, `$unlink`, `$merge`, `$unmerge`, `$keep-apart`: what somebody decides of two records. */
import { assertMayAll } from '../../../access/decide.ts';
import type { Engine } from '../../../interactions/engine.ts';
import { perform } from '../../../interactions/perform.ts';
import { read } from '../../../interactions/read.ts';
import type { OperationAnswer, OperationInput, Resource } from '../../../kernel/contribution.ts';
import type { Ctx } from '../../../kernel/ctx.ts';
import { malformed, ruleBroken } from '../../../kernel/fhir-error.ts';
import { localReference } from '../../../kernel/ids.ts';
import { type Issue, problem } from '../../../kernel/issue.ts';
import { firstOf, type Parameter, parameterValue } from '../../../operations/parameters.ts';
import { readMany } from '../../../store/read.ts';
import { type Decision, decisionsOf, linkageId, linkageOf, type Relation } from './linkage.ts';

export type Step = 'link' | 'unlink' | 'merge' | 'unmerge' | 'keep-apart';

/** What a step makes of two records, and what they must be before for there to be something to undo. */
const STEPS: Readonly<Record<Step, { relation: Relation; from?: Relation }>> = {
  link: { relation: 'linked' },
  unlink: { relation: 'apart', from: 'linked' },
  merge: { relation: 'merged' },
  unmerge: { relation: 'apart', from: 'merged' },
  'keep-apart': { relation: 'apart' },
};

export async function decideIdentity(
  engine: Engine,
  ctx: Ctx,
  { parameters }: OperationInput,
  step: Step,
): Promise<OperationAnswer> {
  assertMayAll(ctx, [
    { type: 'Patient', permission: 'u' },
    { type: 'Patient', permission: 'r' },
  ]);
  const given = (parameters.parameter ?? []) as readonly Parameter[];
  const source = patientIn(ctx, given, 'source-patient');
  const target = patientIn(ctx, given, 'target-patient');
  const reason = parameterValue(firstOf(given, 'reason'));
  if (source === target) throw ruleBroken([sameRecord(source)]);
  const { relation, from } = STEPS[step];
  const decision: Decision = { main: target, other: source, relation };
  const id = linkageId(source, target);
  // Whoever decides about a record sees it.
  for (const patient of [source, target]) await read(engine, ctx, 'Patient', patient);
  const { written, patients } = await perform(engine, ctx, async (scene) => {
    const keepers: string[] = [];
    for (const patient of [source, target].sort()) {
      const record = await scene.lock(`Patient/${patient}`);
      const keeper = (record?.managingOrganization as { reference?: string } | undefined)?.reference;
      if (keeper !== undefined) keepers.push(keeper);
    }
    const was = await scene.lock(`Linkage/${id}`);
    const stands = decisionsOf(was)[0]?.relation;
    if (from !== undefined && stands !== from) return refused(notThere(step, source, target));
    const linkage = linkageOf(decision, { author: authorOf(ctx), was });
    const provenance = provenanceOf(ctx, linkage, step, typeof reason === 'string' ? reason : undefined);
    // It is about the records of two institutions; one that keeps neither has no say.
    const by = keepers.length > 0 ? keepers : undefined;
    return { answer: undefined, shared: { writes: [linkage, provenance], by } };
  });
  const stored = await readMany(engine.database, [
    { type: 'Linkage', id },
    { type: 'Patient', id: target },
    { type: 'Patient', id: source },
  ]);
  const text = (type: string, of: string) =>
    stored.find((s) => s.type === type && s.id === of)?.content ?? 'null';
  const parts = [
    `{"name":"linkage","resource":${text('Linkage', id)}}`,
    `{"name":"patient","resource":${text('Patient', target)}}`,
    `{"name":"patient","resource":${text('Patient', source)}}`,
  ];
  return {
    text: `{"resourceType":"Parameters","parameter":[${parts.join(',')}]}`,
    patients: [...new Set([...patients, source, target])],
    targets: written.map((w) => `${w.type}/${w.id}`),
  };
}

function refused(issue: Issue) {
  return { answer: undefined, issues: [issue] };
}

function patientIn(ctx: Ctx, given: readonly Parameter[], name: string): string {
  const value = parameterValue(firstOf(given, name)) as { reference?: string } | undefined;
  const local = localReference(value?.reference ?? '', ctx.base);
  if (local?.type === 'Patient') return local.id;
  throw malformed(
    {
      en: `${name} must refer to a Patient of this server, as in Patient/1.`,
      zh: `${name} 必须引用本服务器上的 Patient,例如 Patient/1。`,
    },
    name,
  );
}

/** Linkage.author may be a practitioner or an institution. */
function authorOf({ actor }: Ctx): string | undefined {
  return actor.fhirUser?.startsWith('Practitioner') ? actor.fhirUser : actor.organization;
}

function provenanceOf({ actor, now }: Ctx, linkage: Resource, step: Step, reason?: string): Resource {
  const who = actor.fhirUser ?? actor.organization;
  return {
    resourceType: 'Provenance',
    target: [{ reference: `Linkage/${linkage.id as string}` }],
    recorded: now.toISOString(),
    activity: { text: step },
    ...(reason ? { reason: [{ text: reason }] } : {}),
    agent: [
      { who: who === undefined ? { display: actor.display } : { reference: who, display: actor.display } },
    ],
  };
}

function sameRecord(id: string): Issue {
  return problem(
    'business-rule',
    {
      en: `Both are Patient/${id}. Name two records.`,
      zh: `两者都是 Patient/${id}。请指定两份不同的档案。`,
    },
    { expression: 'target-patient', rule: 'same-record' },
  );
}

function notThere(step: Step, source: string, target: string): Issue {
  const [en, zh] = step === 'unmerge' ? ['merged', '合并'] : ['linked', '关联'];
  return problem(
    'business-rule',
    {
      en: `Patient/${source} and Patient/${target} are not ${en} by a decision of their own, so there is nothing to undo. Look at Patient.link for what they are linked to.`,
      zh: `Patient/${source} 与 Patient/${target} 未直接${zh},没有可撤销的内容。请查看 Patient.link 了解其关联关系。`,
    },
    { expression: 'source-patient', rule: 'records-not-linked' },
  );
}
