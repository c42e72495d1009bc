/** Findings in words, for the doctor. */
import { CANONICAL } from '../../kernel/canonical.ts';
import type { Language, Text } from '../../kernel/issue.ts';
import type { Finding } from './model.ts';

export const FINDING_SYSTEM = `${CANONICAL}/CodeSystem/recognition-finding`;

const SENTENCE: Readonly<Record<Finding, Text>> = {
  eligible: {
    en: 'The result may be recognised; the judgement is yours.',
    zh: '该结果符合互认条件,是否互认由接诊医师判断。',
  },
  'too-old': { en: 'It is older than the window of this item.', zh: '已超过该项目的互认时限。' },
  'no-mark': { en: 'It bears no recognition mark.', zh: '没有互认标识。' },
  'mark-out-of-scope': {
    en: 'Its mark does not reach your institution.',
    zh: '互认标识的范围不包括本机构。',
  },
  'evidence-missing': {
    en: 'The quality evidence behind its mark is missing or of another laboratory.',
    zh: '互认标识缺少质控依据,或依据属于其他实验室。',
  },
  'evidence-expired': {
    en: 'The quality evidence was not valid when the specimen was taken.',
    zh: '采样时质控依据不在有效期内。',
  },
  'evidence-failed': {
    en: 'The laboratory did not pass the quality control.',
    zh: '该实验室质控评价不合格。',
  },
  'evidence-item-mismatch': { en: 'The quality evidence is for other items.', zh: '质控依据不包括该项目。' },
  'unit-not-comparable': {
    en: 'Its unit cannot be compared with the item ordered.',
    zh: '计量单位与所开项目不可比。',
  },
  'specimen-not-comparable': {
    en: 'It was measured in another specimen.',
    zh: '标本类型与所开项目不一致。',
  },
  'method-not-comparable': {
    en: 'It was measured by another class of methods, or does not say by which.',
    zh: '检验方法类别与所开项目不可比或未注明。',
  },
  'identity-uncertain': {
    en: 'It is not certain that the result is of this person.',
    zh: '患者身份未能确认。',
  },
  'not-final': { en: 'It is not a final result.', zh: '结果尚未审核发布。' },
  'not-in-catalogue': {
    en: 'The item is not in the catalogue of recognised items.',
    zh: '该项目不在互认目录内。',
  },
  'item-mismatch': { en: 'It is a result of another item.', zh: '结果的项目与所开项目不一致。' },
};

export function explain(findings: readonly Finding[], lang: Language): string {
  return findings.map((f) => SENTENCE[f][lang]).join(lang === 'en' ? ' ' : '');
}
