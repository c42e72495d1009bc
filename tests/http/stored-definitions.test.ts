/** Profiles, value sets and code systems that clients store are in force at once, in every process. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBeside, startTestApp, type TestApp } from '../support/app.ts';
import { bundle, expectError, type Json, patient, put } from './support.ts';

let app: TestApp;
let other: TestApp;
beforeAll(async () => {
  app = await startTestApp();
  other = await startBeside(app);
});
afterAll(async () => {
  await other.close();
  await app.close();
});

const url = (id: string) => `http://county.example/StructureDefinition/${id}`;

/** A profile on Patient that states only what it changes. */
function profile(id: string, element: readonly Json[], more: Json = {}): Json {
  return {
    resourceType: 'StructureDefinition',
    id,
    url: url(id),
    name: id.replace(/\W/g, '_'),
    status: 'active',
    fhirVersion: '4.0.1',
    kind: 'resource',
    abstract: false,
    type: 'Patient',
    baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
    derivation: 'constraint',
    differential: { element },
    ...more,
  };
}
const claims = (canonical: string, more: Json = {}) => ({
  resourceType: 'Patient',
  meta: { profile: [canonical] },
  ...more,
});
const needsBirthDate = [{ id: 'Patient.birthDate', path: 'Patient.birthDate', min: 1 }];

async function store(resource: Json, server = app): Promise<void> {
  const answer = await server.call('PUT', `${resource.resourceType}/${resource.id}`, resource);
  expect(answer.status, answer.text).toBeLessThan(300);
}

test('terminology that is stored is known to the next request to any process', async () => {
  const system = 'http://county.example/CodeSystem/both';
  const codes = (...all: string[]) => ({
    resourceType: 'CodeSystem',
    id: 'both',
    url: system,
    status: 'active',
    content: 'complete',
    concept: all.map((code) => ({ code })),
  });
  const include = [{ system }];
  await store(codes('a'));
  await store({ resourceType: 'ValueSet', id: 'both', url: system, status: 'active', compose: { include } });
  for (const all of [['a', 'b'], ['a'], ['a', 'b'], ['a']]) {
    await store(codes(...all));
    for (const server of [app, other]) {
      const { body } = await server.call(
        'GET',
        `ValueSet/$validate-code?url=${system}&system=${system}&code=b`,
      );
      const result = body.parameter.find((p: Json) => p.name === 'result').valueBoolean;
      expect(result, JSON.stringify(all)).toBe(all.includes('b'));
    }
  }
});

describe('a profile', () => {
  test('that is stored is checked by the next request, and by every process', async () => {
    const missing = claims(url('with-birth-date'));
    expect((await app.call('POST', 'Patient', missing)).status).toBe(201);
    await store(profile('with-birth-date', needsBirthDate));
    expectError(await app.call('POST', 'Patient', missing), 422, { expression: 'Patient.birthDate' });
    expectError(await other.call('POST', 'Patient', missing), 422, { expression: 'Patient.birthDate' });
    const right = await other.call('POST', 'Patient', { ...missing, birthDate: '1990-01-01' });
    expect(right.status).toBe(201);
    expect(right.body.issue).toBeUndefined();
  });

  test('is no longer checked once it is deleted, and checked anew once it is changed', async () => {
    const missing = claims(url('changing'));
    await store(profile('changing', needsBirthDate));
    expectError(await app.call('POST', 'Patient', missing), 422);
    await store(profile('changing', [{ id: 'Patient.name', path: 'Patient.name', min: 1 }]));
    expectError(await app.call('POST', 'Patient', missing), 422, { expression: 'Patient.name' });
    expect((await app.call('POST', 'Patient', { ...missing, name: [{ text: '张三' }] })).status).toBe(201);
    expect((await app.call('DELETE', 'StructureDefinition/changing')).status).toBe(204);
    expect((await app.call('POST', 'Patient', missing)).status).toBe(201);
  });

  test('is in force after the transaction that stored it, and survives a new start', async () => {
    const sent = bundle('transaction', [put(profile('in-transaction', needsBirthDate))]);
    expect((await app.call('POST', '', sent)).status).toBe(200);
    const missing = claims(url('in-transaction'));
    expectError(await app.call('POST', 'Patient', missing), 422);
    const fresh = await startBeside(app);
    expectError(await fresh.call('POST', 'Patient', missing), 422);
    await fresh.close();
  });

  test('may be asked for by $validate, and is named by the CapabilityStatement', async () => {
    const declared = async () => {
      const { body } = await app.call('GET', 'metadata');
      return body.rest[0].resource.find((r: Json) => r.type === 'Patient').supportedProfile;
    };
    expect(await declared()).not.toContain(url('asked'));
    await store(profile('asked', needsBirthDate));
    const answer = await app.call(
      'POST',
      `Patient/$validate?profile=${encodeURIComponent(url('asked'))}`,
      claims(url('asked')),
    );
    expect(answer.status).toBe(200);
    expect(answer.body.issue[0].expression).toEqual(['Patient.birthDate']);
    expect(await declared()).toContain(url('asked'));
  });

  test('has several versions: the one that is asked for, else the newest active one', async () => {
    const versioned = (id: string, version: string, path: string, more: Json = {}) =>
      store(profile(id, [{ id: path, path, min: 1 }], { url: url('versioned'), version, ...more }));
    await versioned('versioned-2', '2.9.0', 'Patient.birthDate');
    await versioned('versioned-10', '2.10.0', 'Patient.name');
    await versioned('versioned-11', '3.0.0', 'Patient.gender', { status: 'draft' });
    const wants = async (canonical: string) =>
      (await app.call('POST', 'Patient', claims(canonical))).body.issue[0].expression[0];
    expect(await wants(url('versioned'))).toBe('Patient.name');
    expect(await wants(`${url('versioned')}|2.9.0`)).toBe('Patient.birthDate');
    expect(await wants(`${url('versioned')}|3.0.0`)).toBe('Patient.gender');
  });

  test('builds on another that is stored', async () => {
    await store(profile('first', needsBirthDate));
    await store(
      profile('second', [{ id: 'Patient.name', path: 'Patient.name', min: 1 }], {
        baseDefinition: url('first'),
      }),
    );
    const answer = await app.call('POST', 'Patient', claims(url('second')));
    const paths = answer.body.issue.map((i: Json) => i.expression[0]).sort();
    expect(paths).toEqual(['Patient.birthDate', 'Patient.name']);
  });
});

