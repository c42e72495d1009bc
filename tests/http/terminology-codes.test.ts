/** $lookup, $validate-code, $subsumes. https://hl7.org/fhir/R4/terminology-service.html */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBeside, startTestApp, type TestApp } from '../support/app.ts';
import { bundle, expectError, type Json, load } from './support.ts';

let app: TestApp;
const TREE = 'http://example.org/tree';
const q = encodeURIComponent;

const tree = (more: Json = {}): Json => ({
  resourceType: 'CodeSystem',
  id: 'tree',
  url: TREE,
  version: '2',
  name: 'Tree',
  status: 'active',
  content: 'complete',
  property: [
    { code: 'size', type: 'integer' },
    { code: 'parent', type: 'code', uri: 'http://hl7.org/fhir/concept-properties#parent' },
  ],
  concept: [
    {
      code: 'root',
      display: 'Root',
      property: [{ code: 'notSelectable', valueBoolean: true }],
      concept: [
        {
          code: 'bp',
          display: '高血压',
          definition: 'Too much pressure',
          designation: [{ language: 'en', value: 'Hypertension' }],
          property: [{ code: 'size', valueInteger: 3 }],
          concept: [{ code: 'bp1', display: '原发性高血压' }],
        },
        { code: 'old', display: 'Old', property: [{ code: 'inactive', valueBoolean: true }] },
      ],
    },
    { code: 'second', display: 'Second', property: [{ code: 'parent', valueCode: 'root' }] },
  ],
  ...more,
});
const set = (id: string, compose: Json): Json => ({
  resourceType: 'ValueSet',
  id,
  url: `http://example.org/vs/${id}`,
  status: 'active',
  compose,
});

beforeAll(async () => {
  app = await startTestApp();
  await load(app, [
    tree(),
    set('pressure', {
      include: [{ system: TREE, filter: [{ property: 'concept', op: 'is-a', value: 'bp' }] }],
    }),
    set('whole', { include: [{ system: TREE }] }),
    set('unit', { include: [{ system: 'http://unitsofmeasure.org' }] }),
    set('foreign', { include: [{ system: 'http://example.org/nowhere' }] }),
    set('back', {
      include: [{ system: TREE, filter: [{ property: 'code', op: 'regex', value: '(b)\\1' }] }],
    }),
    set('self', { include: [{ valueSet: ['http://example.org/vs/self'] }] }),
  ]);
});
afterAll(() => app.close());

/** `Parameters` as an object: several of one name become a list. */
function parametersOf({ body }: { body: Json }): Json {
  const out: Json = {};
  for (const p of body.parameter ?? []) {
    const key = Object.keys(p).find((k) => k.startsWith('value'));
    const value = key === undefined ? parametersOf({ body: { parameter: p.part } }) : p[key];
    if (out[p.name] === undefined) out[p.name] = value;
    else out[p.name] = [out[p.name], value].flat();
  }
  return out;
}

const parameters = (...parameter: Json[]) => ({ resourceType: 'Parameters', parameter });

