/** Keyset cursors: the sort values and key where the next page starts. They name a place, not a right. */
import { badParameter } from '../kernel/fhir-error.ts';

export function encodeCursor(values: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

/** Throws `bad-parameter` when the text is no cursor of `length` values. */
export function decodeCursor(text: string, length: number): (string | number)[] {
  try {
    const values: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    const fits =
      Array.isArray(values) &&
      values.length === length &&
      values.every((v) => typeof v === 'string' || typeof v === 'number') &&
      /^\d{1,18}$/.test(String(values.at(-1)));
    if (fits) return values;
  } catch {
    // said below
  }
  throw badParameter('_cursor', {
    en: 'This page link is not one of this search. Follow the links of a Bundle unchanged, or start again.',
    zh: '该分页链接不属于此检索。请原样使用 Bundle 中的链接,或重新检索。',
  });
}
