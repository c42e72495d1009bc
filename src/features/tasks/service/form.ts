/** What a completed form says, and the Observations that are in it. Pure. */
import { createHash } from 'node:crypto';
import { dayIn } from '../../../kernel/calendar.ts';
import { CANONICAL } from '../../../kernel/canonical.ts';
import type { Resource } from '../../../kernel/contribution.ts';
import type { Coding } from '../../../kernel/elements.ts';
import { codesOf, type Extension, extensionOf, nameOf, referenceIn } from './fhir.ts';
import type { Measured } from './grade.ts';

const UNIT_URL = 'http://hl7.org/fhir/StructureDefinition/questionnaire-unit';
/** https://hl7.org/fhir/uv/sdc/extraction.html#observation-based-extraction */
const EXTRACT_URL = 'http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-observationExtract';
const LOINC = 'http://loinc.org';
const CATEGORY = 'http://terminology.hl7.org/CodeSystem/observation-category';
const ORIGIN_URL = `${CANONICAL}/StructureDefinition/measurement-origin`;
const VITAL_SIGNS = ['85354-9', '29463-7', '39156-5', '8867-4', '8310-5', '8302-2', '59408-5', '8280-0'];
const LABORATORY = ['14771-0', '14743-9', '4548-4'];

export interface Answer {
  readonly valueDecimal?: number;
  readonly valueInteger?: number;
  readonly valueDate?: string;
  readonly valueDateTime?: string;
  readonly valueBoolean?: boolean;
  readonly valueString?: string;
  readonly valueCoding?: Coding;
  readonly valueQuantity?: { readonly value?: number };
}

export interface ResponseItem {
  readonly linkId: string;
  readonly answer?: readonly (Answer & { readonly item?: readonly ResponseItem[] })[];
  readonly item?: readonly ResponseItem[];
}

export interface FormItem {
  readonly linkId: string;
  readonly type?: string;
  readonly text?: string;
  readonly code?: readonly Coding[];
  readonly extension?: readonly Extension[];
  readonly item?: readonly FormItem[];
}

export interface ResponseFields extends Resource {
  readonly id: string;
  readonly status?: string;
  readonly questionnaire?: string;
  readonly authored?: string;
  readonly author?: { readonly reference?: string };
  readonly item?: readonly ResponseItem[];
}

/** Whether it is the record of something: neither being filled in nor taken back. */
export function isFiled(form: Resource | undefined): boolean {
  return form?.status === 'completed' || form?.status === 'amended';
}

/** What residents or their guardians wrote down themselves: kept as their word, and no visit. */
export function isOwnWord({ author }: ResponseFields): boolean {
  return /(?:^|\/)(?:Patient|RelatedPerson)\/[^/]+$/.test(author?.reference ?? '');
}

/** Everything that was answered, by linkId. */
export type Answers = ReadonlyMap<string, readonly Answer[]>;

export function answersOf(response: Resource): Answers {
  const answers = new Map<string, Answer[]>();
  const walk = (items: readonly ResponseItem[] = []) => {
    for (const { linkId, answer = [], item } of items) {
      answers.set(linkId, [...(answers.get(linkId) ?? []), ...answer]);
      for (const a of answer) walk(a.item);
      walk(item);
    }
  };
  walk((response as ResponseFields).item);
  return answers;
}

export function codedIn(answers: Answers, linkId: string): Coding | undefined {
  return answers.get(linkId)?.[0]?.valueCoding;
}

export function dayAnswered(answers: Answers, linkId: string): string | undefined {
  return dayIn(answers.get(linkId)?.[0]?.valueDate);
}

export function numberIn(answer: Answer | undefined): number | undefined {
  return answer?.valueDecimal ?? answer?.valueInteger ?? answer?.valueQuantity?.value;
}

/** The day of the visit: as the form says, else when it was filled in. */
export function visitDay(response: Resource): string | undefined {
  return dayAnswered(answersOf(response), 'visit-date') ?? dayIn((response as ResponseFields).authored);
}

/** The Observations of a response; the same ids each time, so that a corrected form corrects them. */
export function observationsOf(form: Resource, response: ResponseFields): Resource[] {
  const { item = [] } = form as { item?: readonly FormItem[] };
  return extracted(item, response.item ?? [], response);
}

