/** PostgreSQL folds text as the index writer does, or what has no rows would be compared in another way. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fold } from '../../src/kernel/fold.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let postgres: TestDatabase;
beforeAll(async () => {
  postgres = await createTestDatabase();
});
afterAll(() => postgres.drop());

async function foldedByPostgres(texts: readonly string[]): Promise<string[]> {
  const { rows } = await postgres.database.query<{ folded: string }>({
    text: 'select fold(value) as folded from unnest($1::text[]) with ordinality u(value, at) order by at',
    values: [texts],
  });
  return rows.map(({ folded }) => folded);
}

test('folds the scripts of names and addresses alike, character by character', async () => {
  const blocks: [number, number][] = [
    [0x01, 0x17f], // Latin
    [0x1cd, 0x24f],
    [0x300, 0x3ff], // marks, Greek
    [0x400, 0x52f], // Cyrillic
    [0x600, 0x6ff], // Arabic, which Uyghur is written in
    [0xf00, 0xfda], // Tibetan
    [0x1820, 0x1878], // Mongolian
    [0x1e00, 0x206f], // more Latin and Greek, punctuation and spaces
    [0x2070, 0x218b],
    [0x2460, 0x24ff], // circled
    [0x3000, 0x33ff], // kana, squared words
    [0x4e00, 0x9fa5], // Chinese
    [0xac00, 0xad00], // Hangul
    [0xf900, 0xfa6d], // compatibility ideographs
    [0xfb00, 0xfb06],
    [0xfe20, 0xfe2f],
    [0xff01, 0xffee], // full and half width
    [0x1f100, 0x1f12e],
    [0x20000, 0x20100],
  ];
  const texts = blocks.flatMap(([from, to]) =>
    Array.from({ length: to - from + 1 }, (_, i) => `a${String.fromCodePoint(from + i)}b`),
  );
  const folded = await foldedByPostgres(texts);
  const different = texts.filter((text, i) => folded[i] !== fold(text));
  expect(different.map((text) => [...text][1]!.codePointAt(0)!.toString(16))).toEqual([]);
});

test.each([
  '  a \t\n b  ',
  'MU\u0308LLER',
  'ΑΣ ΟΔΟΣ',
  'Ａｌｂｅｒｔ　１２３',
  'e\u0301\u0302\u0327',
  '\u00a0x\ufeff\u2028y\u3000',
  'İstanbul',
  '𠮷野家',
])('folds %j alike', async (text) => {
  expect(await foldedByPostgres([text])).toEqual([fold(text)]);
});

test('a hundred thousand marks in a row cost no time', async () => {
  const text = `a${'\u0301\u0327'.repeat(50_000)}b`;
  const start = performance.now();
  expect(fold(text)).toBe('ab');
  expect(await foldedByPostgres([text])).toEqual(['ab']);
  expect(performance.now() - start).toBeLessThan(3000);
});