describe('the differential', () => {
  test('reaches into types, slices and extensions', async () => {
    await store({
      ...profile('village', []),
      kind: 'complex-type',
      type: 'Extension',
      baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Extension',
      context: [{ type: 'element', expression: 'Patient' }],
      differential: {
        element: [
          { id: 'Extension.url', path: 'Extension.url', fixedUri: url('village') },
          { id: 'Extension.value[x]', path: 'Extension.value[x]', min: 1, type: [{ code: 'code' }] },
        ],
      },
    });
    await store(
      profile('sliced', [
        {
          id: 'Patient.extension:village',
          path: 'Patient.extension',
          sliceName: 'village',
          min: 1,
          type: [{ code: 'Extension', profile: [url('village')] }],
        },
        {
          id: 'Patient.identifier',
          path: 'Patient.identifier',
          slicing: { discriminator: [{ type: 'value', path: 'system' }], rules: 'open' },
        },
        {
          id: 'Patient.identifier:card',
          path: 'Patient.identifier',
          sliceName: 'card',
          min: 1,
          max: '1',
        },
        {
          id: 'Patient.identifier:card.system',
          path: 'Patient.identifier.system',
          min: 1,
          fixedUri: 'urn:card',
        },
        { id: 'Patient.identifier:card.value', path: 'Patient.identifier.value', min: 1 },
        { id: 'Patient.contact.name.family', path: 'Patient.contact.name.family', min: 1 },
      ]),
    );
    const wrong = claims(url('sliced'), {
      extension: [{ url: url('village'), valueString: 'x' }],
      identifier: [{ system: 'urn:card' }],
      contact: [{ name: { text: 'x' } }],
    });
    const answer = await app.call('POST', 'Patient', wrong);
    const paths = answer.body.issue.map((i: Json) => i.expression[0]).sort();
    expect(paths).toEqual([
      'Patient.contact[0].name.family',
      'Patient.extension[0].value',
      'Patient.identifier[0].value',
    ]);
    const right = claims(url('sliced'), {
      extension: [{ url: url('village'), valueCode: 'x' }],
      identifier: [{ system: 'urn:card', value: '1' }, { system: 'urn:other' }],
      contact: [{ name: { family: 'x' } }],
    });
    expect((await app.call('POST', 'Patient', right)).status).toBe(201);
    expectError(await app.call('POST', 'Patient', { ...right, identifier: [] }), 400);
    expectError(await app.call('POST', 'Patient', { ...right, identifier: [{ system: 'urn:other' }] }), 422, {
      expression: 'Patient.identifier',
    });
  });
});

