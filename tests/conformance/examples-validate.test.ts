/**
 * The validator against every example that HL7 publishes with FHIR R4 (npm package hl7.fhir.r4.examples): errors are
 * named one by one, with a reason; warnings and information are counted by rule.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadDefinitions } from '../../src/definitions/definitions.ts';
import { createValidator } from '../../src/validation/validator.ts';
import exceptions from './examples-exceptions.json' with { type: 'json' };
import warnings from './examples-warnings.json' with { type: 'json' };

const root = join(import.meta.dirname, '../..');
const folder = join(root, 'node_modules/hl7.fhir.r4.examples');
const files = readdirSync(folder).filter((name) => /^[A-Z].*\.json$/.test(name));

test('every example of the specification is valid, but for those that are not', { timeout: 120_000 }, () => {
  const validator = createValidator(loadDefinitions(join(root, 'profiles')));
  const found: string[] = [];
  const softer = new Map<string, number>();
  let resources = 0;
  for (const file of files) {
    const resource = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    if (resource.resourceType === undefined) continue;
    resources++;
    for (const issue of validator.validate(resource)) {
      if (issue.severity === 'error') found.push(`${file} ${issue.rule} ${issue.expression}`);
      else softer.set(issue.rule!, (softer.get(issue.rule!) ?? 0) + 1);
    }
  }
  expect(resources).toBeGreaterThan(5300);
  expect(found.sort()).toEqual(exceptions.map((e) => `${e.file} ${e.rule} ${e.expression}`).sort());
  expect(Object.fromEntries([...softer].sort())).toEqual(warnings);
});

test('every exception has a reason', () => {
  for (const { file, reason } of exceptions) expect(reason.length, file).toBeGreaterThan(20);
});
