/** While ordering: CDS Hooks, orders that repeat a result, results that change afterwards, and what is counted. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, BASE, startTestApp, type TestApp } from '../../support/app.ts';
import { as, type Call, tokenFor } from '../tokens.ts';
import {
  ago,
  CANONICAL,
  DOCTOR,
  decide,
  decision,
  decisionsOn,
  evidence,
  FULL,
  HOSPITAL,
  type Json,
  LABORATORY,
  load,
  loinc,
  mark,
  parameters,
  person,
  reference,
  resources,
  result,
  revoke,
} from './story.ts';

const SCOPE = `${FULL} system/DetectedIssue.cruds system/Communication.rs system/ImagingStudy.cruds`;
const UUID = '0b1c2d3e-4f50-4a6b-8c7d-9e0f1a2b3c4d';
const RECORD = 'urn:oid:2.16.156.10011.1.2';

let app: TestApp;
let doctor: Call;
let token: string;
let next = 0;

beforeAll(async () => {
  app = await startTestApp({ auth: 'smart', demo: true });
  doctor = await as(app, SCOPE, { organization: HOSPITAL });
  token = await tokenFor(app, SCOPE, { organization: HOSPITAL });
  await load(doctor, [evidence('good', LABORATORY, ['HGB', 'TG', 'GLU'])]);
});
afterAll(() => app.close());

/** A new patient with a result of haemoglobin that may be recognised. */
async function story(more: Json = {}): Promise<{ patient: string; to: string; record: string }> {
  const patient = `orders-${++next}`;
  const record = `33129910120199${String(next).padStart(3, '0')}`;
  await load(doctor, [
    person(patient, { identifier: [{ system: RECORD, value: record }] }),
    result(`${patient}-hgb`, patient, 'HGB', { extension: [mark('good')], ...more }),
  ]);
  return { patient, to: `Observation/${patient}-hgb`, record };
}

function draft(patient: string, id: string, more: Json = {}): Json {
  return {
    resourceType: 'ServiceRequest',
    id,
    status: 'draft',
    intent: 'order',
    code: loinc('HGB'),
    subject: { reference: `Patient/${patient}` },
    ...more,
  };
}

async function hooks(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await app.app.inject({
    method: body === undefined ? 'GET' : 'POST',
    url: `/cds-services${path}`,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
    payload: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
  });
  return {
    status: response.statusCode,
    headers: response.headers as Answer['headers'],
    text: response.body,
    body: JSON.parse(response.body),
  };
}

function call(hook: 'order-sign' | 'order-select', patient: string, orders: Json[], more: Json = {}): Json {
  const { context, ...rest } = more;
  return {
    hook,
    hookInstance: UUID,
    context: {
      userId: DOCTOR,
      patientId: patient,
      draftOrders: { resourceType: 'Bundle', entry: orders.map((resource) => ({ resource })) },
      ...(hook === 'order-select' ? { selections: orders.map((o) => `ServiceRequest/${o.id}`) } : {}),
      ...context,
    },
    ...rest,
  };
}

const sign = (patient: string, orders: Json[], more?: Json, headers?: Record<string, string>) =>
  hooks('/recognition-order-sign', call('order-sign', patient, orders, more), headers);

async function cardFor(patient: string, more?: Json): Promise<Json> {
  const answer = await sign(patient, [draft(patient, `${patient}-order`, more)]);
  expect(answer.status, answer.text).toBe(200);
  expect(answer.body.cards).toHaveLength(1);
  return answer.body.cards[0];
}

