/** Potassium, measured again, is dangerously low: the doctor is told at once, and acknowledges. */
import type { Observation, ServiceRequest } from '@medplum/fhirtypes';
import type { Chapter } from '../chapter.ts';
import { POTASSIUM } from '../items.ts';
import { DOCTOR, HOSPITAL } from '../people.ts';
import type { Words } from '../say.ts';
import { chinaTime, itemCode, LABORATORY_CATEGORY, ORDER_NUMBER, profiled, quantity } from '../shapes.ts';
import { step, taskAbout } from '../steps.ts';
import { ask, create, type Day, hold, holdCount, place, reasonsOf, resourcesOf } from '../systems.ts';
import { SHOULD } from '../words.ts';

const WORDS = {
  ordered: {
    en: 'Ordered again; as the doctor has said why, no duplicate is flagged.',
    zh: '重新开单;医生已说明复检原因,不提示重复。',
  },
  found: {
    en: 'The result is critical: a task and a message to the doctor, to acknowledge by {end}.',
    zh: '结果为危急值:已通知开单医生,须于 {end} 前确认。',
  },
  acknowledged: { en: 'The doctor acknowledges, and says what was done.', zh: '医生确认并记录处理措施。' },
  twice: { en: 'It is acknowledged once: {message}', zh: '只能确认一次:{message}' },
  action: { en: 'Potassium chloride by infusion, monitored', zh: '静脉补钾,心电监护' },
} satisfies Words;

/** mmol/L; below 2.8 is critical by the usual lists of hospitals. */
const DANGEROUS = 2.5;

async function live(day: Day): Promise<void> {
  const order = await create(day, 'county-his', orderOf(day));
  day.places.set('potassium-order', order);
  const issues = await ask(
    day,
    'platform',
    'GET',
    `DetectedIssue?patient=${place(day, 'patient')}&implicated=${order}`,
    200,
  );
  holdCount(day, issues, 'DetectedIssue', 0, resourcesOf(issues, 'DetectedIssue').length);
  day.say.meaning(WORDS.ordered);

  const result = await create(day, 'county-his', resultOf(day, order));
  day.places.set('potassium', result);
  const { task, end } = await alarm(day, result);
  day.places.set('potassium-alarm', task);
  day.say.meaning(WORDS.found, { end });
  const by = { name: 'acknowledgedBy', valueReference: { reference: DOCTOR } };
  const action = { name: 'action', valueString: day.say.text(WORDS.action) };
  await step(day, 'county-his', task, 'acknowledge-critical-value', 200, by, action);
  day.say.meaning(WORDS.acknowledged);
  const twice = await step(day, 'county-his', task, 'acknowledge-critical-value', 422, by);
  hold(reasonsOf(twice), day, twice, SHOULD.explain);
  day.say.meaning(WORDS.twice, { message: reasonsOf(twice) });
}

/** The task that the doctor has of it, with the message that came along. */
async function alarm(day: Day, result: string): Promise<{ task: string; end: string }> {
  const task = await taskAbout(day, 'county-his', 'focus', result, 'critical-value');
  const told = await ask(day, 'county-his', 'GET', `Communication?based-on=${task}`, 200);
  hold(resourcesOf(told, 'Communication').length === 1, day, told, SHOULD.contain, { what: 'Communication' });
  const read = await ask(day, 'county-his', 'GET', task, 200);
  const { restriction } = read.body as { restriction?: { period?: { end?: string } } };
  hold(restriction?.period?.end, day, read, SHOULD.contain, { what: 'restriction.period.end' });
  return { task, end: chinaTime(new Date(restriction.period.end)) };
}

function orderOf(day: Day): ServiceRequest {
  return {
    resourceType: 'ServiceRequest',
    meta: profiled('county-lab-order'),
    identifier: [{ system: ORDER_NUMBER, value: `${day.run}-O3` }],
    status: 'active',
    intent: 'order',
    category: LABORATORY_CATEGORY,
    code: itemCode(POTASSIUM),
    subject: { reference: place(day, 'patient') },
    encounter: { reference: place(day, 'visit') },
    authoredOn: chinaTime(day.now),
    requester: { reference: DOCTOR },
  };
}

function resultOf(day: Day, order: string): Observation {
  return {
    resourceType: 'Observation',
    meta: profiled('county-lab-observation'),
    basedOn: [{ reference: order }],
    status: 'final',
    category: LABORATORY_CATEGORY,
    code: itemCode(POTASSIUM),
    subject: { reference: place(day, 'patient') },
    encounter: { reference: place(day, 'visit') },
    effectiveDateTime: chinaTime(day.now),
    issued: chinaTime(day.now),
    performer: [{ reference: HOSPITAL }],
    valueQuantity: quantity(DANGEROUS, POTASSIUM.ucum),
    interpretation: [
      {
        coding: [
          { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation', code: 'LL' },
        ],
      },
    ],
    referenceRange: [
      { low: quantity(POTASSIUM.low!, POTASSIUM.ucum), high: quantity(POTASSIUM.high!, POTASSIUM.ucum) },
    ],
  };
}

export const critical: Chapter = {
  heading: { en: 'A critical value is told and acknowledged', zh: '危急值通知与确认' },
  words: WORDS,
  live,
};
