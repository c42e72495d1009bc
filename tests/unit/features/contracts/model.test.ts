import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type Event,
  mayFollow,
  nextStatus,
  overlap,
  promisedTimes,
  STATUSES,
  termAfter,
  windowsOf,
} from '../../../../src/features/contracts/model.ts';
import { addDays, addMonths, ageOn, daysBetween, monthsBetween } from '../../../../src/kernel/calendar.ts';

const TABLE = JSON.parse(
  readFileSync(resolve(import.meta.dirname, '../../../cases/contracts/transitions.json'), 'utf8'),
) as Record<string, Record<string, string>>;
const EVENTS: Event[] = [
  'sign',
  'complete',
  'counter',
  'reject',
  'amend',
  'suspend',
  'resume',
  'renew',
  'expire',
  'rescind',
  'cancel',
  'void',
];

describe('The states of a contract', () => {
  it.each(STATUSES)('%s goes on as the table says, and no other way', (from) => {
    for (const event of EVENTS) expect(nextStatus(from, event), event).toBe(TABLE[from]![event]);
    const next = new Set(Object.values(TABLE[from]!));
    for (const to of STATUSES) expect(mayFollow(from, to), to).toBe(to === from || next.has(to));
  });
});

describe('The term of a contract', () => {
  it('is divided into windows that follow each other without a gap, leap days included', () => {
    for (let shift = 0; shift < 1600; shift += 37) {
      const start = addDays('2023-01-01', shift);
      for (const months of [6, 12, 24, 36]) {
        const term = { start, end: addDays(addMonths(start, months), -1) };
        for (const times of [1, 2, 4, 7, 12]) {
          const windows = windowsOf(term, times);
          expect(windows).toHaveLength(times);
          expect(windows[0]!.start).toBe(term.start);
          expect(windows.at(-1)!.end).toBe(term.end);
          windows.slice(1).forEach((w, i) => {
            expect(w.start).toBe(addDays(windows[i]!.end, 1));
          });
        }
        const quarterly = { frequency: 4, period: 1, periodUnit: 'a' };
        expect(promisedTimes(quarterly, term), `${start} ${months}`).toBe(months / 3);
      }
    }
  });

  it('promises what is said by the year once at least', () => {
    const short = { start: '2026-01-01', end: '2026-03-31' };
    expect(promisedTimes({ frequency: 1, period: 1, periodUnit: 'a' }, short)).toBe(1);
    expect(promisedTimes({ count: 3 }, short)).toBe(3);
    expect(promisedTimes({ frequency: 1, period: 2, periodUnit: 'wk' }, short)).toBe(6);
    expect(promisedTimes({}, short)).toBe(0);
  });

  it('is followed by one as long, right behind it, or from today when it is over', () => {
    const held = { start: '2024-02-29', end: '2025-02-28' };
    expect(termAfter(held, '2025-01-10')).toEqual({ start: '2025-03-01', end: '2026-02-28' });
    expect(termAfter(held, '2025-06-10')).toEqual({ start: '2025-06-10', end: '2026-06-09' });
    expect(overlap(held, termAfter(held, '2025-01-10'))).toBe(false);
  });
});

describe('The calendar', () => {
  it('counts months as people do', () => {
    expect(addMonths('2026-01-31', 1)).toBe('2026-02-28');
    expect(addMonths('2024-02-29', 12)).toBe('2025-02-28');
    expect(addMonths('2026-03-15', -3)).toBe('2025-12-15');
    expect(monthsBetween('2026-01-31', '2026-02-28')).toBe(1);
    expect(monthsBetween('2026-01-15', '2026-03-14')).toBe(1);
    expect(ageOn('1960-05-01', '2025-04-30')).toBe(64);
    expect(ageOn('1960-05-01', '2025-05-01')).toBe(65);
    expect(daysBetween('2024-02-28', '2024-03-01')).toBe(2);
  });
});
