/** Rulesets as data, images, and marks whose evidence does not hold, through HTTP. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBeside, startTestApp, type TestApp } from '../../support/app.ts';
import { as, type Call } from '../tokens.ts';
import {
  ago,
  CANONICAL,
  catalogued,
  checkItem,
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
  mark,
  person,
  resources,
  result,
  rules,
} from './story.ts';

const SCOPE = `${FULL} system/PlanDefinition.cruds system/ObservationDefinition.cruds system/ImagingStudy.cruds system/DetectedIssue.cruds`;
const EXTENSION = (id: string) => `${CANONICAL}/StructureDefinition/${id}`;
const DCM = 'http://dicom.nema.org/resources/ontology/DCM';
const CHEST = { system: 'http://snomed.info/sct', code: '51185008' };
const RADIOGRAPH = { coding: [{ system: 'http://loinc.org', code: '30745-4' }] };

let app: TestApp;
let doctor: Call;

beforeAll(async () => {
  app = await startTestApp({ auth: 'smart', demo: true });
  doctor = await as(app, SCOPE, { organization: HOSPITAL });
  const { body: rules } = await doctor('GET', 'PlanDefinition/recognition-rules');
  await load(doctor, [
    { ...rules, status: 'retired' },
    evidence('good', LABORATORY, ['HGB', 'PLT']),
    person('zhao'),
  ]);
});
afterAll(() => app.close());

function window(setting: string, days: number): Json {
  return {
    url: EXTENSION('recognition-window'),
    extension: [
      { url: 'setting', valueCode: setting },
      {
        url: 'length',
        valueDuration: { value: days, unit: '天', system: 'http://unitsofmeasure.org', code: 'd' },
      },
    ],
  };
}

/** The demo county's institutions are of area 331299. */
function ruleset(id: string, area: string, days: number, part: Json[] = []): Json {
  return {
    resourceType: 'PlanDefinition',
    id,
    meta: { profile: [EXTENSION('county-recognition-ruleset')] },
    ...(part.length > 0 ? { extension: [{ url: EXTENSION('recognition-rules'), extension: part }] } : {}),
    url: `urn:uuid:${id}`,
    version: '1',
    title: '互认规则',
    status: 'active',
    date: '2026-01-01',
    type: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/plan-definition-type', code: 'eca-rule' }],
    },
    topic: [{ coding: [{ system: `${CANONICAL}/CodeSystem/county-ruleset`, code: 'recognition' }] }],
    jurisdiction: [{ coding: [{ system: 'urn:oid:2.16.156.10011.2.3.3.2', code: area }] }],
    action: [{ title: '血常规', extension: [window('outpatient', days)], code: [catalogued('HGB')] }],
  };
}

const byIds = (id: string) => `00000000-0000-4000-8000-0000000000${id}`;

describe('the ruleset of the area of the asking institution', () => {
  test('sets the windows: the narrower area before the wider, and none for those of elsewhere', async () => {
    await load(doctor, [
      result('aged', 'zhao', 'HGB', { effectiveDateTime: ago(10), extension: [mark('good')] }),
    ]);
    const reasons = async () => (await checkItem(doctor, 'zhao', catalogued('HGB'))).candidates[0].reasons;
    expect(await reasons()).toEqual(['too-old']);
    await load(doctor, [ruleset(byIds('01'), '330000', 14), ruleset(byIds('02'), '420000', 1)]);
    expect(await reasons()).toEqual(['eligible']);
    await load(doctor, [ruleset(byIds('03'), '331299', 9)]);
    expect(await reasons()).toEqual(['too-old']);
    await load(doctor, [{ ...ruleset(byIds('03'), '331299', 9), status: 'retired' }]);
    expect(await reasons()).toEqual(['eligible']);
  });

  test('is named by the answer and by the decision, with its version', async () => {
    await load(doctor, [ruleset(byIds('01'), '330000', 14)]);
    const asked = await doctor('POST', 'ServiceRequest/$check-recognition', {
      resourceType: 'Parameters',
      parameter: [
        { name: 'subject', valueReference: { reference: 'Patient/zhao' } },
        { name: 'item', valueCodeableConcept: catalogued('HGB') },
      ],
    });
    const named = asked.body.parameter[0].part.find((p: Json) => p.name === 'ruleset');
    expect(named.valueCanonical).toBe(`urn:uuid:${byIds('01')}|1`);
    const [task] = resources(await decide(doctor, decision('Observation/aged')), 'Task');
    expect(task.instantiatesUri).toBe(named.valueCanonical);
  });

  test('says which reasons it admits, and what is enough within the community', async () => {
    await load(doctor, [
      result('unmarked', 'zhao', 'HGB'),
      ruleset(byIds('03'), '331299', 9, [
        { url: 'reasons', valueCanonical: `${CANONICAL}/ValueSet/recheck-reason` },
        { url: 'withinCommunity', valueCode: 'evidence' },
      ]),
    ]);
    const { candidates } = await checkItem(doctor, 'zhao', catalogued('HGB'));
    const unmarked = candidates.find((c: Json) => c.result === 'Observation/unmarked');
    expect(unmarked.reasons).toEqual(['eligible']);
    const local = decision('Observation/unmarked', { reason: '8', explanation: '患者要求' });
    expect((await decide(doctor, local)).status).toBe(200);
    await doctor('DELETE', `PlanDefinition/${byIds('03')}`);
  });

  test('is refused without codes and windows for its items', async () => {
    const { action: _, ...rest } = ruleset(byIds('04'), '330000', 1);
    const broken = { ...rest, action: [{ title: 'x', code: [catalogued('HGB')] }] };
    const answer = await doctor('PUT', `PlanDefinition/${byIds('04')}`, broken);
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('county-ruleset-windows');
  });
});

