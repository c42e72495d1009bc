import { expect, test } from 'vitest';
import { byCanonical, compareVersions } from '../../../src/definitions/canonicals.ts';

test('versions are ordered by their numbers, and a label comes before the plain one', () => {
  const ordered = ['', '0.9', '1.0.0-ballot', '1.0.0', '2.9.0', '2.10.0', '2023-01', '20240101'];
  for (const [i, a] of ordered.entries()) {
    for (const [j, b] of ordered.entries()) {
      expect(Math.sign(compareVersions(a, b)), `${a} and ${b}`).toBe(Math.sign(i - j));
    }
  }
});

test('the bare url is the newest active one, and one that is not active when there is no other', () => {
  const url = 'http://x.example/v';
  const one = (version: string, status: 'active' | 'draft' | 'retired', more = {}) => ({
    resourceType: 'ValueSet' as const,
    url,
    version,
    status,
    ...more,
  });
  const all = [one('1.0', 'active'), one('3.0', 'draft'), one('2.0', 'active'), one('4.0', 'retired')];
  const known = byCanonical(all);
  expect(known.get(url)?.version).toBe('2.0');
  expect(known.get(`${url}|3.0`)?.version).toBe('3.0');
  expect(known.get(`${url}|9.9`)?.version).toBe('2.0');
  expect(byCanonical([one('3.0', 'draft'), one('4.0', 'retired')]).get(url)?.version).toBe('3.0');
  const twins = [
    one('1', 'active', { id: 'a', meta: { lastUpdated: '2026-01-01T00:00:00Z' } }),
    one('1', 'active', { id: 'b', meta: { lastUpdated: '2026-02-01T00:00:00Z' } }),
  ];
  expect(byCanonical(twins).get(url)).toBe(twins[1]);
  expect(known.get('http://x.example/other')).toBeUndefined();
});
