import { describe, expect, test } from 'vitest';
import { check, validate } from './support.ts';

const patient = (more: object) => ({ resourceType: 'Patient', ...more });
const observation = (more: object) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'x' },
  ...more,
});

describe('the resource', () => {
  test('must be an object with a known resourceType', () => {
    expect(check('text')).toEqual(['json-type Resource']);
    expect(check(null)).toEqual(['json-type Resource']);
    expect(check([])).toEqual(['json-type Resource']);
    expect(check({})).toEqual(['resource-type Resource.resourceType']);
    expect(validate({ resourceType: 'Pateint' })[0]?.text.en).toContain("Did you mean 'Patient'?");
    expect(check({ resourceType: 'DomainResource' })).toEqual(['resource-type DomainResource.resourceType']);
  });

  test('must be of the expected type', () => {
    expect(check(patient({}), { expectedType: 'Observation' })).toEqual([
      'resource-type Patient.resourceType',
    ]);
    expect(check(patient({}), { expectedType: 'Patient' })).toEqual([]);
  });

  test('is told everything at once, in both languages, in a stable order', () => {
    const issues = validate(patient({ nmae: [], gender: 'm', birthDate: '2023-02-30', active: 'yes' }));
    expect(issues.map((i) => `${i.rule} ${i.expression}`)).toEqual([
      'unknown-element Patient.nmae',
      'binding-required Patient.gender',
      'primitive-format Patient.birthDate',
      'primitive-format Patient.active',
    ]);
    for (const issue of issues) {
      expect(issue.severity).toBe('error');
      expect(issue.text.en).toMatch(/\w/);
      expect(issue.text.zh).toMatch(/[\u4e00-\u9fff]/);
    }
    expect(issues[0]?.text.en).toContain("Did you mean 'name'?");
    expect(issues[1]?.text.en).toContain('male, female, other, unknown');
  });

  test('with hundreds of errors is told the first, and how many more there are', () => {
    const name = Array.from({ length: 300 }, () => ({ use: 'x' }));
    const issues = validate(patient({ name }));
    expect(issues).toHaveLength(201);
    expect(issues.at(-1)?.text.en).toContain('100 more');
  });
});

describe('JSON shape', () => {
  test('elements that repeat are arrays, others are not', () => {
    expect(check(patient({ name: { text: 'x' } }))).toEqual(['array-expected Patient.name']);
    expect(check(patient({ gender: ['male'] }))).toEqual(['array-unexpected Patient.gender']);
    expect(check(observation({ code: [{ text: 'x' }] }))).toEqual(['array-unexpected Observation.code']);
  });

  test('objects and primitives are not mixed up', () => {
    expect(check(patient({ name: ['x'] }))).toEqual(['json-type Patient.name[0]']);
    expect(check(patient({ birthDate: {} }))).toEqual(['json-type Patient.birthDate']);
  });

  test('nothing is empty', () => {
    expect(check(patient({ name: [] }))).toEqual(['empty-element Patient.name']);
    expect(check(patient({ name: [{}] }))).toEqual(['empty-element Patient.name[0]']);
    expect(check(patient({ name: [{ id: 'only' }] }))).toEqual(['empty-element Patient.name[0]']);
    expect(check(patient({ name: [{ text: '' }] }))).toEqual(['primitive-format Patient.name[0].text']);
  });

  test('null stands only inside arrays of primitives, for a place that has extensions', () => {
    const absent = { extension: [{ url: 'http://x.example/a', valueCode: 'b' }] };
    expect(check(patient({ gender: null }))).toEqual(['null-value Patient.gender']);
    expect(check(patient({ name: [null] }))).toEqual(['null-value Patient.name[0]']);
    expect(check(patient({ name: [{ given: ['a', null] }] }))).toEqual([
      'null-value Patient.name[0].given[1]',
    ]);
    expect(check(patient({ name: [{ given: ['a', null], _given: [null, absent] }] }))).toEqual([]);
    expect(check(patient({ name: [{ given: ['a', null], _given: [null, null] }] }))).toEqual([
      'null-value Patient.name[0].given[1]',
    ]);
  });

  test('the sibling of a primitive is an Element, aligned with the values', () => {
    const absent = { extension: [{ url: 'http://x.example/a', valueCode: 'b' }] };
    expect(check(patient({ birthDate: '1990', _birthDate: absent }))).toEqual([]);
    expect(check(patient({ birthDate: '1990', _birthDate: { id: 'b' } }))).toEqual([]);
    expect(check(patient({ _birthDate: { value: 'x' } }))).toEqual([
      'unknown-element Patient.birthDate.value',
      'empty-element Patient.birthDate',
    ]);
    expect(check(patient({ _birthDate: [absent] }))).toEqual(['array-unexpected Patient.birthDate']);
    expect(check(patient({ _name: [absent] }))).toEqual(['unknown-element Patient.name']);
    expect(check(patient({ name: [{ given: ['a', 'b'], _given: [absent] }] }))).toEqual([
      'sibling-length Patient.name[0].given',
    ]);
  });
});

