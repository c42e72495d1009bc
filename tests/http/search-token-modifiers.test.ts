/** Modifiers of codes. https://hl7.org/fhir/R4/search.html#modifiers */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { expectError, find, type Json, load, observation, patient } from './support.ts';

let app: TestApp;
const CLINICAL = 'http://terminology.hl7.org/CodeSystem/condition-clinical';
const TREE = 'http://example.org/tree';
const TYPES = 'http://terminology.hl7.org/CodeSystem/v2-0203';

const condition = (id: string, code: string): Json => ({
  resourceType: 'Condition',
  id,
  subject: { reference: 'Patient/f' },
  clinicalStatus: { coding: [{ system: CLINICAL, code }] },
});
const valueSet = (id: string, more: Json): Json => ({
  resourceType: 'ValueSet',
  id,
  url: `http://example.org/vs/${id}`,
  status: 'active',
  ...more,
});

beforeAll(async () => {
  app = await startTestApp();
  await load(app, [
    patient('m', {
      gender: 'male',
      identifier: [
        { type: { coding: [{ system: TYPES, code: 'MR' }], text: '病案号' }, system: 'urn:a', value: '1' },
        { type: { coding: [{ system: TYPES, code: 'SB' }] }, system: 'urn:b', value: '2' },
      ],
    }),
    patient('f', { gender: 'female', identifier: [{ system: 'urn:a', value: '1' }] }),
    patient('x', {}),
    ...['active', 'relapse', 'recurrence', 'resolved'].map((code) => condition(code, code)),
    observation('root', { code: { coding: [{ system: TREE, code: 'root', display: 'Über Root' }] } }),
    observation('leaf', { code: { coding: [{ system: TREE, code: 'leaf' }], text: 'Ｌeaf text' } }),
    observation('alone', {
      code: { coding: [{ system: 'http://example.org/other', code: 'leaf' }], text: '血钾' },
    }),
    observation('uncoded', { code: { text: 'Serum leaf' } }),
    {
      resourceType: 'CodeSystem',
      id: 'tree',
      url: TREE,
      status: 'active',
      content: 'complete',
      concept: [
        { code: 'root', concept: [{ code: 'branch', concept: [{ code: 'leaf' }] }, { code: 'twig' }] },
      ],
    },
    valueSet('concepts', { compose: { include: [{ system: TREE, concept: [{ code: 'leaf' }] }] } }),
    valueSet('whole', {
      compose: { include: [{ system: TREE }], exclude: [{ system: TREE, concept: [{ code: 'root' }] }] },
    }),
    valueSet('nested', { compose: { include: [{ valueSet: ['http://example.org/vs/whole'] }] } }),
    valueSet('below', {
      compose: {
        include: [{ system: TREE, filter: [{ property: 'concept', op: 'is-a', value: 'branch' }] }],
      },
    }),
    valueSet('pattern', {
      compose: { include: [{ system: TREE, filter: [{ property: 'code', op: 'regex', value: '(l+)+x' }] }] },
    }),
    valueSet('back', {
      compose: { include: [{ system: TREE, filter: [{ property: 'code', op: 'regex', value: '(l)\\1' }] }] },
    }),
    valueSet('expanded', {
      expansion: {
        timestamp: '2024-01-01',
        contains: [
          { system: TREE, code: 'root', abstract: true, contains: [{ system: TREE, code: 'leaf' }] },
        ],
      },
    }),
    valueSet('foreign', { compose: { include: [{ system: 'http://example.org/unknown' }] } }),
    valueSet('gender', {
      compose: {
        include: [{ system: 'http://hl7.org/fhir/administrative-gender', concept: [{ code: 'male' }] }],
      },
    }),
  ]);
});
afterAll(() => app.close());

describe(':in and :not-in', () => {
  test.each([
    ['Patient?gender:in=http://hl7.org/fhir/ValueSet/administrative-gender', ['f', 'm']],
    ['Patient?gender:not-in=http://hl7.org/fhir/ValueSet/administrative-gender', ['x']],
    ['Patient?gender:in=http://example.org/vs/gender', ['m']],
    ['Patient?gender:in=ValueSet/gender', ['m']],
    ['Patient?gender:not-in=http://example.org/vs/gender', ['f', 'x']],
    [
      'Condition?clinical-status:in=http://hl7.org/fhir/ValueSet/condition-clinical|4.0.1',
      ['active', 'recurrence', 'relapse', 'resolved'],
    ],
    ['Observation?code:in=http://example.org/vs/concepts', ['leaf']],
    ['Observation?code:in=http://example.org/vs/whole', ['leaf']],
    ['Observation?code:in=http://example.org/vs/nested', ['leaf']],
    ['Observation?code:in=http://example.org/vs/below', ['leaf']],
    ['Observation?code:in=http://example.org/vs/expanded', ['leaf']],
    ['Observation?code:in=http://example.org/vs/pattern', []],
    ['Observation?code:not-in=http://example.org/vs/pattern', ['alone', 'leaf', 'root', 'uncoded']],
    ['Observation?code:not-in=http://example.org/vs/concepts', ['alone', 'root', 'uncoded']],
    ['Condition?patient.gender:in=http://example.org/vs/gender', []],
    [
      'Patient?_has:Condition:patient:clinical-status:in=http://hl7.org/fhir/ValueSet/condition-clinical',
      ['f'],
    ],
  ])('%s', async (query, expected) => {
    expect(await find(app, query)).toEqual(expected);
  });

  test.each([
    'http://example.org/vs/none',
    'ValueSet/none',
    'http://example.org/vs/foreign',
    'http://example.org/vs/back',
  ])('refuses %s, whose codes are not known', async (url) => {
    expectError(await app.call('GET', `Observation?code:in=${url}`), 400, { expression: 'code:in' });
    expectError(await app.call('GET', `Observation?code:not-in=${url}`), 400, { expression: 'code:not-in' });
  });

  test('follows a value set that changes', async () => {
    await load(app, [
      valueSet('changing', { compose: { include: [{ system: TREE, concept: [{ code: 'leaf' }] }] } }),
    ]);
    expect(await find(app, 'Observation?code:in=ValueSet/changing')).toEqual(['leaf']);
    await load(app, [
      valueSet('changing', { compose: { include: [{ system: TREE, concept: [{ code: 'root' }] }] } }),
    ]);
    expect(await find(app, 'Observation?code:in=ValueSet/changing')).toEqual(['root']);
    await app.call('DELETE', 'ValueSet/changing');
    expectError(await app.call('GET', 'Observation?code:in=ValueSet/changing'), 400);
  });
});