describe('CDS Hooks', () => {
  test('tells its services to anybody, with what to prefetch', async () => {
    const { status, body } = await hooks('', undefined, { authorization: '' });
    expect(status).toBe(200);
    expect(body.services.map((s: Json) => [s.id, s.hook])).toEqual([
      ['recognition-order-select', 'order-select'],
      ['recognition-order-sign', 'order-sign'],
    ]);
    for (const service of body.services) {
      expect(service.description).toMatch(/\p{Script=Han}/u);
      expect(service.prefetch.patient).toBe('Patient/{{context.patientId}}');
    }
    const english = await hooks('', undefined, { 'accept-language': 'en' });
    expect(english.body.services[1].title).toBe('Duplicate examinations');
  });

  test.each(['order-sign', 'order-select'] as const)('%s shows what may be recognised', async (hook) => {
    const { patient, to } = await story();
    const orders = [draft(patient, `${patient}-o`), draft(patient, 'other', { code: { text: '别的' } })];
    const answer = await hooks(`/recognition-${hook}`, call(hook, patient, orders));
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body.cards).toHaveLength(1);
    const [card] = answer.body.cards;
    expect(card.summary).toContain('血红蛋白');
    expect([...card.summary].length).toBeLessThan(140);
    expect(card.indicator).toBe(hook === 'order-sign' ? 'warning' : 'info');
    expect(card.source.label).toBeTruthy();
    expect(card.selectionBehavior).toBe('at-most-one');
    expect(card.overrideReasons.map((r: Json) => r.code)).toEqual(['1', '2', '3', '4', '5', '6']);
    expect(card.overrideReasons.every((r: Json) => /\p{Script=Han}/u.test(r.display))).toBe(true);
    const [suggestion] = card.suggestions;
    expect(suggestion.actions.map((a: Json) => a.type)).toEqual(['delete', 'update']);
    expect(suggestion.actions[0].resourceId).toBe(`ServiceRequest/${patient}-o`);
    // What is shown is kept as an offer; carrying out the suggestion makes the decision of it.
    const [offer] = await decisionsOn(doctor, to);
    expect(offer).toMatchObject({ status: 'requested', businessStatus: { coding: [{ code: 'offered' }] } });
    const task = suggestion.actions[1].resource;
    expect(task.id).toBe(offer.id);
    expect((await doctor('PUT', `Task/${task.id}`, task)).status).toBe(200);
    const [decided] = await decisionsOn(doctor, to);
    expect(decided.status).toBe('completed');
    // Nothing is left to say.
    expect((await hooks(`/recognition-${hook}`, call(hook, patient, orders))).body.cards).toEqual([]);
  });

  test('speaks English when asked to, and says nothing of orders that are not selected or too old to recognise', async () => {
    const { patient } = await story();
    const english = await sign(patient, [draft(patient, 'x')], {}, { 'accept-language': 'en' });
    expect(english.body.cards[0].suggestions[0].label).toMatch(/^Recognise/);
    const select = call('order-select', patient, [draft(patient, 'x')], { context: { selections: [] } });
    expect((await hooks('/recognition-order-select', select)).body.cards).toEqual([]);
    const old = await story({ effectiveDateTime: ago(40) });
    expect((await sign(old.patient, [draft(old.patient, 'x')])).body.cards).toEqual([]);
  });

  test('takes the setting from the encounter: what holds for an outpatient may be too old in an emergency', async () => {
    const { patient } = await story({ effectiveDateTime: ago(4) });
    const orders = [draft(patient, 'x')];
    const encounter = (code: string) => ({
      context: { encounterId: 'e' },
      prefetch: { encounter: { resourceType: 'Encounter', class: { code } } },
    });
    expect((await sign(patient, orders, encounter('EMER'))).body.cards).toEqual([]);
    expect((await sign(patient, orders, encounter('AMB'))).body.cards).toHaveLength(1);
  });

  test('knows the patient of another FHIR server by the identifiers that come along, and fetches nothing', async () => {
    const { to, record } = await story();
    const his = {
      fhirServer: 'https://his.example/r4',
      fhirAuthorization: {
        access_token: 'x',
        token_type: 'Bearer',
        expires_in: 300,
        scope: '',
        subject: 'y',
      },
    };
    const sent = (patient: Json) => ({
      ...his,
      prefetch: { patient: { resourceType: 'Patient', ...patient } },
    });
    const prefetch = (value: string) => sent({ identifier: [{ system: RECORD, value }] });
    const missing = await sign('77', [draft('77', 'd1')], his);
    expect(missing.status).toBe(412);
    expect(missing.body.issue[0].expression).toEqual(['prefetch.patient']);
    expect((await sign('77', [draft('77', 'd1')], prefetch('331299101201998888'))).body.cards).toEqual([]);
    const nothing = await sign('77', [draft('77', 'd1')], sent({ identifier: [null, 7, { value: 7 }] }));
    expect(nothing.status, nothing.text).toBe(412);
    const another = sent({ id: '78', identifier: [{ system: RECORD, value: record }] });
    const mistaken = await sign('77', [draft('77', 'd1')], another);
    expect([mistaken.status, mistaken.body.issue?.[0].expression]).toEqual([400, ['prefetch.patient.id']]);
    const answer = await sign('77', [draft('77', 'd1')], prefetch(record));
    const { actions } = answer.body.cards[0].suggestions[0];
    expect(actions.map((a: Json) => a.type)).toEqual(['delete', 'create']);
    expect(actions[1].resource.id).toBeUndefined();
    const [offer] = await decisionsOn(doctor, to);
    expect(offer.basedOn[0].reference).toBe('https://his.example/r4/ServiceRequest/d1');
    expect(offer.owner.reference).toBe(`https://his.example/r4/${DOCTOR}`);
  });

  test('feedback that a suggestion was accepted is a recognition', async () => {
    const { patient, to } = await story();
    const { uuid, suggestions } = await cardFor(patient);
    const feedback = {
      feedback: [
        {
          card: uuid,
          outcome: 'accepted',
          acceptedSuggestions: [{ id: suggestions[0].uuid }],
          outcomeTimestamp: new Date().toISOString(),
        },
      ],
    };
    for (let time = 0; time < 2; time++)
      expect((await hooks('/recognition-order-sign/feedback', feedback)).status).toBe(200);
    const tasks = await decisionsOn(doctor, to);
    expect(tasks.map((t) => [t.status, t.owner.reference])).toEqual([['completed', DOCTOR]]);
  });

  test.each([
    ['a listed reason and what the patient was told is a denial', '2', '病情变化快,已告知患者', 'rejected'],
    ['a listed reason alone counts as looked at', '2', undefined, 'in-progress'],
    ['words alone counts as looked at', undefined, '不需要', 'in-progress'],
    ['an unlisted reason counts as looked at', '9', '不需要', 'in-progress'],
  ])('feedback that a card was overridden with %s', async (_, code, userComment, status) => {
    const { patient, to } = await story();
    const { uuid } = await cardFor(patient);
    const reason = code && { system: `${CANONICAL}/CodeSystem/recheck-reason`, code };
    const overrideReason = { ...(reason ? { reason } : {}), ...(userComment ? { userComment } : {}) };
    const one = {
      card: uuid,
      outcome: 'overridden',
      overrideReason,
      outcomeTimestamp: '2026-11-28T08:00:00Z',
    };
    const answer = await hooks('/recognition-order-sign/feedback', { feedback: [one] });
    expect(answer.status, answer.text).toBe(200);
    const [task] = await decisionsOn(doctor, to);
    expect(task.status).toBe(status);
    if (status === 'rejected') expect(task.output.map((o: Json) => o.valueString)).toContain(userComment);
  });

  test.each([
    ['no JSON', 'x', []],
    ['no object', [], ['hook', 'hookInstance', 'context']],
    ['another hook', { hook: 'patient-view', hookInstance: UUID, context: {} }, ['hook']],
    ['no context', { hook: 'order-sign', hookInstance: 'x' }, ['hookInstance', 'context']],
    [
      'an empty context',
      { hook: 'order-sign', hookInstance: UUID, context: {} },
      ['context.userId', 'context.patientId', 'context.draftOrders'],
    ],
  ])('refuses %s, and says all that is wrong', async (_, body, at) => {
    const answer = await hooks('/recognition-order-sign', body);
    expect(answer.status).toBe(400);
    expect(answer.body.issue.flatMap((i: Json) => i.expression ?? [])).toEqual(expect.arrayContaining(at));
    expect(answer.body.issue.map((i: Json) => i.diagnostics).join(), 'in Chinese throughout').not.toMatch(
      / (of|the|a|an) /,
    );
  });

  test('refuses feedback that is none, services that are not there, and callers without a token or a scope', async () => {
    expect((await hooks('/recognition-order-sign/feedback', { feedback: [{}] })).status).toBe(400);
    expect((await hooks('/nothing', {})).status).toBe(404);
    const { patient } = await story();
    const body = call('order-sign', patient, [draft(patient, 'x')]);
    expect((await hooks('/recognition-order-sign', body, { authorization: '' })).status).toBe(401);
    const poor = await tokenFor(app, FULL.replace('system/Observation.cruds', ''), {
      organization: HOSPITAL,
    });
    const refused = await hooks('/recognition-order-sign', body, { authorization: `Bearer ${poor}` });
    expect(refused.status).toBe(403);
    expect(refused.body.issue[0].diagnostics).toContain('system/Observation.s');
  });

  test('a panel that was ordered is spared by an earlier report of the same panel, all of whose results hold', async () => {
    const { patient, to } = await story();
    const cbc = { coding: [{ system: 'http://loinc.org', code: '58410-2' }] };
    const report = {
      resourceType: 'DiagnosticReport',
      id: `${patient}-cbc`,
      status: 'final',
      code: cbc,
      subject: { reference: `Patient/${patient}` },
      effectiveDateTime: ago(1),
      result: [{ reference: to }],
    };
    await load(doctor, [report]);
    const orders = [draft(patient, 'cbc', { code: cbc })];
    const answer = await sign(patient, orders);
    expect(answer.body.cards, answer.text).toHaveLength(1);
    expect(answer.body.cards[0].links[0].url).toBe(`${BASE}/DiagnosticReport/${patient}-cbc`);
    const more = [{ reference: to }, { reference: 'Observation/nowhere' }];
    await load(doctor, [{ ...report, status: 'amended', result: more }]);
    expect((await sign(patient, orders)).body.cards).toEqual([]);
  });
});

