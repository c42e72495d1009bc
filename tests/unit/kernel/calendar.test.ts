import { expect, it } from 'vitest';
import { addDays, addMonths, ageOn, monthsBetween } from '../../../src/kernel/calendar.ts';

it('adds months as a calendar has them: the last day where there is no such day', () => {
  const cases: [string, number, string][] = [
    ['2026-01-31', 1, '2026-02-28'],
    ['2024-01-31', 1, '2024-02-29'],
    ['1900-01-31', 1, '1900-02-28'],
    ['2000-01-31', 1, '2000-02-29'],
    ['2026-11-30', 3, '2027-02-28'],
    ['2026-12-15', 1, '2027-01-15'],
    ['2026-01-15', -1, '2025-12-15'],
    ['2026-03-31', -13, '2025-02-28'],
    ['2024-02-29', 12, '2025-02-28'],
    ['2024-02-29', 48, '2028-02-29'],
  ];
  for (const [day, months, then] of cases) expect(addMonths(day, months), `${day} ${months}`).toBe(then);
  for (let day = '2023-01-01'; day < '2025-01-01'; day = addDays(day, 1)) {
    expect(monthsBetween(day, addMonths(day, 7))).toBe(7);
  }
});

it('counts completed years, of who was born on a leap day too', () => {
  expect(ageOn('2000-02-29', '2025-02-27')).toBe(24);
  expect(ageOn('2000-02-29', '2025-02-28')).toBe(25);
  expect(ageOn('1960-05-01', '2026-04-30')).toBe(65);
  expect(ageOn('1960-05-01', '2026-05-01')).toBe(66);
});
