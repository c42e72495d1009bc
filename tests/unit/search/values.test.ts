import { expect, test } from 'vitest';
import { decodeCursor, encodeCursor } from '../../../src/search/cursor.ts';
import { numberComparisons } from '../../../src/search/types/number.ts';
import { quantityComparisons } from '../../../src/search/types/quantity.ts';
import { splitEscaped, unescaped } from '../../../src/search/values.ts';
import { generator } from '../kernel/generator.ts';

test.each([
  ['a,b', ['a', 'b']],
  ['a\\,b', ['a\\,b']],
  ['a\\\\,b', ['a\\\\', 'b']],
  [',', ['', '']],
  ['', ['']],
  ['a\\', ['a\\']],
])('splits %j at commas that are not escaped', (text, expected) => {
  expect(splitEscaped(text, ',')).toEqual(expected);
});

test.each([
  ['5.4', 5.35, 5.45],
  ['-5.4', -5.45, -5.35],
  ['0.00054', 0.000535, 0.000545],
  ['100', 99.5, 100.5],
  ['1e2', 50, 150],
])('%s stands for what rounds to it, to the last binary digit', (text, lo, hi) => {
  expect(numberComparisons('k', 'n', text)[0]).toMatchObject({ lo, hi });
});

test('escaped values come back as they were', () => {
  const random = generator(3);
  const letters = 'a,|$\\x张';
  const escaped = (text: string) => text.replace(/[,|$\\]/g, '\\$&');
  for (let i = 0; i < 2000; i++) {
    const words = Array.from({ length: 1 + Math.floor(random() * 4) }, () =>
      Array.from(
        { length: Math.floor(random() * 5) },
        () => letters[Math.floor(random() * letters.length)],
      ).join(''),
    );
    expect(splitEscaped(words.map(escaped).join(','), ',').map(unescaped)).toEqual(words);
  }
});

test.each([
  ['100', 'eq', 99.5, 100.5],
  ['100.00', 'eq', 99.995, 100.005],
  ['5.40e-3', 'eq', 0.005395, 0.005405],
  ['gt-1.5', 'gt', -1.55, -1.45],
  ['ap+2', 'ap', 1.5, 2.5],
])('takes %s for a number of its precision', (text, prefix, lo, hi) => {
  const [found] = numberComparisons('k', 'n', text);
  expect(found!.prefix).toBe(prefix);
  expect(found!.lo).toBeCloseTo(lo, 9);
  expect(found!.hi).toBeCloseTo(hi, 9);
});

test('a number on the very edge of the precision belongs to it', () => {
  const [found] = numberComparisons('k', 'n', '5.4');
  expect([found!.lo, found!.hi]).toEqual([5.35, 5.45]);
});

test('reads several numbers, and refuses what is none', () => {
  expect(numberComparisons('k', 'n', '1,lt2')).toHaveLength(2);
  for (const text of ['', 'x', '1,', '1e', '0x1', '1 ', '１'])
    expect(() => numberComparisons('k', 'n', text), text).toThrow();
});

test('compares quantities in canonical units with bounds in order', () => {
  const parameter = { key: 'k', ucumOf: () => undefined };
  for (const value of ['5.5', '-5.5', '0', '1e3']) {
    const [found] = quantityComparisons(parameter, 'n', `${value}|http://unitsofmeasure.org|mmol/L`);
    expect(found!.lo).toBeLessThan(found!.hi);
    expect(found!.lo).toBeLessThanOrEqual(found!.value);
    expect(found!.key).toMatch(/^kq/);
  }
});

test('a cursor comes back as it was', () => {
  const values = [
    '张三 "',
    -5,
    '1234567890123',
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    0.1,
    '77',
  ];
  const kinds = ['text', 'int', 'int', 'float', 'float', 'float', 'int'] as const;
  expect(decodeCursor(encodeCursor(values), kinds)).toEqual([
    '张三 "',
    -5,
    '1234567890123',
    'Infinity',
    '-Infinity',
    0.1,
    '77',
  ]);
});

test.each([
  ['', ['int']],
  ['!!!', ['int']],
  [encodeCursor([1, 2]), ['int']],
  [encodeCursor(['x']), ['int']],
  [encodeCursor(['1.5']), ['int']],
  [encodeCursor(['9'.repeat(19)]), ['int']],
  [encodeCursor(['a\0']), ['text']],
  [encodeCursor([1]), ['text']],
  [encodeCursor(['x']), ['float']],
  [encodeCursor(['NaN']), ['float']],
] as const)('refuses the cursor %j for %j', (text, kinds) => {
  expect(() => decodeCursor(text, kinds)).toThrow(/page link/);
});
