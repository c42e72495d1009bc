/** https://hl7.org/fhir/R4/http.html#patch, RFC 6902 and https://hl7.org/fhir/R4/fhirpatch.html */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BASE, startTestApp, type TestApp } from '../support/app.ts';
import { expectError, find, type Json, load, observation, patient } from './support.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const JSON_PATCH = { 'content-type': 'application/json-patch+json' };

const jsonPatch = (path: string, operations: Json, headers: Record<string, string> = {}) =>
  app.call('PATCH', path, operations, { ...JSON_PATCH, ...headers });

/** An operation of a FHIRPath Patch; `more` are further parts by name, each a property of the part. */
function operation(type: string, path: string, more: Record<string, Json> = {}): Json {
  const part = [
    { name: 'type', valueCode: type },
    { name: 'path', valueString: path },
    ...Object.entries(more).map(([name, value]) => ({ name, ...value })),
  ];
  return { name: 'operation', part };
}

const parameters = (...parameter: Json[]) => ({ resourceType: 'Parameters', parameter });
const fhirPatch = (path: string, ...operations: Json[]) => app.call('PATCH', path, parameters(...operations));

/** Stores a resource anew and answers its address. */
async function stored(resource: Json): Promise<string> {
  await load(app, [resource]);
  return `${resource.resourceType}/${resource.id}`;
}

