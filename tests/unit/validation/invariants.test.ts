import { describe, expect, test } from 'vitest';
import { residentCheckCharacter, socialCreditCheckCharacter } from '../../../src/kernel/check-digits.ts';
import { createValidator } from '../../../src/validation/validator.ts';
import { brief, check, checkWith, definitionsWith, profile, validate } from './support.ts';

const patient = (more: object) => ({ resourceType: 'Patient', ...more });
const observation = (more: object) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'x' },
  ...more,
});
const bundle = (type: string, entry: object[], more: object = {}) => ({
  resourceType: 'Bundle',
  type,
  entry: entry.map((e, i) => ({ fullUrl: `urn:uuid:3fdc72f4-a11d-4a9d-9260-a9f745779e1${i}`, ...e })),
  ...more,
});
const absent = (code: string) => ({
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/data-absent-reason', code }],
});
const loinc = (code: string) => ({ coding: [{ system: 'http://loinc.org', code }] });

/** Resource, the issues it has; a rule that holds has none. */
const CASES: [string, object, string[]][] = [
  ['per-1 start before end', patient({ name: [{ text: 'x', period: { start: '2020', end: '2021' } }] }), []],
  [
    'per-1 within one year, with less precision',
    patient({ name: [{ text: 'x', period: { start: '2020-05-01', end: '2020' } }] }),
    [],
  ],
  [
    'per-1 end before start',
    patient({ name: [{ text: 'x', period: { start: '2021', end: '2020-12-31' } }] }),
    ['invariant-per-1 Patient.name[0].period'],
  ],
  [
    'per-1 across zones',
    observation({ effectivePeriod: { start: '2020-01-01T08:00:00+08:00', end: '2020-01-01T00:00:00Z' } }),
    [],
  ],
  ['qty-3', observation({ valueQuantity: { value: 1, code: 'mg' } }), ['invariant-qty-3 Observation.value']],
  [
    'rng-2',
    observation({ valueRange: { low: { value: 2, unit: 'a' }, high: { value: 1, unit: 'a' } } }),
    ['invariant-rng-2 Observation.value'],
  ],
  [
    'rng-2 other units',
    observation({ valueRange: { low: { value: 2, unit: 'mg' }, high: { value: 1, unit: 'g' } } }),
    [],
  ],
  ['rat-1', observation({ valueRatio: { numerator: { value: 1 } } }), ['invariant-rat-1 Observation.value']],
  ['att-1', patient({ photo: [{ data: 'YQ==' }] }), ['invariant-att-1 Patient.photo[0]']],
  ['cpt-2', patient({ telecom: [{ value: '1' }] }), ['invariant-cpt-2 Patient.telecom[0]']],
  ['pat-1', patient({ contact: [{ gender: 'male' }] }), ['invariant-pat-1 Patient.contact[0]']],
  [
    'sqty-1 in a reference range',
    observation({ referenceRange: [{ low: { value: 1, comparator: '<' } }] }),
    [
      'invariant-sqty-1 Observation.referenceRange[0].low',
      'cardinality-max Observation.referenceRange[0].low.comparator',
    ],
  ],
  [
    'obs-3',
    observation({ referenceRange: [{ age: { low: { value: 1 } } }] }),
    ['invariant-obs-3 Observation.referenceRange[0]'],
  ],
  [
    'obs-3 through a content reference',
    observation({ component: [{ code: { text: 'c' }, referenceRange: [{ age: { low: { value: 1 } } }] }] }),
    ['invariant-obs-3 Observation.component[0].referenceRange[0]'],
  ],
  [
    'obs-6',
    observation({ valueString: 'x', dataAbsentReason: absent('unknown') }),
    ['invariant-obs-6 Observation'],
  ],
  [
    'obs-7',
    observation({ code: loinc('1-1'), valueString: 'x', component: [{ code: loinc('1-1') }] }),
    ['invariant-obs-7 Observation'],
  ],
  [
    'obs-7 other code',
    observation({ code: loinc('1-1'), valueString: 'x', component: [{ code: loinc('2-2') }] }),
    [],
  ],
  ['org-1', { resourceType: 'Organization', active: true }, ['invariant-org-1 Organization']],
  [
    'org-2, org-3',
    {
      resourceType: 'Organization',
      name: 'x',
      address: [{ use: 'home', text: 'x' }],
      telecom: [{ system: 'phone', value: '1', use: 'home' }],
    },
    ['invariant-org-2 Organization.address[0]', 'invariant-org-3 Organization.telecom[0]'],
  ],
  ['tim-1', timing({ duration: 1 }), ['invariant-tim-1 ServiceRequest.occurrence.repeat']],
  ['tim-2', timing({ period: 1 }), ['invariant-tim-2 ServiceRequest.occurrence.repeat']],
  [
    'tim-4',
    timing({ duration: -1, durationUnit: 'h' }),
    ['invariant-tim-4 ServiceRequest.occurrence.repeat'],
  ],
  ['tim-9', timing({ offset: 5, when: ['CM'] }), ['invariant-tim-9 ServiceRequest.occurrence.repeat']],
  ['tim-9 two events', timing({ offset: 5, when: ['ACM', 'PCM'] }), []],
  [
    'tim-10',
    timing({ timeOfDay: ['10:00:00'], when: ['ACM'] }),
    ['invariant-tim-10 ServiceRequest.occurrence.repeat'],
  ],
  ['bdl-1', bundle('collection', [{ resource: patient({}) }], { total: 1 }), ['invariant-bdl-1 Bundle']],
  [
    'bdl-2',
    bundle('collection', [{ resource: patient({}), search: { mode: 'match' } }]),
    ['invariant-bdl-2 Bundle'],
  ],
  ['bdl-3', bundle('transaction', [{ resource: patient({}) }]), ['invariant-bdl-3 Bundle']],
  [
    'bdl-3 of a collection',
    bundle('collection', [{ resource: patient({}), request: { method: 'POST', url: 'Patient' } }]),
    ['invariant-bdl-3 Bundle'],
  ],
  ['bdl-4', bundle('batch-response', [{ resource: patient({}) }]), ['invariant-bdl-4 Bundle']],
  [
    'bdl-5',
    bundle('collection', [{ fullUrl: 'http://x.example/Patient/1' }]),
    ['invariant-bdl-5 Bundle.entry[0]'],
  ],
  [
    'bdl-7',
    bundle('collection', [
      { fullUrl: 'http://x.example/Patient/1', resource: patient({}) },
      { fullUrl: 'http://x.example/Patient/1', resource: patient({}) },
    ]),
    ['invariant-bdl-7 Bundle'],
  ],
  [
    'bdl-8',
    bundle('collection', [{ fullUrl: 'http://x.example/Patient/1/_history/1', resource: patient({}) }]),
    ['invariant-bdl-8 Bundle.entry[0]'],
  ],
  [
    'bdl-9 to bdl-11',
    bundle('document', [{ resource: patient({}) }]),
    ['invariant-bdl-9 Bundle', 'invariant-bdl-11 Bundle', 'invariant-bdl-10 Bundle'],
  ],
  ['bdl-12', bundle('message', [{ resource: patient({}) }]), ['invariant-bdl-12 Bundle']],
  [
    'inv-1 of Parameters',
    {
      resourceType: 'Parameters',
      parameter: [{ name: 'x', valueString: 'a', resource: patient({}) }, { name: 'y' }],
    },
    ['invariant-inv-1 Parameters.parameter[0]', 'invariant-inv-1 Parameters.parameter[1]'],
  ],
  [
    'inv-1 of Task',
    {
      resourceType: 'Task',
      status: 'draft',
      intent: 'order',
      authoredOn: '2024-02-01',
      lastModified: '2024-01-01',
    },
    ['invariant-inv-1 Task'],
  ],
  [
    'app-4 means noshow',
    {
      resourceType: 'Appointment',
      status: 'noshow',
      start: '2024-01-01T08:00:00Z',
      end: '2024-01-01T09:00:00Z',
      cancelationReason: { text: 'x' },
      participant: [{ status: 'accepted', actor: { reference: 'Patient/1' } }],
    },
    [],
  ],
  [
    'con-4, compiled from FHIRPath',
    {
      resourceType: 'Condition',
      subject: { reference: 'Patient/1' },
      abatementString: 'x',
      clinicalStatus: {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }],
      },
    },
    ['invariant-con-4 Condition'],
  ],
  [
    'que-2, over all descendants',
    {
      resourceType: 'Questionnaire',
      status: 'draft',
      item: [
        { linkId: '1', type: 'group', item: [{ linkId: '2', type: 'string' }] },
        { linkId: '2', type: 'string' },
      ],
    },
    ['invariant-que-2 Questionnaire'],
  ],
  [
    'sev-1',
    {
      resourceType: 'AuditEvent',
      type: { system: 'http://terminology.hl7.org/CodeSystem/audit-event-type', code: 'rest' },
      recorded: '2024-01-01T00:00:00Z',
      agent: [{ requestor: true }],
      source: { observer: { display: 'x' } },
      entity: [{ name: 'a', query: 'YQ==' }],
    },
    ['invariant-sev-1 AuditEvent.entity[0]'],
  ],
];

