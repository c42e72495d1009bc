/** A referral on its whole way, through the operations. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../support/app.ts';
import type { Call } from '../tokens.ts';
import {
  CENTRE,
  consent,
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
  opinion,
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
  whole,
} from './story.ts';

let app: TestApp;
let call: Call;

beforeAll(async () => {
  app = await startTestApp({ demo: true });
  call = (...request) => app.call(...request);
  await load(call, [...places, consent('c-up')]);
});
afterAll(() => app.close());

async function freeSlot(more: Json = {}): Promise<string> {
  const one = slot(Date.now(), more);
  await load(call, [one]);
  return `Slot/${one.id}`;
}

describe('an up-referral', () => {
  test('goes from the first doctor to the hospital and back to the community', async () => {
    const held = await freeSlot();
    const task = await refer(call, { slot: { valueReference: { reference: held } } });
    expect(stateOf(task)).toBe('submitted');
    expect(task).toMatchObject({
      status: 'requested',
      owner: { reference: CENTRE },
      for: { reference: 'Patient/resident-001' },
    });
    expect(await get(call, held)).toMatchObject({ status: 'busy-tentative' });
    expect(await get(call, task.focus.reference)).toMatchObject({ status: 'active', priority: 'routine' });

    expect(done(await step(call, task, 'receive'))).toMatchObject({
      status: 'received',
      owner: { reference: HOSPITAL },
    });
    const accepted = done(await step(call, task, 'accept'));
    expect(stateOf(accepted)).toBe('accepted');
    expect(accepted.output).toHaveLength(1);
    expect(await get(call, held)).toMatchObject({ status: 'busy' });

    expect(stateOf(done(await step(call, task, 'arrive', given.code('identityCheck', 'card-read'))))).toBe(
      'arrived',
    );
    expect(stateOf(done(await step(call, task, 'start')))).toBe('in-treatment');
    const left = done(
      await step(
        call,
        task,
        'discharge',
        given.resource('document', handover(Date.now())),
        given.code('disposition', '3'),
        IMPROVED,
      ),
    );
    expect(stateOf(left), 'the way back is open').toBe('down-referred');
    const up = await whole(call, task);
    expect(up.appointments[0].status).toBe('fulfilled');
    expect(up.down).toHaveLength(1);
    expect(up.down[0]).toMatchObject({ status: 'active', performer: [{ reference: EAST }] });
    const [back] = await search(call, `Task?focus=ServiceRequest/${up.down[0].id}&code=referral`);
    expect(back).toMatchObject({ owner: { reference: EAST }, status: 'requested' });
    const { followUps } = await whole(call, back);
    expect(followUps).toHaveLength(1);
    expect(followUps[0], 'of the contracted team').toMatchObject({
      status: 'ready',
      owner: { reference: 'CareTeam/team-east-1' },
    });

    const unread = await step(call, back, 'acknowledge', given.flag('medicationPlan', false));
    expect(rules(unread)).toEqual(['handover-unacknowledged']);
    done(await step(call, back, 'acknowledge', given.flag('medicationPlan', true)));
    expect((await whole(call, task)).request.status, 'the up-referral is closed').toBe('completed');
    expect(stateOf(await get(call, `Task/${task.id}`))).toBe('closed');

    const early = await step(call, back, 'close', given.concept('outcome', 'referral-outcome', 'stable'));
    expect(rules(early)).toEqual(['referral-follow-up-open']);
    const stable = given.concept('outcome', 'referral-outcome', 'stable');
    done(await step(call, followUps[0], 'report-follow-up', stable, given.code('method', '2')));
    expect(stateOf(await get(call, `Task/${back.id}`))).toBe('following-up');
    expect(
      (await step(call, followUps[0], 'report-follow-up', stable, given.code('method', '2'))).status,
    ).toBe(409);
    expect(stateOf(done(await step(call, back, 'close', stable)))).toBe('closed');
    expect((await whole(call, back)).request.status).toBe('completed');
  });

  test('is not submitted without consent and a complete record, and a draft waits for them', async () => {
    const refused = await call(
      'POST',
      'ServiceRequest/$refer',
      referral({ consent: undefined, summary: undefined }),
    );
    expect(refused.status).toBe(422);
    expect(rules(refused)).toEqual(
      expect.arrayContaining(['referral-consent-missing', 'referral-summary-missing']),
    );
    const draft = await refer(call, { consent: undefined, submit: { valueBoolean: false } });
    expect(stateOf(draft)).toBe('awaiting-consent');
    expect(rules(await step(call, draft, 'submit'))).toContain('referral-consent-missing');
    const skipped = await step(call, draft, 'accept');
    expect(skipped.status).toBe(422);
    expect(skipped.text).toContain('awaiting-consent');
    expect(skipped.text).toContain('$submit');
    await load(call, [
      consent('c-west', {
        provision: { type: 'permit', actor: [{ role: { text: 'x' }, reference: { reference: WEST } }] },
      }),
    ]);
    const wrong = await step(call, draft, 'submit', given.reference('consent', 'Consent/c-west'));
    expect(rules(wrong)).toEqual(['referral-consent-not-covering']);
    expect(stateOf(done(await step(call, draft, 'submit', given.reference('consent', 'Consent/c-up'))))).toBe(
      'submitted',
    );
  });

  test('is reviewed by its own institution, sent back, and submitted again', async () => {
    const task = await refer(call, { review: { valueBoolean: true } });
    expect(stateOf(task)).toBe('internal-review');
    expect(task.owner.reference).toBe(EAST);
    expect(stateOf(done(await step(call, task, 'submit')))).toBe('submitted');
    const sent = done(await step(call, task, 'return-for-revision', given.text('reason', '缺心电图')));
    expect(sent).toMatchObject({ status: 'draft', owner: { reference: EAST } });
    expect((await whole(call, task)).request.status).toBe('draft');
    const again = done(await step(call, task, 'submit'));
    expect(again.extension.filter((e: Json) => e.url.endsWith('state-time'))).toHaveLength(4);
  });

  test('is rejected for a listed reason, and goes to another institution under a new task', async () => {
    const task = await refer(call);
    const unlisted = await step(call, task, 'reject', {
      name: 'reason',
      valueCodeableConcept: { text: 'no' },
    });
    expect(rules(unlisted)).toEqual(['rejection-reason-unlisted']);
    expect(stateOf(done(await step(call, task, 'reject', REJECTED)))).toBe('rejected');
    expect((await whole(call, task)).request.status).toBe('on-hold');
    const uncovered = await step(call, task, 'redirect', given.reference('to', WEST));
    expect(rules(uncovered)).toEqual(['referral-consent-not-covering']);
    const next = done(
      await step(
        call,
        task,
        'redirect',
        given.reference('to', WEST),
        given.reference('consent', 'Consent/c-west'),
      ),
    );
    expect(next).toMatchObject({ status: 'received', owner: { reference: WEST } });
    const all = await whole(call, next);
    expect(all.request).toMatchObject({ status: 'active', performer: [{ reference: WEST }] });
    expect(all.tasks).toHaveLength(2);
    expect((await step(call, task, 'redirect', given.reference('to', HOSPITAL))).status).toBe(409);
    done(
      await step(call, next, 'cancel', given.concept('reason', 'referral-end-reason', 'patient-declined')),
    );
    expect((await whole(call, next)).request.status).toBe('revoked');
  });

  test('ends treatment only with a complete hand-over document', async () => {
    const task = await refer(call);
    done(await step(call, task, 'accept'));
    done(await step(call, task, 'arrive'));
    expect(rules(await step(call, task, 'discharge', IMPROVED))).toEqual(['handover-missing']);
    const partial = await step(
      call,
      task,
      'discharge',
      given.resource('document', handover(Date.now(), ['red-flags', 'medicines'])),
    );
    expect(rules(partial)).toEqual(['handover-incomplete', 'handover-incomplete']);
    const of = (patient: string) => handover(Date.now(), [], { subject: { reference: patient } });
    const other = await step(call, task, 'discharge', given.resource('document', of('Patient/resident-002')));
    expect(other.text).toContain('Patient/resident-001');
    done(await step(call, task, 'discharge', given.resource('document', of('Patient/resident-001'))));
    expect(rules(await step(call, task, 'close')).sort()).toEqual([
      'down-referral-undecided',
      'referral-outcome-missing',
    ]);
    const closed = done(await step(call, task, 'close', IMPROVED, given.text('noDownReferral', '痊愈')));
    expect(stateOf(closed)).toBe('closed');
  });

  test('is referred back by hand to whom the hospital names, who needs a consent of its own', async () => {
    const task = await refer(call);
    done(await step(call, task, 'accept'));
    done(await step(call, task, 'arrive'));
    done(await step(call, task, 'discharge', given.resource('document', handover(Date.now())), IMPROVED));
    const uncovered = await step(
      call,
      task,
      'refer-back',
      given.reference('performer', WEST),
      given.reference('consent', 'Consent/c-up'),
    );
    expect(rules(uncovered)).toEqual(['referral-consent-not-covering']);
    const back = done(
      await step(call, task, 'refer-back', given.reference('performer', 'Organization/village-clinic-3')),
    );
    expect(stateOf(back), 'no consent names the village').toBe('awaiting-consent');
    expect(stateOf(await get(call, `Task/${task.id}`))).toBe('down-referred');
    await load(call, [consent('c-village', { provision: { type: 'permit' } })]);
    const sent = done(await step(call, back, 'submit', given.reference('consent', 'Consent/c-village')));
    expect(sent).toMatchObject({
      status: 'requested',
      owner: { reference: 'Organization/village-clinic-3' },
    });
    expect((await whole(call, back)).followUps).toHaveLength(1);
    const moved = await step(call, back, 'redirect', given.reference('to', WEST));
    const { followUps } = await whole(call, done(moved));
    expect(followUps, 'who takes over follows up').toMatchObject([{ owner: { reference: WEST } }]);
  });
});

test('an emergency arrives without consent and before it is accepted, and is completed afterwards', async () => {
  const without = { consent: undefined, diagnosis: undefined, supportingInfo: undefined, summary: undefined };
  const unfounded = await call(
    'POST',
    'ServiceRequest/$refer',
    referral({ ...without, priority: { valueCode: 'routine' }, exemptionReason: { valueString: '危急' } }),
  );
  expect(unfounded.status).toBe(422);
  const task = await refer(call, {
    ...without,
    category: { valueCode: 'emergency' },
    reason: {
      valueCodeableConcept: {
        coding: [{ system: 'https://xiantong.example/fhir/CodeSystem/referral-reason', code: 'emergency' }],
      },
    },
    exemptionReason: { valueString: '胸痛,家属未到' },
  });
  expect(task.priority).toBe('stat');
  expect(stateOf(done(await step(call, task, 'arrive')))).toBe('arrived');
  const document = given.resource('document', handover(Date.now()));
  expect(rules(await step(call, task, 'discharge', document, IMPROVED))).toEqual(['emergency-record-open']);
  const completed = await call('POST', `${task.focus.reference}/$complete-emergency-record`, {
    resourceType: 'Parameters',
    parameter: [
      given.reference('consent', 'Consent/c-up'),
      given.reference('diagnosis', 'Condition/resident-001-condition-1'),
      given.text('summary', '胸痛2小时'),
      given.reference('supportingInfo', 'MedicationRequest/resident-001-medication-1'),
    ],
  });
  expect(done(completed).resourceType).toBe('ServiceRequest');
  expect(stateOf(done(await step(call, task, 'discharge', document, IMPROVED)))).toBe('discharged');
});

test('a consultation is the same way, and ends with an opinion', async () => {
  const task = await refer(call, { kind: { valueCode: 'consultation' }, category: { valueCode: 'consult' } });
  const remote = await freeSlot({
    serviceCategory: [
      { coding: [{ system: 'https://xiantong.example/fhir/CodeSystem/capacity-kind', code: 'remote' }] },
    ],
  });
  done(await step(call, task, 'book', given.reference('slot', remote), given.flag('hold', true)));
  done(await step(call, task, 'accept'));
  expect(stateOf(done(await step(call, task, 'start')))).toBe('in-treatment');
  expect(rules(await step(call, task, 'discharge'))).toEqual(['referral-transition-illegal']);
  expect(rules(await step(call, task, 'close'))).toEqual(['opinion-missing']);
  const closed = done(await step(call, task, 'close', given.resource('document', opinion(Date.now()))));
  expect(stateOf(closed)).toBe('closed');
  const { request, appointments } = await whole(call, task);
  expect([request.status, appointments[0].status]).toEqual(['completed', 'fulfilled']);
  expect(appointments[0].participant.map((p: Json) => p.status)).toEqual(['accepted', 'accepted']);
});

test('what a referral brings along is stored with it, references and all', async () => {
  const fullUrl = 'urn:uuid:6f1e7c8a-0f6f-4d8e-9a57-3d0a8a1c0001';
  const { id: _, ...fresh } = consent('unused');
  const record = { resourceType: 'Bundle', type: 'collection', entry: [{ fullUrl, resource: fresh }] };
  const task = await refer(call, {
    consent: { valueReference: { reference: fullUrl } },
    record: { resource: record },
  });
  const { request } = await whole(call, task);
  const named = request.extension.find((e: Json) => e.url.endsWith('referral-consent')).valueReference
    .reference;
  expect(await get(call, named)).toMatchObject({ resourceType: 'Consent', status: 'active' });
});

test('many at once accept one referral: one does', async () => {
  const task = await refer(call);
  const answers = await Promise.all(Array.from({ length: 20 }, () => step(call, task, 'accept')));
  expect(answers.map((a) => a.status).sort()).toEqual([200, ...Array(19).fill(409)]);
});

test('many at once want one slot: one has it, and others keep what they had', async () => {
  const last = await freeSlot();
  const tasks = await Promise.all(Array.from({ length: 12 }, () => refer(call)));
  await Promise.all(tasks.map((t) => step(call, t, 'accept')));
  const booked = await Promise.all(tasks.map((t) => step(call, t, 'book', given.reference('slot', last))));
  expect(booked.filter((a) => a.status === 200)).toHaveLength(1);
  for (const { status } of booked.filter((a) => a.status !== 200)) expect([409, 422]).toContain(status);
  const holders = await search(call, `Appointment?slot=${last}&status=booked,pending`);
  expect(holders).toHaveLength(1);
});

test('diagnosis, record and visit are of the resident, and here', async () => {
  const other = { resourceType: 'Encounter', id: 'of-another', status: 'arrived', class: { code: 'AMB' } };
  await load(call, [{ ...other, subject: { reference: 'Patient/resident-002' } }]);
  const visit = given.reference('encounter', 'Encounter/of-another');
  const task = await refer(call);
  done(await step(call, task, 'accept'));
  expect(rules(await step(call, task, 'arrive', visit))).toEqual(['referral-record-of-another']);
  for (const diagnosis of [
    'Condition/resident-002-condition-1',
    'Condition/nowhere',
    'urn:uuid:6f1e7c8a-0f6f-4d8e-9a57-3d0a8a1c0002',
  ]) {
    const named = { diagnosis: { valueReference: { reference: diagnosis } } };
    const answer = await call('POST', 'ServiceRequest/$refer', referral(named));
    expect(rules(answer), diagnosis).toEqual(['referral-record-of-another']);
  }
});

test('an outcome that was given at discharge may be said again, not changed', async () => {
  const task = await refer(call);
  done(await step(call, task, 'accept'));
  done(await step(call, task, 'arrive'));
  done(await step(call, task, 'discharge', given.resource('document', handover(Date.now())), IMPROVED));
  const none = given.text('noDownReferral', '无需');
  const cured = given.concept('outcome', 'referral-outcome', 'cured');
  expect(rules(await step(call, task, 'close', cured, none))).toEqual(['referral-history-final']);
  expect(stateOf(done(await step(call, task, 'close', IMPROVED, none)))).toBe('closed');
  const redirect = await step(call, task, 'redirect', given.reference('to', WEST));
  expect(redirect.body.issue[0].details.text).toContain('$redirect is not allowed. Allowed next: nothing');
});

test('a death ends what was on its way, and nobody is referred after it', async () => {
  const held = await freeSlot();
  const patient = { resourceType: 'Patient', id: 'dies', name: [{ text: '病故' }], gender: 'male' };
  const condition = {
    resourceType: 'Condition',
    id: 'dies-c',
    code: { text: '心衰' },
    subject: { reference: 'Patient/dies' },
  };
  await load(call, [patient, condition, consent('c-dies', { patient: { reference: 'Patient/dies' } })]);
  const about = (name: string, to: string) => ({ [name]: { valueReference: { reference: to } } });
  const named = {
    ...about('subject', 'Patient/dies'),
    ...about('diagnosis', 'Condition/dies-c'),
    ...about('supportingInfo', 'Condition/dies-c'),
    ...about('consent', 'Consent/c-dies'),
  };
  const task = await refer(call, { ...named, ...about('slot', held) });
  done(await step(call, task, 'accept'));
  const treated = await refer(call, named);
  for (const name of ['accept', 'arrive', 'start']) done(await step(call, treated, name));
  const dead = { ...patient, deceasedDateTime: new Date(Date.now() - 60_000).toISOString() };
  done(await call('PUT', 'Patient/dies', dead));
  const { task: after, request, appointments } = await whole(call, task);
  expect([stateOf(after), after.statusReason.coding[0].code, request.status]).toEqual([
    'cancelled',
    'died',
    'revoked',
  ]);
  expect(appointments.map((a) => a.status)).toEqual(['cancelled']);
  expect((await get(call, held)).status).toBe('free');
  expect(stateOf((await whole(call, treated)).task)).toBe('in-treatment');
  const again = await call('POST', 'ServiceRequest/$refer', referral(named));
  expect(rules(again)).toEqual(['referral-resident-died']);
});

test('the papers of a linked record are those of the resident', async () => {
  const linked = ['linked-1', 'linked-2'].map((id, i, both) => ({
    resourceType: 'Patient',
    id,
    name: [{ text: '合并' }],
    link: [{ other: { reference: `Patient/${both[1 - i]}` }, type: 'seealso' }],
  }));
  const patient = { reference: 'Patient/linked-2' };
  const illness = { resourceType: 'Condition', id: 'linked-c', code: { text: '心衰' }, subject: patient };
  await load(call, [...linked, illness, consent('c-linked', { patient })]);
  const to = (reference: string) => ({ valueReference: { reference } });
  const task = await refer(call, {
    subject: to('Patient/linked-1'),
    diagnosis: to('Condition/linked-c'),
    supportingInfo: to('Condition/linked-c'),
    consent: to('Consent/c-linked'),
  });
  for (const name of ['accept', 'arrive']) done(await step(call, task, name));
  const document = given.resource('document', handover(Date.now(), [], { subject: patient }));
  expect(stateOf(done(await step(call, task, 'discharge', document, IMPROVED)))).toBe('discharged');
});

test('nobody is referred to an institution that is not here, or has stopped working', async () => {
  const closed = { resourceType: 'Organization', id: 'closed-hospital', name: '停业医院', active: true };
  const anywhere = consent('c-anywhere');
  const { actor: _, ...provision } = anywhere.provision;
  await load(call, [closed, { ...anywhere, provision }]);
  const to = (reference: string) => ({ valueReference: { reference } });
  const named = { consent: to('Consent/c-anywhere'), performer: to('Organization/closed-hospital') };
  const early = await refer(call, named);
  await load(call, [{ ...closed, active: false }]);
  const rule = ['referral-receiver-unavailable'];
  expect(rules(await step(call, early, 'accept'))).toEqual(rule);
  for (const performer of [named.performer, to('Organization/nowhere')])
    expect(rules(await call('POST', 'ServiceRequest/$refer', referral({ ...named, performer })))).toEqual(
      rule,
    );
  const elsewhere = await refer(call, { ...named, performer: to(HOSPITAL) });
  const away = await step(call, elsewhere, 'redirect', given.reference('to', 'Organization/closed-hospital'));
  expect(rules(away)).toEqual(rule);
});

test('a follow-up is reported on its day or later', async () => {
  const task = await refer(call);
  for (const name of ['accept', 'arrive']) done(await step(call, task, name));
  const document = given.resource('document', handover(Date.now()));
  done(await step(call, task, 'discharge', document, IMPROVED, given.code('disposition', '3')));
  const [down] = (await whole(call, task)).down;
  const [followUp] = await search(call, `Task?focus=ServiceRequest/${down.id}&code=referral-follow-up`);
  const tomorrow = { name: 'performed', valueDateTime: new Date(Date.now() + 48 * HOUR).toISOString() };
  const report = [given.concept('outcome', 'referral-outcome', 'stable'), given.code('method', '2')];
  const early = await step(call, followUp, 'report-follow-up', ...report, tomorrow);
  expect(rules(early)).toEqual(['visit-in-future']);
});
