import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { relatedCodes } from '../../../src/definitions/concepts.ts';
import { loadDefinitions } from '../../../src/definitions/definitions.ts';

const profiles = join(import.meta.dirname, '../../../profiles');
const definitions = loadDefinitions(profiles);

/** Value sets whose codes are not listed, and why: any code passes. */
const NOT_LISTED = {
  required: {
    'http://hl7.org/fhir/ValueSet/mimetypes': 'BCP 13 is a grammar',
    'http://hl7.org/fhir/ValueSet/ucum-units': 'UCUM is a grammar',
    'http://hl7.org/fhir/ValueSet/currencies': 'ISO 4217 is not part of the specification',
    'http://loinc.org/vs/LL379-9': 'LOINC answers are not part of the specification',
  },
  extensible: {
    'http://hl7.org/fhir/ValueSet/ucum-units': 'UCUM is a grammar',
    'http://hl7.org/fhir/ValueSet/jurisdiction': 'ISO 3166 and UN M49 are not part of the specification',
    'http://hl7.org/fhir/ValueSet/consent-content-class': 'names the format codes of IHE, which are not',
    'http://dicom.nema.org/medical/dicom/current/output/chtml/part04/sect_B.5.html#table_B.5-1':
      'a page of DICOM, no value set',
    'http://dicom.nema.org/medical/dicom/current/output/chtml/part16/sect_CID_29.html':
      'a page of DICOM, no value set',
    'http://www.rsna.org/RadLex_Playbook.aspx': 'a page of RadLex, no value set',
  },
};

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

  test.each([
    ['required', NOT_LISTED.required],
    ['extensible', NOT_LISTED.extensible],
  ])('of %s bindings can all be listed, but for those of vocabularies that others own', (strength, why) => {
    const open = new Set<string>();
    const visited = new Set<string>();
    const visit = (type: string) => {
      if (visited.has(type)) return;
      visited.add(type);
      for (const element of definitions.structure(type)?.snapshot?.element ?? []) {
        const { binding, type: types = [] } = element;
        const url = binding?.strength === strength ? binding.valueSet?.replace(/\|.*/, '') : undefined;
        if (url && !definitions.valueSet(url)) open.add(url);
        for (const { code = '' } of types) if (/^[A-Z]/.test(code)) visit(code);
      }
    };
    for (const type of definitions.resourceTypes) visit(type);
    expect([...open].sort()).toEqual(Object.keys(why).sort());
  });

  test('of HL7 version 3 list what stands below a code by nesting and by property', () => {
    const acts = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
    const encounters = definitions
      .valueSet('http://terminology.hl7.org/ValueSet/v3-ActEncounterCode')!
      .get(acts);
    for (const code of ['AMB', 'EMER', 'IMP', 'ACUTE']) expect(encounters).toContain(code);
    // Nested below one code, and the child of another.
    const above = relatedCodes(definitions.codeSystem(acts), 'WCBPOL', 'above')!;
    expect(above).toContain('_ActInsurancePolicyCode');
    expect(above).toContain('_ActProgramTypeCode');
  });

  test('come with their code systems', () => {
    const gender = definitions.codeSystem('http://hl7.org/fhir/administrative-gender');
    expect(gender?.concept?.map((c) => c.code)).toEqual(['male', 'female', 'other', 'unknown']);
  });
});
