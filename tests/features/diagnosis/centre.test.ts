/** Examined in the township, read at the centre: through HTTP, by operations and by plain writes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Event, stateAfter } from '../../../src/features/diagnosis/model.ts';
import { type Answer, startBeside, startTestApp, type TestApp } from '../../support/app.ts';
import { as } from '../tokens.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests build and look into resources of every shape
type Json = any;

const CANONICAL = 'https://xiantong.example/fhir';
const TOWNSHIP = 'Organization/township-centre-east';
const LABORATORY = 'Organization/laboratory-centre';
const ORDERER = 'PractitionerRole/township-centre-east-physician-1';
const AUTHOR = 'PractitionerRole/laboratory-centre-technician';
const profile = (id: string) => `${CANONICAL}/StructureDefinition/${id}`;

let app: TestApp;
let next = 0;
let verifier: string;

beforeAll(async () => {
  app = await startTestApp({ demo: true, clock: 'movable' });
  const roles = all(await call('GET', `PractitionerRole?organization=Organization/county-hospital&_count=2`));
  verifier = `PractitionerRole/${roles[0].id}`;
});
afterAll(() => app.close());

const call = (method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH', path: string, body?: unknown) =>
  app.call(method, path, body);

function all(answer: Answer): Json[] {
  expect(answer.status, answer.text).toBe(200);
  return (answer.body.entry ?? []).map((e: Json) => e.resource);
}

async function put(resource: Json): Promise<Json> {
  const answer = await call('PUT', `${resource.resourceType}/${resource.id}`, resource);
  expect([200, 201], answer.text).toContain(answer.status);
  return answer.body;
}

const rules = (answer: Answer) =>
  (answer.body.issue ?? []).flatMap((i: Json) => i.details?.coding?.map((c: Json) => c.code) ?? []);
const state = (task: Json) => task.businessStatus.coding[0].code;

async function tasks(order: string, code: string): Promise<Json[]> {
  return all(await call('GET', `Task?based-on=ServiceRequest/${order}&code=${code}&_sort=_lastUpdated`));
}

/** A new order of the township for the laboratory centre; answers its id and its examination Task. */
async function ordered(): Promise<{ order: string; exam: Json }> {
  const order = `shared-${++next}`;
  await put({
    resourceType: 'ServiceRequest',
    id: order,
    meta: { profile: [profile('county-shared-lab-order')] },
    identifier: [{ system: 'urn:oid:2.16.156.10011.1.24', value: `SQ${next}` }],
    status: 'active',
    intent: 'order',
    category: [
      {
        coding: [
          { system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' },
        ],
      },
    ],
    code: { coding: [{ system: 'http://loinc.org', code: '2345-7' }], text: '葡萄糖' },
    subject: { reference: 'Patient/resident-001' },
    authoredOn: '2026-11-28T09:00:00+08:00',
    requester: { reference: ORDERER },
    performer: [{ reference: LABORATORY }],
  });
  const [exam] = await tasks(order, 'shared-examination');
  return { order, exam };
}

const specimen = (order: string, more: Json = {}): Json => ({
  resourceType: 'Specimen',
  id: `${order}-specimen`,
  status: 'available',
  accessionIdentifier: { system: 'urn:oid:2.16.156.10011.1.14', value: `BC-${order}` },
  type: { text: '血清' },
  subject: { reference: 'Patient/resident-001' },
  request: [{ reference: `ServiceRequest/${order}` }],
  ...more,
});

const report = (order: string, status: string, more: Json = {}): Json => ({
  resourceType: 'DiagnosticReport',
  id: `${order}-report`,
  basedOn: [{ reference: `ServiceRequest/${order}` }],
  status,
  code: { text: '葡萄糖' },
  subject: { reference: 'Patient/resident-001' },
  effectiveDateTime: '2026-11-28T10:00:00+08:00',
  issued: '2026-11-28T10:30:00+08:00',
  performer: [{ reference: LABORATORY }, { reference: AUTHOR }],
  conclusion: '正常',
  ...(status === 'preliminary' ? {} : { resultsInterpreter: [{ reference: verifier }] }),
  ...more,
});

function advance(task: string, event: string, more: Json[] = []): Promise<Answer> {
  const parameter = [{ name: 'event', valueCode: event }, ...more];
  return call('POST', `Task/${task}/$advance-diagnosis`, { resourceType: 'Parameters', parameter });
}

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

const out = (reference: string) => ({ name: 'output', valueReference: { reference } });
const why = (text: string) => ({ name: 'reason', valueCodeableConcept: { text } });

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
    const { order, diagnosis } = await received();
    expect(rules(await call('PUT', `DiagnosticReport/${order}-report`, report(order, 'final')))).toEqual([
      'diagnosis-step-illegal',
    ]);
    await put(report(order, 'preliminary'));
    for (const [more, rule] of [
      [{ resultsInterpreter: undefined }, 'report-unverified'],
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

test('steps at random, through the operation, lead where the table says and nowhere else', async () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed % below;
  };
  const events: Event[] = [
    'register',
    'examine',
    'upload',
    'receive',
    'reject',
    'interpret',
    'publish',
    'cancel',
  ];
  for (let run = 0; run < 4; run++) {
    const { order } = await ordered();
    await put(specimen(order));
    for (let i = 0; i < 20; i++) {
      const all = [
        ...(await tasks(order, 'shared-examination')),
        ...(await tasks(order, 'shared-diagnosis')),
      ];
      const task = all[random(all.length)]!;
      // Cancelling ends everything; let it be rare.
      const event = events[random(events.length - (random(4) === 0 ? 0 : 1))]!;
      const to = stateAfter(task.code.coding[0].code, state(task), event);
      const more = [out(`Specimen/${order}-specimen`), why('重做')];
      const answer = await advance(
        task.id,
        event,
        event === 'upload' || event === 'register' ? more : [more[1]!],
      );
      const now = state((await call('GET', `Task/${task.id}`)).body);
      // A report is what publishing lacks here.
      expect([answer.status, now]).toEqual(to && to !== 'published' ? [200, to] : [422, state(task)]);
    }
  }
});

describe('a critical value', () => {
  const critical = { extension: [{ url: profile('critical-finding'), valueBoolean: true }] };
  const alarms = async (order: string) =>
    all(
      await call('GET', `Task?focus=DiagnosticReport/${order}-report&code=critical-value&_sort=_lastUpdated`),
    );
  const acknowledge = (task: string) =>
    call('POST', `Task/${task}/$acknowledge-critical-value`, {
      resourceType: 'Parameters',
      parameter: [
        { name: 'acknowledgedBy', valueReference: { reference: ORDERER } },
        { name: 'action', valueString: '已通知患者复诊' },
      ],
    });

  test('is told to the orderer at once, acknowledged once, and stays acknowledged', async () => {
    const { order } = await received();
    await put(report(order, 'preliminary', critical));
    const [task] = await alarms(order);
    expect(task).toMatchObject({ priority: 'stat', status: 'requested', owner: { reference: ORDERER } });
    const [notice] = all(await call('GET', `Communication?based-on=Task/${task.id}`));
    expect(notice).toMatchObject({ priority: 'stat', recipient: [{ reference: ORDERER }] });
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
    expect((await acknowledge(verifier)).status).toBe(200);
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
