import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mayFollow, STATUSES } from '../../../../src/features/tasks/model.ts';
import { gradeOf, isTooGood } from '../../../../src/features/tasks/service/grade.ts';
import { decide, windowFrom } from '../../../../src/features/tasks/service/next.ts';
import {
  hasDiagnosis,
  inForceOn,
  type Programme,
  programmeOf,
} from '../../../../src/features/tasks/service/programme.ts';
import { scheduled } from '../../../../src/features/tasks/service/schedule.ts';
import type { Subject } from '../../../../src/features/tasks/service/subject.ts';
import { addDays, addMonths } from '../../../../src/kernel/calendar.ts';

const root = resolve(import.meta.dirname, '../../../..');
const json = (path: string) => JSON.parse(readFileSync(resolve(root, path), 'utf8'));
const programme = (id: string): Programme => programmeOf(json(`profiles/tasks/PlanDefinition-${id}.json`))!;

interface Case {
  readonly name: string;
  readonly programme: string;
  readonly age: number;
  readonly measured: Record<string, number>;
  readonly programmes?: string[];
  readonly adverse?: boolean;
  readonly before?: string[];
  readonly stated?: string;
  readonly mental?: [number, boolean, boolean, number];
  readonly class: string;
  readonly emergency?: boolean;
  readonly next: [string, string];
  readonly referral?: string;
}

describe('A visit by the norm', () => {
  it.each(json('tests/cases/tasks/norm.json') as Case[])('$programme: $name', (c) => {
    const plan = programme(c.programme);
    const [risk, symptomsGone, insight, socialFunction] = c.mental ?? [];
    const grade = gradeOf(plan, {
      age: c.age,
      programmes: new Set(c.programmes),
      measured: new Map(Object.entries(c.measured)),
      adverseReaction: c.adverse ?? false,
      ...(c.mental
        ? {
            mental: {
              risk: risk!,
              symptomsGone: symptomsGone!,
              insight: insight!,
              socialFunction: socialFunction!,
              somaticDisease: false,
            },
          }
        : {}),
    });
    const found = c.stated ?? grade.class;
    expect(found).toBe(c.class);
    expect(grade.emergency).toBe(c.emergency ?? false);
    const decision = decide(plan, {
      day: '2026-03-10',
      class: found,
      before: c.before ?? [],
      reasons: grade.emergency ? ['5'] : [],
    });
    expect([decision.visit!.action.code, decision.visit!.window.end]).toEqual(c.next);
    expect(decision.referrals.map((r) => r.action.code)).toEqual(c.referral ? [c.referral] : []);
  });

  it('is never graded better than it was measured', () => {
    expect(isTooGood('1', '2')).toBe(true);
    expect(isTooGood('1', '3')).toBe(true);
    expect(isTooGood('2', '1')).toBe(false);
    expect(isTooGood('4', '2')).toBe(false);
    expect(isTooGood('2', '3')).toBe(false);
    expect(isTooGood('stable', 'unstable')).toBe(true);
    expect(isTooGood('unstable', 'stable')).toBe(false);
  });

  it('has its next one within the norm, or on the earlier day that the doctor named', () => {
    const controlled = programme('hypertension').actions.find((a) => a.id === 'controlled')!;
    for (let i = 0; i < 800; i += 7) {
      const day = addDays('2023-11-30', i);
      const { start, end } = windowFrom(day, controlled);
      expect(end).toBe(addMonths(day, 3));
      expect(start > day && start <= end).toBe(true);
    }
    expect(windowFrom('2026-01-31', controlled, '2026-02-10').end).toBe('2026-02-10');
    expect(windowFrom('2026-01-31', controlled, '2026-09-10').end).toBe('2026-04-30');
  });
});

describe('The states of a task', () => {
  const table = json('tests/cases/tasks/transitions.json') as Record<string, string[]>;
  it.each(STATUSES)('%s goes on as the table says', (from) => {
    for (const to of STATUSES) expect(mayFollow(from, to), to).toBe(from === to || table[from]!.includes(to));
  });
});