describe('images', () => {
  const study = (id: string, more: Json = {}): Json => ({
    resourceType: 'ImagingStudy',
    id,
    status: 'available',
    subject: { reference: 'Patient/zhao' },
    started: ago(3),
    modality: [{ system: DCM, code: 'DX' }],
    extension: [mark('imaging')],
    series: [
      {
        uid: '1.2.3',
        modality: { system: DCM, code: 'DX' },
        bodySite: CHEST,
        performer: [{ actor: { reference: LABORATORY } }],
      },
    ],
    ...more,
  });

  beforeAll(async () => {
    const quality = evidence('imaging', LABORATORY, []);
    quality.extension[0].extension.push({ url: 'item', valueCodeableConcept: RADIOGRAPH });
    await load(doctor, [
      quality,
      {
        resourceType: 'ObservationDefinition',
        id: 'chest',
        meta: { profile: [EXTENSION('county-recognition-item')] },
        extension: [
          {
            url: EXTENSION('comparability'),
            extension: [
              { url: 'modality', valueCoding: { system: DCM, code: 'DX' } },
              { url: 'bodySite', valueCodeableConcept: { coding: [CHEST] } },
            ],
          },
          window('outpatient', 30),
        ],
        code: RADIOGRAPH,
      },
      study('s1'),
      study('ct', { modality: [{ system: DCM, code: 'CT' }], series: undefined }),
      {
        resourceType: 'DiagnosticReport',
        id: 'opinion',
        status: 'preliminary',
        code: RADIOGRAPH,
        subject: { reference: 'Patient/zhao' },
        imagingStudy: [{ reference: 'ImagingStudy/s1' }],
        conclusion: '未见异常',
      },
    ]);
  });

  test('are found for an order of the same, without the opinion about them', async () => {
    const item = await checkItem(doctor, 'zhao', RADIOGRAPH);
    expect(item.recommendation).toBe('recognise');
    expect(item.candidates.map((c: Json) => [c.result, c.reasons, c.report])).toEqual([
      ['ImagingStudy/s1', ['eligible'], undefined],
    ]);
  });

  test('are recognised as images, and read again by whom the doctor names', async () => {
    const given = decision('ImagingStudy/s1');
    given.part.push({ name: 'reader', valueReference: { reference: DOCTOR } });
    const answer = await decide(doctor, given);
    const [task] = resources(answer, 'Task');
    expect(task.focus.reference).toBe('ImagingStudy/s1');
    expect(JSON.stringify(answer.body)).not.toContain('未见异常');
    const [order] = resources(answer, 'ServiceRequest');
    expect(order).toMatchObject({
      status: 'active',
      performer: [{ reference: DOCTOR }],
      supportingInfo: [{ reference: 'ImagingStudy/s1' }],
    });
    expect(
      task.output.find((o: Json) => o.type.coding[0].code === 'rereading').valueReference.reference,
    ).toBe(`ServiceRequest/${order.id}`);
    const [provenance] = resources(answer, 'Provenance');
    expect(provenance.entity[0].what.reference).toBe('ImagingStudy/s1');
  });

  test('are not read again when what is recognised is a value, and stay with whoever may see images', async () => {
    const given = decision('Observation/unmarked', { encounter: 'Encounter/z' });
    given.part.push({ name: 'reader', valueReference: { reference: DOCTOR } });
    const answer = await decide(doctor, given);
    expect(rules(answer)).toEqual(['recognition-rereading-of-images']);
    const blind = await as(app, SCOPE.replace('system/ImagingStudy.cruds', ''), { organization: HOSPITAL });
    const asked = await decide(blind, decision('ImagingStudy/s1', { encounter: 'Encounter/z' }));
    expect(asked.status).toBe(403);
  });

  test('that are ordered again are shown as a duplicate', async () => {
    const order = {
      resourceType: 'ServiceRequest',
      id: 'chest-again',
      status: 'active',
      intent: 'order',
      code: RADIOGRAPH,
      subject: { reference: 'Patient/zhao' },
    };
    await load(doctor, [order]);
    const found = await doctor('GET', 'DetectedIssue?implicated=ServiceRequest/chest-again');
    expect(resources(found, 'DetectedIssue')[0].implicated[1].reference).toBe('ImagingStudy/s1');
  });
});

