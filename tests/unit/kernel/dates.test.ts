import { describe, expect, test } from 'vitest';
import { BEGINNING, dateRange, END, periodRange } from '../../../src/kernel/dates.ts';
import { generator } from './generator.ts';

const at = (text: string) => Date.parse(text);

test.each([
  ['2024', '2024-01-01T00:00:00+08:00', '2025-01-01T00:00:00+08:00'],
  ['2024-02', '2024-02-01T00:00:00+08:00', '2024-03-01T00:00:00+08:00'],
  ['2024-12', '2024-12-01T00:00:00+08:00', '2025-01-01T00:00:00+08:00'],
  ['2024-02-29', '2024-02-29T00:00:00+08:00', '2024-03-01T00:00:00+08:00'],
  ['2024-05-10T08:30', '2024-05-10T08:30:00+08:00', '2024-05-10T08:31:00+08:00'],
  ['2024-05-10T08:30:15', '2024-05-10T08:30:15+08:00', '2024-05-10T08:30:16+08:00'],
  ['2024-05-10T08:30:15Z', '2024-05-10T08:30:15Z', '2024-05-10T08:30:16Z'],
  ['2024-05-10T08:30:15-05:30', '2024-05-10T14:00:15Z', '2024-05-10T14:00:16Z'],
  ['2024-05-10T08:30:15.2Z', '2024-05-10T08:30:15.200Z', '2024-05-10T08:30:15.300Z'],
  ['2024-05-10T08:30:15.25Z', '2024-05-10T08:30:15.250Z', '2024-05-10T08:30:15.260Z'],
  ['2024-05-10T08:30:15.257Z', '2024-05-10T08:30:15.257Z', '2024-05-10T08:30:15.258Z'],
  ['2024-05-10T08:30:15.2579999Z', '2024-05-10T08:30:15.257Z', '2024-05-10T08:30:15.258Z'],
])('%s is the range of its precision', (text, lo, hi) => {
  expect(dateRange(text)).toEqual({ lo: at(lo), hi: at(hi) });
});

test.each([
  '',
  '24',
  '2024-',
  '2024-1',
  '2024-00',
  '2024-13',
  '2024-02-30',
  '2023-02-29',
  '1900-02-29',
  '2024-05-10T',
  '2024-05-10T24:00',
  '2024-05-10T08:60',
  '2024-05-10T08:30:61',
  '2024-05-10T08:30:00+15:00',
  '2024-05-10T08:30:00+08',
  '2024-05-10 08:30',
  ' 2024',
  '2024Z',
  '+2024',
  '2024-05-10T08:30:00.Z',
  '２０２４',
])('%j is no date', (text) => {
  expect(dateRange(text)).toBeUndefined();
});

test('knows leap years of every century', () => {
  expect(dateRange('2000-02-29')).toBeDefined();
  expect(dateRange('2100-02-29')).toBeUndefined();
});

test('years from 1 to 9999 lie between the beginning and the end', () => {
  for (const text of ['0001', '0099', '1899-12-31', '9999', '9999-12-31T23:59:59Z']) {
    const range = dateRange(text)!;
    expect(range.lo).toBeLessThan(range.hi);
    expect(range.lo).toBeGreaterThanOrEqual(BEGINNING);
    expect(range.hi).toBeLessThanOrEqual(END);
  }
});

test('a date lies within the dates of less precision, and next to the following', () => {
  const random = generator(7);
  for (let i = 0; i < 2000; i++) {
    const instant = new Date(Math.floor(random() * 4_000_000_000_000) - 1_000_000_000_000).toISOString();
    const lengths = [instant, `${instant.slice(0, 19)}Z`, `${instant.slice(0, 16)}Z`];
    const ranges = lengths.map((t) => dateRange(t)!);
    for (let k = 1; k < ranges.length; k++) {
      expect(ranges[k]!.lo).toBeLessThanOrEqual(ranges[k - 1]!.lo);
      expect(ranges[k]!.hi).toBeGreaterThanOrEqual(ranges[k - 1]!.hi);
    }
    const day = dateRange(instant.slice(0, 10))!;
    expect(day.hi - day.lo).toBe(86_400_000);
    expect(dateRange(instant.slice(0, 7))!.lo).toBeLessThanOrEqual(day.lo);
    expect(dateRange(instant.slice(0, 4))!.hi).toBeGreaterThanOrEqual(day.hi);
    expect(ranges[0]).toEqual({ lo: at(instant), hi: at(instant) + 1 });
  }
});

describe('periods', () => {
  test('reach from the start of the first to the end of the last', () => {
    expect(periodRange({ start: '2024-01', end: '2024-03' })).toEqual({
      lo: dateRange('2024-01')!.lo,
      hi: dateRange('2024-03')!.hi,
    });
  });
  test('are open where they have no end', () => {
    expect(periodRange({ start: '2024' })).toEqual({ lo: dateRange('2024')!.lo, hi: END });
    expect(periodRange({ end: '2024' })).toEqual({ lo: BEGINNING, hi: dateRange('2024')!.hi });
  });
  test('are nothing without a date', () => {
    expect(periodRange({})).toBeUndefined();
    expect(periodRange({ start: 'x' })).toBeUndefined();
  });
});
