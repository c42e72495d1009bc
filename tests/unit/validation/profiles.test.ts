import { describe, expect, test } from 'vitest';
import { createValidator } from '../../../src/validation/validator.ts';
import { BASE, brief, checkWith, definitionsWith, profile } from './support.ts';

const element = (id: string, more: object = {}) => {
  const path = id.replaceAll(/:[^.]*/g, '');
  const sliceName = /:([^.]*)$/.exec(id)?.[1];
  return { id, path, ...(sliceName ? { sliceName } : {}), ...more };
};
const patient = (more: object) => ({ resourceType: 'Patient', ...more });
const observation = (more: object) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'x' },
  ...more,
});

describe('a profile', () => {
  const strict = profile('Patient', 'strict', [
    element('Patient.birthDate', { min: 1, max: '1', type: [{ code: 'date' }] }),
    element('Patient.photo', { min: 0, max: '0', type: [{ code: 'Attachment' }] }),
    element('Patient.name', { min: 1, max: '2', type: [{ code: 'HumanName' }] }),
    element('Patient.name.text', { min: 1, max: '1', maxLength: 4, type: [{ code: 'string' }] }),
  ]);

  test('tightens cardinality, below elements too, and is named in the issue', () => {
    const validator = createValidator(definitionsWith(strict));
    const issues = validator.validate(patient({ name: [{ family: '张' }], photo: [{ title: 'x' }] }), {
      profiles: [strict.url],
    });
    expect(brief(issues)).toEqual([
      'cardinality-min Patient.birthDate',
      'cardinality-max Patient.photo',
      'cardinality-min Patient.name[0].text',
    ]);
    expect(issues.every((i) => i.profile === strict.url)).toBe(true);
  });

  test('limits repetition and length', () => {
    const name = [{ text: '一' }, { text: '二' }, { text: '一二三四五' }];
    expect(checkWith([strict], patient({ birthDate: '1990', name }))).toEqual([
      'cardinality-max Patient.name',
      'max-length Patient.name[2].text',
    ]);
  });

  test('counts a primitive that has only extensions', () => {
    const absent = { extension: [{ url: 'http://x.example/a', valueCode: 'unknown' }] };
    expect(checkWith([strict], patient({ _birthDate: absent, name: [{ text: '一' }] }))).toEqual([]);
  });

  test('that meta.profile names is applied, with any version', () => {
    const validator = createValidator(definitionsWith(strict));
    for (const url of [strict.url, `${strict.url}|9.9`]) {
      const resource = patient({ meta: { profile: [url] }, name: [{ text: '一' }] });
      expect(brief(validator.validate(resource))).toEqual(['cardinality-min Patient.birthDate']);
      // Naming it twice changes nothing.
      expect(validator.validate(resource, { profiles: [strict.url] })).toHaveLength(1);
    }
  });

  test('that is unknown is a warning, or an error where that is wanted', () => {
    const validator = createValidator(definitionsWith());
    const resource = patient({ meta: { profile: ['http://x.example/none'] } });
    const [warning] = validator.validate(resource);
    expect([warning?.severity, warning?.rule, warning?.expression]).toEqual([
      'warning',
      'profile-unknown',
      'Patient.meta.profile',
    ]);
    expect(validator.validate(resource, { unknownProfile: 'refuse' })[0]?.severity).toBe('error');
    const base = patient({ meta: { profile: ['http://hl7.org/fhir/StructureDefinition/Patient'] } });
    expect(validator.validate(base)).toEqual([]);
  });

  test('must be for the type of the resource', () => {
    expect(checkWith([strict], observation({}))).toEqual(['profile-type Observation']);
  });

  test('whose invariant cannot be parsed is refused when the validator is made', () => {
    const broken = profile('Patient', 'broken', [], {
      constraint: [{ key: 'b-1', severity: 'error', human: 'x', expression: 'name.where(' }],
    });
    expect(() => createValidator(definitionsWith(broken))).toThrow(/broken: FHIRPath "name\.where\("/);
  });
});

