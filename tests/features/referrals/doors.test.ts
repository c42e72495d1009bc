/** The same law through plain writes: PUT, PATCH and Bundles of tasks, requests, appointments and slots. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { as, type Call } from '../tokens.ts';
import {
  advance,
  CANONICAL,
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
  places,
  REJECTED,
  refer,
  referral,
  rules,
  search,
  slot,
  stateOf,
  step,
  WEST,
  WITHDRAWN,
  whole,
} from './story.ts';

let app: TestApp;
let call: Call;

beforeAll(async () => {
  app = await startTestApp({ demo: true, clock: 'movable' });
  call = (...request) => app.call(...request);
  await load(call, [...places, consent('c-up')]);
});
afterAll(() => app.close());

const put = (resource: Json) => call('PUT', `${resource.resourceType}/${resource.id}`, resource);
const inState = (task: Json, state: string, status: string, more: Json = {}): Json => ({
  ...task,
  status,
  businessStatus: code('referral-state', state),
  ...more,
});
const output = (name: string, value: Json): Json => ({ type: code('referral-output', name), ...value });

/** A request as a system that knows no operation writes it. */
function request(id: string, more: Json = {}): Json {
  const extension = (name: string, value: Json) => ({
    url: `${CANONICAL}/StructureDefinition/${name}`,
    ...value,
  });
  return {
    resourceType: 'ServiceRequest',
    id,
    extension: [
      extension('referral-direction', {
        valueCoding: { code: 'up', system: `${CANONICAL}/CodeSystem/referral-direction` },
      }),
      extension('referral-consent', { valueReference: { reference: 'Consent/c-up' } }),
    ],
    status: 'active',
    intent: 'order',
    category: [code('referral-category', 'outpatient')],
    code: code('county-order-code', 'referral'),
    subject: { reference: 'Patient/resident-001' },
    requester: { reference: DOCTOR },
    performer: [{ reference: HOSPITAL }],
    reasonCode: [code('referral-reason', 'specialist-care')],
    reasonReference: [{ reference: 'Condition/resident-001-condition-1' }],
    supportingInfo: [{ reference: 'MedicationRequest/resident-001-medication-1' }],
    note: [{ text: '摘要' }],
    ...more,
  };
}

