/** A package of this server as an installable `.tgz`: the same bytes every time. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Resource } from '@medplum/fhirtypes';
import { definitionsOf, type Package } from '../definitions/definitions.ts';
import { type TarFile, writeTgz } from '../kernel/tar.ts';

interface Packed {
  readonly name: string;
  readonly resource: Resource;
}

/** `examplesDir` has a folder for each profile, with resources that conform to it. */
export function pack(owner: Package, examplesDir: string): Uint8Array {
  const defined = definitionsOf(owner)
    .map((resource) => ({ name: `${resource.resourceType}-${resource.id}.json`, resource }))
    .sort(byName);
  const examples = examplesOf(defined, examplesDir);
  const manifest = {
    ...owner.manifest,
    ...(examples.length > 0 ? { directories: { lib: 'package', example: 'example' } } : {}),
  };
  return writeTgz([
    json('package/package.json', manifest),
    json('package/.index.json', indexOf(defined)),
    ...defined.map(({ name, resource }) => json(`package/${name}`, resource)),
    ...(examples.length > 0 ? [json('package/example/.index.json', indexOf(examples))] : []),
    ...examples.map(({ name, resource }) => json(`package/example/${name}`, resource)),
  ]);
}

/** The examples of the profiles of a package, each under a name of its own. */
function examplesOf(defined: readonly Packed[], examplesDir: string): Packed[] {
  const profiles = defined.filter(({ resource }) => resource.resourceType === 'StructureDefinition');
  return profiles
    .flatMap(({ resource: { id } }) => {
      const folder = join(examplesDir, id!);
      if (!existsSync(folder)) return [];
      return readdirSync(folder)
        .filter((file) => file.endsWith('.json'))
        .map((file) => {
          const resource = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Resource;
          return { name: `${resource.resourceType}-${id}-${file}`, resource };
        });
    })
    .sort(byName);
}

/** What tools read instead of every file. https://confluence.hl7.org/display/FHIR/NPM+Package+Specification */
function indexOf(files: readonly Packed[]) {
  return {
    'index-version': 2,
    files: files.map(({ name, resource }) => {
      const { url, version, kind, type, derivation, supplements, content, valueSet } =
        resource as unknown as Record<string, unknown>;
      const { resourceType, id } = resource;
      const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
      return {
        filename: name,
        resourceType,
        id,
        url: text(url),
        version: text(version),
        kind: text(kind),
        type: text(type),
        derivation: text(derivation),
        supplements: text(supplements),
        content: text(content),
        valueSet: text(valueSet),
      };
    }),
  };
}

function json(path: string, value: unknown): TarFile {
  return { path, bytes: Buffer.from(`${JSON.stringify(value, null, 2)}\n`) };
}

function byName(a: Packed, b: Packed): number {
  return a.name < b.name ? -1 : 1;
}
