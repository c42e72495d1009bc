import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDays, addMonths, dayOf } from '../../../src/kernel/calendar.ts';
import { startBeside, startTestApp, type TestApp } from '../../support/app.ts';
import {
  BASIC,
  BLOOD_PRESSURE,
  bySigner,
  DOCTOR,
  extension,
  found,
  type Json,
  moveTo,
  offer,
  PACKAGES,
  parameters,
  put,
  resident,
  rules,
  signed,
  signer,
  stopReason,
  team,
} from './story.ts';

const WEST_DOCTOR = 'PractitionerRole/township-centre-west-physician-1';
const today = dayOf(new Date());
const yearFrom = (day: string) => addDays(addMonths(day, 12), -1);

describe('A family-doctor contract', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ clock: 'movable' });
    await put(app, team('east'), team('west', WEST_DOCTOR, 'Organization/township-centre-west'), ...PACKAGES);
  });
  afterAll(() => app?.close());

  const post = (path: string, ...p: Json[]) => app.call('POST', path, parameters(...p));
  const terms = { start: today, end: yearFrom(today), packages: [BASIC, BLOOD_PRESSURE] };

  it('is in force once both have signed, and brings doctor, plan, responsibility and tasks', async () => {
    await put(app, resident('r1'), offer('c1', 'r1', terms));
    await put(app, resident('r1-other'));
    const stranger = await post('Contract/c1/$sign', bySigner('resident', 'Patient/r1-other'));
    expect(rules(stranger)).toEqual(['contract-signer-unfit']);
    const elsewhere = await post('Contract/c1/$sign', bySigner('provider', WEST_DOCTOR));
    expect(rules(elsewhere)).toEqual(['contract-provider-unfit']);
    const half = await post('Contract/c1/$sign', bySigner('resident', 'Patient/r1'));
    expect(half.status, half.text).toBe(200);
    expect(half.body.status).toBe('executable');
    expect(await found(app, 'CarePlan?contract=Contract/c1')).toEqual([]);
    const whole = await post('Contract/c1/$sign', bySigner('provider', DOCTOR));
    expect(whole.status, whole.text).toBe(200);
    expect(whole.body.status).toBe('executed');
    expect(whole.body.issued).toBe(today);
    const again = await post('Contract/c1/$sign', bySigner('provider', DOCTOR));
    expect(again.body.meta.versionId, 'signed twice, signed once').toBe(whole.body.meta.versionId);

    const patient = (await app.call('GET', 'Patient/r1')).body;
    expect(patient.generalPractitioner.map((g: Json) => g.reference)).toEqual([
      'Organization/township-centre-east',
      DOCTOR,
    ]);
    const [plan] = await found(app, 'CarePlan?contract=Contract/c1');
    expect(plan.status).toBe('active');
    expect(plan.activity.map((a: Json) => a.id)).toEqual([
      'basic-package.examination',
      'basic-package.education',
      'hypertension-package.hypertension-follow-up',
    ]);
    const [episode] = await found(app, 'EpisodeOfCare?contract=Contract/c1');
    expect(episode).toMatchObject({ status: 'active', careManager: { reference: DOCTOR } });
    const tasks = await found(app, 'Task?contract=Contract/c1&_count=50');
    expect(tasks).toHaveLength(7);
    const visits = tasks.filter((t) => t.code.coding[0].code === 'follow-up');
    expect(visits).toHaveLength(4);
    expect(visits.every((t) => extension(t, 'programme').valueCoding.code === 'hypertension')).toBe(true);
    const windows = visits.map((t) => t.restriction.period).sort((a, b) => (a.start < b.start ? -1 : 1));
    expect(windows[0].start).toBe(today);
    expect(windows[3].end).toBe(yearFrom(today));
    expect(windows[1].start).toBe(addDays(windows[0].end, 1));
  });

  it('says what was delivered of what was promised', async () => {
    const [first] = await found(app, 'Task?contract=Contract/c1&code=examination');
    const done = await app.call('PUT', `Task/${first.id}`, {
      ...first,
      status: 'completed',
      businessStatus: { coding: [{ ...first.businessStatus.coding[0], code: 'done' }] },
      executionPeriod: { start: today },
      output: [{ type: { text: '体检' }, valueReference: { reference: 'Observation/x' } }],
    });
    expect(done.status, done.text).toBe(200);
    const answer = await app.call('GET', 'Contract/c1/$delivery');
    expect(answer.status, answer.text).toBe(200);
    const part = (p: Json, name: string) => p.part.find((x: Json) => x.name === name);
    const lines = answer.body.parameter
      .filter((p: Json) => p.name === 'service')
      .map((p: Json) =>
        ['title', 'promised', 'delivered', 'open'].map(
          (n) => part(p, n).valueString ?? part(p, n).valueInteger,
        ),
      );
    expect(lines).toEqual([
      ['examination', 1, 1, 0],
      ['education', 2, 0, 2],
      ['hypertension-follow-up', 4, 0, 4],
    ]);
    const [plan] = await found(app, 'CarePlan?contract=Contract/c1');
    expect(plan.activity[0].outcomeReference).toEqual([{ reference: `Task/${first.id}` }]);
  });

  it('is one at a time for a resident, through every door, also when ten sign at once', async () => {
    const other = await startBeside(app);
    await put(app, resident('r2'));
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        (i % 2 ? app : other).call('PUT', `Contract/race-${i}`, signed(`race-${i}`, 'r2', terms)),
      ),
    );
    await other.close();
    expect(answers.map((a) => a.status).sort()).toEqual([201, ...Array(9).fill(409)]);
    expect(rules(answers.find((a) => a.status === 409)!)).toEqual(['contract-already-in-force']);
    expect(await found(app, 'Contract?subject=Patient/r2&status=executed')).toHaveLength(1);
    expect(await found(app, 'CarePlan?subject=Patient/r2')).toHaveLength(1);
    const [held] = await found(app, 'Contract?subject=Patient/r2');
    const after = addDays(held.applies.end, 1);
    await put(app, signed('race-next', 'r2', { start: after, end: yearFrom(after) }));
    const long = { start: today, end: addDays(yearFrom(today), 400) };
    const overlapping = await app.call('PUT', 'Contract/race-next-2', signed('race-next-2', 'r2', long));
    expect(overlapping.status).toBe(409);
  });

  it('is one at a time for a person, whatever records are linked, and a later link asks which one stays', async () => {
    const link = (other: string) => ({
      link: [{ other: { reference: `Patient/${other}` }, type: 'seealso' }],
    });
    await put(app, resident('l1'), resident('l2', link('l1')), resident('l3'));
    const answers = await Promise.all(
      ['l1', 'l2', 'l1', 'l2'].map((p, i) => app.call('PUT', `Contract/cl${i}`, signed(`cl${i}`, p, terms))),
    );
    expect(answers.map((a) => a.status).toSorted()).toEqual([201, 409, 409, 409]);
    expect(rules(answers.find((a) => a.status === 409)!)).toEqual(['contract-already-in-force']);

    await put(app, signed('cl9', 'l3', terms));
    const reviews = () => found(app, 'Task?patient=Patient/l1,Patient/l2,Patient/l3&code=contract-duplicate');
    expect(await reviews()).toEqual([]);
    await put(app, { ...(await app.call('GET', 'Patient/l3')).body, ...link('l1') });
    const [review, ...more] = await reviews();
    expect(more).toEqual([]);
    expect(review).toMatchObject({ status: 'ready', owner: { reference: 'CareTeam/east' } });
    const ended = await post('Contract/cl9/$terminate', {
      name: 'reason',
      valueCodeableConcept: stopReason('4').valueCodeableConcept,
    });
    expect(ended.status, ended.text).toBe(200);
    expect((await reviews()).map((t) => t.status)).toEqual(['completed']);
  });

  it('cannot be signed against the law', async () => {
    await put(
      app,
      resident('child', { birthDate: addMonths(today, -120) }),
      resident('other'),
      resident('dead', { deceasedDateTime: '2026-01-01' }),
      {
        resourceType: 'RelatedPerson',
        id: 'mother',
        patient: { reference: 'Patient/child' },
        relationship: [{ text: '母亲' }],
      },
    );
    const refused = async (rule: string, contract: Json) => {
      const answer = await app.call('PUT', `Contract/${contract.id}`, contract);
      expect(answer.status, answer.text).toBe(422);
      expect(rules(answer)).toContain(rule);
    };
    await refused('contract-guardian-missing', signed('x1', 'child', terms));
    const guarded = { signer: [signer('GUARD', 'RelatedPerson/mother'), signer('HPROV', DOCTOR)] };
    await refused('contract-guardian-unfit', signed('x2', 'other', { ...terms, more: guarded }));
    await refused('contract-signer-unfit', signed('x3', 'other', { ...terms, more: guarded }));
    await refused('contract-resident-unfit', signed('x4', 'dead', terms));
    await refused('contract-resident-unfit', signed('x5', 'nobody', terms));
    await refused('contract-term-short', signed('x6', 'other', { start: today, end: addMonths(today, 6) }));
    await refused('contract-team-unfit', signed('x7', 'other', { ...terms, team: 'nobody' }));
    await refused('package-not-for-resident', signed('x8', 'other', { ...terms, populations: ['03'] }));
    await refused('package-unknown', signed('x9', 'other', { ...terms, packages: [`${BASIC}-x`] }));
    await refused(
      'contract-signer-missing',
      signed('x10', 'other', { ...terms, more: { signer: [signer('PAT', 'Patient/other')] } }),
    );
    await refused(
      'contract-provider-unfit',
      signed('x11', 'other', {
        ...terms,
        more: { signer: [signer('PAT', 'Patient/other'), signer('HPROV', WEST_DOCTOR)] },
      }),
    );
    const nurses = { ...team('nurses'), participant: [team('nurses').participant[1]] };
    const without = await app.call('PUT', 'CareTeam/nurses', nurses);
    expect(without.status).toBe(422);
    expect(rules(without)).toContain('team-without-general-practitioner');
    await put(app, signed('child-contract', 'child', { ...terms, more: guarded }));
    const capacity = { system: 'https://xiantong.example/fhir/CodeSystem/health-flag', code: 'no-capacity' };
    await put(app, {
      resourceType: 'Flag',
      id: 'capacity',
      status: 'active',
      code: { coding: [capacity] },
      subject: { reference: 'Patient/other' },
    });
    await refused('contract-guardian-missing', signed('x12', 'other', terms));
  });

  it('keeps what was signed; teams keep who was in them', async () => {
    const contract = (await app.call('GET', 'Contract/c1')).body;
    const change = async (more: Json, rule: string) => {
      const answer = await app.call('PUT', 'Contract/c1', { ...contract, ...more });
      expect(answer.status, answer.text).toBe(422);
      expect(rules(answer)).toContain(rule);
    };
    await change({ status: 'offered' }, 'contract-step-illegal');
    await change({ status: 'terminated' }, 'contract-not-expired');
    await change({ status: 'revoked' }, 'contract-stop-reason-missing');
    await change({ subject: [{ reference: 'Patient/r2' }] }, 'contract-settled');
    await change({ term: contract.term.slice(0, 1) }, 'contract-settled');
    const another = signer('HPROV', 'Organization/township-centre-east');
    await change({ signer: [contract.signer[0], another] }, 'contract-settled');
    const gone = await app.call('DELETE', 'Contract/c1');
    expect(gone.status).toBe(422);
    expect(rules(gone)).toEqual(['contract-kept']);
    const east = (await app.call('GET', 'CareTeam/east')).body;
    const erased = await app.call('PUT', 'CareTeam/east', {
      ...east,
      participant: east.participant.slice(0, 1),
    });
    expect(rules(erased)).toEqual(['team-member-erased']);
    const left = { ...east.participant[1], period: { end: today } };
    await put(app, { ...east, participant: [east.participant[0], left] });
  });

  it('changes team and packages from a day on, and knows who was responsible before', async () => {
    await put(
      app,
      resident('r3'),
      signed('c3', 'r3', { ...terms, start: addDays(today, -100), end: addDays(today, 300) }),
    );
    expect(rules(await post('Contract/c3/$amend'))).toEqual(['contract-unchanged']);
    const amended = await post(
      'Contract/c3/$amend',
      { name: 'team', valueReference: { reference: 'CareTeam/west' } },
      { name: 'package', valueCanonical: BASIC },
    );
    expect(amended.status, amended.text).toBe(200);
    expect(amended.body.status).toBe('amended');
    const tasks = await found(app, 'Task?contract=Contract/c3&_count=50');
    const visits = tasks.filter((t) => t.code.coding[0].code === 'follow-up');
    const past = (t: Json) => t.restriction.period.end < today;
    expect(visits.map((t) => [past(t), t.status]).sort()).toEqual(
      [
        [false, 'cancelled'],
        [false, 'cancelled'],
        [false, 'cancelled'],
        [true, 'ready'],
      ].sort(),
    );
    expect(
      tasks
        .filter((t) => t.status === 'ready' && !past(t))
        .every((t) => t.owner.reference === 'CareTeam/west'),
    ).toBe(true);
    const onDay = async (day: string) => {
      const { body } = await app.call('GET', `Patient/r3/$responsible?date=${day}`);
      return body.parameter.find((p: Json) => p.name === 'team')?.valueReference.reference;
    };
    expect(await onDay(addDays(today, -50))).toBe('CareTeam/east');
    expect(await onDay(today)).toBe('CareTeam/west');
    expect(await onDay(addDays(today, -200))).toBeUndefined();
    expect(await onDay(addDays(today, 300))).toBe('CareTeam/west');
    expect(await onDay(addDays(today, 301)), 'after the term').toBeUndefined();
  });

  it('tells the residents when another doctor answers for their team', async () => {
    await put(app, team('north'), resident('r8'), signed('c8', 'r8', { ...terms, team: 'north' }));
    const north = (await app.call('GET', 'CareTeam/north')).body;
    const [doctor, ...others] = north.participant;
    const left = { ...doctor, period: { ...doctor.period, end: addDays(today, -1) } };
    const come = { ...doctor, member: { reference: WEST_DOCTOR }, period: { start: today } };
    await put(app, { ...north, participant: [left, come, ...others] });
    const { generalPractitioner } = (await app.call('GET', 'Patient/r8')).body;
    expect(generalPractitioner.map((g: Json) => g.reference)).toEqual([
      'Organization/township-centre-east',
      WEST_DOCTOR,
    ]);
    const { body } = await app.call('GET', 'Patient/r8/$responsible');
    expect(body.parameter.find((p: Json) => p.name === 'doctor').valueReference.reference).toBe(WEST_DOCTOR);
  });

  it('pauses, goes on, and ends early with a reason', async () => {
    await put(app, resident('r4'), signed('c4', 'r4', terms));
    const paused = await post('Contract/c4/$suspend', {
      name: 'reason',
      valueCodeableConcept: { text: '失联' },
    });
    expect(paused.body.status, paused.text).toBe('disputed');
    expect(await found(app, 'Task?contract=Contract/c4&status=ready')).toEqual([]);
    expect((await post('Contract/c4/$amend', { name: 'package', valueCanonical: BASIC })).status).toBe(422);
    const resumed = await post('Contract/c4/$resume');
    expect(resumed.body.status, resumed.text).toBe('resolved');
    expect(await found(app, 'Task?contract=Contract/c4&status=ready')).toHaveLength(7);
    const reason = { name: 'reason', valueCodeableConcept: stopReason('1').valueCodeableConcept };
    const early = { name: 'date', valueDate: addDays(today, 3) };
    expect((await post('Contract/c4/$terminate', reason, early)).status).toBe(422);
    const ended = await post('Contract/c4/$terminate', reason);
    expect(ended.body.status, ended.text).toBe('revoked');
    expect(await found(app, 'Task?contract=Contract/c4&status=ready')).toEqual([]);
    const [episode] = await found(app, 'EpisodeOfCare?contract=Contract/c4');
    expect(episode).toMatchObject({ status: 'finished', period: { start: today, end: today } });
    expect((await app.call('GET', 'Patient/r4')).body.generalPractitioner).toBeUndefined();
    await put(
      app,
      signed('c4b', 'r4', { ...terms, start: addDays(today, 1), end: yearFrom(addDays(today, 1)) }),
    );
  });

  it('ends with the death of the resident; the record stays', async () => {
    await put(
      app,
      resident('r5'),
      signed('c5', 'r5', { ...terms, start: addDays(today, -200), end: addDays(today, 200) }),
    );
    await put(app, resident('r5', { deceasedDateTime: addDays(today, -2) }));
    const contract = (await app.call('GET', 'Contract/c5')).body;
    expect(contract.status).toBe('revoked');
    expect(extension(contract, 'contract-stop-reason').valueCodeableConcept.coding[0].code).toBe('5');
    const tasks = await found(app, 'Task?contract=Contract/c5&_count=50');
    expect(new Set(tasks.map((t) => t.status))).toEqual(new Set(['cancelled', 'failed']));
    const [episode] = await found(app, 'EpisodeOfCare?contract=Contract/c5');
    expect(episode.period.end).toBe(addDays(today, -2));
  });

  it('is signed by a household together, each for itself, and sent twice once', async () => {
    await put(app, resident('h1'), resident('h2', { birthDate: addMonths(today, -60) }), resident('h3'), {
      resourceType: 'RelatedPerson',
      id: 'father',
      patient: { reference: 'Patient/h2' },
      relationship: [{ text: '父亲' }],
    });
    const person = (id: string, guardian?: string) => ({
      name: 'person',
      part: [
        { name: 'subject', valueReference: { reference: `Patient/${id}` } },
        ...(guardian ? [{ name: 'guardian', valueReference: { reference: guardian } }] : []),
      ],
    });
    const send = () =>
      post(
        'Contract/$sign-group',
        { name: 'team', valueReference: { reference: 'CareTeam/east' } },
        { name: 'provider', valueReference: { reference: DOCTOR } },
        { name: 'package', valueCanonical: BASIC },
        person('h1'),
        person('h2', 'RelatedPerson/father'),
        person('r1'),
        person('h3', 'RelatedPerson/father'),
      );
    const outcomes = (answer: Json) =>
      answer.body.parameter.map((p: Json) => p.part.find((x: Json) => x.name === 'outcome').valueCode);
    const first = await send();
    expect(first.status, first.text).toBe(200);
    expect(outcomes(first)).toEqual(['signed', 'signed', 'present', 'refused']);
    expect(JSON.stringify(first.body.parameter[3])).toContain('contract-guardian-unfit');
    expect(outcomes(await send())).toEqual(['present', 'present', 'present', 'refused']);
    expect(await found(app, 'Contract?subject=Patient/h1')).toHaveLength(1);
  });

  it('runs out, is renewed in a chain, and begins when its day comes', async () => {
    await put(app, resident('r6'), signed('c6', 'r6', terms), resident('r7'), signed('c7', 'r7', terms));
    const renewed = await post(
      'Contract/c6/$renew',
      { name: 'team', valueReference: { reference: 'CareTeam/west' } },
      bySigner('resident', 'Patient/r6'),
      bySigner('provider', WEST_DOCTOR),
    );
    expect(renewed.status, renewed.text).toBe(200);
    expect(renewed.body.applies.start).toBe(addDays(yearFrom(today), 1));
    expect(extension(renewed.body, 'contract-predecessor').valueReference.reference).toBe('Contract/c6');
    expect((await post('Contract/c6/$renew')).status, 'one successor').toBe(409);
    expect((await app.call('GET', 'Contract/c6')).body.status).toBe('executed');
    expect((await app.call('GET', 'Patient/r6')).body.generalPractitioner[1].reference).toBe(DOCTOR);

    await moveTo(app, `${addDays(yearFrom(today), -20)}T12:00:00+08:00`);
    const reminders = await found(app, 'Task?code=contract-renewal&patient=Patient/r7');
    expect(reminders).toMatchObject([{ status: 'ready', focus: { reference: 'Contract/c7' } }]);
    expect(await found(app, 'Task?code=contract-renewal&patient=Patient/r6')).toEqual([]);
    await put(
      app,
      resident('r9'),
      signed('c9', 'r9', { ...terms, start: addDays(today, -1), end: addDays(yearFrom(today), -1) }),
    );
    const reminder = async () => (await found(app, 'Task?code=contract-renewal&patient=Patient/r9'))[0];
    await moveTo(app, `${addDays(yearFrom(today), -20)}T12:05:00+08:00`);
    expect((await reminder()).status).toBe('ready');
    await post('Contract/c9/$renew', bySigner('resident', 'Patient/r9'), bySigner('provider', DOCTOR));
    expect((await reminder()).status, 'seen to').toBe('completed');

    await moveTo(app, `${addDays(yearFrom(today), 1)}T12:00:00+08:00`);
    expect((await app.call('GET', 'Contract/c6')).body.status).toBe('renewed');
    expect((await app.call('GET', 'Contract/c7')).body.status).toBe('terminated');
    expect((await app.call('GET', 'Patient/r6')).body.generalPractitioner[1].reference).toBe(WEST_DOCTOR);
    expect((await app.call('GET', 'Patient/r7')).body.generalPractitioner).toBeUndefined();
    const episodes = await found(app, 'EpisodeOfCare?patient=Patient/r6&_sort=date');
    expect(episodes.map((e) => [e.status, e.period.end])).toEqual([
      ['finished', yearFrom(today)],
      ['active', undefined],
    ]);
    const late = await post(
      'Contract/c7/$renew',
      bySigner('resident', 'Patient/r7'),
      bySigner('provider', DOCTOR),
    );
    expect(late.body.status, late.text).toBe('executed');
    expect((await app.call('GET', 'Contract/c7')).body.status).toBe('renewed');
  });
});