describe('values', () => {
  test('fixed values are exact, patterns are contained', () => {
    const p = profile('Observation', 'values', [
      element('Observation.status', { min: 1, max: '1', type: [{ code: 'code' }], fixedCode: 'final' }),
      element('Observation.code', {
        min: 1,
        max: '1',
        type: [{ code: 'CodeableConcept' }],
        patternCodeableConcept: { coding: [{ system: 'http://loinc.org', code: '1-1' }] },
      }),
    ]);
    const code = {
      coding: [
        { system: 'http://local.example', code: 'local' },
        { system: 'http://loinc.org', code: '1-1', display: 'x' },
      ],
      text: 'y',
    };
    expect(checkWith([p], observation({ code }))).toEqual([]);
    expect(checkWith([p], observation({ status: 'amended' }))).toEqual([
      'fixed-value Observation.status',
      'pattern Observation.code',
    ]);
  });

  test('are as the profile of their type says', () => {
    const money = profile('Observation', 'money', [
      element('Observation.valueQuantity', {
        min: 0,
        max: '1',
        type: [{ code: 'Quantity', profile: ['http://hl7.org/fhir/StructureDefinition/MoneyQuantity'] }],
      }),
    ]);
    const cost = (more: object) => observation({ valueQuantity: { value: 1, code: 'CNY', ...more } });
    expect(checkWith([money], cost({ system: 'urn:iso:std:iso:4217' }))).toEqual([]);
    expect(checkWith([money], cost({ system: 'urn:x' }))).toEqual(['invariant-mqty-1 Observation.value']);
  });

  test('types of a choice are narrowed, and limits kept', () => {
    const p = profile('Observation', 'types', [
      element('Observation.value[x]', {
        min: 0,
        max: '1',
        type: [{ code: 'integer' }],
        minValueInteger: 0,
        maxValueInteger: 10,
      }),
    ]);
    expect(checkWith([p], observation({ valueInteger: 5 }))).toEqual([]);
    expect(checkWith([p], observation({ valueString: 'x' }))).toEqual(['type-not-allowed Observation.value']);
    expect(checkWith([p], observation({ valueInteger: -1 }))).toEqual(['min-value Observation.value']);
    expect(checkWith([p], observation({ valueInteger: 11 }))).toEqual(['max-value Observation.value']);
  });

  test('targets of references are narrowed', () => {
    const p = profile('Observation', 'targets', [
      element('Observation.subject', {
        min: 0,
        max: '1',
        type: [{ code: 'Reference', targetProfile: ['http://hl7.org/fhir/StructureDefinition/Patient'] }],
      }),
    ]);
    expect(checkWith([p], observation({ subject: { reference: 'Patient/1' } }))).toEqual([]);
    expect(checkWith([p], observation({ subject: { reference: 'Group/1' } }))).toEqual([
      'reference-target Observation.subject.reference',
    ]);
  });

  test('required bindings of a profile hold', () => {
    const set = {
      resourceType: 'ValueSet',
      id: 'v',
      url: `${BASE}/v`,
      compose: { include: [{ system: 'http://s.example', concept: [{ code: 'a' }, { code: 'b' }] }] },
    };
    const p = profile('Observation', 'bound', [
      element('Observation.code', {
        min: 1,
        max: '1',
        type: [{ code: 'CodeableConcept' }],
        binding: { strength: 'required', valueSet: set.url },
      }),
    ]);
    const coded = (code: string) => observation({ code: { coding: [{ system: 'http://s.example', code }] } });
    expect(checkWith([p, set], coded('a'))).toEqual([]);
    expect(checkWith([p, set], coded('c'))).toEqual(['binding-required Observation.code']);
  });

  test('elements of a shared definition are reached through contentReference', () => {
    const p = profile('Observation', 'shared', [
      element('Observation.component', { min: 0, max: '*', type: [{ code: 'BackboneElement' }] }),
      element('Observation.component.referenceRange', {
        min: 0,
        max: '*',
        contentReference: '#Observation.referenceRange',
      }),
      element('Observation.component.referenceRange.text', { min: 1, max: '1', type: [{ code: 'string' }] }),
    ]);
    const component = [{ code: { text: 'c' }, referenceRange: [{ low: { value: 1 } }] }];
    expect(checkWith([p], observation({ component }))).toEqual([
      'cardinality-min Observation.component[0].referenceRange[0].text',
    ]);
  });
});

