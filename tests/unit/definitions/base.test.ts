import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadDefinitions } from '../../../src/definitions/definitions.ts';

const profiles = join(import.meta.dirname, '../../../profiles');
const definitions = loadDefinitions(profiles);

describe('the R4 base', () => {
  test('has the 146 concrete resource types and nothing else', () => {
    expect(definitions.resourceTypes.size).toBe(146);
    expect(definitions.resourceTypes.has('Patient')).toBe(true);
    for (const other of ['Resource', 'DomainResource', 'MetadataResource', 'SubscriptionStatus', 'Project']) {
      expect(definitions.resourceTypes.has(other)).toBe(false);
    }
  });

  test('is what HL7 published, without elements of other servers', () => {
    expect([...definitions.children('Meta').keys()]).toEqual([
      'id',
      'extension',
      'versionId',
      'lastUpdated',
      'source',
      'profile',
      'security',
      'tag',
    ]);
  });

  test('finds a structure by type name, by canonical and by versioned canonical', () => {
    const patient = definitions.structure('Patient');
    expect(patient?.type).toBe('Patient');
    expect(definitions.structure('http://hl7.org/fhir/StructureDefinition/Patient')).toBe(patient);
    expect(definitions.structure('http://hl7.org/fhir/StructureDefinition/Patient|4.0.1')).toBe(patient);
    expect(definitions.structure('Nothing')).toBeUndefined();
  });

  test('knows primitive types', () => {
    expect(definitions.isPrimitive('dateTime')).toBe(true);
    expect(definitions.isPrimitive('Quantity')).toBe(false);
    expect(definitions.isPrimitive('Patient')).toBe(false);
  });

  test('is not published as this server’s own', () => {
    const own = definitions.resources('StructureDefinition').map((sd) => sd.url);
    expect(own).not.toContain('http://hl7.org/fhir/StructureDefinition/Patient');
  });
});

describe('children', () => {
  test('give array, cardinality and type of each property', () => {
    const name = definitions.children('Patient').get('name');
    expect(name?.type).toBe('HumanName');
    expect(name?.element).toMatchObject({
      path: 'Patient.name',
      name: 'name',
      min: 0,
      array: true,
      isSummary: true,
    });
    expect(name?.element.max).toBe(Number.POSITIVE_INFINITY);
  });

  test('list a choice once per type, as one element', () => {
    const observation = definitions.children('Observation');
    expect(observation.get('valueQuantity')?.type).toBe('Quantity');
    expect(observation.get('valueDateTime')?.type).toBe('dateTime');
    expect(observation.get('valueQuantity')?.element).toBe(observation.get('valueString')?.element);
    expect(observation.get('valueQuantity')?.element).toMatchObject({
      name: 'value',
      choice: true,
      array: false,
    });
    expect(observation.has('value')).toBe(false);
  });

  test('lead into backbone elements by path', () => {
    expect(definitions.children('Patient').get('contact')?.type).toBe('Patient.contact');
    expect(definitions.children('Patient.contact').get('name')?.type).toBe('HumanName');
    expect(definitions.children('Timing').get('repeat')?.type).toBe('Timing.repeat');
    expect(definitions.children('Timing.repeat').get('count')?.type).toBe('positiveInt');
  });

  test('resolve content references', () => {
    const range = definitions.children('Observation.component').get('referenceRange');
    expect(range?.type).toBe('Observation.referenceRange');
    expect(range?.element.contentReference).toBe('Observation.referenceRange');
    expect(definitions.children('Observation.referenceRange').has('low')).toBe(true);
  });

  test('name FHIR types where snapshots name FHIRPath types', () => {
    expect(definitions.children('Patient').get('id')?.type).toBe('id');
    expect(definitions.children('HumanName').get('id')?.type).toBe('string');
    expect(definitions.children('Extension').get('url')?.type).toBe('uri');
  });

  test('name the types a reference may point to, none for any', () => {
    const observation = definitions.children('Observation');
    expect(observation.get('encounter')?.element.types[0]?.targets).toEqual(['Encounter']);
    expect(observation.get('focus')?.element.types[0]?.targets).toEqual([]);
  });

  test('give the binding of a coded element', () => {
    expect(definitions.children('Patient').get('gender')?.element.binding).toEqual({
      strength: 'required',
      valueSet: 'http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1',
    });
  });

  test('are empty for an unknown name', () => {
    expect(definitions.children('Nothing').size).toBe(0);
    expect(definitions.children('Patient.nothing').size).toBe(0);
  });
});

