import { describe, expect, test } from 'vitest';
import type { CodeCheck, CodeVerdict } from '../../../src/kernel/code-check.ts';
import { createValidator } from '../../../src/validation/validator.ts';
import { BASE, brief, check, checkWith, definitionsWith, profile, validate } from './support.ts';

const observation = (more: object) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'x' },
  ...more,
});

const COLOURS = 'https://county.example/CodeSystem/colours';
const system = {
  resourceType: 'CodeSystem',
  id: 'colours',
  url: COLOURS,
  status: 'active',
  content: 'complete',
  concept: [
    { code: 'red', display: 'Red', designation: [{ language: 'zh-CN', value: '红色' }] },
    { code: 'green', display: 'Green' },
    { code: 'blue', display: 'Blue' },
  ],
};
const set = (id: string, ...codes: string[]) => ({
  resourceType: 'ValueSet',
  id,
  url: `https://county.example/ValueSet/${id}`,
  status: 'active',
  compose: { include: [{ system: COLOURS, concept: codes.map((code) => ({ code })) }] },
});
const warm = set('warm', 'red');
const most = set('most', 'red', 'green');

function bound(strength: string, valueSet = warm.url, max?: string) {
  const url = 'http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet';
  return profile('Observation', 'bound', [
    {
      id: 'Observation.code',
      path: 'Observation.code',
      min: 1,
      max: '1',
      type: [{ code: 'CodeableConcept' }],
      binding: { strength, valueSet, ...(max ? { extension: [{ url, valueCanonical: max }] } : {}) },
    },
  ]);
}

const coded = (code: string, of = COLOURS) => observation({ code: { coding: [{ system: of, code }] } });
const found = (p: ReturnType<typeof bound>, resource: object) =>
  createValidator(definitionsWith(p, system, warm, most))
    .validate(resource, { profiles: [p.url] })
    .map((i) => `${i.severity} ${i.rule}`);

describe('a binding', () => {
  test('that is required is an error, extensible a warning, preferred information, an example nothing', () => {
    expect(found(bound('required'), coded('blue'))).toEqual(['error binding-required']);
    expect(found(bound('extensible'), coded('blue'))).toEqual(['warning binding-extensible']);
    expect(found(bound('preferred'), coded('blue'))).toEqual(['information binding-preferred']);
    expect(found(bound('example'), coded('blue'))).toEqual([]);
    for (const strength of ['required', 'extensible', 'preferred'])
      expect(found(bound(strength), coded('red'))).toEqual([]);
  });

  test('says when the set has other codes of the same system', () => {
    const validator = createValidator(definitionsWith(bound('extensible'), system, warm));
    const say = (resource: object) =>
      validator.validate(resource, { profiles: [`${BASE}/bound`] })[0]?.text.en;
    expect(say(coded('blue'))).toContain(`other codes of ${COLOURS}`);
    expect(say(coded('1', 'http://local.example'))).not.toContain('other codes');
  });

  test('has a greatest value set whatever its strength', () => {
    const p = bound('extensible', warm.url, most.url);
    expect(found(p, coded('red'))).toEqual([]);
    expect(found(p, coded('green'))).toEqual(['warning binding-extensible']);
    expect(found(p, coded('blue'))).toEqual(['warning binding-extensible', 'error binding-max']);
  });

  test('of the base specification counts too: extensible, and with a greatest value set', () => {
    const name = (language: string) => ({
      resourceType: 'Patient',
      communication: [{ language: { text: language } }],
    });
    expect(check(name('中文'))).toEqual([]);
    const marital = {
      resourceType: 'Patient',
      maritalStatus: { coding: [{ system: 'http://x.example', code: '1' }] },
    };
    expect(check(marital)).toEqual(['binding-extensible Patient.maritalStatus']);
  });

  test('that is required cannot be met by a reason why the code is absent', () => {
    const reason = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason';
    const absent = { extension: [{ url: reason, valueCode: 'unknown' }] };
    expect(check({ resourceType: 'Patient', _gender: absent })).toEqual(['binding-required Patient.gender']);
    expect(check({ resourceType: 'Patient', _birthDate: absent })).toEqual([]);
  });

  test('is met by one of several codings, and not by text alone', () => {
    const both = {
      coding: [
        { system: 'http://local.example', code: '1' },
        { system: COLOURS, code: 'red' },
      ],
    };
    expect(found(bound('required'), observation({ code: both }))).toEqual([]);
    expect(found(bound('extensible'), observation({ code: { text: '红' } }))).toEqual([
      'warning binding-extensible',
    ]);
  });
});

