/** https://hl7.org/fhir/R4/graphql.html */
import { MedplumClient } from '@medplum/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { as } from '../features/tokens.ts';
import { type Answer, BASE, startTestApp, type TestApp } from '../support/app.ts';
import { expectError, type Json, load, observation, patient } from './support.ts';

let app: TestApp;
const ref = (reference: string) => ({ reference });

/** The patient of the specification's examples. */
const EXAMPLE = patient('example', {
  active: true,
  identifier: [{ system: 'urn:oid:1.2.36.146.595.217.0.1', value: '12345' }],
  name: [
    { use: 'official', family: 'Chalmers', given: ['Peter', 'James'] },
    { use: 'usual', given: ['Jim'] },
    { use: 'maiden', family: 'Windsor', given: ['Peter', 'James'] },
  ],
  birthDate: '1974-12-25',
  _birthDate: {
    extension: [
      {
        url: 'http://hl7.org/fhir/StructureDefinition/patient-birthTime',
        valueDateTime: '1974-12-25T14:35:45-05:00',
      },
    ],
  },
  extension: [{ url: 'urn:example:details', valueString: 'some value' }],
  generalPractitioner: [ref('Practitioner/gp')],
  contact: [{ name: { family: 'du Marché' } }],
});

const CONDITION = {
  resourceType: 'Condition',
  id: 'flu',
  subject: ref('Patient/example'),
  clinicalStatus: {
    coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'relapse' }],
  },
  code: { text: 'flu' },
};

const WORLD = [
  EXAMPLE,
  patient('other', { name: [{ family: 'Other' }], active: false }),
  { resourceType: 'Practitioner', id: 'gp', name: [{ text: 'Doctor' }] },
  CONDITION,
  { ...CONDITION, id: 'flu-of-other', subject: ref('Patient/other') },
  observation('glucose', {
    subject: ref('Patient/example'),
    performer: [ref('Practitioner/gp'), ref('Practitioner/gp')],
    effectiveDateTime: '2024-01-01',
    encounter: ref('Encounter/nowhere'),
    specimen: ref('#tube'),
    contained: [{ resourceType: 'Specimen', id: 'tube', type: { text: 'blood' } }],
  }),
  observation('sodium', {
    subject: ref('Patient/example'),
    effectiveDateTime: '2024-02-01',
    status: 'amended',
  }),
  {
    resourceType: 'List',
    id: 'long',
    status: 'current',
    mode: 'working',
    entry: Array.from({ length: 12 }, (_, i) => ({ item: { display: `item ${i}` } })),
  },
];

beforeAll(async () => {
  app = await startTestApp();
  await load(app, WORLD);
  const exact =
    '{"resourceType":"Observation","id":"exact","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.50,"unit":"g"}}';
  expect((await app.call('PUT', 'Observation/exact', exact)).status).toBe(201);
});
afterAll(() => app.close());

const get = (query: string, at = '', more = '') =>
  app.call('GET', `${at}$graphql?query=${encodeURIComponent(query)}${more}`);

/** The data of an answer that is GraphQL's and right. */
function data(answer: Answer): Json {
  expect(answer.status, answer.text.slice(0, 2000)).toBe(200);
  expect(answer.headers['content-type']).toMatch(/^application\/json/);
  expect(answer.body.errors).toBeUndefined();
  return answer.body.data;
}
const ask = async (query: string, at?: string) => data(await get(query, at));
const onExample = (query: string) => ask(query, 'Patient/example/');

/** The first error of an answer that is GraphQL's and wrong. */
function error(answer: Answer, status: number): Json {
  expect(answer.status, answer.text.slice(0, 2000)).toBe(status);
  expect(answer.headers['content-type']).toMatch(/^application\/json/);
  expect(answer.body.data).toBeNull();
  const [first] = answer.body.errors;
  expect(first.message).toMatch(/\S{2,}/);
  expect(first.extensions.resource).toMatchObject({
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error' }],
  });
  return first;
}

