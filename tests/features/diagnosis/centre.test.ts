/** Examined in the township, read at the centre: through HTTP, by operations and by plain writes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { random, seedOf } from '../../fuzz/random.ts';
import { type Answer, startBeside, startTestApp, type TestApp } from '../../support/app.ts';
import { openDeadlines } from '../deadlines.ts';
import { type Json, rules } from '../recognition/story.ts';
import { as, type Call } from '../tokens.ts';
import { anyEvent, begin, faults } from './chance.ts';
import * as story from './story.ts';
import {
  AUTHOR,
  critical,
  LABORATORY,
  ORDERER,
  out,
  profile,
  report,
  specimen,
  state,
  TOWNSHIP,
  VERIFIER,
  why,
} from './story.ts';

let app: TestApp;
let next = 0;

beforeAll(async () => {
  app = await startTestApp({ demo: true, clock: 'movable' });
});
afterAll(() => app.close());

const call: Call = (...request) => app.call(...request);

function all(answer: Answer): Json[] {
  expect(answer.status, answer.text).toBe(200);
  return (answer.body.entry ?? []).map((e: Json) => e.resource);
}

async function put(resource: Json): Promise<Json> {
  const answer = await call('PUT', `${resource.resourceType}/${resource.id}`, resource);
  expect([200, 201], answer.text).toContain(answer.status);
  return answer.body;
}

async function tasks(order: string, code: string): Promise<Json[]> {
  return all(await call('GET', `Task?based-on=ServiceRequest/${order}&code=${code}&_sort=_lastUpdated`));
}

/** A new order of the township for the laboratory centre; answers its id and its examination Task. */
async function ordered(): Promise<{ order: string; exam: Json }> {
  const order = `shared-${++next}`;
  await put(story.order(order));
  const [exam] = await tasks(order, 'shared-examination');
  return { order, exam };
}

const advance = (task: string, event: string, more?: Json[]) => story.advance(call, task, event, more);

async function advanced(task: string, event: string, more?: Json[]): Promise<Json[]> {
  return all(await advance(task, event, more));
}

/** How far the server's clock is ahead. */
let ahead = 0;

async function clock(minutes: number): Promise<void> {
  ahead += minutes * 60_000;
  const answer = await call('POST', '$advance-clock', {
    resourceType: 'Parameters',
    parameter: [{ name: 'to', valueDateTime: new Date(Date.now() + ahead).toISOString() }],
  });
  expect(answer.status, answer.text).toBe(200);
}

/** Sent and received; answers the diagnosis Task. */
async function received(): Promise<{ order: string; diagnosis: Json }> {
  const { order, exam } = await ordered();
  await put(specimen(order));
  await advanced(exam.id, 'register', [out(`Specimen/${order}-specimen`)]);
  await advanced(exam.id, 'upload');
  const [diagnosis] = await tasks(order, 'shared-diagnosis');
  await advanced(diagnosis.id, 'receive');
  return { order, diagnosis };
}

async function published(): Promise<{ order: string; diagnosis: Json }> {
  const made = await received();
  await put(report(made.order, 'preliminary'));
  await put(report(made.order, 'final'));
  return made;
}

test('the whole way: order, specimen, transport, reading, verification by a second person', async () => {
  const { order, exam } = await ordered();
  expect([state(exam), exam.owner.reference, exam.status]).toEqual(['requested', TOWNSHIP, 'requested']);
  await put(specimen(order));
  await advanced(exam.id, 'register', [out(`Specimen/${order}-specimen`)]);
  const sent = await advanced(exam.id, 'upload');
  expect(sent.map((t) => [t.resourceType, state(t)])).toEqual([
    ['Task', 'uploaded'],
    ['Task', 'requested'],
  ]);
  const diagnosis = sent[1];
  expect(diagnosis.owner.reference).toBe(LABORATORY);
  await advanced(diagnosis.id, 'receive');
  expect((await call('GET', `Specimen/${order}-specimen`)).body.receivedTime).toBeTruthy();
  await put(report(order, 'preliminary'));
  expect(state((await call('GET', `Task/${diagnosis.id}`)).body)).toBe('interpreting');
  await put(report(order, 'final'));
  const done = (await call('GET', `Task/${diagnosis.id}`)).body;
  expect([state(done), done.status, done.output.map((o: Json) => o.valueReference.reference)]).toEqual([
    'published',
    'completed',
    [`DiagnosticReport/${order}-report`],
  ]);
  expect((await call('GET', `ServiceRequest/${order}`)).body.status).toBe('completed');
});

