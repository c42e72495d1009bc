import { expect, test } from 'vitest';
import type { Definitions } from '../../../src/definitions/definitions.ts';
import { createValidator } from '../../../src/validation/validator.ts';
import { BASE, brief, definitionsWith, profile } from './support.ts';

const named = (min: number) =>
  profile('Patient', 'p', [
    { id: 'Patient.name', path: 'Patient.name', min, max: '*', type: [{ code: 'HumanName' }] },
  ]);

test('what was compiled is dropped when the definitions change', () => {
  const [before, after] = [definitionsWith(named(0)), definitionsWith(named(1))];
  let current = before;
  const holder = new Proxy({} as Definitions, { get: (_, name) => Reflect.get(current, name) });
  const validator = createValidator(holder);
  const check = () => brief(validator.validate({ resourceType: 'Patient' }, { profiles: [`${BASE}/p`] }));
  expect(check()).toEqual([]);
  current = after;
  validator.forget();
  expect(check()).toEqual(['cardinality-min Patient.name']);
});

test('says what keeps a profile from being compiled', () => {
  let current = definitionsWith();
  const holder = new Proxy({} as Definitions, { get: (_, name) => Reflect.get(current, name) });
  const validator = createValidator(holder);
  const broken = profile('Patient', 'broken', [], {
    constraint: [{ key: 'b-1', severity: 'error', human: 'x', expression: 'name.where(' }],
  });
  current = definitionsWith(broken, named(0));
  validator.forget();
  expect(validator.faultOf(broken.url)).toContain('name.where(');
  expect(validator.faultOf(`${BASE}/p`)).toBeUndefined();
});
