/** Before ordering nine items, the county hospital asks which of them have a result that may be recognised. */
import type { Parameters, ParametersParameter, ServiceRequest } from '@medplum/fhirtypes';
import type { Chapter } from '../chapter.ts';
import { itemName, MEASURED, NEVER_MEASURED } from '../items.ts';
import { DOCTOR, HOSPITAL } from '../people.ts';
import type { Say, Words } from '../say.ts';
import { chinaTime, itemCode, LABORATORY_CATEGORY, type LabItem, profiled } from '../shapes.ts';
import { ask, type Day, hold, localReference, parametersOf, place } from '../systems.ts';

const WORDS = {
  checked: {
    en: '{recognise} of {all} items can be recognised; nothing was stored by asking.',
    zh: '{all} 项中有 {recognise} 项可互认;查询本身不保存任何内容。',
  },
  item: { en: '{item}: {recommendation}. {why}', zh: '{item}:{recommendation}。{why}' },
  recognise: { en: 'recognise', zh: '建议互认' },
  order: { en: 'order', zh: '建议检查' },
  because: {
    en: '{value} of {effective} from {performer}: {reason}',
    zh: '{effective} {performer} 结果 {value}:{reason}',
  },
  noCandidate: { en: 'No earlier result.', zh: '无既往结果。' },
  shouldAnswerItem: { en: '{item} should be answered', zh: '“{item}”应有结论' },
  shouldRecommend: {
    en: '{item} should be recommended as {expected}, got {got}',
    zh: '“{item}”应为 {expected},实为 {got}',
  },
  shouldBeEligible: {
    en: 'the result of {item} of the township centre should be an eligible candidate',
    zh: '乡镇卫生院的“{item}”结果应符合互认条件',
  },
} satisfies Words;

async function live(day: Day): Promise<void> {
  const items = [...MEASURED, NEVER_MEASURED];
  const asked = await ask(
    day,
    'county-his',
    'POST',
    'ServiceRequest/$check-recognition',
    200,
    checkParameters(items, place(day, 'patient'), place(day, 'visit'), day.now),
  );
  const answers = items.map((item) => answerTo(parametersOf(asked), item));
  const recognise = answers.filter((answer) => answer?.recommendation === 'recognise').length;
  day.say.meaning(WORDS.checked, { recognise, all: items.length });
  for (const [index, item] of items.entries()) {
    const answer = answers[index];
    const name = itemName(item, day.say.lang);
    hold(answer, day, asked, WORDS.shouldAnswerItem, { item: name });
    const result = day.places.get(`result-${item.loinc}`);
    const own = answer.candidates.find((candidate) => candidate.result === result);
    day.say.line(WORDS.item, {
      item: name,
      recommendation: day.say.text(answer.recommendation === 'recognise' ? WORDS.recognise : WORDS.order),
      why: why(day.say, own ?? answer.candidates[0]),
    });
    const expected = item === NEVER_MEASURED ? 'order' : 'recognise';
    const got = answer.recommendation;
    hold(got === expected, day, asked, WORDS.shouldRecommend, { item: name, expected, got });
    hold(expected === 'order' || own?.eligible, day, asked, WORDS.shouldBeEligible, { item: name });
  }
}

/** The question: an order for each item, which institution asks, and in which setting. */
export function checkParameters(
  items: readonly LabItem[],
  patient: string,
  visit: string,
  now: Date,
): Parameters {
  return {
    resourceType: 'Parameters',
    parameter: [
      ...items.map((item) => ({ name: 'order', resource: order(item, patient, visit, now) })),
      { name: 'organization', valueReference: { reference: HOSPITAL } },
      { name: 'setting', valueCode: 'outpatient' },
    ],
  };
}

function order(item: LabItem, patient: string, visit: string, now: Date): ServiceRequest {
  return {
    resourceType: 'ServiceRequest',
    meta: profiled('county-lab-order'),
    status: 'draft',
    intent: 'order',
    category: LABORATORY_CATEGORY,
    code: itemCode(item),
    subject: { reference: patient },
    encounter: { reference: visit },
    authoredOn: chinaTime(now),
    requester: { reference: DOCTOR },
  };
}

export interface Candidate {
  readonly result: string | undefined;
  readonly eligible: boolean;
  readonly value: string;
  readonly effective: string;
  readonly performer: string;
  readonly reason: string;
}

export interface Answer {
  readonly recommendation: string;
  readonly candidates: readonly Candidate[];
}

/** What the answer says of one item. */
export function answerTo(parameters: Parameters, item: LabItem): Answer | undefined {
  const found = (parameters.parameter ?? []).find(
    ({ name, part }) =>
      name === 'item' &&
      (one(part, 'code')?.valueCodeableConcept?.coding ?? []).some(({ code }) => code === item.loinc),
  );
  if (!found) return undefined;
  return {
    recommendation: one(found.part, 'recommendation')?.valueCode ?? '',
    candidates: all(found.part, 'candidate').map(({ part }) => candidateOf(part)),
  };
}

function candidateOf(part: ParametersParameter[] | undefined): Candidate {
  const value = one(part, 'value');
  const performer = one(part, 'performer')?.valueReference;
  const findings = all(part, 'reason').map(
    ({ valueCoding }) => valueCoding?.display ?? valueCoding?.code ?? '',
  );
  return {
    result: localReference(one(part, 'result')?.valueReference?.reference),
    eligible: one(part, 'eligible')?.valueBoolean === true,
    value: value?.valueQuantity
      ? `${value.valueQuantity.value} ${value.valueQuantity.unit}`
      : (value?.valueString ?? ''),
    effective: one(part, 'effective')?.valueDateTime ?? '',
    performer: performer?.display ?? performer?.reference ?? '',
    reason: one(part, 'explanation')?.valueString ?? findings.join(', '),
  };
}

function one(parts: ParametersParameter[] | undefined, name: string): ParametersParameter | undefined {
  return all(parts, name)[0];
}

function all(parts: ParametersParameter[] | undefined, name: string): ParametersParameter[] {
  return (parts ?? []).filter((part) => part.name === name);
}

function why(say: Say, candidate: Candidate | undefined): string {
  if (!candidate) return say.text(WORDS.noCandidate);
  const { value, effective, performer, reason } = candidate;
  return say.text(WORDS.because, { value, effective, performer, reason });
}

export const check: Chapter = {
  heading: {
    en: 'Before ordering, the hospital asks what need not be repeated',
    zh: '开单前查询哪些项目不必重复',
  },
  words: WORDS,
  live,
};
