/** What falls due on referrals, with the clock moved. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBeside, startTestApp, type TestApp } from '../../support/app.ts';
import type { Call } from '../tokens.ts';
import {
  advance,
  CENTRE,
  code,
  consent,
  DOCTOR,
  done,
  EAST,
  get,
  given,
  HOSPITAL,
  HOUR,
  handover,
  IMPROVED,
  type Json,
  load,
  parameters,
  places,
  REJECTED,
  refer,
  rules,
  search,
  slot,
  stateOf,
  step,
  WITHDRAWN,
  whole,
} from './story.ts';

let app: TestApp;
let call: Call;
/** The server's time. */
let now = Date.now();

beforeAll(async () => {
  app = await startTestApp({ demo: true, clock: 'movable' });
  call = (...request) => app.call(...request);
  await load(call, [...places, consent('c-up')]);
});
afterAll(() => app.close());

async function pass(hours: number): Promise<void> {
  now += hours * HOUR;
  await advance(app, now);
}

async function freeSlot(): Promise<string> {
  const one = slot(now);
  await load(call, [one]);
  return `Slot/${one.id}`;
}

const escalations = (about: string) => search(call, `Task?focus=${about}&code=referral-escalation`);
const state = async (task: Json) => stateOf(await get(call, `Task/${task.id}`));

test('an overdue step is told to the referral centre once, and settled when it goes on', async () => {
  const task = await refer(call);
  expect(Date.parse(task.restriction.period.end) - Date.parse(task.restriction.period.start)).toBe(2 * HOUR);
  await pass(1.9);
  expect(await escalations(`Task/${task.id}`)).toEqual([]);
  await pass(0.2);
  await pass(0.2);
  const [told, ...more] = await escalations(`Task/${task.id}`);
  expect(more).toEqual([]);
  expect(told).toMatchObject({
    status: 'requested',
    owner: { reference: CENTRE },
    priority: 'urgent',
    for: task.for,
  });
  const messages = await search(call, `Communication?based-on=${task.focus.reference}`);
  expect(messages).toHaveLength(1);
  expect(messages[0].recipient.map((r: Json) => r.reference)).toEqual([CENTRE, EAST]);
  expect(await state(task), 'still to be done').toBe('submitted');
  done(await step(call, task, 'accept'));
  expect(await escalations(`Task/${task.id}`)).toMatchObject([{ status: 'completed' }]);
});

test('an emergency is overdue after a quarter of an hour, and its record after a day', async () => {
  const task = await refer(call, {
    consent: undefined,
    reason: { valueCodeableConcept: code('referral-reason', 'emergency') },
    exemptionReason: { valueString: '危急' },
  });
  await pass(0.3);
  expect(await escalations(`Task/${task.id}`)).toHaveLength(1);
  const ended = await refer(call, { consent: undefined, exemptionReason: { valueString: '危急' } });
  await pass(24.1);
  for (const { focus } of [task, ended])
    expect(await escalations(focus.reference)).toMatchObject([{ status: 'requested' }]);
  done(
    await call(
      'POST',
      `${task.focus.reference}/$complete-emergency-record`,
      parameters(given.reference('consent', 'Consent/c-up')),
    ),
  );
  done(await step(call, ended, 'cancel', WITHDRAWN));
  for (const { focus } of [task, ended])
    expect(await escalations(focus.reference)).toMatchObject([{ status: 'completed' }]);
});

test('what nobody deals with fails, and what nobody takes up again is cancelled', async () => {
  const task = await refer(call);
  const draft = await refer(call, { consent: undefined, submit: { valueBoolean: false } });
  await pass(2 + 72.1);
  expect(await state(task)).toBe('timed-out');
  expect((await whole(call, task)).request.status).toBe('on-hold');
  await pass(7 * 24 + 1);
  expect(await state(task)).toBe('cancelled');
  expect((await whole(call, task)).request.status).toBe('revoked');
  expect(await state(draft), 'without its consent, too').toBe('timed-out');
  expect((await whole(call, draft)).request.status).toBe('on-hold');
  const rejected = await refer(call);
  done(await step(call, rejected, 'reject', REJECTED));
  const next = done(await step(call, rejected, 'redirect', given.reference('to', HOSPITAL)));
  await pass(7 * 24 + 1);
  expect(await state(rejected), 'it has a successor, which timed out itself').toBe('rejected');
  expect(await state(next)).toBe('timed-out');
  expect(await state(draft)).toBe('cancelled');
});

test('a held slot is free again when nobody accepts in time', async () => {
  const held = await freeSlot();
  const task = await refer(call, { slot: { valueReference: { reference: held } } });
  expect((await get(call, held)).status).toBe('busy-tentative');
  await pass(0.6);
  expect((await get(call, held)).status).toBe('free');
  expect((await whole(call, task)).appointments).toMatchObject([{ status: 'cancelled' }]);
  done(await step(call, task, 'accept', given.reference('slot', held)));
  expect((await get(call, held)).status).toBe('busy');
});

