/** $expand and $translate. https://hl7.org/fhir/R4/valueset-operation-expand.html */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { expectError, type Json, load } from './support.ts';

let app: TestApp;
const DISEASES = 'http://example.org/diseases';
const vs = (id: string, compose: Json): Json => ({
  resourceType: 'ValueSet',
  id,
  url: `http://example.org/vs/${id}`,
  version: '3',
  status: 'active',
  compose,
});
const filtered = (property: string, op: string, value: string): Json => ({
  include: [{ system: DISEASES, filter: [{ property, op, value }] }],
});

beforeAll(async () => {
  app = await startTestApp();
  await load(app, [
    {
      resourceType: 'CodeSystem',
      id: 'diseases',
      url: DISEASES,
      version: '1',
      valueSet: 'http://example.org/vs/all-diseases',
      status: 'active',
      content: 'complete',
      property: [
        { code: 'kind', type: 'code' },
        { code: 'since', type: 'integer' },
      ],
      concept: [
        {
          code: 'A',
          display: '循环系统疾病',
          concept: [
            {
              code: 'A1',
              display: '高血压',
              designation: [{ language: 'en', value: 'High Blood Pressure' }],
              property: [{ code: 'kind', valueCode: 'chronic' }],
              concept: [
                { code: 'A11', display: '原发性高血压', property: [{ code: 'since', valueInteger: 5 }] },
              ],
            },
            { code: 'A2', display: '心肌梗死', property: [{ code: 'kind', valueCode: 'acute' }] },
          ],
        },
        {
          code: 'B',
          display: 'Diabetes',
          property: [
            { code: 'inactive', valueBoolean: true },
            { code: 'kind', valueCode: 'chronic' },
          ],
        },
      ],
    },
    vs('all', { include: [{ system: DISEASES }] }),
    vs('without', {
      include: [{ system: DISEASES }],
      exclude: [{ system: DISEASES, concept: [{ code: 'A2' }] }],
    }),
    vs('listed', {
      include: [
        {
          system: DISEASES,
          concept: [
            { code: 'B', display: '糖尿病' },
            { code: 'A1', designation: [{ language: 'de', value: 'Bluthochdruck' }] },
          ],
        },
        { system: 'http://example.org/nowhere', concept: [{ code: 'x', display: 'Elsewhere' }] },
      ],
    }),
    vs('both', { include: [{ system: DISEASES, valueSet: ['http://example.org/vs/listed'] }] }),
    vs('twice', { include: [{ system: DISEASES, concept: [{ code: 'A1' }] }, { system: DISEASES }] }),
    vs('active', { inactive: false, include: [{ system: DISEASES }] }),
    vs('is-a', filtered('concept', 'is-a', 'A1')),
    vs('descendent', filtered('concept', 'descendent-of', 'A')),
    vs('is-not-a', filtered('concept', 'is-not-a', 'A1')),
    vs('generalizes', filtered('concept', 'generalizes', 'A11')),
    vs('equal', filtered('kind', '=', 'chronic')),
    vs('in', filtered('kind', 'in', 'acute,chronic')),
    vs('not-in', filtered('kind', 'not-in', 'chronic')),
    vs('exists', filtered('since', 'exists', 'true')),
    vs('exists-not', filtered('kind', 'exists', 'false')),
    vs('regex', filtered('code', 'regex', 'A\\d')),
    vs('parent', filtered('parent', '=', 'A')),
    vs('child', filtered('child', '=', 'A11')),
    vs('catastrophe', filtered('code', 'regex', '(A+)+(A+)+(A+)+X')),
    vs('broken', filtered('code', 'regex', '(')),
    vs('odd', filtered('kind', 'descendent-of', 'x')),
    vs('foreign', { include: [{ system: 'http://example.org/nowhere' }] }),
    vs('ring-a', { include: [{ valueSet: ['http://example.org/vs/ring-b'] }] }),
    vs('ring-b', { include: [{ valueSet: ['http://example.org/vs/ring-a'] }] }),
    vs('units', { include: [{ system: 'http://unitsofmeasure.org' }] }),
  ]);
});
afterAll(() => app.close());

const expand = (query: string, language = 'en') =>
  app.call('GET', `ValueSet/${query}`, undefined, { 'accept-language': language });

/** Codes in order, those below others behind them. */
function codes(answer: { status: number; text: string; body: Json }): string[] {
  expect(answer.status, answer.text).toBe(200);
  const walk = (list: Json[] = []): string[] => list.flatMap((c) => [c.code, ...walk(c.contains)]);
  return walk(answer.body.expansion.contains);
}

