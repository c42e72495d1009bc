/** A FHIR package as a resource. https://hl7.org/fhir/R4/implementationguide.html */
import type { ImplementationGuide, Resource } from '@medplum/fhirtypes';
import { CORE_PACKAGE, type Manifest, type Package } from './packages.ts';

/** `resources` are what the package defines. */
export function implementationGuide(
  { name, manifest }: Package,
  resources: readonly Resource[],
): ImplementationGuide {
  const dependsOn = Object.entries(manifest.dependencies ?? {}).filter(([id]) => id !== CORE_PACKAGE);
  const listed = resources.map((resource) => {
    const { title, name: given, description } = resource as unknown as Partial<Record<string, string>>;
    return {
      reference: { reference: `${resource.resourceType}/${resource.id}` },
      name: title ?? given ?? resource.id,
      ...(description === undefined ? {} : { description }),
      exampleBoolean: false,
    };
  });
  return {
    resourceType: 'ImplementationGuide',
    id: name,
    url: guideUrl(manifest),
    version: manifest.version,
    name: name.replace(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_, first: string) => first.toUpperCase()),
    ...(manifest.title === undefined ? {} : { title: manifest.title }),
    status: 'active',
    experimental: false,
    ...(manifest.author === undefined ? {} : { publisher: manifest.author }),
    ...(manifest.description === undefined ? {} : { description: manifest.description }),
    packageId: name,
    ...(manifest.license === undefined
      ? {}
      : { license: manifest.license as ImplementationGuide['license'] }),
    fhirVersion: ['4.0.1'],
    ...(dependsOn.length > 0
      ? {
          dependsOn: dependsOn.map(([id, version]) => ({
            uri: guideUrl({ ...manifest, name: id }),
            packageId: id,
            version,
          })),
        }
      : {}),
    ...(listed.length > 0 ? { definition: { resource: listed } } : {}),
  };
}

/** Packages that build on each other here have one canonical. */
function guideUrl({ name, canonical = '' }: Manifest): string {
  return `${canonical}/ImplementationGuide/${name}`;
}
