/** Slices that lie behind references, in extensions and in types (https://hl7.org/fhir/R4/profiling.html#slicing). */
import { describe, expect, test } from 'vitest';
import { BASE, checkWith, profile } from './support.ts';

const element = (id: string, more: object = {}) => {
  const sliceName = /:([^.]*)$/.exec(id)?.[1];
  return {
    id,
    path: id.replaceAll(/:[^.]*/g, ''),
    min: 0,
    max: '*',
    ...(sliceName ? { sliceName } : {}),
    ...more,
  };
};
const type = (code: string, ...targetProfile: string[]) => [
  { code, ...(targetProfile.length > 0 ? { targetProfile } : {}) },
];
const slicing = (rules: string, ...discriminator: [string, string][]) => ({
  discriminator: discriminator.map(([of, path]) => ({ type: of, path })),
  rules,
});
const observation = (more: object) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'x' },
  ...more,
});
const to = (...references: string[]) => references.map((reference) => ({ reference }));
const R4 = 'http://hl7.org/fhir/StructureDefinition';

describe('behind a reference', () => {
  const performers = (...slices: object[]) =>
    profile('Observation', 'performers', [
      element('Observation.performer', {
        type: type('Reference'),
        slicing: slicing('closed', ['type', 'resolve()']),
      }),
      ...slices,
    ]);

  test('the type counts, of a target at hand and by the reference alone', () => {
    const p = performers(
      element('Observation.performer:org', {
        min: 1,
        max: '1',
        type: type('Reference', `${R4}/Organization`),
      }),
    );
    const contained = (resourceType: string) => ({
      contained: [{ resourceType, id: 'p', name: resourceType === 'Organization' ? 'x' : [{ text: 'x' }] }],
      performer: to('#p'),
    });
    expect(checkWith([p], observation({ performer: to('Organization/1') }))).toEqual([]);
    expect(checkWith([p], observation(contained('Organization')))).toEqual([]);
    const wrong = ['slice-closed Observation.performer[0]', 'slice-min Observation.performer'];
    expect(checkWith([p], observation({ performer: to('Practitioner/1') }))).toEqual(wrong);
    expect(checkWith([p], observation(contained('Practitioner')))).toEqual(wrong);
    expect(checkWith([p], observation({ performer: to('Organization/1', 'Organization/2') }))).toEqual([
      'slice-max Observation.performer',
    ]);
  });

  test('the profile of the target counts', () => {
    const named = profile('Organization', 'named', [
      element('Organization.name', { min: 1, max: '1', type: type('string') }),
    ]);
    const p = profile('Observation', 'by-profile', [
      element('Observation.performer', {
        type: type('Reference'),
        slicing: slicing('open', ['profile', 'resolve()']),
      }),
      element('Observation.performer:named', { min: 1, max: '1', type: type('Reference', named.url) }),
    ]);
    const organization = (more: object) =>
      observation({ contained: [{ resourceType: 'Organization', id: 'o', ...more }], performer: to('#o') });
    expect(checkWith([p, named], organization({ name: '县医院' }))).toEqual([]);
    expect(checkWith([p, named], organization({ identifier: [{ value: '1' }] }))).toEqual([
      'slice-min Observation.performer',
    ]);
  });

  test('a value in the target counts', () => {
    const serum = profile('Specimen', 'serum', [
      element('Specimen.status', { min: 1, max: '1', type: type('code'), fixedCode: 'available' }),
    ]);
    const p = profile('List', 'by-value', [
      element('List.entry', { slicing: slicing('open', ['value', 'item.resolve().status']) }),
      element('List.entry:available', { min: 1, max: '1', type: type('BackboneElement') }),
      element('List.entry:available.item', { min: 1, max: '1', type: type('Reference', serum.url) }),
    ]);
    const list = (status: string) => ({
      resourceType: 'List',
      status: 'current',
      mode: 'working',
      contained: [{ resourceType: 'Specimen', id: 's', status }],
      entry: [{ item: { reference: '#s' } }],
    });
    expect(checkWith([p, serum], list('available'))).toEqual([]);
    expect(checkWith([p, serum], list('unavailable'))).toEqual(['slice-min List.entry']);
  });

  test('entries of a Bundle are found from one another', () => {
    const p = performers(
      element('Observation.performer:org', {
        min: 1,
        max: '1',
        type: type('Reference', `${R4}/Organization`),
      }),
    );
    const urn = 'urn:uuid:0b0a3a47-65a4-4f06-9e4e-3a8ce8a4b9a1';
    const bundle = (resourceType: string) => ({
      resourceType: 'Bundle',
      type: 'collection',
      entry: [
        {
          fullUrl: `${urn.slice(0, -1)}2`,
          resource: observation({ meta: { profile: [p.url] }, performer: to(urn) }),
        },
        { fullUrl: urn, resource: { resourceType, name: resourceType === 'Organization' ? 'x' : undefined } },
      ],
    });
    const applied = profile('Bundle', 'any', []);
    const found = (b: object) => checkWith([applied, p], JSON.parse(JSON.stringify(b)));
    expect(found(bundle('Organization'))).toEqual([]);
    expect(found(bundle('Practitioner'))).toContain('slice-min Bundle.entry[0].resource.performer');
  });
});

