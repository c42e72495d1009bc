/** What follows from visits, measurements, diagnoses and enrolments: the workflow of public-health services. */
import { isDeepStrictEqual } from 'node:util';
import type { Resource, WriteFacts } from '../../kernel/contribution.ts';
import { problem } from '../../kernel/issue.ts';
import type { Claim, Consequence, Scene, Workflow } from '../../kernel/workflow.ts';
import { followClinic, isClinicMeasurement, withdrawClinic } from './service/clinic.ts';
import { followDiagnosis, isDiagnosed, isSuspected, withdrawDiagnosis } from './service/diagnosis.ts';
import { followDose } from './service/dose.ts';
import { type EpisodeFields, enrolledIn, isEnded } from './service/enrolment.ts';
import { ENROLMENT_PROFILE, referenceIn, TASK_PROFILE } from './service/fhir.ts';
import { isFiled, type ResponseFields } from './service/form.ts';
import { followDeath, followEnrolment } from './service/management.ts';
import type { Notifiable } from './service/notifiable.ts';
import { isHomeMeasurement } from './service/plausible.ts';
import { followResident, keepsGroups } from './service/recalculate.ts';
import { followReferral } from './service/referral.ts';
import { followScreening } from './service/screening.ts';
import { followMissed, followVisit } from './service/successor.ts';
import { codeOf, isPublicHealthTask, programmeCodeOf } from './service/task.ts';
import { followForm } from './service/visit.ts';
import { deviceIssues, followMeasurement } from './service/warning.ts';
import { followUndone, withdrawForm } from './service/withdraw.ts';

export function taskWorkflow(notifiable: Notifiable): Workflow {
  return {
    name: 'tasks',
    concerns: (facts) => whatFollows(facts, notifiable) !== undefined || holds(facts),
    demands: (resource) =>
      isPublicHealthTask(resource) && programmeCodeOf(resource)
        ? [TASK_PROFILE]
        : enrolledIn(resource)
          ? [ENROLMENT_PROFILE]
          : [],
    claims: claimsOf,
    // A group that is made meanwhile is counted when that is asked for, in the night at the latest.
    settled: async (scene, { before, after }, when) =>
      when === 'after' ||
      (after?.resourceType === 'Patient' &&
        before !== undefined &&
        !(isDead(after) && !isDead(before)) &&
        (await keepsGroups(scene, before, after))),
    follow: async (scene, facts) => (await whatFollows(facts, notifiable)?.(scene)) ?? {},
  };
}

type Follow = (scene: Scene) => Promise<Consequence>;

const writing =
  (follow: (scene: Scene) => Promise<Resource[]>): Follow =>
  async (scene) => ({ writes: await follow(scene) });

/** What has to be done about a write; undefined for most. */
function whatFollows({ before, after }: WriteFacts, notifiable: Notifiable): Follow | undefined {
  if (before?.resourceType === 'QuestionnaireResponse' || after?.resourceType === 'QuestionnaireResponse') {
    return formFollow(before, after);
  }
  if (before?.resourceType === 'Observation' || after?.resourceType === 'Observation') {
    return measurementFollow(before, after);
  }
  if (!after) return undefined;
  switch (after.resourceType) {
    case 'Task':
      return taskFollow(before, after);
    case 'EpisodeOfCare':
      return enrolledIn(after) && isManagedAnew(before, after)
        ? writing(async (scene) => [
            ...(await followEnrolment(scene, after as EpisodeFields)),
            ...(await followMembership(scene, after)),
          ])
        : undefined;
    case 'Condition':
      if (isDiagnosed(before) && !isDiagnosed(after)) {
        return writing((scene) => withdrawDiagnosis(scene, after));
      }
      return isDiagnosed(after) &&
        (!isDiagnosed(before) ||
          (isSuspected(before) && !isSuspected(after)) ||
          !isDeepStrictEqual(before?.code, after.code))
        ? writing((scene) => followDiagnosis(scene, after, notifiable))
        : undefined;
    case 'Patient':
      return patientFollow(before, after);
    case 'Immunization':
      return after.status === 'completed' && before?.status !== 'completed'
        ? writing((scene) => followDose(scene, after))
        : undefined;
    case 'ServiceRequest':
      return before?.status === 'draft' && after.status === 'active'
        ? writing((scene) => followReferral(scene, after))
        : undefined;
    default:
      return undefined;
  }
}