describe('$lookup', () => {
  test('tells all that is known of a code', async () => {
    const answer = await app.call('GET', `CodeSystem/$lookup?system=${q(TREE)}&code=bp`);
    expect(answer.status, answer.text).toBe(200);
    const found = parametersOf(answer);
    expect(found).toMatchObject({ name: 'Tree', version: '2', display: '高血压' });
    expect(found.designation).toMatchObject({ language: 'en', value: 'Hypertension' });
    expect(found.property).toEqual(
      expect.arrayContaining([
        { code: 'parent', value: 'root' },
        { code: 'child', value: 'bp1' },
        { code: 'size', value: 3 },
        { code: 'inactive', value: false },
        { code: 'definition', value: 'Too much pressure' },
      ]),
    );
  });

  test('answers a coding by POST, in a language, and with the properties asked for', async () => {
    const answer = await app.call(
      'POST',
      'CodeSystem/$lookup',
      parameters(
        { name: 'coding', valueCoding: { system: TREE, code: 'bp' } },
        { name: 'displayLanguage', valueCode: 'en' },
        { name: 'property', valueCode: 'size' },
      ),
    );
    const { display, property, designation } = parametersOf(answer);
    expect([display, property, designation]).toEqual(['Hypertension', { code: 'size', value: 3 }, undefined]);
  });

  test.each([
    [`system=${q(TREE)}&code=none`, 404],
    [`system=${q(TREE)}&version=7&code=bp`, 404],
    ['system=http://example.org/nowhere&code=x', 404],
    ['code=bp', 400],
    [`system=${q(TREE)}`, 400],
  ])('refuses %s with %i', async (query, status) => {
    expectError(await app.call('GET', `CodeSystem/$lookup?${query}`), status);
  });

  test('knows the units that UCUM makes, and no others', async () => {
    const unit = (code: string) =>
      app.call('GET', `CodeSystem/$lookup?system=http://unitsofmeasure.org&code=${q(code)}`);
    expect(parametersOf(await unit('mmol/L')).display).toBe('mmol/L');
    expectError(await unit('mol/xyz'), 404);
  });
});

describe('CodeSystem/$validate-code', () => {
  test.each([
    [`$validate-code?url=${q(TREE)}&code=bp`, true],
    [`$validate-code?url=${q(TREE)}&code=bp&display=hypertension`, true],
    [`$validate-code?url=${q(TREE)}&code=bp&display=Diabetes`, false],
    [`$validate-code?url=${q(TREE)}&code=none`, false],
    [`$validate-code?url=${q(TREE)}&code=BP`, false],
    ['tree/$validate-code?code=bp1', true],
    ['tree/$validate-code?code=none', false],
    ['$validate-code?url=urn:ietf:bcp:47&code=zh-Hans-CN', true],
    ['$validate-code?url=urn:ietf:bcp:47&code=no_language', false],
    ['$validate-code?url=urn:ietf:bcp:13&code=text/plain', true],
  ])('%s: %s', async (path, result) => {
    const answer = await app.call('GET', `CodeSystem/${path}`);
    expect(answer.status, answer.text).toBe(200);
    const found = parametersOf(answer);
    expect(found.result).toBe(result);
    if (!result) expect(found.message).toMatch(/\S/);
  });

  test('says the right display beside a wrong one, in the language asked for', async () => {
    const path = `CodeSystem/$validate-code?url=${q(TREE)}&code=bp&display=Diabetes`;
    const answer = await app.call('GET', path, undefined, { 'accept-language': 'zh-CN' });
    expect(parametersOf(answer)).toMatchObject({
      display: '高血压',
      message: expect.stringContaining('应为'),
    });
  });

  test('is not known for a system that is not here', async () => {
    expectError(
      await app.call('GET', 'CodeSystem/$validate-code?url=http://example.org/nowhere&code=x'),
      404,
    );
  });
});

