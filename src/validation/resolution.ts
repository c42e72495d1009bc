/** What a reference names among what is at hand: contained resources, and entries of the same Bundle. */
import { isObject, type Json } from './fhirpath/items.ts';

/** Where a reference stands. */
export interface Surroundings {
  /** The resource that contains what is contained: `%rootResource`. */
  readonly root: Json;
  /** The Bundle that `root` is an entry of. */
  readonly bundle?: Json;
}

/** The resource that a literal reference names; undefined when it is not at hand. */
export function resolved(reference: string, { root, bundle }: Surroundings): Json | undefined {
  if (reference.startsWith('#')) {
    if (reference === '#') return root;
    const contained = Array.isArray(root.contained) ? root.contained : [];
    return contained.find((r) => isObject(r) && r.id === reference.slice(1));
  }
  if (bundle) return entryOf(bundle, reference, root);
  return root.resourceType === 'Bundle' ? entryOf(root, reference, undefined) : undefined;
}

/** `[base]/Type/id`, with or without a version: base, type, id. */
const RESTFUL = /^(.*\/)?([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})$/;
const VERSION = /\/_history\/[A-Za-z0-9\-.]{1,64}$/;

/** The base of a RESTful URL, with the slash at its end; undefined for any other URL. */
export function baseOf(url: string | undefined): string | undefined {
  return url === undefined ? undefined : RESTFUL.exec(url)?.[1];
}

/**
 * The entry that a reference from another entry names (https://hl7.org/fhir/R4/bundle.html#references). Where the
 * rules lead nowhere, as for `Patient/1` from an entry under a uuid, an entry of that type and id is taken.
 */
function entryOf(bundle: Json, reference: string, from: Json | undefined): Json | undefined {
  const { byName, urls } = entriesOf(bundle);
  const [plain = ''] = reference.replace(VERSION, '').split('#', 1);
  const relative = RESTFUL.exec(plain);
  if (!relative || relative[1] !== undefined) return byName.get(plain);
  const base = baseOf(from && urls.get(from));
  return (base === undefined ? undefined : byName.get(base + plain)) ?? byName.get(plain);
}

interface Entries {
  /** Resources by fullUrl, and by `Type/id`; the first of several. */
  readonly byName: ReadonlyMap<string, Json>;
  /** Resource -> its fullUrl. */
  readonly urls: ReadonlyMap<Json, string>;
}

const known = new WeakMap<Json, Entries>();

function entriesOf(bundle: Json): Entries {
  let entries = known.get(bundle);
  if (!entries) {
    entries = readEntries(bundle);
    known.set(bundle, entries);
  }
  return entries;
}

function readEntries(bundle: Json): Entries {
  const byName = new Map<string, Json>();
  const urls = new Map<Json, string>();
  const put = (name: string, resource: Json) => {
    if (!byName.has(name)) byName.set(name, resource);
  };
  for (const entry of Array.isArray(bundle.entry) ? bundle.entry : []) {
    if (!isObject(entry) || !isObject(entry.resource)) continue;
    const { fullUrl, resource } = entry;
    if (typeof fullUrl === 'string') {
      urls.set(resource, fullUrl);
      put(fullUrl, resource);
      const match = RESTFUL.exec(fullUrl);
      if (match) put(`${match[2]}/${match[3]}`, resource);
    }
    if (typeof resource.id === 'string') put(`${resource.resourceType}/${resource.id}`, resource);
  }
  return { byName, urls };
}