describe('a step that the state does not allow', () => {
  test('is refused by the operation, naming the state and what is allowed', async () => {
    const { exam } = await ordered();
    const answer = await advance(exam.id, 'upload');
    expect(answer.status).toBe(422);
    expect(rules(answer)).toEqual(['diagnosis-step-illegal']);
    expect(answer.body.issue[0].diagnostics).toContain('register → registered, cancel → cancelled');
  });

  test('is refused through plain writes too, and so is a state that contradicts the status', async () => {
    const { exam } = await ordered();
    const jump = {
      ...exam,
      status: 'in-progress',
      businessStatus: { coding: [{ ...exam.businessStatus.coding[0], code: 'examining' }] },
    };
    const put = await call('PUT', `Task/${exam.id}`, jump);
    expect(rules(put)).toContain('diagnosis-step-illegal');
    const patch = await app.call(
      'PATCH',
      `Task/${exam.id}`,
      [{ op: 'replace', path: '/status', value: 'accepted' }],
      { 'content-type': 'application/json-patch+json' },
    );
    expect(rules(patch)).toContain('diagnosis-state-contradicts');
    const bundle = {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [{ resource: jump, request: { method: 'PUT', url: `Task/${exam.id}` } }],
    };
    expect((await call('POST', '', bundle)).status).toBe(422);
    expect(state((await call('GET', `Task/${exam.id}`)).body)).toBe('requested');
  });

  test('of a report is refused: none is final before it was read, none without a second person', async () => {
    const early = await ordered();
    for (const status of ['preliminary', 'final']) {
      const unsent = await call('PUT', `DiagnosticReport/${early.order}-report`, report(early.order, status));
      expect(rules(unsent)).toEqual(['diagnosis-step-illegal']);
    }
    const { order, diagnosis } = await received();
    expect(rules(await call('PUT', `DiagnosticReport/${order}-report`, report(order, 'final')))).toEqual([
      'diagnosis-step-illegal',
    ]);
    await put(report(order, 'preliminary'));
    for (const [more, rule] of [
      [{ resultsInterpreter: undefined }, 'report-unverified'],
      [{ resultsInterpreter: [{ reference: 'PractitionerRole/nowhere' }] }, 'report-unverified'],
      [{ resultsInterpreter: [{ reference: AUTHOR }] }, 'report-verified-by-author'],
    ] as const) {
      const answer = await call('PUT', `DiagnosticReport/${order}-report`, report(order, 'final', more));
      expect(answer.status).toBe(422);
      expect(rules(answer)).toContain(rule);
    }
    expect(rules(await advance(diagnosis.id, 'publish'))).toContain('report-unverified');
    expect(state((await call('GET', `Task/${diagnosis.id}`)).body)).toBe('interpreting');
  });

  test.each([
    ['is not there', undefined, 'examination-output-invalid'],
    [
      'is of another order',
      { request: [{ reference: 'ServiceRequest/other' }] },
      'examination-output-invalid',
    ],
    ['bears no barcode', { accessionIdentifier: undefined }, 'examination-output-invalid'],
  ])('sends nothing that %s', async (_, more, rule) => {
    const { order, exam } = await ordered();
    if (more) await put(specimen(order, more));
    await advanced(exam.id, 'register');
    const answer = await advance(exam.id, 'upload', [out(`Specimen/${order}-specimen`)]);
    expect(rules(answer)).toEqual([rule]);
    expect(rules(await advance(exam.id, 'upload'))).toEqual(['examination-output-missing']);
    expect(await tasks(order, 'shared-diagnosis')).toEqual([]);
  });

  test('is taken once by several who take it at once', async () => {
    const { exam } = await ordered();
    const answers = await Promise.all([1, 2, 3, 4].map(() => advance(exam.id, 'register')));
    expect(answers.map((a) => a.status).sort()).toEqual([200, 422, 422, 422]);
  });
});

