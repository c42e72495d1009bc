/** `ServiceRequest/$refer` and `ServiceRequest/$complete-emergency-record`. */
import type { Engine } from '../../../interactions/engine.ts';
import { perform } from '../../../interactions/perform.ts';
import { read } from '../../../interactions/read.ts';
import type { OperationAnswer, OperationInput, Resource } from '../../../kernel/contribution.ts';
import type { Ctx } from '../../../kernel/ctx.ts';
import { conflict, ruleBroken, unprocessable } from '../../../kernel/fhir-error.ts';
import { newId } from '../../../kernel/ids.ts';
import { problem } from '../../../kernel/issue.ts';
import type { Scene } from '../../../kernel/workflow.ts';
import { asRequested, inState, newTask } from '../build.ts';
import {
  BED_EXTENSION,
  CATEGORY,
  concept,
  DIRECTION,
  DIRECTION_EXTENSION,
  EXEMPTION_EXTENSION,
  ORDER_CODE,
  REQUEST_PROFILE,
} from '../codes.ts';
import { missingOf } from '../completeness.ts';
import { type Given, givenIn } from '../given.ts';
import { type Limits, limitsNow, type Timetable } from '../limits.ts';
import { isDraft, type State } from '../model.ts';
import { institutionOf, partiesTo } from '../parties.ts';
import { consentOf, isRequest, type Request, stateOf, type Task } from '../reading.ts';
import { recordIn } from '../record.ts';
import { assertSide } from '../task-law.ts';
import { currentTask } from '../tasks.ts';
import { firstOwner, requestNumber } from '../way-back.ts';
import { broken } from '../words.ts';
import { appointmentsFor } from './booking.ts';
import { withConsent, withExtension } from './progress.ts';
import { answerOf } from './step.ts';

export async function refer(
  engine: Engine,
  ctx: Ctx,
  input: OperationInput,
  timetable: Timetable,
): Promise<OperationAnswer> {
  const record = recordIn(givenIn(input).resource('record'));
  const given = givenIn(input, record.rename);
  if (input.id !== undefined) await read(engine, ctx, 'ServiceRequest', input.id);
  const done = await perform(engine, ctx, async (scene) => {
    const draft =
      input.id === undefined ? blankRequest(given, record.rewritten) : await draftOf(scene, input.id);
    const request = filledIn(draft, given, ctx);
    if (!request.requester) throw unprocessable([requesterMissing()]);
    await assertSide(scene, request, { event: 'submit', by: ['requesting'] });
    const state = stateFor(request, given);
    const stored = { ...request, status: isDraft(state) ? 'draft' : 'active' } as Request;
    const owner = await ownerOf(scene, stored, state);
    const limits = await limitsNow(timetable, scene);
    const there = await currentTask(scene, `ServiceRequest/${stored.id}`);
    const task = there
      ? draftAgain(asRequested(there, stored), state, owner, scene.ctx, limits)
      : newTask(stored, state, { owner, requester: await requesting(scene, stored) }, scene.ctx, limits);
    const held = await appointmentsFor(scene, stored, given.references('slot'), 'pending');
    const by = await requesting(scene, stored);
    const shared = { writes: [stored, task, ...held], by: by === undefined ? undefined : [by] };
    return { answer: `Task/${task.id}`, writes: record.resources, shared };
  });
  return answerOf(engine, ctx, done);
}

/** A draft goes on; one that waited for its consent says so until it is submitted. */
function draftAgain(task: Task, state: State, owner: string, ctx: Ctx, limits: Limits): Task {
  if (state === 'draft' && stateOf(task) === 'awaiting-consent') return task;
  return inState(task, state, ctx, limits, { owner });
}

function requesterMissing() {
  return problem(
    'required',
    {
      en: 'A referral names the referring doctor: requester, a PractitionerRole of the institution that refers.',
      zh: '转诊应填写申请医生:requester 引用转出机构的 PractitionerRole。',
    },
    { expression: 'ServiceRequest.requester' },
  );
}

/** Consent and record are the law's to ask for; a draft may lack them. */
function stateFor(request: Request, given: Given): State {
  if (given.flag('submit') !== false) return given.flag('review') ? 'internal-review' : 'submitted';
  const onlyConsent = missingOf(request).every((i) => i.rule === 'referral-consent-missing');
  return onlyConsent && consentOf(request) === undefined ? 'awaiting-consent' : 'draft';
}

function requesting(scene: Scene, request: Request): Promise<string | undefined> {
  return institutionOf(scene, request.requester?.reference);
}

async function ownerOf(scene: Scene, request: Request, state: State): Promise<string> {
  const own = await requesting(scene, request);
  return state === 'submitted' ? firstOwner(scene, request) : (own ?? request.requester?.reference ?? '');
}

async function draftOf(scene: Scene, id: string): Promise<Request> {
  const found = await scene.lock(`ServiceRequest/${id}`);
  if (!isRequest(found)) throw ruleBroken([noReferral(id)]);
  const task = await currentTask(scene, `ServiceRequest/${id}`);
  const state = task && stateOf(task);
  if (found.status === 'draft' && (!state || isDraft(state))) return found;
  throw conflict(
    {
      en: `ServiceRequest/${id} was referred already${task ? `: go on with Task/${task.id} (${state})` : ''}.`,
      zh: `ServiceRequest/${id} 已提交转诊${task ? `:请在 Task/${task.id}(${state})上继续` : ''}。`,
    },
    { expression: 'ServiceRequest.status', rule: 'referral-transition-illegal' },
  );
}

