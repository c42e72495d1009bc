/** What the day saved: the tests that were not done again. */
import { itemName, MEASURED, NEVER_MEASURED, POTASSIUM } from './items.ts';
import type { Say } from './say.ts';

export function saved(say: Say): void {
  const kept = MEASURED.filter((item) => item !== POTASSIUM);
  for (const item of kept)
    say.line('saved', { item: itemName(item, say.lang), value: `${item.value} ${item.ucum}` });
  say.line('repeated', { item: itemName(POTASSIUM, say.lang), reason: say.text('potassiumReason') });
  say.line('ordered', { item: itemName(NEVER_MEASURED, say.lang) });
  say.meaning('total', { count: kept.length });
}