test('what cannot be used is taken again: a reason, a new Task, a word to whoever took it', async () => {
  const { order, diagnosis } = await received();
  expect(rules(await advance(diagnosis.id, 'reject'))).toEqual(['diagnosis-reason-missing']);
  const made = await advanced(diagnosis.id, 'reject', [why('溶血')]);
  const again = made.find((r) => r.resourceType === 'Task' && r.id !== diagnosis.id);
  expect([state(again), again.owner.reference, again.partOf[0].reference]).toEqual([
    'requested',
    TOWNSHIP,
    `Task/${diagnosis.id}`,
  ]);
  expect(made.find((r) => r.resourceType === 'Communication').recipient).toEqual([{ reference: TOWNSHIP }]);
  expect((await call('GET', `Specimen/${order}-specimen`)).body).toMatchObject({
    status: 'unsatisfactory',
    condition: [{ text: '溶血' }],
  });
  const spoilt = await advance(again.id, 'register', [out(`Specimen/${order}-specimen`)]);
  expect(rules(spoilt)).toEqual(['examination-output-invalid']);
  const ended = await advance(diagnosis.id, 'reject', [why('溶血')]);
  expect(ended.body.issue[0].diagnostics).toContain('unsatisfactory; reject is not allowed then');
  // The second time round.
  await put(specimen(order, { id: `${order}-second`, accessionIdentifier: { value: 'second' } }));
  await advanced(again.id, 'register', [out(`Specimen/${order}-second`)]);
  await advanced(again.id, 'upload');
  expect((await tasks(order, 'shared-diagnosis')).map(state)).toEqual(['unsatisfactory', 'requested']);
});

test('an order that is withdrawn ends what is open', async () => {
  const { order, exam } = await ordered();
  const stored = (await call('GET', `ServiceRequest/${order}`)).body;
  await put({ ...stored, status: 'revoked' });
  expect(state((await call('GET', `Task/${exam.id}`)).body)).toBe('cancelled');
});

test.each([
  ['corrected', { extension: [{ url: profile('amendment-reason'), valueString: '录入错误' }] }, 'amended'],
  ['entered-in-error', {}, 'cancelled'],
])('a report that is %s reaches whoever ordered it and whoever read it', async (status, more, becomes) => {
  const { order, diagnosis } = await published();
  await put(report(order, status, more));
  const [first, second] = await tasks(order, 'shared-diagnosis');
  expect([state(first), state(second), second.partOf[0].reference]).toEqual([
    'published',
    becomes,
    `Task/${diagnosis.id}`,
  ]);
  const [told] = all(await call('GET', `Communication?subject=Patient/resident-001&_sort=-sent&_count=1`));
  expect(told.about[0].reference).toBe(`DiagnosticReport/${order}-report`);
  expect(told.recipient.map((r: Json) => r.reference)).toEqual(expect.arrayContaining([ORDERER, TOWNSHIP]));
});

