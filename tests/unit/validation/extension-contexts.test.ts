/** https://hl7.org/fhir/R4/defining-extensions.html#context */
import { describe, expect, test } from 'vitest';
import { createValidator } from '../../../src/validation/validator.ts';
import { BASE, brief, definitionsWith, profile } from './support.ts';

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