test('who does not come has not arrived, and may be asked again', async () => {
  const task = await refer(call);
  done(await step(call, task, 'accept', given.reference('slot', await freeSlot())));
  expect((await step(call, task, 'no-show')).status, 'the appointment is tomorrow').toBe(422);
  await pass(24 + 0.25 + 1.9);
  expect(await state(task), 'a booked referral waits for its appointment').toBe('accepted');
  await pass(0.2);
  expect(await state(task)).toBe('no-show');
  const { appointments, request } = await whole(call, task);
  expect(appointments).toMatchObject([{ status: 'noshow' }]);
  expect(request.status).toBe('on-hold');
  const again = done(await step(call, task, 'redirect', given.reference('to', HOSPITAL)));
  expect(again).toMatchObject({ status: 'received' });
  expect((await whole(call, again)).request.status).toBe('active');
});

test('a follow-up that is overdue is told, and a down-referral is never given up', async () => {
  const task = await refer(call);
  done(await step(call, task, 'accept'));
  done(await step(call, task, 'arrive'));
  const document = given.resource('document', handover(now));
  done(await step(call, task, 'discharge', document, given.code('disposition', '3'), IMPROVED));
  const [down] = (await whole(call, task)).down;
  const [followUp] = await search(call, `Task?focus=ServiceRequest/${down.id}&code=referral-follow-up`);
  expect(Date.parse(followUp.restriction.period.end) - now).toBe(7 * 24 * HOUR);
  await pass(7 * 24 + 1);
  expect(await escalations(`Task/${followUp.id}`)).toMatchObject([{ owner: { reference: CENTRE } }]);
  const [back] = await search(call, `Task?focus=ServiceRequest/${down.id}&code=referral`);
  expect(stateOf(back)).toBe('submitted');
  expect(await escalations(`Task/${back.id}`)).toHaveLength(1);
});

test('a task that says nothing of its times has them all the same, and cannot put them off', async () => {
  const made = await refer(call);
  done(await step(call, made, 'cancel', given.concept('reason', 'referral-end-reason', 'duplicate')));
  const { request } = await whole(call, made);
  const { id: _, meta: __, ...fields } = request;
  const answer = await call('POST', 'ServiceRequest', {
    ...fields,
    status: 'draft',
    requester: { reference: DOCTOR },
  });
  expect(answer.status).toBe(201);
  const plain: Json = {
    resourceType: 'Task',
    id: `plain-${answer.body.id}`,
    extension: made.extension.slice(0, 1),
    status: 'draft',
    businessStatus: code('referral-state', 'draft'),
    intent: 'order',
    code: made.code,
    focus: { reference: `ServiceRequest/${answer.body.id}` },
    for: made.for,
    owner: { reference: EAST },
    restriction: { period: { end: '2099-01-01' } },
  };
  await load(call, [plain]);
  await pass(71);
  const touched = { ...(await get(call, `Task/${plain.id}`)), description: 'touched' };
  done(await call('PUT', `Task/${plain.id}`, touched));
  await pass(1.1);
  expect(await escalations(`Task/${plain.id}`)).toHaveLength(1);
  done(await step(call, plain, 'cancel', WITHDRAWN));
});

test('an administrator changes the times: for steps that begin after it, in every process, and for good', async () => {
  const PLAN = 'PlanDefinition/referral-deadlines';
  const hours = ({ restriction: { period } }: Json) =>
    (Date.parse(period.end) - Date.parse(period.start)) / HOUR;
  const before = await refer(call);
  const plan = await get(call, PLAN);
  const isSubmitted = (a: Json) => a.code[0].coding[0].code === 'submitted';
  const action = plan.action.map((a: Json) =>
    isSubmitted(a) ? { ...a, timingDuration: { ...a.timingDuration, value: 600 } } : a,
  );
  await pass(0.1);
  done(await call('PUT', PLAN, { ...plan, action }));
  await pass(0.1);
  const after = await refer(call);
  expect([hours(before), hours(after)]).toEqual([2, 10]);
  done(
    await call('PUT', `Task/${before.id}`, { ...(await get(call, `Task/${before.id}`)), description: 'x' }),
  );
  await pass(2.1);
  expect(await escalations(`Task/${before.id}`), 'it began under the times before').toHaveLength(1);
  expect(await escalations(`Task/${after.id}`)).toEqual([]);
  const beside = await startBeside(app, { clock: 'movable' });
  try {
    await advance(beside, now);
    expect((await get((...request) => beside.call(...request), PLAN)).action).toEqual(action);
    expect(hours(await refer((...request) => beside.call(...request))), 'a start changes nothing').toBe(10);
  } finally {
    await beside.close();
  }
  await pass(8);
  expect(await escalations(`Task/${after.id}`)).toHaveLength(1);
  const unusable = await call('PUT', PLAN, {
    ...plan,
    action: action
      .filter((a: Json) => a.code[0].coding[0].code !== 'hold')
      .map((a: Json) => (isSubmitted(a) ? { ...a, timingDuration: { ...a.timingDuration, code: 'a' } } : a)),
  });
  expect(unusable.status).toBe(422);
  expect(new Set(rules(unusable))).toEqual(new Set(['referral-deadlines-unusable']));
  done(await call('PUT', PLAN, plan));
});

test('several processes deal with a deadline once', async () => {
  const beside = await startBeside(app, { clock: 'movable' });
  try {
    const tasks = await Promise.all(Array.from({ length: 5 }, () => refer(call)));
    now += 3 * HOUR;
    await Promise.all([advance(app, now), advance(beside, now), advance(app, now)]);
    for (const task of tasks) expect(await escalations(`Task/${task.id}`)).toHaveLength(1);
  } finally {
    await beside.close();
  }
});
