/** Slots and beds: one appointment holds a slot, a held one is busy, a reserved one is for those it is kept for. */
import type { Resource, WriteFacts } from '../../kernel/contribution.ts';
import type { Concept, Reference } from '../../kernel/elements.ts';
import { conflict } from '../../kernel/fhir-error.ts';
import type { Issue } from '../../kernel/issue.ts';
import type { Claim, Consequence, Deadline, Scene, Workflow } from '../../kernel/workflow.ts';
import { endReason, inState, released } from './build.ts';
import { BED_EXTENSION, CAPACITY, codeIn, RESERVATION, RESERVED_UNTIL_EXTENSION } from './codes.ts';
import { type Limits, limitsNow, type Timetable } from './limits.ts';
import { stepOf } from './model.ts';
import { institutionOf, isPrimaryCare } from './parties.ts';
import {
  circumstancesOf,
  type Extension,
  extensionValue,
  isRequest,
  type Request,
  stateOf,
  timeOf,
} from './reading.ts';
import { assertSide } from './task-law.ts';
import { appointmentsOf, currentTask } from './tasks.ts';
import { broken } from './words.ts';

/** https://hl7.org/fhir/R4/valueset-appointmentstatus.html: those that keep their slots. A proposal keeps none. */
const HOLDING = ['pending', 'booked', 'arrived', 'checked-in', 'fulfilled'];
const TENTATIVE = ['pending'];
const THERE = ['arrived', 'checked-in', 'fulfilled'];

type Appointment = Resource & {
  readonly id: string;
  readonly status?: string;
  readonly slot?: readonly Reference[];
  readonly basedOn?: readonly Reference[];
  readonly created?: string;
  readonly end?: string;
};

type Slot = Resource & {
  readonly id: string;
  readonly status?: string;
  readonly start?: string;
  readonly end?: string;
  readonly appointmentType?: Concept;
  readonly serviceCategory?: readonly Concept[];
  readonly extension?: readonly Extension[];
};

export function capacityWorkflow(timetable: Timetable): Workflow {
  return {
    name: 'slots',
    concerns: ({ type }) => type === 'Appointment' || type === 'Slot',
    claims: (resource) => (isAppointment(resource) ? slotsOf(resource).map(claimOf) : []),
    deadlines: async (resource, written, db) =>
      isAppointment(resource)
        ? appointmentDeadlines(await timetable(db, madeAt(resource, written)), resource, written)
        : [],
    follow: (scene, facts) =>
      facts.type === 'Slot' ? followSlot(scene, facts) : followAppointment(scene, facts, timetable),
    due: async (scene, resource, deadline) =>
      appointmentDue(scene, await limitsNow(timetable, scene), resource as Appointment, deadline),
  };
}

function madeAt({ created }: Appointment, written: number): number {
  return Math.min(timeOf(created) ?? written, written);
}

function isAppointment(resource: Resource | undefined): resource is Appointment {
  return resource?.resourceType === 'Appointment';
}

/** The slots that an appointment holds, as `Slot/x`. */
function slotsOf(appointment: Appointment | undefined): string[] {
  if (!appointment || !HOLDING.includes(appointment.status ?? '')) return [];
  return (appointment.slot ?? []).flatMap((s) => /Slot\/[A-Za-z0-9\-.]+/.exec(s.reference ?? '')?.[0] ?? []);
}

function claimOf(slot: string): Claim {
  return {
    name: `slot:${slot}`,
    taken: (holder) =>
      broken(
        { rule: 'slot-taken', expression: 'Appointment.slot' },
        {
          en: `${slot} is taken by ${holder}. Search a free one: Slot?status=free.`,
          zh: `${slot} 已被 ${holder} 占用。请查询空闲号源:Slot?status=free。`,
        },
      ),
  };
}

/** A hold ends by itself; who does not come to a booked appointment of a referral has not arrived. */
function appointmentDeadlines(limits: Limits, appointment: Appointment, written: number): Deadline[] {
  if (!appointment.basedOn?.some((b) => b.reference?.includes('ServiceRequest/'))) return [];
  if (appointment.status === 'pending') {
    return [{ name: 'hold', at: written + limits.step('hold'), kept: true }];
  }
  const end = timeOf(appointment.end);
  return appointment.status === 'booked' && end !== undefined
    ? [{ name: 'no-show', at: end + limits.step('no-show') }]
    : [];
}

