/** The township centre takes over, with the medication plan, and follows up; both referrals are closed. */
import type { Task } from '@medplum/fhirtypes';
import type { Chapter } from '../chapter.ts';
import type { Words } from '../say.ts';
import { holdState, outcome, stateOf, step } from '../steps.ts';
import { ask, type Day, place } from '../systems.ts';

const WORDS = {
  takenOver: {
    en: 'The township centre has read the medication plan; the up-referral is {state}.',
    zh: '乡镇卫生院已核对用药计划;上转单状态 {state}。',
  },
  followedUp: {
    en: 'Followed up at home; the down-referral is {state}.',
    zh: '已上门随访;下转单状态 {state}。',
  },
} satisfies Words;

async function live(day: Day): Promise<void> {
  const wayBack = place(day, 'way-back-task');
  const read = { name: 'medicationPlan', valueBoolean: true };
  holdState(day, await step(day, 'township-his', wayBack, 'acknowledge', 200, read), 'taken-over');
  const above = await ask(day, 'township-his', 'GET', place(day, 'referral-task'), 200);
  holdState(day, above, 'closed');
  day.say.meaning(WORDS.takenOver, { state: stateOf(above.body as Task) });

  await step(
    day,
    'township-his',
    place(day, 'follow-up-task'),
    'report-follow-up',
    200,
    outcome('stable'),
    { name: 'method', valueCode: '2' },
    { name: 'close', valueBoolean: true },
  );
  const below = await ask(day, 'township-his', 'GET', wayBack, 200);
  holdState(day, below, 'closed');
  day.say.meaning(WORDS.followedUp, { state: stateOf(below.body as Task) });
}

export const followUp: Chapter = {
  heading: { en: 'The township centre takes over and follows up', zh: '乡镇卫生院接收并随访' },
  words: WORDS,
  live,
};
