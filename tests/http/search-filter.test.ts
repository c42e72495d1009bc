/** https://hl7.org/fhir/R4/search_filter.html */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { as, type Call } from '../features/tokens.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { expectError, find, ids, load, observation, patient } from './support.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
  await load(app, [
    { resourceType: 'Organization', id: 'county', name: '县医院' },
    patient('peter', {
      active: true,
      gender: 'male',
      birthDate: '2015-03-01',
      identifier: [
        { system: 'urn:a', value: '1' },
        { system: 'urn:b', value: '2' },
      ],
      name: [{ family: 'Pan', given: ['Peter', 'J.'] }],
      managingOrganization: { reference: 'Organization/county' },
    }),
    patient('petra', {
      active: false,
      gender: 'female',
      birthDate: '1980-06-15',
      identifier: [{ system: 'urn:a', value: '2' }],
      name: [{ family: 'Carpenter', given: ['Petra'] }],
    }),
    patient('zhang', {
      gender: 'female',
      birthDate: '1980',
      name: [{ family: '张', given: ['三'] }],
      address: [{ city: '十堰市', text: '湖北省十堰市' }],
    }),
    patient('none', {}),
    observation('potassium', {
      code: { coding: [{ system: 'http://loinc.org', code: '2823-3' }], text: 'K' },
      category: [{ coding: [{ code: 'laboratory' }] }],
      subject: { reference: 'Patient/peter' },
      effectivePeriod: { start: '2024-01-10T08:00:00+08:00', end: '2024-02-10T08:00:00+08:00' },
      valueQuantity: { value: 5.4, unit: 'mmol/L', system: 'http://unitsofmeasure.org', code: 'mmol/L' },
    }),
    observation('sodium', {
      code: { coding: [{ system: 'http://loinc.org', code: '2951-2' }] },
      category: [{ coding: [{ code: 'laboratory' }] }, { coding: [{ code: 'survey' }] }],
      subject: { reference: 'Patient/petra' },
      effectiveDateTime: '2024-01-15',
      valueQuantity: { value: 140, unit: 'mmol/L', system: 'http://unitsofmeasure.org', code: 'mmol/L' },
    }),
    {
      resourceType: 'RiskAssessment',
      id: 'risk',
      status: 'final',
      subject: { reference: 'Patient/petra' },
      prediction: [{ probabilityDecimal: 0.4 }],
    },
    { resourceType: 'ValueSet', id: 'vs', status: 'active', url: 'http://example.org/a,b' },
  ]);
});
afterAll(() => app.close());

const found = (type: string, filter: string) => find(app, `${type}?_filter=${encodeURIComponent(filter)}`);
const refusal = async (type: string, filter: string, status = 400) =>
  expectError(await app.call('GET', `${type}?_filter=${encodeURIComponent(filter)}`), status, {
    expression: '_filter',
  });

