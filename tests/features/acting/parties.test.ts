/**
 * Whose a step is, through both doors. The clients see and may write everything, each for its institution: what
 * refuses them is the law of the workflow alone.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../support/app.ts';
import * as shared from '../diagnosis/story.ts';
import { TOWNSHIP as EAST, LABORATORY, out, report, specimen, state, why } from '../diagnosis/story.ts';
import {
  CANONICAL,
  DOCTOR,
  decide,
  decision,
  decisionsOn,
  evidence,
  FULL,
  type Json,
  load,
  mark,
  parameters,
  person,
  reference,
  resources,
  result,
  revoke,
  rules,
} from '../recognition/story.ts';
import {
  code,
  consent,
  given,
  HOSPITAL,
  handover,
  places,
  REJECTED,
  refer,
  slot,
  step,
  WEST,
} from '../referrals/story.ts';
import { as, type Call } from '../tokens.ts';

const SCOPE = `${FULL} system/Specimen.cruds system/Consent.rs system/Condition.rs system/Appointment.cruds`;
const WEST_DOCTOR = 'Practitioner/township-centre-west-physician';
let app: TestApp;
let platform: Call;
let east: Call;
let west: Call;
let hospital: Call;
let centre: Call;

beforeAll(async () => {
  app = await startTestApp({ demo: true, auth: 'smart' });
  platform = await as(app, 'system/*.cruds');
  [east, west, hospital, centre] = (await Promise.all(
    [EAST, WEST, HOSPITAL, LABORATORY].map((organization) => as(app, SCOPE, { organization })),
  )) as [Call, Call, Call, Call];
  await load(platform, [...places, consent('c-up'), evidence('good', LABORATORY, ['HGB']), person('zhang')]);
});
afterAll(() => app?.close());

const put = (call: Call, resource: Json) => call('PUT', `${resource.resourceType}/${resource.id}`, resource);
const bundle = (resource: Json): Json => ({
  resourceType: 'Bundle',
  type: 'transaction',
  entry: [{ resource, request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` } }],
});
const now = async (task: Json) => (await platform('GET', `Task/${task.id}`)).body;

const replaced = (path: string, value: unknown) => ({ op: 'add', path, value });
/** What a JSON Patch says of the same step. */
const patched = ({ status, businessStatus, output, statusReason }: Json) => [
  replaced('/status', status),
  ...(businessStatus ? [replaced('/businessStatus', businessStatus)] : []),
  ...(output ? [replaced('/output', output)] : []),
  ...(statusReason ? [replaced('/statusReason', statusReason)] : []),
];

/** The operation, a PUT, a PATCH and a transaction, all refused, and nothing has changed. */
async function refused(by: Call, task: Json, rule: string, operation: () => unknown, moved: Json) {
  const before = await now(task);
  const patch = { 'content-type': 'application/json-patch+json' };
  const answers = [
    operation(),
    put(by, moved),
    by('PATCH', `Task/${task.id}`, patched(moved), patch),
    by('POST', '', bundle(moved)),
  ] as ReturnType<Call>[];
  for (const answer of await Promise.all(answers)) {
    expect(answer.status, answer.text.slice(0, 800)).toBe(403);
    expect(rules(answer)).toEqual([rule]);
    expect(answer.body.issue[0].diagnostics, 'says whose it is').toMatch(/Organization\/|institution/);
  }
  expect(await now(task)).toEqual(before);
}

