/** What follows from a screening: who is beyond the targets is measured again on other days, and then referred. */
import { ageOn, dayIn } from '../../../kernel/calendar.ts';
import type { Resource } from '../../../kernel/contribution.ts';
import type { Scene } from '../../../kernel/workflow.ts';
import { institutionOf, isKnown, ownerOf } from './enrolment.ts';
import { nameOf, referenceIn } from './fhir.ts';
import { measuredIn } from './form.ts';
import { isMissed, type Measured } from './grade.ts';
import { limitOf, windowFrom } from './next.ts';
import { type Action, goalsFor, type Programme, REFERRALS } from './programme.ts';
import { programmeAt, type Record, recordOf } from './record.ts';
import { draftReferral, givenUp, unlessDone } from './successor.ts';
import { codeOf, newTask, outputsOf, programmeCodeOf, type TaskFields, vacant, visitDayOf } from './task.ts';

/** What a screening brings, by the beginnings of the names of its periods. */
const BROUGHT = ['remeasure', 'refer', 'suspect'] as const;

/**
 * The actions whose rule names no class follow from screenings: measured again after the first, referred as a suspect
 * after so many days in a row; at once in an emergency.
 */
export async function followScreening(scene: Scene, task: Resource, before?: Resource): Promise<Resource[]> {
  const found = await contextOf(scene, task);
  if (!found) return [];
  const { patient, programme, record } = found;
  const former = visitDayOf(before ?? task);
  const history = await historyOf(scene, record, programme);
  const { latest } = history;
  // Only the last one decides, in whatever order they are entered.
  const writes =
    former && former !== latest ? await givenUp(scene, record, programme.code, former, BROUGHT) : [];
  if (latest === undefined) return writes;
  const actions = actionsAfter(programme, history);
  if (actions.length === 0)
    return [...writes, ...(await givenUp(scene, record, programme.code, latest, BROUGHT))];
  const owner = ownerOf(patient, record.episodes, programme.code) ?? referenceIn(task.owner)!;
  const institution = institutionOf(patient, record.episodes);
  for (const action of actions) {
    const refers = REFERRALS.includes(action.code);
    const name = refers ? 'refer' : action.code === 'screening' ? 'remeasure' : 'suspect';
    const period = vacant(record.tasks, patient, programme.code, `${name}-${latest}`);
    const request =
      refers &&
      draftReferral(scene, {
        task,
        form: undefined,
        record,
        patient,
        number: `${String(patient.id)}/${programme.code}/${period}`,
        emergency: action.code === 'emergency-referral',
        reason: action.code === 'emergency-referral' ? 'critical-condition' : 'diagnosis-unclear',
      });
    const next = newTask({
      patient,
      programme,
      period,
      code: action.code,
      title: action.title,
      window:
        action.code === 'screening'
          ? windowFrom(latest, action)
          : { start: latest, end: limitOf(latest, action) },
      owner,
      institution,
      now: scene.ctx.now,
      origin: 'warning',
      ...(request ? { focus: nameOf(request) } : {}),
    });
    if (!request) writes.push(...(await unlessDone(scene, next)));
    else if (!(await scene.read(nameOf(next)))) writes.push(request, next);
  }
  return writes;
}

/** What was recorded by mistake brings nothing, as long as nobody has done it. */
export async function withdrawScreening(scene: Scene, before: Resource): Promise<Resource[]> {
  const found = await contextOf(scene, before);
  const day = visitDayOf(before);
  return found && day ? givenUp(scene, found.record, found.programme.code, day, BROUGHT) : [];
}

/** Undefined when the programme does not say what a screening means, or the resident has its disease. */
async function contextOf(scene: Scene, task: Resource) {
  const code = programmeCodeOf(task);
  const programme = code && (await programmeAt(scene, code, visitDayOf(task)));
  const patient = await scene.read((task as TaskFields).for?.reference);
  if (!programme || programme.goals.every((g) => g.kind !== 'screening')) return undefined;
  if (patient?.resourceType !== 'Patient') return undefined;
  const record = await recordOf(scene, patient);
  return record.episodes.some((e) => isKnown(e, programme.code)) ? undefined : { patient, programme, record };
}

interface History {
  /** The day of the last screening that was made. */
  readonly latest?: string;
  /** On how many days in a row up to then the targets were missed. */
  readonly raised: number;
  /** Whether the last one is an emergency. */
  readonly emergency: boolean;
}

/** What follows from a run of screenings. Pure. */
function actionsAfter({ actions }: Programme, { raised, emergency }: History): Action[] {
  if (emergency) {
    const urgent = actions.filter((a) => a.code === 'emergency-referral' && !a.rule);
    return [...urgent, ...actions.filter((a) => a.code === 'suspect-follow-up')];
  }
  return actions.filter(
    ({ rule }) =>
      rule?.classes.length === 0 &&
      raised >= rule.consecutive &&
      raised <= (rule.atMost ?? Number.POSITIVE_INFINITY),
  );
}

async function historyOf(scene: Scene, { patient, tasks }: Record, programme: Programme): Promise<History> {
  const done = tasks
    .flatMap((task) => {
      const day = visitDayOf(task);
      const isMade = task.status === 'completed' && codeOf(task) === 'screening' && day !== undefined;
      return isMade && programmeCodeOf(task) === programme.code ? [{ task, day }] : [];
    })
    .toSorted((a, b) => (a.day < b.day ? 1 : -1));
  const days = new Set<string>();
  let emergency = false;
  for (const { task, day } of done) {
    const measured = await measuredAt(scene, task);
    if (!misses(programme, patient, measured, day, 'screening')) break;
    if (days.size === 0) emergency = misses(programme, patient, measured, day, 'no-emergency');
    days.add(day);
  }
  return { latest: done[0]?.day, raised: days.size, emergency };
}

async function measuredAt(scene: Scene, task: Resource): Promise<Measured> {
  const found = [];
  for (const { valueReference } of outputsOf(task, 'measurement')) {
    found.push(await scene.read(valueReference?.reference));
  }
  return measuredIn(found.flatMap((o) => (o?.resourceType === 'Observation' ? o : [])));
}

function misses(
  programme: Programme,
  patient: Resource,
  measured: Measured,
  day: string,
  kind: string,
): boolean {
  const birth = dayIn(patient.birthDate);
  const age = birth === undefined ? 0 : ageOn(birth, day);
  return goalsFor(programme, age, new Set()).some((g) => g.kind === kind && isMissed(g, measured));
}
