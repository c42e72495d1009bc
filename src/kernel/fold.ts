/**
 * Strings as search compares them: case, accents, full and half width and runs of white space do not count
 * (https://hl7.org/fhir/R4/search.html#string). Chinese names are also found by pinyin and by initials.
 */
import { pinyin } from 'pinyin-pro';

/** What is indexed of a folded text: B-tree entries have a limit. */
export const MAX_INDEXED = 200;

/** Characters of a text that are folded to be indexed: white space and marks may stand between. */
const MAX_FOLDED = 4 * MAX_INDEXED;

/** A name of more characters is none. */
const MAX_READ_ALOUD = 50;

const HAN = /\p{Script=Han}/u;

/**
 * The folded form: NFKD, marks dropped, lower case, single spaces; `fold` in PostgreSQL is the same. Marks are
 * dropped before, too: normalising is quadratic in the number of marks that follow each other.
 */
export function fold(text: string): string {
  return withoutMarks(withoutMarks(text).normalize('NFKD'))
    .toLowerCase()
    .replaceAll('ς', 'σ') // a sigma is lowered by where it stands, which a prefix does not know
    .replace(/\s+/g, ' ')
    .trim();
}

function withoutMarks(text: string): string {
  return text.replace(/\p{M}+/gu, '');
}

/** What of a text stands in the index. */
export function foldedStart(text: string): string {
  return startOf(fold(withoutMarks(text).slice(0, MAX_FOLDED)));
}

/** At most `MAX_INDEXED` characters of a folded text, as PostgreSQL counts them. */
export function startOf(folded: string): string {
  return folded.length <= MAX_INDEXED ? folded : [...folded].slice(0, MAX_INDEXED).join('');
}

/**
 * The Latin readings under which a text with Chinese characters is found: the whole pinyin (`zhangsan`)
 * and its initials (`zs`), with the reading that a surname has (单 is `shan`) and the ordinary one.
 * Empty when there is no Chinese character.
 */
export function latinReadings(text: string): readonly string[] {
  if (!HAN.test(text)) return [];
  const known = readings.get(text);
  if (known) return known;
  const found = readAloud(text);
  if (readings.size >= MAX_READINGS) readings.clear();
  if (text.length <= MAX_READ_ALOUD) readings.set(text, found);
  return found;
}

/** Readings found lately: an update reads the names of two versions, which mostly are the same. */
const readings = new Map<string, readonly string[]>();
const MAX_READINGS = 5000;

function readAloud(text: string): string[] {
  const compact = text
    .slice(0, MAX_READ_ALOUD)
    .normalize('NFKC')
    .replace(/[\s·・•.]+/g, '');
  const found = new Set<string>();
  for (const surname of ['head', 'off'] as const) {
    const syllables = pinyin(compact, {
      toneType: 'none',
      type: 'array',
      surname,
      v: true,
      nonZh: 'consecutive',
    }).map((s) => fold(s).replaceAll('ü', 'v'));
    found.add(syllables.join(''));
    found.add(syllables.map((s) => s[0] ?? '').join(''));
  }
  found.delete('');
  return [...found];
}
