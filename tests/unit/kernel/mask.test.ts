import { expect, test } from 'vitest';
import { masked, maskedText } from '../../../src/kernel/mask.ts';

test.each([
  ['residents’ numbers', 'no 11010519491231002X here', 'no 110105********002X here'],
  ['numbers of before 1999', '110105491231002', '110105*****1002'],
  ['mobile numbers', '电话13800138000,+86 13912345678', '电话138****8000,+86 139****5678'],
  ['a bearer token', 'authorization: Bearer abc.def-123456', 'authorization: Bearer ***'],
  ['a JWT wherever it is', 'x eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln y', 'x *** y'],
  ['a form', 'grant_type=x&client_secret=s3cret&scope=y', 'grant_type=x&client_secret=***&scope=y'],
  ['JSON', '{"password":"hunter2","a":1}', '{"password":"***","a":1}'],
  ['ids, times and sizes stay', 'Observation/b0f7d0ad 1760000000000 12345678901234567890', undefined],
])('masks %s', (_what, text, expected) => {
  expect(maskedText(text)).toBe(expected ?? text);
});

const PATIENT = {
  resourceType: 'Patient',
  id: 'p',
  name: [{ text: '张三' }],
  identifier: [
    { system: 'urn:id', value: '11010519491231002X', extension: [{ url: 'x', valueString: 'y' }] },
  ],
  telecom: [{ system: 'phone', value: '13800138000' }],
  address: [{ text: '某路 1 号', line: ['某路 1 号'], district: '某区', city: '某市' }],
  contact: [{ telecom: [{ value: '13912345678' }] }],
};

test('masks what is named, at every depth, and says that the resource is not whole', () => {
  const shown = masked(PATIENT, new Set(['identifier', 'telecom', 'address'] as const));
  expect(shown).toMatchObject({
    name: [{ text: '张三' }],
    identifier: [{ system: 'urn:id', value: '110105********002X' }],
    telecom: [{ system: 'phone', value: '138****8000' }],
    contact: [{ telecom: [{ value: '139****5678' }] }],
    meta: { tag: [{ code: 'SUBSETTED' }] },
  });
  expect(shown.address).toEqual([{ district: '某区', city: '某市' }]);
  for (const whole of ['11010519491231002X', '13800138000', '13912345678', '某路']) {
    expect(JSON.stringify(shown)).not.toContain(whole);
  }
  expect(PATIENT.telecom[0]!.value).toBe('13800138000');
  expect(masked(PATIENT, new Set())).toBe(PATIENT);
});