describe('The schedule of a programme', () => {
  const subject = (more: Partial<Subject>): Subject => ({
    known: more.enrolment !== undefined,
    visitOpen: false,
    doses: new Map(),
    populations: new Set(),
    ...more,
  });
  const at = (today: string, since = today) => ({ since, today });

  it('follows a child from birth to six years, each visit while it has the age', () => {
    const child = programme('child');
    const birth = '2024-02-29';
    const seen = new Map<string, string[]>();
    for (let day = birth; day < '2031-03-01'; day = addDays(day, 1)) {
      for (const { period, window } of scheduled(child, subject({ birth }), at(day)).wanted) {
        seen.set(period, [window.start, window.end]);
      }
    }
    expect(seen.get('month-3')).toEqual(['2024-05-29', '2024-06-28']);
    expect(seen.get('month-12')).toEqual(['2025-02-28', '2025-03-28']);
    expect(seen.get('year-4')).toEqual(['2028-02-29', '2029-02-27']);
    expect(seen.get('year-6')).toEqual(['2030-02-28', '2031-02-27']);
    expect(seen.get('full-month')).toEqual(['2024-03-28', '2024-03-30']);
    const planned = child.actions.filter((a) => a.code !== 'referral');
    expect(seen.size).toBe(planned.length);
  });

  it('makes up for nights in which nobody was there', () => {
    const child = programme('child');
    const periods = scheduled(
      child,
      subject({ birth: '2026-01-01' }),
      at('2026-12-31', '2026-01-01'),
    ).wanted.map((w) => w.period);
    expect(periods).toEqual(expect.arrayContaining(['newborn-visit', 'month-3', 'month-6', 'month-8']));
  });

  it('examines once in the calendar year, from the day on which somebody is old enough', () => {
    const old = programme('older-person');
    const wanted = scheduled(old, subject({ birth: '1961-07-01' }), at('2026-02-01')).wanted;
    expect(wanted.map((w) => w.window)).toEqual(Array(3).fill({ start: '2026-07-01', end: '2026-12-31' }));
    expect(scheduled(old, subject({ birth: '1962-07-01' }), at('2026-02-01')).wanted).toEqual([]);
  });

  it('measures who is at high risk in each half of the year, with what was planned for the year as the first', () => {
    const populations = new Set(['hypertension-risk']);
    const screened = (s: Partial<Subject>, today: string, since = today) =>
      scheduled(programme('hypertension'), subject({ populations, ...s }), at(today, since));
    const of = (...given: Parameters<typeof screened>) =>
      screened(...given).wanted.map((w) => [w.period, w.window.start, w.window.end]);
    const birth = '1970-05-05';
    expect(of({ birth }, '2028-02-29')).toEqual([['screening-2028', '2028-01-01', '2028-06-30']]);
    expect(screened({ birth }, '2028-02-29').look).toBe('2028-07-01');
    expect(of({ birth }, '2028-07-01', '2028-06-30')).toEqual([
      ['screening-2028', '2028-01-01', '2028-06-30'],
      ['screening-2028-2', '2028-07-01', '2028-12-31'],
    ]);
    expect(of({ birth: '1993-08-31' }, '2028-06-30'), 'too young').toEqual([]);
    expect(of({ birth: '1993-08-31' }, '2028-07-01')).toEqual([
      ['screening-2028-2', '2028-08-31', '2028-12-31'],
    ]);
    expect(of({ birth, populations: new Set(['10']) }, '2028-07-01')).toEqual([
      ['screening-2028', '2028-01-01', '2028-12-31'],
    ]);
  });

  it('gives each dose once, and counts the next from it', () => {
    const immunisation = programme('immunisation');
    const girl = { birth: '2013-06-01', gender: 'female' };
    const periods = (s: Partial<Subject>) =>
      scheduled(immunisation, subject({ ...girl, ...s }), at('2026-11-20')).wanted.map((w) => w.period);
    expect(periods({})).toContain('hpv-1');
    expect(periods({ gender: 'male' })).not.toContain('hpv-1');
    const first = new Map([['HPV 1', '2026-11-15']]);
    expect(periods({ doses: first })).toContain('hpv-2');
    expect(periods({ doses: first })).not.toContain('hpv-1');
  });

  it('asks only those who are enrolled, and screens the others', () => {
    const hypertension = programme('hypertension');
    const enrolment = { start: '2026-01-10', anchors: new Map<string, string>(), options: [] };
    const codes = (s: Partial<Subject>) =>
      scheduled(hypertension, subject({ birth: '1970-01-01', ...s }), at('2026-02-01')).wanted.map(
        (w) => w.action.code,
      );
    expect(codes({})).toEqual(['screening']);
    expect(codes({ enrolment })).toEqual(['follow-up', 'examination']);
    expect(codes({ known: true }), 'an enrolment is planned').toEqual([]);
    expect(codes({ enrolment, visitOpen: true })).toEqual(['examination']);
    expect(codes({ birth: '1995-01-01' })).toEqual([]);
  });

  it('asks nothing of a pregnancy after the delivery, and nothing of a treatment after its end', () => {
    const of = (id: string, enrolment: Subject['enrolment'], day: string, since = day) =>
      scheduled(programme(id), subject({ enrolment }), at(day, since)).wanted.map((w) => w.period);
    const menstruation = ['last-menstruation', '2026-01-05'] as const;
    const maternal = (...anchors: (readonly [string, string])[]) =>
      of(
        'maternal',
        { start: '2026-03-01', anchors: new Map(anchors), options: [] },
        '2026-09-12',
        '2026-08-01',
      );
    expect(maternal(menstruation)).toEqual(['weeks-28', 'weeks-37']);
    expect(maternal(menstruation, ['delivery', '2026-09-10'])).toEqual(['day-42']);
    const treated = (...anchors: (readonly [string, string])[]) =>
      of(
        'tuberculosis',
        { start: '2026-01-10', anchors: new Map(anchors), options: ['supervised-by-professional'] },
        '2026-04-15',
        '2026-02-11',
      );
    expect(treated()).toHaveLength(3);
    expect(treated(['treatment-end', '2026-03-20'])).toEqual([
      'supervised-by-professional-2026-02-10',
      'closing-assessment',
    ]);
  });

  it('takes the supervision of a tuberculosis that was chosen', () => {
    const tuberculosis = programme('tuberculosis');
    const enrolment = {
      start: '2026-01-10',
      anchors: new Map([['notification', '2026-01-09']]),
      options: ['supervised-by-professional'],
    };
    const wanted = scheduled(tuberculosis, subject({ enrolment }), at('2026-01-10')).wanted;
    expect(wanted.map((w) => [w.action.id, w.window.end])).toEqual([
      ['first-visit', '2026-01-12'],
      ['supervised-by-professional', '2026-02-10'],
    ]);
    const later = scheduled(tuberculosis, subject({ enrolment }), at('2026-03-31', '2026-02-11')).wanted;
    expect(later.map((w) => [w.period, w.window.end])).toEqual([
      ['supervised-by-professional-2026-02-10', '2026-03-10'],
      ['supervised-by-professional-2026-03-10', '2026-04-10'],
    ]);
  });

  it('uses the version that holds on the day', () => {
    const old = programme('hypertension');
    const next = { ...old, version: '0.2.0', from: '2026-03-01' };
    const draft = { ...old, version: '0.3.0', from: '2026-03-01', status: 'draft' };
    expect(inForceOn([old, next, draft], '2026-02-28').map((p) => p.version)).toEqual([old.version]);
    expect(inForceOn([next, draft, old], '2026-03-01').map((p) => p.version)).toEqual(['0.2.0']);
  });

  it('knows its diagnoses by category', () => {
    const condition = (code: string) => ({ resourceType: 'Condition', code: { coding: [{ code }] } });
    expect(hasDiagnosis(programme('hypertension'), condition('I10.x00'))).toBe(true);
    expect(hasDiagnosis(programme('hypertension'), condition('I15.0'))).toBe(false);
    expect(hasDiagnosis(programme('diabetes'), condition('E11.900'))).toBe(true);
    expect(hasDiagnosis(programme('diabetes'), condition('E10.9'))).toBe(false);
  });
});
