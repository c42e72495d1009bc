/** Arrays as values of statements: what arrives is what was sent. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let at: TestDatabase;
beforeAll(async () => {
  at = await createTestDatabase({ empty: true });
});
afterAll(() => at.drop());

/** What PostgreSQL makes of an array, as text. */
async function arrived(type: string, values: readonly unknown[]): Promise<(string | null)[]> {
  const { rows } = await at.database.query<{ value: string | null }>({
    name: `arrived.${type}`,
    text: `select u.value::text as value from unnest($1::${type}[]) with ordinality u(value, place) order by place`,
    values: [values],
  });
  return rows.map(({ value }) => value);
}

test('texts arrive as they are, whatever is in them', async () => {
  const texts = [
    '',
    ' ',
    'NULL',
    null,
    'a,b',
    '{c}',
    '"d"',
    "e'f",
    '张\\三',
    '\\\\',
    'é𠀀😀',
    '\n\t',
    'x'.repeat(70_000),
  ];
  expect(await arrived('text', texts)).toEqual(texts);
});

test('whole numbers arrive as they are, be they numbers or texts', async () => {
  const keys = ['9223372036854775807', '-9223372036854775808', 0, -1, null, Number.MAX_SAFE_INTEGER];
  expect(await arrived('bigint', keys)).toEqual(keys.map((k) => (k === null ? null : String(k))));
  expect(await arrived('int', [2147483647, '-2147483648', null])).toEqual([
    '2147483647',
    '-2147483648',
    null,
  ]);
});

test('broken numbers arrive to their last digit', async () => {
  expect(await arrived('float8', [0.1, '1e-300', '5.60', null, '-Infinity', 1.7976931348623157e308])).toEqual(
    ['0.1', '1e-300', '5.6', null, '-Infinity', '1.7976931348623157e+308'],
  );
});

test('an array of nothing arrives', async () => {
  expect(await arrived('text', [])).toEqual([]);
  expect(await arrived('bigint', [])).toEqual([]);
});

test('a text that PostgreSQL cannot hold is refused as it would be alone', async () => {
  await expect(arrived('text', ['a\0b'])).rejects.toThrow();
  expect(await arrived('text', ['after'])).toEqual(['after']);
});