function blankRequest(given: Given, rewritten: (resource: Resource) => Resource): Request {
  const sent = given.resource('request');
  const blank = { resourceType: 'ServiceRequest', id: newId(), intent: 'order' };
  return { ...blank, ...(sent ? rewritten(sent) : {}) } as unknown as Request;
}

/** The request with what the parameters say. */
function filledIn(request: Request, given: Given, ctx: Ctx): Request {
  const references = (name: string) => given.references(name).map((reference) => ({ reference }));
  const one = (name: string) => references(name)[0];
  const several = (name: string) => (references(name).length > 0 ? references(name) : undefined);
  const { meta } = request as { meta?: { profile?: readonly string[] } };
  const summary = given.text('summary');
  const kind = given.text('kind') ?? (given.text('category') === 'consult' ? 'consultation' : 'referral');
  const priority =
    given.text('priority') ?? request.priority ?? (given.text('exemptionReason') ? 'stat' : 'routine');
  const direction = given.text('direction');
  const category = given.text('category');
  const reasons = given.concepts('reason');
  const occurrence = given.text('occurrence');
  const filled = {
    ...request,
    meta: { ...meta, profile: [...new Set([...(meta?.profile ?? []), REQUEST_PROFILE])] },
    identifier: request.identifier ?? [requestNumber(ctx.now)],
    ...(category ? { category: [concept(CATEGORY, category)] } : {}),
    priority,
    code: request.code && !given.text('kind') ? request.code : concept(ORDER_CODE, kind),
    subject: one('subject') ?? request.subject,
    ...(occurrence ? { occurrenceDateTime: occurrence } : {}),
    authoredOn: request.authoredOn ?? ctx.now.toISOString(),
    requester: one('requester') ?? request.requester,
    performer: several('performer') ?? request.performer,
    basedOn: several('basedOn') ?? request.basedOn,
    reasonCode: reasons.length > 0 ? reasons : request.reasonCode,
    ...recordOf(request, given),
    ...(summary ? { note: [...(request.note ?? []), { text: summary }] } : {}),
  } as unknown as Request;
  const bed = given.flag('bedNeeded');
  return [
    direction && { url: DIRECTION_EXTENSION, valueCoding: { system: DIRECTION, code: direction } },
    bed !== undefined && { url: BED_EXTENSION, valueBoolean: bed },
    exemptionIn(given, filled, ctx),
  ]
    .filter((e) => e !== undefined && e !== '' && e !== false)
    .reduce((r: Request, e) => withExtension(r, e), withConsent(filled, given.reference('consent')));
}

function recordOf(request: Request, given: Given) {
  const added = (name: string, there: Request['supportingInfo'] = []) => {
    const fresh = given.references(name).map((reference) => ({ reference }));
    const all = [...there, ...fresh.filter((f) => !there.some((t) => t.reference === f.reference))];
    return all.length > 0 ? all : undefined;
  };
  return {
    reasonReference: added('diagnosis', request.reasonReference),
    supportingInfo: added('supportingInfo', request.supportingInfo),
  };
}

function exemptionIn(given: Given, request: Request, ctx: Ctx) {
  const reason = given.text('exemptionReason');
  if (reason === undefined) return undefined;
  const answerable = given.reference('answerable') ?? request.requester?.reference;
  return {
    url: EXEMPTION_EXTENSION,
    extension: [
      { url: 'reason', valueString: reason },
      { url: 'answerable', valueReference: { reference: answerable } },
      { url: 'at', valueDateTime: ctx.now.toISOString() },
    ],
  };
}

/** Adds what an emergency was exempted from. */
export async function completeEmergencyRecord(
  engine: Engine,
  ctx: Ctx,
  input: OperationInput,
): Promise<OperationAnswer> {
  const id = input.id!;
  await read(engine, ctx, 'ServiceRequest', id);
  const given = givenIn(input);
  const done = await perform(engine, ctx, async (scene) => {
    const request = await scene.lock(`ServiceRequest/${id}`);
    if (!isRequest(request)) throw ruleBroken([noReferral(id)]);
    await assertSide(scene, request, { event: 'submit', by: ['requesting', 'receiving', 'centre'] });
    const summary = given.text('summary');
    const completed = {
      ...withConsent(request, given.reference('consent')),
      ...recordOf(request, given),
      ...(summary ? { note: [...(request.note ?? []), { text: summary }] } : {}),
    };
    const shared = { writes: [completed], by: await partiesTo(scene, request) };
    return { answer: `ServiceRequest/${id}`, shared };
  });
  return answerOf(engine, ctx, done);
}

function noReferral(id: string) {
  return broken(
    { rule: 'referral-request-missing', expression: 'ServiceRequest.code' },
    {
      en: `ServiceRequest/${id} is no referral: its code is neither referral nor consultation of ${ORDER_CODE}.`,
      zh: `ServiceRequest/${id} 不是转诊申请:其 code 不是 ${ORDER_CODE} 的 referral 或 consultation。`,
    },
  );
}
