/** What follows from a visit that was made or missed: the next visit, and the referral that the norm demands. */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { dayOf } from '../../../kernel/calendar.ts';
import { CANONICAL } from '../../../kernel/canonical.ts';
import type { Resource } from '../../../kernel/contribution.ts';
import type { Scene } from '../../../kernel/workflow.ts';
import { isOpen } from '../model.ts';
import { enrolledIn, institutionOf, isEnded, ownerOf } from './enrolment.ts';
import { codeIn, concept, NOT_VISITED_SYSTEM, nameOf, referenceIn } from './fhir.ts';
import { decide, type Next } from './next.ts';
import { VISITS } from './programme.ts';
import { newTasks, programmeAt, type Record, recordOf } from './record.ts';
import {
  classOf,
  codeOf,
  isOfContract,
  lastModified,
  moved,
  newTask,
  nextDueOf,
  outputsOf,
  periodOf,
  programmeCodeOf,
  reasonsOf,
  type TaskFields,
  vacant,
  visitDayOf,
  windowOf,
} from './task.ts';

/** follow-up-referral-reason -> referral-reason */
const REASONS: Readonly<{ [trigger: string]: string }> = {
  1: 'uncontrolled-twice',
  2: 'adverse-reaction',
  3: 'new-complication',
  4: 'complication-worse',
  5: 'critical-condition',
};

/** Classes of the visits of a programme before a day, the latest first, one for each day. */
export function classesBefore(tasks: readonly Resource[], programme: string, day: string): string[] {
  const byDay = new Map<string, string>();
  for (const task of tasks) {
    const at = visitDayOf(task);
    const found = classOf(task);
    if (task.status !== 'completed' || programmeCodeOf(task) !== programme || !at || !found || at >= day)
      continue;
    byDay.set(at, found);
  }
  return [...byDay].toSorted(([a], [b]) => (a < b ? 1 : -1)).map(([, found]) => found);
}

/** `before`: the same visit as it was recorded first, when it is corrected. */
export async function followVisit(scene: Scene, task: Resource, before?: Resource): Promise<Resource[]> {
  const day = visitDayOf(task);
  const found = await contextOf(scene, task);
  if (!day || !found) return [];
  const { record, programme, patient } = found;
  const former = before?.status === 'completed' ? visitDayOf(before) : undefined;
  const writes = former && former !== day ? await givenUp(scene, record, programme.code, former) : [];
  // The next visit is counted from the latest one, in whatever order they are entered.
  const latest = latestVisit(record.tasks, programme.code);
  if (latest && visitDayOf(latest)! > day) {
    // It may be the second in a row by now.
    return [...writes, ...(await followVisit(scene, latest))];
  }
  const decision = decide(programme, {
    day,
    class: classOf(task),
    before: classesBefore(record.tasks, programme.code, day),
    reasons: reasonsOf(task),
    nextDue: nextDueOf(task),
  });
  const owner = ownerOf(patient, record.episodes, programme.code) ?? referenceIn(task.owner)!;
  const make = ({ action, window }: Next, period: string, more: object = {}) =>
    newTask({
      patient,
      programme,
      period,
      code: action.code,
      title: action.title,
      window,
      owner,
      institution: institutionOf(patient, record.episodes),
      now: scene.ctx.now,
      origin: 'programme',
      ...more,
    });
  const form = await scene.read(outputsOf(task, 'form')[0]?.valueReference?.reference);
  const next = vacant(record.tasks, patient, programme.code, `after-${day}`);
  if (decision.visit) writes.push(...(await unlessDone(scene, make(decision.visit, next))));
  for (const referral of decision.referrals) {
    const period = vacant(record.tasks, patient, programme.code, `refer-${day}`);
    const request = draftReferral(scene, {
      task,
      form,
      record,
      patient,
      number: `${String(patient.id)}/${programme.code}/${period}`,
      emergency: referral.emergency,
    });
    const order = make(referral, period, { origin: 'referral', focus: nameOf(request) });
    if (!(await scene.read(nameOf(order)))) writes.push(request, order);
  }
  if (decision.referrals.length === 0)
    writes.push(...(await givenUp(scene, record, programme.code, day, ['refer'])));
  return writes;
}

export const WITHDRAWN = { text: '随访记录已作废或更正' };

/** What the visit of a day brought and is not done yet: the next visit, the referral and its draft. */
export async function givenUp(
  scene: Scene,
  { tasks }: Record,
  programme: string,
  day: string,
  what: readonly string[] = ['after', 'refer'],
): Promise<Resource[]> {
  const periods = what.map((w) => `${w}-${day}`);
  const open = tasks.filter(
    (t) => programmeCodeOf(t) === programme && periods.includes(periodOf(t)) && isOpen(t.status),
  );
  const writes = open.map((t) => moved(t, 'cancelled', scene.ctx.now, { statusReason: WITHDRAWN }));
  for (const task of open) {
    const request = await scene.lock(referenceIn(task.focus));
    if (request?.resourceType === 'ServiceRequest' && request.status === 'draft') {
      writes.push({ ...request, status: 'entered-in-error' });
    }
  }
  return writes;
}

