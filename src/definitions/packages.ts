/** FHIR packages on disk -> resources in memory. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Resource } from '@medplum/fhirtypes';

export const CORE_PACKAGE = 'hl7.fhir.r4.core';

/** Its package.json. https://confluence.hl7.org/display/FHIR/NPM+Package+Specification */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly title?: string;
  readonly description?: string;
  readonly canonical?: string;
  readonly url?: string;
  readonly license?: string;
  readonly author?: string;
  readonly fhirVersions?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** One FHIR package (https://hl7.org/fhir/R4/packages.html), read whole. */
export interface Package {
  readonly name: string;
  readonly manifest: Manifest;
  readonly folder: string;
  readonly core: boolean;
  readonly resources: readonly Resource[];
  /** What could not be read, as sentences. */
  readonly problems: readonly string[];
}

/** The definitions on disk contradict each other or cannot be read; nothing was loaded. */
export class DefinitionsError extends Error {
  override readonly name = 'DefinitionsError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The definitions cannot be loaded:\n- ${problems.join('\n- ')}`);
    this.problems = problems;
  }
}

/**
 * Every folder below `packagesDir`, and every one of `more`, with a `package.json` that names
 * `fhirVersions`; the R4 base first, the others by name.
 */
export function readPackages(packagesDir: string, more: readonly string[] = []): Package[] {
  const folders = [...readdirSync(packagesDir).map((name) => join(packagesDir, name)), ...more].filter(
    (folder) => existsSync(join(folder, 'package.json')),
  );
  const packages = folders.map(readPackage).filter((p) => p !== undefined);
  return packages.sort((a, b) => Number(b.core) - Number(a.core) || (a.name < b.name ? -1 : 1));
}

function readPackage(folder: string): Package | undefined {
  const problems: string[] = [];
  const manifest = parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
    `${folder}/package.json`,
    problems,
  );
  if (!isObject(manifest) || !Array.isArray(manifest.fhirVersions)) return undefined;
  const name = String(manifest.name);
  const resources: Resource[] = [];
  const keep = (text: string, file: string) => {
    const value = parse(text, `${name}: ${file}`, problems);
    if (isObject(value) && typeof value.resourceType === 'string')
      resources.push(value as unknown as Resource);
  };
  for (const file of readdirSync(folder).sort()) {
    if (file === 'package.json' || file.startsWith('.')) continue;
    if (file.endsWith('.json')) keep(readFileSync(join(folder, file), 'utf8'), file);
    if (file.endsWith('.ndjson')) {
      const lines = readFileSync(join(folder, file), 'utf8').split('\n');
      lines.forEach((line, i) => {
        if (line !== '') keep(line, `${file}:${i + 1}`);
      });
    }
  }
  return {
    name,
    manifest: manifest as unknown as Manifest,
    folder,
    core: name === CORE_PACKAGE,
    resources,
    problems,
  };
}

function parse(text: string, where: string, problems: string[]): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    problems.push(`${where} is not JSON: ${(error as Error).message}`);
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