async function followAppointment(
  scene: Scene,
  facts: WriteFacts,
  timetable: Timetable,
): Promise<Consequence> {
  const before = isAppointment(facts.before) ? facts.before : undefined;
  const after = isAppointment(facts.after) ? facts.after : undefined;
  if (before && !after) await assertNotOfReferral(scene, before);
  const had = slotsOf(before);
  const has = slotsOf(after);
  const issues: Issue[] = [];
  const writes: Resource[] = [];
  const request = after && (await requestOf(scene, after));
  for (const reference of has) {
    const slot = (await scene.lock(reference)) as Slot | undefined;
    if (!slot) {
      if (request) issues.push(unusable(reference, 'is not known here', '不存在'));
      continue;
    }
    if (!had.includes(reference)) issues.push(...(await bookingIssues(scene, slot, request)));
    const status = TENTATIVE.includes(after!.status!) ? 'busy-tentative' : 'busy';
    if (slot.status !== status) writes.push({ ...slot, status });
  }
  for (const reference of had.filter((s) => !has.includes(s))) {
    const slot = await scene.lock(reference);
    if (slot && (await holdersOf(scene, reference)).length === 0) writes.push({ ...slot, status: 'free' });
  }
  if (before?.status === 'booked' && !HOLDING.includes(after?.status ?? '')) {
    writes.push(...(await waitsAgain(scene, before, timetable)));
  }
  if (before?.status === 'booked' && THERE.includes(after?.status ?? '')) {
    writes.push(...(await arrivesWith(scene, before, timetable)));
  }
  return issues.length > 0 ? { issues } : { writes };
}

/** Throws for an appointment of a referral that was submitted: it is part of the way that stays on record. */
async function assertNotOfReferral(scene: Scene, appointment: Appointment): Promise<void> {
  const request = await requestOf(scene, appointment);
  if (!request || request.status === 'draft') return;
  const name = `Appointment/${appointment.id}`;
  throw conflict(
    {
      en: `${name} belongs to the referral ServiceRequest/${request.id} and is not deleted. To let its slot go: PUT ${name} with status cancelled.`,
      zh: `${name} 属于转诊 ServiceRequest/${request.id},不能删除。如需释放号源,请将其 status 改为 cancelled(PUT ${name})。`,
    },
    { expression: 'Appointment', rule: 'referral-history-final' },
  );
}

/** Who is there for the appointment of a referral has arrived: the receiver says so. */
async function arrivesWith(scene: Scene, before: Appointment, timetable: Timetable): Promise<Resource[]> {
  const { request, task } = await acceptedWith(scene, before);
  const step = task && stepOf('accepted', 'arrive', circumstancesOf(request));
  if (!step) return [];
  await assertSide(scene, request, step);
  return [inState(task, step.to, scene.ctx, await limitsNow(timetable, scene))];
}

/** The referral of an appointment and its task, when that was accepted and nobody has arrived. */
async function acceptedWith(scene: Scene, appointment: Appointment) {
  const request = await requestOf(scene, appointment);
  const task = request && (await currentTask(scene, `ServiceRequest/${request.id}`));
  return task && stateOf(task) === 'accepted' ? { request, task } : {};
}

/** A referral that was accepted, and whose appointment was let go, waits for another from now on. */
async function waitsAgain(scene: Scene, before: Appointment, timetable: Timetable): Promise<Resource[]> {
  const { request, task } = await acceptedWith(scene, before);
  if (!task || (await appointmentsOf(scene, `ServiceRequest/${request.id}`, 'booked')).length > 0) return [];
  const note = `预约 Appointment/${before.id} 已取消,请重新预约 The appointment was let go: book another`;
  return [inState(task, 'accepted', scene.ctx, await limitsNow(timetable, scene), { note })];
}

/**
 * Whether a slot may be taken by an appointment that did not hold it before. A referral takes free ones that are to
 * come; appointments of other kinds may be recorded afterwards, when their slots are busy already.
 */
async function bookingIssues(scene: Scene, slot: Slot, request: Request | undefined): Promise<Issue[]> {
  const name = `Slot/${slot.id}`;
  const now = scene.ctx.now.getTime();
  const end = timeOf(slot.end);
  if (!request) return end !== undefined && end <= now ? [] : reservationIssues(scene, slot, request, now);
  if (slot.status !== 'free' && !isBroughtAlong(slot, scene)) {
    return [unusable(name, `is ${slot.status}, not free`, `状态为 ${slot.status},不是 free`)];
  }
  if (end !== undefined && end <= now) return [unusable(name, 'is over', '已过期')];
  const needsBed = extensionValue(request, BED_EXTENSION) === true;
  if (needsBed && codeIn(CAPACITY, ...(slot.serviceCategory ?? [])) !== 'bed') {
    return [unusable(name, 'is no bed, and this referral needs one', '不是床位,而该转诊需要床位')];
  }
  return reservationIssues(scene, slot, request, now);
}