describe('a resource', () => {
  test('gives the fields that are selected', async () => {
    expect(await onExample('{ name { use given family } }')).toEqual({
      name: EXAMPLE.name.map((n: Json) => ({ use: n.use, given: n.given, family: n.family ?? null })),
    });
    expect(
      await onExample('{ resourceType id active contact { name { family } } meta { versionId } }'),
    ).toEqual({
      resourceType: 'Patient',
      id: 'example',
      active: true,
      contact: [{ name: { family: 'du Marché' } }],
      meta: { versionId: '1' },
    });
  });

  test('gives extensions of primitives beside them', async () => {
    expect(await onExample('{ birthDate _birthDate { extension { valueDateTime } } }')).toEqual({
      birthDate: '1974-12-25',
      _birthDate: { extension: [{ valueDateTime: '1974-12-25T14:35:45-05:00' }] },
    });
  });

  test('names choices by their JSON property, and keeps the digits of decimals', async () => {
    const answer = await get('{ valueQuantity { value unit } }', 'Observation/exact/');
    expect(data(answer)).toEqual({ valueQuantity: { value: 1.5, unit: 'g' } });
    expect(answer.text).toContain('"value":1.50');
  });

  test('has lists that are filtered by a part, by FHIRPath, by place', async () => {
    expect(await onExample('{ name(use: official) { family } }')).toEqual({ name: [{ family: 'Chalmers' }] });
    expect(await onExample('{ name(use: "maiden") { family } }')).toEqual({ name: [{ family: 'Windsor' }] });
    expect(await onExample('{ name(fhirpath: "family.exists().not()") { given } }')).toEqual({
      name: [{ given: ['Jim'] }],
    });
    expect(
      await onExample('{ myext: extension(url: "urn:example:details") { value: valueString } }'),
    ).toEqual({
      myext: [{ value: 'some value' }],
    });
    expect(await ask('{ entry(_count: 5, _offset: 5) { item { display } } }', 'List/long/')).toEqual({
      entry: [5, 6, 7, 8, 9].map((i) => ({ item: { display: `item ${i}` } })),
    });
  });

  test('takes @skip and @include, aliases and fragments', async () => {
    const query = `query q($yes: Boolean!) { a: active @include(if: $yes) birthDate @skip(if: $yes) ...names }
      fragment names on Patient { name @first { family } }`;
    const variables = encodeURIComponent(JSON.stringify({ yes: true }));
    const answer = await get(query, 'Patient/example/', `&variables=${variables}&operationName=q`);
    expect(data(answer)).toEqual({ a: true, name: [{ family: 'Chalmers' }] });
  });
});

describe('references', () => {
  test('are followed, by fragment and by type', async () => {
    const query = `{ subject { reference resource { resourceType id ... on Patient { birthDate } ... on Group { name } } }
      a: subject { resource(type: Patient) { ... on Patient { active } } }
      b: subject { resource(type: Group) { id } }
      performer { resource { ... on Practitioner { name { text } } } } }`;
    const doctor = { resource: { name: [{ text: 'Doctor' }] } };
    expect(await ask(query, 'Observation/glucose/')).toEqual({
      subject: {
        reference: 'Patient/example',
        resource: { resourceType: 'Patient', id: 'example', birthDate: '1974-12-25' },
      },
      a: { resource: { active: true } },
      b: { resource: null },
      performer: [doctor, doctor],
    });
  });

  test('to contained resources are followed inside', async () => {
    expect(
      await ask(
        '{ specimen { resource { ... on Specimen { type { text } } } } contained { id } }',
        'Observation/glucose/',
      ),
    ).toEqual({
      specimen: { resource: { type: { text: 'blood' } } },
      contained: [{ id: 'tube' }],
    });
  });

  test('that lead nowhere are an error, or null when they are optional', async () => {
    const where = 'Observation/glucose/';
    expect(error(await get('{ encounter { resource { id } } }', where), 404).path).toEqual([
      'encounter',
      'resource',
    ]);
    expect(await ask('{ encounter { resource(optional: true) { id } } }', where)).toEqual({
      encounter: { resource: null },
    });
  });
});

