/** What was shown in part is not written over the whole. https://hl7.org/fhir/R4/search.html#elements */
import type { WriteRule } from '../kernel/contribution.ts';
import { problem } from '../kernel/issue.ts';
import { isSubset } from '../kernel/mask.ts';

export const subsetRule: WriteRule = ({ type, before, after }) => {
  if (!before || !after || !isSubset(after) || isSubset(before)) return [];
  const text = {
    en: `This ${type} is tagged SUBSETTED: it is a part of the one that is stored, and would destroy the rest. Read it whole and change that; who is shown a part alone cannot write it.`,
    zh: `该 ${type} 带有 SUBSETTED 标签,只是已存资源的一部分(或已脱敏),写入会丢失其余内容。请读取完整资源后修改;只能查看部分内容者无权写入。`,
  };
  return [problem('business-rule', text, { expression: `${type}.meta.tag`, rule: 'subset-written-back' })];
};
