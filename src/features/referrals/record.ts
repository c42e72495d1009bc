/** Resources that a referral brings along in one Bundle. Pure. */
import type { Resource } from '../../kernel/contribution.ts';
import { newId } from '../../kernel/ids.ts';

export interface Brought {
  /** With ids, and references to each other by those. */
  readonly resources: readonly Resource[];
  /** A reference as the caller wrote it -> that of this server. */
  rename(reference: string): string;
  /** The same for all references in a resource. */
  rewritten(resource: Resource): Resource;
}

/** The resources of a collection; https://hl7.org/fhir/R4/bundle.html#references for how they refer to each other. */
export function recordIn(bundle: Resource | undefined): Brought {
  const entries = (bundle?.entry ?? []) as { fullUrl?: string; resource?: Resource }[];
  const names = new Map<string, string>();
  const resources = entries.flatMap(({ fullUrl, resource }) => {
    if (!resource) return [];
    const id = typeof resource.id === 'string' ? resource.id : newId();
    if (fullUrl !== undefined) names.set(fullUrl, `${resource.resourceType}/${id}`);
    return [{ ...resource, id }];
  });
  const rename = (reference: string) => names.get(reference) ?? reference;
  const rewritten = (resource: Resource) => withReferences(resource, rename) as Resource;
  return { resources: resources.map(rewritten), rename, rewritten };
}

function withReferences(value: unknown, rename: (r: string) => string): unknown {
  if (Array.isArray(value)) return value.map((v) => withReferences(v, rename));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, v]) => [
      key,
      key === 'reference' && typeof v === 'string' ? rename(v) : withReferences(v, rename),
    ]),
  );
}
