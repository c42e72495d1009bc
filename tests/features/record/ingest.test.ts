/** Messages as vendors send them, FHIR and HL7 v2, through HTTP. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { CANONICAL, idNumber, type Json, parameters } from './people.ts';

let app: TestApp;
let mirror: TestApp;
beforeAll(async () => {
  app = await startTestApp();
  mirror = await startTestApp();
});
afterAll(async () => {
  await app?.close();
  await mirror?.close();
});

const NUMBER = idNumber('1958-07-09', 31);
const V2 = { 'content-type': 'x-application/hl7-v2+er7' };

const msh = (type: string, id: string, time: string) =>
  `MSH|^~\\&|HIS|EASTTOWN|XIANTONG|COUNTY|${time}||${type}|${id}|P|2.5.1`;
const pid = (name: string, more = '') =>
  `PID|1||P100^^^EAST^MR~${NUMBER}^^^GA^NI||${name}||19580709|M|||3 Dong Street^^Binhai^Jiangsu||^^^^^^13900001234${more}`;

const admit = [
  msh('ADT^A01', 'A1', '20260301080000'),
  pid('单^国强'),
  'PV1|1|I|3F^12^2||||||||||||||||V1|||||||||||||||||||||||||20260301075500',
].join('\r');
const discharge = [
  msh('ADT^A03', 'A3', '20260305100000'),
  pid('单^国强'),
  'PV1|1|I|3F^12^2||||||||||||||||V1||||||||||||||||||||||||||20260305095000',
].join('\r');
const result = (id: string, time: string, value: string, status: string) =>
  [
    msh('ORU^R01', id, time),
    'PID|1||P100^^^EAST^MR||单^国强',
    'PV1|1|I|||||||||||||||||V1',
    `OBR|1|O1|L77|24323-8^Metabolic panel^LN|||20260302070000|||||||||||||||20260302093000|||${status}`,
    `OBX|1|NM|2823-3^Potassium^LN||${value}|mmol/L^^UCUM|3.5-5.3|N|||${status}|||20260302070000`,
    'NTE|1||溶血\\T\\复查',
    `OBX|2|SN|2951-2^Sodium^LN||>^160|mmol/L^^UCUM|137-147|HH|||${status}`,
    `OBX|3|ST|X9^备注^99LOCAL||阴性|||||${status}`,
  ].join('\r');
const first = result('R1', '20260302093000', '4.10', 'P');
const corrected = result('R2', '20260302110000', '4.6', 'C');
const month = [admit, first, corrected, discharge];

async function send(text: string, on = app) {
  const answer = await on.call('POST', '$process-message', text, V2);
  expect(answer.status, answer.text).toBe(200);
  return answer.text;
}

async function found(query: string, on = app) {
  const { body } = await on.call('GET', query);
  return (body.entry ?? []).map((e: Json) => e.resource);
}

describe('HL7 v2', () => {
  test('is placed as the county has it, and acknowledged', async () => {
    const ack = await send(admit);
    expect(ack).toMatch(
      /^MSH\|\^~\\&\|XIANTONG\|XIANTONG\|HIS\|EASTTOWN\|\d{14}\+0800\|\|ACK\^A01\^ACK\|A1-ACK\|P\|2\.5\.1\rMSA\|AA\|A1\r$/,
    );
    const [patient] = await found(`Patient?identifier=${NUMBER}`);
    expect(patient).toMatchObject({ name: [{ text: '单国强' }], gender: 'male', birthDate: '1958-07-09' });
    const [encounter] = await found(`Encounter?patient=Patient/${patient.id}`);
    expect(encounter).toMatchObject({
      status: 'in-progress',
      class: { code: 'IMP' },
      period: { start: '2026-03-01T07:55:00+08:00' },
    });
    await send(first);
    const [report] = await found(`DiagnosticReport?patient=Patient/${patient.id}`);
    expect(report).toMatchObject({
      status: 'preliminary',
      encounter: { reference: `Encounter/${encounter.id}` },
    });
    const results = await found(`Observation?patient=Patient/${patient.id}&_sort=code`);
    expect(results).toHaveLength(3);
    const potassium = results.find((o: Json) => o.code.coding[0].code === '2823-3');
    expect(potassium).toMatchObject({
      status: 'preliminary',
      valueQuantity: { value: 4.1, code: 'mmol/L' },
      referenceRange: [{ low: { value: 3.5 }, high: { value: 5.3 } }],
      note: [{ text: '溶血&复查' }],
    });
    expect(results.find((o: Json) => o.code.coding[0].code === '2951-2').valueQuantity).toMatchObject({
      value: 160,
      comparator: '>',
    });
    const [{ name, birthDate }] = await found(`Patient?identifier=${NUMBER}`);
    expect([name[0].text, birthDate], 'a result takes nothing away').toEqual(['单国强', '1958-07-09']);
  });

  test('sent again is answered as the first time and changes nothing', async () => {
    const before = await found('Observation?_summary=false');
    await send(first);
    expect((await found('Observation')).map((o: Json) => o.meta.versionId)).toEqual(
      before.map((o: Json) => o.meta.versionId),
    );
    const other = await send(first.replace('4.10', '9.9'));
    expect(other).toContain('MSA|AE|R1');
  });

  test('in another order ends in the same record', async () => {
    for (const message of month) await send(message);
    for (const message of [discharge, corrected, admit, first, corrected]) await send(message, mirror);
    for (const type of ['Patient', 'Encounter', 'Observation', 'DiagnosticReport']) {
      const plain = async (on: TestApp) =>
        (await found(`${type}?_sort=_id&_count=100`, on)).map(({ meta: _, ...r }: Json) => r);
      expect(await plain(mirror), type).toEqual(await plain(app));
    }
    const [encounter] = await found('Encounter?status=finished', mirror);
    expect(encounter.period).toEqual({
      start: '2026-03-01T07:55:00+08:00',
      end: '2026-03-05T09:50:00+08:00',
    });
    const [potassium] = await found('Observation?code=http://loinc.org|2823-3', mirror);
    expect(potassium).toMatchObject({ status: 'corrected', valueQuantity: { value: 4.6 } });
  });

  test('of a merge at the institution merges the records here, and a batch answers each message', async () => {
    const second = [
      msh('ADT^A04', 'A4', '20260306080000'),
      'PID|1||P200^^^EAST^MR||单^国强||19580709|M',
      'PV1|1|O|||||||||||||||||V2',
    ].join('\r');
    const finished = [
      msh('ADT^A03', 'A5', '20260306090000'),
      'PID|1||P200^^^EAST^MR||单^国强||19580709|M',
      'PV1|1|O|||||||||||||||||V2',
    ].join('\r');
    const merge = [msh('ADT^A40', 'A6', '20260307080000'), pid('单^国强'), 'MRG|P200^^^EAST^MR'].join('\r');
    const broken = [msh('ORM^O01', 'O1', '20260307080000'), pid('单^国强')].join('\r');
    const answer = await send(
      ['FHS|^~\\&', 'BHS|^~\\&', second, finished, merge, broken, 'BTS|4', 'FTS|1'].join('\r'),
    );
    expect(answer.match(/MSA\|\w\w\|\w+/g)).toEqual(['MSA|AA|A4', 'MSA|AA|A5', 'MSA|AA|A6', 'MSA|AR|O1']);
    const [gone] = await found('Patient?identifier=P200');
    const [stays] = await found('Patient?identifier=P100');
    expect(gone).toMatchObject({
      active: false,
      link: [{ type: 'replaced-by', other: { reference: `Patient/${stays.id}` } }],
      name: [{ text: '单国强' }],
    });
    expect(stays.link).toEqual([{ other: { reference: `Patient/${gone.id}` }, type: 'replaces' }]);
  });

  test('is understood as vendors write it', async () => {
    const obx = (n: number, value: string, unit: string, range = '', flag = '') =>
      `OBX|${n}|NM|U${n}^x^99L||${value}|${unit}|${range}|${flag}|||F`;
    const message = [
      msh('ORU^R01', 'U1', '2026-03-02 09:30:00'),
      'PID|1||P400^^^EAST^MR||洪^流||19580000|M',
      'OBR|1|OU||CBC^血常规^99L|||2026/03/02 07:00',
      obx(1, '11.2', '10^9/L', '3.5--9.5', '↑'),
      obx(2, '<0.5', 'mg/L', '-5--3'),
      obx(3, '≥1000', 'U/L'),
      'OBX|4|ST|U4^x^99L||a\x00b\x01c|||||F',
    ].join('\r\n');
    expect(await send(`\x0b${message}\x1c\r`)).toContain('MSA|AA|U1');
    expect((await found('Patient?identifier=P400'))[0].birthDate).toBe('1958');
    const [white, low, high, plain] = await found('Observation?subject.identifier=P400&_sort=identifier');
    const unit = '10^9/L';
    expect(white).toMatchObject({
      effectiveDateTime: '2026-03-02T07:00:00+08:00',
      valueQuantity: { value: 11.2, unit },
      referenceRange: [{ low: { value: 3.5, unit }, high: { value: 9.5, unit }, text: '3.5--9.5' }],
      interpretation: [{ coding: [{ code: 'H' }] }],
    });
    expect(low).toMatchObject({
      valueQuantity: { value: 0.5, comparator: '<' },
      referenceRange: [{ low: { value: -5 }, high: { value: -3 } }],
    });
    expect(high.valueQuantity).toEqual({ value: 1000, comparator: '>=', unit: 'U/L' });
    expect(plain.valueString).toBe('abc');
  });

  test.each([
    ['', 'there is no segment'],
    ['MSH|^~\\&|HIS|E|||20260101080000||ADT^A40|1|P|2.5\rPID|1||P1', 'MRG-1'],
    ['PID|1', 'begins with MSH'],
    ['MSH|^~\\&|HIS|E|||20260101080000||ADT^A01||P|2.5', 'MSH-10'],
    ['MSH|^~\\&|HIS|E|||20260101||ADT^A01|1|P|2.5', 'MSH-7'],
    ['MSH|^~\\&|HIS|E|||20260101080000||ADT^A01|1|P|2.5\rPID|1||||x', 'PID-3'],
    ['MSH|^~\\&|HIS|E|||20260101080000||ADT^A01|1|P|2.5\rpid', 'no name of a segment'],
  ])('that is wrong is refused with what is wrong: %j', async (text, reason) => {
    const answer = await app.call('POST', '$process-message', text || '\r', V2);
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('MSA|AR|');
    expect(answer.text).toContain(reason);
  });

  test('in GB 18030 is read as such', async () => {
    const text = [
      `${msh('ADT^A04', 'G1', '20260301080000')}||||||GB 18030-2000`,
      'PID|1||P300^^^EAST^MR||x||19700101|F',
    ].join('\r');
    const at = text.indexOf('||x||') + 2;
    const payload = Buffer.concat([
      Buffer.from(text.slice(0, at)),
      Buffer.from([0xcd, 0xf5, 0xb7, 0xbc]),
      Buffer.from(text.slice(at + 1)),
    ]);
    const response = await app.app.inject({
      method: 'POST',
      url: '/fhir/$process-message',
      headers: V2,
      payload,
    });
    expect(response.body).toContain('MSA|AA|G1');
    expect((await found('Patient?identifier=P300'))[0].name[0].text).toBe('王芳');
  });
});

describe('codes of an institution', () => {
  const LOCAL = `${CANONICAL}/sid/easttown/99local`;
  const map = (id: string, source: string, element: Json, more: Json = {}) => ({
    resourceType: 'ConceptMap',
    id,
    url: `https://east.example/${id}`,
    status: 'active',
    group: [{ source, target: 'http://loinc.org', element }],
    ...more,
  });
  const to = (code: string, target: string, equivalence = 'equivalent') => ({
    code,
    target: [{ code: target, display: target, equivalence }],
  });

  test('are translated by the ConceptMaps in use, beside what came', async () => {
    const maps = [
      map('lab', LOCAL, [to('HB', '718-7'), to('PLT', '777-3', 'wider'), to('WBC', '6690-2')]),
      map('lab-draft', LOCAL, [to('RBC', '789-8')], { status: 'draft' }),
      map('lab-other', LOCAL, [to('WBC', '26464-8')]),
    ];
    for (const one of maps) expect((await app.call('PUT', `ConceptMap/${one.id}`, one)).status).toBe(201);
    const oru = (id: string, time: string, value: string) =>
      [
        msh('ORU^R01', id, time),
        'PID|1||P200^^^EAST^MR||郝^运',
        'OBR|1|O9||CBC^血常规^99LOCAL|||20260302070000',
        `OBX|1|NM|HB^血红蛋白^99LOCAL||${value}|g/L^^UCUM|||||F`,
        'OBX|2|NM|PLT^血小板^99LOCAL||200|10*9/L^^UCUM|||||F',
        'OBX|3|NM|RBC^红细胞^99LOCAL||4|10*12/L^^UCUM|||||F',
        'OBX|4|NM|WBC^白细胞^99LOCAL||6|10*9/L^^UCUM|||||F',
      ].join('\r');
    await send(oru('C1', '20260302093000', '120'));
    await send(oru('C2', '20260302103000', '130'));
    const [hemoglobin] = await found('Observation?code=http://loinc.org|718-7');
    expect(hemoglobin).toMatchObject({
      status: 'amended',
      valueQuantity: { value: 130 },
      code: {
        text: '血红蛋白',
        coding: [
          { system: LOCAL, code: 'HB', display: '血红蛋白' },
          { system: 'http://loinc.org', code: '718-7' },
        ],
      },
    });
    expect(hemoglobin.code.coding).toHaveLength(2);
    // A wider code says less, a draft is not in use, and of two translations none is known to be right.
    for (const code of ['777-3', '789-8', '6690-2', '26464-8']) {
      expect(await found(`Observation?code=http://loinc.org|${code}&_count=1`), code).toEqual([]);
    }
  });
});

describe('FHIR messages', () => {
  const SYSTEM = 'https://west.example/patient';
  function message(id: string, timestamp: string, ...resources: Json[]) {
    return {
      resourceType: 'Bundle',
      type: 'message',
      timestamp,
      entry: [
        {
          fullUrl: 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0',
          resource: {
            resourceType: 'MessageHeader',
            id,
            eventUri: 'https://west.example/record',
            source: { endpoint: 'https://west.example' },
          },
        },
        ...resources.map((resource, i) => ({
          fullUrl: `urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e${i + 1}`,
          resource,
        })),
      ],
    };
  }
  async function process(bundle: Json) {
    const answer = await app.call('POST', '$process-message', parameters({ content: bundle }));
    expect(answer.status, answer.text).toBe(200);
    return answer.body.entry[0].resource.response.code;
  }
  const condition = (reference: string, text: string) => ({
    resourceType: 'Condition',
    identifier: [{ system: 'https://west.example/diagnosis', value: 'D1' }],
    code: { text },
    subject: { reference },
  });
  const patient = {
    resourceType: 'Patient',
    identifier: [{ system: SYSTEM, value: '7' }],
    name: [{ text: '白雪' }],
  };

  test('that cannot be placed is held, and placed once what it refers to has come', async () => {
    const early = message(
      'w1',
      '2026-03-02T08:00:00+08:00',
      condition(`Patient?identifier=${SYSTEM}|7`, '高血压'),
    );
    expect(await process(early)).toBe('transient-error');
    expect(await found('Condition?identifier=D1')).toEqual([]);
    expect(await process(message('w2', '2026-03-01T08:00:00+08:00', patient))).toBe('ok');
    const [placed] = await found('Condition?identifier=D1');
    expect(placed.subject.reference).toBe(`Patient/${(await found(`Patient?identifier=${SYSTEM}|7`))[0].id}`);
    expect(await process(early), 'it is known by then').toBe('ok');
  });

  test('that is wrong is held with the reason, replayed for whoever administers, and whole or not at all', async () => {
    const bad = message(
      'w3',
      '2026-03-03T08:00:00+08:00',
      { ...patient, birthDate: '1990-01-01' },
      { ...condition('Patient/none', 'x'), clinicalStatus: 5 },
    );
    expect(await process(bad)).toBe('transient-error');
    expect((await found(`Patient?identifier=${SYSTEM}|7`))[0].birthDate).toBeUndefined();
    const { status, body } = await app.call('POST', '$replay-messages');
    expect(status).toBe(200);
    const held = body.parameter.map((m: Json) => m.part.map((p: Json) => Object.values(p)[1]));
    expect(held).toEqual([
      expect.arrayContaining([
        'https://west.example',
        'w3',
        'held',
        expect.stringContaining('clinicalStatus'),
      ]),
    ]);
  });

  test('are no GET, and no part of a transaction', async () => {
    expect((await app.call('GET', '$process-message')).status).toBe(405);
  });

  test('that cannot be told from others is refused', async () => {
    const { timestamp: _, ...undated } = message('w4', '2026-03-04T08:00:00+08:00', patient);
    for (const content of [undated, { ...undated, type: 'batch' }, { ...undated, entry: [] }]) {
      const answer = await app.call('POST', '$process-message', parameters({ content: content as Json }));
      expect(answer.status).toBe(422);
    }
    const same = message('w2', '2026-03-01T08:00:00+08:00', { ...patient, name: [{ text: '黑雪' }] });
    expect((await app.call('POST', '$process-message', parameters({ content: same }))).status).toBe(409);
  });

  test('at once, the same message is placed once', async () => {
    const one = message('w5', '2026-03-05T08:00:00+08:00', {
      ...patient,
      identifier: [{ system: SYSTEM, value: '8' }],
    });
    const codes = await Promise.all(Array.from({ length: 6 }, () => process(one)));
    expect(new Set(codes)).toEqual(new Set(['ok']));
    const [placed] = await found(`Patient?identifier=${SYSTEM}|8`);
    expect(placed.meta.versionId).toBe('1');
  });
});
