/** Back home the pressure is controlled: the next visit is three months off, and a promise of the contract is kept. */
import type { ParametersParameter, Task } from '@medplum/fhirtypes';
import { addMonths, dayOf } from '../../../kernel/calendar.ts';
import type { Chapter } from '../chapter.ts';
import { formOf, type Visit } from '../family-doctor.ts';
import type { Words } from '../say.ts';
import { ask, create, type Day, hold, parametersOf, place, resourcesOf } from '../systems.ts';
import { SHOULD } from '../words.ts';

const WORDS = {
  controlled: {
    en: 'Controlled at {systolic}/{diastolic}; the next visit is due by {end}.',
    zh: '血压 {systolic}/{diastolic},控制满意;下次随访截止 {end}。',
  },
  delivered: {
    en: 'Of {promised} services promised by the contract {delivered} are delivered.',
    zh: '协议约定服务 {promised} 次,已履行 {delivered} 次。',
  },
  service: { en: '{title}: {delivered} of {promised}', zh: '{title}:{delivered}/{promised}' },
} satisfies Words;

const VISIT: Visit = { ago: 0, systolic: 132, diastolic: 82 };

async function live(day: Day): Promise<void> {
  await create(day, 'township-his', formOf(day, VISIT));
  const path = `Task?patient=${place(day, 'patient')}&programme=hypertension&code=follow-up&status=ready`;
  const found = await ask(day, 'township-his', 'GET', path, 200);
  const end = addMonths(dayOf(day.now), 3);
  const next = (resourcesOf(found, 'Task') as Task[]).find((t) => t.restriction?.period?.end === end);
  hold(next, day, found, SHOULD.contain, { what: 'Task follow-up' });
  day.say.meaning(WORDS.controlled, { systolic: VISIT.systolic, diastolic: VISIT.diastolic, end });

  const answer = await ask(day, 'township-his', 'GET', `${place(day, 'contract')}/$delivery`, 200);
  const parameters = parametersOf(answer).parameter ?? [];
  const [promised, delivered] = [countOf(parameters, 'promised'), countOf(parameters, 'delivered')];
  hold(delivered > 0 && delivered <= promised, day, answer, SHOULD.contain, { what: 'delivered' });
  day.say.meaning(WORDS.delivered, { promised, delivered });
  for (const { name, part = [] } of parameters) {
    if (name !== 'service') continue;
    const title = part.find((p) => p.name === 'title')?.valueString ?? '';
    day.say.line(WORDS.service, {
      title,
      promised: countOf(part, 'promised'),
      delivered: countOf(part, 'delivered'),
    });
  }
}

function countOf(parameters: readonly ParametersParameter[], name: string): number {
  return parameters.find((p) => p.name === name)?.valueInteger ?? 0;
}

export const controlled: Chapter = {
  heading: {
    en: 'At the next visit the pressure is controlled, and the contract is being kept',
    zh: '再次随访血压达标,协议履约可查',
  },
  words: WORDS,
  live,
};