function timing(repeat: object) {
  return {
    resourceType: 'ServiceRequest',
    status: 'active',
    intent: 'order',
    subject: { reference: 'Patient/1' },
    occurrenceTiming: { repeat },
  };
}

describe('invariants of the base specification', () => {
  test.each(CASES)('%s', (_name, resource, expected) => {
    expect(check(resource).sort()).toEqual([...expected].sort());
  });

  test('say in English and Chinese what is wrong', () => {
    const [issue] = validate(observation({ valueString: 'x', dataAbsentReason: absent('unknown') }));
    expect(issue?.code).toBe('invariant');
    expect(issue?.text.en).toContain('(obs-6)');
    expect(issue?.text.zh).toContain('dataAbsentReason');
  });

  test('that are recommendations are warnings, but for the narrative that every resource should have', () => {
    expect(check(patient({ name: [{ text: 'x' }] }))).toEqual([]);
    const [issue] = validate({ resourceType: 'Questionnaire', status: 'draft', name: 'lower case' });
    expect([issue?.severity, issue?.rule]).toEqual(['warning', 'invariant-que-0']);
  });
});

describe('invariants of a profile', () => {
  const constrained = (constraint: object, elements: object[] = []) =>
    profile('Patient', 'c', elements, { constraint: [constraint] });

  test('speak Chinese by their translation', () => {
    const translation = (lang: string, content: string) => ({
      url: 'http://hl7.org/fhir/StructureDefinition/translation',
      extension: [
        { url: 'lang', valueCode: lang },
        { url: 'content', valueString: content },
      ],
    });
    const _human = { extension: [translation('de', 'Name fehlt'), translation('zh-CN', '应有姓名')] };
    const named = { severity: 'error', human: 'A patient has a name', expression: 'name.exists()' };
    const zh = (constraint: object) => {
      const p = constrained({ ...named, ...constraint });
      return createValidator(definitionsWith(p)).validate(patient({}), { profiles: [p.url] })[0]?.text.zh;
    };
    expect(zh({ key: 'c-1', _human })).toBe('应有姓名(c-1)');
    expect(zh({ key: 'c-1' })).toBe('不符合约束 c-1:A patient has a name');
  });

  test('are errors or warnings as the profile says', () => {
    const expression = 'name.exists() or telecom.exists()';
    const error = constrained({ key: 'c-1', severity: 'error', human: '必须有姓名或电话', expression });
    expect(checkWith([error], patient({}))).toEqual(['invariant-c-1 Patient']);
    expect(checkWith([error], patient({ name: [{ text: 'x' }] }))).toEqual([]);
    const warning = constrained({ key: 'c-2', severity: 'warning', human: 'x', expression });
    const issues = createValidator(definitionsWith(warning)).validate(patient({}), {
      profiles: [warning.url],
    });
    expect(issues.map((i) => i.severity)).toEqual(['warning']);
  });

  test('that fail to evaluate do not hold', () => {
    const p = constrained({
      key: 'c-3',
      severity: 'error',
      human: 'x',
      expression: "name.given.startsWith('a')",
    });
    expect(checkWith([p], patient({ name: [{ given: ['a', 'b'] }] }))).toEqual(['invariant-c-3 Patient']);
  });

  test('on an element apply to each of its values', () => {
    const p = profile('Patient', 'c', [
      {
        id: 'Patient.telecom',
        path: 'Patient.telecom',
        min: 0,
        max: '*',
        type: [{ code: 'ContactPoint' }],
        constraint: [{ key: 'c-4', severity: 'error', human: 'x', expression: "system = 'phone'" }],
      },
    ]);
    const telecom = [
      { system: 'phone', value: '1' },
      { system: 'email', value: '2' },
    ];
    expect(checkWith([p], patient({ telecom }))).toEqual(['invariant-c-4 Patient.telecom[1]']);
  });
});

