/** How good matching is on a county whose truth is known. */
import type { Fault, KnownPatient, SecondRecord } from './known-county.ts';

export interface Answer {
  readonly id: string;
  readonly grade: string;
}

export interface Quality {
  /** Of what was called so, the part that is right. */
  readonly precision: { readonly certain: number; readonly probable: number };
  /** Of the records that have another, the part that was found, called certain, or certain or probable, or at all. */
  readonly recall: { readonly certain: number; readonly probable: number; readonly found: number };
  /** Fault -> how its records came out: of those with a truth the grade of it, of the others the best grade. */
  readonly byFault: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export async function qualityOf(
  seconds: readonly SecondRecord[],
  ask: (patient: KnownPatient) => Promise<readonly Answer[]> | readonly Answer[],
): Promise<Quality> {
  const called = { certain: 0, probable: 0 };
  const right = { certain: 0, probable: 0 };
  const found = { certain: 0, probable: 0, found: 0 };
  const byFault: Record<string, Record<string, number>> = {};
  let withTruth = 0;
  const count = (fault: Fault, grade: string) => {
    byFault[fault] ??= {};
    byFault[fault][grade] = (byFault[fault][grade] ?? 0) + 1;
  };
  for (const { patient, truth, fault } of seconds) {
    const answers = await ask(patient);
    for (const { id, grade } of answers) {
      if (grade !== 'certain' && grade !== 'probable') continue;
      called[grade]++;
      if (id === truth) right[grade]++;
    }
    const grade = (truth === undefined ? answers[0] : answers.find((a) => a.id === truth))?.grade ?? 'none';
    count(fault, grade);
    if (truth === undefined) continue;
    withTruth++;
    if (grade === 'certain') found.certain++;
    if (grade === 'certain' || grade === 'probable') found.probable++;
    if (grade !== 'none') found.found++;
  }
  const part = (a: number, b: number) => (b === 0 ? 1 : a / b);
  return {
    precision: {
      certain: part(right.certain, called.certain),
      probable: part(right.probable, called.probable),
    },
    recall: {
      certain: part(found.certain, withTruth),
      probable: part(found.probable, withTruth),
      found: part(found.found, withTruth),
    },
    byFault,
  };
}