describe('what is in it', () => {
  test.each([
    ['all', ['A', 'A1', 'A11', 'A2', 'B']],
    ['without', ['A', 'A1', 'A11', 'B']],
    ['listed', ['B', 'A1', 'x']],
    ['both', ['A1', 'B']],
    ['active', ['A', 'A1', 'A11', 'A2']],
    ['is-a', ['A1', 'A11']],
    ['descendent', ['A1', 'A11', 'A2']],
    ['is-not-a', ['A', 'A2', 'B']],
    ['generalizes', ['A', 'A1', 'A11']],
    ['equal', ['A1', 'B']],
    ['in', ['A1', 'A2', 'B']],
    ['not-in', ['A', 'A2', 'A11']],
    ['exists', ['A11']],
    ['exists-not', ['A', 'A11']],
    ['regex', ['A1', 'A2']],
    ['parent', ['A1', 'A2']],
    ['child', ['A1']],
    ['catastrophe', []],
  ])('%s: %j', async (id, expected) => {
    expect(codes(await expand(`${id}/$expand`))).toEqual(expected);
  });

  test('each code is there once, where it comes first', async () => {
    const { body } = await expand('twice/$expand?excludeNested=true');
    expect(body.expansion.contains.map((c: Json) => c.code)).toEqual(['A1', 'A', 'A11', 'A2', 'B']);
    expect(body.expansion.total).toBe(5);
  });

  test('a code system names the value set of all its codes', async () => {
    expect(codes(await expand('$expand?url=http://example.org/vs/all-diseases'))).toHaveLength(5);
  });

  test.each([
    ['foreign/$expand', 422],
    ['ring-a/$expand', 422],
    ['units/$expand', 422],
    ['odd/$expand', 422],
    ['broken/$expand', 422],
    ['$expand?url=http://example.org/vs/none', 404],
    ['$expand?url=http://example.org/vs/all|9', 404],
    ['nobody/$expand', 404],
    ['$expand', 400],
    ['all/$expand?count=x', 400],
    ['all/$expand?count=-1', 400],
    ['$expand?context=http://x', 400],
    ['all/$expand?date=2001-01-01', 400],
  ])('refuses %s with %i, in both languages', async (query, status) => {
    expectError(await expand(query), status);
    const zh = expectError(await expand(query, 'zh-CN'), status);
    expect(zh.issue[0].diagnostics ?? zh.issue[0].details.text).toMatch(/\p{Script=Han}/u);
  });
});

describe('text filters', () => {
  test.each([
    ['高血压', ['A1', 'A11']],
    ['gaoxueya', ['A1', 'A11']],
    ['GXY', ['A1', 'A11']],
    ['yfxgxy', ['A11']],
    ['blood', ['A1']],
    ['pressure HIGH', ['A1']],
    ['diab', ['B']],
    ['A11', ['A11']],
    ['nothing like it', []],
    ['%', []],
    ['', ['A', 'A1', 'A11', 'A2', 'B']],
  ])('%s: %j', async (filter, expected) => {
    expect(codes(await expand(`all/$expand?filter=${encodeURIComponent(filter)}`))).toEqual(expected);
  });

  test('finds the display that the value set itself gives, of systems unknown too', async () => {
    expect(codes(await expand('listed/$expand?filter=elsewhere'))).toEqual(['x']);
    expect(codes(await expand(`listed/$expand?filter=${encodeURIComponent('糖尿病')}`))).toEqual(['B']);
    expect(codes(await expand('listed/$expand?filter=tnb'))).toEqual(['B']);
  });
});

