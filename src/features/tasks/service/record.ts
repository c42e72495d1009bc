/** What is known of one resident for the programmes. */
import { wholeOf } from '../../../db/reader.ts';
import { dayIn, dayOf } from '../../../kernel/calendar.ts';
import { CANONICAL } from '../../../kernel/canonical.ts';
import type { Resource } from '../../../kernel/contribution.ts';
import type { Scene } from '../../../kernel/workflow.ts';
import { stampOfPlans } from '../../../store/programme-runs.ts';
import { isOpen } from '../model.ts';
import { enrolmentIn, factsOf, institutionOf, isKnown, ownerOf } from './enrolment.ts';
import { codesOf, populationsOf } from './fhir.ts';
import { inForceOn, type Programme, programmeOf, VISITS } from './programme.ts';
import { earlier, scheduled } from './schedule.ts';
import { doseKey, type Span, type Subject } from './subject.ts';
import {
  codeOf,
  isOfContract,
  newTask,
  programmeCodeOf,
  type TaskFields,
  taskIdOf,
  vacant,
  visitDayOf,
  windowOf,
} from './task.ts';

const VACCINE_SYSTEM = `${CANONICAL}/CodeSystem/vaccine`;

export interface Record {
  readonly patient: Resource;
  readonly episodes: readonly Resource[];
  readonly tasks: readonly Resource[];
  readonly immunizations: readonly Resource[];
}

/** What whoever decides about the tasks of a resident holds: `Scene.alone`. */
export function servicesOf(reference: string): string {
  return `services:${reference}`;
}

/** Whoever else decides about the resident's tasks waits until the transaction ends, and sees then what was decided. */
export async function recordOf(scene: Scene, patient: Resource): Promise<Record> {
  await scene.alone(servicesOf(`Patient/${String(patient.id)}`));
  const query = [['patient', `Patient/${String(patient.id)}`]] as const;
  return {
    patient,
    episodes: await scene.search('EpisodeOfCare', query),
    tasks: await scene.search('Task', query),
    immunizations: await scene.search('Immunization', query),
  };
}

export async function programmesOn(scene: Scene, day: string): Promise<Programme[]> {
  return inForceOn(await activeProgrammes(scene), day);
}

let known: { readonly stamp: string; readonly programmes: readonly Programme[] } | undefined;

/** Read once, and again when any plan was written: every visit and every pressure asks for them. */
async function activeProgrammes(scene: Scene): Promise<readonly Programme[]> {
  const stamp = await stampOfPlans(wholeOf(scene.db));
  if (known?.stamp === stamp) return known.programmes;
  const plans = await scene.search('PlanDefinition', [
    ['context-type', 'http://terminology.hl7.org/CodeSystem/usage-context-type|program'],
    ['status', 'active'],
  ]);
  const programmes = plans.flatMap((p) => programmeOf(p) ?? []);
  known = { stamp, programmes };
  return programmes;
}

/** What is done is judged by the norm of its day, however late it is entered; undefined when there is none. */
export async function programmeAt(
  scene: Scene,
  code: string,
  day: string | undefined,
): Promise<Programme | undefined> {
  const on = async (at: string) => (await programmesOn(scene, at)).find((p) => p.code === code);
  const today = dayOf(scene.ctx.now);
  return (await on(day ?? today)) ?? (day === undefined || day === today ? undefined : await on(today));
}

export interface NewTasks {
  readonly tasks: TaskFields[];
  /** How many nobody can be given. */
  readonly unassigned: number;
  /** When to look at the resident again: `Schedule`. */
  readonly look?: string;
}

/** New tasks of a resident, without those that are there in whatever state. */
export function newTasks(record: Record, programmes: readonly Programme[], span: Span, now: Date): NewTasks {
  const { patient, episodes } = record;
  const there = new Set(record.tasks.map((t) => t.id));
  const tasks: TaskFields[] = [];
  let unassigned = 0;
  if (patient.active === false || patient.deceasedBoolean === true || patient.deceasedDateTime) {
    return { tasks, unassigned };
  }
  const birth = dayIn(patient.birthDate);
  let look: string | undefined;
  for (const programme of programmes) {
    const schedule = scheduled(programme, subjectOf(record, programme, birth), span);
    look = earlier(look, schedule.look);
    const { wanted } = schedule;
    const owner = wanted.length > 0 ? ownerOf(patient, episodes, programme.code) : undefined;
    const institution = wanted.length > 0 ? institutionOf(patient, episodes) : undefined;
    for (const { period, action, window } of wanted) {
      if (owner === undefined) {
        unassigned++;
        continue;
      }
      const { code, title, form } = action;
      // Whoever is under management is visited: a visit that was given up is planned again.
      const isNext = action.timing?.kind === 'every' && VISITS.includes(code);
      const named = isNext ? vacant(record.tasks, patient, programme.code, period) : period;
      if (there.has(taskIdOf(patient, programme.code, named))) continue;
      const given = { patient, programme, period: named, code, title, window, owner, institution, now, form };
      tasks.push(newTask(given));
    }
  }
  return { tasks, unassigned, look };
}

function subjectOf(record: Record, programme: Programme, birth: string | undefined): Subject {
  const { patient, episodes, tasks, immunizations } = record;
  const enrolled = enrolmentIn(episodes, programme.code);
  const visits = tasks.filter((t) => programmeCodeOf(t) === programme.code && VISITS.includes(codeOf(t)));
  const past = visits.flatMap((t) =>
    t.status === 'completed' ? (visitDayOf(t) ?? []) : t.status === 'failed' ? (windowOf(t)?.end ?? []) : [],
  );
  return {
    birth,
    gender: patient.gender as string | undefined,
    enrolment: enrolled && factsOf(enrolled),
    known: episodes.some((e) => isKnown(e, programme.code)),
    visitOpen: visits.some((t) => isOpen(t.status) && !isOfContract(t)),
    lastVisit: past.toSorted().at(-1),
    doses: new Map(immunizations.flatMap(doseOf)),
    populations: populationsOf(patient),
  };
}

/** The doses that were given. */
export function doseOf(immunization: Resource): [string, string][] {
  const day = dayIn(immunization.occurrenceDateTime);
  if (immunization.status !== 'completed' || day === undefined) return [];
  const vaccine = codesOf(immunization.vaccineCode).find((c) => c.system === VACCINE_SYSTEM)?.code;
  const protocols = (immunization.protocolApplied ?? []) as readonly { doseNumberPositiveInt?: number }[];
  return vaccine
    ? protocols.map((p): [string, string] => [doseKey(vaccine, p.doseNumberPositiveInt ?? 1), day])
    : [];
}