describe('ValueSet/$validate-code', () => {
  const asked = (query: string) => app.call('GET', `ValueSet/${query}`);
  test.each([
    [`pressure/$validate-code?system=${q(TREE)}&code=bp`, true],
    [`pressure/$validate-code?system=${q(TREE)}&code=bp1`, true],
    [`pressure/$validate-code?system=${q(TREE)}&code=second`, false],
    [`pressure/$validate-code?system=http://example.org/other&code=bp`, false],
    ['pressure/$validate-code?code=bp1', true],
    [`$validate-code?url=http://example.org/vs/whole&system=${q(TREE)}&code=second`, true],
    [`unit/$validate-code?system=http://unitsofmeasure.org&code=mmol/L`, true],
    [`unit/$validate-code?system=http://unitsofmeasure.org&code=xyz`, false],
    [`whole/$validate-code?system=${q(TREE)}&code=root&abstract=false`, false],
    [`whole/$validate-code?system=${q(TREE)}&code=root&abstract=true`, true],
    ['$validate-code?url=http://hl7.org/fhir/ValueSet/administrative-gender&code=male', true],
  ])('%s: %s', async (query, result) => {
    const answer = await asked(query);
    expect(answer.status, answer.text).toBe(200);
    expect(parametersOf(answer).result).toBe(result);
  });

  test('takes a codeableConcept when one of its codings is right', async () => {
    const concept = (...codes: string[]) =>
      app.call(
        'POST',
        'ValueSet/pressure/$validate-code',
        parameters({
          name: 'codeableConcept',
          valueCodeableConcept:
            codes.length === 0 ? { text: 'bp' } : { coding: codes.map((code) => ({ system: TREE, code })) },
        }),
      );
    expect(parametersOf(await concept('second', 'bp1')).result).toBe(true);
    expect(parametersOf(await concept('second', 'old')).result).toBe(false);
    expect(parametersOf(await concept()).result).toBe(false);
  });

  test('takes a value set that is sent along', async () => {
    const answer = await app.call(
      'POST',
      'ValueSet/$validate-code',
      parameters(
        { name: 'valueSet', resource: { ...set('sent', { include: [{ system: TREE }] }), id: undefined } },
        { name: 'coding', valueCoding: { system: TREE, code: 'bp' } },
      ),
    );
    expect(parametersOf(answer).result, answer.text).toBe(true);
  });

  test('says that it cannot decide what it does not know', async () => {
    const foreign = parametersOf(
      await asked('foreign/$validate-code?system=http://example.org/nowhere&code=x'),
    );
    expect(foreign.result).toBe(false);
    expect(foreign.message).toContain('cannot be decided');
    const back = parametersOf(await asked(`back/$validate-code?system=${q(TREE)}&code=bp`));
    expect([back.result, back.message]).toEqual([false, expect.stringContaining('cannot be decided')]);
  });

  test('refuses a value set that is made of itself, and one that is not here', async () => {
    expectError(await asked(`self/$validate-code?system=${q(TREE)}&code=bp`), 422);
    expectError(await asked(`$validate-code?url=http://example.org/vs/none&code=bp`), 404);
    expectError(await asked('$validate-code?code=bp'), 400);
    expectError(await asked('pressure/$validate-code'), 400);
  });
});

describe('$subsumes', () => {
  test.each([
    ['bp', 'bp', 'equivalent'],
    ['root', 'bp1', 'subsumes'],
    ['bp1', 'root', 'subsumed-by'],
    ['root', 'second', 'subsumes'],
    ['bp', 'second', 'not-subsumed'],
  ])('%s and %s: %s', async (a, b, outcome) => {
    const answer = await app.call('GET', `CodeSystem/$subsumes?system=${q(TREE)}&codeA=${a}&codeB=${b}`);
    expect(parametersOf(answer)).toEqual({ outcome });
    const coding = (name: string, code: string) => ({ name, valueCoding: { system: TREE, code } });
    const posted = parameters(coding('codingA', a), coding('codingB', b));
    expect(parametersOf(await app.call('POST', 'CodeSystem/$subsumes', posted))).toEqual({ outcome });
    const here = await app.call('GET', `CodeSystem/tree/$subsumes?codeA=${a}&codeB=${b}`);
    expect(parametersOf(here)).toEqual({ outcome });
  });

  test('refuses codes that are not there', async () => {
    expectError(await app.call('GET', `CodeSystem/$subsumes?system=${q(TREE)}&codeA=bp&codeB=none`), 422);
    expectError(await app.call('GET', `CodeSystem/$subsumes?system=${q(TREE)}&codeA=bp`), 400);
  });
});