describe('a plain write of the task', () => {
  test('may do what the operations may, and has the same consequences', async () => {
    const task = await refer(call);
    const accepted = done(await put(inState(task, 'accepted', 'accepted')));
    const byOperation = done(await step(call, await refer(call), 'accept'));
    const said = (t: Json) => [
      t.owner.reference,
      t.extension
        .filter((e: Json) => e.url.endsWith('state-time'))
        .map((e: Json) => e.extension[0].valueCoding.code),
      Date.parse(t.restriction.period.end) - Date.parse(t.restriction.period.start),
    ];
    expect(said(accepted)).toEqual(said(byOperation));
    expect(said(accepted)).toEqual([HOSPITAL, ['submitted', 'accepted'], 24 * HOUR]);
    const patch = [
      { op: 'replace', path: '/status', value: 'in-progress' },
      { op: 'replace', path: '/businessStatus', value: code('referral-state', 'arrived') },
    ];
    const patched = await call('PATCH', `Task/${task.id}`, patch, {
      'content-type': 'application/json-patch+json',
    });
    expect(stateOf(done(patched))).toBe('arrived');
    const stay = {
      resourceType: 'Encounter',
      id: 'plain-stay',
      status: 'finished',
      class: { code: 'IMP' },
      subject: task.for,
      period: { start: '2026-11-01' },
      hospitalization: { dischargeDisposition: code('ws-discharge-manner', '3') },
    };
    const document = { ...handover(Date.now()), id: 'plain-handover' };
    const current = await get(call, `Task/${task.id}`);
    const discharged = inState(current, 'discharged', 'in-progress', {
      output: [
        output('encounter', { valueReference: { reference: 'Encounter/plain-stay' } }),
        output('handover', { valueReference: { reference: 'Composition/plain-handover' } }),
        output('outcome', { valueCodeableConcept: code('referral-outcome', 'improved') }),
      ],
    });
    await load(call, [discharged, stay, document]);
    const after = await whole(call, task);
    expect(stateOf(after.task)).toBe('down-referred');
    expect(after.down).toHaveLength(1);
    expect(accepted.meta.versionId).toBe('3');
  });

  test('cannot jump, contradict itself, forget its history, or change what it is about', async () => {
    const task = await refer(call);
    const jump = await put(
      inState(task, 'closed', 'completed', {
        output: [
          output('outcome', { valueCodeableConcept: code('referral-outcome', 'cured') }),
          output('handover', { valueReference: { reference: 'Composition/none' } }),
          output('no-down-referral', { valueString: 'x' }),
        ],
      }),
    );
    expect(jump.status).toBe(422);
    expect(rules(jump)).toEqual(['referral-transition-illegal']);
    expect(jump.text).toContain('submitted');
    expect(jump.text).toContain('$accept');
    expect(rules(await put({ ...inState(task, 'accepted', 'completed'), meta: undefined }))).toEqual([
      'referral-state-contradicts',
    ]);
    expect(rules(await put({ ...task, extension: [task.extension[0]] }))).toContain('referral-history-final');
    expect(rules(await put({ ...task, for: { reference: 'Patient/resident-002' } }))).toContain(
      'referral-request-missing',
    );
    expect((await put({ ...task, owner: { reference: WEST } })).status).toBe(409);
    const away = inState(task, 'accepted', 'accepted', { owner: { reference: WEST } });
    expect(rules(await put(away))).toEqual(['referral-owner-elsewhere']);
    expect(rules(await call('DELETE', `Task/${task.id}`))).toEqual(['referral-history-final']);
    expect(rules(await call('DELETE', task.focus.reference))).toEqual(['referral-history-final']);
    const other = await put({ ...task, code: code('county-task-code', 'critical-value'), meta: undefined });
    expect(rules(other)).toContain('referral-history-final');
    expect(await get(call, `Task/${task.id}`)).toMatchObject({
      status: 'requested',
      meta: { versionId: '1' },
    });
  });

  test('made from an older copy is a conflict, and only one of many at once wins', async () => {
    const task = await refer(call);
    done(await step(call, task, 'receive'));
    done(await step(call, task, 'accept'));
    const late = await put(
      inState(task, 'rejected', 'rejected', { statusReason: code('referral-rejection-reason', 'no-bed') }),
    );
    expect(late.status, late.text).toBe(422);
    const stale = await put(inState(task, 'received', 'received'));
    expect(stale.status).toBe(409);
    const race = await refer(call);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        put(
          i % 2
            ? inState(race, 'accepted', 'accepted', { note: [{ text: `${i}` }] })
            : inState(race, 'rejected', 'rejected', {
                statusReason: code('referral-rejection-reason', 'no-bed'),
                note: [{ text: `${i}` }],
              }),
        ),
      ),
    );
    expect(answers.filter((a) => a.status === 200)).toHaveLength(1);
  });

  test('is the only one under way for its request', async () => {
    const task = await refer(call);
    const { id: _, meta: __, ...again } = task;
    const second = await call('POST', 'Task', again);
    expect(second.status).toBe(409);
    expect(second.text).toContain(`Task/${task.id}`);
    const alone = await call('POST', 'Task', { ...again, focus: { reference: 'ServiceRequest/nowhere' } });
    expect(rules(alone)).toContain('referral-request-missing');
  });
});