function extracted(
  items: readonly FormItem[],
  responses: readonly ResponseItem[],
  response: ResponseFields,
): Resource[] {
  return items.flatMap((item) => {
    const given = responses.filter((r) => r.linkId === item.linkId);
    const below = given.flatMap((r) => extracted(item.item ?? [], r.item ?? [], response));
    if (extensionOf(item, EXTRACT_URL)?.valueBoolean !== true) return below;
    if (item.type === 'group') {
      return [...given.flatMap((r, i) => panelOf(item, r, i, response) ?? []), ...below];
    }
    const answers = given.flatMap((r) => r.answer ?? []);
    const single = answers.flatMap((a, i) => {
      const value = valueIn(item, a);
      return value ? [observation(item, i, response, value)] : [];
    });
    return [...single, ...below];
  });
}

/** A group is one Observation, what is in it are its components: blood pressure. */
function panelOf(item: FormItem, given: ResponseItem, index: number, response: ResponseFields) {
  const component = (item.item ?? []).flatMap((child) => {
    const answer = given.item?.find((r) => r.linkId === child.linkId)?.answer?.[0];
    const value = answer && valueIn(child, answer);
    return value ? [{ code: { coding: child.code }, ...value }] : [];
  });
  return component.length > 0 ? observation(item, index, response, { component }) : undefined;
}

function valueIn(item: FormItem, answer: Answer): object | undefined {
  const number = numberIn(answer);
  if (number !== undefined) {
    const unit = extensionOf(item, UNIT_URL)?.valueCoding;
    if (!unit)
      return Number.isInteger(number) ? { valueInteger: number } : { valueQuantity: { value: number } };
    const { display, system, code } = unit;
    return { valueQuantity: { value: number, ...(display ? { unit: display } : {}), system, code } };
  }
  if (answer.valueCoding) return { valueCodeableConcept: { coding: [answer.valueCoding] } };
  if (answer.valueBoolean !== undefined) return { valueBoolean: answer.valueBoolean };
  if (answer.valueString !== undefined) return { valueString: answer.valueString };
  const day = answer.valueDateTime ?? answer.valueDate;
  return day === undefined ? undefined : { valueDateTime: day };
}

function observation(item: FormItem, index: number, response: ResponseFields, value: object): Resource {
  const codes = (item.code ?? []).filter((c) => c.system === LOINC);
  const loinc = codes[0]?.code ?? '';
  const category = VITAL_SIGNS.includes(loinc)
    ? 'vital-signs'
    : LABORATORY.includes(loinc)
      ? 'laboratory'
      : 'survey';
  const key = `${response.id}|${item.linkId}|${index}`;
  const encounter = referenceIn(response.encounter);
  const author = referenceIn(response.author);
  return {
    resourceType: 'Observation',
    id: `form-${createHash('sha256').update(key).digest('hex').slice(0, 32)}`,
    ...(loinc ? { extension: [{ url: ORIGIN_URL, valueCode: 'clinic' }] } : {}),
    status: response.status === 'amended' ? 'amended' : 'final',
    category: [{ coding: [{ system: CATEGORY, code: category }] }],
    code: { coding: codes.length > 0 ? codes : item.code, ...(item.text ? { text: item.text } : {}) },
    subject: response.subject,
    ...(encounter ? { encounter: { reference: encounter } } : {}),
    effectiveDateTime: visitDay(response) ?? response.authored,
    ...(author ? { performer: [{ reference: author }] } : {}),
    derivedFrom: [{ reference: nameOf(response) }],
    ...value,
  };
}

/** LOINC -> value, of some Observations. */
export function measuredIn(observations: readonly Resource[]): Measured {
  const measured = new Map<string, number>();
  const take = (part: { code?: unknown; valueQuantity?: unknown }) => {
    const value = (part.valueQuantity as { value?: number } | undefined)?.value;
    const code = codesOf(part.code).find((c) => c.system === LOINC)?.code;
    if (value !== undefined && code) measured.set(code, value);
  };
  for (const o of observations) {
    take(o as unknown as Parameters<typeof take>[0]);
    for (const c of (o.component ?? []) as readonly { code?: unknown }[]) take(c);
  }
  return measured;
}