describe('what was published', () => {
  const amended = (status: string) => ({
    status,
    extension: [{ url: profile('amendment-reason'), valueString: '更正' }],
  });

  /** A published report with one value on it, and who may have read them. */
  async function withValue(): Promise<{ order: string; value: Json }> {
    const { order } = await received();
    const value = await put({
      resourceType: 'Observation',
      id: `${order}-value`,
      status: 'final',
      code: { text: '葡萄糖' },
      subject: { reference: 'Patient/resident-001' },
      performer: [{ reference: LABORATORY }],
      valueQuantity: { value: 5.6, unit: 'mmol/L' },
    });
    const result = [{ reference: `Observation/${order}-value` }];
    await put(report(order, 'preliminary', { result }));
    await put(report(order, 'final', { result }));
    return { order, value };
  }

  const patch = (path: string, body: Json[]) =>
    app.call('PATCH', path, body, { 'content-type': 'application/json-patch+json' });
  const notices = async (about: string) =>
    all(await call('GET', 'Communication?subject=Patient/resident-001&_count=1000')).filter((c) =>
      c.about?.some((a: Json) => a.reference === about),
    );

  test('is not changed unseen, nor unpublished, through any door; a number may be added', async () => {
    const { order, value } = await withValue();
    const [mine, its] = [`DiagnosticReport/${order}-report`, `Observation/${value.id}`];
    const stored = (await call('GET', mine)).body;
    const conclusion = '高';
    const changed = { ...stored, conclusion };
    const bundle = {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [{ resource: changed, request: { method: 'PUT', url: mine } }],
    };
    const otherValue = { ...value, valueQuantity: { value: 6.5, unit: 'mmol/L' } };
    for (const refused of [
      await call('PUT', mine, changed),
      await patch(mine, [{ op: 'replace', path: '/conclusion', value: conclusion }]),
      await call('POST', '', bundle),
      await call('PUT', mine, { ...stored, status: 'preliminary' }),
      await call('PUT', mine, { ...stored, result: undefined }),
      await call('PUT', its, otherValue),
      await patch(its, [{ op: 'replace', path: '/valueQuantity/value', value: 6.5 }]),
      await call('PUT', its, { ...value, status: 'registered' }),
    ]) {
      expect(refused.status, refused.text).toBe(422);
      expect(rules(refused)).toEqual(['report-published']);
    }
    expect((await call('GET', mine)).body).toEqual(stored);
    await put({ ...stored, identifier: [{ value: 'another' }], text: undefined });
    expect(await notices(mine)).toEqual([]);
    await put({ ...changed, ...amended('corrected') });
    await put({ ...changed, ...amended('corrected'), conclusion: '偏高' });
    expect(await notices(mine), 'each amendment is told').toHaveLength(2);
    expect(rules(await call('PUT', mine, { ...stored, status: 'final' }))).toEqual(['report-published']);
  });

  test('a value that is amended alone reaches who read the report; with the report, once', async () => {
    const alone = await withValue();
    const guarded = await startBeside(app, { auth: 'smart' });
    try {
      const scope = 'system/DiagnosticReport.rs system/Observation.rs';
      const reader = await as(guarded, scope, { organization: 'Organization/county-hospital' });
      const found = await reader('GET', `DiagnosticReport?based-on=ServiceRequest/${alone.order}`);
      expect(found.body.total ?? found.body.entry.length).toBe(1);
    } finally {
      await guarded.close();
    }
    await put({ ...alone.value, status: 'corrected', valueQuantity: { value: 6.5, unit: 'mmol/L' } });
    const [told] = await notices(`Observation/${alone.value.id}`);
    expect(told.about.map((a: Json) => a.reference)).toContain(`DiagnosticReport/${alone.order}-report`);
    expect(told.recipient.map((r: Json) => r.reference)).toEqual(
      expect.arrayContaining([ORDERER, 'Organization/county-hospital']),
    );

    const { order, value } = await withValue();
    const stored = (await call('GET', `DiagnosticReport/${order}-report`)).body;
    const entry = [
      { ...value, status: 'corrected', valueQuantity: { value: 6.5, unit: 'mmol/L' } },
      { ...stored, ...amended('corrected'), conclusion: '高' },
    ].map((resource) => ({
      resource,
      request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
    }));
    const both = await call('POST', '', { resourceType: 'Bundle', type: 'transaction', entry });
    expect(both.status, both.text).toBe(200);
    expect(await notices(`DiagnosticReport/${order}-report`)).toHaveLength(1);
    expect(await notices(`Observation/${value.id}`)).toEqual([]);
  });
});

test('a report that is corrected reaches the institution that the audit log shows to have read it', async () => {
  const { order } = await published();
  const guarded = await startBeside(app, { auth: 'smart' });
  const reader = await as(guarded, 'system/DiagnosticReport.rs', {
    organization: 'Organization/county-hospital',
  });
  expect((await reader('GET', `DiagnosticReport/${order}-report`)).status).toBe(200);
  await guarded.close();
  await put(
    report(order, 'corrected', { extension: [{ url: profile('amendment-reason'), valueString: '更正' }] }),
  );
  const sent = all(await call('GET', 'Communication?subject=Patient/resident-001&_count=1000'));
  const told = sent.find((c) => c.about?.[0]?.reference === `DiagnosticReport/${order}-report`);
  expect(told.recipient).toContainEqual({ reference: 'Organization/county-hospital' });
});