/** A Bundle may bring the appointment and its slot, already busy. */
function isBroughtAlong(slot: Slot, { ctx }: Scene): boolean {
  const { lastUpdated } = (slot.meta ?? {}) as { lastUpdated?: string };
  return lastUpdated === ctx.now.toISOString() && ['busy', 'busy-tentative'].includes(slot.status ?? '');
}

async function reservationIssues(
  scene: Scene,
  slot: Slot,
  request: Request | undefined,
  now: number,
): Promise<Issue[]> {
  const kept = codeIn(RESERVATION, slot.appointmentType);
  const until = timeOf(extensionValue(slot, RESERVED_UNTIL_EXTENSION));
  if (kept === undefined || (until !== undefined && until <= now)) return [];
  if (request && kept === 'referral') return [];
  const requesting = request && (await institutionOf(scene, request.requester?.reference));
  if (request && (await isPrimaryCare(scene, requesting))) return [];
  const end = until === undefined ? '' : new Date(until).toISOString();
  return [
    broken(
      { rule: 'slot-reserved', expression: 'Appointment.slot' },
      {
        en: `Slot/${slot.id} is kept for ${kept === 'referral' ? 'referrals' : 'referrals of family doctors'}${end && ` until ${end}`}. Book it with basedOn such a referral, or take another.`,
        zh: `Slot/${slot.id} 为${kept === 'referral' ? '转诊' : '家庭医生转诊'}预留${end && `,至 ${end}`}。请以此类转诊(basedOn)预约,或另选号源。`,
      },
    ),
  ];
}

async function requestOf(scene: Scene, appointment: Appointment): Promise<Request | undefined> {
  for (const { reference } of appointment.basedOn ?? []) {
    const found = await scene.read(reference);
    if (isRequest(found)) return found;
  }
  return undefined;
}

function unusable(slot: string, en: string, zh: string): Issue {
  return broken(
    { rule: 'slot-not-free', expression: 'Appointment.slot' },
    {
      en: `${slot} ${en}. Search a free one: Slot?status=free.`,
      zh: `${slot} ${zh}。请查询空闲号源:Slot?status=free。`,
    },
  );
}

/** A slot that an appointment holds is busy, and stays. */
async function followSlot(scene: Scene, { id, before, after }: WriteFacts): Promise<Consequence> {
  if (!before) return {};
  const [holder] = await holdersOf(scene, `Slot/${id}`);
  if (!holder) return {};
  const status = TENTATIVE.includes(holder.status ?? '') ? 'busy-tentative' : 'busy';
  const same =
    after && timeOf(before.start) === timeOf(after.start) && timeOf(before.end) === timeOf(after.end);
  if (same && after.status === status) return {};
  return {
    issues: [
      broken(
        { rule: 'slot-follows-appointment', expression: 'Slot.status' },
        {
          en: `Slot/${id} is held by Appointment/${holder.id}: it stays ${status}, and at its time. Cancel the appointment first.`,
          zh: `Slot/${id} 已被 Appointment/${holder.id} 占用:状态应为 ${status},时间不可更改。请先取消预约。`,
        },
      ),
    ],
  };
}

async function holdersOf(scene: Scene, slot: string): Promise<Appointment[]> {
  const found = await scene.search('Appointment', [
    ['slot', slot],
    ['status', HOLDING.join(',')],
  ]);
  return found.filter(isAppointment);
}

async function appointmentDue(
  scene: Scene,
  limits: Limits,
  appointment: Appointment,
  deadline: string,
): Promise<Consequence> {
  if (deadline === 'hold') {
    return { writes: [released(appointment, 'cancelled', '暂留超时 The hold is over')] };
  }
  const { task } = await acceptedWith(scene, appointment);
  if (!task) return { writes: [released(appointment, 'noshow', '')] };
  const statusReason = endReason('no-show', '预约时间已过,患者未到诊 Did not arrive in time');
  return { writes: [inState(task, 'no-show', scene.ctx, limits, { statusReason })] };
}
