import { describe, expect, test } from 'vitest';
import { compileExpression } from '../../../src/validation/fhirpath/compile.ts';
import { UnsupportedExpression } from '../../../src/validation/fhirpath/expression.ts';
import { type Item, Model } from '../../../src/validation/fhirpath/items.ts';
import { definitionsWith } from './support.ts';

const model = new Model(definitionsWith());
const patient = {
  resourceType: 'Patient',
  id: 'p',
  active: true,
  birthDate: '1990-05-01',
  _birthDate: { extension: [{ url: 'http://x.example/t', valueTime: '08:00:00' }] },
  deceasedBoolean: false,
  multipleBirthInteger: 2,
  name: [
    { use: 'official', family: '张', given: ['伟', '明'] },
    { use: 'nickname', given: ['小伟'] },
  ],
  contained: [{ resourceType: 'Organization', id: 'o', name: '县人民医院' }],
  managingOrganization: { reference: '#o' },
};

/** The values an expression yields on the patient. */
function run(expression: string): unknown[] {
  const item: Item = { v: patient, t: 'Patient' };
  const now = new Date('2025-01-01T00:00:00Z');
  const env = { model, context: item, resource: item, rootResource: item, now };
  return compileExpression(expression)([item], [item], env).map((i) => i.v);
}

const CASES: [string, unknown[]][] = [
  ['name.given', ['伟', '明', '小伟']],
  ['Patient.name.family', ['张']],
  ['Observation.name', []],
  ['name[1].use', ['nickname']],
  ["name.where(use = 'official').given.first()", ['伟']],
  ["name.exists(use = 'old')", [false]],
  ['name.all(given.exists())', [true]],
  ['name.count() > 1 and active', [true]],
  ['name.given.count() = 3', [true]],
  ['deceased', [false]],
  ['deceased.exists()', [true]],
  ['deceased.not()', [true]],
  ['deceased is Boolean', [true]],
  ['(deceased as boolean) = false', [true]],
  ['multipleBirth.ofType(integer) + 1', [3]],
  ['multipleBirth is boolean', [false]],
  ['birthDate < @1991', [true]],
  ["birthDate.extension('http://x.example/t').value", ['08:00:00']],
  ['birthDate.hasValue()', [true]],
  ['nothing', []],
  ['nothing = 1', []],
  ['nothing.not()', []],
  ['nothing and false', [false]],
  ['nothing or true', [true]],
  ['nothing implies false', []],
  ['false implies nothing', [true]],
  ['true xor false', [true]],
  ['{}.empty()', [true]],
  ['-1 + 3', [2]],
  ['7 div 2', [3]],
  ['7 mod 2', [1]],
  ["'a' & 'b' & nothing", ['ab']],
  ["'abc'.substring(1, 1)", ['b']],
  ["'abc'.matches('^a.c$')", [true]],
  ["'a-b'.replaceMatches('-.*', '')", ['a']],
  ["name.given.select($this & '!')", ['伟!', '明!', '小伟!']],
  ['name.given.where($this.length() > 1)', ['小伟']],
  ["('a' | 'b' | 'a').count()", [2]],
  ["'a' in ('a' | 'b')", [true]],
  ["(name.use) contains 'nickname'", [true]],
  ['name.use.combine(name.use).isDistinct()', [false]],
  ['name.given.intersect(name[1].given)', ['小伟']],
  ['iif(active, 1, 2)', [1]],
  ["'12'.toInteger() >= 12", [true]],
  ['%resource.id', ['p']],
  ['%ucum', ['http://unitsofmeasure.org']],
  ['descendants().where($this is Coding).empty()', [true]],
  ['contained.descendants().count()', [2]],
  ['managingOrganization.resolve().name', ['县人民医院']],
  ['managingOrganization.resolve() is Organization', [true]],
  ['managingOrganization.resolve().is(Practitioner)', [false]],
  ["'A' ~ 'a'", [true]],
  ['today() > birthDate', [true]],
];

describe('FHIRPath', () => {
  test.each(CASES)('%s', (expression, expected) => {
    expect(run(expression)).toEqual(expected);
  });

  test('one item where one is needed, else an error', () => {
    expect(() => run("name.given.startsWith('a')")).toThrow();
    expect(() => run('name and true')).toThrow();
  });

  test('what it does not know is said when compiling', () => {
    expect(() => compileExpression('name.aggregate($total + 1)')).toThrow(UnsupportedExpression);
    expect(() => compileExpression('name.where(')).toThrow();
  });
});