describe('a mark whose evidence does not hold', () => {
  const bad: readonly (readonly [string, Json])[] = [
    ['is not there', result('m', 'zhao', 'HGB', { extension: [mark('nowhere')] })],
    ['was not passed', result('m', 'zhao', 'HGB', { extension: [mark('failed')] })],
    ['is over', result('m', 'zhao', 'HGB', { extension: [mark('over')] })],
    ['is of another laboratory', result('m', 'zhao', 'HGB', { extension: [mark('other')] })],
    ['is for other items', result('m', 'zhao', 'TG', { extension: [mark('good')] })],
  ];
  beforeAll(() =>
    load(doctor, [
      evidence('failed', LABORATORY, ['HGB'], { result: 'fail' }),
      evidence('over', LABORATORY, ['HGB'], { from: 700, to: 365 }),
      evidence('other', HOSPITAL, ['HGB']),
    ]),
  );

  test.each(bad)('because it %s is taken out, with a warning; the result is kept', async (_, resource) => {
    const sent = { ...resource, extension: [...resource.extension, { url: 'urn:x', valueDecimal: 1 }] };
    const text = JSON.stringify({ ...sent, id: undefined }).replace('5.5', '5.50');
    const answer = await doctor('POST', 'Observation', text, { prefer: 'return=representation' });
    expect(answer.status, answer.text).toBe(201);
    expect(answer.body.extension).toEqual([{ url: 'urn:x', valueDecimal: 1 }]);
    expect(answer.text).toContain('5.50');
    const told = await doctor('POST', 'Observation', text, { prefer: 'return=OperationOutcome' });
    expect(rules(told)).toContain('recognition-mark-evidence-invalid');
    const bundle = (one: Json[]) => ({
      resourceType: 'Bundle',
      type: 'transaction',
      entry: one.map((r) => ({ resource: r, request: { method: 'PUT', url: `${r.resourceType}/${r.id}` } })),
    });
    expect((await doctor('POST', '', bundle([resource]))).status).toBe(200);
    expect((await doctor('GET', 'Observation/m')).body.extension).toBeUndefined();
  });

  test('is refused when it comes with its own bad evidence, and taken when that is good', async () => {
    const both = (quality: Json) =>
      doctor('POST', '', {
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [quality, result('with', 'zhao', 'HGB', { extension: [mark('fresh')] })].map((r) => ({
          resource: r,
          request: { method: 'PUT', url: `${r.resourceType}/${r.id}` },
        })),
      });
    const refused = await both(evidence('fresh', LABORATORY, ['HGB'], { result: 'fail' }));
    expect(refused.status).toBe(422);
    expect((await doctor('GET', 'Basic/fresh')).status).toBe(404);
    expect((await both(evidence('fresh', LABORATORY, ['HGB']))).status).toBe(200);
    expect((await doctor('GET', 'Observation/with')).body.extension).toHaveLength(1);
  });

  test('is refused with its resource, or taken as it is, where the server is told to', async () => {
    for (const [recognitionMarks, status] of [
      ['refuse', 422],
      ['keep', 201],
    ] as const) {
      const other = await startBeside(app, { auth: 'open', recognitionMarks });
      const resource = result('x', 'zhao', 'HGB', { id: undefined, extension: [mark('failed')] });
      const answer = await other.call('POST', 'Observation', resource);
      await other.close();
      expect(answer.status, answer.text).toBe(status);
      if (status === 201) expect(answer.body.extension).toHaveLength(1);
      else expect(rules(answer)).toEqual(['recognition-mark-evidence-invalid']);
    }
  });
});

test('decisions are made about what is asked of them, all or none', async () => {
  await load(doctor, [result('b1', 'zhao', 'PLT', { extension: [mark('good')] })]);
  const answer = await decide(doctor, decision('Observation/b1'), decision('Observation/nowhere'));
  expect(answer.status).toBe(404);
  expect(await decisionsOn(doctor, 'Observation/b1')).toEqual([]);
});
