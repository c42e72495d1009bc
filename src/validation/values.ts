/** The values of an element in JSON, each with its type and sibling. */
import type { Definitions } from '../definitions/definitions.ts';
import type { Json } from './fhirpath/items.ts';

export interface Value {
  readonly value: unknown;
  /** The `_name` part of a primitive. */
  readonly sibling: unknown;
  /** FHIR type, or backbone path. */
  readonly type: string;
  /** Place in the array; -1 for an element that does not repeat. */
  readonly index: number;
}

/** JSON property -> type, for an element of a type: several properties for a choice. */
export type Access = ReadonlyMap<string, string>;

/** `name` may also be the property of one type of a choice, as `valueQuantity`. */
export function access(definitions: Definitions, parentType: string, name: string): Access {
  const out = new Map<string, string>();
  for (const [key, child] of definitions.children(parentType)) {
    if (child.element.name === name || key === name) out.set(key, child.type);
  }
  return out;
}

export function valuesOf(parent: Json, properties: Access): Value[] {
  const out: Value[] = [];
  for (const [key, type] of properties) {
    const value = parent[key];
    const sibling = parent[`_${key}`];
    if (value === undefined && sibling === undefined) continue;
    if (Array.isArray(value) || Array.isArray(sibling)) {
      const values = Array.isArray(value) ? value : [];
      const siblings = Array.isArray(sibling) ? sibling : [];
      for (let i = 0; i < Math.max(values.length, siblings.length); i++) {
        out.push({ value: values[i] ?? undefined, sibling: siblings[i] ?? undefined, type, index: i });
      }
    } else out.push({ value, sibling, type, index: -1 });
  }
  return out;
}
