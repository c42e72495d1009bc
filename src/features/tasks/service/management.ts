/** What follows from an enrolment that begins, pauses or ends, and from a death. */
import { dayIn, dayOf } from '../../../kernel/calendar.ts';
import { CANONICAL } from '../../../kernel/canonical.ts';
import type { Resource } from '../../../kernel/contribution.ts';
import type { Scene } from '../../../kernel/workflow.ts';
import { isOpen } from '../model.ts';
import { type EpisodeFields, enrolledIn, factsOf, isEnded } from './enrolment.ts';
import {
  concept,
  END_SYSTEM,
  END_URL,
  type Extension,
  extensionOf,
  extensionsOf,
  nameOf,
  POPULATION_SYSTEM,
  POPULATION_URL,
  referenceIn,
} from './fhir.ts';
import type { Programme } from './programme.ts';
import { newTasks, programmesOn, recordOf } from './record.ts';
import type { Subject } from './subject.ts';
import { codeOf, isOfContract, isPublicHealthTask, moved, programmeCodeOf, windowOf } from './task.ts';
import { overOn } from './times.ts';
import { isFor } from './visit.ts';

const ON_HOLD = '暂停管理';
/** Whoever has the disease is not screened for it. */
const MANAGED = '已纳入管理';
const OVER = '已分娩或疗程已结束';

/** public-health-programme -> key-population */
const POPULATIONS: Readonly<Record<string, string>> = {
  maternal: '01',
  hypertension: '04',
  diabetes: '05',
  'mental-disorder': '06',
  tuberculosis: '07',
  copd: '22',
};

export async function followEnrolment(scene: Scene, episode: EpisodeFields): Promise<Resource[]> {
  const code = enrolledIn(episode)!;
  const patient = await scene.lock(referenceIn(episode.patient));
  if (patient?.resourceType !== 'Patient') return [];
  const record = await recordOf(scene, patient);
  const now = scene.ctx.now;
  const tasks = record.tasks.filter(
    (t) => programmeCodeOf(t) === code && !isOfContract(t) && isOpen(t.status),
  );
  const population = populationWrites(
    patient,
    code,
    episode.status === 'active' || episode.status === 'onhold',
  );
  if (isEnded(episode)) {
    const reason = extensionOf(episode, END_URL)?.valueCodeableConcept ?? { text: '终止管理' };
    return [...tasks.map((t) => moved(t, 'cancelled', now, { statusReason: reason })), ...population];
  }
  if (episode.status === 'onhold') {
    const ready = tasks.filter((t) => t.status !== 'on-hold');
    return [
      ...ready.map((t) => moved(t, 'on-hold', now, { statusReason: { text: ON_HOLD } })),
      ...population,
    ];
  }
  if (episode.status !== 'active') return [];
  const today = dayOf(now);
  const facts = factsOf(episode);
  const held = tasks.filter((t) => (t.statusReason as { text?: string } | undefined)?.text === ON_HOLD);
  const enrolling = tasks.filter((t) => ['enrolment', 'suspect-follow-up'].includes(codeOf(t)));
  const screening = tasks.filter((t) => codeOf(t) === 'screening');
  const programmes = (await programmesOn(scene, today)).filter((p) => p.code === code);
  const over = tasks.filter((t) => programmes.some((p) => isOverFor(p, t, facts)));
  return [
    ...held.filter((t) => !over.includes(t)).map((t) => moved(t, 'ready', now)),
    ...over.map((t) => moved(t, 'cancelled', now, { statusReason: { text: OVER } })),
    ...enrolling.map((t) => enrolled(t, episode, now, today)),
    ...screening.map((t) => moved(t, 'cancelled', now, { statusReason: { text: MANAGED } })),
    ...newTasks(record, programmes, { since: today, today }, now).tasks,
    ...population,
  ];
}

/** A task that is for a time which ended before the task did. What was missed stays missed. */
function isOverFor({ actions }: Programme, task: Resource, facts: Subject['enrolment']): boolean {
  const action = actions.find((a) => isFor(task, a));
  const end = action && overOn(action, facts);
  return end !== undefined && (windowOf(task)?.end ?? '') >= end;
}

/** The resident was enrolled: the enrolment is the record of it. */
function enrolled(task: Resource, episode: EpisodeFields, now: Date, today: string): Resource {
  return moved(task, 'completed', now, {
    executionPeriod: { start: today, end: today },
    output: [
      {
        type: concept(`${CANONICAL}/CodeSystem/public-health-task-output`, 'record'),
        valueReference: { reference: nameOf(episode) },
      },
    ],
  });
}

/** The key population of the resident follows the enrolment. */
function populationWrites(patient: Resource, programme: string, is: boolean): Resource[] {
  const code = POPULATIONS[programme];
  // Of the dead nothing is changed any more.
  if (!code || patient.deceasedBoolean === true || patient.deceasedDateTime) return [];
  const isMine = (e: Extension) =>
    e.url === POPULATION_URL &&
    e.valueCodeableConcept?.coding?.some((c) => c.system === POPULATION_SYSTEM && c.code === code) === true;
  const has = extensionsOf(patient, POPULATION_URL).some(isMine);
  if (has === is) return [];
  const extension = (patient.extension ?? []) as Extension[];
  const next = is
    ? [...extension, { url: POPULATION_URL, valueCodeableConcept: concept(POPULATION_SYSTEM, code) }]
    : extension.filter((e) => !isMine(e));
  const { extension: _, ...rest } = patient;
  return [next.length > 0 ? { ...rest, extension: next } : rest];
}

/** Death ends every enrolment, and what was still to do outside of contracts. */
export async function followDeath(scene: Scene, patient: Resource): Promise<Resource[]> {
  const { episodes, tasks } = await recordOf(scene, patient);
  const day = dayIn(patient.deceasedDateTime) ?? dayOf(scene.ctx.now);
  const reason = concept(END_SYSTEM, 'death');
  const enrolments = episodes.filter((e) => enrolledIn(e) && !isEnded(e)) as EpisodeFields[];
  const closed = tasks.filter(
    (t) => isPublicHealthTask(t) && programmeCodeOf(t) && !isOfContract(t) && isOpen(t.status),
  );
  return [
    ...closed.map((t) => moved(t, 'cancelled', scene.ctx.now, { statusReason: reason })),
    ...enrolments.map((e) => ended(e, day, reason)),
  ];
}

function ended(episode: EpisodeFields, day: string, reason: object): Resource {
  const start = dayIn(episode.period?.start) ?? day;
  const extension = [
    ...((episode.extension ?? []) as Extension[]).filter((e) => e.url !== END_URL),
    { url: END_URL, valueCodeableConcept: reason },
  ];
  const status = episode.status === 'planned' ? 'cancelled' : 'finished';
  return {
    ...episode,
    extension,
    status,
    period: { ...episode.period, start, end: day < start ? start : day },
  };
}
