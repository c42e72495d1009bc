/** Keyset cursors: the sort values and key where the next page starts. They name a place, not a right. */
import { badParameter } from '../kernel/fhir-error.ts';

/** What stands at a place of a cursor: the column's type. */
export type CursorKind = 'text' | 'int' | 'int4' | 'float';

const FITS: Record<CursorKind, (value: unknown) => boolean> = {
  text: (v) => typeof v === 'string' && !v.includes('\0'),
  int: (v) => (typeof v === 'string' || typeof v === 'number') && /^-?\d{1,18}$/.test(String(v)),
  int4: (v) => typeof v === 'number' && Number.isInteger(v) && v >= 0 && v <= 2_147_483_647,
  float: (v) => typeof v === 'number' || v === 'Infinity' || v === '-Infinity',
};

/** Infinities (what stands for a missing number) go as text: JSON has no number for them. */
export function encodeCursor(values: readonly (string | number)[]): string {
  const texts = values.map((v) => (typeof v === 'number' && !Number.isFinite(v) ? String(v) : v));
  return Buffer.from(JSON.stringify(texts)).toString('base64url');
}

/** Throws `bad-parameter` when the text is no cursor of these kinds. */
export function decodeCursor(text: string, kinds: readonly CursorKind[]): (string | number)[] {
  try {
    const values: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    const fits =
      Array.isArray(values) && values.length === kinds.length && kinds.every((k, i) => FITS[k](values[i]));
    if (fits) return values;
  } catch {
    // said below
  }
  throw badParameter('_cursor', {
    en: 'This page link is not one of this search. Follow the links of a Bundle unchanged, or start again.',
    zh: '该分页链接不属于此检索。请原样使用 Bundle 中的链接,或重新检索。',
  });
}
