import { expect, test } from 'vitest';
import type { CodeCheck } from '../../../src/kernel/code-check.ts';
import { batched } from '../../../src/validation/batched.ts';

test('those who ask at the same moment ask once, and each gets the answers to its own questions', async () => {
  const asked: string[][] = [];
  const ask = batched(async (checks) => {
    asked.push(checks.map((c) => c.code));
    return checks.map((c) => ({ valid: c.code !== 'b', systemKnown: true }));
  });
  const of = (...codes: string[]): CodeCheck[] => codes.map((code) => ({ system: 'urn:x', code }));
  const answers = await Promise.all([ask(of('a', 'b')), ask(of('c')), ask(of('b'))]);
  expect(answers.map((a) => a.map((v) => v.valid))).toEqual([[true, false], [true], [false]]);
  expect(asked).toEqual([['a', 'b', 'c', 'b']]);
  await ask(of('d'));
  expect(asked).toHaveLength(2);
});

test('who asks when the answer fails is told, and the next may ask again', async () => {
  let fails = true;
  const ask = batched(async (checks) => {
    if (fails) throw new Error('away');
    return checks.map(() => ({ valid: true, systemKnown: true }));
  });
  await expect(ask([{ code: 'a' }])).rejects.toThrow('away');
  fails = false;
  expect(await ask([{ code: 'a' }])).toHaveLength(1);
});
