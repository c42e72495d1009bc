/** What professionals measure at a visit is the screening that is due: nothing is measured or entered twice. */
import { ageOn, dayIn, dayOf } from '../../../kernel/calendar.ts';
import { CANONICAL } from '../../../kernel/canonical.ts';
import type { Resource } from '../../../kernel/contribution.ts';
import type { Coding, Reference } from '../../../kernel/elements.ts';
import type { Scene } from '../../../kernel/workflow.ts';
import { isOpen } from '../model.ts';
import { isKnown } from './enrolment.ts';
import { extensionOf, nameOf, referenceIn } from './fhir.ts';
import { measuredIn } from './form.ts';
import { isWithinAges, type Programme } from './programme.ts';
import { newTasks, programmesOn, type Record, recordOf } from './record.ts';
import { followScreening } from './screening.ts';
import { codeOf, moved, output, outputsOf, periodOf, programmeCodeOf, windowOf } from './task.ts';
import { undone } from './withdraw.ts';

const ORIGIN_URL = `${CANONICAL}/StructureDefinition/measurement-origin`;
const METHOD_SYSTEM = `${CANONICAL}/CodeSystem/follow-up-method`;
const ENCOUNTER_SYSTEM = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
/** Class of an encounter -> follow-up-method: at the clinic, at home. */
const METHODS: Readonly<{ [encounter: string]: string }> = { AMB: '1', EMER: '1', HH: '2' };
/** LOINC of what programmes screen for: pressure and glucose. Other results are not looked at. */
const SCREENED = ['8480-6', '8462-4', '14771-0', '14743-9'];
const HOLDING = ['final', 'amended', 'corrected'];

/** A pressure or glucose that was measured at an encounter, or for a form. */
export function isClinicMeasurement(resource: Resource | undefined): boolean {
  if (resource?.resourceType !== 'Observation' || !HOLDING.includes(String(resource.status))) return false;
  const origin = extensionOf(resource, ORIGIN_URL)?.valueCode;
  const atVisit = origin === 'clinic' || (origin !== 'home' && resource.encounter !== undefined);
  const measured = measuredIn([resource]);
  return atVisit && SCREENED.some((code) => measured.has(code));
}

/** Closes the screenings that are due, or makes the one of the year; a corrected one is judged anew. */
export async function followClinic(scene: Scene, observation: Resource): Promise<Resource[]> {
  const day = dayMeasured(observation);
  const today = dayOf(scene.ctx.now);
  const patient = await scene.read(referenceIn(observation.subject));
  const birth = dayIn(patient?.birthDate);
  if (patient?.resourceType !== 'Patient' || !day || day > today || birth === undefined) return [];
  const age = ageOn(birth, day);
  const programmes = (await programmesOn(scene, day)).filter(
    (p) => isWithinAges(p.ages, age) && screens(p, observation),
  );
  if (programmes.length === 0) return [];
  const record = await recordOf(scene, patient);
  const served = servedBy(record.tasks, observation);
  const anew: Resource[] = [];
  for (const task of served) anew.push(...(await followScreening(scene, task, task)));
  const there = new Set(served.map(programmeCodeOf));
  const due = programmes
    .filter(({ code }) => !there.has(code) && !record.episodes.some((e) => isKnown(e, code)))
    .flatMap((programme) => dueOn(record, programme, day, scene.ctx.now));
  if (due.length === 0) return anew;
  const output = await outputsFor(scene, observation);
  const executionPeriod = { start: day, end: day };
  return [...anew, ...due.map((t) => moved(t, 'completed', scene.ctx.now, { executionPeriod, output }))];
}

/** What was measured by mistake was no screening. */
export async function withdrawClinic(scene: Scene, observation: Resource): Promise<Resource[]> {
  const patient = await scene.read(referenceIn(observation.subject));
  if (patient?.resourceType !== 'Patient') return [];
  const { tasks } = await recordOf(scene, patient);
  return servedBy(tasks, observation).map((t) => undone(t, tasks, scene.ctx.now));
}

function dayMeasured(observation: Resource): string | undefined {
  const period = observation.effectivePeriod as { start?: string } | undefined;
  return dayIn(observation.effectiveDateTime) ?? dayIn(observation.effectiveInstant) ?? dayIn(period?.start);
}

function screens({ goals }: Programme, observation: Resource): boolean {
  const measured = measuredIn([observation]);
  return goals.some((g) => g.kind === 'screening' && g.targets.some((t) => measured.has(t.measure)));
}

function servedBy(tasks: readonly Resource[], observation: Resource): Resource[] {
  const name = nameOf(observation);
  return tasks.filter(
    (t) =>
      codeOf(t) === 'screening' &&
      t.status === 'completed' &&
      outputsOf(t, 'measurement').some((o) => o.valueReference?.reference === name),
  );
}

/**
 * To be measured again, however late; and the first that was planned for a time around the day, or should be now. Records
 * of earlier years make no tasks of those years.
 */
function dueOn(record: Record, programme: Programme, day: string, now: Date): Resource[] {
  const begun = record.tasks.filter((t) => {
    const isOne = programmeCodeOf(t) === programme.code && codeOf(t) === 'screening' && isOpen(t.status);
    return isOne && (windowOf(t)?.start ?? '') <= day;
  });
  const isAgain = (t: Resource) => periodOf(t).startsWith('remeasure');
  const today = dayOf(now);
  const made = newTasks(record, [programme], { since: today, today }, now).tasks;
  const planned = [...begun.filter((t) => !isAgain(t)), ...made.filter((t) => codeOf(t) === 'screening')]
    .filter((t) => windowOf(t)!.start <= day && day <= windowOf(t)!.end)
    .toSorted((a, b) => (windowOf(a)!.start < windowOf(b)!.start ? -1 : 1));
  return [...begun.filter(isAgain), ...planned.slice(0, 1)];
}

async function outputsFor(scene: Scene, observation: Resource): Promise<object[]> {
  const visit = referenceIn(observation.encounter);
  const encounter = await scene.read(visit);
  const { system, code = '' } = (encounter?.class ?? {}) as Coding;
  const method = system === ENCOUNTER_SYSTEM ? METHODS[code] : undefined;
  const forms = ((observation.derivedFrom ?? []) as readonly Reference[]).filter((d) =>
    d.reference?.startsWith('QuestionnaireResponse/'),
  );
  return [
    ...(visit?.startsWith('Encounter/') ? [output('visit', { valueReference: { reference: visit } })] : []),
    ...forms.map((valueReference) => output('form', { valueReference })),
    output('measurement', { valueReference: { reference: nameOf(observation) } }),
    ...(method ? [output('method', { valueCoding: { system: METHOD_SYSTEM, code: method } })] : []),
  ];
}
