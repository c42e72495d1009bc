/** `Questionnaire/$populate`: a form that knows what the record knows. https://hl7.org/fhir/uv/sdc/populate.html */
import { assertMayAll } from '../../../access/decide.ts';
import type { Engine } from '../../../interactions/engine.ts';
import { read } from '../../../interactions/read.ts';
import { type Seen, seenBy } from '../../../interactions/scene.ts';
import { dayIn, dayOf } from '../../../kernel/calendar.ts';
import type { OperationAnswer, Resource } from '../../../kernel/contribution.ts';
import type { Ctx } from '../../../kernel/ctx.ts';
import { badParameter } from '../../../kernel/fhir-error.ts';
import { localReference } from '../../../kernel/ids.ts';
import { firstOf, type Parameter, parameterValue } from '../../../operations/parameters.ts';
import { referenceIn } from './fhir.ts';
import { type Answer, answersOf, type FormItem, measuredIn } from './form.ts';

/** How people live and what they take: it is asked again, and most often the same. */
const LASTING = new Set([
  'smoking',
  'drinking',
  'exercise-times',
  'exercise-minutes',
  'salt',
  'psychological',
  'advice',
  'staple-food',
  'adherence',
  'medication',
  'medication-name',
  'medication-use',
]);

interface Known {
  readonly today: string;
  /** LOINC -> value, measured today. */
  readonly measured: ReadonlyMap<string, number>;
  readonly before: ReadonlyMap<string, readonly Answer[]>;
  readonly medicines: readonly { readonly name: string; readonly use?: string }[];
  readonly doctor?: string;
}

export async function populate(
  engine: Engine,
  ctx: Ctx,
  id: string,
  parameters: readonly Parameter[],
): Promise<OperationAnswer> {
  assertMayAll(ctx, [
    { permission: 'r', type: 'Patient' },
    { permission: 's', type: 'Observation' },
    { permission: 's', type: 'QuestionnaireResponse' },
    { permission: 's', type: 'MedicationRequest' },
  ]);
  const form = JSON.parse((await read(engine, ctx, 'Questionnaire', id)).content) as Resource;
  const local = localReference(referenceIn(parameterValue(firstOf(parameters, 'subject'))) ?? '', ctx.base);
  if (local?.type !== 'Patient') {
    throw badParameter('subject', {
      en: 'Say for which resident: subject → Patient.',
      zh: '请指明居民:subject → Patient。',
    });
  }
  await read(engine, ctx, 'Patient', local.id);
  const seen = seenBy(engine, ctx);
  const known = await knownOf(seen, local.id, form, ctx.now);
  const item = itemsOf((form.item ?? []) as readonly FormItem[], known);
  const response = {
    resourceType: 'QuestionnaireResponse',
    questionnaire: [form.url, form.version].filter(Boolean).join('|'),
    status: 'in-progress',
    subject: { reference: `Patient/${local.id}` },
    authored: ctx.now.toISOString(),
    ...(ctx.actor.fhirUser ? { author: { reference: ctx.actor.fhirUser } } : {}),
    ...(item.length > 0 ? { item } : {}),
  };
  return { text: JSON.stringify(response), patients: [local.id], targets: seen.targets };
}

async function knownOf(scene: Seen, patient: string, form: Resource, now: Date): Promise<Known> {
  const today = dayOf(now);
  const ofPatient = ['patient', `Patient/${patient}`] as const;
  const observations = await scene.search('Observation', [
    ofPatient,
    ['date', today],
    ['status', 'final,amended,corrected'],
  ]);
  const responses = await scene.search('QuestionnaireResponse', [ofPatient, ['status', 'completed,amended']]);
  const url = String(form.url).split('|')[0]!;
  const latest = responses
    .filter((r) => String(r.questionnaire).startsWith(`${url.split('/Questionnaire/')[0]}/`))
    .toSorted((a, b) => (dayIn(a.authored) ?? '').localeCompare(dayIn(b.authored) ?? ''));
  const before = new Map<string, readonly Answer[]>();
  for (const response of latest) {
    for (const [linkId, answers] of answersOf(response)) if (answers.length > 0) before.set(linkId, answers);
  }
  const requests = await scene.search('MedicationRequest', [ofPatient, ['status', 'active']]);
  return { today, measured: measuredIn(observations), before, medicines: requests.flatMap(medicineOf) };
}

function medicineOf(request: Resource): { name: string; use?: string }[] {
  const concept = request.medicationCodeableConcept as
    | { text?: string; coding?: readonly { display?: string }[] }
    | undefined;
  const name = concept?.text ?? concept?.coding?.[0]?.display;
  const use = (request.dosageInstruction as readonly { text?: string }[] | undefined)?.[0]?.text;
  return name ? [{ name, ...(use ? { use } : {}) }] : [];
}

function itemsOf(items: readonly FormItem[], known: Known): object[] {
  return items.flatMap((item): object[] => {
    const { linkId, text } = item;
    const words = text ? { linkId, text } : { linkId };
    if (linkId === 'medication' && known.medicines.length > 0) {
      return known.medicines.map(({ name, use }) => ({
        ...words,
        item: [
          { linkId: 'medication-name', answer: [{ valueString: name }] },
          ...(use ? [{ linkId: 'medication-use', answer: [{ valueString: use }] }] : []),
        ],
      }));
    }
    if (item.type === 'group') {
      const below = itemsOf(item.item ?? [], known);
      return below.length > 0 ? [{ ...words, item: below }] : [];
    }
    const answer = answerFor(item, known);
    return answer.length > 0 ? [{ ...words, answer }] : [];
  });
}

function answerFor({ linkId, type, code = [] }: FormItem, known: Known): readonly Answer[] {
  if (linkId === 'visit-date') return [{ valueDate: known.today }];
  const measured = code.map((c) => known.measured.get(c.code ?? '')).find((v) => v !== undefined);
  if (measured !== undefined)
    return type === 'integer' ? [{ valueInteger: measured }] : [{ valueDecimal: measured }];
  return LASTING.has(linkId) ? (known.before.get(linkId) ?? []) : [];
}