test('no sequence of events leads a shared diagnosis astray, several at once', async () => {
  const r = random(seedOf('diagnosis'));
  const orders = Array.from({ length: 4 }, (_, i) => `chance-${i}`);
  for (const one of orders) await begin(call, one);
  const statuses = new Map<number, number>();
  for (let round = 0; round < 25; round++) {
    const answers = await Promise.all([1, 2, 3].map(() => anyEvent(r, call, orders)));
    for (const { status, text } of answers) {
      expect([200, 201, 409, 412, 422], text).toContain(status);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    if (round % 8 === 7)
      expect(await faults(call, orders, await openDeadlines(app)), `round ${round}`).toEqual([]);
  }
  expect(statuses.get(200), 'some of it was legal').toBeGreaterThan(10);
  expect(statuses.get(422), 'and some was not').toBeGreaterThan(10);
});

describe('a critical value', () => {
  const alarms = async (order: string) =>
    all(
      await call('GET', `Task?focus=DiagnosticReport/${order}-report&code=critical-value&_sort=_lastUpdated`),
    );
  const acknowledge = (task: string) => story.acknowledge(call, task);

  test('is told to the orderer at once, acknowledged once, and stays acknowledged', async () => {
    const { order } = await received();
    await put(report(order, 'preliminary', critical));
    const [task] = await alarms(order);
    expect(task).toMatchObject({ priority: 'stat', status: 'requested', owner: { reference: ORDERER } });
    const [notice] = all(await call('GET', `Communication?based-on=Task/${task.id}`));
    expect(notice).toMatchObject({
      priority: 'stat',
      recipient: [{ reference: ORDERER }, { reference: TOWNSHIP }],
    });
    // Without saying by whom it is no acknowledgement.
    const bare = await call('PUT', `Task/${task.id}`, { ...task, status: 'completed' });
    expect(rules(bare)).toContain('critical-value-unacknowledged');
    const answers = await Promise.all([1, 2, 3].map(() => acknowledge(task.id)));
    expect(answers.map((a) => a.status).sort()).toEqual([200, 422, 422]);
    await clock(60);
    expect((await alarms(order)).map((t) => t.status)).toEqual(['completed']);
  });

  test('that nobody acknowledges goes to the institution, then to its head, each once', async () => {
    const { order } = await received();
    await put(report(order, 'preliminary', critical));
    await clock(200);
    const told = await alarms(order);
    expect(told.map((t) => [t.status, t.owner.reference])).toEqual([
      ['failed', ORDERER],
      ['failed', TOWNSHIP],
      ['requested', 'Organization/county-hospital'],
    ]);
    await clock(500);
    const still = await alarms(order);
    expect(still).toHaveLength(3);
    const acknowledge = (reference: string) =>
      call('POST', `Task/${still[2].id}/$acknowledge-critical-value`, {
        resourceType: 'Parameters',
        parameter: [{ name: 'acknowledgedBy', valueReference: { reference } }],
      });
    expect(rules(await acknowledge('Practitioner/nowhere'))).toEqual(['critical-value-unacknowledged']);
    expect((await acknowledge(VERIFIER)).status).toBe(200);
  });

  test('that was wrong is withdrawn', async () => {
    const { order } = await received();
    await put(report(order, 'preliminary', critical));
    await put(report(order, 'preliminary'));
    expect((await alarms(order)).map((t) => [t.status, state(t)])).toEqual([['cancelled', 'withdrawn']]);
  });

  test('of a single result is told without a report', async () => {
    await put({
      resourceType: 'Observation',
      id: 'high-potassium',
      status: 'final',
      code: { text: '钾' },
      subject: { reference: 'Patient/resident-001' },
      performer: [{ reference: LABORATORY }],
      valueQuantity: { value: 7.1, unit: 'mmol/L' },
      interpretation: [
        {
          coding: [
            { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation', code: 'HH' },
          ],
        },
      ],
    });
    const found = all(await call('GET', 'Task?focus=Observation/high-potassium&code=critical-value'));
    expect(found.map((t) => t.owner.reference)).toEqual([LABORATORY]);
  });
});

test('a step that is late is told to whoever is to take it', async () => {
  const { exam } = await ordered();
  await put({ ...exam, restriction: { period: { end: '2026-01-01T00:00:00Z' } } });
  await clock(1);
  const [told] = all(await call('GET', `Communication?based-on=Task/${exam.id}`));
  expect(told.recipient.map((r: Json) => r.reference)).toEqual([TOWNSHIP, ORDERER]);
});

test('a specimen of somebody else is not registered', async () => {
  const { order, exam } = await ordered();
  await put(specimen(order, { subject: { reference: 'Patient/resident-002' } }));
  const answer = await advance(exam.id, 'register', [out(`Specimen/${order}-specimen`)]);
  expect(rules(answer)).toEqual(['examination-output-invalid']);
});