describe('a plain write of the request', () => {
  test('that is active makes its task; one that lacks what it needs is refused', async () => {
    const posted = done(
      await put(request('plain-1')).then((a) => ({ ...a, status: a.status === 201 ? 200 : a.status })),
    );
    expect(posted.status).toBe('active');
    const [task] = await search(call, 'Task?focus=ServiceRequest/plain-1');
    expect(stateOf(task)).toBe('submitted');
    const bare = await put(request('plain-2', { note: undefined, extension: [request('x').extension[0]] }));
    expect(bare.status).toBe(422);
    expect(rules(bare)).toEqual(['referral-consent-missing', 'referral-summary-missing']);
    expect(rules(await put({ ...posted, status: 'completed' }))).toEqual(['referral-status-follows-task']);
    expect(
      rules(
        await put({ ...posted, requester: { reference: 'PractitionerRole/township-centre-west-physician' } }),
      ),
    ).toEqual(['referral-history-final']);
    done(await put({ ...posted, status: 'revoked' }));
    expect(stateOf(await get(call, `Task/${task.id}`))).toBe('cancelled');
  });

  test('and its task come in one Bundle, and a draft is submitted by its status', async () => {
    const made = await refer(call, { submit: { valueBoolean: false } });
    const { id: _, meta: __, ...blank } = made;
    const draft = {
      ...blank,
      id: 'plain-task-3',
      focus: { reference: 'ServiceRequest/plain-3' },
      basedOn: undefined,
    };
    done(await step(call, made, 'submit'));
    await load(call, [draft, request('plain-3', { status: 'draft' })]);
    expect(stateOf(await get(call, 'Task/plain-task-3'))).toBe('draft');
    done(await put(request('plain-3')));
    expect(stateOf(await get(call, 'Task/plain-task-3'))).toBe('submitted');
  });
});