describe('search parameters', () => {
  test('include those of Resource and DomainResource', () => {
    const patient = definitions.searchParams('Patient');
    for (const code of [
      '_id',
      '_lastUpdated',
      '_tag',
      '_profile',
      '_security',
      '_source',
      '_text',
      'birthdate',
    ]) {
      expect(patient.has(code), code).toBe(true);
    }
    expect(definitions.searchParams('Bundle').has('_text')).toBe(false);
    expect(definitions.searchParams('Nothing').size).toBe(0);
  });

  test('keep only the branches of their own type', () => {
    const patient = definitions.searchParams('Observation').get('patient');
    expect(patient).toMatchObject({
      type: 'reference',
      base: 'Observation',
      expression: 'Observation.subject.where(resolve() is Patient)',
      targets: ['Patient', 'Group'],
      description: 'The subject that the observation is about (if patient)',
    });
    expect(definitions.searchParams('Observation').get('value-quantity')?.expression).toBe(
      '(Observation.value as Quantity) | (Observation.value as SampledData)',
    );
  });

  test('carry the components of composites', () => {
    expect(definitions.searchParams('Observation').get('code-value-quantity')?.components).toEqual([
      { definition: 'http://hl7.org/fhir/SearchParameter/clinical-code', expression: 'code' },
      {
        definition: 'http://hl7.org/fhir/SearchParameter/Observation-value-quantity',
        expression: 'value.as(Quantity)',
      },
    ]);
  });

  test('say which of them lead to a compartment', () => {
    expect(definitions.compartmentParams('Observation')).toEqual(['subject', 'performer']);
    expect(definitions.compartmentParams('Medication')).toEqual([]);
    expect(definitions.compartmentParams('Observation', 'Encounter')).toEqual(['encounter']);
    expect(definitions.compartmentParams('Encounter', 'Encounter')).toEqual([]);
  });
});

describe('value sets', () => {
  test('list the codes per system, with or without a version in the canonical', () => {
    const genders = new Set(['male', 'female', 'other', 'unknown']);
    const expected = new Map([['http://hl7.org/fhir/administrative-gender', genders]]);
    expect(definitions.valueSet('http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1')).toEqual(
      expected,
    );
    expect(definitions.valueSet('http://hl7.org/fhir/ValueSet/administrative-gender')).toEqual(expected);
  });

  test('of open vocabularies cannot be listed', () => {
    expect(definitions.valueSet('http://hl7.org/fhir/ValueSet/mimetypes')).toBeUndefined();
    expect(definitions.valueSet('http://nowhere.example/ValueSet/x')).toBeUndefined();
  });

  test('of required bindings can all be listed, but for the four of open vocabularies', () => {
    const open = new Set<string>();
    for (const type of definitions.resourceTypes) {
      for (const element of definitions.structure(type)?.snapshot?.element ?? []) {
        const url = element.binding?.strength === 'required' ? element.binding.valueSet : undefined;
        if (url && !definitions.valueSet(url)) open.add(url);
      }
    }
    expect([...open].sort()).toEqual([
      'http://hl7.org/fhir/ValueSet/mimetypes|4.0.1',
      'http://hl7.org/fhir/ValueSet/ucum-units|4.0.1',
      'http://loinc.org/vs/LL379-9|4.0.1',
    ]);
  });

  test('come with their code systems', () => {
    const gender = definitions.codeSystem('http://hl7.org/fhir/administrative-gender');
    expect(gender?.concept?.map((c) => c.code)).toEqual(['male', 'female', 'other', 'unknown']);
  });
});