describe('the server', () => {
  test('gives one resource by id', async () => {
    expect(await ask('{ Patient(id: example) { id active } }')).toEqual({
      Patient: { id: 'example', active: true },
    });
    error(await get('{ Patient(id: "never") { id } }'), 404);
  });

  test('gives lists by search parameters, dashes written as underscores, values of an array ORed', async () => {
    expect(
      await ask('{ ConditionList(clinical_status: relapse, patient: example) { id code { text } } }'),
    ).toEqual({ ConditionList: [{ id: 'flu', code: { text: 'flu' } }] });
    expect(await ask('{ PatientList(_id: ["other", example], _sort: "_id") { id } }')).toEqual({
      PatientList: [{ id: 'example' }, { id: 'other' }],
    });
    expect(await ask('{ PatientList(active: false) { id } }')).toEqual({ PatientList: [{ id: 'other' }] });
    expect(await ask('{ ObservationList(date: "ge2024-02", status: [amended, final]) { id } }')).toEqual({
      ObservationList: [{ id: 'sodium' }],
    });
    expect(await ask('{ PatientList(fhirpath: "name.count() > 1") { id } }')).toEqual({
      PatientList: [{ id: 'example' }],
    });
  });

  test('takes variables of any scalar type where a value goes', async () => {
    for (const type of ['String', 'String!', 'ID', '[String]', 'token']) {
      const answer = await app.call(
        'POST',
        '$graphql',
        { query: `query ($id: ${type}) { PatientList(_id: $id) { id } }`, variables: { id: 'other' } },
        { 'content-type': 'application/json' },
      );
      expect(data(answer), type).toEqual({ PatientList: [{ id: 'other' }] });
    }
  });

  test('takes no variable of another type where GraphQL itself says what goes', async () => {
    for (const query of [
      'query ($x: String) { PatientList { id @include(if: $x) } }',
      'query ($x: Int) { PatientList(fhirpath: $x) { id } }',
      'query ($x: String) { PatientList { name(_count: $x) { family } } }',
    ]) {
      error(await get(query), 400);
    }
    const few =
      'query ($n: Int, $family: String!) { PatientList(_count: $n, _sort: "_id") { name(family: $family) { family } } }';
    const variables = encodeURIComponent(JSON.stringify({ n: 1, family: 'Windsor' }));
    expect(data(await get(few, '', `&variables=${variables}`))).toEqual({
      PatientList: [{ name: [{ family: 'Windsor' }] }],
    });
    error(await get('query ($id: ID) { Patient(id: $id) { id } }'), 400);
  });

  test('gives what refers to a resource', async () => {
    const query = `{ name { family } ConditionList(_reference: patient) { id }
      ObservationList(_reference: subject, _sort: "-date", _count: 1) { id performer { resource { id } } }
      ObservationConnection(_reference: patient, status: final) { count edges { resource { id } } } }`;
    expect(await onExample(query)).toEqual({
      name: [{ family: 'Chalmers' }, { family: null }, { family: 'Windsor' }],
      ConditionList: [{ id: 'flu' }],
      ObservationList: [{ id: 'sodium', performer: null }],
      ObservationConnection: { count: 1, edges: [{ resource: { id: 'glucose' } }] },
    });
    const wrong = error(await get('{ ConditionList(_reference: asserted) { id } }', 'Patient/example/'), 400);
    expect(wrong.message).toContain('asserter');
    error(await get('{ ConditionList { id } }', 'Patient/example/'), 400);
  });

  test('pages through connections, with cursors that need nothing else', async () => {
    const fields = '{ count offset pagesize edges { mode score resource { id } } first previous next last }';
    const first = (await ask(`{ PatientConnection(_sort: "_id", _count: 1) ${fields} }`)).PatientConnection;
    expect(first).toMatchObject({
      count: 2,
      offset: 0,
      pagesize: 1,
      edges: [{ mode: 'match', score: null, resource: { id: 'example' } }],
    });
    const at = (cursor: string) => ask(`{ PatientConnection(_cursor: "${cursor}") ${fields} }`);
    const second = (await at(first.next)).PatientConnection;
    expect(second).toMatchObject({ edges: [{ resource: { id: 'other' } }], next: null, count: 2 });
    expect((await at(second.first)).PatientConnection.edges).toEqual(first.edges);
    error(await get(`{ PatientConnection(_cursor: "${first.next}", active: true) { count } }`), 400);
    error(await get(`{ ConditionConnection(_cursor: "${first.next}") { count } }`), 400);
    error(await get('{ PatientConnection(_cursor: "x") { count } }'), 400);
  });

  test('gives a list whole, or an error', async () => {
    const many = Array.from({ length: 1001 }, (_, i) => ({
      resourceType: 'Basic',
      id: `b${i}`,
      code: { text: 'x' },
    }));
    await load(app, many);
    expect(error(await get('{ BasicList { id } }'), 400).message).toContain('BasicConnection');
    expect((await ask('{ BasicList(_count: 7) { id } }')).BasicList).toHaveLength(7);
  });

  test('describes itself', async () => {
    const { __type, __schema } = await ask(
      '{ __type(name: "Patient") { fields { name } interfaces { name } } __schema { queryType { name } directives { name } } }',
    );
    const names = __type.fields.map((f: Json) => f.name);
    expect(names).toEqual(expect.arrayContaining(['name', '_birthDate', 'ObservationList']));
    expect(names).not.toContain('SlotList');
    expect(__type.interfaces).toEqual([{ name: 'Resource' }]);
    expect(__schema.directives.map((d: Json) => d.name)).toEqual(
      expect.arrayContaining(['skip', 'include', 'flatten', 'first', 'singleton', 'slice']),
    );
  });
});

