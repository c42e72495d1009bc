/**
 * The county's index tells the hospital who came, by the number on the card. The hospital opens today's visit, and as
 * it treats the resident now it finds the resident by name and reads the whole record.
 */
import type { Encounter } from '@medplum/fhirtypes';
import { RESIDENT_ID_SYSTEM } from '../../kernel/canonical.ts';
import { MEASURED } from './items.ts';
import { chinaTime, ZHANG_SAN } from './report-bundle.ts';
import { OUTPATIENT_NUMBER, profiled } from './shapes.ts';
import type { Stored } from './step-1-report.ts';
import { ask, bundleOf, contains, type Day, type Exchange, hold, resourcesOf, withPages } from './systems.ts';

export const HOSPITAL = 'Organization/county-hospital';
export const DOCTOR = 'PractitionerRole/county-hospital-physician-1';

/** The visit at the county hospital: `Encounter/id`. */
export async function find(day: Day, stored: Stored): Promise<string> {
  const patient = stored.get('patient')!;
  await identify(day, patient);
  const visit = await openVisit(day, patient);
  await findByName(day, patient);
  await readRecord(day, stored, patient);
  return visit;
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
  hold(count === 1, day, byNumber, 'shouldFindOne', { count });
  hold(contains(byNumber, patient), day, byNumber, 'shouldFindPatient');
  day.say.meaning('foundById');
}

async function findByName(day: Day, patient: string): Promise<void> {
  for (const [name, meaning] of [
    ['zhangsan', 'foundByName'],
    ['zs', 'foundByInitials'],
  ] as const) {
    await search(day, `Patient?name=${name}`, [patient]);
    day.say.meaning(meaning);
  }
}

async function readRecord(day: Day, stored: Stored, patient: string): Promise<void> {
  const results = MEASURED.map(({ loinc }) => stored.get(`result-${loinc}`)!);

  const encounters = await search(day, `Encounter?patient=${patient}&_sort=-date`, [
    stored.get('encounter')!,
  ]);
  const starts = resourcesOf(encounters, 'Encounter').map(({ period }) => Date.parse(period?.start ?? ''));
  hold(newestFirst(starts), day, encounters, 'shouldBeSorted');
  day.say.meaning('encounters', { count: bundleOf(encounters).total ?? starts.length });

  await search(day, `DiagnosticReport?patient=${patient}&_sort=-date&_include=DiagnosticReport:result`, [
    stored.get('report')!,
    ...results,
  ]);
  day.say.meaning('reports');

  const path = `Observation?patient=${patient}&category=laboratory&_sort=-date`;
  const observations = await search(day, path, results);
  const taken = resourcesOf(observations, 'Observation').map((one) =>
    Date.parse(one.effectiveDateTime ?? ''),
  );
  hold(newestFirst(taken), day, observations, 'shouldBeSorted');
  day.say.meaning('results');
}

/** A search that has to find these: on its first page, or, when the script ran often, on a later one. */
async function search(day: Day, path: string, whats: readonly string[]): Promise<Exchange> {
  const first = await ask(day, 'county-his', 'GET', path, 200);
  const found = await withPages(day, first, (soFar) => whats.every((what) => contains(soFar, what)));
  for (const what of whats) hold(contains(found, what), day, found, 'shouldContain', { what });
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
  const opened = await ask(day, 'county-his', 'POST', 'Encounter', 201, visit);
  const id = (opened.body as Encounter | undefined)?.id;
  hold(id, day, opened, 'shouldLocate');
  day.say.meaning('visitOpened');
  return `Encounter/${id}`;
}

/** Times in falling order; what has no time is passed over. */
export function newestFirst(times: readonly number[]): boolean {
  const known = times.filter((time) => !Number.isNaN(time));
  return known.every((time, index) => index === 0 || time <= known[index - 1]!);
}
