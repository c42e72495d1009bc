import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Definitions, loadDefinitions } from '../../../src/definitions/definitions.ts';
import type { Issue } from '../../../src/kernel/issue.ts';
import { createValidator, type ValidateOptions } from '../../../src/validation/validator.ts';

const CORE = join(import.meta.dirname, '../../../profiles/hl7.fhir.r4.core');
export const BASE = 'https://county.example/StructureDefinition';

/** The R4 base and one package with these resources. */
export function definitionsWith(...resources: readonly { resourceType: string; id: string }[]): Definitions {
  const root = mkdtempSync(join(tmpdir(), 'validation-'));
  try {
    symlinkSync(CORE, join(root, 'hl7.fhir.r4.core'));
    mkdirSync(join(root, 'test'));
    writeFileSync(
      join(root, 'test', 'package.json'),
      JSON.stringify({ name: 'test', version: '1.0.0', fhirVersions: ['4.0.1'] }),
    );
    for (const r of resources) {
      writeFileSync(join(root, 'test', `${r.resourceType}-${r.id}.json`), JSON.stringify(r));
    }
    return loadDefinitions(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** A profile whose snapshot has only the root and these elements. */
export function profile(type: string, id: string, elements: readonly object[], root: object = {}) {
  return {
    resourceType: 'StructureDefinition',
    id,
    url: `${BASE}/${id}`,
    name: id,
    status: 'active',
    kind: type === 'Extension' ? 'complex-type' : 'resource',
    abstract: false,
    type,
    baseDefinition: `http://hl7.org/fhir/StructureDefinition/${type}`,
    derivation: 'constraint',
    snapshot: { element: [{ id: type, path: type, min: 0, max: '*', ...root }, ...elements] },
  };
}

/** `rule expression` of each issue. */
export function brief(issues: readonly Issue[]): string[] {
  return issues.map((i) => `${i.rule} ${i.expression}`);
}

const base = createValidator(definitionsWith());

/** Issues against the base specification alone. */
export function validate(resource: unknown, options?: ValidateOptions): Issue[] {
  return base.validate(resource, options);
}

/** `rule expression` of each issue against the base specification alone. */
export function check(resource: unknown, options?: ValidateOptions): string[] {
  return brief(validate(resource, options));
}

/** Validates against the profiles of the resources, the first of which is applied. */
export function checkWith(
  resources: readonly { resourceType: string; id: string; url?: string }[],
  resource: unknown,
): string[] {
  const validator = createValidator(definitionsWith(...resources));
  return brief(validator.validate(resource, { profiles: [resources[0]!.url!] }));
}
