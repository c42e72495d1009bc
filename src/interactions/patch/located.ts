/** FHIRPath items that know where in the JSON they stand, so that a patch can change them there. */
import type { ChildElement } from '../../definitions/definitions.ts';
import { type Item, Model } from '../../validation/fhirpath/items.ts';
import { isJsonObject, isRaw } from './exact-json.ts';

/** Where an element stands: a member of `holder`, or an element of the array there. */
export interface Place {
  readonly holder: Record<string, unknown>;
  /** FHIR type of the holder, as `Definitions.children` takes it. */
  readonly type: string;
  readonly key: string;
  readonly child: ChildElement;
  readonly index?: number;
}

export interface Located extends Item {
  /** Absent for the resource itself and for what was computed. */
  readonly at?: Place;
}

/** The object that holds the children of an item, with its type. */
export function contentOf(item: Item): { holder: Record<string, unknown>; type: string } | undefined {
  if (isJsonObject(item.v)) return { holder: item.v, type: item.t };
  return isJsonObject(item.e) ? { holder: item.e, type: 'Element' } : undefined;
}

/** Steps like `Model`, on values as `parseExactly` makes them. */
export class LocatedModel extends Model {
  override step(from: Item, name: string, out: Item[]): void {
    const content = contentOf(from);
    if (!content) return;
    for (const [key, child] of this.definitions.children(content.type)) {
      if (child.element.name === name || key === name) collect({ ...content, key, child }, out);
    }
  }

  override children(from: Item, out: Item[]): void {
    const content = contentOf(from);
    if (!content) return;
    for (const [key, child] of this.definitions.children(content.type)) {
      collect({ ...content, key, child }, out);
    }
  }
}

function collect(place: Place, out: Item[]): void {
  const v = Object.hasOwn(place.holder, place.key) ? place.holder[place.key] : undefined;
  const e = Object.hasOwn(place.holder, `_${place.key}`) ? place.holder[`_${place.key}`] : undefined;
  if (v === undefined && e === undefined) return;
  if (!Array.isArray(v) && !Array.isArray(e)) out.push(located(v, e, place));
  else {
    const [values, siblings] = [listOf(v), listOf(e)];
    for (let index = 0; index < Math.max(values.length, siblings.length); index++) {
      out.push(located(values[index] ?? undefined, siblings[index] ?? undefined, { ...place, index }));
    }
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function located(value: unknown, e: unknown, at: Place): Located {
  const v = isRaw(value) ? Number(value.rawJSON) : value;
  const t =
    at.child.type === 'Resource' && isJsonObject(v) && typeof v.resourceType === 'string'
      ? v.resourceType
      : at.child.type;
  return e === undefined ? { v, t, at } : { v, t, e, at };
}
