/** What follows from a diagnosis: enrolment in the programme for it, the report of a notifiable disease. */
import { createHash } from 'node:crypto';
import { addDays, dayIn, dayOf } from '../../../kernel/calendar.ts';
import { CANONICAL } from '../../../kernel/canonical.ts';
import type { Resource } from '../../../kernel/contribution.ts';
import type { Scene } from '../../../kernel/workflow.ts';
import { enrolledIn, institutionOf, isEnded, newEnrolment, ownerOf } from './enrolment.ts';
import { codesOf, concept, extensionOf, nameOf, referenceIn, TASK_SYSTEM } from './fhir.ts';
import { limitOf } from './next.ts';
import type { Notifiable } from './notifiable.ts';
import { type Action, hasDiagnosis, type Programme } from './programme.ts';
import { programmesOn, type Record, recordOf } from './record.ts';
import { draftReferral, givenUp } from './successor.ts';
import { newTask } from './task.ts';

const CLASS_URL = `${CANONICAL}/StructureDefinition/notifiable-class`;
const VERIFICATION = 'http://terminology.hl7.org/CodeSystem/condition-ver-status';
const REPORT_PROFILE = `${CANONICAL}/StructureDefinition/county-notifiable-report`;
/** Kind of institution: 疾病预防控制中心, WS 218. */
const INSTITUTION_SYSTEM = 'urn:oid:2.16.156.10011.2.3.4.1';
const DISEASE_CONTROL = 'J100';
/** No norm says within how many days a resident is enrolled. */
const ENROL_DAYS = 30;

/** Neither refuted nor entered in error, and not over. */
export function isDiagnosed(condition: Resource | undefined): boolean {
  if (condition?.resourceType !== 'Condition') return false;
  const verification = verificationOf(condition);
  return verification !== 'refuted' && verification !== 'entered-in-error';
}

/** Not confirmed so far. */
export function isSuspected(condition: Resource | undefined): boolean {
  const verification = condition && verificationOf(condition);
  return verification !== undefined && ['unconfirmed', 'provisional', 'differential'].includes(verification);
}

function verificationOf(condition: Resource): string | undefined {
  return codesOf(condition.verificationStatus).find((c) => c.system === VERIFICATION)?.code;
}

export async function followDiagnosis(
  scene: Scene,
  condition: Resource,
  notifiable: Notifiable,
): Promise<Resource[]> {
  const patient = await scene.read(referenceIn(condition.subject));
  if (patient?.resourceType !== 'Patient') return [];
  return [
    ...(await report(scene, condition, patient, notifiable)),
    ...(await enrol(scene, condition, patient)),
  ];
}

/** A diagnosis that was wrong is reported no more, and nobody is enrolled for it; what was reported stays. */
export async function withdrawDiagnosis(scene: Scene, condition: Resource): Promise<Resource[]> {
  const report = await scene.lock(`Task/${reportIdOf(condition)}`);
  const now = scene.ctx.now.toISOString();
  const withdrawn = { text: '诊断已排除或作废' };
  const open = report && ['requested', 'received', 'accepted', 'in-progress'].includes(String(report.status));
  const planned = await scene.search('EpisodeOfCare', [
    ['condition', nameOf(condition)],
    ['status', 'planned'],
  ]);
  return [
    ...(open ? [{ ...report, status: 'cancelled', statusReason: withdrawn, lastModified: now }] : []),
    ...planned.filter((e) => enrolledIn(e)).map((e) => ({ ...e, status: 'cancelled' })),
    ...(await unsuspected(scene, condition)),
  ];
}

/** Nobody asks any more what came of a suspicion, or sends the resident away for it. */
async function unsuspected(scene: Scene, condition: Resource): Promise<Resource[]> {
  const day = dayIn(condition.recordedDate) ?? dayOf(scene.ctx.now);
  const patient = await scene.read(referenceIn(condition.subject));
  const programmes = (await programmesOn(scene, day)).filter(
    (p) => asking(p) !== undefined && hasDiagnosis(p, condition),
  );
  if (programmes.length === 0 || patient?.resourceType !== 'Patient') return [];
  const record = await recordOf(scene, patient);
  const writes: Resource[] = [];
  for (const { code } of programmes) {
    writes.push(...(await givenUp(scene, record, code, day, ['refer', 'suspect'])));
  }
  return writes;
}

function reportIdOf(condition: Resource): string {
  return `report-${createHash('sha256').update(String(condition.id)).digest('hex').slice(0, 32)}`;
}

