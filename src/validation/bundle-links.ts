/** Which entries of a document or message hang together by their references. */
import { isObject, type Json } from './fhirpath/items.ts';
import { resolved } from './resolution.ts';

/** Indexes of the entries that no chain of references, followed either way, connects with the first. */
export function unlinkedEntries(bundle: Json): number[] {
  const list = (Array.isArray(bundle.entry) ? bundle.entry : []).map((entry) =>
    isObject(entry) && isObject(entry.resource) ? entry.resource : undefined,
  );
  const indexOf = new Map(list.map((resource, i) => [resource, i]));
  const neighbours = list.map(() => new Set<number>());
  list.forEach((resource, i) => {
    if (!resource) return;
    for (const reference of referencesIn(resource)) {
      const target = resolved(reference, { root: resource, bundle });
      const j = target && indexOf.get(target);
      if (j === undefined) continue;
      neighbours[i]!.add(j);
      neighbours[j]!.add(i);
    }
  });
  const reached = new Set([0]);
  for (const i of reached) for (const j of neighbours[i] ?? []) reached.add(j);
  return list.flatMap((resource, i) => (resource && !reached.has(i) ? [i] : []));
}

/** Every literal reference in a resource, to whatever is outside of it. */
function* referencesIn(value: unknown): Generator<string> {
  if (Array.isArray(value)) for (const item of value) yield* referencesIn(item);
  else if (isObject(value)) {
    const { reference } = value;
    if (typeof reference === 'string' && !reference.startsWith('#')) yield reference;
    for (const inner of Object.values(value)) if (typeof inner === 'object') yield* referencesIn(inner);
  }
}
