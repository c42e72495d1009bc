/** What the day saved: the tests that were not done again. */
import type { Chapter } from '../chapter.ts';
import { itemName, MEASURED, NEVER_MEASURED, POTASSIUM, POTASSIUM_REASON } from '../items.ts';
import type { Say, Words } from '../say.ts';

const WORDS = {
  saved: { en: 'not repeated: {item} ({value})', zh: '未重复:{item}({value})' },
  repeated: { en: 'repeated: {item}, because {reason}', zh: '复检:{item},原因:{reason}' },
  ordered: { en: 'newly ordered: {item}', zh: '新开:{item}' },
  total: { en: '{count} tests not repeated.', zh: '共免去 {count} 项重复检验。' },
} satisfies Words;

export function sayWhatWasSaved(say: Say): void {
  const kept = MEASURED.filter((item) => item !== POTASSIUM);
  for (const item of kept)
    say.line(WORDS.saved, { item: itemName(item, say.lang), value: `${item.value} ${item.ucum}` });
  say.line(WORDS.repeated, { item: itemName(POTASSIUM, say.lang), reason: say.text(POTASSIUM_REASON) });
  say.line(WORDS.ordered, { item: itemName(NEVER_MEASURED, say.lang) });
  say.meaning(WORDS.total, { count: kept.length });
}

export const saved: Chapter = {
  heading: { en: 'What was saved', zh: '省下了什么' },
  words: WORDS,
  live: async ({ say }) => sayWhatWasSaved(say),
};
