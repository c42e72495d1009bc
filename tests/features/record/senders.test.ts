/**
 * Two hospitals send the same month of one resident, in whatever order the network makes of it, with messages sent
 * again, corrected and withdrawn: the record is the same in the end.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Random, random, seedOf } from '../../fuzz/random.ts';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { idNumber, type Json } from './people.ts';

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
  return [
    adt('E', 'A04', '01080000', '', '东街3号'),
    adt('E', 'A01', '01083000', stay('EV1', 'I', '20260301083000')),
    results('E', 'EO1', '02090000', 'P', ['120', '4.1']),
    adt('W', 'A04', '02100000', stay('WV1', 'O', '20260302100000')),
    results('W', 'WO1', '02110000', 'F', ['118', '4.0', '7']),
    results('E', 'EO1', '02120000', 'C', ['125', '4.1']),
    adt('E', 'A08', '03080000', '', '西街8号'),
    results('W', 'WO1', '03090000', 'D', ['118']),
    adt('W', 'A08', '04080000', '', '西街8号2室'),
    adt('W', 'A11', '04090000', stay('WV2', 'O', '20260304090000')),
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
    const answer = await app.call('POST', '$process-message', message, V2);
    expect(answer.text, message).toMatch(/MSA\|AA\|/);
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
  expect(statuses('Observation').filter((s: string) => s === 'entered-in-error')).toHaveLength(1);
  expect(statuses('Encounter').sort()).toEqual(['cancelled', 'finished', 'in-progress']);
  for (const patient of kinds.get('Patient')!) expect(patient.links).toHaveLength(1);
  for (let run = 1; run <= ORDERS; run++) {
    const person = personOf(run);
    await send(anyOrder(r, monthOf(person)));
    expect(await recordOf(person), `order ${run}`).toEqual(expected);
  }
});
