/** The resident arrives: the visit that the hospital has opened is that of the referral. */
import type { Chapter } from '../chapter.ts';
import type { Words } from '../say.ts';
import { holdState, step } from '../steps.ts';
import { type Day, place } from '../systems.ts';

const WORDS = {
  arrived: { en: 'The resident has arrived.', zh: '患者已到诊。' },
} satisfies Words;

async function live(day: Day): Promise<void> {
  const encounter = { name: 'encounter', valueReference: { reference: place(day, 'visit') } };
  const answer = await step(day, 'county-his', place(day, 'referral-task'), 'arrive', 200, encounter);
  holdState(day, answer, 'arrived');
  day.say.meaning(WORDS.arrived);
}

export const arrive: Chapter = {
  heading: { en: 'The resident arrives at the hospital', zh: '患者到县医院就诊' },
  words: WORDS,
  live,
};
