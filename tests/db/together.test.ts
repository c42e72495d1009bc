/** Statements that share one: each gets its own rows, in their order, and its own failures. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { severalOf } from '../../src/db/together.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let at: TestDatabase;
beforeAll(async () => {
  at = await createTestDatabase({ empty: true });
});
afterAll(() => at.drop());

const series = (name: string, from: number, to: number) => ({
  name,
  text: 'select n, $1::int as "from" from generate_series($1::int, $2::int) n order by n desc limit 50',
  values: [from, to],
});

test('everybody gets their own rows, in the order of their statement, however many ask at once', async () => {
  const asked = Array.from({ length: 200 }, (_, i) => ({ from: i % 7, to: (i * 13) % 40 }));
  const answers = await Promise.all(
    asked.map(({ from, to }) =>
      at.database.together!<{ n: number; from: number }>(series('together.series', from, to)),
    ),
  );
  answers.forEach(({ rows, count }, i) => {
    const { from, to } = asked[i]!;
    const wanted = Array.from({ length: Math.max(0, to - from + 1) }, (_, k) => ({ n: to - k, from }));
    expect(rows, `${from}..${to}`).toEqual(wanted);
    expect(count).toBe(wanted.length);
  });
});

test('values that are null or have quotes, commas and braces arrive as they are', async () => {
  const texts = [null, '', 'a,b', '{c}', '"d"', "e'f", '张\\三', 'NULL'];
  const answers = await Promise.all(
    texts.map((text) =>
      at.database.together!<{ text: string | null }>({
        name: 'together.text',
        text: 'select $1::text as text',
        values: [text],
      }),
    ),
  );
  expect(answers.map(({ rows }) => rows[0]!.text)).toEqual(texts);
});

test('nobody fails for a neighbour', async () => {
  const divide = (by: number) =>
    at.database.together!<{ n: number }>({
      name: 'together.divide',
      text: 'select 10 / $1::int as n',
      values: [by],
    });
  const results = await Promise.allSettled([divide(1), divide(2), divide(0), divide(5)]);
  expect(results.map((r) => r.status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
});

test('what has arrays among its values, or values without a type, stays a statement of its own', () => {
  expect(severalOf('a', 'select $1::text[]')).toBeUndefined();
  expect(severalOf('a', 'select $1')).toBeUndefined();
  expect(severalOf('a', 'select 1')).toBeUndefined();
  expect(severalOf('a', 'select $1::int + $1::int')?.text).toContain('q.p1 + q.p1');
});