describe('flattening', () => {
  test.each([
    [
      '{ identifier @flatten { system value } active name @flatten { text given family } }',
      {
        system: ['urn:oid:1.2.36.146.595.217.0.1'],
        value: ['12345'],
        active: true,
        given: ['Peter', 'James', 'Jim', 'Peter', 'James'],
        family: ['Chalmers', 'Windsor'],
      },
    ],
    [
      '{ identifier @flatten { system value } active name @flatten { text given @first family } }',
      {
        system: ['urn:oid:1.2.36.146.595.217.0.1'],
        value: ['12345'],
        active: true,
        given: ['Peter', 'Jim', 'Peter'],
        family: ['Chalmers', 'Windsor'],
      },
    ],
    [
      '{ identifier @flatten { system @singleton value @singleton } active name @flatten @first { text given family @singleton } }',
      {
        system: 'urn:oid:1.2.36.146.595.217.0.1',
        value: '12345',
        active: true,
        given: ['Peter', 'James'],
        family: 'Chalmers',
      },
    ],
    [
      '{ active name @flatten @slice(path: "use") { given family @singleton } }',
      {
        active: true,
        'given.official': ['Peter', 'James'],
        'family.official': 'Chalmers',
        'given.usual': ['Jim'],
        'given.maiden': ['Peter', 'James'],
        'family.maiden': 'Windsor',
      },
    ],
    [
      '{ name @slice(path: "$index") @flatten { given @first @singleton family } }',
      {
        'given.0': 'Peter',
        'family.0': ['Chalmers'],
        'given.1': 'Jim',
        'given.2': 'Peter',
        'family.2': ['Windsor'],
      },
    ],
  ])('%s', async (query, expected) => {
    expect(await onExample(query)).toEqual(expected);
  });

  test('refuses several values for a @singleton', async () => {
    error(await get('{ name @flatten { family @singleton } }', 'Patient/example/'), 422);
  });
});