describe('slots', () => {
  const appointment = (slotId: string, more: Json = {}): Json => ({
    resourceType: 'Appointment',
    status: 'booked',
    slot: [{ reference: `Slot/${slotId}` }],
    start: new Date(Date.now() + 24 * HOUR).toISOString(),
    end: new Date(Date.now() + 25 * HOUR).toISOString(),
    participant: [{ actor: { reference: 'Patient/resident-002' }, status: 'accepted' }],
    ...more,
  });

  test('are booked once, follow their appointment, and are free again', async () => {
    const one = slot(Date.now());
    await load(call, [one]);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => call('POST', 'Appointment', appointment(one.id))),
    );
    expect(answers.filter((a) => a.status === 201)).toHaveLength(1);
    const held = answers.find((a) => a.status === 201)!.body;
    expect(await get(call, `Slot/${one.id}`)).toMatchObject({ status: 'busy' });
    expect(rules(await put(one))).toEqual(['slot-follows-appointment']);
    expect(rules(await call('DELETE', `Slot/${one.id}`))).toEqual(['slot-follows-appointment']);
    done(await put({ ...held, status: 'cancelled', cancelationReason: { text: '改期' } }));
    expect(await get(call, `Slot/${one.id}`)).toMatchObject({ status: 'free' });
    const together = { ...appointment(one.id), id: 'with-its-slot' };
    await load(call, [together, { ...one, status: 'busy' }]);
    const proposed = { ...appointment(one.id), status: 'proposed' };
    expect((await call('POST', 'Appointment', proposed)).status, 'a proposal holds nothing').toBe(201);
    const elsewhere = await call('POST', 'Appointment', appointment('kept-elsewhere'));
    expect(elsewhere.status, 'of a slot that is not here').toBe(201);
  });

  test('kept for family doctors are found, and booked by nobody else until the reservation ends', async () => {
    const until = Date.now() + 3 * HOUR;
    const kept = slot(until, {
      extension: [
        {
          url: `${CANONICAL}/StructureDefinition/reserved-until`,
          valueDateTime: new Date(until).toISOString(),
        },
      ],
      appointmentType: code('slot-reservation', 'family-doctor'),
    });
    const another = { ...kept, id: `${kept.id}-too` };
    await load(call, [kept, another]);
    const found = await search(
      call,
      `Slot?status=free&appointment-type=family-doctor&reserved-until=gt${new Date().toISOString()}`,
    );
    expect(found.map((s) => s.id)).toContain(kept.id);
    expect(rules(await call('POST', 'Appointment', appointment(kept.id)))).toEqual(['slot-reserved']);
    const task = await refer(call);
    done(await step(call, task, 'accept', given.reference('slot', `Slot/${kept.id}`)));
    await advance(app, until + 1000);
    expect((await call('POST', 'Appointment', appointment(another.id))).status).toBe(201);
  });

  test('that are not beds, are over, or are taken are refused', async () => {
    const bed = slot(Date.now() + 24 * HOUR, { serviceCategory: [code('capacity-kind', 'bed')] });
    const clinic = slot(Date.now() + 24 * HOUR);
    const over = slot(Date.now() - 48 * HOUR);
    await load(call, [bed, clinic, over]);
    const task = await refer(call, {
      bedNeeded: { valueBoolean: true },
      category: { valueCode: 'inpatient' },
    });
    for (const { id } of [clinic, over]) {
      expect(rules(await step(call, task, 'accept', given.reference('slot', `Slot/${id}`)))).toEqual([
        'slot-not-free',
      ]);
    }
    done(await step(call, task, 'accept', given.reference('slot', `Slot/${bed.id}`)));
    const again = await refer(call);
    expect((await step(call, again, 'accept', given.reference('slot', `Slot/${bed.id}`))).status).toBe(409);
    expect(stateOf(await get(call, `Task/${again.id}`))).toBe('submitted');
  });

  test('of a referral are let go by cancelling, never by deleting, and it waits for another', async () => {
    const one = slot(Date.now());
    await load(call, [one]);
    const task = await refer(call, { slot: { valueReference: { reference: `Slot/${one.id}` } } });
    const [held] = (await whole(call, task)).appointments;
    const gone = await call('DELETE', `Appointment/${held.id}`);
    expect([gone.status, ...rules(gone)]).toEqual([409, 'referral-history-final']);
    expect(await get(call, `Slot/${one.id}`)).toMatchObject({ status: 'busy-tentative' });
    done(await step(call, task, 'accept'));
    const now = Date.parse((await get(call, `Task/${task.id}`)).meta.lastUpdated);
    const booked = await get(call, `Appointment/${held.id}`);
    done(await put({ ...booked, status: 'cancelled', cancelationReason: { text: '改期' } }));
    const waiting = await get(call, `Task/${task.id}`);
    expect([stateOf(waiting), waiting.note.length]).toEqual(['accepted', 1]);
    await advance(app, now + 25 * HOUR);
    const late = `Task?code=referral-escalation&status=requested&focus=Task/${task.id}`;
    expect(await search(call, late)).toHaveLength(1);
    const other = slot(now + 30 * HOUR);
    await load(call, [other]);
    done(await step(call, task, 'book', given.reference('slot', `Slot/${other.id}`)));
    const again = (await whole(call, task)).appointments.find((a: Json) => a.status === 'booked');
    done(await put({ ...again, status: 'arrived' }));
    expect(stateOf(await get(call, `Task/${task.id}`)), 'who is there has arrived').toBe('arrived');
  });
});

describe('beside a draft that waits', () => {
  const submit = (valueBoolean: boolean) => ({ submit: { valueBoolean } });
  const consultation = { kind: { valueCode: 'consultation' }, category: { valueCode: 'consult' } };

  test('no second referral of the same begins, which the refusal says how to go on with', async () => {
    const draft = () =>
      call('POST', 'ServiceRequest/$refer', referral({ ...consultation, ...submit(false) }));
    const answers = await Promise.all([draft(), draft(), draft()]);
    expect(answers.map((a) => a.status).sort()).toEqual([200, 409, 409]);
    const there = answers.find((a) => a.status === 200)!.body.focus.reference;
    const refused = await call('POST', 'ServiceRequest/$refer', referral(consultation));
    expect([refused.status, ...rules(refused)]).toEqual([409, 'referral-draft-open']);
    expect(refused.text).toContain(`POST ${there}/$refer`);
    const plain = request('beside-a-draft', { code: code('county-order-code', 'consultation') });
    expect(rules(await put(plain))).toEqual(['referral-draft-open']);
    await refer(call, { ...consultation, priority: { valueCode: 'stat' } });
    await refer(call, {
      ...consultation,
      performer: { valueReference: { reference: WEST } },
      ...submit(false),
    });
    expect(stateOf(done(await call('POST', `${there}/$refer`, referral())))).toBe('submitted');
    await refer(call, consultation);
  });

  test('the consent may come without submitting it', async () => {
    const waiting = await refer(call, { ...submit(false), consent: undefined });
    expect(stateOf(waiting)).toBe('awaiting-consent');
    const again = await call(
      'POST',
      `${waiting.focus.reference}/$refer`,
      referral({ ...submit(false), priority: { valueCode: 'urgent' } }),
    );
    expect(done(again)).toMatchObject({ status: 'draft', priority: 'urgent' });
    expect(stateOf(done(await step(call, waiting, 'submit')))).toBe('submitted');
  });
});

