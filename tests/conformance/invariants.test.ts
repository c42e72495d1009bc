/**
 * Every invariant of the base specification (https://hl7.org/fhir/R4/conformance-rules.html#constraints) with a
 * resource that keeps it and one that breaks it: `tests/cases/invariants`, content at a path, completed with what is
 * required.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadDefinitions } from '../../src/definitions/definitions.ts';
import { isError } from '../../src/kernel/issue.ts';
import { createValidator } from '../../src/validation/validator.ts';
import exceptions from '../cases/invariants-exceptions.json' with { type: 'json' };
import { resourceWith } from './skeleton.ts';

type Json = Record<string, unknown>;

interface Case {
  readonly key: string;
  readonly path: string;
  readonly holds: Json;
  readonly breaks: Json;
  /** Elements of the resource around the path. */
  readonly root?: Json;
  /** The name it is reported under, where that is not made of the key. */
  readonly rule?: string;
}

const root = join(import.meta.dirname, '../..');
const folder = join(root, 'tests/cases/invariants');
const cases = readdirSync(folder).flatMap(
  (file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Case[],
);
const definitions = loadDefinitions(join(root, 'profiles'), [join(root, 'terminology')]);
const validator = createValidator(definitions);

/** Key -> severities, over every element of the base specification. */
const keys = new Map<string, string>();
const core = readFileSync(join(root, 'profiles/hl7.fhir.r4.core/StructureDefinition.ndjson'), 'utf8');
for (const line of core.trim().split('\n')) {
  for (const element of (JSON.parse(line) as { snapshot: { element: Json[] } }).snapshot.element) {
    for (const c of (element.constraint ?? []) as { key: string; severity: string }[])
      keys.set(c.key, c.severity);
  }
}

test('every invariant has a pair of cases, or a reason why it cannot have one', () => {
  expect(keys.size).toBeGreaterThan(230);
  const known = new Set([...cases, ...exceptions].map(({ key }) => key));
  expect([...keys.keys()].filter((key) => !known.has(key))).toEqual([]);
  expect([...known].filter((key) => !keys.has(key))).toEqual([]);
  for (const { key, reason } of exceptions) expect(reason.length, key).toBeGreaterThan(20);
});

test.each(cases)('$key of $path', ({ key, path, holds, breaks, root: around, rule = `invariant-${key}` }) => {
  const right = validator.validate(resourceWith(definitions, path, holds, around));
  expect(right.filter((i) => isError(i) || i.rule === rule)).toEqual([]);
  const wrong = validator.validate(resourceWith(definitions, path, breaks, around));
  expect(wrong.map((i) => i.rule)).toContain(rule);
  const severity = wrong.find((i) => i.rule === rule)!.severity;
  expect(severity).toBe(keys.get(key));
});