describe('refused is', () => {
  test('a constraint that is no FHIRPath, naming the element', async () => {
    const constraint = [{ key: 'x-1', severity: 'error', human: 'x', expression: 'name.exists( and' }];
    const answer = await app.call('PUT', 'StructureDefinition/bad', {
      ...profile('bad', [{ id: 'Patient.name', path: 'Patient.name', constraint }]),
    });
    const { issue } = expectError(answer, 422, {
      code: 'invalid',
      expression: 'StructureDefinition.differential.element[0]',
    });
    expect(issue[0].diagnostics ?? issue[0].details.text).toMatch(/Patient\.name.*x-1/);
  });

  test('a constraint with a function that there is not', async () => {
    const constraint = [{ key: 'x-2', severity: 'error', human: 'x', expression: 'name.frobnicate()' }];
    const sent = profile('bad', [{ id: 'Patient', path: 'Patient', constraint }]);
    const answer = await app.call('PUT', 'StructureDefinition/bad', sent);
    expectError(answer, 422);
    expect(answer.text).toContain('frobnicate()');
  });

  test('a differential on a base that is not known, or with an element that the base has not', async () => {
    const lost = profile('bad', needsBirthDate, { baseDefinition: url('nowhere') });
    expectError(await app.call('PUT', 'StructureDefinition/bad', lost), 422);
    const odd = profile('bad', [{ id: 'Patient.colour', path: 'Patient.colour', min: 1 }]);
    const answer = await app.call('PUT', 'StructureDefinition/bad', odd);
    expectError(answer, 422, { expression: 'StructureDefinition.differential.element[0]' });
  });

  test('a differential that would make a snapshot without end', async () => {
    const slicing = { discriminator: [{ type: 'value', path: 'system' }], rules: 'open' };
    const slices = Array.from({ length: 900 }, (_, i) => {
      const id = `Patient.identifier:s${i}`;
      return [
        { id, path: 'Patient.identifier', sliceName: `s${i}` },
        { id: `${id}.period.start`, path: 'Patient.identifier.period.start', min: 1 },
      ];
    });
    const all = [{ id: 'Patient.identifier', path: 'Patient.identifier', slicing }, ...slices.flat()];
    const answer = await app.call('PUT', 'StructureDefinition/bad', profile('bad', all));
    expectError(answer, 422);
    expect(answer.text).toContain('more than 10000 elements');
  });

  test('another definition of what the server’s own packages define; the same one is not', async () => {
    const county = await app.call('GET', 'StructureDefinition/county-patient');
    const copy = { ...county.body, id: 'copy' };
    expect((await app.call('PUT', 'StructureDefinition/copy', copy)).status).toBe(201);
    const answer = await app.call('PUT', 'StructureDefinition/copy', { ...copy, title: 'Mine' });
    expectError(answer, 422, { code: 'duplicate', expression: 'StructureDefinition.url' });
    const core = profile('Patient', needsBirthDate, {
      url: 'http://hl7.org/fhir/StructureDefinition/Patient',
    });
    expectError(await app.call('PUT', 'StructureDefinition/Patient', core), 422, { code: 'duplicate' });
    expectError(
      await app.call('PUT', 'StructureDefinition/county-patient', { ...county.body, title: 'x' }),
      422,
    );
  });
});

test('a value set and its code system that are stored bind the elements of a profile', async () => {
  const system = 'http://county.example/CodeSystem/colour';
  await store({
    resourceType: 'CodeSystem',
    id: 'colour',
    url: system,
    status: 'active',
    content: 'complete',
    concept: [{ code: 'red' }, { code: 'blue' }],
  });
  const valueSet = 'http://county.example/ValueSet/colour';
  await store({
    resourceType: 'ValueSet',
    id: 'colour',
    url: valueSet,
    status: 'active',
    compose: { include: [{ system }] },
  });
  const element = [
    {
      id: 'Patient.maritalStatus',
      path: 'Patient.maritalStatus',
      binding: { strength: 'required', valueSet },
    },
  ];
  await store(profile('coloured', element));
  const of = (code: string) =>
    patient('p', { meta: { profile: [url('coloured')] }, maritalStatus: { coding: [{ system, code }] } });
  expect((await app.call('PUT', 'Patient/p', of('red'))).status).toBe(201);
  expectError(await app.call('PUT', 'Patient/p', of('green')), 422);
  await store({
    resourceType: 'CodeSystem',
    id: 'colour',
    url: system,
    status: 'active',
    content: 'complete',
    concept: [{ code: 'green' }],
  });
  expect((await app.call('PUT', 'Patient/p', of('green'))).status).toBe(200);
});
