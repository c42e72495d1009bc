/**
 * Two hospitals send the same month of one resident, one by HL7 v2 and one by FHIR messages, in whatever order the
 * network makes of it, with messages sent again, corrected and withdrawn: the record is the same in the end.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Random, random, seedOf } from '../../fuzz/random.ts';
import { BASE, startTestApp, type TestApp } from '../../support/app.ts';
import { idNumber, type Json, RESIDENT_ID } from './people.ts';

const ORDERS = 5;
const V2 = { 'content-type': 'x-application/hl7-v2+er7' };

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app?.close());

/** A resident of one run: nobody else's record is like it. */
interface Person {
  readonly run: number;
  readonly name: string;
  readonly birthDate: string;
  readonly number: string;
}

function personOf(run: number): Person {
  const birthDate = `19${50 + run}-0${1 + run}-1${run}`;
  const name = ['鲍天成', '卓小满', '蒲公英', '麦冬青', '车前子', '柴胡生'][run]!;
  return { run, name, birthDate, number: idNumber(birthDate, 11 + 20 * run) };
}

/** What both hospitals send, in the order in which it happened. */
function monthOf({ run, name, birthDate, number }: Person): string[] {
  const day = birthDate.replaceAll('-', '');
  const msh = (from: string, type: string, time: string) =>
    `MSH|^~\\&|HIS|${from}${run}|XIANTONG|COUNTY|202603${time}||${type}|${from}${time}|P|2.5.1`;
  const pid = (from: string, more = '') =>
    `PID|1||${from}P${run}^^^${from}^MR~${number}^^^GA^NI||${name}||${day}|M|||${more}`;
  const adt = (from: string, event: string, time: string, pv1: string, more = '') =>
    [msh(from, `ADT^${event}`, time), pid(from, more), ...(pv1 ? [pv1] : [])].join('\r');
  const stay = (visit: string, kind: string, start = '', end = '') =>
    `PV1|1|${kind}|3F^12^2||||||||||||||||${visit}|||||||||||||||||||||||||${start}|${end}`;
  const results = (from: string, order: string, time: string, status: string, values: readonly string[]) =>
    [
      msh(from, 'ORU^R01', time),
      pid(from),
      `OBR|1|${order}|${order}L|CBC^血常规^99L|||20260302070000|||||||||||||||202603${time}|||${status}`,
      ...values.map((v, i) => `OBX|${i + 1}|NM|T${i + 1}^项目${i + 1}^99L||${v}|g/L^^UCUM|||||${status}`),
    ].join('\r');
  const named = (of: string, value: string) => ({
    identifier: [{ system: `${BASE}/sid/w${run}/${of}`, value }],
  });
  const patient = {
    resourceType: 'Patient',
    identifier: [...named('w', `WP${run}`).identifier, { system: RESIDENT_ID, value: number }],
    name: [{ text: name }],
    gender: 'male',
    birthDate,
  };
  const subject = { reference: 'urn:uuid:5a0c3b56-0a3e-4c5e-8f0e-000000000001' };
  const encounter = (visit: string, status: string, period: object) => ({
    resourceType: 'Encounter',
    ...named('visit', visit),
    status,
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
    subject,
    period,
  });
  const report = (status: string, values: readonly number[]) => {
    const all = { status, subject, effectiveDateTime: '2026-03-02T07:00:00+08:00' };
    const head = {
      resourceType: 'DiagnosticReport',
      ...named('report', 'WO1'),
      ...all,
      code: { text: '血常规' },
    };
    const items = values.map((value, i) => ({
      resourceType: 'Observation',
      ...named('result', `WO1/T${i + 1}`),
      ...all,
      code: { text: `项目${i + 1}` },
      valueQuantity: { value, unit: 'g/L' },
    }));
    return [head, ...items];
  };
  const fhir = (time: string, ...resources: Json[]) => {
    const [, day, hour, minute] = /^(..)(..)(..)/.exec(time)!;
    const source = { endpoint: `https://w${run}.example` };
    const header = { resourceType: 'MessageHeader', id: `W${time}`, eventUri: 'urn:record', source };
    const about = resources[0].resourceType === 'Patient' ? resources : [patient, ...resources];
    const entry = [header, ...about].map((resource, i) => ({
      fullUrl: `urn:uuid:5a0c3b56-0a3e-4c5e-8f0e-00000000000${i}`,
      resource,
    }));
    const timestamp = `2026-03-${day}T${hour}:${minute}:00+08:00`;
    const content = { resourceType: 'Bundle', type: 'message', timestamp, entry };
    return JSON.stringify({
      resourceType: 'Parameters',
      parameter: [{ name: 'content', resource: content }],
    });
  };
  return [
    adt('E', 'A04', '01080000', '', '东街3号'),
    adt('E', 'A01', '01083000', stay('EV1', 'I', '20260301083000')),
    results('E', 'EO1', '02090000', 'P', ['120', '4.1']),
    fhir('02100000', encounter('WV1', 'in-progress', { start: '2026-03-02T10:00:00+08:00' })),
    fhir('02110000', ...report('final', [118, 4.0, 7])),
    results('E', 'EO1', '02120000', 'C', ['125', '4.1']),
    adt('E', 'A08', '03080000', '', '西街8号'),
    fhir('03090000', ...report('entered-in-error', [118])),
    fhir('04080000', { ...patient, address: [{ text: '西街8号2室' }] }),
    fhir('04083000', ...report('corrected', [119, 4.0])),
    fhir('04090000', encounter('WV2', 'cancelled', { start: '2026-03-04T09:00:00+08:00' })),
    fhir('06090000', encounter('WV1', 'finished', { end: '2026-03-06T09:00:00+08:00' })),
    adt('E', 'A03', '05100000', stay('EV1', 'I', '', '20260305100000')),
    results('E', 'EO2', '28090000', 'F', ['130', '4.4']),
  ];
}

