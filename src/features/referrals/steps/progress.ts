/** The steps between the referring doctor, the referral centre and the receiving institution. */
import type { Resource } from '../../../kernel/contribution.ts';
import type { Concept } from '../../../kernel/elements.ts';
import { ruleBroken } from '../../../kernel/fhir-error.ts';
import { asRequested, endReason, inSameState, inState, newTask, referenceOutput } from '../build.ts';
import { CONSENT_EXTENSION, concept, REJECTION } from '../codes.ts';
import { isDraft, isFailed } from '../model.ts';
import { institutionOf, institutionsOf } from '../parties.ts';
import type { Extension, Request } from '../reading.ts';
import { assertLast, assertSide } from '../task-law.ts';
import { appointmentsOf } from '../tasks.ts';
import { firstOwner } from '../way-back.ts';
import { broken } from '../words.ts';
import { appointmentsFor } from './booking.ts';
import { type At, legalStep, type Outcome } from './step.ts';

export async function submit(at: At, seen: number): Promise<Outcome> {
  const { scene, limits, request, state, given } = at;
  const reviewed = state === 'internal-review';
  const event = reviewed ? 'approve' : given.flag('review') ? 'review' : 'submit';
  const step = await legalStep(at, event, seen);
  const consented = withConsent(request, given.reference('consent'));
  const owner =
    step.to === 'submitted'
      ? await firstOwner(scene, consented)
      : await institutionOf(scene, request.requester?.reference);
  const active = { ...consented, status: 'active' };
  const task = isDraft(state) ? asRequested(at.task, consented) : at.task;
  return { writes: [active, inState(task, step.to, scene.ctx, limits, { owner })] };
}

export async function returnForRevision(at: At, seen: number): Promise<Outcome> {
  const step = await legalStep(at, 'return-for-revision', seen);
  const owner = await institutionOf(at.scene, at.request.requester?.reference);
  const note = `退回修改 Returned: ${at.given.text('reason')}`;
  return { writes: [inState(at.task, step.to, at.scene.ctx, at.limits, { owner, note })] };
}

export async function receive(at: At, seen: number): Promise<Outcome> {
  const step = await legalStep(at, 'receive', seen);
  const owner = await receivingOf(at);
  return { writes: [inState(at.task, step.to, at.scene.ctx, at.limits, { owner })] };
}

/** Books what was held before, and what is named now. */
export async function accept(at: At, seen: number): Promise<Outcome> {
  const step = await legalStep(at, 'accept', seen);
  const { scene, task, request, limits, given } = at;
  const held = await appointmentsOf(scene, `ServiceRequest/${request.id}`, 'pending');
  const fresh = await appointmentsFor(scene, request, given.references('slot'), 'booked');
  const outputs = [...held, ...fresh].map((a) => referenceOutput('appointment', `Appointment/${a.id}`));
  const owner = await receivingOf(at);
  const performers = await withPerformer(at);
  const change = { owner, outputs, note: given.text('note') };
  return { writes: [...performers, ...fresh, inState(task, step.to, scene.ctx, limits, change)] };
}

/** The department or doctor that takes the resident, beside the institution. */
async function withPerformer({ scene, request, given }: At): Promise<Resource[]> {
  const performer = given.reference('performer');
  if (performer === undefined || request.performer?.some((p) => p.reference === performer)) return [];
  const institution = await institutionOf(scene, performer);
  const receiving = await institutionsOf(scene, request.performer ?? []);
  if (institution === undefined || !receiving.includes(institution)) {
    throw ruleBroken([
      broken(
        { rule: 'referral-step-not-yours', expression: 'performer' },
        {
          en: `${performer} does not belong to ${receiving.join(', ')}, which was asked. To give the referral to another institution: $redirect.`,
          zh: `${performer} 不属于被申请机构 ${receiving.join('、')}。改派其他机构请用 $redirect。`,
        },
      ),
    ]);
  }
  return [{ ...request, performer: [...(request.performer ?? []), { reference: performer }] }];
}

async function receivingOf({ scene, request }: Pick<At, 'scene' | 'request'>): Promise<string | undefined> {
  const [performer] = request.performer ?? [];
  return (await institutionOf(scene, performer?.reference)) ?? performer?.reference;
}

export async function reject(at: At, seen: number): Promise<Outcome> {
  const step = await legalStep(at, 'reject', seen);
  const statusReason = at.given.concept('reason');
  const alternative = at.given.reference('alternative');
  if (alternative !== undefined) return handOn(at, alternative, statusReason!);
  return { writes: [inState(at.task, step.to, at.scene.ctx, at.limits, { statusReason })] };
}

export async function redirect(at: At, seen: number): Promise<Outcome> {
  const { scene, task, request, state, given } = at;
  const reason = concept(REJECTION, 'redirected', given.text('reason'));
  if (isFailed(state)) {
    await assertLast(scene, task, request);
    await assertSide(scene, request, { event: 'submit', by: ['requesting', 'centre', 'receiving'] });
  } else {
    await legalStep(at, 'reject', seen, '$redirect');
  }
  return handOn(at, given.reference('to')!, reason);
}

/** Ends this task, unless it has ended, and begins one with another institution for the same request. */
async function handOn(at: At, to: string, reason: Concept): Promise<Outcome> {
  const { scene, limits, task, state } = at;
  const request = {
    ...withConsent(at.request, at.given.reference('consent')),
    status: 'active',
    performer: [{ reference: to }],
  } as Request;
  const institution = await institutionOf(scene, to);
  const requester = await institutionOf(scene, request.requester?.reference);
  const next = newTask(request, 'received', { owner: institution ?? to, requester }, scene.ctx, limits);
  const outputs = [referenceOutput('redirected-to', `Task/${next.id}`)];
  const former = isFailed(state)
    ? inSameState(task, scene.ctx, { outputs })
    : inState(task, 'rejected', scene.ctx, limits, { statusReason: reason, outputs });
  return { writes: [request, former, next], answer: `Task/${next.id}` };
}

export async function noShow(at: At, seen: number): Promise<Outcome> {
  const step = await legalStep(at, 'no-show', seen);
  const statusReason = endReason('no-show', at.given.text('reason'));
  return { writes: [inState(at.task, step.to, at.scene.ctx, at.limits, { statusReason })] };
}

export async function start(at: At, seen: number): Promise<Outcome> {
  const step = await legalStep(at, 'start', seen);
  return { writes: [inState(at.task, step.to, at.scene.ctx, at.limits)] };
}

export async function cancel(at: At, seen: number): Promise<Outcome> {
  const step = await legalStep(at, 'cancel', seen);
  const statusReason = at.given.concept('reason');
  return { writes: [inState(at.task, step.to, at.scene.ctx, at.limits, { statusReason })] };
}

/** The request with another consent. */
export function withConsent(request: Request, consent: string | undefined): Request {
  if (consent === undefined) return request;
  return withExtension(request, { url: CONSENT_EXTENSION, valueReference: { reference: consent } });
}

/** The request with an extension in the place of its like. */
export function withExtension(request: Request, extension: Extension): Request {
  const others = (request.extension ?? []).filter((e) => e.url !== extension.url);
  return { ...request, extension: [...others, extension] };
}
