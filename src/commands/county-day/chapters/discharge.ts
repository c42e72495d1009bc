/** The hospital discharges to the community, with the hand-over document: the way back and its follow-up are there. */
import type { ServiceRequest } from '@medplum/fhirtypes';
import type { Chapter } from '../chapter.ts';
import { handover } from '../handover.ts';
import type { Words } from '../say.ts';
import { outcome, step, taskAbout } from '../steps.ts';
import { ask, type Day, hold, place, reasonsOf, resourcesOf } from '../systems.ts';
import { SHOULD } from '../words.ts';

const WORDS = {
  noHandover: {
    en: 'Treatment does not end without the hand-over document: {message}',
    zh: '没有交接文书不能完成诊疗:{message}',
  },
  discharged: {
    en: 'Discharged to the community: the down-referral and its follow-up task are there.',
    zh: '出院转社区:已自动生成下转单与随访任务。',
  },
} satisfies Words;

/** 离院方式 CV06.00.226: transferred by order to community or township care. */
const TO_COMMUNITY = '3';

async function live(day: Day): Promise<void> {
  const [referral, task] = [place(day, 'referral'), place(day, 'referral-task')];
  const request = await ask(day, 'county-his', 'GET', referral, 200);
  const condition = (request.body as ServiceRequest).reasonReference?.[0]?.reference ?? '';
  const early = await step(day, 'county-his', task, 'discharge', 422, outcome('improved'));
  day.say.meaning(WORDS.noHandover, { message: reasonsOf(early) });
  await step(
    day,
    'county-his',
    task,
    'discharge',
    200,
    { name: 'document', resource: handover(day, condition) },
    { name: 'disposition', valueCode: TO_COMMUNITY },
    outcome('improved'),
  );
  await findWayBack(day, referral);
  day.say.meaning(WORDS.discharged);
}

async function findWayBack(day: Day, referral: string): Promise<void> {
  const down = await ask(day, 'township-his', 'GET', `ServiceRequest?based-on=${referral}`, 200);
  const [back] = resourcesOf(down, 'ServiceRequest');
  hold(back, day, down, SHOULD.contain, { what: 'ServiceRequest' });
  const request = `ServiceRequest/${back.id}`;
  day.places.set('way-back', request);
  for (const [name, code] of [
    ['way-back-task', 'referral'],
    ['follow-up-task', 'referral-follow-up'],
  ] as const) {
    day.places.set(name, await taskAbout(day, 'township-his', 'focus', request, code));
  }
}

export const discharge: Chapter = {
  heading: { en: 'The hospital discharges to the community', zh: '县医院出院下转' },
  words: WORDS,
  live,
};
