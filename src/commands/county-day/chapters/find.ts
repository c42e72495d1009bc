/**
 * The county's index tells the hospital who came, by the number on the card. The hospital opens today's visit, and as
 * it treats the resident now it finds the resident by name and reads the whole record.
 */
import type { Encounter } from '@medplum/fhirtypes';
import { RESIDENT_ID_SYSTEM } from '../../../kernel/canonical.ts';
import type { Chapter } from '../chapter.ts';
import { MEASURED } from '../items.ts';
import { DOCTOR, HOSPITAL, ZHANG_SAN } from '../people.ts';
import type { Words } from '../say.ts';
import { chinaTime, OUTPATIENT_NUMBER, profiled } from '../shapes.ts';
import {
  ask,
  bundleOf,
  contains,
  create,
  type Day,
  type Exchange,
  hold,
  place,
  resourcesOf,
  withPages,
} from '../systems.ts';
import { SHOULD } from '../words.ts';

const WORDS = {
  foundById: { en: 'The identity number finds exactly this resident.', zh: '凭身份证号准确找到该居民。' },
  foundByName: { en: 'The pinyin of the name finds 张三 too.', zh: '用姓名全拼也能找到张三。' },
  foundByInitials: { en: 'So do the initials.', zh: '用姓名首字母也能找到。' },
  encounters: {
    en: 'The visit to the township centre is there, newest first; {count} in all.',
    zh: '乡镇就诊在列,按时间倒序,共 {count} 次。',
  },
  reports: {
    en: 'The report comes with its eight results in one answer.',
    zh: '一次应答同时取得报告及其八项结果。',
  },
  results: {
    en: 'All eight results are in the timeline of laboratory results, newest first.',
    zh: '八项结果均在检验时间线上,按时间倒序。',
  },
  visitOpened: { en: "Today's visit at the county hospital is open.", zh: '县医院今日就诊已登记。' },
  shouldFindPatient: { en: 'the resident should be found', zh: '应找到该居民' },
  shouldFindOne: {
    en: 'exactly one resident should have this number, got {count}',
    zh: '此身份证号应恰有一人,实有 {count}',
  },
  shouldBeSorted: { en: 'the newest should come first', zh: '应按时间倒序' },
} satisfies Words;

async function live(day: Day): Promise<void> {
  const patient = place(day, 'patient');
  await identify(day, patient);
  day.places.set('visit', await openVisit(day, patient));
  await findByName(day, patient);
  await readRecord(day, patient);
}

async function identify(day: Day, patient: string): Promise<void> {
  const byNumber = await ask(
    day,
    'platform',
    'GET',
    `Patient?identifier=${encodeURIComponent(`${RESIDENT_ID_SYSTEM}|${ZHANG_SAN}`)}`,
    200,
  );
  const count = resourcesOf(byNumber, 'Patient').length;
  hold(count === 1, day, byNumber, WORDS.shouldFindOne, { count });
  hold(contains(byNumber, patient), day, byNumber, WORDS.shouldFindPatient);
  day.say.meaning(WORDS.foundById);
}

async function findByName(day: Day, patient: string): Promise<void> {
  for (const [name, meaning] of [
    ['zhangsan', 'foundByName'],
    ['zs', 'foundByInitials'],
  ] as const) {
    await search(day, `Patient?name=${name}`, [patient]);
    day.say.meaning(WORDS[meaning]);
  }
}

async function readRecord(day: Day, patient: string): Promise<void> {
  const results = MEASURED.map(({ loinc }) => place(day, `result-${loinc}`));

  const encounters = await search(day, `Encounter?patient=${patient}&_sort=-date`, [place(day, 'encounter')]);
  const starts = resourcesOf(encounters, 'Encounter').map(({ period }) => Date.parse(period?.start ?? ''));
  hold(newestFirst(starts), day, encounters, WORDS.shouldBeSorted);
  day.say.meaning(WORDS.encounters, { count: bundleOf(encounters).total ?? starts.length });

  await search(day, `DiagnosticReport?patient=${patient}&_sort=-date&_include=DiagnosticReport:result`, [
    place(day, 'report'),
    ...results,
  ]);
  day.say.meaning(WORDS.reports);

  const path = `Observation?patient=${patient}&category=laboratory&_sort=-date`;
  const observations = await search(day, path, results);
  const taken = resourcesOf(observations, 'Observation').map((one) =>
    Date.parse(one.effectiveDateTime ?? ''),
  );
  hold(newestFirst(taken), day, observations, WORDS.shouldBeSorted);
  day.say.meaning(WORDS.results);
}

/** A search that has to find these: on its first page, or, when the script ran often, on a later one. */
async function search(day: Day, path: string, whats: readonly string[]): Promise<Exchange> {
  const first = await ask(day, 'county-his', 'GET', path, 200);
  const found = await withPages(day, first, (soFar) => whats.every((what) => contains(soFar, what)));
  for (const what of whats) hold(contains(found, what), day, found, SHOULD.contain, { what });
  return found;
}

async function openVisit(day: Day, patient: string): Promise<string> {
  const visit: Encounter = {
    resourceType: 'Encounter',
    meta: profiled('county-encounter'),
    identifier: [{ system: OUTPATIENT_NUMBER, value: `${day.run}-V2` }],
    status: 'in-progress',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB', display: 'ambulatory' },
    subject: { reference: patient },
    participant: [{ individual: { reference: DOCTOR } }],
    period: { start: chinaTime(day.now) },
    serviceProvider: { reference: HOSPITAL },
  };
  const opened = await create(day, 'county-his', visit);
  day.say.meaning(WORDS.visitOpened);
  return opened;
}

/** Times in falling order; what has no time is passed over. */
export function newestFirst(times: readonly number[]): boolean {
  const known = times.filter((time) => !Number.isNaN(time));
  return known.every((time, index) => index === 0 || time <= known[index - 1]!);
}

export const find: Chapter = {
  heading: { en: 'The county hospital finds the resident and the record', zh: '县医院查找居民与健康档案' },
  words: WORDS,
  live,
};
