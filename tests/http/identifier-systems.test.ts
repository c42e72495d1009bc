/** Systems that mean the same thing are one system here, whatever a vendor writes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { bundle, find, ids, type Json, load, patient, post, put } from './support.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const RESIDENT = 'urn:oid:2.16.156.10011.1.3';
const ORIGINAL_SYSTEM = 'https://xiantong.example/fhir/StructureDefinition/original-system';
const ORIGINAL_VALUE = 'https://xiantong.example/fhir/StructureDefinition/original-value';
/** What vendors write for the resident identity number. */
const SPELLINGS = [
  RESIDENT,
  'URN:OID:2.16.156.10011.1.3',
  '2.16.156.10011.1.3',
  'urn:oid:2.16.840.1.113883.2.23.1.19.1',
  '2.16.840.1.113883.2.23.1.19.1',
  'Urn:Oid:2.16.840.1.113883.2.23.1.8.4.1',
  'https://xiantong.example/fhir/NamingSystem/resident-id',
  'http://xiantong.example/fhir/NamingSystem/resident-id',
];
const VALUE = '11010519491231002X';

const resident = (system: string, value = VALUE, more: Json = {}): Json => ({
  resourceType: 'Patient',
  identifier: [{ system, value }],
  ...more,
});
const search = (parameter: string, system: string, value: string) =>
  `${parameter}=${encodeURIComponent(`${system}|${value}`)}`;

describe('a resident identity number', () => {
  const created: string[] = [];

  test.each(SPELLINGS)(
    'sent under %s is stored under the national system, and says how it came',
    async (system) => {
      const answer = await app.call('POST', 'Patient', resident(system));
      expect(answer.status).toBe(201);
      created.push(answer.body.id);
      const [identifier] = (await app.call('GET', `Patient/${answer.body.id}`)).body.identifier;
      expect(identifier.system).toBe(RESIDENT);
      expect(identifier.value).toBe(VALUE);
      expect(identifier.extension).toEqual(
        system === RESIDENT ? undefined : [{ url: ORIGINAL_SYSTEM, valueUri: system }],
      );
    },
  );

  test.each(SPELLINGS)('is found by %s', async (system) => {
    expect(await find(app, `Patient?${search('identifier', system, VALUE)}`)).toEqual([...created].sort());
    expect(await find(app, `Patient?${search('identifier', system, '11010519491231002x')}`)).toHaveLength(
      created.length,
    );
    expect(await find(app, `Patient?${search('identifier', system, '')}`)).toEqual([...created].sort());
    expect(await find(app, `Patient?${search('identifier:not', system, VALUE)}`)).toEqual([]);
  });

  test('is found without a system, however it is spelled', async () => {
    for (const value of [VALUE, '11010519491231002x', '１１０１０５１９４９１２３１００２Ｘ', ` ${VALUE} `]) {
      const found = await find(app, `Patient?identifier=${encodeURIComponent(value)}`);
      expect(found, value).toEqual([...created].sort());
    }
  });

  test('is found by _filter', async () => {
    const system = SPELLINGS[3]!;
    expect(
      await find(app, `Patient?_filter=${encodeURIComponent(`identifier eq ${system}|${VALUE}`)}`),
    ).toEqual([...created].sort());
    expect(
      await find(app, `Patient?_filter=${encodeURIComponent(`identifier ne ${system}|${VALUE}`)}`),
    ).toEqual([]);
  });
});

test('the value loses full-width characters, spaces around it and the small x, and says how it came', async () => {
  const sent = ' １１０１０５19491231002x ';
  const answer = await app.call('POST', 'Patient', resident('2.16.156.10011.1.3', sent));
  expect(answer.body.identifier[0]).toEqual({
    extension: [
      { url: ORIGINAL_SYSTEM, valueUri: '2.16.156.10011.1.3' },
      { url: ORIGINAL_VALUE, valueString: sent },
    ],
    system: RESIDENT,
    value: VALUE,
  });
  await app.call('DELETE', `Patient/${answer.body.id}`);
});

test('a profile sees the identifier as it is stored', async () => {
  const profile = 'https://xiantong.example/fhir/StructureDefinition/county-patient';
  const sent = (value: string) =>
    resident(SPELLINGS[3]!, value, {
      meta: { profile: [profile] },
      name: [{ text: '张三' }],
      gender: 'female',
      birthDate: '1949-12-31',
    });
  const answer = await app.call('POST', 'Patient', sent('11010519491231002x'));
  expect(answer.status, answer.text).toBe(201);
  await app.call('DELETE', `Patient/${answer.body.id}`);
  const refused = await app.call('POST', 'Patient', sent('110105194912310021'));
  expect([refused.status, refused.text]).toEqual([422, expect.stringContaining('resident-id-invalid')]);
});