/** A visit that was not made: the next one is counted from the end of its window, unless nobody is to be visited. */
export async function followMissed(scene: Scene, task: Resource): Promise<Resource[]> {
  const reason = codeIn(task.statusReason, NOT_VISITED_SYSTEM);
  const found = reason === '1' || reason === '2' ? undefined : await contextOf(scene, task);
  if (!found) return [];
  const today = dayOf(scene.ctx.now);
  const { tasks } = newTasks(found.record, [found.programme], { since: today, today }, scene.ctx.now);
  return tasks.filter((t) => VISITS.includes(codeOf(t)));
}

/** The last visit that was made, whoever planned it. */
export function latestVisit(tasks: readonly Resource[], programme: string): Resource | undefined {
  return tasks
    .filter((t) => isVisitOf(t, programme) && t.status === 'completed' && !isOfContract(t) && visitDayOf(t))
    .toSorted((a, b) => (visitDayOf(a)! < visitDayOf(b)! ? 1 : -1))[0];
}

function isVisitOf(task: Resource, programme: string): boolean {
  return programmeCodeOf(task) === programme && VISITS.includes(codeOf(task));
}

/** Undefined when the task is no visit of a programme in force, or the resident has left the programme. */
async function contextOf(scene: Scene, task: Resource) {
  const code = programmeCodeOf(task);
  if (!code || !VISITS.includes(codeOf(task)) || isOfContract(task)) return undefined;
  const programme = await programmeAt(scene, code, visitDayOf(task));
  const patient = await scene.read((task as TaskFields).for?.reference);
  if (!programme || patient?.resourceType !== 'Patient') return undefined;
  const record = await recordOf(scene, patient);
  const enrolments = record.episodes.filter((e) => enrolledIn(e) === code);
  const left = enrolments.length > 0 && enrolments.every((e) => isEnded(e) || e.status === 'onhold');
  return left ? undefined : { programme, patient, record };
}

/** A corrected visit corrects the next one, as long as nobody has made it. */
export async function unlessDone(scene: Scene, next: TaskFields): Promise<Resource[]> {
  const there = (await scene.lock(nameOf(next))) as TaskFields | undefined;
  if (!there) return [next];
  if (!isOpen(there.status)) return [];
  const { code, restriction, description } = next;
  if (codeOf(there) === codeOf(next) && isDeepStrictEqual(windowOf(there), windowOf(next))) return [];
  const modified = lastModified(there, scene.ctx.now);
  return [{ ...there, code, restriction, ...(description ? { description } : {}), lastModified: modified }];
}

function reasonOfClass(found: string | undefined): string {
  return found === '4' ? 'new-complication' : found === '3' ? 'adverse-reaction' : 'uncontrolled-twice';
}

interface Demanded {
  readonly task: Resource;
  /** The form of the visit. */
  readonly form: Resource | undefined;
  readonly record: Record;
  readonly patient: Resource;
  /** What tells it from the other referrals of the resident. */
  readonly number: string;
  readonly emergency: boolean;
  /** referral-reason; without one it is what the visit says. */
  readonly reason?: string;
}

/** The referral as a draft: the doctor completes and submits it. Profile county-referral. */
export function draftReferral(
  scene: Scene,
  { task, form, record, patient, number, emergency, reason }: Demanded,
): Resource {
  const stated = reasonsOf(task).map((r) => REASONS[r]!);
  const found = reason ?? (emergency ? REASONS[5]! : reasonOfClass(classOf(task)));
  const reasons = stated.length > 0 ? stated : [found];
  const requester = referenceIn(form?.author) ?? institutionOf(patient, record.episodes);
  const supportingInfo = [...outputsOf(task, 'form'), ...outputsOf(task, 'measurement')].flatMap(
    (o) => o.valueReference ?? [],
  );
  return {
    resourceType: 'ServiceRequest',
    id: `referral-${createHash('sha256').update(number).digest('hex').slice(0, 32)}`,
    extension: [
      {
        url: `${CANONICAL}/StructureDefinition/referral-direction`,
        valueCoding: { system: `${CANONICAL}/CodeSystem/referral-direction`, code: 'up' },
      },
    ],
    identifier: [{ system: `${CANONICAL}/NamingSystem/public-health-task`, value: number }],
    status: 'draft',
    intent: 'order',
    category: [concept(`${CANONICAL}/CodeSystem/referral-category`, emergency ? 'emergency' : 'outpatient')],
    priority: emergency ? 'stat' : 'urgent',
    code: concept(`${CANONICAL}/CodeSystem/county-order-code`, 'referral'),
    subject: { reference: nameOf(patient) },
    authoredOn: scene.ctx.now.toISOString(),
    ...(requester ? { requester: { reference: requester } } : {}),
    reasonCode: reasons.map((r) => concept(`${CANONICAL}/CodeSystem/referral-reason`, r)),
    ...(supportingInfo.length > 0 ? { supportingInfo } : {}),
  };
}