test('who acts for one institution is shown what it reaches, and counts for itself', async () => {
  const { patient } = await story();
  const narrow = { organization: 'Organization/township-centre-east', countyWide: false };
  const stranger = await tokenFor(app, SCOPE, narrow);
  const ofStranger = { authorization: `Bearer ${stranger}` };
  const body = call('order-sign', patient, [draft(patient, 'x')]);
  // Somebody else's patient is not there.
  expect((await hooks('/recognition-order-sign', body, ofStranger)).status).toBe(412);
  const cared = {
    resourceType: 'Encounter',
    id: `${patient}-care`,
    status: 'in-progress',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
    subject: { reference: `Patient/${patient}` },
    serviceProvider: { reference: narrow.organization },
  };
  await load(doctor, [cared]);
  const shown = await hooks('/recognition-order-sign', body, ofStranger);
  expect(shown.status, shown.text).toBe(200);
  expect(shown.body.cards).toHaveLength(1);
  const theirs = await as(app, SCOPE, narrow);
  const period = 'start=2026-01-01&end=2099-01-01';
  const own = await theirs('GET', `Organization/$recognition-counts?${period}`);
  expect(own.status, own.text).toBe(200);
  const organizations = (own.body.parameter ?? []).map(
    ({ part }: Json) => part.find((p: Json) => p.name === 'organization').valueReference.reference,
  );
  expect(new Set(organizations)).toEqual(new Set([narrow.organization]));
  expect((await theirs('GET', `${HOSPITAL}/$recognition-counts?${period}`)).status).toBe(403);
});