describe('how it is told', () => {
  test('with identifier, time, total, parameters and versions', async () => {
    const { body } = await expand('all/$expand?activeOnly=true&count=2&offset=1');
    expect(body).toMatchObject({ url: 'http://example.org/vs/all', version: '3', status: 'active' });
    expect(body.compose).toBeUndefined();
    expect(body.expansion).toMatchObject({ total: 4, offset: 1 });
    expect(body.expansion.identifier).toMatch(/^urn:uuid:/);
    expect(Date.parse(body.expansion.timestamp)).not.toBeNaN();
    expect(body.expansion.contains.map((c: Json) => c.code)).toEqual(['A1', 'A11']);
    expect(body.expansion.parameter).toEqual(
      expect.arrayContaining([
        { name: 'activeOnly', valueBoolean: true },
        { name: 'count', valueInteger: 2 },
        { name: 'offset', valueInteger: 1 },
        { name: 'version', valueUri: `${DISEASES}|1` },
      ]),
    );
    const checked = await app.call('POST', 'ValueSet/$validate', body);
    expect(checked.body.issue.filter((i: Json) => i.severity === 'error')).toEqual([]);
  });

  test('only counted with count=0; pages past the end are empty', async () => {
    const { body } = await expand('all/$expand?count=0');
    expect([body.expansion.total, body.expansion.contains]).toEqual([5, undefined]);
    expect(codes(await expand('all/$expand?offset=10'))).toEqual([]);
  });

  test('nested as the code system is, unless that is not wanted', async () => {
    const nested = (await expand('all/$expand?excludeNested=false')).body.expansion.contains;
    expect(nested.map((c: Json) => c.code)).toEqual(['A', 'B']);
    expect(nested[0].contains[0]).toMatchObject({ code: 'A1', contains: [{ code: 'A11' }] });
    const flat = (await expand('all/$expand?excludeNested=true')).body.expansion.contains;
    expect(flat).toHaveLength(5);
  });

  test('with what is inactive, designations, and the definition', async () => {
    const query = 'all/$expand?includeDesignations=true&includeDefinition=true&excludeNested=true';
    const { body } = await expand(query);
    expect(body.compose.include[0].system).toBe(DISEASES);
    const of = (code: string) => body.expansion.contains.find((c: Json) => c.code === code);
    expect(of('B')).toMatchObject({ inactive: true });
    expect(of('A1').designation).toEqual([{ language: 'en', value: 'High Blood Pressure' }]);
    const one = await expand(`listed/$expand?includeDesignations=true&designation=de`);
    expect(one.body.expansion.contains[1].designation).toEqual([{ language: 'de', value: 'Bluthochdruck' }]);
  });

  test('in the language that is asked for', async () => {
    const { body } = await expand('is-a/$expand?displayLanguage=en&excludeNested=true');
    expect(body.expansion.contains.map((c: Json) => c.display)).toEqual([
      'High Blood Pressure',
      '原发性高血压',
    ]);
  });

  test('in the versions that are asked for, or not at all', async () => {
    expect(codes(await expand(`is-a/$expand?check-system-version=${DISEASES}|1`))).toHaveLength(2);
    expectError(await expand(`is-a/$expand?check-system-version=${DISEASES}|2`), 422);
    expectError(await expand(`is-a/$expand?force-system-version=${DISEASES}|2`), 422);
    expectError(await expand(`is-a/$expand?system-version=${DISEASES}`), 400);
  });

  test('sent along, by POST', async () => {
    const answer = await app.call('POST', 'ValueSet/$expand', {
      resourceType: 'Parameters',
      parameter: [
        { name: 'valueSet', resource: { ...vs('sent', filtered('kind', '=', 'acute')), id: undefined } },
        { name: 'count', valueInteger: 5 },
      ],
    });
    expect(codes(answer)).toEqual(['A2']);
  });

  test('in pages, when it is too long for one', async () => {
    const concept = Array.from({ length: 5_001 }, (_, i) => ({ code: `c${i}` }));
    const url = 'http://example.org/long';
    await load(app, [
      { resourceType: 'CodeSystem', id: 'long', url, status: 'active', content: 'complete', concept },
      vs('long', { include: [{ system: url }] }),
    ]);
    expectError(await expand('long/$expand'), 400, { code: 'too-costly' });
    const { body } = await expand('long/$expand?count=3&offset=4999');
    expect([body.expansion.total, body.expansion.contains.map((c: Json) => c.code)]).toEqual([
      5_001,
      ['c4999', 'c5000'],
    ]);
  });

  test('made of so many others that it would take long: refused, and said', async () => {
    const part = (n: number) =>
      vs(`part-${n}`, { include: [{ system: DISEASES, concept: [{ code: 'A1' }] }] });
    const of = (many: number) => ({
      include: Array.from({ length: many }, (_, n) => ({ valueSet: [part(n).url] })),
    });
    const parts = Array.from({ length: 15 }, (_, n) => part(n));
    // 15 sets of 14 others each: 225 in all.
    const nested = Array.from({ length: 15 }, (_, n) => vs(`nested-${n}`, of(14)));
    const all = { include: nested.map(({ url }) => ({ valueSet: [url] })) };
    await load(app, [...parts, ...nested, vs('of-many', all)]);
    expect(codes(await expand('nested-1/$expand'))).toEqual(['A1']);
    expectError(await expand('of-many/$expand'), 400, { code: 'too-costly' });
    const coded = `ValueSet/of-many/$validate-code?system=${DISEASES}&code=A1`;
    expectError(await app.call('GET', coded), 400, { code: 'too-costly' });
  });
});