test('everything else keeps its bytes', async () => {
  const rest = (identifier: string, reference: string) =>
    `{"resourceType":"Observation","id":"bytes","meta":{"tag":[{"code":"t"}]},"contained":[{"resourceType":"Patient","id":"p","identifier":[${identifier}],"name":[{"text":"\\u5f20\\/三"}]}],"status":"final","code":{"coding":[{"system":"urn:oid:2.16.840.1.113883.2.23.1.19.1","code":"c"}]},"subject":{"reference":"#p"},"performer":[{"identifier":${reference}}],"valueQuantity":{"value":1.50,"system":"http://unitsofmeasure.org","code":"g"}}`;
  const sent = rest(
    `{"use":"official","system":"2.16.156.10011.1.3","value":"${VALUE}","assigner":{"identifier":{"system":"2.16.156.10011.1.5","value":"A1"}}},{"system":"urn:local","value":"ｘ "}`,
    '{"extension":[{"url":"urn:e","valueBoolean":true}],"system":"2.16.156.10011.1.7","value":"7"}',
  );
  const answer = await app.call('PUT', 'Observation/bytes', sent);
  expect(answer.status, answer.text).toBe(201);
  const came = (oid: string) => `{"url":"${ORIGINAL_SYSTEM}","valueUri":"${oid}"}`;
  const stored = rest(
    `{"extension":[${came('2.16.156.10011.1.3')}],"use":"official","system":"${RESIDENT}","value":"${VALUE}","assigner":{"identifier":{"extension":[${came('2.16.156.10011.1.5')}],"system":"urn:oid:2.16.156.10011.1.5","value":"A1"}}},{"system":"urn:local","value":"ｘ "}`,
    `{"extension":[{"url":"urn:e","valueBoolean":true},${came('2.16.156.10011.1.7')}],"system":"urn:oid:2.16.156.10011.1.7","value":"7"}`,
  );
  const { text } = await app.call('GET', 'Observation/bytes');
  expect(text.replace(/"versionId":"1","lastUpdated":"[^"]*",/, '')).toBe(stored);
});

test('what was read can be sent back unchanged, and a new spelling takes the place of the former', async () => {
  const put = (body: unknown) => app.call('PUT', 'Patient/again', body);
  const first = await put(resident(SPELLINGS[3]!, VALUE, { id: 'again' }));
  const second = await put(first.body);
  expect(second.body.identifier).toEqual(first.body.identifier);
  const [identifier] = second.body.identifier;
  const third = await put({ ...second.body, identifier: [{ ...identifier, system: SPELLINGS[2] }] });
  expect(third.body.identifier).toEqual([
    { ...identifier, extension: [{ url: ORIGINAL_SYSTEM, valueUri: SPELLINGS[2] }] },
  ]);
  expect((await app.call('GET', 'Patient/again/_history/1')).body.identifier[0].system).toBe(RESIDENT);
  await app.call('DELETE', 'Patient/again');
});

test('a patch is read the same way', async () => {
  await load(app, [patient('patched')]);
  const patched = await app.call(
    'PATCH',
    'Patient/patched',
    JSON.stringify([
      { op: 'add', path: '/identifier', value: [{ system: '2.16.156.10011.1.19', value: 'Ａ123' }] },
    ]),
    { 'content-type': 'application/json-patch+json' },
  );
  expect(patched.body.identifier[0]).toMatchObject({ system: 'urn:oid:2.16.156.10011.1.19', value: 'A123' });
  expect(await find(app, 'Patient?identifier=2.16.156.10011.1.19|A123')).toEqual(['patched']);
});

test('conditional creates under different spellings make one resource, at the same time too', async () => {
  const value = '440524188001010014';
  const answers = await Promise.all(
    [...SPELLINGS, ...SPELLINGS].map((system) =>
      app.call('POST', 'Patient', resident(system, value), {
        'if-none-exist': search('identifier', system, value),
      }),
    ),
  );
  expect(answers.filter((a) => a.status === 201)).toHaveLength(1);
  expect(new Set(answers.map((a) => a.body.id)).size).toBe(1);
  const updated = await app.call(
    'PUT',
    `Patient?${search('identifier', SPELLINGS[1]!, value)}`,
    resident(SPELLINGS[2]!, value, { active: true }),
  );
  expect([updated.status, updated.body.id]).toEqual([200, answers[0]!.body.id]);
});

test('a transaction finds by any spelling: its conditions, its conditional references, and what it writes', async () => {
  const value = '110101199003077213';
  const order = (id: string, system: string) =>
    put({
      resourceType: 'ServiceRequest',
      id,
      status: 'active',
      intent: 'order',
      subject: { reference: `Patient?identifier=${system}|${value}` },
    });
  const answer = await app.call(
    'POST',
    '',
    bundle('transaction', [
      order('tx-order', SPELLINGS[3]!),
      post(resident(SPELLINGS[2]!, value), { ifNoneExist: `identifier=${SPELLINGS[1]}|${value}` }),
    ]),
  );
  expect(answer.status, answer.text).toBe(200);
  const again = await app.call(
    'POST',
    '',
    bundle('transaction', [
      post(resident(SPELLINGS[5]!, value), { ifNoneExist: `identifier=${SPELLINGS[5]}|${value}` }),
      order('tx-order-2', SPELLINGS[0]!),
    ]),
  );
  expect(again.body.entry[0].response.status).toMatch(/^200/);
  const [id] = await find(app, `Patient?identifier=${RESIDENT}|${value}`);
  for (const order of ['tx-order', 'tx-order-2']) {
    expect((await app.call('GET', `ServiceRequest/${order}`)).body.subject.reference).toBe(`Patient/${id}`);
  }
  for (const system of SPELLINGS) {
    const chained = `ServiceRequest?${search('subject:Patient.identifier', system, value)}`;
    expect(await find(app, chained)).toEqual(['tx-order', 'tx-order-2']);
    const reversed = `Patient?_has:ServiceRequest:subject:status=active&${search('identifier', system, value)}`;
    expect(await find(app, reversed)).toEqual([id]);
  }
});

test('references by identifier are found by any spelling', async () => {
  await load(app, [
    {
      resourceType: 'Task',
      id: 'by-identifier',
      status: 'requested',
      intent: 'order',
      for: { identifier: { system: SPELLINGS[2], value: '330102196601011234' } },
    },
  ]);
  for (const system of SPELLINGS) {
    const query = `Task?${search('subject:identifier', system, '330102196601011234')}`;
    expect(await find(app, query)).toEqual(['by-identifier']);
  }
});

test('a type of identifier with a value finds the value as it is stored', async () => {
  const type = { coding: [{ system: 'urn:types', code: 'ID' }] };
  await load(app, [
    patient('typed', { identifier: [{ type, system: RESIDENT, value: '653121195506150043' }] }),
    patient('typed-x', { identifier: [{ type, system: SPELLINGS[2], value: '11010519491231002x' }] }),
  ]);
  const query = encodeURIComponent('urn:types|ID|11010519491231002x');
  expect(await find(app, `Patient?identifier:of-type=${query}`)).toEqual(['typed-x']);
});

test('what is signed stays as it is: the entries of a Bundle', async () => {
  const document = {
    resourceType: 'Bundle',
    id: 'collected',
    type: 'collection',
    identifier: { system: '2.16.156.10011.1.1', value: '1' },
    entry: [{ fullUrl: 'urn:uuid:55555555-5555-4555-8555-555555555555', resource: resident(SPELLINGS[2]!) }],
  };
  const { body } = await app.call('PUT', 'Bundle/collected', document);
  expect(body.identifier.system).toBe('urn:oid:2.16.156.10011.1.1');
  expect(body.entry).toEqual(document.entry);
});

test('a system that nobody named stays as it is, and so does its value', async () => {
  const identifier = [{ system: 'urn:oid:2.16.156.10011.99', value: ' １x ' }];
  await load(app, [patient('unnamed', { identifier })]);
  expect((await app.call('GET', 'Patient/unnamed')).body.identifier).toEqual(identifier);
  const query = `Patient?identifier=${encodeURIComponent('urn:oid:2.16.156.10011.99| １x ')}`;
  expect(ids(await app.call('GET', query))).toEqual(['unnamed']);
});

test('$validate looks at what was sent', async () => {
  const profile = 'https://xiantong.example/fhir/StructureDefinition/county-patient';
  const sent = resident(RESIDENT, '11010519491231002x', { meta: { profile: [profile] } });
  expect((await app.call('POST', 'Patient/$validate', sent)).text).toContain('resident-id-invalid');
});