test('conformsTo() asks whether a resource is as a definition says', () => {
  const strict = profile('Patient', 'strict', [
    { id: 'Patient.name', path: 'Patient.name', min: 1, max: '*', type: [{ code: 'HumanName' }] },
  ]);
  const asking = (url: string) =>
    profile('Patient', 'asking', [], {
      constraint: [{ key: 'c-1', severity: 'error', human: 'x', expression: `conformsTo('${url}')` }],
    });
  const plain = asking('http://hl7.org/fhir/StructureDefinition/Patient');
  expect(checkWith([plain], patient({}))).toEqual([]);
  expect(checkWith([plain], patient({ gender: 'x' }))).toEqual([
    'binding-required Patient.gender',
    'invariant-c-1 Patient',
  ]);
  expect(checkWith([asking(strict.url), strict], patient({}))).toEqual(['invariant-c-1 Patient']);
  expect(checkWith([asking(strict.url), strict], patient({ name: [{ text: 'x' }] }))).toEqual([]);
});

describe('invariants of the county', () => {
  const system = 'urn:oid:2.16.156.10011.1.3';
  const key = (name: string) => ({ key: name, severity: 'error', human: 'x', expression: "matches('.*')" });
  const onIdentifier = profile('Patient', 'county', [
    {
      id: 'Patient.identifier',
      path: 'Patient.identifier',
      min: 0,
      max: '*',
      type: [{ code: 'Identifier' }],
      constraint: [key('county-resident-id')],
    },
  ]);
  const validator = createValidator(definitionsWith(onIdentifier));
  const now = new Date('2025-01-01T00:00:00Z');
  const issues = (value: string, of = system) =>
    validator.validate(patient({ identifier: [{ system: of, value }] }), {
      profiles: [onIdentifier.url],
      now,
    });
  const right = (first17: string) => first17 + residentCheckCharacter(first17);

  test('a resident identity number is checked in full, and the message says what is wrong', () => {
    expect(issues(right('11010119900307741'))).toEqual([]);
    expect(issues('anything', 'http://other.example')).toEqual([]);
    const good = right('11010119900307741');
    const bad = good.slice(0, 17) + (good[17] === '1' ? '2' : '1');
    const [issue] = issues(bad);
    expect(brief([issue!])).toEqual(['invariant-county-resident-id Patient.identifier[0].value']);
    expect(issue?.text.en).toContain(`give '${good[17]}'`);
    expect(issue?.text.zh).toContain(`应为“${good[17]}”`);
    expect(issue?.profile).toBe(onIdentifier.url);
    expect(issues('110101')[0]?.text.en).toContain('has 18 characters; this one has 6');
    expect(issues('11010119900307741x')[0]?.text.en).toContain('capital X');
    expect(issues(right('11010119900230741'))[0]?.text.en).toContain("'19900230' is not a real one");
    expect(issues(right('11010120300307741'))[0]?.text.en).toContain('in the future');
  });

  test('the constraint may stand on the value or on the resource', () => {
    const onValue = profile('Patient', 'on-value', [
      {
        id: 'Patient.identifier',
        path: 'Patient.identifier',
        min: 0,
        max: '*',
        type: [{ code: 'Identifier' }],
      },
      {
        id: 'Patient.identifier.value',
        path: 'Patient.identifier.value',
        min: 0,
        max: '1',
        type: [{ code: 'string' }],
        constraint: [key('county-resident-id')],
      },
    ]);
    const onRoot = profile('Patient', 'on-root', [], { constraint: [key('county-resident-id')] });
    for (const p of [onValue, onRoot]) {
      expect(checkWith([p], patient({ identifier: [{ system, value: '1' }] }))).toEqual([
        'invariant-county-resident-id Patient.identifier[0].value',
      ]);
    }
  });

  test('a unified social credit code likewise', () => {
    const p = profile('Organization', 'org', [], { constraint: [key('county-social-credit')] });
    const v = createValidator(definitionsWith(p));
    const of = (value: string) =>
      v.validate(
        {
          resourceType: 'Organization',
          identifier: [{ system: 'https://xiantong.example/fhir/NamingSystem/social-credit-code', value }],
        },
        { profiles: [p.url] },
      );
    const first17 = '12110000400686105';
    const check = socialCreditCheckCharacter(first17);
    expect(of(first17 + check)).toEqual([]);
    expect(of(first17 + (check === '0' ? '1' : '0'))[0]?.text.en).toContain(`give '${check}'`);
    expect(of('1211')[0]?.text.en).toContain('has 18 characters; this one has 4');
    expect(of('1211000040068610I0')[0]?.text.zh).toContain('不含 I、O、S、V、Z');
  });
});

test('a constraint of a profile is told in the language of its translation', () => {
  const extension = [
    { url: 'lang', valueCode: 'zh-CN' },
    { url: 'content', valueString: '应有解释' },
  ];
  const constraint = {
    key: 'own-1',
    severity: 'error',
    human: 'There is an interpretation',
    _human: { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/translation', extension }] },
    expression: 'interpretation.exists()',
  };
  const own = profile('Observation', 'own', [], { constraint: [constraint] });
  const issues = createValidator(definitionsWith(own)).validate(observation({}), { profiles: [own.url] });
  expect(issues.map((i) => i.text)).toEqual([
    { en: 'There is an interpretation (own-1)', zh: '应有解释(own-1)' },
  ]);
});
