/** `Task/$book`: slots and beds for a referral, held for a time or booked. */
import type { Resource } from '../../../kernel/contribution.ts';
import type { Reference } from '../../../kernel/elements.ts';
import { ruleBroken } from '../../../kernel/fhir-error.ts';
import { newId } from '../../../kernel/ids.ts';
import type { Scene } from '../../../kernel/workflow.ts';
import { booked, inSameState, referenceOutput, released } from '../build.ts';
import { APPOINTMENT_PROFILE } from '../codes.ts';
import { isBeforeArrival } from '../model.ts';
import { plain, type Request } from '../reading.ts';
import { assertSide } from '../task-law.ts';
import { appointmentsOf } from '../tasks.ts';
import { broken, illegal } from '../words.ts';
import { type At, legalStep, type Outcome } from './step.ts';

type Appointment = Resource & { readonly id: string; readonly slot?: readonly Reference[] };

export async function book(at: At, seen: number): Promise<Outcome> {
  if (at.given.flag('hold')) return hold(at);
  await legalStep(at, 'book', seen);
  const { scene, task, request, given } = at;
  const wanted = given.references('slot').map((s) => plain(s, scene.ctx.base)!);
  const there = (await appointmentsOf(
    scene,
    `ServiceRequest/${request.id}`,
    'booked,pending',
  )) as Appointment[];
  const kept = there.filter((a) => slotsOf(a, scene.ctx.base).every((s) => wanted.includes(s)));
  const gone = there.filter((a) => !kept.includes(a));
  const covered = kept.flatMap((a) => slotsOf(a, scene.ctx.base));
  const fresh = await appointmentsFor(
    scene,
    request,
    wanted.filter((s) => !covered.includes(s)),
    'booked',
  );
  const outputs = fresh.map((a) => referenceOutput('appointment', `Appointment/${a.id}`));
  return {
    writes: [
      ...gone.map((a) => released(a, 'cancelled', '改约 Booked anew')),
      ...kept.map(booked),
      ...fresh,
      ...(outputs.length > 0 ? [inSameState(task, scene.ctx, { outputs })] : []),
    ],
  };
}

/** Before it is accepted: the slot waits a while for the answer. */
async function hold({ scene, request, state, circumstances, given }: At): Promise<Outcome> {
  if (!isBeforeArrival(state)) throw ruleBroken([illegal(state, '$book (hold)', circumstances)]);
  await assertSide(scene, request, { event: 'book', by: ['requesting', 'centre', 'receiving'] });
  return { writes: await appointmentsFor(scene, request, given.references('slot'), 'pending') };
}

/** One appointment for each slot. */
export async function appointmentsFor(
  scene: Scene,
  request: Request,
  slots: readonly string[],
  status: 'pending' | 'booked',
): Promise<Appointment[]> {
  return Promise.all(slots.map((slot) => appointmentFor(scene, request, slot, status)));
}

async function appointmentFor(
  scene: Scene,
  request: Request,
  reference: string,
  status: 'pending' | 'booked',
): Promise<Appointment> {
  const slot = await scene.read(reference);
  if (slot?.resourceType !== 'Slot') throw ruleBroken([slotless(reference)]);
  const schedule = await scene.read((slot.schedule as Reference | undefined)?.reference);
  const actors = ((schedule?.actor ?? []) as Reference[]).slice(0, 1);
  const participants = [request.subject, ...actors].filter((a) => a !== undefined);
  return {
    resourceType: 'Appointment',
    id: newId(),
    meta: { profile: [APPOINTMENT_PROFILE] },
    status,
    serviceCategory: slot.serviceCategory,
    ...(slot.specialty ? { specialty: slot.specialty } : {}),
    basedOn: [{ reference: `ServiceRequest/${request.id}` }],
    start: slot.start,
    end: slot.end,
    slot: [{ reference: plain(reference, scene.ctx.base) }],
    created: scene.ctx.now.toISOString(),
    participant: participants.map((actor) => ({
      actor: { reference: actor.reference },
      status: status === 'booked' ? 'accepted' : 'tentative',
    })),
  } as unknown as Appointment;
}

function slotsOf(appointment: Appointment, base: string): string[] {
  return (appointment.slot ?? []).map((s) => plain(s.reference, base)!);
}

function slotless(reference: string) {
  return broken(
    { rule: 'slot-not-free', expression: 'slot' },
    {
      en: `'${reference}' is no slot of this server. Search a free one: Slot?status=free.`,
      zh: `“${reference}”不是本服务器上的号源。请查询空闲号源:Slot?status=free。`,
    },
  );
}
