/** Names of broken rules are an interface: each is a concept of CodeSystem county-outcome, and none is a leftover. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { readSources, withoutComments } from '../support/import-graph.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const PROFILES = join(ROOT, 'profiles');

interface Concept {
  readonly code: string;
  readonly display?: string;
  readonly definition?: string;
  readonly designation?: readonly { language: string; value: string }[];
  readonly property?: readonly { code: string; valueString?: string }[];
}

const concepts = (
  JSON.parse(readFileSync(join(PROFILES, 'core/CodeSystem-county-outcome.json'), 'utf8')) as {
    concept: Concept[];
  }
).concept;
const codes = new Set(concepts.map(({ code }) => code));
const constraintOf = ({ property }: Concept) => property?.find((p) => p.code === 'constraint')?.valueString;

/** Rule names in source text: what stands after `rule:`, and the name given to a function that adds an issue. */
function rulesIn(text: string): string[] {
  const code = withoutComments(text);
  const after = [...code.matchAll(/\brule:\s*([^,;{}\n]*)/g)].map(([, said]) =>
    (said ?? '').replace(/[!=]==?\s*'[^']*'/g, ''),
  );
  const given = [...code.matchAll(/\bstructure\(\s*run,\s*('[^'\n]*')/g)].map(([, said]) => said ?? '');
  return [...after, ...given].flatMap((said) => [...said.matchAll(/'([^'\n]+)'/g)].map(([, name]) => name!));
}

const used = new Map<string, string>();
for (const { path, text } of readSources(join(ROOT, 'src'))) {
  for (const rule of rulesIn(text)) if (!used.has(rule)) used.set(rule, path);
}

/** Files of the county's packages: those compiled from FHIR Shorthand. */
function packageFiles(prefix: string): string[] {
  return readdirSync(PROFILES)
    .filter((dir) => existsSync(join(PROFILES, dir, 'fsh')))
    .flatMap((dir) => readdirSync(join(PROFILES, dir)).map((file) => join(PROFILES, dir, file)))
    .filter((path) => basename(path).startsWith(prefix));
}

/** Keys of the invariants that the county's own profiles state. */
function countyInvariants(): Set<string> {
  const keys = new Set<string>();
  for (const path of packageFiles('StructureDefinition-')) {
    const profile = JSON.parse(readFileSync(path, 'utf8')) as {
      snapshot?: { element: { constraint?: { key: string }[] }[] };
    };
    for (const { constraint } of profile.snapshot?.element ?? []) {
      for (const { key } of constraint ?? []) if (key.startsWith('county-')) keys.add(key);
    }
  }
  return keys;
}

test('every rule that the source names is a concept of county-outcome', () => {
  expect(used.size).toBeGreaterThan(20);
  // `invariant-<key>` is a family: the key is that of the constraint.
  const missing = [...used].filter(([rule]) => !codes.has(rule) && !rule.startsWith('invariant-'));
  expect(missing.map(([rule, path]) => `${rule} (${path})`)).toEqual([]);
});

test('every concept of county-outcome is a rule in the source or an invariant of a county profile', () => {
  const invariants = countyInvariants();
  const unused = concepts.filter((c) => !used.has(c.code) && !invariants.has(constraintOf(c) ?? ''));
  expect(unused.map(({ code }) => code)).toEqual([]);
});

test('every invariant of a county profile has a rule name, and every one that is named exists', () => {
  const named = concepts.flatMap((c) => constraintOf(c) ?? []).sort();
  expect(named).toEqual([...countyInvariants()].sort());
});

test('every concept of county-outcome speaks both languages and says what the rule demands', () => {
  const mute = concepts.filter(
    ({ code, display, definition, designation }) =>
      !/^[a-z]+(-[a-z0-9]+)*$/.test(code) ||
      !display ||
      !definition ||
      !designation?.some(({ language, value }) => language === 'zh-CN' && /\p{Script=Han}/u.test(value)),
  );
  expect(mute.map(({ code }) => code)).toEqual([]);
});

test('the search for rules sees plain names, choices and arguments, and no comparisons', () => {
  const text = `
    f({ code: 'value', rule: 'one', text });
    f({ rule: kind === 'fixed' ? 'two' : 'three', text });
    structure(run, 'four', { en: 'x' });
    // rule: 'five'
    const rule: string = key;`;
  expect(rulesIn(text)).toEqual(['one', 'two', 'three', 'four']);
});
