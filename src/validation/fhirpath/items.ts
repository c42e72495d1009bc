/** What FHIRPath works on: values with their FHIR type, and how to step from one to the next. */
import type { Definitions } from '../../definitions/definitions.ts';

/** A value in a FHIRPath collection. */
export interface Item {
  /** The JSON value; undefined for a primitive that has only extensions. */
  readonly v: unknown;
  /** FHIR type, path of a backbone element, or `System` type of a literal or result. */
  readonly t: string;
  /** The `_name` sibling of a primitive: its id and extensions. */
  readonly e?: unknown;
}

export type Items = readonly Item[];
export type Json = Record<string, unknown>;

export const NONE: Items = [];
export const TRUE: Items = [{ v: true, t: 'boolean' }];
export const FALSE: Items = [{ v: false, t: 'boolean' }];

export function bool(value: boolean): Items {
  return value ? TRUE : FALSE;
}

/** The single item of a collection, or undefined when it is empty; more than one is an error in FHIRPath. */
export function single(items: Items): Item | undefined {
  if (items.length > 1) throw new Error(`expected one item, found ${items.length}`);
  return items[0];
}

/** Singleton evaluation of collections as a boolean: true, false, or undefined for empty. */
export function truth(items: Items): boolean | undefined {
  const item = single(items);
  if (item === undefined) return undefined;
  return typeof item.v === 'boolean' ? item.v : true;
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

interface Property {
  readonly key: string;
  readonly sibling: string;
  readonly type: string;
}

/** Steps along element names with the types of the definitions. One per Definitions. */
export class Model {
  readonly definitions: Definitions;
  readonly #steps = new Map<string, ReadonlyMap<string, readonly Property[]>>();

  constructor(definitions: Definitions) {
    this.definitions = definitions;
  }

  /** Element name -> the JSON properties that may hold it (several for a choice). */
  #properties(type: string): ReadonlyMap<string, readonly Property[]> {
    const known = this.#steps.get(type);
    if (known) return known;
    const map = new Map<string, Property[]>();
    for (const [key, child] of this.definitions.children(type)) {
      const property = { key, sibling: `_${key}`, type: child.type };
      const name = child.element.name;
      const list = map.get(name);
      if (list) list.push(property);
      else map.set(name, [property]);
      if (name !== key) map.set(key, [property]);
    }
    this.#steps.set(type, map);
    return map;
  }

  /** Adds the items of an element of `from` to `out`. */
  step(from: Item, name: string, out: Item[]): void {
    const value = isObject(from.v) ? from.v : isObject(from.e) ? from.e : undefined;
    if (!value) return;
    const properties = this.#properties(typeof from.v === 'object' ? from.t : 'Element').get(name);
    if (!properties) return;
    if (properties.length <= FEW) for (const property of properties) collect(value, property, out);
    else collectChoice(value, name, properties, out);
  }

  /** All child items, in the order of the JSON. */
  children(from: Item, out: Item[]): void {
    const value = isObject(from.v) ? from.v : isObject(from.e) ? from.e : undefined;
    if (!value) return;
    const properties = this.#properties(typeof from.v === 'object' ? from.t : 'Element');
    for (const key of Object.keys(value)) {
      const plain = key.startsWith('_') ? key.slice(1) : key;
      if (plain !== key && plain in value) continue;
      const property = properties.get(plain)?.[0];
      if (property) collect(value, property, out);
    }
  }

  /** FHIR and System type tests of `is`, `as` and `ofType`. */
  isType(item: Item, name: string): boolean {
    const wanted = name.replace(/^(FHIR|System)\./, '').replaceAll('`', '');
    if (item.t === wanted) return true;
    const system = SYSTEM_TYPES[wanted];
    if (system) return system.includes(item.t);
    for (let type: string | undefined = item.t; type; ) {
      if (type === wanted) return true;
      if (type.includes('.')) return wanted === 'BackboneElement' || wanted === 'Element';
      const base: string | undefined = this.definitions.structure(type)?.baseDefinition;
      type = base?.slice(base.lastIndexOf('/') + 1);
    }
    return false;
  }
}

/** `value is Boolean`: FHIR primitives count as the System type that carries their value. */
const SYSTEM_TYPES: Readonly<Record<string, readonly string[]>> = {
  Boolean: ['boolean'],
  Integer: ['integer', 'positiveInt', 'unsignedInt'],
  Decimal: ['decimal'],
  String: ['string', 'code', 'id', 'uri', 'url', 'canonical', 'oid', 'uuid', 'markdown', 'base64Binary'],
  Date: ['date'],
  DateTime: ['dateTime', 'instant'],
  Time: ['time'],
};

/** A choice of more types than this is found by its name in the JSON, not by trying every type. */
const FEW = 4;

function collectChoice(value: Json, name: string, properties: readonly Property[], out: Item[]): void {
  for (const key in value) {
    const plain = key.charCodeAt(0) === 95 ? key.slice(1) : key;
    if (!plain.startsWith(name) || (plain !== key && plain in value)) continue;
    const property = properties.find((p) => p.key === plain);
    if (property) collect(value, property, out);
  }
}

function collect(value: Json, property: Property, out: Item[]): void {
  const v = value[property.key];
  const e = value[property.sibling];
  if (v === undefined && e === undefined) return;
  if (Array.isArray(v) || Array.isArray(e)) {
    const values = (v ?? []) as unknown[];
    const siblings = (e ?? []) as unknown[];
    const length = Math.max(values.length, siblings.length);
    for (let i = 0; i < length; i++)
      out.push(item(values[i] ?? undefined, property.type, siblings[i] ?? undefined));
  } else {
    out.push(item(v, property.type, e));
  }
}

function item(v: unknown, type: string, e: unknown): Item {
  if (type === 'Resource' && isObject(v) && typeof v.resourceType === 'string')
    return { v, t: v.resourceType };
  return e === undefined ? { v, t: type } : { v, t: type, e };
}