describe('an order that repeats a result', () => {
  const placed = (patient: string, id: string, more: Json = {}) =>
    draft(patient, id, { status: 'active', requester: { reference: DOCTOR }, ...more });
  const issuesOn = async (order: string) =>
    resources(await doctor('GET', `DetectedIssue?implicated=ServiceRequest/${order}`), 'DetectedIssue');

  test.each(['POST', 'PUT', 'transaction'])('is stored and shown, by %s', async (door) => {
    const { patient, to } = await story();
    const order = placed(patient, `${patient}-${door}`);
    let id = order.id;
    if (door === 'POST') {
      const answer = await doctor('POST', 'ServiceRequest', { ...order, id: undefined });
      expect(answer.status, answer.text).toBe(201);
      id = answer.body.id;
    } else if (door === 'PUT') {
      expect((await doctor('PUT', `ServiceRequest/${id}`, order)).status).toBe(201);
    } else await load(doctor, [order]);
    const [issue] = await issuesOn(id);
    expect(issue).toMatchObject({
      status: 'preliminary',
      patient: { reference: `Patient/${patient}` },
      implicated: [{ reference: `ServiceRequest/${id}` }, { reference: to }],
      extension: [{ valueReference: { reference: HOSPITAL } }],
    });
  });

  test('is not shown when it was decided about, whether the decision came before or comes along', async () => {
    const { patient, to } = await story();
    await load(doctor, [
      {
        resourceType: 'Encounter',
        id: `${patient}-e`,
        status: 'in-progress',
        class: { code: 'AMB' },
        subject: { reference: `Patient/${patient}` },
      },
    ]);
    const denial = decision(to, {
      reason: '1',
      explanation: '病情变化',
      encounter: `Encounter/${patient}-e`,
    });
    expect((await decide(doctor, denial)).status).toBe(200);
    const order = placed(patient, `${patient}-o`, { encounter: { reference: `Encounter/${patient}-e` } });
    await load(doctor, [order]);
    expect(await issuesOn(order.id)).toEqual([]);
    // Of another encounter nobody has decided.
    await load(doctor, [placed(patient, `${patient}-p`)]);
    expect(await issuesOn(`${patient}-p`)).toHaveLength(1);
  });

  test('is settled by the decision, open again after its revocation, and over when the order is withdrawn', async () => {
    const { patient, to } = await story();
    const order = placed(patient, `${patient}-o`);
    await load(doctor, [order]);
    const given = decision(to, { reason: '2', explanation: '变化快', order: `ServiceRequest/${order.id}` });
    const [task] = resources(await decide(doctor, given), 'Task');
    const [settled] = await issuesOn(order.id);
    expect(settled.status).toBe('final');
    expect(settled.mitigation).toMatchObject([{ author: { reference: DOCTOR } }]);
    expect((await revoke(doctor, task.id)).status).toBe(200);
    const [open] = await issuesOn(order.id);
    expect([open.status, open.mitigation.length]).toEqual(['preliminary', 2]);
    await load(doctor, [{ ...order, status: 'revoked' }]);
    expect((await issuesOn(order.id))[0].status).toBe('cancelled');
  });

  test('is left alone as a draft, for a result without a mark, and for a patient who is not here', async () => {
    const { patient } = await story();
    const bare = await story({ extension: undefined });
    await load(doctor, [
      draft(patient, `${patient}-d`),
      placed(bare.patient, `${bare.patient}-o`),
      placed('nobody-here', 'for-nobody'),
    ]);
    for (const id of [`${patient}-d`, `${bare.patient}-o`, 'for-nobody'])
      expect(await issuesOn(id)).toEqual([]);
  });
});

