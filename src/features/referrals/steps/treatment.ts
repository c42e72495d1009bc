/** The steps at the receiving institution, from the arrival to the way back. */
import type { Resource } from '../../../kernel/contribution.ts';
import type { Concept } from '../../../kernel/elements.ts';
import { ruleBroken } from '../../../kernel/fhir-error.ts';
import { newId } from '../../../kernel/ids.ts';
import { inState, output, referenceOutput } from '../build.ts';
import {
  CATEGORY,
  codeIn,
  concept,
  DISCHARGE_MANNER,
  IDENTITY_CHECK,
  IDENTITY_EXTENSION,
  OUTCOME,
} from '../codes.ts';
import { institutionOf } from '../parties.ts';
import { type Item, outputReference, plain } from '../reading.ts';
import { downReferral } from '../way-back.ts';
import { broken } from '../words.ts';
import { withExtension } from './progress.ts';
import { type At, legalStep, type Outcome } from './step.ts';

/** https://terminology.hl7.org/CodeSystem-v3-ActCode.html, by what was asked for. */
const CLASS: Readonly<Record<string, string>> = { inpatient: 'IMP', emergency: 'EMER', consult: 'VR' };

export async function arrive(at: At, seen: number): Promise<Outcome> {
  const step = await legalStep(at, 'arrive', seen);
  const { scene, limits, task, request, given } = at;
  const named = plain(given.reference('encounter'), scene.ctx.base);
  const fresh = named === undefined ? [await newEncounter(at)] : [];
  const encounter = named ?? `Encounter/${fresh[0]!.id}`;
  const check = given.text('identityCheck');
  const checked =
    check === undefined
      ? []
      : [
          withExtension(request, {
            url: IDENTITY_EXTENSION,
            valueCoding: { system: IDENTITY_CHECK, code: check },
          }),
        ];
  const owner = await institutionOf(scene, request.performer?.[0]?.reference);
  const change = { owner, outputs: [referenceOutput('encounter', encounter)] };
  return { own: fresh, writes: [...checked, inState(task, step.to, scene.ctx, limits, change)] };
}

async function newEncounter({ scene, task, request }: At): Promise<Resource & { readonly id: string }> {
  const category = codeIn(CATEGORY, ...(request.category ?? [])) ?? '';
  const appointment = outputReference(task, 'appointment');
  const provider = await institutionOf(scene, request.performer?.[0]?.reference);
  return {
    resourceType: 'Encounter',
    id: newId(),
    status: 'arrived',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: CLASS[category] ?? 'AMB' },
    subject: request.subject,
    basedOn: [{ reference: `ServiceRequest/${request.id}` }],
    ...(appointment ? { appointment: [{ reference: appointment }] } : {}),
    period: { start: scene.ctx.now.toISOString() },
    ...(provider ? { serviceProvider: { reference: provider } } : {}),
  };
}

export async function discharge(at: At, seen: number): Promise<Outcome> {
  const step = await legalStep(at, 'discharge', seen);
  const { scene, limits, task, given } = at;
  const encounter = plain(given.reference('encounter'), scene.ctx.base);
  const known = outputReference(task, 'encounter');
  const document = documentIn(at, 'handover');
  const outputs: Item[] = [
    ...(encounter && encounter !== known ? [referenceOutput('encounter', encounter)] : []),
    ...document.outputs,
    ...outcomeOutputs(at),
  ];
  const left = await leftEncounter(at, encounter ?? known);
  return {
    own: [...document.writes, ...left],
    writes: [inState(task, step.to, scene.ctx, limits, { outputs })],
  };
}

/** The encounter says how the resident left, and where to. */
async function leftEncounter({ scene, given }: At, reference: string | undefined): Promise<Resource[]> {
  const disposition = given.text('disposition');
  const destination = given.reference('destination');
  if (disposition === undefined && destination === undefined) return [];
  const encounter = await scene.lock(reference);
  if (encounter?.resourceType !== 'Encounter') {
    throw ruleBroken([
      broken(
        { rule: 'handover-incomplete', expression: 'encounter' },
        {
          en: 'disposition and destination are put into the encounter: name it in the parameter encounter.',
          zh: '离院方式与去向记录在就诊中:请在参数 encounter 中给出就诊。',
        },
      ),
    ]);
  }
  const stay = (encounter.hospitalization ?? {}) as object;
  const period = (encounter.period ?? {}) as { start?: string; end?: string };
  return [
    {
      ...encounter,
      status: 'finished',
      period: { ...period, end: period.end ?? scene.ctx.now.toISOString() },
      hospitalization: {
        ...stay,
        ...(disposition ? { dischargeDisposition: concept(DISCHARGE_MANNER, disposition) } : {}),
        ...(destination ? { destination: { reference: destination } } : {}),
      },
    },
  ];
}

/** A document that is named, or sent along to be stored. */
export function documentIn({ given }: At, code: 'handover' | 'opinion') {
  const reference = given.reference(code);
  const sent = given.resource('document');
  if (!sent) return { writes: [], outputs: reference ? [referenceOutput(code, reference)] : [] };
  const id = typeof sent.id === 'string' ? sent.id : newId();
  return {
    writes: [{ ...sent, id }],
    outputs: [referenceOutput(code, `${sent.resourceType}/${id}`)],
  };
}

/** How the resident is, said once. */
export function outcomeOutputs({ task, given }: At): Item[] {
  const outcome = given.concept('outcome');
  if (outcome === undefined) return [];
  const said = task.output?.find((o) => o.type?.coding?.some((c) => c.code === 'outcome'));
  if (!said) return [output('outcome', { valueCodeableConcept: outcome })];
  const known = said.valueCodeableConcept as Concept | undefined;
  if (nameOf(known) === nameOf(outcome)) return [];
  throw ruleBroken([
    broken(
      { rule: 'referral-history-final', expression: 'outcome' },
      {
        en: `The outcome was recorded as ${nameOf(known)}, and stays: leave the parameter out.`,
        zh: `治疗结果已记录为 ${nameOf(known)},不可更改:请不要再给出该参数。`,
      },
    ),
  ]);
}

function nameOf(outcome: Concept | undefined): string | undefined {
  return codeIn(OUTCOME, outcome) ?? outcome?.text;
}

export async function referBack(at: At, seen: number): Promise<Outcome> {
  await legalStep(at, 'refer-back', seen);
  const { scene, limits, request, task, given } = at;
  const down = await downReferral(scene, limits, request, task, {
    performer: given.reference('performer'),
    requester: given.reference('requester'),
    consent: given.reference('consent'),
    category: given.text('category'),
    reasons: given.concepts('reason'),
    summary: given.text('summary'),
  });
  if (!down) {
    throw ruleBroken([
      broken(
        { rule: 'referral-request-missing', expression: 'performer' },
        {
          en: 'Nobody in the community is known to be responsible for this resident: name who takes the resident over in the parameter performer.',
          zh: '未找到该居民的责任机构:请在参数 performer 中指定接收机构。',
        },
      ),
    ]);
  }
  return { writes: [down.request, down.task], answer: `Task/${down.task.id}` };
}