test.each([
  // strings
  ['name co "pet"', ['peter', 'petra']],
  ['name co pet', ['peter', 'petra']],
  ['given eq "peter"', ['peter']],
  ['given eq Pete', []],
  ['given eq "j."', ['peter']],
  ['given sw PET', ['peter', 'petra']],
  ['given ew "RA"', ['petra']],
  ['given ew "pet"', []],
  ['given ne peter', ['peter', 'petra', 'zhang']],
  ['family ne pan', ['petra', 'zhang']],
  ['family ne 张', ['peter', 'petra']],
  ['family gt "d"', ['peter', 'zhang']],
  ['family le "carpenter"', ['petra']],
  ['family lt "carpenter"', []],
  ['family ge "PAN"', ['peter', 'zhang']],
  ['name eq "张三"', ['zhang']],
  ['address-city eq 十堰市', ['zhang']],
  ['address ew "十堰市"', ['zhang']],
  ['family pr true', ['peter', 'petra', 'zhang']],
  ['family pr false', ['none']],
  // tokens
  ['gender eq male', ['peter']],
  ['gender eq http://hl7.org/fhir/administrative-gender|female', ['petra', 'zhang']],
  ['gender ne male', ['petra', 'zhang']],
  ['gender ne http://hl7.org/fhir/administrative-gender|male', ['petra', 'zhang']],
  ['gender pr false', ['none']],
  ['active eq true', ['peter']],
  ['active ne true', ['petra']],
  ['identifier eq urn:a|2', ['petra']],
  ['identifier eq 2', ['peter', 'petra']],
  ['identifier ne 2', ['peter']],
  ['identifier ne urn:a|2', ['peter']],
  ['identifier ne urn:a|', ['peter']],
  ['deceased ne true', ['none', 'peter', 'petra', 'zhang']],
  ['_id eq peter', ['peter']],
  ['_id ne peter', ['none', 'petra', 'zhang']],
  // dates
  ['given eq "peter" and birthdate ge 2014-10-10', ['peter']],
  ['birthdate eq 1980', ['petra', 'zhang']],
  ['birthdate eq 1980-06', ['petra']],
  ['birthdate ne 1980', ['peter']],
  ['birthdate po 1980-06', ['petra', 'zhang']],
  ['birthdate co 1980-06-15', ['petra', 'zhang']],
  ['birthdate sa 2000', ['peter']],
  ['birthdate eb 2000', ['petra', 'zhang']],
  ['_lastUpdated gt 2020', ['none', 'peter', 'petra', 'zhang']],
  ['_lastUpdated po 2020', []],
  // references
  ['organization re Organization/county', ['peter']],
  ['organization re http://127.0.0.1:8080/fhir/Organization/county', ['peter']],
  ['organization eq Organization/county', ['peter']],
  ['organization pr true', ['peter']],
  // links
  ['organization.name sw "县"', ['peter']],
  ['_has:Observation:patient:code eq http://loinc.org|2823-3', ['peter']],
  ['_has:Observation:patient:_has:Provenance:target:recorded gt 2000', []],
  // logic
  ['not (gender eq male)', ['none', 'petra', 'zhang']],
  ['not(gender pr true)', ['none']],
  ['gender eq male or birthdate eq 1980-06-15', ['peter', 'petra']],
  ['gender eq female and (given eq petra or given eq 三)', ['petra', 'zhang']],
  ['gender eq male or gender eq female and given eq petra', ['petra']],
  ['gender eq male or (gender eq female and given eq petra)', ['peter', 'petra']],
  ['not (organization.name eq "县医院" or given eq petra)', ['none', 'zhang']],
])('finds patients by %s', async (filter, expected) => {
  expect(await found('Patient', filter)).toEqual(expected);
});

test.each([
  ['Observation', 'code eq http://loinc.org|2823-3', ['potassium']],
  ['Observation', 'code eq loinc|2823-3', ['potassium']],
  ['Observation', 'code eq LOINC|', ['potassium', 'sodium']],
  ['Observation', 'code ne loinc|2823-3', ['sodium']],
  ['Observation', 'category ne laboratory', ['sodium']],
  ['Observation', 'subject.name co "pet"', ['potassium', 'sodium']],
  ['Observation', 'subject:Patient.name eq pan', ['potassium']],
  ['Observation', 'subject.organization.name eq "县医院"', ['potassium']],
  ['Observation', 'subject[gender eq male].name co "pet"', ['potassium']],
  ['Observation', 'subject:Patient[gender eq male or active eq false].name co "pan"', ['potassium']],
  ['Observation', 'subject re Patient/peter', ['potassium']],
  ['Observation', 'subject re peter', ['potassium']],
  ['Observation', 'date po 2024-01-20', ['potassium']],
  ['Observation', 'date po 2024-01-15', ['potassium', 'sodium']],
  ['Observation', 'date co 2024-01-15', ['potassium', 'sodium']],
  ['Observation', 'date co 2024', []],
  ['Observation', 'value-quantity gt 5', ['potassium', 'sodium']],
  ['Observation', 'value-quantity lt 6|ucum|mmol/L', ['potassium']],
  ['Observation', 'value-quantity eq "0.0054|ucum|mol/L"', ['potassium']],
  ['RiskAssessment', 'probability ap 0.41', ['risk']],
  ['ValueSet', 'url eq "http://example.org/a,b"', ['vs']],
])('finds in %s by %s', async (type, filter, expected) => {
  expect(await found(type, filter)).toEqual(expected);
});