describe('a decision', () => {
  test('about the same stands once, through plain writes too', async () => {
    const { patient, to } = await story();
    const [made] = resources(await decide(doctor, decision(to)), 'Task');
    const { id: _, meta: __, ...again } = made;
    const answers = await Promise.all([1, 2].map(() => doctor('POST', 'Task', again)));
    expect(answers.map((a) => a.status)).toEqual([409, 409]);
    const other = { ...again, basedOn: [{ reference: `ServiceRequest/${patient}-x` }] };
    const rivals = await Promise.all([1, 2, 3].map(() => doctor('POST', 'Task', other)));
    expect(rivals.map((a) => a.status).sort()).toEqual([201, 409, 409]);
  });

  test.each([
    [
      'corrected',
      {
        status: 'corrected',
        valueQuantity: { value: 88, unit: 'g/L', system: 'http://unitsofmeasure.org', code: 'g/L' },
      },
    ],
    ['withdrawn', { status: 'entered-in-error' }],
  ])(
    'ends when its result is %s: the doctor is told, and gets back what may be decided',
    async (why, change) => {
      const { to } = await story();
      const [made] = resources(await decide(doctor, decision(to)), 'Task');
      const stored = (await doctor('GET', to)).body;
      expect((await doctor('PUT', to, { ...stored, ...change })).status).toBe(200);
      const tasks = await decisionsOn(doctor, to);
      expect(tasks.find((t) => t.id === made.id).status).toBe('cancelled');
      const again = tasks.filter((t) => t.id !== made.id);
      const offer = { status: 'requested', partOf: [{ reference: `Task/${made.id}` }] };
      expect(again).toMatchObject(why === 'corrected' ? [offer] : []);
      const about = `Task/${(again[0] ?? made).id}`;
      const [message] = resources(await doctor('GET', `Communication?based-on=${about}`), 'Communication');
      expect(message.status).toBe('completed');
      expect(message.recipient).toEqual([{ reference: DOCTOR }, made.requester]);
    },
  );

  test('stays when what changes of its result is not what it rests on', async () => {
    const { to } = await story();
    await decide(doctor, decision(to));
    const stored = (await doctor('GET', to)).body;
    expect((await doctor('PUT', to, { ...stored, note: [{ text: '补充说明' }] })).status).toBe(200);
    expect((await decisionsOn(doctor, to)).map((t) => t.status)).toEqual(['completed']);
  });
});