/** The report that the law demands, before its deadline. */
async function report(
  scene: Scene,
  condition: Resource,
  patient: Resource,
  notifiable: Notifiable,
): Promise<Resource[]> {
  const disease = notifiable.of(condition, extensionOf(condition, CLASS_URL)?.valueCoding?.code);
  if (!disease) return [];
  const id = reportIdOf(condition);
  if (await scene.read(`Task/${id}`)) return [];
  const [centre] = await scene.search('Organization', [
    ['type', `${INSTITUTION_SYSTEM}|${DISEASE_CONTROL}`],
    ['active', 'true'],
  ]);
  const reporter =
    referenceIn(condition.recorder) ?? referenceIn(condition.asserter) ?? scene.ctx.actor.fhirUser;
  const now = scene.ctx.now;
  const diagnosed = Date.parse(String(condition.recordedDate ?? ''));
  const from =
    Number.isNaN(diagnosed) || !String(condition.recordedDate).includes('T') ? now.getTime() : diagnosed;
  return [
    {
      resourceType: 'Task',
      id,
      ...(centre && reporter ? { meta: { profile: [REPORT_PROFILE] } } : {}),
      status: 'requested',
      intent: 'order',
      priority: disease.hours <= 2 ? 'stat' : 'urgent',
      code: concept(TASK_SYSTEM, 'notifiable-report'),
      description: `传染病报告:${disease.name}`,
      focus: { reference: nameOf(condition) },
      for: { reference: nameOf(patient) },
      authoredOn: now.toISOString(),
      lastModified: now.toISOString(),
      ...(reporter ? { requester: { reference: reporter } } : {}),
      ...(centre ? { owner: { reference: nameOf(centre) } } : {}),
      restriction: {
        period: {
          start: new Date(from).toISOString(),
          end: new Date(from + disease.hours * 3_600_000).toISOString(),
        },
      },
    },
  ];
}

/** A planned enrolment, and the task to confirm it, for who has somebody that answers for them. */
async function enrol(scene: Scene, condition: Resource, patient: Resource): Promise<Resource[]> {
  const today = dayOf(scene.ctx.now);
  const programmes = (await programmesOn(scene, today)).filter((p) => hasDiagnosis(p, condition));
  if (programmes.length === 0) return [];
  const record = await recordOf(scene, patient);
  const institution = institutionOf(patient, record.episodes);
  return programmes.flatMap((programme) => {
    const there = record.episodes.some((e) => enrolledIn(e) === programme.code && !isEnded(e));
    const owner = ownerOf(patient, record.episodes, programme.code);
    if (there || !owner || !institution) return [];
    const start = dayIn(condition.recordedDate) ?? today;
    const ask = isSuspected(condition) ? asking(programme) : undefined;
    if (ask) {
      return suspected(scene, { condition, patient, record, programme, ask, start, owner, institution });
    }
    const enrolment = newEnrolment({
      patient,
      programme: programme.code,
      status: 'planned',
      start,
      institution,
      team: owner,
      condition: nameOf(condition),
    });
    if (record.episodes.some((e) => e.id === enrolment.id)) return [];
    const task = newTask({
      patient,
      programme,
      period: `enrolment-${start}`,
      code: 'enrolment',
      title: '确诊后建档纳管',
      window: { start: today, end: addDays(today, ENROL_DAYS) },
      owner,
      institution,
      now: scene.ctx.now,
      focus: nameOf(enrolment),
    });
    return [enrolment, task];
  });
}

/** What the programme asks of who is suspected by a doctor, rather than by screenings in a row. */
function asking({ actions }: Programme): Action | undefined {
  return actions.find((a) => a.code === 'suspect-follow-up' && !a.rule);
}

interface Suspicion {
  readonly condition: Resource;
  readonly patient: Resource;
  readonly record: Record;
  readonly programme: Programme;
  readonly ask: Action;
  readonly start: string;
  readonly owner: string;
  readonly institution: string;
}

/** The referral for examination, as a draft, and the question what came of it. */
function suspected(scene: Scene, suspicion: Suspicion): Resource[] {
  const { condition, patient, record, programme, ask, start, owner, institution } = suspicion;
  const make = (action: Action, period: string, more: object) =>
    newTask({
      patient,
      programme,
      period,
      code: action.code,
      title: action.title,
      window: { start, end: limitOf(start, action) },
      owner,
      institution,
      now: scene.ctx.now,
      origin: 'referral',
      ...more,
    });
  const asked = make(ask, `suspect-${start}`, { focus: nameOf(condition) });
  const refer = programme.actions.find((a) => a.code === 'referral' && !a.rule);
  const there = (task: Resource) => record.tasks.some((t) => t.id === task.id);
  if (there(asked) || !refer) return there(asked) ? [] : [asked];
  const period = `refer-${start}`;
  const request = {
    ...draftReferral(scene, {
      task: asked,
      form: undefined,
      record,
      patient,
      number: `${String(patient.id)}/${programme.code}/${period}`,
      emergency: false,
      reason: 'diagnosis-unclear',
    }),
    reasonReference: [{ reference: nameOf(condition) }],
  };
  return [request, make(refer, period, { focus: nameOf(request) }), asked];
}