describe('a request', () => {
  test('comes by GET, or by POST as JSON, as GraphQL, or as Parameters', async () => {
    const query = '{ Patient(id: "example") { id } }';
    const parameters = { resourceType: 'Parameters', parameter: [{ name: 'query', valueString: query }] };
    const post = (body: unknown, type: string) =>
      app.call('POST', '$graphql', body, { 'content-type': type });
    for (const answer of [
      await get(query),
      await app.call('GET', `%24graphql?query=${encodeURIComponent(query)}`),
      await app.call('GET', `$graphql?query=${encodeURIComponent(query)}`, undefined, {
        accept: 'application/graphql-response+json, application/json',
      }),
      await post({ query }, 'application/json'),
      await post({ query, variables: null, operationName: null }, 'application/json; charset=utf-8'),
      await post(query, 'application/graphql'),
      await post(parameters, 'application/fhir+json'),
      await post(parameters, 'application/json'),
    ]) {
      expect(data(answer)).toEqual({ Patient: { id: 'example' } });
    }
  });

  test('that is wrong is answered as GraphQL answers, in the language asked for', async () => {
    error(await get('{ Patient('), 400);
    error(await get('{ Patient(id: 1) { colour } }'), 400);
    error(await get('{ PatientList(colour: red) { id } }'), 400);
    error(await get('{ name @shuffle { given } }', 'Patient/example/'), 400);
    error(await get('mutation { PatientDelete(id: 1) { id } }'), 400);
    error(await get('{ PatientList(birthdate: "yesterday") { id } }'), 400);
    error(await get('{ name(fhirpath: "family.(") { id } }', 'Patient/example/'), 400);
    error(await get('{ name(fhirpath: "family.matches(\'(a+)+$\')") { id } }', 'Patient/example/'), 400);
    const hidden = ["`matches`('(a+)+$')", "`\\\\u006datches`('(a+)+$')", "replace('','aa')"];
    for (const path of hidden) {
      const asked = `{ name(fhirpath: "'${'a'.repeat(40)}!'.${path}") { id } }`;
      error(await get(asked, 'Patient/example/'), 400);
    }
    // Each level takes four times as long as the one inside.
    const nested = Array.from({ length: 20 }, () => '(1|2|3|4).where(').join('');
    const endless = `{ name(fhirpath: "${nested}true${')'.repeat(20)}") { id } }`;
    error(await get(endless, 'Patient/example/'), 400);
    error(await get('{ name(_count: -1) { id } }', 'Patient/example/'), 400);
    error(await get('{ id }', 'Patient/never/'), 404);
    const chinese = await app.call('GET', `$graphql?query=${encodeURIComponent('{ x }')}`, undefined, {
      'accept-language': 'zh-CN',
    });
    expect(error(chinese, 400).message).toMatch(/GraphQL 查询有误/);
  });

  test('that cannot be read is a 4xx', async () => {
    const json = { 'content-type': 'application/json' };
    expectError(await app.call('POST', '$graphql', { variables: {} }, json), 422);
    expectError(await app.call('POST', '$graphql', { query: 7 }, json), 400, { expression: 'query' });
    expectError(await app.call('POST', '$graphql', '{"query":', json), 400);
    expectError(await app.call('POST', '$graphql', { query: '{ id }', variables: [] }, json), 400);
    expectError(await app.call('GET', '$graphql'), 422);
    expectError(await app.call('POST', '$graphql', '<x/>', { 'content-type': 'text/xml' }), 415);
  });

  test('that is too large is refused before anything is read', async () => {
    const nested = `{ subject { resource { ... on Patient { ${'generalPractitioner { resource { ... on Patient { '.repeat(13)}id${' } } }'.repeat(13)} } } } }`;
    expect(error(await get(nested, 'Observation/glucose/'), 400).message).toContain('levels');
    const fragments = Array.from(
      { length: 12 },
      (_, i) => `fragment f${i} on Patient { ...f${i + 1} a: meta { ...m } b: meta { ...m } ...f${i + 1} }`,
    ).join('\n');
    const bomb = `{ ...f0 } ${fragments} fragment f12 on Patient { id } fragment m on Meta { id }`;
    expect(error(await get(bomb, 'Patient/example/'), 400).message).toContain('fields');
    expect(error(await get(`{ ${'Patient(id: 1) { id } '.repeat(400)} }`), 400).message).toContain('names');
    error(await get(`{ ${'id '.repeat(6000)} }`, 'Patient/example/'), 400);
  });

  test('that would read too much is refused', async () => {
    const query = `{ ${Array.from({ length: 6 }, (_, i) => `a${i}: BasicList(_count: 1000) { id }`).join(' ')} }`;
    expect(error(await get(query), 400).extensions.resource.issue[0].code).toBe('too-costly');
  });
});

