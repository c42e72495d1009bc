/** Canonical -> definition, over all packages; says everything that does not fit. */
import type {
  CodeSystem,
  CompartmentDefinition,
  OperationDefinition,
  Resource,
  SearchParameter,
  StructureDefinition,
  ValueSet,
} from '@medplum/fhirtypes';
import { implementationGuide } from './implementation-guide.ts';
import { DefinitionsError, type Package } from './packages.ts';

const TYPE_BASE = 'http://hl7.org/fhir/StructureDefinition/';

/** Resources that define something; others in a package (examples) are left alone. */
export const CONFORMANCE: ReadonlySet<string> = new Set([
  'ActivityDefinition',
  'CapabilityStatement',
  'CodeSystem',
  'CompartmentDefinition',
  'ConceptMap',
  'EventDefinition',
  'GraphDefinition',
  'ImplementationGuide',
  'Library',
  'Measure',
  'MessageDefinition',
  'NamingSystem',
  'ObservationDefinition',
  'OperationDefinition',
  'PlanDefinition',
  'Questionnaire',
  'SearchParameter',
  'SpecimenDefinition',
  'StructureDefinition',
  'StructureMap',
  'ValueSet',
]);

export interface Registry {
  readonly structures: ReadonlyMap<string, StructureDefinition>;
  readonly valueSets: ReadonlyMap<string, ValueSet>;
  readonly codeSystems: ReadonlyMap<string, CodeSystem>;
  readonly searchParameters: readonly SearchParameter[];
  readonly operations: readonly OperationDefinition[];
  readonly compartments: readonly CompartmentDefinition[];
  /** Resource type -> the conformance resources of the packages other than the R4 base. */
  readonly published: ReadonlyMap<string, readonly Resource[]>;
  /** Type and url -> the definition, and the package it is of. */
  readonly owned: ReadonlyMap<string, { readonly owner: Package; readonly resource: Resource }>;
}

/** `http://x/y|1.0#part` -> `http://x/y`. */
export function withoutVersion(canonical: string): string {
  const end = canonical.search(/[|#]/);
  return end < 0 ? canonical : canonical.slice(0, end);
}

/** The canonical of a base type; anything that already is an address stays. */
export function typeUrl(urlOrType: string): string {
  return /^[A-Za-z]\w*$/.test(urlOrType) ? TYPE_BASE + urlOrType : withoutVersion(urlOrType);
}

/** What a package defines: without examples, and with the ImplementationGuide that tells of it. */
export function definitionsOf(owner: Package): readonly Resource[] {
  const resources = owner.resources.filter((r) => CONFORMANCE.has(r.resourceType));
  const told = owner.core || resources.some((r) => r.resourceType === 'ImplementationGuide');
  return told ? resources : [...resources, implementationGuide(owner, resources)];
}

/** Throws one DefinitionsError with every problem of every package. */
export function buildRegistry(packages: readonly Package[]): Registry {
  const problems = packages.flatMap((p) => p.problems);
  const owned = new Map<string, { owner: Package; resource: Resource }>();
  const byType = new Map<string, Resource[]>();
  const published = new Map<string, Resource[]>();
  for (const owner of packages) {
    const { name, core } = owner;
    for (const resource of definitionsOf(owner)) {
      const url = 'url' in resource ? resource.url : undefined;
      const label = `${name}: ${resource.resourceType} ${url ?? resource.id}`;
      if (!url && resource.resourceType !== 'NamingSystem') {
        problems.push(`${label} has no url`);
        continue;
      }
      if (url) {
        const key = `${resource.resourceType} ${url}`;
        const other = owned.get(key);
        if (other) problems.push(`${label} is already defined by ${other.owner.name}`);
        owned.set(key, { owner, resource });
      }
      push(byType, resource);
      if (!core) push(published, resource);
      if (resource.resourceType === 'StructureDefinition' && !resource.snapshot?.element?.length) {
        problems.push(`${label} has no snapshot; build the package with snapshots`);
      }
    }
  }
  const all = <R extends Resource>(type: R['resourceType']) => (byType.get(type) ?? []) as R[];
  const structures = new Map(all<StructureDefinition>('StructureDefinition').map((sd) => [sd.url, sd]));
  for (const sd of structures.values()) {
    if (sd.baseDefinition && !structures.has(withoutVersion(sd.baseDefinition))) {
      const name = owned.get(`StructureDefinition ${sd.url}`)?.owner.name;
      problems.push(
        `${name}: StructureDefinition ${sd.url} is based on ${sd.baseDefinition}, which is unknown`,
      );
    }
  }
  if (problems.length > 0) throw new DefinitionsError(problems);
  return {
    structures,
    valueSets: new Map(all<ValueSet>('ValueSet').map((vs) => [vs.url!, vs])),
    codeSystems: new Map(all<CodeSystem>('CodeSystem').map((cs) => [cs.url!, cs])),
    searchParameters: all<SearchParameter>('SearchParameter'),
    operations: all<OperationDefinition>('OperationDefinition'),
    compartments: all<CompartmentDefinition>('CompartmentDefinition'),
    published,
    owned,
  };
}

function push(map: Map<string, Resource[]>, resource: Resource): void {
  const list = map.get(resource.resourceType);
  if (list) list.push(resource);
  else map.set(resource.resourceType, [resource]);
}
