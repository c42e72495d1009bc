import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { addDays, addMonths, dayOf } from '../../../src/kernel/calendar.ts';
import { startBeside, startTestApp, type TestApp } from '../../support/app.ts';
import {
  BLOOD_PRESSURE,
  C,
  DOCTOR,
  extension,
  found,
  type Json,
  moveTo,
  PACKAGES,
  parameters,
  put,
  resident,
  rules,
  signed,
  team,
} from '../contracts/story.ts';
import { followUpForm, type Visit } from './follow-up-form.ts';

const today = dayOf(new Date());
const code = (system: string, value: string) => ({
  coding: [{ system: `${C}/CodeSystem/${system}`, code: value }],
});
const icd = (value: string) => ({ coding: [{ system: 'http://hl7.org/fhir/sid/icd-10', code: value }] });

function enrolment(id: string, patient: string, programme: string, start: string, more: Json = {}): Json {
  return {
    resourceType: 'EpisodeOfCare',
    id,
    status: 'active',
    type: [code('public-health-programme', programme)],
    patient: { reference: `Patient/${patient}` },
    managingOrganization: { reference: 'Organization/township-centre-east' },
    period: { start },
    ...more,
  };
}

const windowOf = (t: Json) => [t.restriction.period.start, t.restriction.period.end];
const codeOf = (t: Json) => t.code.coding[0].code;
const outputOf = (t: Json, name: string) =>
  t.output.find(
    (o: Json) => o.type.coding[0].code === name && (o.valueCoding ?? o.valueDate ?? o.valueReference),
  );

const pressureOf = (
  id: string,
  patient: string,
  day: string,
  pressure: [number, number],
  more: Json = {},
): Json => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '85354-9' }] },
  subject: { reference: `Patient/${patient}` },
  effectiveDateTime: day,
  component: ['8480-6', '8462-4'].map((loinc, i) => ({
    code: { coding: [{ system: 'http://loinc.org', code: loinc }] },
    valueQuantity: { value: pressure[i], unit: 'mmHg', system: 'http://unitsofmeasure.org', code: 'mm[Hg]' },
  })),
  ...more,
});

