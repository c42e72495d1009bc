/** The township centre refers the resident up, with consent and record, to an appointment it has found; the hospital accepts. */
import type { Task } from '@medplum/fhirtypes';
import type { Chapter } from '../chapter.ts';
import { DOCTOR } from '../people.ts';
import { referParameters } from '../referral-parameters.ts';
import type { Words } from '../say.ts';
import { chinaTime, codeSystem, HOUR, profiled, structure } from '../shapes.ts';
import { holdState, stateOf, step } from '../steps.ts';
import { ask, create, type Day, hold, localReference, reasonsOf, resourcesOf } from '../systems.ts';
import { SHOULD } from '../words.ts';

const WORDS = {
  capacity: { en: 'A clinic appointment is free, kept for family doctors.', zh: '有一个家庭医生预留号源。' },
  slotFound: { en: 'The township centre finds it.', zh: '乡镇卫生院查到该号源。' },
  noConsent: {
    en: 'Without consent nothing is submitted: {message}',
    zh: '无知情同意不能提交:{message}',
  },
  referred: {
    en: 'Consent, diagnosis and referral are stored together; the referral is {state}, the slot held.',
    zh: '知情同意、诊断与转诊一次保存;转诊状态 {state},号源已暂留。',
  },
  notYours: { en: 'The township centre cannot accept for the hospital.', zh: '乡镇卫生院不能代县医院受理。' },
  accepted: { en: 'The hospital accepts; the slot is booked.', zh: '县医院受理,号源已预约。' },
  secondAccept: { en: 'Accepted twice is a conflict: {message}', zh: '重复受理被拒:{message}' },
} satisfies Words;

async function live(day: Day): Promise<void> {
  const slot = await offerSlot(day);
  const early = await ask(day, 'township-his', 'POST', 'ServiceRequest/$refer', 422, referParameters(day));
  hold(reasonsOf(early), day, early, SHOULD.explain);
  day.say.meaning(WORDS.noConsent, { message: reasonsOf(early) });

  const referred = await ask(
    day,
    'township-his',
    'POST',
    'ServiceRequest/$refer',
    200,
    referParameters(day, { consent: true, slot }),
  );
  const made = referred.body as Task;
  holdState(day, referred, 'submitted');
  day.say.meaning(WORDS.referred, { state: stateOf(made) });
  const task = `Task/${made.id}`;
  day.places.set('referral-task', task);
  day.places.set('referral', localReference(made.focus?.reference)!);

  if (day.tokens['township-his']) {
    await step(day, 'township-his', task, 'accept', 403);
    day.say.meaning(WORDS.notYours);
  }
  holdState(day, await step(day, 'county-his', task, 'accept'), 'accepted');
  day.say.meaning(WORDS.accepted);
  const twice = await step(day, 'county-his', task, 'accept', 409);
  day.say.meaning(WORDS.secondAccept, { message: reasonsOf(twice) });
}

/** The hospital keeps an appointment for family doctors; the township centre finds it. */
async function offerSlot(day: Day): Promise<string> {
  const start = new Date(day.now.getTime() + HOUR);
  const serviceCategory = [{ coding: [{ system: codeSystem('capacity-kind'), code: 'clinic' }] }];
  const schedule = await create(day, 'county-his', {
    resourceType: 'Schedule',
    meta: profiled('county-schedule'),
    active: true,
    serviceCategory,
    actor: [{ reference: DOCTOR }],
    planningHorizon: { start: chinaTime(day.now) },
  });
  await create(day, 'county-his', {
    resourceType: 'Slot',
    meta: profiled('county-slot'),
    extension: [{ url: structure('reserved-until'), valueDateTime: chinaTime(start) }],
    serviceCategory,
    appointmentType: { coding: [{ system: codeSystem('slot-reservation'), code: 'family-doctor' }] },
    schedule: { reference: schedule },
    status: 'free',
    start: chinaTime(start),
    end: chinaTime(new Date(start.getTime() + HOUR / 4)),
  });
  day.say.meaning(WORDS.capacity);
  const path = `Slot?status=free&appointment-type=family-doctor&start=gt${day.now.toISOString()}`;
  const found = await ask(day, 'township-his', 'GET', path, 200);
  const slot = resourcesOf(found, 'Slot').at(-1);
  hold(slot, day, found, SHOULD.contain, { what: 'Slot' });
  day.say.meaning(WORDS.slotFound);
  return `Slot/${slot.id}`;
}

export const refer: Chapter = {
  heading: {
    en: 'The township centre refers the resident up, with the record',
    zh: '乡镇卫生院携病历资料上转',
  },
  words: WORDS,
  live,
};