test('whatever is done in whatever order, one decision stands at most, and the issue of the order says the same', async () => {
  const { patient, to } = await story();
  const id = `${patient}-random`;
  const order = draft(patient, id, { status: 'active', requester: { reference: DOCTOR } });
  await load(doctor, [order]);
  const about = `ServiceRequest/${id}`;
  const standing = async () =>
    (await decisionsOn(doctor, to)).filter((t) => t.status === 'completed' || t.status === 'rejected');
  let card: Json;
  let value = 90;
  const events: (() => Promise<Answer>)[] = [
    () => decide(doctor, decision(to, { order: about })),
    () => decide(doctor, decision(to, { order: about, reason: '1', explanation: '病情变化' })),
    async () => revoke(doctor, (await standing())[0]?.id ?? 'none'),
    async () => {
      const stored = (await doctor('GET', to)).body;
      value += 1;
      const valueQuantity = { ...stored.valueQuantity, value };
      return doctor('PUT', to, { ...stored, status: 'corrected', valueQuantity });
    },
    async () => {
      const answer = await sign(patient, [order]);
      card = answer.body.cards[0] ?? card;
      return answer;
    },
    () =>
      hooks('/recognition-order-sign/feedback', {
        feedback: [
          {
            card: card?.uuid ?? UUID,
            outcome: 'accepted',
            acceptedSuggestions: [{ id: card?.suggestions[0].uuid ?? UUID }],
            outcomeTimestamp: new Date().toISOString(),
          },
        ],
      }),
    () => doctor('PUT', about, order),
  ];
  let seed = 5;
  for (let i = 0; i < 40; i++) {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    const answer = await events[(seed >> 8) % events.length]!();
    expect([200, 201, 404, 409, 422], answer.text).toContain(answer.status);
    const decisions = await standing();
    expect(decisions.length).toBeLessThanOrEqual(1);
    const found = await doctor('GET', `DetectedIssue?implicated=${about}`);
    expect(
      resources(found, 'DetectedIssue').map((d) => d.status),
      `step ${i}`,
    ).toEqual([decisions.length === 1 ? 'final' : 'preliminary']);
  }
});

test('what is counted: eligible, offered, recognised, declined by reason, repeated', async () => {
  const ours = await as(app, SCOPE, { organization: 'Organization/township-centre-west' });
  const west = await tokenFor(app, SCOPE, { organization: 'Organization/township-centre-west' });
  const [first, second, third] = [await story(), await story(), await story()];
  // Shown and recognised; declined without having been shown; ordered without a word.
  await sign(first.patient, [draft(first.patient, 'c1')], {}, { authorization: `Bearer ${west}` });
  const decideHere = (one: Json) => {
    const decider = reference('decider', 'Practitioner/township-centre-west-physician');
    return ours('POST', 'ServiceRequest/$decide-recognition', parameters(one, decider));
  };
  expect((await decideHere(decision(first.to, { order: 'ServiceRequest/c1' }))).status).toBe(200);
  await decideHere(decision(second.to, { reason: '4', explanation: '急诊', order: 'ServiceRequest/c2' }));
  const order = draft(third.patient, 'c3', { status: 'active' });
  expect((await ours('PUT', 'ServiceRequest/c3', order)).status).toBe(201);
  const [start, end] = [ago(1), ago(-1)].map((t) => t.slice(0, 10));
  const counted = async (path: string) => {
    const answer = await ours('GET', `${path}/$recognition-counts?start=${start}&end=${end}`);
    expect(answer.status, answer.text).toBe(200);
    return (answer.body.parameter ?? []).map(({ part }: Json) =>
      Object.fromEntries(
        part.map((p: Json) => [
          p.name,
          p.valueInteger ??
            p.valueReference?.reference ??
            p.part?.map((q: Json) => q.valueCoding?.code ?? q.valueInteger),
        ]),
      ),
    );
  };
  expect(await counted('Organization/township-centre-west')).toMatchObject([
    {
      organization: 'Organization/township-centre-west',
      eligible: 3,
      offered: 1,
      recognized: 1,
      denied: 1,
      repeated: 2,
      reason: ['4', 1],
    },
  ]);
  const everybody = await counted('Organization');
  expect(everybody.map((c: Json) => c.organization)).toContain(HOSPITAL);
  expect((await ours('GET', 'Organization/$recognition-counts?start=2026&end=x')).status).toBe(400);
  expect((await ours('GET', 'Organization/$recognition-counts?start=2027&end=2026')).status).toBe(400);
  const nowhere = 'Organization/nowhere/$recognition-counts?start=2026&end=2026';
  expect((await ours('GET', nowhere)).status).toBe(404);
});
