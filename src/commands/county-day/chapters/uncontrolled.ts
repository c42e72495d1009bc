/** Two visits find the blood pressure out of control: the norm demands a recheck, then a referral. */
import type { Task } from '@medplum/fhirtypes';
import { addDays, dayOf } from '../../../kernel/calendar.ts';
import type { Chapter } from '../chapter.ts';
import { enrolmentOf, formOf, type Visit, visitDay } from '../family-doctor.ts';
import type { Words } from '../say.ts';
import { ask, create, type Day, hold, place, resourcesOf } from '../systems.ts';
import { SHOULD } from '../words.ts';

const WORDS = {
  enrolled: {
    en: 'Under management for hypertension; the visits of the norm are planned.',
    zh: '已纳入高血压健康管理,按规范安排随访。',
  },
  already: { en: 'Under management already.', zh: '已在管。' },
  visited: {
    en: 'The form of {day}, entered late: {systolic}/{diastolic} is extracted and graded not controlled.',
    zh: '补录 {day} 随访表:自动提取血压 {systolic}/{diastolic},判定控制不满意。',
  },
  recheck: { en: 'Due again within two weeks, by {end}.', zh: '2周内复查,截止 {end}。' },
  refer: {
    en: 'Twice in a row not controlled: a task to refer, and a draft of the referral, are there.',
    zh: '连续两次控制不满意:已生成转诊任务和转诊单草稿。',
  },
} satisfies Words;

const FIRST: Visit = { ago: 28, systolic: 162, diastolic: 98 };
const SECOND: Visit = { ago: 14, systolic: 158, diastolic: 96 };

async function live(day: Day): Promise<void> {
  const patient = place(day, 'patient');
  const enrolled = `EpisodeOfCare?patient=${patient}&type=hypertension&status=active`;
  const [there] = resourcesOf(await ask(day, 'township-his', 'GET', enrolled, 200), 'EpisodeOfCare');
  if (!there) await create(day, 'township-his', enrolmentOf(day, addDays(dayOf(day.now), -90)));
  day.say.meaning(there ? WORDS.already : WORDS.enrolled);

  await create(day, 'township-his', formOf(day, FIRST));
  day.say.meaning(WORDS.visited, saidOf(day, FIRST));
  if (!there) await showRecheck(day);
  await create(day, 'township-his', formOf(day, SECOND));
  day.say.meaning(WORDS.visited, saidOf(day, SECOND));
  const referrals = await ask(
    day,
    'township-his',
    'GET',
    `${tasksOf(day)}&code=referral&_sort=-_lastUpdated`,
    200,
  );
  const [task] = resourcesOf(referrals, 'Task') as Task[];
  const draft = task?.focus?.reference;
  hold(task && draft, day, referrals, SHOULD.contain, { what: 'Task referral' });
  await ask(day, 'township-his', 'GET', draft, 200);
  day.places.set('refer-task', `Task/${task.id}`);
  day.say.meaning(WORDS.refer);
}

async function showRecheck(day: Day): Promise<void> {
  const found = await ask(day, 'township-his', 'GET', `${tasksOf(day)}&code=recheck&status=ready`, 200);
  const [recheck] = resourcesOf(found, 'Task') as Task[];
  const end = recheck?.restriction?.period?.end;
  hold(end === addDays(visitDay(day, FIRST), 14), day, found, SHOULD.contain, { what: 'Task recheck' });
  day.say.meaning(WORDS.recheck, { end });
}

function tasksOf(day: Day): string {
  return `Task?patient=${place(day, 'patient')}&programme=hypertension`;
}

function saidOf(day: Day, visit: Visit) {
  return { day: visitDay(day, visit), systolic: visit.systolic, diastolic: visit.diastolic };
}

export const uncontrolled: Chapter = {
  heading: { en: 'The blood pressure is out of control, twice', zh: '随访血压两次控制不满意' },
  words: WORDS,
  live,
};
