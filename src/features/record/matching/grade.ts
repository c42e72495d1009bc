/**
 * What a comparison amounts to, in the words of
 * https://hl7.org/fhir/R4/valueset-match-grade.html
 *
 *     certain        a strong identifier in force agrees, and the person with it to the letter of the name, and no
 *                    identity number speaks against it: may be linked without asking
 *     probable       the chance is high: for a person to look at
 *     possible       cannot be excluded
 *     certainly-not  two identity numbers that are right and differ
 */
import { type Comparison, compare } from './compare.ts';
import type { Person } from './person.ts';
import { WEIGHTS } from './weights.ts';

export type Grade = 'certain' | 'probable' | 'possible' | 'certainly-not';

export interface Match extends Comparison {
  /** The chance that both are one person, from 0 to 1. */
  readonly score: number;
  readonly grade: Grade;
}

/** Undefined for what does not look alike. */
export function matchOf(a: Person, b: Person): Match | undefined {
  const comparison = compare(a, b);
  const score = chanceOf(comparison.bits);
  const grade = gradeOf(comparison, score);
  return grade && { ...comparison, score, grade };
}

/** Better first; of equals, the first that was there. */
export function byScore(a: Match, b: Match): number {
  return RANK[a.grade] - RANK[b.grade] || b.score - a.score || b.bits - a.bits;
}

const RANK: Readonly<Record<Grade, number>> = { certain: 0, probable: 1, possible: 2, 'certainly-not': 3 };

function chanceOf(weight: number): number {
  const odds = 2 ** (weight + Math.log2(WEIGHTS.prior));
  return odds / (1 + odds);
}

function gradeOf({ levels, bits }: Comparison, score: number): Grade | undefined {
  const { identifier, name, birthDate, sex, phone } = levels;
  if (identifier === 'different') {
    // Without the numbers it would have been a question.
    const alike = chanceOf(bits - differs) >= WEIGHTS.thresholds.possible;
    if (!alike) return undefined;
    // Two of one name and one day at one phone are no twins: a slip whose check character fits, or two numbers of one.
    const all = name === 'same' && birthDate === 'same' && sex !== 'different' && phone === 'same';
    return all ? 'probable' : 'certainly-not';
  }
  const sameName = name === 'same' || name === 'alike' || name === 'near';
  const sameBirth = birthDate === 'same' || birthDate === 'slip' || birthDate === 'partial';
  if (identifier === 'same') {
    // Twins are called almost alike, and a desk mixes up their cards: a name that only sounds so is a question.
    const agrees = name === 'same' && sameBirth && sex !== 'different';
    if (agrees && levels.residentId !== 'different') return 'certain';
    // A number that was taken over, or a person who changed: never without a person to look.
    return sameName || sameBirth ? 'probable' : 'possible';
  }
  if (score < WEIGHTS.thresholds.possible) return undefined;
  // Twins and siblings share everything but the given name.
  const nameStands = sameName || name === 'unnamed';
  return score >= WEIGHTS.thresholds.probable && nameStands ? 'probable' : 'possible';
}

const differs = Math.log2(WEIGHTS.identifier.different.m / WEIGHTS.identifier.different.u);
