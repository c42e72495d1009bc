/** Whether an answer is one that its question takes (https://hl7.org/fhir/R4/questionnaire.html#4.64.4). */
import type { Definitions } from '../../definitions/definitions.ts';
import { ValueSets } from '../../definitions/value-sets.ts';
import { isBound } from '../bindings.ts';
import { compare } from '../fhirpath/equality.ts';
import { isObject, type Json } from '../fhirpath/items.ts';
import type { Run } from '../run.ts';
import { equal } from './enabled.ts';
import * as say from './issues.ts';
import { extensionOf, objects, type Question, typedValue } from './items.ts';

/** Type of question -> types of its answers, as they stand in `value[x]`. */
const ANSWER_TYPES: Readonly<Record<string, readonly string[]>> = {
  boolean: ['Boolean'],
  decimal: ['Decimal'],
  integer: ['Integer'],
  date: ['Date'],
  dateTime: ['DateTime'],
  time: ['Time'],
  string: ['String'],
  text: ['String'],
  url: ['Uri'],
  choice: ['Coding'],
  'open-choice': ['Coding', 'String'],
  attachment: ['Attachment'],
  reference: ['Reference'],
  quantity: ['Quantity'],
};

/** Checks one answer; the path stands at it. */
export function checkAnswer(
  definitions: Definitions,
  questionnaire: Json,
  question: Question,
  answer: Json,
  run: Run,
): void {
  const found = typedValue(answer, 'value');
  if (!found) return;
  const { key, value } = found;
  const allowed = typesOf(question);
  if (!allowed.includes(key)) {
    say.wrongType(run, question, key, allowed);
    return;
  }
  checkLimits(question, value, run);
  if (question.type !== 'choice' && question.type !== 'open-choice') return;
  const free = question.type === 'open-choice' && key === 'String';
  const options = objects(question.content.answerOption);
  if (options.length > 0) {
    if (!free && !options.some((o) => equal(typedValue(o, 'value')?.value, value)))
      say.notAnOption(
        run,
        question,
        value,
        options.map((o) => typedValue(o, 'value')?.value),
      );
  } else if (!free && key === 'Coding') checkValueSet(definitions, questionnaire, question, value, run);
}

/** Options may be of other types than codings. */
function typesOf({ type, content }: Question): readonly string[] {
  const types = ANSWER_TYPES[type] ?? [];
  if (type !== 'choice' && type !== 'open-choice') return types;
  const options = objects(content.answerOption).flatMap((o) => typedValue(o, 'value')?.key ?? []);
  if (options.length === 0) return types;
  return [...new Set(type === 'open-choice' ? [...options, 'String'] : options)];
}

function checkLimits(question: Question, value: unknown, run: Run): void {
  const { content } = question;
  if (typeof value === 'string') {
    const length = [...value].length;
    const most = content.maxLength;
    const least = extensionOf(content, 'minLength');
    if (typeof most === 'number' && length > most)
      say.wrongLength(run, question, length, `at most ${most}`, `至多 ${most}`);
    if (typeof least === 'number' && length < least)
      say.wrongLength(run, question, length, `at least ${least}`, `至少 ${least}`);
  }
  for (const side of ['minValue', 'maxValue'] as const) {
    const limit = extensionOf(content, side);
    const order = limit === undefined ? undefined : compare({ v: value, t: '' }, { v: limit, t: '' });
    if (order !== undefined && (side === 'minValue' ? order < 0 : order > 0))
      say.outside(run, question, side === 'minValue', limit);
  }
}

/** The codes may be listed in the Questionnaire itself, in memory, or by a terminology service. */
function checkValueSet(
  definitions: Definitions,
  questionnaire: Json,
  question: Question,
  value: unknown,
  run: Run,
): void {
  const url = question.content.answerValueSet;
  if (typeof url !== 'string' || !isObject(value) || typeof value.code !== 'string') return;
  const codes = url.startsWith('#')
    ? containedCodes(definitions, questionnaire, url.slice(1))
    : definitions.valueSet(url);
  if (codes) {
    if (!isBound(codes, value)) say.notInAnswers(run, question, value, url);
    return;
  }
  if (url.startsWith('#') || !run.manner.outside.checkCodes) return;
  const { system, code } = value;
  const check = { valueSet: url, code, ...(typeof system === 'string' ? { system } : {}) };
  run.ask({
    about: 'codes',
    codes: [check],
    judge: ([verdict], later) => {
      if (verdict!.valid === false) say.notInAnswers(later, question, value, url);
    },
  });
}

function containedCodes(definitions: Definitions, questionnaire: Json, id: string) {
  const valueSet = objects(questionnaire.contained).find((r) => r.id === id);
  if (valueSet?.resourceType !== 'ValueSet') return undefined;
  const own = { get: (url: string) => (url === id ? (valueSet as never) : undefined) };
  const systems = { get: (url: string) => definitions.codeSystem(url) };
  return new ValueSets(own, systems, (url) => definitions.valueSet(url)).codes(id);
}
