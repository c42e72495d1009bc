/** Everything FHIR defines, in memory: loaded once at boot, read by everyone. */
import type {
  CompartmentDefinition,
  ConceptMap,
  NamingSystem,
  Resource,
  StructureDefinition,
} from '@medplum/fhirtypes';
import { Elements } from './elements.ts';
import { identifierSystems } from './identifier-systems.ts';
import { readPackages } from './packages.ts';
import { buildRegistry, typeUrl, withoutVersion } from './registry.ts';
import { SearchParams } from './search-params.ts';
import { storedDefinitions, type Usable } from './stored.ts';
import type { Definitions, GrowingDefinitions } from './types.ts';
import { unitSpellings } from './unit-spellings.ts';
import { ValueSets } from './value-sets.ts';

export { fhirTypeCode, targetTypes } from './elements.ts';
export type { Manifest, Package } from './packages.ts';
export { DefinitionsError } from './packages.ts';
export { definitionsOf } from './registry.ts';
export type * from './types.ts';

/**
 * Reads every FHIR package below a folder (https://hl7.org/fhir/R4/packages.html): `*.ndjson` and `*.json`
 * resources next to a `package.json` that names `fhirVersions`. Subfolders and other JSON are ignored.
 * `more` are folders of further packages that lie elsewhere.
 * Throws DefinitionsError with every problem found: unreadable JSON, a missing snapshot, an unknown base, a
 * canonical defined twice, an identifier system named twice.
 */
export function loadDefinitions(packagesDir: string, more: readonly string[] = []): GrowingDefinitions {
  const packages = readPackages(packagesDir, more);
  const registry = buildRegistry(packages);
  const { structures, codeSystems, published, operations } = registry;
  const all = [...structures.values()];
  const resourceTypes: ReadonlySet<string> = new Set(
    all
      .filter((sd) => sd.kind === 'resource' && !sd.abstract && sd.derivation === 'specialization')
      .map((sd) => sd.type),
  );
  const primitives = new Set(all.filter((sd) => sd.kind === 'primitive-type').map((sd) => sd.type));
  const profiles = all.filter((sd) => sd.kind === 'resource' && sd.derivation === 'constraint');
  const elements = new Elements(structures);
  const searchParams = new SearchParams(registry.searchParameters, structures, resourceTypes);
  const valueSets = new ValueSets(registry.valueSets, codeSystems);
  const compartments = new Map(registry.compartments.map((cd) => [cd.code as string, membership(cd)]));
  const spellings = unitSpellings((published.get('ConceptMap') ?? []) as ConceptMap[]);

  /** What grows: the profiles of the packages, and some that are stored. */
  function withStored(more: readonly StructureDefinition[], usable: Usable = () => true) {
    const stored = storedDefinitions(more, structures, usable);
    return {
      structure: (urlOrType: string): StructureDefinition | undefined =>
        structures.get(typeUrl(urlOrType)) ?? stored.structure(urlOrType),
      profiles: () => [...profiles, ...stored.profiles()],
    };
  }

  let stored: readonly StructureDefinition[] = [];
  let generation = 0;
  let now = withStored(stored);
  const fixed: Omit<Definitions, keyof ReturnType<typeof withStored>> = {
    resourceTypes,
    children: (typeOrPath) => elements.children(typeOrPath),
    searchParams: (type) => searchParams.of(type),
    searchParam: (definition, type) => searchParams.resolve(definition, type),
    compartmentParams: (type, compartment = 'Patient') => compartments.get(compartment)?.get(type) ?? [],
    compartments: () => registry.compartments.map((cd) => cd.url!),
    valueSet: (url) => valueSets.codes(url),
    codeSystem: (url) => codeSystems.get(withoutVersion(url)),
    codeSystems: () => [...codeSystems.values()],
    valueSetDefinition: (url) => registry.valueSets.get(withoutVersion(url)),
    operations: () => operations,
    packages: () => packages,
    ofPackage: (type, url) => registry.owned.get(`${type} ${withoutVersion(url)}`),
    identifierSystems: identifierSystems((published.get('NamingSystem') ?? []) as NamingSystem[]),
    ucumOf: (spelling) => spellings.get(spelling),
    resources: (type: string) => (published.get(type) ?? []) as never[] & Resource[],
    isPrimitive: (type) => primitives.has(type),
    generation: () => generation,
  };

  return {
    ...fixed,
    structure: (urlOrType) => now.structure(urlOrType),
    profiles: () => now.profiles(),
    use(resources, usable) {
      now = withStored(resources, usable);
      stored = resources;
      generation++;
    },
    and: (more) => ({ ...fixed, ...withStored([...stored, ...more]) }),
  };
}

/** Resource type -> the parameters that make it a member; `{def}`, the resource itself, is no parameter. */
function membership({ resource = [] }: CompartmentDefinition): ReadonlyMap<string, readonly string[]> {
  return new Map(resource.map((r) => [r.code as string, (r.param ?? []).filter((p) => p !== '{def}')]));
}
