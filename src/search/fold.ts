/**
 * Strings as search compares them: case, accents, full and half width and runs of white space do not count
 * (https://hl7.org/fhir/R4/search.html#string). Chinese names are also found by pinyin and by initials.
 */
import { pinyin } from 'pinyin-pro';

const HAN = /\p{Script=Han}/u;

/** The folded form: NFKD, marks dropped, lower case, single spaces. */
export function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim();
}

/** What is indexed of a folded text: B-tree entries have a limit. */
export const MAX_INDEXED = 200;

/**
 * The Latin readings under which a text with Chinese characters is found: the whole pinyin (`zhangsan`)
 * and its initials (`zs`), with the reading that a surname has (单 is `shan`) and the ordinary one.
 * Empty when there is no Chinese character.
 */
export function latinReadings(text: string): string[] {
  if (!HAN.test(text)) return [];
  const compact = text.normalize('NFKC').replace(/[\s·・•.]+/g, '');
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