describe('by what', () => {
  test('an extension holds', () => {
    const mark = `${BASE}/mark`;
    const p = profile('Patient', 'marked', [
      element('Patient.identifier', { slicing: slicing('open', ['value', `extension('${mark}').value`]) }),
      element('Patient.identifier:a', { min: 1, max: '1', type: type('Identifier') }),
      element('Patient.identifier:a.extension', {
        type: type('Extension'),
        slicing: slicing('open', ['value', 'url']),
      }),
      element('Patient.identifier:a.extension:mark', {
        min: 1,
        max: '1',
        type: [{ code: 'Extension', profile: [mark] }],
      }),
      element('Patient.identifier:a.extension:mark.value[x]', {
        min: 1,
        max: '1',
        type: type('code'),
        fixedCode: 'a',
      }),
    ]);
    const marked = (valueCode: string) => ({
      resourceType: 'Patient',
      identifier: [{ value: '1', extension: [{ url: mark, valueCode }] }],
    });
    expect(checkWith([p], marked('a'))).toEqual([]);
    expect(checkWith([p], marked('b'))).toEqual(['slice-min Patient.identifier']);
  });

  test('several discriminators say together', () => {
    const p = profile('Patient', 'several', [
      element('Patient.identifier', { slicing: slicing('open', ['value', 'system'], ['exists', 'value']) }),
      element('Patient.identifier:a', { min: 1, max: '1', type: type('Identifier') }),
      element('Patient.identifier:a.system', { min: 1, max: '1', type: type('uri'), fixedUri: 'urn:a' }),
      element('Patient.identifier:a.value', { min: 1, max: '1', type: type('string') }),
    ]);
    const ids = (...identifier: object[]) => ({ resourceType: 'Patient', identifier });
    expect(checkWith([p], ids({ system: 'urn:a', value: '1' }, { system: 'urn:a' }))).toEqual([]);
    expect(checkWith([p], ids({ system: 'urn:a' }, { system: 'urn:b', value: '1' }))).toEqual([
      'slice-min Patient.identifier',
    ]);
  });

  test('a discriminator that a slice says nothing about makes no difference to it', () => {
    const p = profile('Patient', 'partly', [
      element('Patient.identifier', { slicing: slicing('closed', ['value', 'system'], ['value', 'use']) }),
      element('Patient.identifier:a', { max: '1', type: type('Identifier') }),
      element('Patient.identifier:a.system', { min: 1, max: '1', type: type('uri'), fixedUri: 'urn:a' }),
      element('Patient.identifier:a.use', { min: 1, max: '1', type: type('code'), fixedCode: 'usual' }),
      element('Patient.identifier:b', { min: 1, max: '1', type: type('Identifier') }),
      element('Patient.identifier:b.system', { min: 1, max: '1', type: type('uri'), fixedUri: 'urn:b' }),
    ]);
    const ids = (...identifier: object[]) => ({ resourceType: 'Patient', identifier });
    expect(checkWith([p], ids({ system: 'urn:a', use: 'usual' }, { system: 'urn:b', use: 'old' }))).toEqual(
      [],
    );
    expect(checkWith([p], ids({ system: 'urn:a', use: 'old' }))).toEqual([
      'slice-closed Patient.identifier[0]',
      'slice-min Patient.identifier',
    ]);
  });

  test('slices of the way to a value say', () => {
    const p = profile('Observation', 'coded', [
      element('Observation.category', { slicing: slicing('open', ['value', 'coding.code']) }),
      element('Observation.category:lab', { min: 1, max: '1', type: type('CodeableConcept') }),
      element('Observation.category:lab.coding', {
        type: type('Coding'),
        slicing: slicing('open', ['value', 'system']),
      }),
      element('Observation.category:lab.coding:local', { min: 1, max: '1', type: type('Coding') }),
      element('Observation.category:lab.coding:local.system', {
        min: 1,
        max: '1',
        type: type('uri'),
        fixedUri: 'urn:x',
      }),
      element('Observation.category:lab.coding:local.code', {
        min: 1,
        max: '1',
        type: type('code'),
        fixedCode: 'lab',
      }),
    ]);
    const category = (code: string) => observation({ category: [{ coding: [{ system: 'urn:x', code }] }] });
    expect(checkWith([p], category('lab'))).not.toContain('slice-min Observation.category');
    expect(checkWith([p], category('other'))).toContain('slice-min Observation.category');
  });
});