describe('Public-health services', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ clock: 'movable' });
    const hospital = { resourceType: 'Organization', id: 'county-hospital', active: true, name: '县医院' };
    await put(app, team('east'), ...PACKAGES, hospital, {
      resourceType: 'Organization',
      id: 'cdc',
      active: true,
      name: '疾控中心',
      type: [{ coding: [{ system: 'urn:oid:2.16.156.10011.2.3.4.1', code: 'J100' }] }],
    });
  });
  afterAll(() => app?.close());

  const open = (patient: string, programme: string) =>
    found(app, `Task?patient=Patient/${patient}&programme=${programme}&status=ready&_count=50`);
  const submit = (response: Json) => app.call('PUT', `QuestionnaireResponse/${response.id}`, response);
  const accepted = async (response: Json) => {
    const answer = await submit(response);
    expect([200, 201], answer.text.slice(0, 2000)).toContain(answer.status);
  };

  it('enrols for a diagnosis: to be confirmed, then under management with what is due', async () => {
    const from = addDays(today, -40);
    await put(
      app,
      resident('e1'),
      signed('ce1', 'e1', { start: from, end: addDays(addMonths(from, 12), -1) }),
    );
    await put(app, {
      resourceType: 'Condition',
      id: 'bp',
      code: icd('I10.x05'),
      subject: { reference: 'Patient/e1' },
      recordedDate: today,
    });
    const [planned] = await found(app, 'EpisodeOfCare?patient=Patient/e1&type=hypertension');
    expect(planned).toMatchObject({ status: 'planned', team: [{ reference: 'CareTeam/east' }] });
    expect((await open('e1', 'hypertension')).map(codeOf)).toEqual(['enrolment']);
    await put(app, { ...planned, status: 'active' });
    const tasks = await open('e1', 'hypertension');
    expect(tasks.map(codeOf).sort()).toEqual(['examination', 'follow-up']);
    expect(tasks.every((t) => t.owner.reference === 'CareTeam/east')).toBe(true);
    const visit = tasks.find((t) => codeOf(t) === 'follow-up');
    expect(visit.restriction.period.end).toBe(addMonths(today, 3));
    const patient = (await app.call('GET', 'Patient/e1')).body;
    expect(extension(patient, 'key-population').valueCodeableConcept.coding[0].code).toBe('04');
    const twice = await app.call(
      'PUT',
      'EpisodeOfCare/again',
      enrolment('again', 'e1', 'hypertension', today),
    );
    expect(twice.status).toBe(409);
    const applied = await app.call('POST', 'PlanDefinition/hypertension/$apply', {
      resourceType: 'Parameters',
      parameter: [{ name: 'subject', valueString: 'Patient/e1' }],
    });
    expect(applied.status, applied.text).toBe(200);
    expect(applied.body.activity).toHaveLength(2);
    expect(await open('e1', 'hypertension')).toHaveLength(2);
  });

  it('takes a visit from its form: observations, class, the task done, and the next one by the norm', async () => {
    await accepted(followUpForm('f1', 'e1', { pressure: [136, 86] }));
    const observations = await found(app, 'Observation?patient=Patient/e1');
    const pressure = observations.find((o) => o.code.coding[0].code === '85354-9');
    expect(pressure.component.map((c: Json) => c.valueQuantity)).toEqual([
      { value: 136, unit: 'mmHg', system: 'http://unitsofmeasure.org', code: 'mm[Hg]' },
      { value: 86, unit: 'mmHg', system: 'http://unitsofmeasure.org', code: 'mm[Hg]' },
    ]);
    expect(pressure).toMatchObject({
      effectiveDateTime: today,
      derivedFrom: [{ reference: 'QuestionnaireResponse/f1' }],
    });
    const [done] = await found(
      app,
      'Task?patient=Patient/e1&programme=hypertension&status=completed&code=follow-up',
    );
    expect(outputOf(done, 'class').valueCoding.code).toBe('1');
    expect(outputOf(done, 'next-due').valueDate).toBe(addMonths(today, 3));
    expect(done.executionPeriod.start).toBe(today);
    const next = (await open('e1', 'hypertension')).filter((t) => codeOf(t) === 'follow-up');
    expect(next).toHaveLength(1);
    expect(next[0].restriction.period.end).toBe(addMonths(today, 3));
    await accepted(followUpForm('f1', 'e1', { pressure: [136, 86] }));
    expect(await found(app, 'Observation?patient=Patient/e1'), 'sent twice, it is one').toHaveLength(2);
    expect((await open('e1', 'hypertension')).filter((t) => codeOf(t) === 'follow-up')).toHaveLength(1);
  });

  it('refers after two uncontrolled visits in a row, and follows the referral up', async () => {
    const start = addDays(today, -100);
    await put(
      app,
      resident('h1', { managingOrganization: { reference: 'Organization/township-centre-east' } }),
    );
    await put(app, enrolment('eh1', 'h1', 'hypertension', start));
    const first = addDays(today, -20);
    await accepted(followUpForm('h1a', 'h1', { pressure: [155, 95], day: first }));
    const [recheck] = (await open('h1', 'hypertension')).filter((t) => codeOf(t) === 'recheck');
    expect(windowOf(recheck)).toEqual([addDays(first, 1), addDays(first, 14)]);
    expect(
      await found(app, `Task?patient=Patient/h1&status=ready&due-end=lt${today}&code=recheck`),
      'overdue',
    ).toHaveLength(1);
    const second = addDays(today, -8);
    await accepted(followUpForm('h1b', 'h1', { pressure: [158, 96], day: second }));
    const tasks = (await open('h1', 'hypertension')).filter((t) => codeOf(t) !== 'examination');
    expect(tasks.map(codeOf).sort()).toEqual(['referral', 'referral-follow-up']);
    expect(windowOf(tasks.find((t) => codeOf(t) === 'referral-follow-up'))[1]).toBe(addDays(second, 14));
    const [request] = await found(app, 'ServiceRequest?patient=Patient/h1');
    expect(request).toMatchObject({ status: 'draft', priority: 'urgent', requester: { reference: DOCTOR } });
    expect(request.reasonCode[0].coding[0].code).toBe('uncontrolled-twice');
    await accepted(followUpForm('h1c', 'h1', { pressure: [130, 80] }));
    const after = (await open('h1', 'hypertension')).filter((t) =>
      ['follow-up', 'recheck', 'referral-follow-up'].includes(codeOf(t)),
    );
    expect(after.map(codeOf)).toEqual(['follow-up']);
    const late = addDays(today, -15);
    await accepted(followUpForm('h1d', 'h1', { pressure: [150, 92], day: late }));
    const still = (await open('h1', 'hypertension')).filter((t) => codeOf(t) === 'follow-up');
    expect(
      still.map((t) => t.id),
      'a visit entered late does not move the next',
    ).toEqual(after.map((t) => t.id));
    const [entered] = await found(app, `Task?patient=Patient/h1&period=${late}&status=completed`);
    expect(dayOf(new Date(entered.lastModified))).toBe(today);
  });

  it('decides the same in whatever order the visits are entered', async () => {
    const place = { managingOrganization: { reference: 'Organization/township-centre-east' } };
    const visits = [
      { pressure: [150, 92], day: addDays(today, -20) },
      { pressure: [152, 92], day: addDays(today, -8) },
    ] as const;
    for (const [id, order] of [
      ['o1', visits],
      ['o2', visits.toReversed()],
    ] as const) {
      await put(app, resident(id, place), enrolment(`e${id}`, id, 'hypertension', addDays(today, -100)));
      for (const visit of order)
        await accepted(followUpForm(`${id}${visit.day}`, id, { ...visit, pressure: [...visit.pressure] }));
      const tasks = (await open(id, 'hypertension')).filter((t) => codeOf(t) !== 'examination');
      expect(tasks.map((t) => [codeOf(t), windowOf(t)[1]]).sort()).toEqual([
        ['referral', addDays(today, 6)],
        ['referral-follow-up', addDays(today, 6)],
      ]);
      expect(await found(app, `ServiceRequest?patient=Patient/${id}`)).toHaveLength(1);
    }
  });

  it('plans at once what a delivery brings, and ends what it ends', async () => {
    const anchors = (days: Record<string, string>) => ({
      extension: Object.entries(days).map(([anchor, date]) => ({
        url: `${C}/StructureDefinition/programme-anchor`,
        extension: [
          { url: 'anchor', valueCode: anchor },
          { url: 'date', valueDate: date },
        ],
      })),
    });
    const begun = { 'last-menstruation': addDays(today, -250) };
    await put(
      app,
      resident('early', {
        birthDate: '1996-03-01',
        gender: 'female',
        managingOrganization: { reference: 'Organization/township-centre-east' },
      }),
      enrolment('pregnant', 'early', 'maternal', today, anchors(begun)),
    );
    const due = async () =>
      (await open('early', 'maternal')).map((t) => t.identifier[0].value.split('/').at(-1)).sort();
    expect(await due()).toEqual(['weeks-28', 'weeks-37']);
    const born = { ...begun, delivery: addDays(today, -1), discharge: today };
    await put(app, enrolment('pregnant', 'early', 'maternal', today, anchors(born)));
    expect(await due()).toEqual(['day-42', 'postpartum-visit']);
  });

  it('does not screen whoever left the management of the disease', async () => {
    const place = { managingOrganization: { reference: 'Organization/township-centre-east' } };
    const left = enrolment('left', 'refuser', 'hypertension', addDays(today, -50), {
      status: 'finished',
      period: { start: addDays(today, -50), end: today },
      extension: [
        {
          url: `${C}/StructureDefinition/enrolment-end`,
          valueCodeableConcept: code('enrolment-end-reason', 'refused'),
        },
      ],
    });
    await put(app, resident('refuser', place), left, resident('neighbour-1', place));
    const night = parameters({ name: 'wait', valueBoolean: true });
    expect((await app.call('POST', 'PlanDefinition/$schedule', night)).status).toBe(200);
    expect((await open('neighbour-1', 'hypertension')).map(codeOf)).toEqual(['screening']);
    expect(await open('refuser', 'hypertension')).toEqual([]);
  });

  it('measures again who is screened with a raised pressure, and refers after the third day', async () => {
    const place = { managingOrganization: { reference: 'Organization/township-centre-east' } };
    const screened = async (patient: string, task: Json, day: string, pressure: [number, number]) => {
      const id = `${patient}-${day}`;
      await put(app, pressureOf(id, patient, day, pressure), {
        ...task,
        status: 'completed',
        businessStatus: code('public-health-task-state', 'done'),
        executionPeriod: { start: day },
        output: [
          {
            type: code('public-health-task-output', 'measurement'),
            valueReference: { reference: `Observation/${id}` },
          },
        ],
      });
    };
    const planned = async (patient: string) =>
      (await open(patient, 'hypertension')).map((t) => [codeOf(t), ...windowOf(t)]).sort();
    await put(app, resident('sc1', place), resident('sc2', place), resident('sc3', place));
    const night = parameters({ name: 'wait', valueBoolean: true });
    expect((await app.call('POST', 'PlanDefinition/$schedule', night)).status).toBe(200);
    const days = [12, 8, 4].map((n) => addDays(today, -n));
    for (const [n, day] of days.entries()) {
      const tasks = await open('sc1', 'hypertension');
      expect(tasks.map(codeOf), day).toEqual(['screening']);
      if (n > 0) expect(windowOf(tasks[0])[0]).toBe(addDays(days[n - 1]!, 1));
      await screened('sc1', tasks[0], day, [146, 88]);
    }
    expect(await planned('sc1')).toEqual([
      ['referral', days[2], addDays(days[2]!, 14)],
      ['suspect-follow-up', days[2], addDays(days[2]!, 14)],
    ]);
    const [draft] = await found(app, 'ServiceRequest?patient=Patient/sc1');
    expect([draft.status, draft.reasonCode[0].coding[0].code]).toEqual(['draft', 'diagnosis-unclear']);

    await screened('sc2', (await open('sc2', 'hypertension'))[0], days[0]!, [139, 89]);
    expect(await planned('sc2'), 'not raised').toEqual([]);
    await screened('sc3', (await open('sc3', 'hypertension'))[0], days[0]!, [184, 100]);
    expect((await planned('sc3')).map(([what]) => what)).toEqual(['emergency-referral', 'suspect-follow-up']);

    await put(app, enrolment('found-out', 'sc3', 'hypertension', today));
    const [asked] = await found(app, 'Task?patient=Patient/sc3&code=suspect-follow-up');
    expect([asked.status, asked.output[0].valueReference.reference]).toEqual([
      'completed',
      'EpisodeOfCare/found-out',
    ]);
  });

  it('takes a pressure that was measured at a visit as the screening of the year, and takes it back', async () => {
    const place = { managingOrganization: { reference: 'Organization/township-centre-east' } };
    await put(app, resident('cl1', place), {
      resourceType: 'Encounter',
      id: 'cl1-visit',
      status: 'finished',
      class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
      subject: { reference: 'Patient/cl1' },
    });
    const atVisit = { encounter: { reference: 'Encounter/cl1-visit' } };
    const day = today.endsWith('01-01') ? today : addDays(today, -1);
    const screenings = async (state: string) =>
      (await found(app, `Task?patient=Patient/cl1&code=screening&status=${state}`)).map(
        (t) => t.identifier[0].value.split('/').at(-1) as string,
      );
    await put(app, pressureOf('cl1-home', 'cl1', day, [150, 92]));
    await put(app, pressureOf('cl1-old', 'cl1', addMonths(today, -24), [150, 92], atVisit));
    expect(await screenings('completed'), 'measured at no visit, or years ago').toEqual([]);
    await put(app, pressureOf('cl1-a', 'cl1', day, [150, 92], atVisit));
    const year = `screening-${today.slice(0, 4)}`;
    expect(await screenings('completed'), 'before any night has planned it').toEqual([year]);
    expect(await screenings('ready')).toEqual([`remeasure-${day}`]);
    const [done] = await found(app, 'Task?patient=Patient/cl1&status=completed');
    expect(outputOf(done, 'measurement').valueReference.reference).toBe('Observation/cl1-a');
    expect(outputOf(done, 'visit').valueReference.reference).toBe('Encounter/cl1-visit');
    expect(outputOf(done, 'method').valueCoding.code).toBe('1');
    expect(done.executionPeriod.start).toBe(day);
    await put(app, pressureOf('cl1-a', 'cl1', day, [130, 82], { ...atVisit, status: 'corrected' }));
    expect(await screenings('ready'), 'not raised after all').toEqual([]);
    await put(app, pressureOf('cl1-a', 'cl1', day, [150, 92], { ...atVisit, status: 'entered-in-error' }));
    expect([await screenings('ready'), await screenings('completed')]).toEqual([[year], []]);
    await put(app, pressureOf('cl1-b', 'cl1', today, [128, 80], atVisit));
    expect([await screenings('ready'), await screenings('completed')]).toEqual([[], [year]]);
  });

  it('refers whoever is suspected of tuberculosis, and asks within a week what came of it', async () => {
    const place = { managingOrganization: { reference: 'Organization/township-centre-east' } };
    const suspected = (patient: string, verification: string): Json => ({
      resourceType: 'Condition',
      id: `tb-${patient}`,
      code: icd('A16.200'),
      subject: { reference: `Patient/${patient}` },
      recordedDate: today,
      verificationStatus: {
        coding: [
          { system: 'http://terminology.hl7.org/CodeSystem/condition-ver-status', code: verification },
        ],
      },
    });
    for (const id of ['tb1', 'tb2']) await put(app, resident(id, place), suspected(id, 'provisional'));
    const planned = async (patient: string) =>
      (await open(patient, 'tuberculosis')).map((t) => [codeOf(t), ...windowOf(t)]).sort();
    const drafts = async (patient: string) =>
      (await found(app, `ServiceRequest?patient=Patient/${patient}`)).map((r) => r.status);
    expect(await planned('tb1')).toEqual([
      ['referral', today, today],
      ['suspect-follow-up', today, addDays(today, 7)],
    ]);
    expect(await drafts('tb1')).toEqual(['draft']);
    expect(await found(app, 'EpisodeOfCare?patient=Patient/tb1')).toEqual([]);
    await put(app, suspected('tb1', 'confirmed'));
    expect((await planned('tb1')).map(([what]) => what)).toContain('enrolment');
    const [episode] = await found(app, 'EpisodeOfCare?patient=Patient/tb1&type=tuberculosis');
    await put(app, { ...episode, status: 'active' });
    const [asked] = await found(app, 'Task?patient=Patient/tb1&code=suspect-follow-up');
    expect(asked.status).toBe('completed');
    await put(app, suspected('tb2', 'refuted'));
    expect([await planned('tb2'), await drafts('tb2')]).toEqual([[], ['entered-in-error']]);
  });

  it('refers an unstable mental disorder as critical', async () => {
    const place = { managingOrganization: { reference: 'Organization/township-centre-east' } };
    await put(app, resident('s1', place), enrolment('es1', 's1', 'mental-disorder', addDays(today, -50)));
    const whole = followUpForm('s1a', 's1', {});
    const mental = (linkId: string, answer: Json) => ({ linkId, answer: [answer] });
    const kept = ['visit-date', 'method', 'adherence', 'adverse-reaction', 'doctor'];
    const item = [
      ...whole.item.filter((i: Json) => kept.slice(0, 2).includes(i.linkId)),
      mental('risk', { valueCoding: { system: `${C}/CodeSystem/mental-disorder-risk`, code: '3' } }),
      mental('symptoms-gone', { valueBoolean: true }),
      mental('insight', { valueBoolean: true }),
      mental('social-function', { valueCoding: { system: `${C}/CodeSystem/good-fair-poor`, code: '1' } }),
      ...whole.item.filter((i: Json) => kept.slice(2).includes(i.linkId)),
    ];
    await accepted({ ...whole, questionnaire: `${C}/Questionnaire/mental-disorder-follow-up|0.1.0`, item });
    const [request] = await found(app, 'ServiceRequest?patient=Patient/s1');
    expect(request.reasonCode[0].coding[0].code).toBe('critical-condition');
  });

  it('sends emergencies at once', async () => {
    await put(
      app,
      resident('h2', { managingOrganization: { reference: 'Organization/township-centre-east' } }),
    );
    await put(app, enrolment('eh2', 'h2', 'hypertension', today));
    await accepted(followUpForm('h2a', 'h2', { pressure: [192, 112] }));
    const tasks = (await open('h2', 'hypertension')).filter((t) => codeOf(t) !== 'examination');
    expect(tasks.map(codeOf).sort()).toEqual(['emergency-referral', 'referral-follow-up']);
    expect(windowOf(tasks.find((t) => codeOf(t) === 'emergency-referral'))).toEqual([today, today]);
    const [draft] = await found(app, 'ServiceRequest?patient=Patient/h2');
    expect(draft).toMatchObject({ status: 'draft', priority: 'stat' });
    const referred = await app.call('POST', `ServiceRequest/${draft.id}/$refer`, {
      resourceType: 'Parameters',
      parameter: [
        { name: 'performer', valueReference: { reference: 'Organization/county-hospital' } },
        { name: 'exemptionReason', valueString: '高血压急症' },
      ],
    });
    expect(referred.status, referred.text).toBe(200);
    expect(referred.body.focus, 'goes on with the draft').toEqual({
      reference: `ServiceRequest/${draft.id}`,
    });
    expect(await found(app, 'ServiceRequest?patient=Patient/h2')).toHaveLength(1);
    const asked = tasks.find((t) => codeOf(t) === 'emergency-referral');
    const closed = await app.call('GET', `Task/${asked!.id}`);
    expect(closed.body, 'the task that asked for it closes itself').toMatchObject({ status: 'completed' });
  });

  it('refuses what contradicts the measurement, the norm or the calendar', async () => {
    const refused = async (rule: string, visit: Visit) => {
      const answer = await submit(followUpForm('bad', 'h2', visit));
      expect(answer.status, answer.text).toBe(422);
      expect(rules(answer)).toContain(rule);
    };
    await refused('visit-class-contradicts', { pressure: [155, 95], stated: '1' });
    await refused('visit-class-contradicts', { pressure: [130, 80], adverse: true, stated: '1' });
    await refused('next-visit-too-late', { pressure: [155, 95], next: addDays(today, 30) });
    await refused('visit-in-future', { day: addDays(today, 1) });
    const elderly = resident('h3', {
      birthDate: '1950-01-01',
      managingOrganization: { reference: 'Organization/x' },
    });
    await put(app, elderly);
    await accepted(followUpForm('elderly', 'h3', { pressure: [148, 88], stated: '1' }));
    const whole = followUpForm('bad', 'h2', {});
    expect((await submit({ ...whole, item: whole.item.slice(0, 2) })).status, 'required items').toBe(422);
  });

  it('takes back what a form entered in error brought, and amends what an amended one says', async () => {
    const place = { managingOrganization: { reference: 'Organization/township-centre-east' } };
    await put(app, resident('v1', place), enrolment('ev1', 'v1', 'hypertension', addDays(today, -100)));
    const visits = async (status: string) =>
      (await found(app, `Task?patient=Patient/v1&programme=hypertension&status=${status}&_count=50`)).filter(
        (t) => codeOf(t) !== 'examination',
      );
    const observed = async () =>
      (await found(app, 'Observation?patient=Patient/v1&code=85354-9&_count=50')).map((o) => o.status);
    const [planned] = await visits('ready');
    await accepted(followUpForm('v1a', 'v1', { pressure: [150, 92] }));
    expect((await visits('ready')).map(codeOf)).toEqual(['recheck']);

    await accepted({ ...followUpForm('v1a', 'v1', { pressure: [130, 80] }), status: 'amended' });
    expect((await visits('ready')).map(codeOf), 'controlled after all').toEqual(['follow-up']);
    expect(await observed()).toEqual(['amended']);
    const moved = addDays(today, -3);
    await accepted({ ...followUpForm('v1a', 'v1', { pressure: [130, 80], day: moved }), status: 'amended' });
    expect((await visits('ready')).map((t) => windowOf(t)[1])).toEqual([addMonths(moved, 3)]);

    const undone = { ...planned, executionPeriod: undefined, output: undefined };
    const direct = await app.call('PUT', `Task/${planned.id}`, undone);
    expect(rules(direct), 'its form stands').toEqual(['task-step-illegal']);

    await accepted({
      ...followUpForm('v1a', 'v1', { pressure: [130, 80], day: moved }),
      status: 'entered-in-error',
    });
    expect(await observed()).toEqual(['entered-in-error']);
    expect(
      (await visits('ready')).map((t) => t.id),
      'the visit is to be made',
    ).toEqual([planned.id]);
    expect(await visits('completed')).toEqual([]);

    await accepted(followUpForm('v1b', 'v1', { pressure: [150, 92], day: addDays(today, -9) }));
    await accepted(followUpForm('v1c', 'v1', { pressure: [152, 92] }));
    expect((await visits('ready')).map(codeOf).toSorted()).toEqual(['referral', 'referral-follow-up']);
    await accepted({
      ...followUpForm('v1b', 'v1', { pressure: [150, 92], day: addDays(today, -9) }),
      status: 'entered-in-error',
    });
    expect((await visits('ready')).map(codeOf), 'uncontrolled once').toEqual(['recheck']);
    expect((await found(app, 'ServiceRequest?patient=Patient/v1')).map((r) => r.status)).toEqual([
      'entered-in-error',
    ]);
    expect((await app.call('DELETE', 'QuestionnaireResponse/v1c')).status).toBeLessThan(300);
    expect((await visits('completed')).length, 'a deleted form is no record').toBe(0);
  });

  it('lets one visit close the tasks of several programmes, and of the contract', async () => {
    const start = addDays(today, -30);
    const terms = { start, end: addDays(addMonths(start, 12), -1), packages: [BLOOD_PRESSURE] };
    await put(app, resident('m1'), signed('cm1', 'm1', terms));
    await put(app, enrolment('em1', 'm1', 'hypertension', start), enrolment('em2', 'm1', 'diabetes', start));
    const entry = [followUpForm('m1a', 'm1', {}), followUpForm('m1b', 'm1', { glucose: 7.4 })].map(
      (resource) => ({
        resource,
        request: { method: 'PUT', url: `QuestionnaireResponse/${resource.id}` },
      }),
    );
    const bundle = { resourceType: 'Bundle', type: 'transaction', entry };
    const sent = await app.call('POST', '', bundle);
    expect(sent.status, sent.text.slice(0, 1500)).toBe(200);
    expect((await app.call('POST', '', bundle)).status, 'sent late and twice').toBe(200);
    const done = await found(app, 'Task?patient=Patient/m1&status=completed');
    expect(done.map((t) => extension(t, 'programme').valueCoding.code).sort()).toEqual([
      'diabetes',
      'hypertension',
      'hypertension',
    ]);
    expect(done.filter((t) => extension(t, 'served-contract'))).toHaveLength(1);
    const visits = (await found(app, 'Task?patient=Patient/m1&status=ready&_count=50')).filter(
      (t) => !extension(t, 'served-contract') && codeOf(t) !== 'examination',
    );
    expect(visits.map(codeOf).sort()).toEqual(['follow-up', 'recheck']);
    const delivery = await app.call('GET', 'Contract/cm1/$delivery');
    expect(delivery.body.parameter[1]).toEqual({ name: 'delivered', valueInteger: 1 });
  });

  it('records one visit when two send the same at once', async () => {
    await put(
      app,
      resident('w1', { managingOrganization: { reference: 'Organization/township-centre-east' } }),
    );
    await put(app, enrolment('ew1', 'w1', 'hypertension', addDays(today, -50)));
    const sent = await Promise.all(
      Array.from({ length: 6 }, (_, i) =>
        submit(followUpForm(i % 2 ? 'w1a' : 'w1b', 'w1', { pressure: [150, 90] })),
      ),
    );
    expect(
      sent.every((a) => a.status < 300),
      sent.map((a) => a.text.slice(0, 200)).join(),
    ).toBe(true);
    const tasks = await found(app, 'Task?patient=Patient/w1&_count=50');
    const open = tasks.filter((t) => t.status === 'ready' && codeOf(t) !== 'examination');
    expect(open.map(codeOf)).toEqual(['recheck']);
  });

  it('fills in what the record knows', async () => {
    const answer = await app.call('POST', 'Questionnaire/hypertension-follow-up/$populate', {
      resourceType: 'Parameters',
      parameter: [{ name: 'subject', valueReference: { reference: 'Patient/m1' } }],
    });
    expect(answer.status, answer.text).toBe(200);
    const item = (linkId: string) => answer.body.item.find((i: Json) => i.linkId === linkId);
    expect(item('visit-date').answer).toEqual([{ valueDate: today }]);
    expect(item('smoking').answer).toEqual([{ valueDecimal: 5 }]);
    expect(item('blood-pressure').item[0].answer).toEqual([{ valueDecimal: 132 }]);
    expect(item('class')).toBeUndefined();
    const extracted = await app.call('POST', 'QuestionnaireResponse/m1a/$extract');
    expect(extracted.status, extracted.text).toBe(200);
    expect(extracted.body.entry.length).toBeGreaterThan(1);
  });

  it('moves a task by its table only, and ends what a death or the end of management ends', async () => {
    await put(
      app,
      resident('d1', { managingOrganization: { reference: 'Organization/township-centre-east' } }),
    );
    await put(app, enrolment('ed1', 'd1', 'hypertension', today), enrolment('ed2', 'd1', 'diabetes', today));
    const [task] = (await open('d1', 'hypertension')).filter((t) => codeOf(t) === 'follow-up');
    const state = (value: string) => ({ coding: [{ ...task.businessStatus.coding[0], code: value }] });
    const bare = await app.call('PUT', `Task/${task.id}`, {
      ...task,
      status: 'completed',
      businessStatus: state('done'),
    });
    expect(rules(bare)).toEqual(expect.arrayContaining(['task-result-missing', 'visit-class-missing']));
    const lost = {
      ...task,
      status: 'failed',
      businessStatus: state('lost'),
      statusReason: code('not-visited-reason', '4'),
    };
    await put(app, lost);
    const next = (await open('d1', 'hypertension')).filter((t) => codeOf(t) === 'follow-up');
    expect(next.map((t) => t.restriction.period.end)).toEqual([addMonths(addMonths(today, 3), 3)]);
    await put(app, { ...enrolment('ed2', 'd1', 'diabetes', today), status: 'onhold' });
    expect(await open('d1', 'diabetes')).toEqual([]);
    await put(app, enrolment('ed2', 'd1', 'diabetes', today));
    expect((await open('d1', 'diabetes')).map(codeOf).sort()).toEqual(['examination', 'follow-up']);
    await put(app, resident('d1', { deceasedDateTime: today }));
    expect(await found(app, 'Task?patient=Patient/d1&status=ready')).toEqual([]);
    const ended = await found(app, 'EpisodeOfCare?patient=Patient/d1&end-reason=death');
    expect(ended.map((e) => e.status)).toEqual(['finished', 'finished']);
    const back = await app.call('PUT', `Task/${next[0].id}`, next[0]);
    expect(rules(back)).toEqual(['task-step-illegal']);
  });

  it('keeps the groups of key populations by their criteria', async () => {
    const group = (id: string, population: string, ...characteristic: Json[]): Json => ({
      resourceType: 'Group',
      id,
      type: 'person',
      actual: true,
      code: code('key-population', population),
      characteristic: characteristic.map((c) => ({ code: { text: '条件' }, exclude: false, ...c })),
    });
    const programme = { valueCodeableConcept: code('public-health-programme', 'hypertension') };
    const old = { valueRange: { low: { value: 65, unit: 'a' } } };
    await put(app, group('old', '03', old), group('pressure', '04', programme, { ...old, exclude: true }));
    const members = (body: Json) =>
      (body.member ?? []).filter((m: Json) => !m.inactive).map((m: Json) => m.entity.reference);
    const first = await app.call('POST', 'Group/old/$recalculate');
    expect(first.status, first.text).toBe(200);
    expect(members(first.body)).toEqual(expect.arrayContaining(['Patient/e1', 'Patient/h3']));
    const now = async (id: string) => members((await app.call('GET', `Group/${id}`)).body);
    await put(
      app,
      resident('g1', { birthDate: '1980-01-01', managingOrganization: { reference: 'Organization/y' } }),
    );
    await put(app, enrolment('eg1', 'g1', 'hypertension', today));
    expect(await now('pressure')).toEqual(['Patient/g1']);
    const patient = (await app.call('GET', 'Patient/g1')).body;
    await put(app, { ...patient, birthDate: '1950-01-01' });
    expect(await now('pressure')).toEqual([]);
    expect(await now('old')).toContain('Patient/g1');
    const left = (await app.call('GET', 'Group/pressure')).body.member[0];
    expect(left).toMatchObject({ inactive: true, period: { start: today, end: today } });
  });

  it('moves residents in large groups with the next pass, so that no write waits for thousands of members', async () => {
    const member = Array.from({ length: 3000 }, () => ({
      entity: { reference: `Patient/${randomUUID()}` },
      period: { start: '2026-01-01' },
    }));
    const programme = { valueCodeableConcept: code('public-health-programme', 'diabetes') };
    const characteristic = [{ code: { text: '条件' }, exclude: false, ...programme }];
    const group = (id: string, more: Json) => ({
      resourceType: 'Group',
      id,
      type: 'person',
      actual: true,
      code: code('key-population', '05'),
      characteristic,
      ...more,
    });
    await put(
      app,
      group('many', { member }),
      group('fewer', { member }),
      resident('lg1', { managingOrganization: { reference: 'Organization/y' } }),
      resident('lg2', { managingOrganization: { reference: 'Organization/y' } }),
    );
    await put(app, enrolment('lge1', 'lg1', 'diabetes', today), enrolment('lge2', 'lg2', 'diabetes', today));
    await put(app, { ...enrolment('lge2', 'lg2', 'diabetes', today), status: 'onhold' });
    const version = async () => (await app.call('GET', 'Group/many')).body;
    expect((await version()).meta.versionId, 'not written for each resident').toBe('1');
    await put(app, group('fewer', { member: member.slice(0, 3) }));
    const beside = await startBeside(app, { nightly: true });
    try {
      await vi.waitFor(async () => expect((await version()).quantity).toBe(3002), 20_000);
      await vi.waitFor(async () => {
        const left = await app.database.query({ text: 'select from population_change', values: [] });
        expect(left.rows).toHaveLength(0);
      }, 20_000);
    } finally {
      await beside.close();
    }
    const many = await version();
    expect(many.meta.versionId, 'once for all').toBe('2');
    expect(many.member.slice(3000).map((m: Json) => m.entity.reference)).toEqual([
      'Patient/lg1',
      'Patient/lg2',
    ]);
    expect(await found(app, 'Group?member=Patient/lg2&code=05')).toHaveLength(2);
    expect((await app.call('GET', 'Group/fewer')).body.quantity, 'small by now').toBe(5);
  });

  it('takes no form that cannot be true, or is nobody’s, and withdraws what was measured', async () => {
    await put(
      app,
      resident('f1'),
      resident('f2'),
      enrolment('f1-bp', 'f1', 'hypertension', addDays(today, -9)),
    );
    const refused = async (response: Json) => rules(await submit(response));
    expect(await refused(followUpForm('f1-a', 'f1', { pressure: [-130, 80] }))).toEqual([
      'measurement-implausible',
      'pressure-order',
    ]);
    expect(await refused(followUpForm('f1-a', 'f1', { pressure: [80, 120] }))).toEqual(['pressure-order']);
    expect(await refused(followUpForm('f1-a', 'nobody', {}))).toEqual(['form-resident-unknown']);
    expect(await refused({ ...followUpForm('f1-a', 'f1', {}), subject: undefined })).toEqual([
      'form-resident-unknown',
    ]);
    await accepted(followUpForm('f1-a', 'f1', { pressure: [150, 95] }));
    const measured = () => found(app, 'Observation?patient=Patient/f1&code=http://loinc.org|85354-9');
    expect((await measured()).map((o) => o.status)).toEqual(['final']);
    await accepted({ ...followUpForm('f1-a', 'f1', {}), status: 'entered-in-error' });
    expect((await measured()).map((o) => o.status)).toEqual(['entered-in-error']);
  });

  it('keeps every task on record', async () => {
    const [task] = await open('f1', 'hypertension');
    const answer = await app.call('DELETE', `Task/${task.id}`);
    expect([answer.status, rules(answer)]).toEqual([422, ['task-kept']]);
  });

  it('watches home devices: each measurement once, plausible, out of range a task', async () => {
    await put(app, { resourceType: 'Device', id: 'meter', patient: { reference: 'Patient/m1' } });
    const measurement = (value: string, systolic: number, diastolic: number): Json => ({
      resourceType: 'Observation',
      status: 'final',
      identifier: [{ system: 'https://meter.example', value }],
      extension: [{ url: `${C}/StructureDefinition/measurement-origin`, valueCode: 'home' }],
      category: [
        {
          coding: [
            { system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' },
          ],
        },
      ],
      code: { coding: [{ system: 'http://loinc.org', code: '85354-9' }] },
      subject: { reference: 'Patient/m1' },
      performer: [{ reference: 'Patient/m1' }],
      device: { reference: 'Device/meter' },
      effectiveDateTime: `${today}T00:00:00+08:00`,
      component: [
        ['8480-6', systolic],
        ['8462-4', diastolic],
      ].map(([loinc, value]) => ({
        code: { coding: [{ system: 'http://loinc.org', code: loinc }] },
        valueQuantity: { value, unit: 'mmHg', system: 'http://unitsofmeasure.org', code: 'mm[Hg]' },
      })),
    });
    const post = (m: Json, headers?: Record<string, string>) => app.call('POST', 'Observation', m, headers);
    expect((await post(measurement('1', 134, 82))).status).toBe(201);
    expect((await post(measurement('1', 134, 82))).status).toBe(409);
    const condition = { 'if-none-exist': 'identifier=https://meter.example|1' };
    expect((await post(measurement('1', 134, 82), condition)).status).toBe(200);
    expect(rules(await post(measurement('2', 400, 82)))).toEqual(['measurement-implausible']);
    const tomorrow = { effectiveDateTime: `${addDays(today, 1)}T08:00:00+08:00` };
    expect(rules(await post({ ...measurement('2', 134, 82), ...tomorrow }))).toEqual([
      'measurement-implausible',
    ]);
    await put(app, resident('neighbour'));
    const borrowed = { subject: { reference: 'Patient/neighbour' } };
    const unknown = { device: { reference: 'Device/nowhere' } };
    for (const wrong of [borrowed, unknown]) {
      expect(rules(await post({ ...measurement('2', 134, 82), ...wrong }))).toEqual(['device-of-another']);
    }
    const warnings = () => found(app, 'Task?patient=Patient/m1&code=out-of-range&status=ready');
    expect(await warnings()).toEqual([]);
    expect((await post(measurement('3', 152, 94))).status).toBe(201);
    expect((await post(measurement('4', 154, 94))).status).toBe(201);
    expect(await warnings()).toHaveLength(1);
    expect((await post(measurement('5', 186, 112))).status).toBe(201);
    expect(await warnings()).toMatchObject([{ priority: 'stat', restriction: { period: { end: today } } }]);
  });

  it('opens the report of a notifiable disease in the same transaction, with its deadline', async () => {
    const at = '2026-11-20T09:00:00+08:00';
    const condition = (id: string, icd10: string): Json => ({
      resourceType: 'Condition',
      id,
      code: icd(icd10),
      subject: { reference: 'Patient/m1' },
      recordedDate: at,
      recorder: { reference: DOCTOR },
    });
    await put(
      app,
      condition('cholera', 'A00.901'),
      condition('hand-foot-mouth', 'B08.401'),
      condition('cold', 'J00'),
    );
    const report = async (id: string) => (await found(app, `Task?focus=Condition/${id}`))[0];
    expect(await report('cholera')).toMatchObject({
      owner: { reference: 'Organization/cdc' },
      priority: 'stat',
    });
    expect(Date.parse((await report('cholera')).restriction.period.end) - Date.parse(at)).toBe(2 * 3_600_000);
    expect(Date.parse((await report('hand-foot-mouth')).restriction.period.end) - Date.parse(at)).toBe(
      24 * 3_600_000,
    );
    expect(await report('cold')).toBeUndefined();
    const told = await report('cholera');
    const done = await app.call('PUT', `Task/${told.id}`, { ...told, status: 'completed' });
    expect(rules(done)).toEqual(expect.arrayContaining(['report-incomplete']));
    const status = (code: string) => ({
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-ver-status', code }],
    });
    await put(app, { ...condition('cholera', 'A00.901'), verificationStatus: status('refuted') });
    expect((await report('cholera')).status).toBe('cancelled');
  });

  it('makes what is due each night, once, for all of a county: the year of a child, of an old and of a pregnant person', async () => {
    const place = { managingOrganization: { reference: 'Organization/township-centre-east' } };
    await put(
      app,
      resident('baby', { birthDate: today, gender: 'female', ...place }),
      resident('old', { birthDate: '1955-03-01', ...place }),
      resident('forty', { birthDate: '1985-03-01', ...place }),
      resident('mother', { birthDate: '1996-03-01', gender: 'female', ...place }),
    );
    await put(
      app,
      enrolment('pregnancy', 'mother', 'maternal', today, {
        extension: [
          {
            url: `${C}/StructureDefinition/programme-anchor`,
            extension: [
              { url: 'anchor', valueCode: 'last-menstruation' },
              { url: 'date', valueDate: addDays(today, -70) },
            ],
          },
        ],
      }),
    );
    const schedule = () =>
      app.call('POST', 'PlanDefinition/$schedule', parameters({ name: 'wait', valueBoolean: true }));
    const first = await schedule();
    expect(first.status, first.text).toBe(200);
    const part = (answer: Json, name: string) =>
      answer.body.parameter[0].part.find((p: Json) => p.name === name);
    expect(part(first, 'created').valueInteger).toBeGreaterThan(5);
    const created = part(await schedule(), 'created').valueInteger;
    expect(created, 'nothing is made twice').toBe(part(first, 'created').valueInteger);

    const due = async (patient: string, programme: string) =>
      (await found(app, `Task?patient=Patient/${patient}&programme=${programme}&_count=100`))
        .map((t) => [t.identifier[0].value.split('/').at(-1), ...windowOf(t)])
        .sort();
    expect(await due('old', 'older-person')).toEqual(
      ['constitution', 'examination', 'self-care'].map((a) => [
        `${a}-${today.slice(0, 4)}`,
        `${today.slice(0, 4)}-01-01`,
        `${today.slice(0, 4)}-12-31`,
      ]),
    );
    expect((await due('forty', 'hypertension')).map(([period]) => period)).toEqual([
      `screening-${today.slice(0, 4)}`,
    ]);
    const weeks = (n: number) => addDays(today, -70 + 7 * n);
    expect(await due('mother', 'maternal')).toEqual([['book', weeks(0), addDays(weeks(13), -1)]]);
    expect(await due('baby', 'child')).toEqual([
      ['full-month', addDays(today, 28), addDays(today, 30)],
      ['newborn-visit', today, addDays(today, 7)],
    ]);
    expect((await due('baby', 'immunisation')).map(([period]) => period)).toEqual([
      'bcg-1',
      'hepb-1',
      'hepb-2',
    ]);

    await put(app, {
      resourceType: 'Immunization',
      id: 'hepb',
      status: 'completed',
      vaccineCode: code('vaccine', 'HepB'),
      patient: { reference: 'Patient/baby' },
      occurrenceDateTime: today,
      protocolApplied: [{ doseNumberPositiveInt: 1 }],
    });
    const [given] = await found(app, 'Task?output=Immunization/hepb');
    expect(given.status).toBe('completed');

    await moveTo(app, `${addMonths(today, 3)}T12:00:00+08:00`);
    await moveTo(app, `${addMonths(today, 12)}T12:00:00+08:00`);
    expect(await due('baby', 'child')).toEqual([
      ['blood-routine-6', addMonths(today, 6), addDays(addMonths(today, 9), -1)],
      ['chinese-medicine-12', addMonths(today, 12), addDays(addMonths(today, 13), -1)],
      ['chinese-medicine-6', addMonths(today, 6), addDays(addMonths(today, 7), -1)],
      ['full-month', addDays(today, 28), addDays(today, 30)],
      ['hearing-12', addMonths(today, 12), addDays(addMonths(today, 13), -1)],
      ['hearing-6', addMonths(today, 6), addDays(addMonths(today, 7), -1)],
      ['month-12', addMonths(today, 12), addDays(addMonths(today, 13), -1)],
      ['month-3', addMonths(today, 3), addDays(addMonths(today, 4), -1)],
      ['month-6', addMonths(today, 6), addDays(addMonths(today, 7), -1)],
      ['month-8', addMonths(today, 8), addDays(addMonths(today, 9), -1)],
      ['newborn-visit', today, addDays(today, 7)],
    ]);
    expect((await due('mother', 'maternal')).map(([period]) => period)).toEqual([
      'book',
      'weeks-16',
      'weeks-21',
      'weeks-28',
      'weeks-37',
    ]);
    expect((await due('old', 'older-person')).map(([period]) => period)).toContain(
      `examination-${Number(today.slice(0, 4)) + 1}`,
    );
    const overdue = await found(
      app,
      `Task?patient=Patient/baby&programme=child&status=ready&due-end=lt${addMonths(today, 12)}&_count=50`,
    );
    expect(overdue.length).toBeGreaterThan(4);

    await put(app, resident('newcomer', { birthDate: today, ...place }));
    await schedule();
    expect(
      (await due('newcomer', 'child')).map(([period]) => period),
      'what was over before they came is not made up for',
    ).toEqual(['chinese-medicine-12', 'hearing-12', 'month-12']);
  });

  it('judges a visit by the norm of its day, however late it is entered', async () => {
    const now = addMonths(today, 12);
    const from = addDays(now, -3);
    const norm = (await app.call('GET', 'PlanDefinition/hypertension')).body;
    const { meta: _, text: __, ...copied } = norm;
    const action = norm.action.map((a: Json) =>
      a.id === 'controlled' ? { ...a, timingDuration: { ...a.timingDuration, value: 2 } } : a,
    );
    const url = 'https://qinghe.example/fhir/PlanDefinition/hypertension';
    await put(
      app,
      { ...copied, id: 'norm-2', url, version: '2', effectivePeriod: { start: from }, action },
      resident('n1', { managingOrganization: { reference: 'Organization/township-centre-east' } }),
      enrolment('en1', 'n1', 'hypertension', addDays(now, -60)),
    );
    const next = async () =>
      (await open('n1', 'hypertension')).filter((t) => codeOf(t) === 'follow-up').map((t) => windowOf(t)[1]);
    const before = addDays(now, -5);
    await accepted(followUpForm('n1a', 'n1', { day: before }));
    expect(await next()).toEqual([addMonths(before, 3)]);
    await accepted(followUpForm('n1b', 'n1', { day: now }));
    expect(await next()).toEqual([addMonths(now, 2)]);
  });
});
