/** The resident and the family-doctor team sign: plan, tasks and responsibility are there with it. */
import type { CarePlan, Contract, ParametersParameter } from '@medplum/fhirtypes';
import { dayOf } from '../../../kernel/calendar.ts';
import type { Chapter } from '../chapter.ts';
import { contractOf } from '../family-doctor.ts';
import { TOWNSHIP_DOCTOR } from '../people.ts';
import type { Words } from '../say.ts';
import { ask, create, type Day, hold, parametersOf, place, resourcesOf } from '../systems.ts';
import { SHOULD } from '../words.ts';

const WORDS = {
  inForce: {
    en: 'A contract is in force since {start}, from an earlier run of this day.',
    zh: '已有生效协议(自 {start} 起,此前运行时签订)。',
  },
  half: { en: 'One party has signed: nothing is promised yet.', zh: '一方已签字,协议尚未生效。' },
  signed: { en: 'Both have signed: in force until {end}.', zh: '双方已签字,有效期至 {end}。' },
  planned: {
    en: 'The plan and {count} tasks with their due windows are there with it.',
    zh: '服务计划与 {count} 项带应访期限的任务同时生成。',
  },
  responsible: { en: 'Who answers for the resident today: {doctor}.', zh: '今日责任医生:{doctor}。' },
} satisfies Words;

const IN_FORCE = 'executed,amended,resolved';

async function live(day: Day): Promise<void> {
  const patient = place(day, 'patient');
  const path = `Contract?patient=${patient}&status=${IN_FORCE}`;
  const [there] = resourcesOf(await ask(day, 'township-his', 'GET', path, 200), 'Contract');
  const contract = there ? `Contract/${there.id}` : await signNow(day, patient);
  if (there) day.say.meaning(WORDS.inForce, { start: there.applies?.start ?? '' });
  day.places.set('contract', contract);

  const plans = await ask(day, 'township-his', 'GET', `CarePlan?contract=${contract}`, 200);
  const [plan] = resourcesOf(plans, 'CarePlan') as CarePlan[];
  hold(plan, day, plans, SHOULD.contain, { what: 'CarePlan' });
  const tasks = await ask(day, 'township-his', 'GET', `Task?contract=${contract}&_count=50`, 200);
  const count = resourcesOf(tasks, 'Task').length;
  hold(count > 0, day, tasks, SHOULD.contain, { what: 'Task' });
  day.say.meaning(WORDS.planned, { count });
  const answer = await ask(day, 'township-his', 'GET', `${patient}/$responsible?date=${dayOf(day.now)}`, 200);
  const doctor = parametersOf(answer).parameter?.find(({ name }) => name === 'doctor')?.valueReference
    ?.reference;
  hold(doctor === TOWNSHIP_DOCTOR, day, answer, SHOULD.contain, { what: TOWNSHIP_DOCTOR });
  day.say.meaning(WORDS.responsible, { doctor });
}

async function signNow(day: Day, patient: string): Promise<string> {
  const contract = await create(day, 'township-his', contractOf(day));
  const signs = (type: string, party: string, expected = 200) =>
    ask(day, 'township-his', 'POST', `${contract}/$sign`, expected, {
      resourceType: 'Parameters',
      parameter: [signerOf(type, party)],
    });
  await signs('resident', patient);
  day.say.meaning(WORDS.half);
  const whole = await signs('provider', TOWNSHIP_DOCTOR);
  const { status, applies } = whole.body as Contract;
  hold(status === 'executed', day, whole, SHOULD.beState, { expected: 'executed', got: status ?? '' });
  day.say.meaning(WORDS.signed, { end: applies?.end ?? '' });
  return contract;
}

function signerOf(type: string, party: string): ParametersParameter {
  return {
    name: 'signer',
    part: [
      { name: 'type', valueCode: type },
      { name: 'party', valueReference: { reference: party } },
    ],
  };
}

export const sign: Chapter = {
  heading: { en: 'The resident and the family doctor sign', zh: '居民与家庭医生签约' },
  words: WORDS,
  live,
};