describe('slices that need no discriminator', () => {
  test('types of a choice, in the long and the short form', () => {
    const long = profile('Observation', 'long', [
      element('Observation.value[x]', { max: '1', type: [...type('Quantity'), ...type('string')] }),
      element('Observation.value[x]:valueQuantity', { max: '1', type: type('Quantity') }),
      element('Observation.value[x]:valueQuantity.code', { min: 1, max: '1', type: type('code') }),
    ]);
    const short = profile('Observation', 'short', [
      element('Observation.valueQuantity', { max: '1', type: type('Quantity') }),
      element('Observation.valueQuantity.code', { min: 1, max: '1', type: type('code') }),
    ]);
    for (const p of [long, short]) {
      expect(checkWith([p], observation({ valueString: 'x' }))).toEqual([]);
      const [issue] = checkWith([p], observation({ valueQuantity: { value: 1 } }));
      expect(issue).toBe('cardinality-min Observation.value.code');
    }
  });

  test('extensions, whose definition need not be loaded', () => {
    const url = 'http://elsewhere.example/StructureDefinition/kin';
    const p = profile('Patient', 'extended', [
      element('Patient.extension', { type: type('Extension') }),
      element('Patient.extension:kin', { min: 1, max: '1', type: [{ code: 'Extension', profile: [url] }] }),
    ]);
    const extended = (...urls: string[]) => ({
      resourceType: 'Patient',
      extension: urls.map((of) => ({ url: of, valueString: 'x' })),
    });
    expect(checkWith([p], extended(url))).toEqual([]);
    expect(checkWith([p], extended('http://elsewhere.example/other'))).toEqual([
      'slice-min Patient.extension',
    ]);
    expect(checkWith([p], extended(url, url))).toEqual(['slice-max Patient.extension']);
  });

  test('@default takes what belongs to no other', () => {
    const p = profile('Patient', 'rest', [
      element('Patient.identifier', { slicing: slicing('closed', ['value', 'system']) }),
      element('Patient.identifier:a', { max: '1', type: type('Identifier') }),
      element('Patient.identifier:a.system', { min: 1, max: '1', type: type('uri'), fixedUri: 'urn:a' }),
      element('Patient.identifier:@default', { type: type('Identifier') }),
      element('Patient.identifier:@default.period', { min: 1, max: '1', type: type('Period') }),
    ]);
    const ids = (...identifier: object[]) => ({ resourceType: 'Patient', identifier });
    const a = { system: 'urn:a', value: '1' };
    expect(checkWith([p], ids({ system: 'urn:b', period: { start: '2024' } }, a))).toEqual([]);
    expect(checkWith([p], ids(a, { system: 'urn:b' }))).toEqual([
      'cardinality-min Patient.identifier[1].period',
    ]);
  });
});