describe('a patch', () => {
  test('makes a new version, indexed anew, with status, ETag, Location and the resource', async () => {
    const at = await stored(patient('p1', { gender: 'male', birthDate: '1980-01-01' }));
    const answer = await jsonPatch(at, [{ op: 'replace', path: '/birthDate', value: '1990-02-03' }]);
    expect(answer.status, answer.text).toBe(200);
    expect(answer.headers.etag).toBe('W/"2"');
    expect(answer.headers.location).toBe(`${BASE}/Patient/p1/_history/2`);
    expect(answer.body).toMatchObject({ id: 'p1', gender: 'male', birthDate: '1990-02-03' });
    expect((await app.call('GET', at)).body).toEqual(answer.body);
    expect(await find(app, 'Patient?birthdate=1990-02-03&_id=p1')).toEqual(['p1']);
    expect(await find(app, 'Patient?birthdate=1980-01-01&_id=p1')).toEqual([]);
  });

  test('stands in the history as PATCH and in the audit as patch', async () => {
    const at = await stored(patient('p2'));
    await jsonPatch(at, [{ op: 'add', path: '/gender', value: 'female' }]);
    const history = await app.call('GET', `${at}/_history`);
    expect(history.body.entry[0].request).toEqual({ method: 'PATCH', url: 'Patient/p2' });
    const audits = await app.call('GET', 'AuditEvent?subtype=patch&patient=Patient/p2');
    expect(audits.body.total).toBe(1);
  });

  test.each([
    ['minimal', ''],
    ['OperationOutcome', 'OperationOutcome'],
    ['representation', 'Patient'],
  ])('answers as Prefer: return=%s says', async (prefer, type) => {
    const at = await stored(patient(`p3-${prefer}`));
    const answer = await jsonPatch(at, [{ op: 'add', path: '/active', value: true }], {
      prefer: `return=${prefer}`,
    });
    expect(answer.status).toBe(200);
    expect(answer.body?.resourceType ?? '').toBe(type);
  });

  test('is carried out at once when the client would wait: respond-async is a wish', async () => {
    const at = await stored(patient('p4'));
    const answer = await jsonPatch(at, [{ op: 'add', path: '/active', value: true }], {
      prefer: 'respond-async',
    });
    expect(answer.status).toBe(200);
  });

  test('is held back by If-Match of another version', async () => {
    const at = await stored(patient('p5'));
    const add = [{ op: 'add', path: '/active', value: true }];
    expectError(await jsonPatch(at, add, { 'if-match': 'W/"7"' }), 412);
    expect((await jsonPatch(at, add, { 'if-match': 'W/"1"' })).status).toBe(200);
    expectError(await jsonPatch(at, add, { 'if-match': 'x' }), 400);
  });

  test('of what was never there is 404, of what was deleted 410', async () => {
    expectError(await jsonPatch('Patient/never', []), 404);
    const at = await stored(patient('p6'));
    await app.call('DELETE', at);
    expectError(await jsonPatch(at, []), 410);
  });

  test('must leave a valid resource, and changes nothing otherwise', async () => {
    const at = await stored(observation('p7'));
    const answer = await jsonPatch(at, [{ op: 'remove', path: '/status' }]);
    expectError(answer, 422, { expression: 'Observation.status' });
    expectError(await jsonPatch(at, [{ op: 'add', path: '/foo', value: 1 }]), 400, {
      expression: 'Observation.foo',
    });
    expect((await app.call('GET', at)).headers.etag).toBe('W/"1"');
  });

  test.each([
    ['id', 'replace', '/id', 'other'],
    ['resourceType', 'replace', '/resourceType', 'Group'],
    ['id', 'remove', '/id', undefined],
  ])('cannot change %s by %s', async (_what, op, path, value) => {
    const at = await stored(patient('p8'));
    const before = (await app.call('GET', at)).headers.etag;
    expectError(await jsonPatch(at, [{ op, path, value }]), 422, {
      expression: `Patient.${path.slice(1)}`,
    });
    expect((await app.call('GET', at)).headers.etag).toBe(before);
  });

  test('keeps the digits of decimals, touched and untouched', async () => {
    await app.call(
      'PUT',
      'Observation/p9',
      '{"resourceType":"Observation","id":"p9","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.50},"component":[{"code":{"text":"y"},"valueQuantity":{"value":100.00}}]}',
    );
    const answer = await app.call(
      'PATCH',
      'Observation/p9',
      '[{"op":"test","path":"/valueQuantity/value","value":1.5},{"op":"copy","from":"/component/0","path":"/component/-"},{"op":"add","path":"/component/1/valueQuantity/value","value":7.000}]',
      JSON_PATCH,
    );
    expect(answer.status, answer.text).toBe(200);
    expect(answer.text).toContain('"valueQuantity":{"value":1.50}');
    expect(answer.text).toContain('100.00');
    expect(answer.text).toContain('7.000');
    const second = await app.call(
      'PATCH',
      'Observation/p9',
      '{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"replace"},{"name":"path","valueString":"Observation.component.where(value.value = 7).value"},{"name":"value","valueQuantity":{"value":2.10}}]}]}',
    );
    expect(second.status, second.text).toBe(200);
    expect(second.text).toMatch(/"value":1\.50.*100\.00.*2\.10/);
  });

  test('of any other media type is 415 and says which are taken', async () => {
    const at = await stored(patient('p10'));
    for (const type of ['text/plain', 'application/xml-patch+xml', 'application/merge-patch+json']) {
      const answer = await app.call('PATCH', at, '[]', { 'content-type': type });
      expectError(answer, 415);
      expect(answer.headers['accept-patch']).toContain('application/json-patch+json');
    }
  });

  test('takes away the generated narrative of data it changed, and no other', async () => {
    const div = '<div xmlns="http://www.w3.org/1999/xhtml">male</div>';
    const narrative = (status: string) => ({ text: { status, div }, gender: 'male' });
    const change = [{ op: 'replace', path: '/gender', value: 'female' }];
    const generated = await stored(patient('p11', narrative('generated')));
    expect((await jsonPatch(generated, [])).body.text.div).toBe(div);
    expect((await jsonPatch(generated, change)).body.text).toBeUndefined();
    const additional = await stored(patient('p12', narrative('additional')));
    expectError(await jsonPatch(additional, change), 422, { expression: 'Patient.text' });
    const both = [...change, { op: 'replace', path: '/text/div', value: div.replace('male', 'female') }];
    expect((await jsonPatch(additional, both)).body.text.div).toContain('female');
  });

  test('with criteria patches the one that matches', async () => {
    const identifier = [{ system: 'urn:example:cp', value: 'one' }];
    await load(app, [
      patient('cp1', { identifier }),
      patient('cp2', { identifier: [{ system: 'urn:example:cp', value: 'two' }] }),
      patient('cp3', { identifier: [{ system: 'urn:example:cp', value: 'two' }] }),
    ]);
    const add = [{ op: 'add', path: '/active', value: true }];
    const answer = await jsonPatch('Patient?identifier=urn:example:cp|one', add);
    expect(answer.body).toMatchObject({ id: 'cp1', active: true });
    expectError(await jsonPatch('Patient?identifier=urn:example:cp|none', add), 404);
    expectError(await jsonPatch('Patient?identifier=urn:example:cp|two', add), 412);
    expectError(await jsonPatch('Patient', add), 400);
    expectError(await jsonPatch('Patient?nonsense=1', add), 400);
  });

  test('of the same resource by many at once loses none', async () => {
    const at = await stored(patient('p13'));
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        fhirPatch(
          at,
          operation('add', 'Patient', {
            name: { valueString: 'name' },
            value: { valueHumanName: { text: `n${i}` } },
          }),
        ),
      ),
    );
    expect(answers.map((a) => a.status)).toEqual(Array(8).fill(200));
    expect((await app.call('GET', at)).body.name).toHaveLength(8);
  });
});

