/** https://hl7.org/fhir/R4/defining-extensions.html#context */
import { describe, expect, test } from 'vitest';
import { createValidator } from '../../../src/validation/validator.ts';
import { BASE, brief, check, definitionsWith, profile, validate } from './support.ts';

const URL = `${BASE}/mark`;
const mark = { url: URL, valueString: 'x' };

/** Where the extension is refused, by the context that its definition states. */
function refused(context: object[], resource: object): string[] {
  const definition = { ...profile('Extension', 'mark', []), context };
  return brief(createValidator(definitionsWith(definition)).validate(resource));
}
const element = (expression: string) => [{ type: 'element', expression }];
const patient = (more: object) => ({ resourceType: 'Patient', ...more });
const onResource = patient({ extension: [mark] });
const onName = patient({ name: [{ text: 'x', extension: [mark] }] });
const onFamily = patient({ name: [{ family: 'x', _family: { extension: [mark] } }] });
const onContact = patient({ contact: [{ extension: [mark], name: { text: 'x' } }] });
const onContactName = patient({ contact: [{ name: { text: 'x', extension: [mark] } }] });
const inside = (...outer: object[]) => patient({ extension: outer });

describe('an extension stands where its definition allows it', () => {
  test.each([
    ['Patient', onResource],
    ['DomainResource', onResource],
    ['Resource', onResource],
    ['Element', onResource],
    ['Patient.name', onName],
    ['HumanName', onName],
    ['Element', onName],
    ['HumanName', onContactName],
    ['Patient.contact.name', onContactName],
    ['HumanName.family', onFamily],
    ['Patient.name.family', onFamily],
    ['string', onFamily],
    ['Patient.contact', onContact],
    ['BackboneElement', onContact],
  ])('%s', (expression, resource) => {
    expect(refused(element(expression), resource)).toEqual([]);
  });

  test.each([
    ['Observation', onResource, 'Patient.extension[0]'],
    ['Patient', onName, 'Patient.name[0].extension[0]'],
    ['Address', onName, 'Patient.name[0].extension[0]'],
    ['Patient.name', onContactName, 'Patient.contact[0].name.extension[0]'],
    ['HumanName.given', onFamily, 'Patient.name[0].family.extension[0]'],
  ])('not %s', (expression, resource, place) => {
    expect(refused(element(expression), resource)).toEqual([`extension-context ${place}`]);
  });

  test('a type of a choice counts, and what it is made from', () => {
    const onAge = {
      resourceType: 'Condition',
      subject: { reference: 'Patient/1' },
      onsetAge: { value: 3, system: 'http://unitsofmeasure.org', code: 'a', extension: [mark] },
    };
    for (const expression of ['Condition.onset[x]', 'Condition.onset', 'Age', 'Quantity'])
      expect(refused(element(expression), onAge)).toEqual([]);
    expect(refused(element('Period'), onAge)).toEqual(['extension-context Condition.onset.extension[0]']);
  });

  test('inside another extension, and by an expression', () => {
    const outer = 'http://x.example/outer';
    const nested = inside({ url: outer, extension: [mark] });
    expect(refused([{ type: 'extension', expression: outer }], nested)).toEqual([]);
    expect(refused([{ type: 'extension', expression: outer }], onResource)).toEqual([
      'extension-context Patient.extension[0]',
    ]);
    const official = [{ type: 'fhirpath', expression: "Patient.name.where(use = 'official')" }];
    expect(refused(official, patient({ name: [{ use: 'official', extension: [mark] }] }))).toEqual([]);
    expect(refused(official, onName)).toEqual(['extension-context Patient.name[0].extension[0]']);
  });

  test('of a resource inside a Bundle, where the resource begins anew', () => {
    const bundle = {
      resourceType: 'Bundle',
      type: 'collection',
      entry: [{ fullUrl: 'urn:uuid:0b0a3a47-65a4-4f06-9e4e-3a8ce8a4b9a1', resource: onName }],
    };
    expect(refused(element('Patient.name'), bundle)).toEqual([]);
    expect(refused(element('Patient'), bundle)).toEqual([
      'extension-context Bundle.entry[0].resource.name[0].extension[0]',
    ]);
  });
});

describe('an extension whose definition is not here', () => {
  const MODIFIER = 'https://vendor.example/negated';
  const withModifier = (url: string) => patient({ modifierExtension: [{ url, valueBoolean: true }] });

  test('is taken as it is', () => {
    expect(check(patient({ extension: [{ url: 'https://vendor.example/ward', valueString: 'x' }] }))).toEqual(
      [],
    );
  });

  test('is refused when it changes the meaning, or has no absolute url', () => {
    expect(check(withModifier(MODIFIER))).toEqual(['extension-unknown Patient.modifierExtension[0]']);
    expect(check(patient({ extension: [{ url: 'ward', valueString: 'x' }] }))).toEqual([
      'extension-unknown Patient.extension[0]',
    ]);
  });

  test('is warned of when it claims to be of FHIR', () => {
    const url = 'http://hl7.org/fhir/StructureDefinition/patient-nonsense';
    const [issue] = validate(patient({ extension: [{ url, valueString: 'x' }] }));
    expect(issue).toMatchObject({ severity: 'warning', rule: 'extension-unknown' });
  });

  test('one that changes the meaning stands among the modifiers, and no other does', () => {
    const modifier = profile('Extension', 'negated', [], { isModifier: true });
    const on = (definition: ReturnType<typeof profile>, name: string) =>
      brief(
        createValidator(definitionsWith(definition)).validate(
          patient({ [name]: [{ url: definition.url, valueBoolean: true }] }),
        ),
      );
    expect(on(modifier, 'modifierExtension')).toEqual([]);
    expect(on(modifier, 'extension')).toEqual(['extension-modifier Patient.extension[0]']);
    expect(on(profile('Extension', 'ward', []), 'modifierExtension')).toEqual([
      'extension-modifier Patient.modifierExtension[0]',
    ]);
  });
});

describe('the definitions of R4 itself', () => {
  test('its extensions are known', () => {
    const url = 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace';
    expect(check(patient({ extension: [{ url, valueAddress: { city: '遂川' } }] }))).toEqual([]);
    expect(check(patient({ extension: [{ url, valueString: '遂川' }] }))).toContain(
      'type-not-allowed Patient.extension[0].value',
    );
  });

  test('its profiles are known', () => {
    const weight = (code: string) => ({
      resourceType: 'Observation',
      meta: { profile: ['http://hl7.org/fhir/StructureDefinition/bodyweight'] },
      status: 'final',
      category: [
        {
          coding: [
            { system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' },
          ],
        },
      ],
      code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] },
      subject: { reference: 'Patient/1' },
      effectiveDateTime: '2026-01-01',
      valueQuantity: { value: 70, unit: code, system: 'http://unitsofmeasure.org', code },
    });
    expect(check(weight('kg'))).toEqual([]);
    expect(check(weight('mg'))).toEqual(['binding-required Observation.value.code']);
  });
});