describe('extensions', () => {
  const village = profile('Extension', 'village', [
    element('Extension.url', { min: 1, max: '1', fixedUri: `${BASE}/village` }),
    element('Extension.value[x]', { min: 1, max: '1', type: [{ code: 'string' }] }),
  ]);

  test('with a known definition are checked wherever they stand', () => {
    const wrong = { url: village.url, valueInteger: 1 };
    expect(checkWith([village], patient({}))).toEqual(['profile-type Patient']);
    const validator = createValidator(definitionsWith(village));
    expect(brief(validator.validate(patient({ extension: [wrong] })))).toEqual([
      'type-not-allowed Patient.extension[0].value',
    ]);
    expect(brief(validator.validate(patient({ _birthDate: { extension: [wrong] } })))).toEqual([
      'type-not-allowed Patient.birthDate.extension[0].value',
    ]);
    const right = { url: village.url, valueString: '李家村' };
    expect(
      validator.validate(patient({ extension: [right, { url: 'http://x.example', valueCode: 'y' }] })),
    ).toEqual([]);
  });

  test('as slices are found by the url of their definition', () => {
    const p = profile('Patient', 'with-village', [
      element('Patient.extension', {
        min: 1,
        max: '*',
        slicing: { discriminator: [{ type: 'value', path: 'url' }], rules: 'open' },
        type: [{ code: 'Extension' }],
      }),
      element('Patient.extension:village', {
        min: 1,
        max: '1',
        type: [{ code: 'Extension', profile: [village.url] }],
      }),
    ]);
    const other = { url: 'http://x.example', valueCode: 'y' };
    const right = { url: village.url, valueString: '李家村' };
    expect(checkWith([p, village], patient({ extension: [other, right] }))).toEqual([]);
    expect(checkWith([p, village], patient({ extension: [other] }))).toEqual(['slice-min Patient.extension']);
    expect(checkWith([p, village], patient({ extension: [right, right] }))).toEqual([
      'slice-max Patient.extension',
    ]);
  });
});

