/** `PlanDefinition/$apply`: a programme for one resident. https://hl7.org/fhir/R4/plandefinition-operation-apply.html */
import type { Engine } from '../../../interactions/engine.ts';
import { perform } from '../../../interactions/perform.ts';
import { read } from '../../../interactions/read.ts';
import { dayOf } from '../../../kernel/calendar.ts';
import type { OperationAnswer, Resource } from '../../../kernel/contribution.ts';
import type { Ctx } from '../../../kernel/ctx.ts';
import { badParameter, notFound, ruleBroken, unprocessable } from '../../../kernel/fhir-error.ts';
import { localReference } from '../../../kernel/ids.ts';
import { problem } from '../../../kernel/issue.ts';
import type { Scene } from '../../../kernel/workflow.ts';
import { firstOf, type Parameter, parameterValue } from '../../../operations/parameters.ts';
import { isOpen } from '../model.ts';
import { enrolmentIn, institutionOf, newEnrolment, ownerOf } from './enrolment.ts';
import { nameOf, referenceIn } from './fhir.ts';
import { programmeOf } from './programme.ts';
import { newTasks, recordOf } from './record.ts';
import { programmeCodeOf } from './task.ts';

/** Enrols the resident where the programme is for a diagnosis, makes what is due, and answers the plan. */
export async function apply(
  engine: Engine,
  ctx: Ctx,
  id: string | undefined,
  parameters: readonly Parameter[],
): Promise<OperationAnswer> {
  const subject = subjectIn(parameters, ctx);
  await read(engine, ctx, 'Patient', subject);
  const { answer, patients } = await perform(engine, ctx, async (scene) => {
    const plan = await planOf(scene, id, parameters);
    const programme = programmeOf(plan);
    if (!programme) throw noProgramme(nameOf(plan));
    const patient = await scene.read(`Patient/${subject}`);
    if (!patient) throw notFound('Patient', subject);
    const record = await recordOf(scene, patient);
    const today = dayOf(ctx.now);
    const organization = namedIn(parameters, 'organization');
    const practitioner = namedIn(parameters, 'practitioner');
    const owner = practitioner ?? ownerOf(patient, record.episodes, programme.code) ?? organization;
    const institution = organization ?? institutionOf(patient, record.episodes);
    if (!owner || !institution) throw nobody(subject);
    const there = enrolmentIn(record.episodes, programme.code);
    const enrolment =
      there ??
      (programme.diagnoses.length > 0
        ? newEnrolment({
            patient,
            programme: programme.code,
            status: 'active',
            start: today,
            institution,
            team: owner,
          })
        : undefined);
    // Without a family doctor, whoever applies it takes the resident on.
    const known = {
      ...record,
      patient: { ...patient, managingOrganization: patient.managingOrganization ?? { reference: owner } },
      episodes: enrolment && !there ? [...record.episodes, enrolment] : record.episodes,
    };
    const { tasks } = newTasks(known, [programme], { since: today, today }, ctx.now);
    const open = record.tasks.filter((t) => programmeCodeOf(t) === programme.code && isOpen(t.status));
    const writes: Resource[] = [...tasks, ...(enrolment && !there ? [enrolment] : [])];
    // Whom the caller names is the caller; whoever answers for the resident otherwise is told by the workflow.
    const named = [organization, await institutionBehind(scene, practitioner)].filter((o) => o !== undefined);
    const by = named.length > 0 ? named.filter((o) => named.every((other) => other === o)) : undefined;
    const answer = carePlan(plan, programme.canonical, subject, ctx, [...open, ...tasks]);
    return { answer, shared: { writes, by } };
  });
  return { text: JSON.stringify(answer), patients: patients.length > 0 ? patients : [subject] };
}

/** `Organization/x` of who does the work; of somebody unknown the reference itself, which nobody acts for. */
async function institutionBehind(scene: Scene, reference: string | undefined): Promise<string | undefined> {
  if (reference === undefined || reference.startsWith('Organization/')) return reference;
  const found = await scene.read(reference);
  const of = found?.organization ?? (found?.managingOrganization as unknown[] | undefined)?.[0];
  return referenceIn(of) ?? reference;
}

/** https://hl7.org/fhir/R4/plandefinition-operation-apply.html has strings; whoever sends a Reference is understood. */
function namedIn(parameters: readonly Parameter[], name: string): string | undefined {
  const given = parameterValue(firstOf(parameters, name));
  return typeof given === 'string' ? given : referenceIn(given);
}

function subjectIn(parameters: readonly Parameter[], ctx: Ctx): string {
  const local = localReference(namedIn(parameters, 'subject') ?? '', ctx.base);
  if (local?.type === 'Patient') return local.id;
  throw badParameter('subject', {
    en: 'A programme is applied to a resident: subject=Patient/<id>.',
    zh: '服务方案须应用于居民:subject=Patient/<id>。',
  });
}

async function planOf(
  scene: { read(reference: string): Promise<Resource | undefined> },
  id: string | undefined,
  parameters: readonly Parameter[],
): Promise<Resource> {
  const sent = firstOf(parameters, 'planDefinition')?.resource as Resource | undefined;
  const plan = id === undefined ? sent : await scene.read(`PlanDefinition/${id}`);
  if (!plan) {
    if (id !== undefined) throw notFound('PlanDefinition', id);
    throw badParameter('planDefinition', {
      en: 'Name the programme: PlanDefinition/<id>/$apply.',
      zh: '请指明服务方案:PlanDefinition/<id>/$apply。',
    });
  }
  return plan;
}

function noProgramme(name: string) {
  return unprocessable([
    problem('business-rule', {
      en: `${name} is no public-health programme with a beginning and a version: profile county-programme.`,
      zh: `${name} 不是有生效期和版本的公共卫生服务方案(profile county-programme)。`,
    }),
  ]);
}

function nobody(subject: string) {
  return ruleBroken([
    problem(
      'business-rule',
      {
        en: `Nobody answers for Patient/${subject}: sign a contract, name a managingOrganization, or give the parameter organization.`,
        zh: `Patient/${subject} 没有责任机构:请先签约、填写 managingOrganization,或给出参数 organization。`,
      },
      { expression: 'organization', rule: 'task-owner-missing' },
    ),
  ]);
}

function carePlan(
  plan: Resource,
  canonical: string,
  subject: string,
  ctx: Ctx,
  tasks: readonly Resource[],
): Resource {
  return {
    resourceType: 'CarePlan',
    instantiatesCanonical: [canonical],
    status: 'active',
    intent: 'plan',
    ...(typeof plan.title === 'string' ? { title: plan.title } : {}),
    subject: { reference: `Patient/${subject}` },
    created: ctx.now.toISOString(),
    ...(tasks.length > 0 ? { activity: tasks.map((t) => ({ reference: { reference: nameOf(t) } })) } : {}),
  };
}