test('what a referral rests on: papers may be gone, the document it ended with stays and stays complete', async () => {
  const paper = { resourceType: 'Observation', status: 'final', code: { text: '血压' } };
  const subject = { reference: 'Patient/resident-001' };
  await load(call, [{ ...paper, id: 'paper', subject }]);
  const task = await refer(call, { supportingInfo: { valueReference: { reference: 'Observation/paper' } } });
  expect((await call('DELETE', 'Observation/paper')).status).toBe(204);
  for (const name of ['accept', 'arrive']) done(await step(call, task, name));
  const document = { ...handover(Date.now()), id: 'stays' };
  done(await step(call, task, 'discharge', given.resource('document', document), IMPROVED));
  const gone = await call('DELETE', 'Composition/stays');
  expect([gone.status, ...rules(gone)]).toEqual([409, 'referral-history-final']);
  expect(rules(await put({ ...document, section: document.section.slice(1) }))).toEqual([
    'handover-incomplete',
  ]);
  expect(rules(await put({ ...document, status: 'entered-in-error' }))).toEqual(['handover-incomplete']);
  done(await put({ ...document, status: 'amended', title: '更正' }));
  const closed = await step(call, task, 'close', given.text('noDownReferral', '痊愈'));
  expect(stateOf(done(closed)), 'the paper that was submitted is not asked for again').toBe('closed');
});