function measurementFollow(before: Resource | undefined, after: Resource | undefined): Follow | undefined {
  const counted = isClinicMeasurement(before);
  const counts = isClinicMeasurement(after);
  const withdrawn = counted && !(counts && referenceIn(before!.subject) === referenceIn(after!.subject));
  if (counts || withdrawn) {
    return writing(async (scene) => [
      ...(withdrawn ? await withdrawClinic(scene, before!) : []),
      ...(counts ? await followClinic(scene, after!) : []),
    ]);
  }
  return !before && isHomeMeasurement(after)
    ? async (scene) => ({
        issues: await deviceIssues(scene, after!),
        writes: await followMeasurement(scene, after!),
      })
    : undefined;
}

/** Its state, or the days and ways from which its tasks follow. */
function isManagedAnew(before: Resource | undefined, after: Resource): boolean {
  return before?.status !== after.status || !isDeepStrictEqual(before?.extension, after.extension);
}

/** A form that is no record any more, or of somebody else, is taken back. */
function formFollow(before: Resource | undefined, after: Resource | undefined): Follow | undefined {
  const holds = isFiled(after);
  const withdrawn =
    isFiled(before) && !(holds && referenceIn(before!.subject) === referenceIn(after!.subject));
  if (!holds && !withdrawn) return undefined;
  return async (scene) => {
    const undone = withdrawn ? await withdrawForm(scene, before!) : [];
    const done = holds ? await followForm(scene, after as ResponseFields) : {};
    return { ...done, writes: [...undone, ...(done.writes ?? [])] };
  };
}

function taskFollow(before: Resource | undefined, after: Resource): Follow | undefined {
  if (!isPublicHealthTask(after) || !programmeCodeOf(after)) return undefined;
  const moved = before?.status !== after.status;
  if (after.status === 'completed' && (moved || !isDeepStrictEqual(before?.output, after.output))) {
    const follow = codeOf(after) === 'screening' ? followScreening : followVisit;
    return writing((scene) => follow(scene, after, before));
  }
  if (before?.status === 'completed' && moved) return (scene) => followUndone(scene, before, after);
  return after.status === 'failed' && moved ? writing((scene) => followMissed(scene, after)) : undefined;
}

/** New residents come into their groups in the night: many are registered at once. */
function patientFollow(before: Resource | undefined, after: Resource): Follow | undefined {
  const died = isDead(after) && !isDead(before);
  const moved = before !== undefined && COUNTED.some((name) => !isDeepStrictEqual(before[name], after[name]));
  if (!died && !moved) return undefined;
  return writing(async (scene) => [
    ...(died ? await followDeath(scene, after) : []),
    ...(await followResident(scene, after)),
  ]);
}

/** What criteria of groups ask of a person. */
const COUNTED = ['birthDate', 'gender', 'active', 'managingOrganization', 'extension', 'deceasedDateTime'];

async function followMembership(scene: Scene, episode: Resource): Promise<Resource[]> {
  const patient = await scene.read(referenceIn(episode.patient));
  return patient?.resourceType === 'Patient' ? followResident(scene, patient) : [];
}

function isDead(patient: Resource | undefined): boolean {
  return patient?.deceasedBoolean === true || patient?.deceasedDateTime !== undefined;
}

/** What may be there once: the open enrolment of a resident in a programme, a measurement of a device. */
function claimsOf(resource: Resource): readonly Claim[] {
  const programme = enrolledIn(resource);
  const patient = referenceIn(resource.patient);
  if (programme && patient && !isEnded(resource)) {
    return [{ name: `enrolment:${patient}/${programme}`, taken: alreadyEnrolled }];
  }
  if (!isHomeMeasurement(resource)) return [];
  const identifiers = (resource.identifier ?? []) as readonly { system?: string; value?: string }[];
  return identifiers.map(({ system, value }) => ({
    name: `measurement:${system}|${value}`,
    taken: alreadyMeasured,
  }));
}

function holds({ before, after }: WriteFacts): boolean {
  return [before, after].some((r) => r !== undefined && claimsOf(r).length > 0);
}

function alreadyEnrolled(holder: string) {
  return problem(
    'conflict',
    {
      en: `The resident is enrolled in this programme already: ${holder}. End that enrolment first.`,
      zh: `该居民已纳入该项管理:${holder}。请先结案。`,
    },
    { expression: 'EpisodeOfCare.type', rule: 'enrolment-twice' },
  );
}

function alreadyMeasured(holder: string) {
  return problem(
    'duplicate',
    {
      en: `This measurement is here already: ${holder}. Send it with If-None-Exist and its identifier, and sending it again changes nothing.`,
      zh: `该测量记录已存在:${holder}。请用其标识作 If-None-Exist 条件提交,重复发送不会产生新记录。`,
    },
    { expression: 'Observation.identifier', rule: 'measurement-twice' },
  );
}