describe(':above and :below', () => {
  test.each([
    [`Condition?clinical-status:below=${CLINICAL}|active`, ['active', 'recurrence', 'relapse']],
    [`Condition?clinical-status:below=${CLINICAL}|relapse`, ['relapse']],
    [`Condition?clinical-status:above=${CLINICAL}|relapse`, ['active', 'relapse']],
    [
      `Condition?clinical-status:above=${CLINICAL}|relapse,${CLINICAL}|resolved`,
      ['active', 'relapse', 'resolved'],
    ],
    ['Observation?status:below=amended', []],
    ['Observation?status:above=final', ['alone', 'leaf', 'root', 'uncoded']],
    [`Observation?code:below=${TREE}|root`, ['leaf', 'root']],
    [`Observation?code:above=${TREE}|leaf`, ['leaf', 'root']],
    [`Observation?code:below=${TREE}|twig`, []],
  ])('%s', async (query, expected) => {
    expect(await find(app, query)).toEqual(expected);
  });

  test.each(['http://snomed.info/sct|73211009', 'leaf', '|leaf', `${TREE}|`])(
    'refuses %s, whose place in a hierarchy is not known',
    async (code) => {
      expectError(await app.call('GET', `Observation?code:below=${code}`), 400, { expression: 'code:below' });
    },
  );
});

describe(':of-type', () => {
  test.each([
    [`${TYPES}|MR|1`, ['m']],
    [`${TYPES}|MR|2`, []],
    [`${TYPES}|SB|2`, ['m']],
    [`${TYPES}|SB|2,${TYPES}|MR|9`, ['m']],
    ['urn:other|MR|1', []],
    ['|MR|1', []],
  ])('%s', async (value, expected) => {
    expect(await find(app, `Patient?identifier:of-type=${value}`)).toEqual(expected);
  });
});

describe(':text', () => {
  test.each([
    ['Observation?code:text=leaf', ['leaf']],
    ['Observation?code:text=LEAF%20t', ['leaf']],
    ['Observation?code:text=uber', ['root']],
    ['Observation?code:text=血', ['alone']],
    ['Observation?code:text=serum,uber', ['root', 'uncoded']],
    ['Observation?code:text=%25', []],
    ['Observation?code:text=%CC%81', []],
    ['Patient?identifier:text=病案', ['m']],
    ['Patient?_has:Condition:patient:clinical-status:text=x', []],
  ])('%s', async (query, expected) => {
    expect(await find(app, query)).toEqual(expected);
  });
});

test.each(['code:in=a%00b', 'code:not-in=a%00b', 'code:below=a%00b|c', '_filter=code%20in%20a%00b'])(
  'refuses a NUL in the name of what is stored nowhere: %s',
  async (query) => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await app.call('POST', 'Observation/_search', query, form);
    expectError(answer, 400, { expression: query.split('=')[0] });
  },
);

test('finds by sets and hierarchies that are too large to be listed', async () => {
  const url = 'http://example.org/large';
  const below = Array.from({ length: 10_001 }, (_, i) => ({ code: `n${i}` }));
  await load(app, [
    {
      resourceType: 'CodeSystem',
      id: 'large',
      url,
      status: 'active',
      content: 'complete',
      concept: [{ code: 'top', concept: below }, { code: 'beside' }],
    },
    valueSet('large', {
      compose: { include: [{ system: url, filter: [{ property: 'concept', op: 'is-a', value: 'top' }] }] },
    }),
    observation('large-in', { code: { coding: [{ system: url, code: 'n9999' }] } }),
    observation('large-beside', { code: { coding: [{ system: url, code: 'beside' }] } }),
    observation('large-other', { code: { coding: [{ system: 'urn:other', code: 'n9999' }] } }),
  ]);
  const ids = '_id=large-in,large-beside,large-other';
  const others = ['large-beside', 'large-other'];
  expect(await find(app, `Observation?${ids}&code:in=http://example.org/vs/large`)).toEqual(['large-in']);
  expect(await find(app, `Observation?${ids}&code:not-in=http://example.org/vs/large`)).toEqual(others);
  expect(await find(app, `Observation?${ids}&code:below=${url}|top`)).toEqual(['large-in']);
  expect(await find(app, `Observation?${ids}&code:above=${url}|n9999`)).toEqual(['large-in']);
  const listed = `http://example.org/vs/large,http://example.org/vs/concepts`;
  expect(await find(app, `Observation?code:in=${listed}&${ids},leaf`)).toEqual(['large-in', 'leaf']);
});
