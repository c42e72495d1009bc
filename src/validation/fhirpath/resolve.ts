/** `resolve()` within what is at hand: contained resources and entries of the same Bundle. */
import type { Env } from './expression.ts';
import { type Item, isObject, type Json } from './items.ts';

/** The resource a Reference, canonical or uri names; undefined when it is not at hand. */
export function resolveReference(item: Item, env: Env): Item | undefined {
  const target = isObject(item.v) ? item.v.reference : item.v;
  if (typeof target !== 'string') return undefined;
  const root = env.rootResource.v as Json;
  if (target.startsWith('#')) {
    if (target === '#') return env.rootResource;
    const contained = Array.isArray(root.contained) ? root.contained : [];
    return found(contained.find((r) => isObject(r) && r.id === target.slice(1)));
  }
  const entries = Array.isArray(root.entry) ? root.entry : [];
  const entry = entries.find(
    (e) =>
      isObject(e) &&
      typeof e.fullUrl === 'string' &&
      (e.fullUrl === target || e.fullUrl.endsWith(`/${target}`)),
  );
  return found(isObject(entry) ? entry.resource : undefined);
}

function found(resource: unknown): Item | undefined {
  if (!isObject(resource) || typeof resource.resourceType !== 'string') return undefined;
  return { v: resource, t: resource.resourceType };
}
