/** Parameters of every type that are no element of the resource, and those that are refused by name. */
import { badParameter } from '../kernel/fhir-error.ts';
import type { Text } from '../kernel/issue.ts';
import type { ParseSpecial } from './condition.ts';
import { filterExpression } from './filter/to-filter.ts';
import { listFilter } from './list.ts';
import { contentWords, textWords } from './words.ts';

const refused =
  (text: Text): ParseSpecial =>
  ({ condition }) => {
    throw badParameter(condition.name, text, false);
  };

const noContained = refused({
  en: 'Contained resources are not searched; _contained=false is all there is. They are found by what contains them.',
  zh: '不检索被包含的资源,只支持 _contained=false。可检索包含它们的资源。',
});

export const specialParameters: ReadonlyMap<string, ParseSpecial> = new Map([
  ['_filter', filterExpression],
  ['_list', listFilter],
  ['_text', textWords],
  ['_content', contentWords],
  [
    '_query',
    refused({
      en: 'There are no named queries here. Search by parameters, or call an operation by its address.',
      zh: '此处没有命名查询(_query)。请使用检索参数,或按地址调用操作。',
    }),
  ],
  ['_contained', contained],
  ['_containedType', noContained],
]);

function contained(asked: Parameters<ParseSpecial>[0]) {
  // What is asked for is what every search does.
  if (asked.condition.value === 'false') return { kind: 'all', filters: [] } as const;
  return noContained(asked);
}