describe('a step of a shared diagnosis', () => {
  let orders = 0;
  const into = (task: Json, to: string, status: string, more: Json = {}): Json => ({
    ...task,
    status,
    businessStatus: { coding: [{ ...task.businessStatus.coding[0], code: to }] },
    ...more,
  });
  const advance = (call: Call, task: Json, event: string, more: Json[] = []) =>
    shared.advance(call, task.id, event, more);
  const done = async (call: Call, task: Json, event: string, more?: Json[]) => {
    const answer = await advance(call, task, event, more);
    expect(answer.status, answer.text.slice(0, 800)).toBe(200);
  };
  const taskOf = async (order: string, kind: string) =>
    (await platform('GET', `Task?based-on=ServiceRequest/${order}&code=${kind}`)).body.entry[0].resource;

  test('belongs to who is to act, not to the other side: each step, each door', async () => {
    const order = `party-${++orders}`;
    await load(platform, [shared.order(order), specimen(order)]);
    const exam = await taskOf(order, 'shared-examination');
    const whose = 'diagnosis-step-not-yours';
    const sent = [out(`Specimen/${order}-specimen`)];
    const refuse = (by: Call, task: Json, event: string, moved: Json, more: Json[] = []) =>
      refused(by, task, whose, () => advance(by, task, event, more), moved);
    await refuse(centre, exam, 'register', into(exam, 'registered', 'accepted'));
    await refuse(
      centre,
      exam,
      'cancel',
      into(exam, 'cancelled', 'cancelled', { statusReason: { text: 'x' } }),
      [why('x')],
    );
    await done(east, exam, 'register', sent);
    await refuse(centre, exam, 'examine', into(await now(exam), 'examining', 'in-progress'));
    await refuse(centre, exam, 'upload', into(await now(exam), 'uploaded', 'completed'));
    await done(east, exam, 'upload');
    const task = await taskOf(order, 'shared-diagnosis');
    const rejected = { statusReason: { text: 'x' } };
    await refuse(east, task, 'receive', into(task, 'delivered', 'received'));
    await refuse(east, task, 'reject', into(task, 'unsatisfactory', 'rejected', rejected), [why('x')]);
    await refuse(west, task, 'cancel', into(task, 'cancelled', 'cancelled', rejected), [why('x')]);
    // Nobody makes it theirs on the way.
    expect((await put(east, { ...task, owner: { reference: EAST } })).status).toBe(403);
    await done(centre, task, 'receive');
    await refuse(east, task, 'interpret', into(await now(task), 'interpreting', 'in-progress'));
    const early = await put(east, report(order, 'preliminary'));
    expect(rules(early)).toEqual([whose]);
    expect((await put(centre, report(order, 'preliminary'))).status).toBe(201);
    expect(rules(await put(east, report(order, 'final')))).toEqual([whose]);
    expect((await put(centre, report(order, 'final'))).status).toBe(200);
    expect(state(await now(task))).toBe('published');
    const corrected = report(order, 'corrected', { extension: [shared.amendment] });
    expect(rules(await put(east, corrected))).toEqual([whose]);
    expect((await put(centre, corrected)).status).toBe(200);
  });

  test('that acknowledges a critical value is of whom it was told to; nobody else ends or prolongs it', async () => {
    const id = `critical-${++orders}`;
    await load(platform, [
      {
        resourceType: 'Observation',
        id,
        status: 'final',
        code: { text: '血钾' },
        subject: { reference: 'Patient/resident-001' },
        performer: [{ reference: LABORATORY }],
        interpretation: [
          {
            coding: [
              { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation', code: 'HH' },
            ],
          },
        ],
      },
    ]);
    const found = await platform('GET', `Task?focus=Observation/${id}&code=critical-value`);
    const task = found.body.entry[0].resource;
    const output = ['by', 'at'].map((what) => ({
      type: {
        coding: [{ system: `${CANONICAL}/CodeSystem/critical-value-output`, code: `acknowledged-${what}` }],
      },
      ...(what === 'by'
        ? { valueReference: { reference: shared.ORDERER } }
        : { valueDateTime: new Date().toISOString() }),
    }));
    const rule = 'diagnosis-step-not-yours';
    const state = (code: string) => ({ coding: [{ ...task.businessStatus.coding[0], code }] });
    const told = { ...task, status: 'completed', businessStatus: state('acknowledged'), output };
    await refused(east, task, rule, () => shared.acknowledge(east, task.id), told);
    const escalated = await put(platform, {
      ...task,
      status: 'failed',
      businessStatus: state('escalated'),
    });
    expect(rules(escalated), 'nobody escalates by hand').toEqual([rule]);
    const later = { period: { end: '2099-01-01T00:00:00Z' } };
    for (const restriction of [later, undefined])
      expect(rules(await put(centre, { ...task, restriction }))).toContain(
        restriction ? 'critical-value-final' : 'cardinality-min',
      );
    expect((await put(centre, told)).status).toBe(200);
  });
});

describe('a step of a referral', () => {
  const into = (task: Json, to: string, status: string, more: Json = {}): Json => ({
    ...task,
    status,
    businessStatus: code('referral-state', to),
    ...more,
  });
  const statusReason = code('referral-rejection-reason', 'no-bed');

  test('belongs to its side, not to the other: each step, each door', async () => {
    const whose = 'referral-step-not-yours';
    const refuse = (by: Call, task: Json, name: string, moved: Json, ...more: Json[]) =>
      refused(by, task, whose, () => step(by, task, name, ...more), moved);
    const reviewed = await refer(platform, { review: { valueBoolean: true } });
    await refuse(west, reviewed, 'submit', into(reviewed, 'submitted', 'requested'));
    const task = await refer(platform);
    await refuse(east, task, 'receive', into(task, 'received', 'received'));
    await refuse(east, task, 'accept', into(task, 'accepted', 'accepted'));
    await refuse(east, task, 'reject', into(task, 'rejected', 'rejected', { statusReason }), REJECTED);
    const returned = given.text('reason', '补充');
    await refuse(east, task, 'return-for-revision', into(task, 'draft', 'draft'), returned);
    const withdrawn = { statusReason: code('referral-end-reason', 'withdrawn') };
    await refuse(
      west,
      task,
      'cancel',
      into(task, 'cancelled', 'cancelled', withdrawn),
      given.concept('reason', 'referral-end-reason', 'withdrawn'),
    );
    expect((await step(platform, task, 'accept')).status).toBe(200);
    const accepted = await now(task);
    await refuse(east, task, 'arrive', into(accepted, 'arrived', 'in-progress'));
    await refuse(
      east,
      task,
      'no-show',
      into(accepted, 'no-show', 'failed', withdrawn),
      given.text('reason', 'x'),
    );
    expect((await step(platform, task, 'arrive')).status).toBe(200);
    const arrived = await now(task);
    await refuse(east, task, 'start', into(arrived, 'in-treatment', 'in-progress'));
    const handover = {
      type: code('referral-output', 'handover'),
      valueReference: { reference: 'Composition/x' },
    };
    const output = [...arrived.output, handover];
    await refuse(east, task, 'discharge', into(arrived, 'discharged', 'in-progress', { output }));
    // What came of it is for whoever treats to record.
    const outcome = {
      type: code('referral-output', 'outcome'),
      valueCodeableConcept: code('referral-outcome', 'cured'),
    };
    const said = await put(east, { ...arrived, output: [...arrived.output, outcome] });
    expect(rules(said)).toEqual([whose]);
    const request = (await platform('GET', task.focus.reference)).body;
    const away = await put(east, { ...request, performer: [{ reference: WEST }] });
    expect(rules(away), away.text.slice(0, 500)).toEqual(['referral-history-final']);
    expect(away.text).toContain('$redirect');
    const down = { system: `${CANONICAL}/CodeSystem/referral-direction`, code: 'down' };
    const turned = request.extension.map((e: Json) =>
      e.url.endsWith('direction') ? { ...e, valueCoding: down } : e,
    );
    expect(rules(await put(east, { ...request, extension: turned }))).toEqual(['referral-history-final']);
  });

  test('belongs to its side on the way back, too', async () => {
    const whose = 'referral-step-not-yours';
    const refuse = (by: Call, task: Json, name: string, moved: Json, ...more: Json[]) =>
      refused(by, task, whose, () => step(by, task, name, ...more), moved);
    const take = async (task: Json, name: string, ...more: Json[]) => {
      const answer = await step(platform, task, name, ...more);
      expect(answer.status, answer.text.slice(0, 800)).toBe(200);
      return answer.body;
    };
    const added = ({ output = [] }: Json, name: string, value: Json) => ({
      output: [...output, { type: code('referral-output', name), ...value }],
    });
    const free = slot(Date.now());
    await load(platform, [free]);
    const task = await refer(platform);
    await take(task, 'accept');
    const booked = await step(west, task, 'book', given.reference('slot', `Slot/${free.id}`));
    expect(rules(booked)).toEqual([whose]);
    await take(task, 'arrive');
    const discharged = await take(
      task,
      'discharge',
      given.resource('document', handover(Date.now())),
      given.concept('outcome', 'referral-outcome', 'improved'),
    );
    const back = added(discharged, 'down-referral', { valueReference: { reference: 'ServiceRequest/x' } });
    const performer = given.reference('performer', EAST);
    await refuse(east, task, 'refer-back', into(discharged, 'down-referred', 'in-progress', back), performer);
    const none = added(discharged, 'no-down-referral', { valueString: '痊愈' });
    const closed = into(discharged, 'closed', 'completed', none);
    await refuse(east, task, 'close', closed, given.text('noDownReferral', '痊愈'));
    await take(task, 'refer-back', performer);
    const [down] = resources(
      await platform('GET', `ServiceRequest?based-on=${task.focus.reference}`),
      'ServiceRequest',
    );
    const find = async (kind: string) =>
      resources(await platform('GET', `Task?focus=ServiceRequest/${down.id}&code=${kind}`), 'Task')[0];
    const taken = await find('referral');
    const read = added(taken, 'acknowledged', { valueDateTime: new Date().toISOString() });
    const plan = given.flag('medicationPlan', true);
    await refuse(hospital, taken, 'acknowledge', into(taken, 'taken-over', 'in-progress', read), plan);
    const over = await take(taken, 'acknowledge', plan);
    const outcome = given.concept('outcome', 'referral-outcome', 'stable');
    const followUp = await find('referral-follow-up');
    const method = given.code('method', '2');
    await refuse(west, followUp, 'report-follow-up', { ...followUp, status: 'completed' }, outcome, method);
    const stable = added(over, 'outcome', { valueCodeableConcept: code('referral-outcome', 'stable') });
    await refuse(hospital, taken, 'close', into(over, 'closed', 'completed', stable), outcome);
  });
});

describe('a decision of recognition', () => {
  let results = 0;
  async function fresh(): Promise<string> {
    const id = `party-result-${++results}`;
    await load(platform, [result(id, 'zhang', 'HGB', { extension: [mark('good')] })]);
    return `Observation/${id}`;
  }
  const byWest = (to: string, more?: Json) =>
    west(
      'POST',
      'ServiceRequest/$decide-recognition',
      parameters(decision(to, more), reference('decider', WEST_DOCTOR)),
    );

  test('is each institution’s own: neither overwrites, revokes or completes that of the other', async () => {
    const to = await fresh();
    const [mine] = resources(await decide(hospital, decision(to)), 'Task');
    const [theirs] = resources(await byWest(to, { reason: '2', explanation: '病情变化' }), 'Task');
    expect([mine.requester.reference, theirs.requester.reference]).toEqual([HOSPITAL, WEST]);
    expect([mine.status, theirs.status]).toEqual(['completed', 'rejected']);
    expect(mine.id).not.toBe(theirs.id);
    const revoked = { ...mine, status: 'cancelled', statusReason: { text: 'x' } };
    await refused(west, mine, 'recognition-not-yours', () => revoke(west, mine.id), revoked);
    expect(await decisionsOn(platform, to)).toHaveLength(2);
    const again = await decide(hospital, decision(to));
    expect(rules(again)).toEqual(['recognition-decision-final']);
  });

  test('is made for the own institution alone, by a doctor of it, about what may be recognised', async () => {
    const to = await fresh();
    const plain = (more: Json = {}): Json => ({
      resourceType: 'Task',
      status: 'completed',
      intent: 'order',
      code: {
        coding: [{ system: `${CANONICAL}/CodeSystem/county-task-code`, code: 'recognition-decision' }],
      },
      focus: { reference: to },
      for: { reference: 'Patient/zhang' },
      owner: { reference: WEST_DOCTOR },
      ...more,
    });
    const forged = await west('POST', 'Task', plain({ requester: { reference: HOSPITAL } }));
    expect(rules(forged)).toEqual(['recognition-not-yours']);
    expect(rules(await west('POST', 'Task', plain({ owner: { reference: DOCTOR } })))).toEqual([
      'recognition-decider-elsewhere',
    ]);
    for (const more of [
      { focus: { reference: 'Observation/nowhere' } },
      { for: { reference: 'Patient/resident-001' } },
    ])
      expect(rules(await west('POST', 'Task', plain(more)))).toEqual(['recognition-not-eligible']);
    const made = await west('POST', 'Task', plain());
    expect(made.status, made.text).toBe(201);
    const stored = (await platform('GET', `Task/${made.headers.location!.split('/')[5]}`)).body;
    expect(stored.requester).toEqual({ reference: WEST });
    const traces = async () =>
      resources(await platform('GET', `Provenance?target=Task/${stored.id}`), 'Provenance');
    expect(
      (await traces())
        .filter((p) => p.entity)
        .map((p) => [p.agent[0].who.reference, p.entity[0].what.reference]),
    ).toEqual([[WEST_DOCTOR, to]]);
    const ended = await put(west, { ...stored, status: 'cancelled', statusReason: { text: '误录' } });
    expect(ended.status, ended.text).toBe(200);
    expect((await traces()).filter((p) => p.entity)).toHaveLength(2);
  });

  test('of two institutions at once, twenty clients through both doors: one stands for each', async () => {
    const to = await fresh();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => (i % 2 ? byWest(to) : decide(hospital, decision(to)))),
    );
    for (const { status, text } of answers) expect([200, 409, 422], text).toContain(status);
    expect(answers.filter((a) => a.status === 200)).toHaveLength(2);
    const standing = (await decisionsOn(platform, to)).map((t) => t.requester.reference).sort();
    expect(standing).toEqual([HOSPITAL, WEST].sort());
  });
});
