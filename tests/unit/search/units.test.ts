import { expect, test } from 'vitest';
import { canonicalQuantity, comparableUnits } from '../../../src/terminology/units.ts';

test.each([
  [5.5, 'mmol/L', 5500, 'umol/L'],
  [1, 'g', 1000, 'mg'],
  [1, 'kg', 1e9, 'ug'],
  [120, 'mm[Hg]', 15.99864, 'kPa'],
  [1, 'h', 3600, 's'],
  [1, 'L', 1000, 'mL'],
  [1, 'dL', 100, 'mL'],
  [1, 'g/L', 100, 'mg/dL'],
  [1, '10*9/L', 1, '10*3/uL'],
  [37, 'Cel', 310.15, 'K'],
  [98.6, '[degF]', 310.15, 'K'],
])('%d %s is %d %s', (value, unit, other, otherUnit) => {
  const a = canonicalQuantity(value, unit)!;
  const b = canonicalQuantity(other, otherUnit)!;
  expect(a.unit).toBe(b.unit);
  expect(a.value / b.value).toBeCloseTo(1, 5);
  expect(comparableUnits(unit, otherUnit)).toBe(true);
});

test.each([
  ['mmol/L', 'mg/L'],
  ['mmol/L', '10*9/L'],
  ['g', 'mL'],
  ['[iU]/L', 'U/L'],
])('%s and %s are not compared', (a, b) => {
  expect(canonicalQuantity(1, a)!.unit).not.toBe(canonicalQuantity(1, b)!.unit);
  expect(comparableUnits(a, b)).toBe(false);
});

test.each(['片', 'mmHg', 'nonsense', '', '次/分'])('%j is no unit', (code) => {
  expect(canonicalQuantity(1, code)).toBeUndefined();
});

test('equal amounts are equal numbers', () => {
  for (let i = 1; i <= 500; i++) {
    const value = i / 100;
    expect(canonicalQuantity(value, 'mmol/L')).toEqual(
      canonicalQuantity(Number((value * 1000).toPrecision(12)), 'umol/L'),
    );
  }
});