describe('a JSON Patch', () => {
  const start = () => ({
    name: [{ family: 'A', given: ['x', 'y', 'z'] }],
    extension: [{ url: 'http://e/a~b', valueString: 's' }],
  });
  test.each<[string, Json[], (p: Json) => unknown, unknown]>([
    [
      'adds to the end with -',
      [{ op: 'add', path: '/name/0/given/-', value: 'n' }],
      (p) => p.name[0].given,
      ['x', 'y', 'z', 'n'],
    ],
    [
      'adds in between',
      [{ op: 'add', path: '/name/0/given/1', value: 'n' }],
      (p) => p.name[0].given,
      ['x', 'n', 'y', 'z'],
    ],
    [
      'adds after the last',
      [{ op: 'add', path: '/name/0/given/3', value: 'n' }],
      (p) => p.name[0].given,
      ['x', 'y', 'z', 'n'],
    ],
    [
      'replaces a member by add',
      [{ op: 'add', path: '/name/0/family', value: 'B' }],
      (p) => p.name[0].family,
      'B',
    ],
    ['removes', [{ op: 'remove', path: '/name/0/given/1' }], (p) => p.name[0].given, ['x', 'z']],
    [
      'removes a list with its last item',
      ['2', '1', '0'].map((i) => ({ op: 'remove', path: `/name/0/given/${i}` })),
      (p) => p.name,
      [{ family: 'A' }],
    ],
    [
      'removes a list with the last item that moves',
      [
        { op: 'move', from: '/name/0', path: '/contact' },
        { op: 'remove', path: '/contact' },
      ],
      (p) => p.name,
      undefined,
    ],
    [
      'keeps a list that was empty for a while',
      [
        { op: 'remove', path: '/name/0' },
        { op: 'add', path: '/name/-', value: { family: 'B' } },
      ],
      (p) => p.name,
      [{ family: 'B' }],
    ],
    [
      'replaces',
      [{ op: 'replace', path: '/name/0/given/0', value: 'n' }],
      (p) => p.name[0].given,
      ['n', 'y', 'z'],
    ],
    [
      'moves',
      [{ op: 'move', from: '/name/0/given/0', path: '/name/0/given/2' }],
      (p) => p.name[0].given,
      ['y', 'z', 'x'],
    ],
    [
      'copies',
      [
        { op: 'copy', from: '/name/0', path: '/name/-' },
        { op: 'replace', path: '/name/1/family', value: 'B' },
      ],
      (p) => p.name.map((n: Json) => n.family),
      ['A', 'B'],
    ],
    [
      'tests deeply, in any order of members',
      [{ op: 'test', path: '/name/0', value: { given: ['x', 'y', 'z'], family: 'A' } }],
      (p) => p.name[0].family,
      'A',
    ],
    [
      'ignores members it does not know',
      [{ op: 'add', path: '/active', value: true, note: 'x' }],
      (p) => p.active,
      true,
    ],
  ])('%s', async (_what, operations, look, expected) => {
    const at = await stored(patient('j1', start()));
    const answer = await jsonPatch(at, operations);
    expect(answer.status, answer.text).toBe(200);
    expect(look(answer.body)).toEqual(expected);
  });

  test('does not take away a list that it puts there empty: that is refused', async () => {
    const at = await stored(patient('j3'));
    const answer = await jsonPatch(at, [{ op: 'add', path: '/telecom', value: [] }]);
    expect(expectError(answer, 400).issue[0].expression).toEqual(['Patient.telecom']);
  });

  test('unescapes ~0 and ~1, in that order', async () => {
    const at = await stored(patient('j2'));
    for (const [path, named] of [
      ['/a~1b', 'a/b'],
      ['/m~0n', 'm~n'],
      ['/~01', '~1'],
    ]) {
      const outcome = expectError(await jsonPatch(at, [{ op: 'add', path, value: 1 }]), 400);
      expect(JSON.stringify(outcome)).toContain(named);
    }
  });

  test.each<[string, Json[], number]>([
    ['a test that fails', [{ op: 'test', path: '/name/0/family', value: 'B' }], 422],
    ['a test of what is not there', [{ op: 'test', path: '/gender', value: null }], 422],
    ['a place that is not there', [{ op: 'replace', path: '/gender', value: 'male' }], 422],
    ['the removal of nothing', [{ op: 'remove', path: '/gender' }], 422],
    ['an index beyond the end', [{ op: 'add', path: '/name/0/given/4', value: 'n' }], 422],
    ['an index with a leading zero', [{ op: 'replace', path: '/name/00/family', value: 'n' }], 422],
    ['a negative index', [{ op: 'remove', path: '/name/-1' }], 422],
    ['- where something must be', [{ op: 'remove', path: '/name/-' }], 422],
    ['a member of a string', [{ op: 'add', path: '/name/0/family/x', value: 'n' }], 422],
    ['the length of an array', [{ op: 'replace', path: '/name/length', value: 0 }], 422],
    ['a move into itself', [{ op: 'move', from: '/name', path: '/name/0/given/0' }], 422],
    ['the removal of everything', [{ op: 'remove', path: '' }], 422],
    ['a resource that is no object', [{ op: 'replace', path: '', value: [] }], 422],
    ['an unknown op', [{ op: 'merge', path: '/gender', value: 'male' }], 400],
    ['an op of Object', [{ op: 'constructor', path: '/gender', value: 'male' }], 400],
    ['no path', [{ op: 'remove' }], 400],
    ['a path that is no pointer', [{ op: 'remove', path: 'name' }], 400],
    ['a bad escape', [{ op: 'remove', path: '/name~2' }], 400],
    ['no value', [{ op: 'add', path: '/gender' }], 400],
    ['no from', [{ op: 'copy', path: '/gender' }], 400],
    ['an operation that is a string', ['remove'], 400],
    ['an operation that is a number', [1.5], 400],
  ])('refuses %s, naming the operation', async (_what, operations, status) => {
    const at = await stored(patient('j3', start()));
    const first = { op: 'test', path: '/name/0/family', value: 'A' };
    const answer = await jsonPatch(at, [first, ...operations]);
    const outcome = expectError(answer, status);
    if (operations[0]?.path !== '') {
      expect(outcome.issue[0].expression).toEqual(['operation[1]']);
      expect(outcome.issue[0].diagnostics).toMatch(/^Operation 1\b/);
    }
    expect((await app.call('GET', at)).body.name).toEqual(start().name);
  });

  test('says the same in Chinese', async () => {
    const at = await stored(patient('j4'));
    const answer = await jsonPatch(at, [{ op: 'remove', path: '/gender' }], { 'accept-language': 'zh' });
    expect(answer.body.issue[0].diagnostics).toContain('操作 0“/gender”');
  });

  test.each([
    ['no JSON', '['],
    ['an object', '{}'],
    ['nothing', ''],
    ['a member twice', '[{"op":"remove","op":"add","path":"/a","value":1}]'],
    ['NUL', '[{"op":"add","path":"/gender","value":"\\u0000"}]'],
    ['deep nesting', `[{"op":"add","path":"/gender","value":${'['.repeat(5000)}${']'.repeat(5000)}}]`],
  ])('that is %s is malformed', async (_what, text) => {
    const at = await stored(patient('j5'));
    expectError(await app.call('PATCH', at, text, JSON_PATCH), 400);
  });

  test.each(['1', '1.0', '1.00', '10e-1', '0.1e1'])('tests 1.0 as equal to %s', async (number) => {
    await app.call(
      'PUT',
      'Observation/j6',
      '{"resourceType":"Observation","id":"j6","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.0}}',
    );
    const at = `[{"op":"test","path":"/valueQuantity/value","value":${number}}]`;
    expect((await app.call('PATCH', 'Observation/j6', at, JSON_PATCH)).status).toBe(200);
  });

  test.each(['1.00000000000000000001', '"1.0"', '-1.0', '1e400', 'true', '{"rawJSON":"1.0"}'])(
    'tests 1.0 as unlike %s',
    async (value) => {
      const at = `[{"op":"test","path":"/valueQuantity/value","value":${value}}]`;
      expectError(await app.call('PATCH', 'Observation/j6', at, JSON_PATCH), 422);
    },
  );
});