describe('by value sets and hierarchies', () => {
  beforeAll(async () => {
    const system = 'http://example.org/fruit';
    await load(app, [
      {
        resourceType: 'CodeSystem',
        id: 'fruit',
        url: system,
        status: 'active',
        content: 'complete',
        hierarchyMeaning: 'is-a',
        concept: [
          { code: 'fruit', concept: [{ code: 'citrus', concept: [{ code: 'lemon' }] }, { code: 'apple' }] },
        ],
      },
      {
        resourceType: 'ValueSet',
        id: 'sour',
        url: 'http://example.org/sour',
        status: 'active',
        compose: { include: [{ system, concept: [{ code: 'lemon' }] }] },
      },
      ...['fruit', 'citrus', 'lemon', 'apple'].map((code) => ({
        resourceType: 'Basic',
        id: code,
        code: { coding: [{ system, code }] },
        subject: { reference: 'Patient/peter' },
      })),
    ]);
  });

  test.each([
    ['code ss http://example.org/fruit|citrus', ['citrus', 'lemon']],
    ['code sb http://example.org/fruit|citrus', ['citrus', 'fruit']],
    ['code in http://example.org/sour', ['lemon']],
    ['code in ValueSet/sour or code eq apple', ['apple', 'lemon']],
    ['code ni "http://example.org/sour"', ['apple', 'citrus', 'fruit']],
    ['not (code ss http://example.org/fruit|citrus)', ['apple', 'fruit']],
    [
      'subject:Patient._has:Basic:patient:code in http://example.org/sour',
      ['apple', 'citrus', 'fruit', 'lemon'],
    ],
    ['subject:Patient[_has:Basic:patient:code in http://example.org/sour].gender eq female', []],
  ])('finds by %s', async (filter, expected) => {
    expect(await found('Basic', filter)).toEqual(expected);
  });
});

describe('of one element among several', () => {
  beforeAll(async () => {
    const document = (id: string, relatesTo: readonly [code: string, target: string][]) => ({
      resourceType: 'DocumentReference',
      id,
      status: 'current',
      content: [{ attachment: { url: 'http://example.org' } }],
      relatesTo: relatesTo.map(([code, target]) => ({
        code,
        target: { reference: `DocumentReference/${target}` },
      })),
    });
    const group = (id: string, ...characteristics: readonly [code: string, value: string][]) => ({
      resourceType: 'Group',
      id,
      type: 'person',
      actual: false,
      characteristic: characteristics.map(([code, value]) => ({
        code: { coding: [{ system: 'urn:c', code }] },
        valueCodeableConcept: { coding: [{ system: 'urn:v', code: value }] },
        exclude: false,
      })),
    });
    await load(app, [
      { ...document('a', []), relatesTo: undefined },
      document('b', [
        ['replaces', 'a'],
        ['appends', 'c'],
      ]),
      document('c', [['appends', 'a']]),
      group('g', ['sex', 'm$x'], ['age', 'old']),
      group('h', ['sex', 'old']),
    ]);
  });

  test.each([
    ['DocumentReference', 'relatesTo[code eq replaces].target re DocumentReference/a', ['b']],
    ['DocumentReference', 'relatesTo[code eq appends].target re DocumentReference/a', ['c']],
    ['DocumentReference', 'relatesTo[target re DocumentReference/c].code eq "appends"', ['b']],
    ['DocumentReference', 'relatesTo[code eq replaces].target re DocumentReference/c', []],
    ['DocumentReference', 'relatesTo[code eq appends].target pr true', ['b', 'c']],
    ['DocumentReference', 'relatesTo[target re DocumentReference/a].code pr true', ['b', 'c']],
    ['Group', 'characteristic[code eq urn:c|sex].value eq urn:v|old', ['h']],
    ['Group', 'characteristic[code eq age].value eq old', ['g']],
    ['Group', 'characteristic[value eq m$x].code eq sex', ['g']],
    ['Group', 'not (characteristic[code eq age].value eq old)', ['h']],
  ])('finds in %s by %s', async (type, filter, expected) => {
    expect(await found(type, filter)).toEqual(expected);
  });

  test.each([
    'relatesTo[code ne replaces].target re DocumentReference/a',
    'relatesTo[code eq replaces].code eq appends',
    'relatesTo[code eq replaces].target pr false',
    'relatesTo[code eq replaces and target re DocumentReference/a].code eq appends',
    'relatesTo[code eq replaces].target.status eq current',
    'relatesTo.target re DocumentReference/a',
  ])('refuses %s', async (filter) => {
    const outcome = await refusal('DocumentReference', filter);
    expect(outcome.issue[0].diagnostics).toContain('relatesTo[code eq …].target re …');
  });
});