describe('who does a step, and who may read', () => {
  const TYPES = [
    'Task',
    'ServiceRequest',
    'Appointment',
    'Encounter',
    'Composition',
    'Consent',
    'Patient',
    'Condition',
    'Observation',
  ];
  const SCOPES = ['system/*.rs', ...TYPES.map((type) => `system/${type}.cruds`)].join(' ');
  let secured: TestApp;
  let township: Call;
  let hospital: Call;
  let stranger: Call;
  const of = (organization: string) => as(secured, SCOPES, { organization, countyWide: false });
  beforeAll(async () => {
    secured = await startTestApp({ demo: true, auth: 'smart' });
    await load(await as(secured, 'system/*.cruds'), [...places]);
    [township, hospital, stranger] = await Promise.all([of(EAST), of(HOSPITAL), of(WEST)]);
    const subject = { reference: 'Patient/referred' };
    const managingOrganization = { reference: EAST };
    await load(township, [
      { resourceType: 'Patient', id: 'referred', managingOrganization },
      { resourceType: 'Condition', id: 'referred-condition', subject, code: { text: '高血压' } },
      { resourceType: 'Observation', id: 'referred-value', status: 'final', code: { text: '血压' }, subject },
      consent('c-referred', { patient: subject }),
    ]);
  });
  afterAll(() => secured.close());

  const referred = (agreed = 'c-referred', more: Record<string, Json> = {}) =>
    refer(township, {
      ...more,
      subject: { valueReference: { reference: 'Patient/referred' } },
      diagnosis: { valueReference: { reference: 'Condition/referred-condition' } },
      supportingInfo: { valueReference: { reference: 'Observation/referred-value' } },
      consent: { valueReference: { reference: `Consent/${agreed}` } },
    });
  const referredWith = async (agreed: Json) => {
    await load(township, [agreed]);
    return referred(agreed.id);
  };
  const document = (without: Json = {}) => {
    const whole = handover(Date.now(), [], { subject: { reference: 'Patient/referred' }, ...without });
    whole.section[0].entry = [{ reference: 'Condition/referred-condition' }];
    return given.resource('document', whole);
  };

  test('is the side that it belongs to, through either door', async () => {
    const task = await referred();
    const again = { ...referral({ subject: { valueReference: { reference: 'Patient/referred' } } }) };
    expect((await stranger('POST', 'ServiceRequest/$refer', again)).status).toBe(403);
    const nobody = await township('POST', 'ServiceRequest/$refer', { resourceType: 'Parameters' });
    expect([nobody.status, nobody.body.issue[0].expression]).toEqual([422, ['ServiceRequest.requester']]);
    const forbidden = await step(township, task, 'accept');
    expect(forbidden.status).toBe(403);
    expect(rules(forbidden)).toEqual(['referral-step-not-yours']);
    const put = await township('PUT', `Task/${task.id}`, inState(task, 'accepted', 'accepted'));
    expect(put.status).toBe(403);
    expect((await step(stranger, task, 'reject', REJECTED)).status, 'it is not there for a stranger').toBe(
      404,
    );
    done(await step(hospital, task, 'accept'));
    done(await step(hospital, task, 'arrive'));
    done(await step(hospital, task, 'discharge', document(), given.code('disposition', '3'), IMPROVED));
    const { down } = await whole(hospital, task);
    const [back] = await search(township, `Task?focus=ServiceRequest/${down[0].id}&code=referral`);
    expect((await step(hospital, back, 'acknowledge', given.flag('medicationPlan', true))).status).toBe(403);
    const taken = done(await step(township, back, 'acknowledge', given.flag('medicationPlan', true)));
    const times = taken.extension.filter((e: Json) => e.url.endsWith('state-time'));
    expect(times.at(-1).extension.find((e: Json) => e.url === 'by').valueReference.reference).toBe(EAST);
    expect(stateOf(await get(township, `Task/${task.id}`)), 'who referred sees the end').toBe('closed');
  });

  test('the receiver reads the record from acceptance to closing, and not before or after', async () => {
    const read = async () => (await hospital('GET', 'Observation/referred-value')).status;
    const task = await referred();
    expect(await read()).toBe(404);
    done(await step(hospital, task, 'accept'));
    expect(await read()).toBe(200);
    done(await step(hospital, task, 'arrive'));
    done(await step(hospital, task, 'discharge', document(), IMPROVED));
    expect(await read()).toBe(200);
    done(await step(hospital, task, 'close', given.text('noDownReferral', '痊愈')));
    expect(await read()).toBe(404);
  });

  test('a consent that is withdrawn ends what has not arrived, and leaves who is treated to be discharged', async () => {
    const read = async () => (await hospital('GET', 'Observation/referred-value')).status;
    const agreed = await get(township, 'Consent/c-referred');
    const treated = await referred();
    for (const name of ['accept', 'arrive']) done(await step(hospital, treated, name));
    const accepted = await referred();
    done(await step(hospital, accepted, 'accept'));
    const waiting = await referred();
    expect((await township('PUT', 'Consent/c-referred', { ...agreed, status: 'inactive' })).status).toBe(200);
    for (const task of [accepted, waiting]) {
      const { task: after, request } = await whole(township, task);
      expect([stateOf(after), after.statusReason.coding[0].code, request.status]).toEqual([
        'cancelled',
        'consent-withdrawn',
        'revoked',
      ]);
    }
    done(await step(hospital, treated, 'discharge', document(), IMPROVED));
    done(await step(hospital, treated, 'close', given.text('noDownReferral', '痊愈')));
    expect(await read()).toBe(404);
    const early = await referredWith({ ...agreed, id: 'c-early' });
    done(await step(hospital, early, 'accept'));
    expect(await read()).toBe(200);
    expect((await township('DELETE', 'Consent/c-early')).status).toBe(204);
    expect(await read(), 'from then on nothing is shown').toBe(404);
    expect((await township('PUT', 'Consent/c-referred', agreed)).status).toBe(200);
  });

  test('whoever asked reads the document of the end, and does not write it', async () => {
    const task = await referred();
    for (const name of ['accept', 'arrive']) done(await step(hospital, task, name));
    const ended = done(await step(hospital, task, 'discharge', document(), IMPROVED));
    const path = ended.output.find((o: Json) => o.type.coding[0].code === 'handover').valueReference
      .reference;
    const shown = await get(township, path);
    expect((await township('PUT', path, { ...shown, title: '改' })).status).toBe(403);
    const { meta: _, ...amended } = { ...shown, status: 'amended' };
    done(await hospital('PUT', path, amended));
    expect(await get(township, path)).toMatchObject({ status: 'amended' });
    expect((await stranger('GET', path)).status).toBe(404);
    await load(township, [consent('c-west', { patient: task.for, provision: { type: 'permit' } })]);
    const to = [given.reference('performer', WEST), given.reference('consent', 'Consent/c-west')];
    const back = done(await step(hospital, task, 'refer-back', ...to));
    done(await step(stranger, back, 'acknowledge', given.flag('medicationPlan', true)));
    const [followUp] = (await whole(stranger, back)).followUps;
    const reported = [IMPROVED, given.code('method', '3'), given.flag('close', true)];
    done(await step(stranger, followUp, 'report-follow-up', ...reported));
    done(await hospital('PUT', path, { ...amended, title: '再次更正' }));
    expect((await stranger('GET', 'Observation/referred-value')).status, 'the record is closed').toBe(404);
    expect((await get(stranger, path)).title, 'who took over keeps the document').toBe('再次更正');
    expect(await search(stranger, 'Communication?patient=referred'), 'and is told').toHaveLength(1);
    expect(await search(township, `Communication?based-on=${task.focus.reference}`)).toHaveLength(2);
  });

  test('nobody names a document of the end that is hidden from them, for others would be shown it', async () => {
    const task = await referred();
    for (const name of ['accept', 'arrive']) done(await step(hospital, task, name));
    done(await step(hospital, task, 'discharge', document(), IMPROVED));
    const ended = done(await step(hospital, task, 'close', given.text('noDownReferral', '痊愈')));
    const theirs = document({ author: [{ reference: WEST }] }).resource;
    const hidden = `Composition/${(await stranger('POST', 'Composition', theirs)).body.id}`;
    expect((await stranger('GET', hidden)).status).toBe(200);
    expect((await hospital('GET', hidden)).status).toBe(404);
    for (const reference of [hidden, 'Composition/of-nobody']) {
      const named = output('opinion', { valueReference: { reference } });
      const told = await hospital('PUT', `Task/${task.id}`, { ...ended, output: [...ended.output, named] });
      expect([told.status, rules(told)]).toEqual([422, ['opinion-missing']]);
    }
  });

  test('a consultation at a distance ends with its consent, until the opinion is there', async () => {
    const read = async () => (await hospital('GET', 'Observation/referred-value')).status;
    const agreed = await get(township, 'Consent/c-referred');
    await load(township, [{ ...agreed, id: 'c-consulted' }]);
    const consultation = { kind: { valueCode: 'consultation' }, category: { valueCode: 'consult' } };
    const task = await referred('c-consulted', consultation);
    for (const name of ['accept', 'start']) done(await step(hospital, task, name));
    expect(await read()).toBe(200);
    done(await township('PUT', 'Consent/c-consulted', { ...agreed, id: 'c-consulted', status: 'inactive' }));
    const { task: after } = await whole(township, task);
    expect([stateOf(after), after.statusReason.coding[0].code]).toEqual(['cancelled', 'consent-withdrawn']);
    expect(await read()).toBe(404);
    const other = await referred('c-referred', consultation);
    for (const name of ['accept', 'start']) done(await step(hospital, other, name));
    const called = await step(township, other, 'cancel', WITHDRAWN);
    expect(stateOf(done(called)), 'who asked needs it no more').toBe('cancelled');
  });
});