describe('hostile JSON Patches', () => {
  test.each([
    '/__proto__/polluted',
    '/constructor/prototype/polluted',
    '/name/__proto__/polluted',
    '/name/0/__proto__/polluted',
  ])('reach no prototype by %s', async (path) => {
    const at = await stored(patient('h1', { name: [{ text: 'x' }] }));
    expectError(await jsonPatch(at, [{ op: 'add', path, value: true }]), 422);
    expect(({} as Json).polluted).toBeUndefined();
    expect(([] as Json).polluted).toBeUndefined();
  });

  test('cannot bring a prototype in a value', async () => {
    const at = await stored(patient('h2'));
    for (const text of [
      '[{"op":"add","path":"/__proto__","value":{"gender":"male"}}]',
      '[{"op":"add","path":"/contact","value":[{"__proto__":{"gender":"male"}}]}]',
      '[{"op":"add","path":"/toString","value":"x"}]',
    ]) {
      const answer = await app.call('PATCH', at, text, JSON_PATCH);
      expect([400, 422], answer.text).toContain(answer.status);
      expectError(answer, answer.status);
    }
  });

  test('are limited in operations, depth, and in what they copy', async () => {
    const at = await stored(patient('h3', { name: [{ text: 'x' }] }));
    const test10000 = Array(10_000).fill({ op: 'test', path: '/id', value: 'h3' });
    expectError(await jsonPatch(at, test10000), 400, { code: 'too-costly' });
    expect((await jsonPatch(at, test10000.slice(0, 1000))).status).toBe(200);
    // Doubles the array each time: a thousand operations would be 2^1000 names.
    const doubling = Array.from({ length: 500 }, () => ({ op: 'copy', from: '/name', path: '/name/-' }));
    const started = Date.now();
    expectError(await jsonPatch(at, doubling), 400, { code: 'too-costly' });
    // Twice as deep each time.
    const deepening = Array.from({ length: 60 }, () => ({ op: 'copy', from: '/name', path: '/name/0/deep' }));
    expectError(await jsonPatch(at, deepening), 422, { code: 'too-long' });
    const wide = [
      { op: 'add', path: '/name', value: Array(2000).fill({ text: 'x' }) },
      ...Array(900).fill({ op: 'copy', from: '/name', path: '/contact' }),
    ];
    expectError(await jsonPatch(at, wide), 400, { code: 'too-costly' });
    expectError(await jsonPatch(at, [{ op: 'test', path: '/a'.repeat(100_000), value: 1 }]), 422);
    expect(Date.now() - started).toBeLessThan(10_000);
  });
});