describe('slicing', () => {
  const identifier = (discriminator: object, rules: string, slices: object[], more: object = {}) =>
    profile('Patient', 'sliced', [
      element('Patient.identifier', {
        min: 0,
        max: '*',
        type: [{ code: 'Identifier' }],
        slicing: { discriminator: [discriminator], rules, ...more },
      }),
      ...slices,
    ]);
  const bySystem = (name: string, system: string, more: object = {}) => [
    element(`Patient.identifier:${name}`, { min: 0, max: '1', type: [{ code: 'Identifier' }], ...more }),
    element(`Patient.identifier:${name}.system`, {
      min: 1,
      max: '1',
      type: [{ code: 'uri' }],
      fixedUri: system,
    }),
    element(`Patient.identifier:${name}.value`, {
      min: 1,
      max: '1',
      maxLength: 3,
      type: [{ code: 'string' }],
    }),
  ];
  const a = { system: 'urn:a', value: '1' };
  const b = { system: 'urn:b', value: '2' };
  const ids = (...identifier: object[]) => patient({ identifier });

  test('by value: each slice has its own rules', () => {
    const p = identifier({ type: 'value', path: 'system' }, 'open', bySystem('a', 'urn:a', { min: 1 }));
    expect(checkWith([p], ids(a, b))).toEqual([]);
    expect(checkWith([p], ids(b))).toEqual(['slice-min Patient.identifier']);
    expect(checkWith([p], patient({}))).toEqual(['slice-min Patient.identifier']);
    expect(checkWith([p], ids(a, a))).toEqual(['slice-max Patient.identifier']);
    expect(checkWith([p], ids(b, { system: 'urn:a', value: '1234' }))).toEqual([
      'max-length Patient.identifier[1].value',
    ]);
    expect(checkWith([p], ids({ system: 'urn:a' }))).toEqual(['cardinality-min Patient.identifier[0].value']);
  });

  test('closed slicing allows nothing else', () => {
    const p = identifier({ type: 'value', path: 'system' }, 'closed', bySystem('a', 'urn:a'));
    expect(checkWith([p], ids(a))).toEqual([]);
    expect(checkWith([p], ids(a, b))).toEqual(['slice-closed Patient.identifier[1]']);
  });

  test('openAtEnd and ordered slicing keep the order', () => {
    const atEnd = identifier({ type: 'value', path: 'system' }, 'openAtEnd', bySystem('a', 'urn:a'));
    expect(checkWith([atEnd], ids(a, b))).toEqual([]);
    expect(checkWith([atEnd], ids(b, a))).toEqual(['slice-order Patient.identifier[1]']);
    const both = [...bySystem('a', 'urn:a'), ...bySystem('b', 'urn:b')];
    const ordered = identifier({ type: 'value', path: 'system' }, 'open', both, { ordered: true });
    expect(checkWith([ordered], ids(a, b))).toEqual([]);
    expect(checkWith([ordered], ids(b, a))).toEqual(['slice-order Patient.identifier[1]']);
  });

  test('by pattern on the item itself', () => {
    const p = identifier({ type: 'pattern', path: '$this' }, 'open', [
      element('Patient.identifier:a', { min: 1, max: '1', patternIdentifier: { system: 'urn:a' } }),
    ]);
    expect(checkWith([p], ids(a))).toEqual([]);
    expect(checkWith([p], ids(b))).toEqual(['slice-min Patient.identifier']);
  });

  test('by existence', () => {
    const p = identifier({ type: 'exists', path: 'system' }, 'closed', [
      element('Patient.identifier:bare', { min: 0, max: '1' }),
      element('Patient.identifier:bare.system', { min: 0, max: '0', type: [{ code: 'uri' }] }),
    ]);
    expect(checkWith([p], ids({ value: '1' }))).toEqual([]);
    expect(checkWith([p], ids(a))).toEqual(['slice-closed Patient.identifier[0]']);
  });

  test('by type, of a choice and of resources', () => {
    const choice = profile('Observation', 'by-type', [
      element('Observation.value[x]', {
        min: 0,
        max: '1',
        slicing: { discriminator: [{ type: 'type', path: '$this' }], rules: 'closed' },
      }),
      element('Observation.value[x]:valueQuantity', { min: 0, max: '1', type: [{ code: 'Quantity' }] }),
      element('Observation.value[x]:valueQuantity.code', { min: 1, max: '1', type: [{ code: 'code' }] }),
    ]);
    expect(checkWith([choice], observation({ valueString: 'x' }))).toEqual([
      'slice-closed Observation.value',
    ]);
    expect(checkWith([choice], observation({ valueQuantity: { value: 1 } }))).toEqual([
      'cardinality-min Observation.value.code',
    ]);
    const bundle = profile('Bundle', 'by-resource', [
      element('Bundle.entry', {
        min: 0,
        max: '*',
        type: [{ code: 'BackboneElement' }],
        slicing: { discriminator: [{ type: 'type', path: 'resource' }], rules: 'open' },
      }),
      element('Bundle.entry:patient', { min: 1, max: '1', type: [{ code: 'BackboneElement' }] }),
      element('Bundle.entry:patient.resource', { min: 1, max: '1', type: [{ code: 'Patient' }] }),
    ]);
    const entry = (resource: object) => ({
      resourceType: 'Bundle',
      type: 'collection',
      entry: [{ fullUrl: 'urn:uuid:0b0a3a47-65a4-4f06-9e4e-3a8ce8a4b9a1', resource }],
    });
    expect(checkWith([bundle], entry(patient({})))).toEqual([]);
    expect(checkWith([bundle], entry(observation({})))).toEqual(['slice-min Bundle.entry']);
  });

  test('by profile, and profiles on entries', () => {
    const named = profile('Patient', 'named', [
      element('Patient.name', { min: 1, max: '*', type: [{ code: 'HumanName' }] }),
    ]);
    const bundle = profile('Bundle', 'by-profile', [
      element('Bundle.entry', {
        min: 0,
        max: '*',
        type: [{ code: 'BackboneElement' }],
        slicing: { discriminator: [{ type: 'profile', path: 'resource' }], rules: 'open' },
      }),
      element('Bundle.entry:named', { min: 1, max: '1', type: [{ code: 'BackboneElement' }] }),
      element('Bundle.entry:named.resource', {
        min: 1,
        max: '1',
        type: [{ code: 'Patient', profile: [named.url] }],
      }),
    ]);
    const entry = (resource: object) => ({
      resourceType: 'Bundle',
      type: 'collection',
      entry: [{ fullUrl: 'urn:uuid:0b0a3a47-65a4-4f06-9e4e-3a8ce8a4b9a1', resource }],
    });
    expect(checkWith([bundle, named], entry(patient({ name: [{ text: '一' }] })))).toEqual([]);
    expect(checkWith([bundle, named], entry(patient({})))).toEqual(['slice-min Bundle.entry']);
    const plain = profile('Bundle', 'plain', [
      element('Bundle.entry', { min: 0, max: '*', type: [{ code: 'BackboneElement' }] }),
      element('Bundle.entry.resource', {
        min: 0,
        max: '1',
        type: [{ code: 'Patient', profile: [named.url] }],
      }),
    ]);
    expect(checkWith([plain, named], entry(patient({})))).toEqual([
      'cardinality-min Bundle.entry[0].resource.name',
    ]);
    expect(checkWith([plain, named], entry(observation({})))).toEqual([
      'type-not-allowed Bundle.entry[0].resource',
    ]);
  });

  test('slices of slices', () => {
    const p = profile('Patient', 'resliced', [
      element('Patient.identifier', {
        min: 0,
        max: '*',
        slicing: { discriminator: [{ type: 'value', path: 'system' }], rules: 'open' },
      }),
      element('Patient.identifier:a', {
        min: 0,
        max: '*',
        slicing: { discriminator: [{ type: 'value', path: 'use' }], rules: 'closed' },
      }),
      element('Patient.identifier:a.system', { min: 1, max: '1', fixedUri: 'urn:a' }),
      element('Patient.identifier:a/official', { min: 1, max: '1' }),
      element('Patient.identifier:a/official.use', { min: 1, max: '1', fixedCode: 'official' }),
    ]);
    expect(checkWith([p], ids({ ...a, use: 'official' }, b))).toEqual([]);
    expect(checkWith([p], ids({ ...a, use: 'old' }, b))).toEqual([
      'slice-closed Patient.identifier[0]',
      'slice-min Patient.identifier',
    ]);
  });

  test('by the type of a target that the profile does not name is left alone', () => {
    const p = profile('Observation', 'resolved', [
      element('Observation.performer', {
        min: 0,
        max: '*',
        type: [{ code: 'Reference' }],
        slicing: { discriminator: [{ type: 'type', path: 'resolve()' }], rules: 'closed' },
      }),
      element('Observation.performer:org', { min: 1, max: '1', type: [{ code: 'Reference' }] }),
    ]);
    expect(checkWith([p], observation({ performer: [{ reference: 'Patient/1' }] }))).toEqual([]);
  });
});