/** Shuffled, and some of it sent twice. */
function anyOrder(r: Random, messages: readonly string[]): string[] {
  const rest = [...messages, ...messages.filter(() => r.chance(0.3))];
  const order: string[] = [];
  while (rest.length > 0) order.push(...rest.splice(r.below(rest.length), 1));
  return order;
}

async function send(messages: readonly string[]): Promise<void> {
  for (const message of messages) {
    const isFhir = message.startsWith('{');
    const answer = await app.call('POST', '$process-message', message, isFhir ? {} : V2);
    expect(answer.text, message).toMatch(isFhir ? /"code":"ok"/ : /MSA\|AA\|/);
  }
}

/** All that is in the record, under the names that the hospitals gave it, the same for every run. */
async function recordOf(person: Person): Promise<Json[]> {
  const found: Json[] = [];
  const take = async (query: string) => {
    const { body } = await app.call('GET', `${query}&_count=200`);
    found.push(...(body.entry ?? []).map((e: Json) => e.resource));
  };
  await take(`Patient?identifier=${person.number}`);
  const [first] = found;
  for (const type of ['Encounter', 'DiagnosticReport', 'Observation'])
    await take(`${type}?patient=Patient/${first.id}`);
  const names = new Map(
    found.map((r) => [r.id, `${r.identifier[0].system.split('/').at(-2)}-${r.identifier[0].value}`]),
  );
  const plain = (resource: Json): Json => {
    const { meta: _, id, link, ...rest } = resource;
    const links = (link ?? []).map((l: Json) => `${l.type} ${l.other.reference}`).sort();
    let text = JSON.stringify({ id, ...rest, links });
    for (const [from, to] of names) text = text.replaceAll(from, to);
    for (const [from, to] of [
      [person.name, 'NAME'],
      [person.number, 'NUMBER'],
      [person.birthDate, 'BIRTH'],
    ] as const)
      text = text.replaceAll(from, to);
    return JSON.parse(text.replace(/\b([EWew]P?)\d(?!\d)/g, '$1'));
  };
  return found
    .map(plain)
    .sort((a, b) => `${a.resourceType}${a.id}`.localeCompare(`${b.resourceType}${b.id}`));
}

test('whatever the order, the record is the same', async () => {
  const r = random(seedOf('senders'));
  const inOrder = personOf(0);
  await send(monthOf(inOrder));
  const expected = await recordOf(inOrder);
  const kinds = Map.groupBy(expected, (e: Json) => e.resourceType);
  expect([...kinds].map(([type, all]) => [type, all.length])).toEqual([
    ['DiagnosticReport', 3],
    ['Encounter', 3],
    ['Observation', 7],
    ['Patient', 2],
  ]);
  const statuses = (type: string) => kinds.get(type)!.map((e: Json) => e.status);
  expect(statuses('Observation').filter((s: string) => s === 'corrected')).toHaveLength(4);
  expect(statuses('Encounter').sort()).toEqual(['cancelled', 'finished', 'finished']);
  for (const patient of kinds.get('Patient')!) expect(patient.links).toHaveLength(1);
  for (let run = 1; run <= ORDERS; run++) {
    const person = personOf(run);
    await send(anyOrder(r, monthOf(person)));
    expect(await recordOf(person), `order ${run}`).toEqual(expected);
  }
});