describe('cardinality', () => {
  test('what is required must be there, extensions standing in for a primitive', () => {
    expect(check({ resourceType: 'Observation' })).toEqual([
      'cardinality-min Observation.status',
      'cardinality-min Observation.code',
    ]);
    const unknown = { extension: [{ url: 'http://x.example/a', valueCode: 'unknown' }] };
    expect(check({ resourceType: 'Group', _type: unknown, _actual: unknown })).toEqual([
      'binding-required Group.type',
    ]);
  });

  test('a required choice names its forms', () => {
    const issue = validate({
      resourceType: 'MedicationRequest',
      status: 'active',
      intent: 'order',
      subject: { reference: 'Patient/1' },
    })[0];
    expect(issue?.expression).toBe('MedicationRequest.medication');
    expect(issue?.text.en).toContain('medicationCodeableConcept, medicationReference');
  });

  test('a choice has one type', () => {
    expect(check(observation({ valueString: 'a', valueInteger: 1 }))).toEqual([
      'choice-conflict Observation.value',
    ]);
    expect(check(observation({ valueString: 'a', _valueString: { id: 'x' } }))).toEqual([]);
    expect(check(observation({ valueDecimal: 1 }))).toEqual(['unknown-element Observation.valueDecimal']);
  });
});

describe('references', () => {
  const refer = (reference: string, more: object = {}) =>
    check(observation({ encounter: { reference }, ...more }));

  test('of great length are read in proportion to it', () => {
    const start = performance.now();
    for (const part of ['/Ab/1#', '/A', '/Encounter', ' ']) refer(`${part.repeat(50_000)}\n`);
    expect(performance.now() - start).toBeLessThan(2000);
  });

  test('name a type that the element allows', () => {
    expect(refer('Encounter/1')).toEqual([]);
    expect(refer('https://h.example/fhir/Encounter/1/_history/2')).toEqual([]);
    expect(refer('urn:uuid:c757873d-ec9a-4326-a141-556f43239520')).toEqual([]);
    expect(refer('Patient/1')).toEqual(['reference-target Observation.encounter.reference']);
    expect(refer('https://h.example/fhir/Patient/1')).toEqual([
      'reference-target Observation.encounter.reference',
    ]);
    expect(check(observation({ encounter: { type: 'Patient', display: 'x' } }))).toEqual([
      'reference-target Observation.encounter.type',
    ]);
  });

  test('are well formed', () => {
    expect(refer('12345')).toEqual(['reference-format Observation.encounter.reference']);
    // A transaction has put what it found in the place of a condition before this is asked.
    expect(refer('Encounter?identifier=x|1')).toEqual(['reference-format Observation.encounter.reference']);
    expect(refer('Encounter/a b')).toContain('reference-format Observation.encounter.reference');
    expect(check(observation({ encounter: { reference: 'Encounter/1', type: 'Patient' } }))).toEqual([
      'reference-type Observation.encounter.type',
    ]);
  });

  test('to contained resources find them, and their type counts', () => {
    const ambulatory = { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' };
    const contained = [{ resourceType: 'Encounter', id: 'e', status: 'finished', class: ambulatory }];
    expect(refer('#e', { contained })).toEqual([]);
    expect(refer('#other', { contained })).toEqual([
      'invariant-ref-1 Observation.encounter',
      'contained-unreferenced Observation.contained[0]',
    ]);
    const wrong = [{ resourceType: 'Location', id: 'e' }];
    expect(refer('#e', { contained: wrong })).toEqual(['reference-target Observation.encounter.reference']);
  });
});

describe('required bindings', () => {
  test('hold for codes', () => {
    expect(check(observation({ status: 'done' }))).toEqual(['binding-required Observation.status']);
  });

  test('hold for at least one coding of a CodeableConcept', () => {
    const clinical = 'http://terminology.hl7.org/CodeSystem/condition-clinical';
    const condition = (clinicalStatus: object) => ({
      resourceType: 'Condition',
      subject: { reference: 'Patient/1' },
      clinicalStatus,
    });
    const local = { system: 'http://local.example', code: '1' };
    expect(check(condition({ coding: [local, { system: clinical, code: 'active' }] }))).toEqual([]);
    expect(check(condition({ coding: [local] }))).toEqual(['binding-required Condition.clinicalStatus']);
    expect(check(condition({ text: 'active' }))).toEqual(['binding-required Condition.clinicalStatus']);
    expect(check(condition({ coding: [{ code: 'active' }] }))).toEqual([
      'coding-system Condition.clinicalStatus.coding[0]',
      'binding-required Condition.clinicalStatus',
    ]);
  });

  test('to vocabularies that cannot be listed accept any code', () => {
    expect(check(patient({ photo: [{ contentType: 'image/x-anything' }] }))).toEqual([]);
  });
});

test('an attachment says of its data what is true', () => {
  const photo = (more: object) =>
    check(patient({ photo: [{ contentType: 'text/plain', data: 'YWJj', ...more }] }));
  expect(photo({ size: 3, hash: 'qZk+NkcGgWq6PiVxeFDCbJzQ2J0=' })).toEqual([]);
  expect(photo({ size: 4, hash: 'YWJj' })).toEqual([
    'attachment-data Patient.photo[0].size',
    'attachment-data Patient.photo[0].hash',
  ]);
  for (const data of ['YWJ', 'Y=Jj', '%%%2@()('])
    expect(photo({ data })).toEqual(['primitive-format Patient.photo[0].data']);
});

describe('extensions', () => {
  const extended = (extension: object) => check(patient({ extension: [extension] }));

  test('have a url, and either a value or extensions', () => {
    expect(extended({ url: 'http://x.example/a', valueString: 'b' })).toEqual([]);
    expect(extended({ url: 'http://x.example/a', extension: [{ url: 'b', valueBoolean: false }] })).toEqual(
      [],
    );
    expect(extended({ valueString: 'b' })).toEqual(['cardinality-min Patient.extension[0].url']);
    expect(extended({ url: 'http://x.example/a' })).toEqual(['invariant-ext-1 Patient.extension[0]']);
    expect(
      extended({ url: 'http://x.example/a', valueString: 'b', extension: [{ url: 'c', valueCode: 'd' }] }),
    ).toEqual(['invariant-ext-1 Patient.extension[0]']);
    expect(extended({ url: 'http://x.example/a', valueString: 'b', valueCode: 'c' })).toEqual([
      'choice-conflict Patient.extension[0].value',
    ]);
  });
});

describe('resources inside resources', () => {
  test('are checked where they stand', () => {
    const entry = [
      { fullUrl: 'urn:uuid:0b0a3a47-65a4-4f06-9e4e-3a8ce8a4b9a1', resource: patient({ gender: 'x' }) },
    ];
    expect(check({ resourceType: 'Bundle', type: 'collection', entry })).toEqual([
      'binding-required Bundle.entry[0].resource.gender',
    ]);
    const parameter = [{ name: 'p', part: [{ name: 'q', resource: patient({ active: 1 }) }] }];
    expect(check({ resourceType: 'Parameters', parameter })).toEqual([
      'primitive-format Parameters.parameter[0].part[0].resource.active',
    ]);
    expect(
      check({
        resourceType: 'Bundle',
        type: 'collection',
        entry: [
          { fullUrl: 'urn:uuid:0b0a3a47-65a4-4f06-9e4e-3a8ce8a4b9a1', resource: { resourceType: 'X' } },
        ],
      }),
    ).toEqual(['resource-type Bundle.entry[0].resource.resourceType']);
  });

  test('contained: no nesting, no version, no security, ids that differ', () => {
    const inner = patient({ id: 'p', meta: { versionId: '1' }, contained: [patient({ id: 'q' })] });
    const outer = observation({
      contained: [inner, patient({ id: 'p' })],
      subject: { reference: '#p' },
    });
    expect(check(outer)).toEqual([
      'contained-unreferenced Observation.contained[0].contained[0]',
      'contained-nested Observation.contained[0].contained',
      'contained-meta Observation.contained[0].meta.versionId',
      'contained-id Observation.contained[1].id',
    ]);
  });

  test('contained and not referred to is only a warning', () => {
    const issues = validate(observation({ contained: [patient({ id: 'p' })] }));
    expect(issues.map((i) => [i.severity, i.rule])).toEqual([['error', 'contained-unreferenced']]);
    const back = { resourceType: 'Provenance', id: 'p', recorded: '2024-01-01T00:00:00Z' };
    const provenance = { ...back, target: [{ reference: '#' }], agent: [{ who: { display: 'x' } }] };
    expect(check(observation({ contained: [provenance] }))).toEqual([]);
  });
});
