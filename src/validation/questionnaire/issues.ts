/** What is said about the answers to a Questionnaire. */
import type { Text } from '../../kernel/issue.ts';
import type { Json } from '../fhirpath/items.ts';
import { quote } from '../primitives.ts';
import type { Run } from '../run.ts';
import { nearest } from '../shape-issues.ts';
import { type Question, questionsOf } from './items.ts';

function named({ linkId, text }: Question): string {
  return text ? `'${linkId}' (${text.slice(0, 80)})` : `'${linkId}'`;
}

export function noQuestionnaire(run: Run): void {
  run.add({
    code: 'informational',
    severity: 'information',
    rule: 'questionnaire-unknown',
    at: 'questionnaire',
    text: {
      en: 'The response names no questionnaire, so its answers were not held against one.',
      zh: '该应答未写明问卷,未按问卷校验其答案。',
    },
  });
}

export function unknownQuestionnaire(run: Run, canonical: string): void {
  run.add({
    code: 'not-found',
    severity: 'warning',
    rule: 'questionnaire-unknown',
    at: 'questionnaire',
    text: {
      en: `The questionnaire '${canonical}' is not known here, so the answers were not held against it.`,
      zh: `此处没有问卷“${canonical}”,未按其校验答案。`,
    },
  });
}

export function unknownItem(run: Run, linkId: string, questionnaire: Json): void {
  const all: string[] = [];
  const collect = (questions: readonly Question[]) => {
    for (const q of questions) {
      all.push(q.linkId);
      collect(q.items);
    }
  };
  collect(questionsOf(questionnaire));
  const elsewhere = all.includes(linkId);
  const hint = elsewhere ? undefined : nearest(linkId, all);
  run.add({
    code: 'structure',
    rule: 'questionnaire-item',
    at: 'linkId',
    text: elsewhere
      ? {
          en: `The item '${linkId}' stands elsewhere in the questionnaire; put it below the same group or question.`,
          zh: `问卷中项目“${linkId}”不在此处;请放在与问卷相同的分组或问题之下。`,
        }
      : {
          en: `The questionnaire has no item '${linkId}'.${hint ? ` Did you mean '${hint}'?` : ''}`,
          zh: `问卷中没有项目“${linkId}”。${hint ? `是否应为“${hint}”?` : ''}`,
        },
  });
}

export function outOfOrder(run: Run, linkId: string, after: string): void {
  run.add({
    code: 'structure',
    rule: 'questionnaire-order',
    text: {
      en: `The item '${linkId}' comes before '${after}' in the questionnaire; keep that order.`,
      zh: `问卷中项目“${linkId}”在“${after}”之前;请保持该顺序。`,
    },
  });
}

/** An error when the response says it is complete, else only a warning. */
function missing(run: Run, finished: boolean, text: Text, at?: string): void {
  run.add({
    code: 'required',
    severity: finished ? 'error' : 'warning',
    rule: 'questionnaire-required',
    text,
    ...(at ? { at } : {}),
  });
}

export function unanswered(run: Run, question: Question, finished: boolean): void {
  const text = {
    en: `The questionnaire requires the item ${named(question)} here, and it is missing.`,
    zh: `问卷要求此处有项目${named(question)},现缺失。`,
  };
  missing(run, finished, text, 'item');
}

export function unansweredItem(run: Run, question: Question, finished: boolean): void {
  missing(run, finished, {
    en: `The question ${named(question)} must be answered.`,
    zh: `问题${named(question)}必须作答。`,
  });
}

export function notAsked(run: Run, question: Question, finished: boolean): void {
  run.add({
    code: 'business-rule',
    severity: finished ? 'error' : 'warning',
    rule: 'questionnaire-disabled',
    text: {
      en: `${named(question)} is answered, though other answers say that it is not asked (enableWhen). Leave it out, or correct those.`,
      zh: `按其他答案,${named(question)}不应提问(enableWhen),却已作答。请去掉该答案,或改正其他答案。`,
    },
  });
}

export function repeated(run: Run, question: Question): void {
  run.add({
    code: 'structure',
    rule: 'questionnaire-repeats',
    text:
      question.type === 'group'
        ? {
            en: `The group ${named(question)} does not repeat; it may stand here once.`,
            zh: `分组${named(question)}不可重复;此处只能出现一次。`,
          }
        : {
            en: `${named(question)} stands here more than once. Put several answers into one item.`,
            zh: `${named(question)}重复出现。多个答案请放在同一项目中。`,
          },
  });
}