test('holds together with other parameters, sorting, paging and totals', async () => {
  const filter = encodeURIComponent('gender eq female');
  expect(await find(app, `Patient?_filter=${filter}&birthdate=1980-06-15`)).toEqual(['petra']);
  const both = `Patient?_filter=${filter}&_filter=${encodeURIComponent('active eq false')}`;
  expect(await find(app, both)).toEqual(['petra']);
  const page = await app.call('GET', `Patient?_filter=${filter}&_sort=family&_count=1&_total=accurate`);
  // Chinese names stand before those in Latin letters.
  expect(ids(page)).toEqual(['zhang']);
  expect(page.body.total).toBe(2);
  const next = page.body.link.find((l: { relation: string }) => l.relation === 'next').url;
  expect(ids(await app.call('GET', next.replace(/^.*\/fhir\//, '')))).toEqual(['petra']);
});

test('stands in the criteria of conditional interactions', async () => {
  const created = await app.call(
    'POST',
    'Patient',
    { resourceType: 'Patient' },
    {
      'if-none-exist': `_filter=${encodeURIComponent('given eq peter and gender eq male')}`,
    },
  );
  expect(created.status).toBe(200);
  expect(created.body.id).toBe('peter');
});

test.each([
  'given',
  'given eq',
  'given eqq peter',
  'given = peter',
  '(given eq peter',
  'given eq peter)',
  'given eq peter and',
  'given eq peter birthdate gt 2000',
  'given eq "peter',
  'given eq "\\q"',
  'given eq "\\u0000"',
  'given eq "\\ud800"',
  'given eq "́"',
  'organization[active eq true] re x',
  'organization:Organization eq x',
  'nonsense eq 1',
  'given gt peter or nonsense eq 1',
  'given.name eq x',
  'birthdate ge someday',
  'birthdate eq ge2014',
  'birthdate po ge2014',
  'birthdate sw 2014',
  'gender gt male',
  'gender co ma',
  'gender pr maybe',
  'gender in http://example.org/unknown-value-set',
  'organization ne Organization/county',
  'organization co county',
  '_has:Observation:code:status eq final',
  '_has:Nothing:patient:status eq final',
  'organization.partof.partof.partof.partof.partof.name eq x',
  '_filter eq x',
  '_text co x',
])('refuses %s and says where it is wrong', async (filter) => {
  await refusal('Patient', filter);
});

test('refuses what is nested or long beyond reason', async () => {
  expect(await found('Patient', `${'('.repeat(20)}gender eq male${')'.repeat(20)}`)).toEqual(['peter']);
  await refusal('Patient', `${'('.repeat(200)}gender eq male${')'.repeat(200)}`);
  await refusal('Patient', Array(300).fill('gender eq male').join(' or '));
  await refusal('Patient', `${'link.'.repeat(300)}gender eq male`);
});

test('has no modifier', async () => {
  expectError(await app.call('GET', 'Patient?_filter:exact=gender%20eq%20male'), 400);
});

test('is ignored with a warning, as a whole, when lenient handling is preferred', async () => {
  const answer = await app.call('GET', 'Patient?_filter=gender%20gt%20male', undefined, {
    prefer: 'handling=lenient',
  });
  expect(ids(answer)).toHaveLength(4);
  expect(answer.text).toContain('means nothing');
});

describe('with narrow scopes', () => {
  let smart: TestApp;
  let narrow: Call;
  beforeAll(async () => {
    smart = await startTestApp({ auth: 'smart' });
    narrow = await as(smart, 'system/Observation.rs');
  });
  afterAll(() => smart.close());

  test.each([
    'subject.name co pet',
    'not (subject.name co pet)',
    'status eq final and subject.name co pet',
    'status eq final or subject:Patient.name co pet',
    'status eq final or not (subject:Patient.name co pet)',
    'status eq final or _has:Provenance:target:recorded gt 2000',
    'subject:Patient[gender eq male].name co pet',
  ])('asks nothing of types that the caller may not search: %s', async (filter) => {
    const answer = await narrow('GET', `Observation?_filter=${encodeURIComponent(filter)}`);
    expectError(answer, 403, { code: 'forbidden' });
    expect((await narrow('GET', 'Observation?_filter=status%20eq%20final')).status).toBe(200);
  });
});

test('finds the server\u2019s own AuditEvents', async () => {
  await app.call('GET', 'Patient/peter');
  const filters = [
    'entity re Patient/peter and type eq rest and subtype eq read',
    'address eq 127.0.0.1 and patient re Patient/peter and action eq R',
    'address ew .0.1 and action ne C and patient:Patient.given eq peter',
  ];
  for (const filter of filters) {
    const answer = await app.call('GET', `AuditEvent?_filter=${encodeURIComponent(filter)}`);
    expect(ids(answer), filter).not.toEqual([]);
  }
  expect(await found('AuditEvent', 'address eq 10.0.0.1')).toEqual([]);
  expect(await found('AuditEvent', 'patient re Patient/peter and not (address sw 127)')).toEqual([]);
});

test('asks of a parameter that a client made what its expression allows', async () => {
  const made = (id: string, type: string, expression: string) => ({
    resourceType: 'SearchParameter',
    id,
    url: `http://example.org/${id}`,
    name: id,
    status: 'active',
    description: id,
    code: id,
    base: ['Patient'],
    type,
    expression,
  });
  await load(app, [
    made('all-given', 'string', 'Patient.name.given'),
    made('has-name', 'token', 'Patient.name.exists()'),
  ]);
  const usable = async (filter: string) => {
    for (let tries = 0; tries < 500; tries++) {
      const answer = await app.call('GET', `Patient?_filter=${encodeURIComponent(filter)}`);
      if (answer.status === 200) return ids(answer);
      expectError(answer, 400, { code: 'not-supported', expression: '_filter' });
      // While its index is built, it says when to ask again.
      if (answer.text.includes('being built')) expect(answer.headers['retry-after']).toBe('5');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return undefined;
  };
  expect(await usable('all-given ew ra')).toEqual(['petra']);
  expect(await usable('has-name eq true and all-given eq peter')).toEqual(['peter']);
  // No path leads to what is computed.
  const outcome = await refusal('Patient', 'has-name ne true');
  expect(outcome.issue[0].diagnostics).toContain('has-name');
});
