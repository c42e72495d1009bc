/** Names of people, and how alike two are. */
import { fold, latinReadings } from '../../../kernel/fold.ts';
import { simplified } from '../../../kernel/simplified.ts';
import { bits, WEIGHTS } from './weights.ts';

export interface Name {
  /** Simplified, without spaces and points between the parts, folded. */
  readonly text: string;
  readonly surname: string;
  readonly given: string;
  /** Pinyin without tones: one for each way to read the surname. Of other names, the text. */
  readonly readings: readonly string[];
  /** Of a newborn that bears no name yet (张丽之女): the name of the parent; '' when only the family's is said (张之女). */
  readonly parent?: string;
}

export type NameLevel = 'same' | 'alike' | 'near' | 'part' | 'different' | 'unnamed';

interface HumanName {
  readonly text?: string;
  readonly family?: string;
  readonly given?: readonly string[];
}

const COMPOUND = new Set(WEIGHTS.compoundSurnames);
const HAN = /^\p{Script=Han}+$/u;
/** 张丽之女, 张丽之长子, 张丽的儿子, 张丽女婴, 张丽之女2 */
const OF_PARENT =
  /^(\p{Script=Han}{2,4}?)(?:(?:之|的)(?:长|次|大|小|双胞胎)?(?:子|女|婴|儿子|女儿)|(?:男|女)婴|之?毛毛|宝宝)[a-z0-9一二甲乙]?$/u;
const OF_FAMILY = /^\p{Script=Han}(?:之[子女婴]|[男女]婴)[a-z0-9一二甲乙]?$/u;

/** Undefined when there is nothing to compare. */
export function nameOf({ text, family, given }: HumanName): Name | undefined {
  const parts = family === undefined ? undefined : `${family}${(given ?? []).join('')}`;
  const whole = plain(parts ?? text ?? '');
  if (whole === '') return undefined;
  const surname = family === undefined ? surnameOf(whole) : plain(family);
  return {
    text: whole,
    surname,
    given: whole.slice(surname.length),
    readings: readingsOf(whole),
    parent: OF_PARENT.exec(whole)?.[1] ?? (OF_FAMILY.test(whole) ? '' : undefined),
  };
}

/** Nobody's name is longer. */
const LONGEST = 100;

function plain(text: string): string {
  return fold(simplified(text.slice(0, LONGEST))).replace(/[\s·・•.]+/g, '');
}

function surnameOf(text: string): string {
  if (!HAN.test(text)) return text;
  const two = text.slice(0, 2);
  return text.length > 2 && COMPOUND.has(two) ? two : text.slice(0, 1);
}

/** Whole readings alone: initials say too little. */
function readingsOf(text: string): readonly string[] {
  const found = latinReadings(text);
  if (found.length === 0) return [text];
  return found.filter((r) => r.length > text.length);
}

/** How alike the two most alike of them are. */
export function compareNames(
  a: readonly Name[],
  b: readonly Name[],
): { level: NameLevel; bits: number } | undefined {
  let best: { level: NameLevel; bits: number } | undefined;
  for (const one of a) {
    for (const other of b) {
      const level = levelOf(one, other);
      const found = { level, bits: nameBits(level, one) };
      if (!best || found.bits > best.bits) best = found;
    }
  }
  return best;
}

function levelOf(a: Name, b: Name): NameLevel {
  if (a.parent !== undefined || b.parent !== undefined) return 'unnamed';
  if (a.text === b.text) return 'same';
  if (a.readings.some((r) => b.readings.includes(r))) return 'alike';
  if (isNear(a, b)) return 'near';
  return a.surname === b.surname ? 'part' : 'different';
}

/** The same sounds for many ears, one letter more or less, one character left out, or two in the other order. */
function isNear(a: Name, b: Name): boolean {
  if (a.readings.some((r) => b.readings.some((s) => blurred(r) === blurred(s)))) return true;
  if (HAN.test(a.text) && HAN.test(b.text)) {
    if (a.text.length === b.text.length) {
      return a.surname === b.surname && [...a.text].sort().join('') === [...b.text].sort().join('');
    }
    const [short, long] = a.text.length < b.text.length ? [a.text, b.text] : [b.text, a.text];
    return short.length > 1 && long.length - short.length === 1 && isWithin(short, long);
  }
  return a.text.length > 4 && isOneEditApart(a.text, b.text);
}

/** Sounds that southern and northern speech do not tell apart. */
function blurred(reading: string): string {
  return reading
    .replace(/([zcs])h/g, '$1')
    .replace(/ng/g, 'n')
    .replaceAll('l', 'n')
    .replaceAll('hu', 'fu');
}

function isWithin(short: string, long: string): boolean {
  let at = 0;
  for (const c of long) if (c === short[at]) at++;
  return at === short.length;
}

export function isOneEditApart(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  const [restA, restB] = [a.slice(i), b.slice(i)];
  return (
    restA.slice(1) === restB.slice(1) ||
    restA === restB.slice(1) ||
    restA.slice(1) === restB ||
    (restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2))
  );
}

/** A rare name that agrees says more than a common one. */
function nameBits(level: NameLevel, { surname, given }: Name): number {
  if (level !== 'same' && level !== 'alike') return bits(WEIGHTS.name[level]);
  const surnames: Readonly<Record<string, number>> = WEIGHTS.surnames;
  const givenNames: Readonly<Record<string, number>> = WEIGHTS.givenNames;
  const u =
    (surnames[surname] ?? WEIGHTS.otherSurname) * (givenNames[given.length] ?? WEIGHTS.givenNames.more);
  const { m } = WEIGHTS.name[level];
  return bits({ m, u: level === 'same' ? u : u * WEIGHTS.alikeFactor });
}
