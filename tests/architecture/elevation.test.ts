/** Where the server acts with its own rights: few places, each with its reason, none that hands out data. */
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { codeOnly, readSources, withoutComments } from '../support/import-graph.ts';

const files = readSources(resolve(import.meta.dirname, '../../src'));

/** The count that a reviewer can still keep in mind. */
const FEWER_THAN = 10;

test('the server acts with its own rights in fewer than ten places', () => {
  const calls = files
    .filter(({ path }) => path !== 'access/as-system.ts')
    .flatMap(({ path, text }) => [...codeOnly(text).matchAll(/\basSystem\(/g)].map(() => path));
  expect(calls.length).toBeGreaterThan(0);
  expect(calls.length, calls.join('\n')).toBeLessThan(FEWER_THAN);
});

test('every elevation says its reason where it stands', () => {
  const silent = files
    .filter(({ path }) => path !== 'access/as-system.ts')
    .flatMap(({ path, text }) =>
      [...withoutComments(text).matchAll(/\basSystem\(([^()]*)\)/g)]
        .filter(([, args]) => !/,\s*'[^'\n]{15,}'\s*,?\s*$/.test(args ?? ''))
        .map(([call]) => `${path}: ${call}`),
    );
  expect(silent).toEqual([]);
});

test('open access is given only by the elevation, the server that asks nobody, and the start', () => {
  const users = files.filter(({ text }) => /\bopenAccess\(\)/.test(codeOnly(text))).map(({ path }) => path);
  expect(users).toEqual(['access/as-system.ts', 'access/decide.ts', 'compose.ts', 'http/context.ts']);
});