describe('access and audit', () => {
  let smart: TestApp;
  beforeAll(async () => {
    smart = await startTestApp({ auth: 'smart' });
    await load({ call: await as(smart, 'system/*.cruds') } as TestApp, WORLD);
  });
  afterAll(() => smart.close());

  test('a read needs its permission, a search its own, and a reference leads only where one may read', async () => {
    const call = await as(smart, 'system/Observation.rs');
    const query = (text: string, at = '') => call('GET', `${at}$graphql?query=${encodeURIComponent(text)}`);
    expect(data(await query('{ ObservationList(status: amended) { id } }'))).toEqual({
      ObservationList: [{ id: 'sodium' }],
    });
    error(await query('{ Patient(id: example) { id } }'), 403);
    error(await query('{ PatientList { id } }'), 403);
    error(await query('{ id }', 'Patient/example/'), 403);
    error(await query('{ ConditionList(_reference: encounter) { id } }', 'Observation/glucose/'), 400);
    error(await query('{ subject { resource { id } } }', 'Observation/glucose/'), 404);
    expect(
      data(await query('{ subject { resource(optional: true) { id } } }', 'Observation/glucose/')),
    ).toEqual({
      subject: { resource: null },
    });
    expect((await smart.call('GET', `$graphql?query=${encodeURIComponent('{ __typename }')}`)).status).toBe(
      401,
    );
  });

  test('what was read is audited by its patients, and so is a refusal', async () => {
    const call = await as(smart, 'system/*.rs');
    const audits = async (query: string) =>
      (await call('GET', `AuditEvent?subtype=operation&${query}`)).body.total as number;
    const before = await audits('patient=Patient/other');
    await call('GET', `$graphql?query=${encodeURIComponent('{ Patient(id: other) { id } }')}`);
    expect((await audits('patient=Patient/other')) - before).toBe(1);
    const refused = await audits('outcome=4');
    const nobody = await as(smart, 'system/Slot.rs');
    await nobody('GET', `$graphql?query=${encodeURIComponent('{ Patient(id: other) { id } }')}`);
    expect((await audits('outcome=4')) - refused).toBe(1);
  });
});

test('a MedplumClient reads with graphql()', async () => {
  const client = new MedplumClient({
    baseUrl: BASE.replace(/fhir$/, ''),
    fhirUrlPath: 'fhir/',
    cacheTime: 0,
    fetch: async (url: string, options: Json) => {
      const response = await app.app.inject({
        method: options.method,
        url: url.replace(/^https?:\/\/[^/]+/, ''),
        headers: options.headers,
        payload: options.body,
      });
      return new Response(response.body, {
        status: response.statusCode,
        headers: response.headers as Record<string, string>,
      });
    },
  });
  const query =
    'query ($id: ID!) { Patient(id: $id) { name { family } } PatientList(family: "Other") { id } }';
  expect(await client.graphql(query, undefined, { id: 'example' })).toEqual({
    data: {
      Patient: { name: [{ family: 'Chalmers' }, { family: null }, { family: 'Windsor' }] },
      PatientList: [{ id: 'other' }],
    },
  });
});

test('the CapabilityStatement lists it at the server and at every type', async () => {
  const [{ resource, operation }] = (await app.call('GET', 'metadata')).body.rest;
  for (const { operation: of } of [{ operation }, ...resource]) {
    expect(of.map((o: Json) => o.name)).toContain('graphql');
  }
});
