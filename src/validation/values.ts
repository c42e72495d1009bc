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

/** A JSON property that may hold an element, and the type it has there. */
interface Place {
  readonly key: string;
  readonly sibling: string;
  readonly type: string;
}

/** Where an element of a type may stand: several properties for a choice. */
export type Access = readonly Place[];

/** `name` may also be the property of one type of a choice, as `valueQuantity`. */
export function access(definitions: Definitions, parentType: string, name: string): Access {
  const out: Place[] = [];
  for (const [key, { element, type }] of definitions.children(parentType)) {
    if (element.name === name || key === name) out.push({ key, sibling: `_${key}`, type });
  }
  return out;
}

export function valuesOf(parent: Json, places: Access): Value[] {
  const out: Value[] = [];
  for (const place of places) {
    const value = parent[place.key];
    const sibling = parent[place.sibling];
    if (value === undefined && sibling === undefined) continue;
    const { type } = place;
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