describe('a FHIRPath Patch', () => {
  const string = (valueString: string) => ({ valueString });
  const integer = (valueInteger: number) => ({ valueInteger });
  const ids = (...values: string[]) => ({ identifier: values.map((value) => ({ system: 'urn:s', value })) });
  const valuesOf = (p: Json) => p.identifier?.map((i: Json) => i.value);

  test('adds an element, and to a list', async () => {
    const at = await stored(patient('f1', ids('a')));
    const answer = await fhirPatch(
      at,
      operation('add', 'Patient', { name: string('birthDate'), value: { valueDate: '1930-01-01' } }),
      operation('add', 'Patient', { name: string('identifier'), value: { valueIdentifier: { value: 'b' } } }),
    );
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body.birthDate).toBe('1930-01-01');
    expect(valuesOf(answer.body)).toEqual(['a', 'b']);
  });

  test('adds what has no type of its own from parts', async () => {
    const at = await stored(patient('f2'));
    const part = [
      { name: 'name', valueHumanName: { text: 'a name' } },
      { name: 'telecom', valueContactPoint: { system: 'phone', value: '1' } },
      { name: 'telecom', valueContactPoint: { system: 'phone', value: '2' } },
      { name: 'gender', valueCode: 'female' },
    ];
    const answer = await fhirPatch(
      at,
      operation('add', 'Patient', { name: string('contact'), value: { part } }),
    );
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body.contact).toEqual([
      {
        name: { text: 'a name' },
        telecom: part.slice(1, 3).map((p) => p.valueContactPoint),
        gender: 'female',
      },
    ]);
  });

  test('writes a choice under the name of its type, and changes that type', async () => {
    const at = await stored(observation('f3'));
    const quantity = { valueQuantity: { value: 3 } };
    const added = await fhirPatch(
      at,
      operation('add', 'Observation', { name: string('value'), value: quantity }),
    );
    expect(added.body.valueQuantity).toEqual({ value: 3 });
    const twice = operation('add', 'Observation', { name: string('value'), value: string('x') });
    expectError(await fhirPatch(at, twice), 422);
    const replaced = await fhirPatch(
      at,
      operation('replace', 'Observation.value', { value: string('high') }),
    );
    expect(replaced.body).toMatchObject({ valueString: 'high' });
    expect(replaced.body.valueQuantity).toBeUndefined();
    const wrong = operation('replace', 'Observation.value', { value: { valueAddress: { text: 'x' } } });
    expectError(await fhirPatch(at, wrong), 422);
  });

  test('adds extensions to a primitive beside its value, and keeps them apart in lists', async () => {
    const at = await stored(patient('f4', { birthDate: '1980-01-01', name: [{ given: ['a', 'b', 'c'] }] }));
    const value = { valueExtension: { url: 'http://e', valueString: 'x' } };
    const answer = await fhirPatch(
      at,
      operation('add', 'Patient.birthDate', { name: string('extension'), value }),
      operation('add', 'Patient.name.given[1]', { name: string('extension'), value }),
      operation('delete', 'Patient.name.given[0]'),
    );
    expect(answer.status, answer.text).toBe(200);
    const extension = [value.valueExtension];
    expect(answer.body).toMatchObject({ birthDate: '1980-01-01', _birthDate: { extension } });
    expect(answer.body.name[0]).toEqual({ given: ['b', 'c'], _given: [{ extension }, null] });
  });

  test.each<[string, Json, string[]]>([
    [
      'inserts at the start',
      operation('insert', 'Patient.identifier', {
        index: integer(0),
        value: { valueIdentifier: { value: 'n' } },
      }),
      ['n', 'a', 'b', 'c', 'd'],
    ],
    [
      'inserts at the end',
      operation('insert', 'Patient.identifier', {
        index: integer(4),
        value: { valueIdentifier: { value: 'n' } },
      }),
      ['a', 'b', 'c', 'd', 'n'],
    ],
    ['deletes one', operation('delete', "Patient.identifier.where(value = 'b')"), ['a', 'c', 'd']],
    [
      'deletes nothing without complaint',
      operation('delete', "Patient.identifier.where(value = 'z')"),
      ['a', 'b', 'c', 'd'],
    ],
    [
      'replaces one',
      operation('replace', 'Patient.identifier[1].value', { value: string('n') }),
      ['a', 'n', 'c', 'd'],
    ],
    [
      'moves forward',
      operation('move', 'Patient.identifier', { source: integer(3), destination: integer(1) }),
      ['a', 'd', 'b', 'c'],
    ],
    [
      'moves back',
      operation('move', 'Patient.identifier', { source: integer(0), destination: integer(3) }),
      ['b', 'c', 'd', 'a'],
    ],
    ['takes paths without the type', operation('delete', 'identifier.last()'), ['a', 'b', 'c']],
  ])('%s', async (_what, one, expected) => {
    const at = await stored(patient('f5', ids('a', 'b', 'c', 'd')));
    const answer = await fhirPatch(at, one);
    expect(answer.status, answer.text).toBe(200);
    expect(valuesOf(answer.body)).toEqual(expected);
  });

  test('leaves no empty list behind', async () => {
    const at = await stored(patient('f6', { ...ids('a'), gender: 'male' }));
    const answer = await fhirPatch(at, operation('delete', 'Patient.identifier'));
    expect(answer.body).not.toHaveProperty('identifier');
    const refilled = operation('insert', 'Patient.identifier', {
      index: integer(0),
      value: { valueIdentifier: { value: 'n' } },
    });
    expect(valuesOf((await fhirPatch(at, refilled)).body)).toEqual(['n']);
  });

  const value = string('n');
  test.each<[string, Json, number]>([
    ['a replace of nothing', operation('replace', 'Patient.gender', { value: { valueCode: 'male' } }), 422],
    ['a replace of several', operation('replace', 'Patient.identifier.value', { value }), 422],
    ['a delete of several', operation('delete', 'Patient.identifier'), 422],
    ['a delete of the resource', operation('delete', 'Patient'), 422],
    ['an add below nothing', operation('add', 'Patient.maritalStatus', { name: string('text'), value }), 422],
    [
      'an add of what is there',
      operation('add', 'Patient.identifier[0]', { name: string('value'), value }),
      422,
    ],
    ['an add of an unknown element', operation('add', 'Patient', { name: string('foo'), value }), 422],
    ['an add of __proto__', operation('add', 'Patient', { name: string('__proto__'), value }), 422],
    [
      'an add to a computed value',
      operation('add', 'Patient.identifier.exists()', {
        name: string('extension'),
        value: { valueExtension: { url: 'http://e' } },
      }),
      422,
    ],
    [
      'an index beyond the list',
      operation('insert', 'Patient.identifier', { index: integer(3), value: { valueIdentifier: {} } }),
      422,
    ],
    [
      'a source beyond the list',
      operation('move', 'Patient.identifier', { source: integer(2), destination: integer(0) }),
      422,
    ],
    [
      'a destination beyond the list',
      operation('move', 'Patient.identifier', { source: integer(0), destination: integer(2) }),
      422,
    ],
    [
      'a move in what is no list',
      operation('move', 'Patient.gender', { source: integer(0), destination: integer(0) }),
      422,
    ],
    [
      'a list that is filtered',
      operation('move', "Patient.identifier.where(value = 'a')", {
        source: integer(0),
        destination: integer(0),
      }),
      400,
    ],
    ['a negative index', operation('insert', 'Patient.identifier', { index: integer(-1), value }), 400],
    ['an unknown type', operation('merge', 'Patient'), 400],
    ['no value', operation('replace', 'Patient.gender'), 400],
    ['a value too many', operation('delete', 'Patient.gender', { value }), 400],
    ['no FHIRPath', operation('delete', 'Patient..gender('), 400],
    ['a regular expression', operation('delete', "Patient.identifier.where(value.matches('(a+)+$'))"), 400],
    ['descendants', operation('delete', 'Patient.descendants()'), 400],
    ['a second start', operation('delete', 'Patient.identifier.where(%resource.identifier.exists())'), 400],
    ['a union', operation('delete', 'Patient.identifier | Patient.name'), 400],
    ['a path of any length', operation('delete', `Patient${'.identifier'.repeat(200)}`), 400],
    ['brackets of any depth', operation('delete', '('.repeat(900)), 400],
    ['another parameter', { name: 'other', part: [] }, 400],
  ])('refuses %s, naming the operation', async (_what, one, status) => {
    const at = await stored(patient('f7', ids('a', 'b')));
    const answer = await fhirPatch(at, operation('delete', 'Patient.photo'), one);
    const outcome = expectError(answer, status);
    expect(outcome.issue[0].expression).toEqual(['Parameters.parameter[1]']);
    expect(outcome.issue[0].diagnostics).toMatch(/^Operation 1\b/);
    expect((await app.call('GET', at)).headers.etag).toBeDefined();
    expect(valuesOf((await app.call('GET', at)).body)).toEqual(['a', 'b']);
  });

  test('is a Parameters resource of at most a thousand operations', async () => {
    const at = await stored(patient('f8'));
    expectError(await app.call('PATCH', at, patient('f8')), 400);
    const many = Array(10_000).fill(operation('delete', 'Patient.photo'));
    expectError(await fhirPatch(at, ...many), 400, { code: 'too-costly' });
  });
});

test('the CapabilityStatement declares patch with both formats', async () => {
  const { body } = await app.call('GET', 'metadata');
  expect(body.patchFormat).toEqual(['application/json-patch+json', 'application/fhir+json']);
  for (const r of body.rest[0].resource) expect(r.interaction).toContainEqual({ code: 'patch' });
});