export function tooManyAnswers(run: Run, question: Question, most: number, found: number): void {
  run.add({
    code: 'structure',
    rule: 'questionnaire-repeats',
    at: 'answer',
    text: {
      en: `${named(question)} takes at most ${most} answer(s); there are ${found}.`,
      zh: `${named(question)}至多可有 ${most} 个答案;现有 ${found} 个。`,
    },
  });
}

export function tooFewAnswers(run: Run, question: Question, least: number, found: number): void {
  run.add({
    code: 'required',
    rule: 'questionnaire-required',
    at: 'answer',
    text: {
      en: `${named(question)} needs at least ${least} answers; there are ${found}.`,
      zh: `${named(question)}至少需要 ${least} 个答案;现有 ${found} 个。`,
    },
  });
}

export function groupAnswered(run: Run, question: Question): void {
  run.add({
    code: 'structure',
    rule: 'questionnaire-answer',
    at: 'answer',
    text: {
      en: `${named(question)} is a ${question.type} and takes no answer.`,
      zh: `${named(question)}的类型为 ${question.type},不能作答。`,
    },
  });
}

export function itemsBesideAnswer(run: Run, question: Question): void {
  run.add({
    code: 'structure',
    rule: 'questionnaire-item',
    at: 'item',
    text: {
      en: `${named(question)} is a question: what is asked below it stands in its answer (answer.item).`,
      zh: `${named(question)}是问题:其下级项目应放在答案之内(answer.item)。`,
    },
  });
}

export function wrongType(run: Run, question: Question, found: string, allowed: readonly string[]): void {
  const names = allowed.map((type) => `value${type}`);
  run.add({
    code: 'value',
    rule: 'questionnaire-answer',
    at: 'value',
    text: {
      en: `${named(question)} is answered by ${names.join(' or ')}, not by value${found}.`,
      zh: `${named(question)}应以 ${names.join('或')} 作答,而不是 value${found}。`,
    },
  });
}

export function wrongLength(run: Run, question: Question, found: number, en: string, zh: string): void {
  run.add({
    code: 'too-long',
    rule: 'questionnaire-answer',
    at: 'value',
    text: {
      en: `The answer to ${named(question)} has ${found} characters; it must have ${en}.`,
      zh: `${named(question)}的答案有 ${found} 个字符;应${zh}个。`,
    },
  });
}

export function outside(run: Run, question: Question, low: boolean, limit: unknown): void {
  run.add({
    code: 'value',
    rule: 'questionnaire-answer',
    at: 'value',
    text: low
      ? {
          en: `The answer to ${named(question)} must be at least ${quote(limit)}.`,
          zh: `${named(question)}的答案不得小于 ${quote(limit)}。`,
        }
      : {
          en: `The answer to ${named(question)} must be at most ${quote(limit)}.`,
          zh: `${named(question)}的答案不得大于 ${quote(limit)}。`,
        },
  });
}

const SHOWN = 12;

function shown(value: unknown): string {
  const { system, code } = (value ?? {}) as Json;
  return code === undefined ? quote(value) : `${system ?? ''}|${code}`;
}

export function notAnOption(run: Run, question: Question, value: unknown, options: readonly unknown[]): void {
  const list = options.slice(0, SHOWN).map(shown).join(', ') + (options.length > SHOWN ? ', …' : '');
  run.add({
    code: 'code-invalid',
    rule: 'questionnaire-answer',
    at: 'value',
    text: {
      en: `${shown(value)} is no option of ${named(question)}. Use one of: ${list}.`,
      zh: `${shown(value)} 不是${named(question)}的选项。可用:${list}。`,
    },
  });
}

export function notInAnswers(run: Run, question: Question, value: Json, valueSet: string): void {
  run.add({
    code: 'code-invalid',
    rule: 'questionnaire-answer',
    at: 'value',
    text: {
      en: `${shown(value)} is not in ${valueSet}, which has the answers to ${named(question)}.`,
      zh: `${shown(value)} 不在 ${valueSet} 之内,而${named(question)}的答案取自该值集。`,
    },
  });
}

export function otherText(run: Run, question: Question, found: string): void {
  run.add({
    code: 'value',
    severity: 'warning',
    rule: 'questionnaire-text',
    at: 'text',
    text: {
      en: `The text '${found.slice(0, 80)}' is not that of the question ${named(question)}.`,
      zh: `文本“${found.slice(0, 80)}”与问题${named(question)}的文本不一致。`,
    },
  });
}
