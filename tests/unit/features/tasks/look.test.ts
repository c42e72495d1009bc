import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { type Programme, programmeOf } from '../../../../src/features/tasks/service/programme.ts';
import { scheduled } from '../../../../src/features/tasks/service/schedule.ts';
import type { Subject } from '../../../../src/features/tasks/service/subject.ts';
import { addDays } from '../../../../src/kernel/calendar.ts';
import { type Random, random, seedOf } from '../../../fuzz/random.ts';

const folder = resolve(import.meta.dirname, '../../../../profiles/tasks');
const programmes = readdirSync(folder)
  .filter((f) => f.startsWith('PlanDefinition-'))
  .flatMap((f) => programmeOf(JSON.parse(readFileSync(resolve(folder, f), 'utf8'))) ?? []);
const ANCHORS = ['discharge', 'last-menstruation', 'delivery', 'notification', 'enrolment'];

/** Days around the end of February and of the year are as likely as all others. */
function anyDay(r: Random, from: number, to: number): string {
  const year = from + r.below(to - from + 1);
  const edge = r.pick(['01-01', '01-31', '02-28', '03-01', '12-31']);
  return r.chance(0.3) ? `${year}-${edge}` : addDays(`${year}-01-01`, r.below(365));
}

function anySubject(r: Random, programme: Programme, today: string): Subject {
  const year = Number(today.slice(0, 4));
  const enrolled = r.chance(0.5);
  const doses = programme.actions.flatMap((a): [string, string][] =>
    a.dose && r.chance(0.3) ? [[`${a.dose.vaccine} ${a.dose.number}`, anyDay(r, year - 2, year)]] : [],
  );
  return {
    birth: r.chance(0.05)
      ? undefined
      : r.chance(0.5)
        ? anyDay(r, year - 8, year)
        : anyDay(r, year - 90, year),
    gender: r.pick(['male', 'female']),
    known: enrolled || r.chance(0.2),
    visitOpen: r.chance(0.5),
    lastVisit: r.chance(0.5) ? anyDay(r, year - 1, year - 1) : undefined,
    doses: new Map(doses),
    populations: new Set(r.chance(0.3) ? ['hypertension-risk'] : []),
    ...(enrolled
      ? {
          enrolment: {
            start: anyDay(r, year - 1, year + 1),
            anchors: new Map(ANCHORS.filter(() => r.chance(0.6)).map((a) => [a, anyDay(r, year - 1, year)])),
            options: programme.actions.filter((a) => a.optional && r.chance(0.5)).map((a) => a.id),
          },
        }
      : {}),
  };
}

it('looks at a resident again before time makes anything due, over years with leap days', () => {
  const r = random(seedOf('looks'));
  for (let i = 0; i < 150; i++) {
    const programme = r.pick(programmes);
    const today = anyDay(r, 2023, 2028);
    const subject = anySubject(r, programme, today);
    const periods = (day: string, since: string) =>
      scheduled(programme, subject, { since, today: day }).wanted.map((w) => w.period);
    const known = new Set(periods(today, today));
    const look = scheduled(programme, subject, { since: today, today }).look;
    expect(look === undefined || look > today).toBe(true);
    for (
      let day = addDays(today, 1);
      day <= addDays(today, 430) && !(look && day >= look);
      day = addDays(day, 1)
    ) {
      const fresh = periods(day, today).filter((p) => !known.has(p));
      expect(fresh, `${programme.code} ${day} ${JSON.stringify({ subject, today, look })}`).toEqual([]);
    }
  }
});

it('makes each thing once, whatever nights are left out', () => {
  const r = random(seedOf('nights'));
  for (let i = 0; i < 40; i++) {
    const programme = r.pick(programmes);
    const today = anyDay(r, 2023, 2027);
    const subject = anySubject(r, programme, today);
    const made = (nights: readonly string[]) => {
      const found = new Map<string, string>();
      let since = today;
      for (const night of nights) {
        for (const { period, window } of scheduled(programme, subject, { since, today: night }).wanted) {
          const times = `${window.start} ${window.end}`;
          expect(found.get(period) ?? times, `${programme.code} ${period}`).toBe(times);
          found.set(period, times);
        }
        since = night;
      }
      return [...found].toSorted();
    };
    const every = Array.from({ length: 400 }, (_, n) => addDays(today, n));
    const some = every.filter((_, n) => n === 0 || n === 399 || r.chance(0.1));
    expect(made(some), `${programme.code} ${JSON.stringify({ today, subject })}`).toEqual(made(every));
  }
});
