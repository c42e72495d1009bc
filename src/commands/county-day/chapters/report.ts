/** The township centre stores everything of one report in one transaction, and reads back what it stored. */
import { randomUUID } from 'node:crypto';
import type { Chapter } from '../chapter.ts';
import { PARTS, reportBundle } from '../report-bundle.ts';
import type { Words } from '../say.ts';
import { ask, bundleOf, type Day, hold, localReference } from '../systems.ts';
import { SHOULD } from '../words.ts';

const WORDS = {
  stored: {
    en: 'All {count} entries were stored together, or none would have been.',
    zh: '{count} 条内容一次性全部保存;若有一条不成,则全部不保存。',
  },
  readBack: { en: '{what} is where the answer said.', zh: '{what} 已在应答所示位置。' },
} satisfies Words;

async function live(day: Day): Promise<void> {
  const urns = new Map(PARTS.map((part) => [part, `urn:uuid:${randomUUID()}`]));
  const sent = await ask(day, 'township-his', 'POST', '', 200, reportBundle(day.run, day.now, urns));
  const entries = bundleOf(sent).entry ?? [];
  const stored = entries.map(
    ({ response, resource }) =>
      localReference(response?.location) ??
      (resource?.id ? `${resource.resourceType}/${resource.id}` : undefined),
  );
  hold(stored.length === PARTS.length, day, sent, SHOULD.locate);
  day.say.meaning(WORDS.stored, { count: PARTS.length });
  for (const [index, part] of PARTS.entries()) {
    const location = stored[index];
    hold(location, day, sent, SHOULD.locate);
    // What shows the quality of a laboratory is nobody's record.
    if (part !== 'evidence') day.places.set(part, location);
    await ask(day, 'township-his', 'GET', location, 200);
    day.say.meaning(WORDS.readBack, { what: location.split('/')[0]! });
  }
}

export const report: Chapter = {
  heading: { en: 'The township centre reports', zh: '乡镇卫生院上报检验结果' },
  words: WORDS,
  live,
};
