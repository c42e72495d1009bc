/** `resolve()` within what is at hand: contained resources and entries of the same Bundle. */
import { resolved } from '../resolution.ts';
import type { Env } from './expression.ts';
import { type Item, isObject, type Json } from './items.ts';

/** The resource a Reference, canonical or uri names; undefined when it is not at hand. */
export function resolveReference(item: Item, env: Env): Item | undefined {
  const target = isObject(item.v) ? item.v.reference : item.v;
  if (typeof target !== 'string') return undefined;
  const found = resolved(target, { root: env.rootResource.v as Json, bundle: env.bundle });
  if (!isObject(found) || typeof found.resourceType !== 'string') return undefined;
  return { v: found, t: found.resourceType };
}