describe('a coding', () => {
  const at = (coding: object) =>
    createValidator(definitionsWith(system))
      .validate(observation({ code: { coding: [coding] } }))
      .map((i) => `${i.severity} ${i.rule} ${i.expression}`);

  test('has a code of its system, bound or not', () => {
    expect(at({ system: COLOURS, code: 'pink' })).toEqual([
      'error code-unknown Observation.code.coding[0].code',
    ]);
    expect(at({ system: 'http://unknown.example', code: 'pink' })).toEqual([]);
  });

  test('has a display that the system gives it, in any language and letter case', () => {
    for (const display of ['Red', 'red ', '红色'])
      expect(at({ system: COLOURS, code: 'red', display })).toEqual([]);
    expect(at({ system: COLOURS, code: 'red', display: 'Green' })).toEqual([
      'warning coding-display Observation.code.coding[0].display',
    ]);
  });

  test('does not name a value set as its system', () => {
    const wrong = ['error coding-system Observation.code.coding[0].system'];
    expect(at({ system: 'http://hl7.org/fhir/ValueSet/measure-type', code: 'structure' })).toEqual(wrong);
    expect(at({ system: 'http://unknown.example/ValueSet/x', code: 'y' })).toEqual(wrong);
  });

  test('names its system, by an absolute URI', () => {
    expect(at({ code: 'red' })).toEqual(['warning coding-system Observation.code.coding[0]']);
    expect(at({ system: 'colours', code: 'red' })).toEqual([
      'error coding-system Observation.code.coding[0].system',
    ]);
  });

  test('of UCUM is a unit, in quantities too', () => {
    const quantity = (code: string) =>
      check(observation({ valueQuantity: { value: 1, system: 'http://unitsofmeasure.org', code } }));
    for (const code of ['mmol/L', '10*9/L', '{score}', '[iU]/mL', '%', '1'])
      expect(quantity(code)).toEqual([]);
    expect(quantity('毫摩尔')).toEqual(['code-unknown Observation.value.code']);
  });
});

describe('what is not in memory', () => {
  const LOINC = 'http://loinc.org';
  const lab = (code: string, display?: string) =>
    observation({ code: { coding: [{ system: LOINC, code, ...(display ? { display } : {}) }] } });
  /** A service that knows one code of LOINC, and counts how often it is asked. */
  function service() {
    const asked: (readonly CodeCheck[])[] = [];
    const checkCodes = async (checks: readonly CodeCheck[]): Promise<CodeVerdict[]> => {
      asked.push(checks);
      return checks.map(({ system: of, code, valueSet }) => {
        if (of !== LOINC) return { valid: undefined, systemKnown: false };
        const known = code === '2345-7';
        const valid = valueSet ? known : known;
        return { valid, systemKnown: true, ...(known ? { display: 'Glucose' } : {}) };
      });
    };
    return { asked, outside: { checkCodes } };
  }
  const validator = createValidator(definitionsWith(bound('required', 'http://loinc.example/vs')));

  test('is asked about once for a whole resource, and told in its place', async () => {
    const { asked, outside } = service();
    const bad = { system: LOINC, code: '0-0' };
    const resource = {
      ...lab('0-0'),
      category: [{ coding: [bad] }, { coding: [{ system: LOINC, code: '2345-7', display: 'Sodium' }] }],
      component: [{ code: { coding: [bad] } }],
      colour: 'x',
    };
    const answer = validator.validateWith(outside, resource);
    expect(answer).toBeInstanceOf(Promise);
    const issues = await answer;
    expect(brief(issues).filter((line) => !line.startsWith('binding-preferred'))).toEqual([
      'code-unknown Observation.code.coding[0].code',
      'code-unknown Observation.category[0].coding[0].code',
      'coding-display Observation.category[1].coding[0].display',
      'code-unknown Observation.component[0].code.coding[0].code',
      'unknown-element Observation.colour',
    ]);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toHaveLength(2);
  });

  test('decides required bindings whose value sets cannot be listed', async () => {
    const { outside } = service();
    const profiles = [`${BASE}/bound`];
    const rules = async (resource: object) =>
      (await validator.validateWith(outside, resource, { profiles })).map((i) => `${i.rule} ${i.expression}`);
    expect(await rules(lab('2345-7'))).toEqual([]);
    expect(await rules(lab('0-0'))).toEqual([
      'code-unknown Observation.code.coding[0].code',
      'binding-required Observation.code',
    ]);
    // What nobody can decide is let through.
    expect(await rules(coded('1', 'http://local.example'))).toEqual([]);
  });

  test('leaves a resource without such codes to memory alone', () => {
    const { asked, outside } = service();
    expect(validator.validateWith(outside, observation({}))).toEqual([]);
    expect(asked).toEqual([]);
    expect(validate(lab('0-0'))).toEqual([]);
  });

  test('does not judge a Chinese display by an English name', async () => {
    const { outside } = service();
    expect(await validator.validateWith(outside, lab('2345-7', '葡萄糖'))).toEqual([]);
    expect(await validator.validateWith(outside, lab('2345-7', ' glucose'))).toEqual([]);
  });
});

test('the profile that demands a binding is named in what is answered later', async () => {
  const p = bound('required', 'http://unlisted.example/vs');
  const checkCodes = async (checks: readonly CodeCheck[]) =>
    checks.map(() => ({ valid: false, systemKnown: false }));
  const issues = await createValidator(definitionsWith(p, system)).validateWith(
    { checkCodes },
    coded('red'),
    {
      profiles: [p.url],
    },
  );
  expect(issues).toMatchObject([
    { rule: 'binding-required', profile: p.url, expression: 'Observation.code' },
  ]);
  expect(checkWith([p, system], coded('red'))).toEqual([]);
});