describe('concepts follow their CodeSystem', () => {
  const url = 'http://example.org/living';
  const living = (code: string): Json => ({
    resourceType: 'CodeSystem',
    id: 'living',
    url,
    status: 'active',
    content: 'complete',
    concept: [{ code }],
  });
  const valid = async (on: TestApp, code: string) =>
    parametersOf(await on.call('GET', `CodeSystem/$validate-code?url=${url}&code=${code}`)).result;

  test('when it is updated and deleted, at once', async () => {
    await app.call('PUT', 'CodeSystem/living', living('a'));
    expect([await valid(app, 'a'), await valid(app, 'b')]).toEqual([true, false]);
    await app.call('PUT', 'CodeSystem/living', living('b'));
    expect([await valid(app, 'a'), await valid(app, 'b')]).toEqual([false, true]);
    await app.call('DELETE', 'CodeSystem/living');
    expectError(await app.call('GET', `CodeSystem/$validate-code?url=${url}&code=b`), 404);
  });

  test('in another process, soon', async () => {
    await app.call('PUT', 'CodeSystem/living', living('a'));
    const other = await startBeside(app);
    try {
      expect(await valid(other, 'b')).toBe(false);
      await app.call('PUT', 'CodeSystem/living', living('b'));
      await expect.poll(() => valid(other, 'b'), { timeout: 10_000 }).toBe(true);
    } finally {
      await other.close();
    }
  });

  test('not when the transaction that writes it fails', async () => {
    await app.call('PUT', 'CodeSystem/living', living('a'));
    const answer = await app.call(
      'POST',
      '',
      bundle('transaction', [
        { resource: living('c'), request: { method: 'PUT', url: 'CodeSystem/living' } },
        { request: { method: 'GET', url: `CodeSystem/$validate-code?url=${url}&code=c` } },
        { resource: { resourceType: 'Patient', gender: 'x' }, request: { method: 'POST', url: 'Patient' } },
      ]),
    );
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect([await valid(app, 'a'), await valid(app, 'c')]).toEqual([true, false]);
  });

  test('inside of the transaction that writes it', async () => {
    const answer = await app.call(
      'POST',
      '',
      bundle('transaction', [
        { resource: living('d'), request: { method: 'PUT', url: 'CodeSystem/living' } },
        { request: { method: 'GET', url: `CodeSystem/$validate-code?url=${url}&code=d` } },
      ]),
    );
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body.entry[1].resource.parameter[0]).toEqual({ name: 'result', valueBoolean: true });
  });

  test('as entries of a batch', async () => {
    const answer = await app.call(
      'POST',
      '',
      bundle('batch', [
        { request: { method: 'GET', url: `CodeSystem/$validate-code?url=${q(TREE)}&code=bp` } },
        { request: { method: 'GET', url: `CodeSystem/$lookup?system=${q(TREE)}&code=none` } },
      ]),
    );
    expect(answer.body.entry.map((e: Json) => e.response.status.slice(0, 3))).toEqual(['200', '404']);
  });

  test('refuses concepts that stand above themselves', async () => {
    const circle = {
      ...living('a'),
      concept: [
        { code: 'a', property: [{ code: 'parent', valueCode: 'b' }] },
        { code: 'b', property: [{ code: 'parent', valueCode: 'a' }] },
      ],
      property: [{ code: 'parent', type: 'code' }],
    };
    expectError(await app.call('PUT', 'CodeSystem/living', circle), 422);
    expect(await valid(app, 'b')).toBe(false);
  });

  test('has room for 50,000', async () => {
    const concept = Array.from({ length: 50_000 }, (_, i) => ({ code: `c${i}`, display: `Concept ${i}` }));
    const answer = await app.call('PUT', 'CodeSystem/living', { ...living('x'), concept });
    expect(answer.status, answer.text.slice(0, 500)).toBe(200);
    expect([await valid(app, 'c49999'), await valid(app, 'd')]).toEqual([true, false]);
  });
});

test('metadata?mode=terminology tells what is here', async () => {
  const { body } = await app.call('GET', 'metadata?mode=terminology');
  expect(body.resourceType).toBe('TerminologyCapabilities');
  const found = body.codeSystem.find((s: Json) => s.uri === TREE);
  expect(found).toMatchObject({ version: [{ code: '2', isDefault: true }], subsumption: true });
  expect(body.codeSystem.map((s: Json) => s.uri)).toContain('http://unitsofmeasure.org');
  const checked = await app.call('POST', 'TerminologyCapabilities/$validate', body);
  expect(checked.body.issue.filter((i: Json) => i.severity === 'error')).toEqual([]);
  expectError(await app.call('GET', 'metadata?mode=x'), 400);
});
