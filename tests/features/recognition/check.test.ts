/** `ServiceRequest/$check-recognition`, through HTTP, on the demo county. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { as, type Call } from '../tokens.ts';
import {
  ago,
  CANONICAL,
  catalogued,
  check,
  checkItem,
  evidence,
  FULL,
  HOSPITAL,
  itemOf,
  type Json,
  LABORATORY,
  load,
  loinc,
  mark,
  parameters,
  person,
  reference,
  result,
  STRANGER,
} from './story.ts';

let app: TestApp;
let doctor: Call;

const EVERY = [
  'HGB',
  'K',
  'NA',
  'CL',
  'PLT',
  'WBC',
  'ALT',
  'AST',
  'CREA',
  'UREA',
  'GLU',
  'TC',
  'TG',
  'HBEAG',
];

beforeAll(async () => {
  app = await startTestApp({ auth: 'smart', demo: true, recognitionMarks: 'keep' });
  doctor = await as(app, FULL, { organization: HOSPITAL });
  const at = (id: string, item: string, more: Json) => result(id, 'zhang', item, more);
  await load(doctor, [
    evidence('good', LABORATORY, EVERY),
    evidence('failed', LABORATORY, EVERY, { result: 'fail' }),
    evidence('few-items', LABORATORY, ['K']),
    evidence('over', LABORATORY, EVERY, { from: 400, to: 30 }),
    evidence('stranger', STRANGER, EVERY),
    person('zhang'),
    person('baby', { identifier: undefined, name: [{ text: '张之女' }] }),
    person('survivor'),
    person('merged', { link: [{ type: 'replaced-by', other: { reference: 'Patient/survivor' } }] }),
    at('hgb', 'HGB', {}),
    {
      resourceType: 'DiagnosticReport',
      id: 'hgb-report',
      status: 'final',
      code: { text: '血常规' },
      subject: { reference: 'Patient/zhang' },
      performer: [{ reference: LABORATORY }],
      result: [{ reference: 'Observation/hgb' }],
      extension: [mark('good')],
    },
    at('k', 'K', { extension: [mark('good')], effectiveDateTime: ago(8) }),
    at('plt', 'PLT', {}),
    at('alt', 'ALT', {
      performer: [{ reference: STRANGER }],
      extension: [mark('stranger', 'province', '320000')],
    }),
    at('glu', 'GLU', { extension: [mark('never-stored')] }),
    at('crea', 'CREA', { extension: [mark('failed')] }),
    at('urea', 'UREA', { extension: [mark('few-items')] }),
    at('ast', 'AST', { extension: [mark('over')] }),
    at('wbc', 'WBC', {
      extension: [mark('good')],
      valueQuantity: { value: 5, unit: 'mg/L', system: 'http://unitsofmeasure.org', code: 'mg/L' },
    }),
    at('na', 'NA', { extension: [mark('good')], status: 'preliminary' }),
    at('hbeag', 'HBEAG', { extension: [mark('good')] }),
    at('rare', 'HGB', { code: { coding: [{ system: 'http://loinc.org', code: '99999-9' }] } }),
    at('tc', 'TC', { extension: [mark('good')], effectiveDateTime: ago(1) }),
    {
      resourceType: 'DiagnosticReport',
      id: 'tc-report',
      status: 'partial',
      code: { text: '生化' },
      subject: { reference: 'Patient/zhang' },
      result: [{ reference: 'Observation/tc' }],
    },
    result('baby-hgb', 'baby', 'HGB', { extension: [mark('good')] }),
    result('merged-hgb', 'merged', 'HGB', { extension: [mark('good')] }),
    ...[6, 5, 4, 3, 2, 1].map((days) =>
      at(`tg-${days}`, 'TG', { extension: [mark('good')], effectiveDateTime: ago(days) }),
    ),
    at('cl', 'CL', { extension: [mark('good', 'community')] }),
  ]);
});
afterAll(() => app.close());

describe('an answer about one item', () => {
  test('recommends a result that nothing speaks against, and shows it whole', async () => {
    const item = await checkItem(doctor, 'zhang', loinc('HGB'));
    expect(item.recommendation).toBe('recognise');
    expect(item.code).toEqual(loinc('HGB'));
    expect(item.candidates).toEqual([
      {
        result: 'Observation/hgb',
        report: 'DiagnosticReport/hgb-report',
        performer: LABORATORY,
        value: {
          name: 'value',
          valueQuantity: { value: 5.5, unit: 'g/L', system: 'http://unitsofmeasure.org', code: 'g/L' },
        },
        effective: expect.stringMatching(/^\d{4}-/),
        eligible: true,
        reasons: ['eligible'],
        explanation: 'The result may be recognised; the judgement is yours.',
      },
    ]);
  });

  test.each([
    ['K', 'too-old'],
    ['PLT', 'no-mark'],
    ['ALT', 'mark-out-of-scope'],
    ['GLU', 'evidence-missing'],
    ['CREA', 'evidence-failed'],
    ['UREA', 'evidence-item-mismatch'],
    ['AST', 'evidence-expired'],
    ['WBC', 'unit-not-comparable'],
    ['NA', 'not-final'],
    ['TC', 'not-final'],
  ])('recommends to order %s, for the only result is %s', async (code, reason) => {
    for (const item of [loinc(code), catalogued(code)]) {
      const answer = await checkItem(doctor, 'zhang', item);
      expect(answer.recommendation).toBe('order');
      expect(answer.candidates.map((c: Json) => c.reasons)).toEqual([[reason]]);
      expect(answer.candidates[0].eligible).toBe(false);
      expect(answer.candidates[0].explanation).toMatch(/\w+\.$/);
    }
  });

  test('recommends to order what the catalogue does not have, and shows the result all the same', async () => {
    const answer = await checkItem(doctor, 'zhang', {
      coding: [{ system: 'http://loinc.org', code: '99999-9' }],
    });
    expect(answer.recommendation).toBe('order');
    expect(answer.candidates.map((c: Json) => [c.result, c.reasons])).toEqual([
      ['Observation/rare', ['not-in-catalogue']],
    ]);
  });

  test('has no candidates where there is no result, or only words are asked for', async () => {
    for (const item of [loinc('CA'), { text: '血钙' }]) {
      expect(await checkItem(doctor, 'zhang', item)).toMatchObject({
        recommendation: 'order',
        candidates: [],
      });
    }
  });

  test('recommends nothing of a newborn without an identifier, or of a record merged away', async () => {
    for (const patient of ['baby', 'merged']) {
      const answer = await checkItem(doctor, patient, loinc('HGB'));
      expect(answer.recommendation).toBe('order');
      expect(answer.candidates[0].reasons).toEqual(['identity-uncertain']);
    }
  });

  test('shows the five newest results, newest first', async () => {
    const answer = await checkItem(doctor, 'zhang', loinc('TG'));
    expect(answer.candidates.map((c: Json) => c.result)).toEqual(
      [1, 2, 3, 4, 5].map((days) => `Observation/tg-${days}`),
    );
  });

  test('takes a result without a number for one, when the item has none', async () => {
    const answer = await checkItem(doctor, 'zhang', loinc('HBEAG'));
    expect(answer.recommendation).toBe('recognise');
    expect(answer.candidates[0].value).toEqual({ name: 'value', valueString: 'negative' });
  });

  test('explains in Chinese to those who read Chinese', async () => {
    const answer = await doctor(
      'POST',
      'ServiceRequest/$check-recognition',
      parameters(reference('subject', 'Patient/zhang'), { name: 'item', valueCodeableConcept: loinc('K') }),
      { 'accept-language': 'zh-CN' },
    );
    expect(itemOf(answer.body.parameter[0]).candidates[0].explanation).toBe('已超过该项目的互认时限。');
  });
});

describe('the circumstances', () => {
  test.each([
    ['outpatient', 14, 'eligible'],
    ['inpatient', 7, 'eligible'],
    ['emergency', 1, 'eligible'],
  ])('choose the window: %s', async (setting, days) => {
    await load(doctor, [
      person('window'),
      result('window-ua', 'window', 'UREA', {
        extension: [mark('window')],
        effectiveDateTime: '2026-03-01T08:00:00.000+08:00',
      }),
      evidence('window', LABORATORY, ['UREA'], { from: 3650, to: -3650 }),
    ]);
    const taken = Date.parse('2026-03-01T08:00:00.000+08:00');
    const answerAt = (at: number) =>
      checkItem(
        doctor,
        'window',
        loinc('UREA'),
        { name: 'setting', valueCode: setting },
        { name: 'at', valueDateTime: new Date(at).toISOString() },
      );
    const edge = taken + days * 86_400_000;
    expect((await answerAt(edge)).candidates[0].reasons).toEqual(['eligible']);
    expect((await answerAt(edge + 1)).candidates[0].reasons).toEqual(['too-old']);
  });

  test('take the institution that asks from the question, or else from the token', async () => {
    const named = (organization: string) =>
      checkItem(doctor, 'zhang', loinc('CL'), reference('organization', organization));
    expect((await named(HOSPITAL)).recommendation).toBe('recognise');
    expect((await named('Organization/village-clinic-3')).recommendation).toBe('recognise');
    expect((await named(STRANGER)).candidates[0].reasons).toEqual(['mark-out-of-scope']);
    expect((await named('Organization/nobody')).candidates[0].reasons).toEqual(['mark-out-of-scope']);
    const outside = await as(app, FULL, { organization: STRANGER });
    expect((await checkItem(outside, 'zhang', loinc('CL'))).candidates[0].reasons).toEqual([
      'mark-out-of-scope',
    ]);
    const homeless = await as(app, FULL);
    expect((await checkItem(homeless, 'zhang', loinc('CL'))).candidates[0].reasons).toEqual([
      'mark-out-of-scope',
    ]);
  });
});

describe('the question', () => {
  const order = (code: string, patient = 'zhang') => ({
    resourceType: 'ServiceRequest',
    status: 'draft',
    intent: 'order',
    code: loinc(code),
    subject: { reference: `Patient/${patient}` },
  });

  test('may be orders, references to orders and items, answered in this order', async () => {
    await load(doctor, [{ ...order('K'), id: 'stored-order' }]);
    const answer = await check(
      doctor,
      { name: 'item', valueCodeableConcept: loinc('PLT') },
      reference('orderReference', 'ServiceRequest/stored-order'),
      { name: 'order', resource: order('HGB') },
    );
    expect(answer.status, answer.text).toBe(200);
    const items = answer.body.parameter.map(itemOf);
    expect(items.map((i: Json) => [i.code.coding[0].code, i.recommendation])).toEqual([
      [loinc('HGB').coding[0].code, 'recognise'],
      [loinc('K').coding[0].code, 'order'],
      [loinc('PLT').coding[0].code, 'order'],
    ]);
  });

  test.each(['$check-recognition', '%24check-recognition'])(
    'may come in the address: ServiceRequest/%s',
    async (operation) => {
      await load(doctor, [{ ...order('HGB'), id: 'get-order' }]);
      const answer = await doctor(
        'GET',
        `ServiceRequest/${operation}?orderReference=ServiceRequest/get-order&setting=inpatient&at=${encodeURIComponent(new Date().toISOString())}&_format=json`,
      );
      expect(answer.status, answer.text).toBe(200);
      expect(itemOf(answer.body.parameter[0]).recommendation).toBe('recognise');
    },
  );

  test('in the address is refused when a parameter does not fit into one', async () => {
    for (const name of ['item', 'order']) {
      const answer = await doctor(
        'GET',
        `ServiceRequest/$check-recognition?subject=Patient/zhang&${name}=718-7`,
      );
      expect(answer.status, answer.text).toBe(400);
      expect(answer.body.issue[0].expression).toEqual([name]);
    }
  });

  test.each([
    ['no item', [reference('subject', 'Patient/zhang')], 400],
    ['nobody', [{ name: 'item', valueCodeableConcept: loinc('K') }], 400],
    ['two patients', [reference('subject', 'Patient/baby'), { name: 'order', resource: order('K') }], 400],
    [
      'somebody elsewhere',
      [
        reference('subject', 'http://elsewhere.example/fhir/Patient/1'),
        { name: 'item', valueCodeableConcept: loinc('K') },
      ],
      400,
    ],
    ['a group', [reference('subject', 'Group/1'), { name: 'item', valueCodeableConcept: loinc('K') }], 400],
    [
      'a patient who is not there',
      [reference('subject', 'Patient/no-such'), { name: 'item', valueCodeableConcept: loinc('K') }],
      404,
    ],
    ['an order that is not there', [reference('orderReference', 'ServiceRequest/no-such')], 404],
    ['an order that is none', [reference('orderReference', 'Task/1')], 404],
    ['two subjects', [reference('subject', 'Patient/zhang'), reference('subject', 'Patient/zhang')], 422],
    [
      'a setting there is not',
      [
        reference('subject', 'Patient/zhang'),
        { name: 'item', valueCodeableConcept: loinc('K') },
        { name: 'setting', valueCode: 'spaceship' },
      ],
      422,
    ],
    [
      'a moment there is not',
      [
        reference('subject', 'Patient/zhang'),
        { name: 'item', valueCodeableConcept: loinc('K') },
        { name: 'at', valueDateTime: '2026-13-45' },
      ],
      422,
    ],
    ['a parameter of the wrong type', [{ name: 'subject', valueString: 'Patient/zhang' }], 422],
  ] as const)('about %s is refused in words', async (_, given, status) => {
    const answer = await check(doctor, ...(given as readonly Json[]));
    expect(answer.status, answer.text).toBe(status);
    expect(answer.body.resourceType).toBe('OperationOutcome');
    expect(answer.body.issue[0].diagnostics.length).toBeGreaterThan(10);
  });

  test('with a parameter that is not known is refused with 422, which names it and those there are', async () => {
    const answer = await check(doctor, reference('subject', 'Patient/zhang'), {
      name: 'patientt',
      valueString: 'x',
    });
    expect(answer.status).toBe(422);
    expect(answer.body.issue[0].diagnostics).toContain("'patientt'");
    expect(answer.body.issue[0].diagnostics).toContain('orderReference');
    expect(answer.body.issue[0].expression).toEqual(['Parameters.parameter[1]']);
    const got = await doctor('GET', 'ServiceRequest/$check-recognition?patientt=x');
    expect(got.status).toBe(422);
    expect(got.body.issue[0].diagnostics).toContain("'patientt'");
  });

  test.each([
    { resourceType: 'Parameters' },
    { resourceType: 'Parameters', parameter: {} },
    { resourceType: 'Parameters', parameter: [null] },
    { resourceType: 'Parameters', parameter: ['x'] },
    { resourceType: 'Parameters', parameter: [{}] },
    { resourceType: 'Patient' },
    parameters(reference('subject', 'Patient/zhang'), { name: 'item', valueCodeableConcept: 'x' }),
    parameters(reference('subject', 'Patient/zhang'), { name: 'item', valueCodeableConcept: null }),
    parameters(reference('subject', 'Patient/zhang'), {
      name: 'item',
      valueCodeableConcept: { coding: 'x' },
    }),
    parameters(reference('subject', 'Patient/zhang'), {
      name: 'item',
      valueCodeableConcept: { coding: [null] },
    }),
    parameters(reference('subject', 'Patient/zhang'), { name: 'item', valueCodeableConcept: { coding: {} } }),
    parameters({ name: 'subject', valueReference: 5 }, { name: 'item', valueCodeableConcept: loinc('K') }),
    parameters(
      { name: 'subject', valueReference: { reference: 5 } },
      { name: 'item', valueCodeableConcept: loinc('K') },
    ),
    parameters(
      reference('subject', 'Patient/zhang'),
      { name: 'item', valueCodeableConcept: loinc('K') },
      { name: 'at', valueDateTime: 5 },
    ),
    parameters({ name: 'order', resource: null }),
    parameters({ name: 'order', resource: { resourceType: 'ServiceRequest' } }),
    parameters({ name: 'order', resource: { resourceType: 'ServiceRequest', subject: 'x', code: 5 } }),
  ])('that is nonsense is the fault of the caller, not of the server: %j', async (body) => {
    const answer = await doctor('POST', 'ServiceRequest/$check-recognition', body);
    expect(answer.status, answer.text).toBeGreaterThanOrEqual(400);
    expect(answer.status, answer.text).toBeLessThan(500);
    expect(answer.body.resourceType).toBe('OperationOutcome');
  });
});

describe('who may ask', () => {
  test.each(['Patient.r', 'Observation.s', 'DiagnosticReport.s'])(
    'not those without system/%s',
    async (missing) => {
      const [type, letter] = missing.split('.') as [string, string];
      const scope = FULL.replace(`system/${type}.cruds`, `system/${type}.${'cruds'.replace(letter, '')}`);
      const call = await as(app, scope, { organization: HOSPITAL });
      const answer = await check(call, reference('subject', 'Patient/zhang'), {
        name: 'item',
        valueCodeableConcept: loinc('HGB'),
      });
      expect(answer.status, answer.text).toBe(403);
      expect(answer.body.issue[0].diagnostics).toContain(`system/${missing}`);
    },
  );

  test('those who read no quality evidence and no directory, for the answer hands out neither', async () => {
    const call = await as(app, 'system/Patient.r system/Observation.s system/DiagnosticReport.s', {
      organization: HOSPITAL,
    });
    expect((await checkItem(call, 'zhang', loinc('HGB'))).recommendation).toBe('recognise');
    expect((await call('GET', 'Basic/good')).status).toBe(403);
  });

  test('and every question is written down with the patient it was about', async () => {
    const count = async () =>
      (await doctor('GET', 'AuditEvent?patient=Patient/baby&subtype=operation&_summary=count')).body.total;
    const before = await count();
    await checkItem(doctor, 'baby', loinc('HGB'));
    expect(await count()).toBe(before + 1);
  });
});

test('the demo county holds results that may be recognised at its own time, and results that may not', async () => {
  const found = await doctor('GET', 'Observation?category=laboratory&_count=1000&_sort=-date');
  const reasons = new Set<string>();
  const patients = new Map<string, Json>();
  for (const { resource } of found.body.entry) {
    const patient = resource.subject.reference.replace('Patient/', '');
    if (!/^resident-/.test(patient)) continue;
    if (!patients.has(patient)) patients.set(patient, resource);
  }
  expect(patients.size).toBeGreaterThan(20);
  for (const [patient, latest] of patients) {
    const at = { name: 'at', valueDateTime: latest.effectiveDateTime };
    const { candidates } = await checkItem(doctor, patient, latest.code, at);
    for (const c of candidates) for (const reason of c.reasons) reasons.add(reason);
  }
  expect([...reasons].sort()).toEqual(expect.arrayContaining(['eligible', 'no-mark', 'too-old']));
});

test('the operation is declared, with its definition', async () => {
  const { body } = await doctor('GET', 'metadata');
  const type = body.rest[0].resource.find((r: Json) => r.type === 'ServiceRequest');
  expect(type.operation).toContainEqual({
    name: 'check-recognition',
    definition: `${CANONICAL}/OperationDefinition/check-recognition`,
  });
});
