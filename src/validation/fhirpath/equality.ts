/** Equality and order of FHIRPath values (https://hl7.org/fhirpath/#equality). */
import type { Item, Items } from './items.ts';

/** Deep equality of JSON; the order of properties does not matter. */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((x, i) => deepEqual(x, b[i]));
  }
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => key in b && deepEqual((a as never)[key], (b as never)[key]));
}

const DATE_LIKE = /^\d{4}(-\d\d(-\d\d(T\d\d(:\d\d(:\d\d(\.\d+)?)?)?(Z|[+-]\d\d:\d\d)?)?)?)?$/;

/** -1, 0 or 1; undefined when the precisions differ before the values do. */
export function compareDates(a: string, b: string): number | undefined {
  const zoned = (text: string) => /T.*(Z|[+-]\d\d:\d\d)$/.test(text);
  if (zoned(a) && zoned(b)) return Math.sign(Date.parse(a) - Date.parse(b));
  const shared = Math.min(a.length, b.length, a.includes('T') && b.includes('T') ? 19 : 10);
  const [x, y] = [a.slice(0, shared), b.slice(0, shared)];
  if (x !== y) return x < y ? -1 : 1;
  return a.length === b.length ? 0 : undefined;
}

/** -1, 0 or 1; undefined when the two cannot be compared. */
export function compare(a: Item, b: Item): number | undefined {
  const [x, y] = [a.v, b.v];
  if (typeof x === 'number' && typeof y === 'number') return Math.sign(x - y);
  if (typeof x === 'string' && typeof y === 'string') {
    if (DATE_LIKE.test(x) && DATE_LIKE.test(y)) return compareDates(x, y);
    return x === y ? 0 : x < y ? -1 : 1;
  }
  if (typeof x === 'object' && typeof y === 'object' && x !== null && y !== null) {
    const [p, q] = [x as Record<string, unknown>, y as Record<string, unknown>];
    if (typeof p.value !== 'number' || typeof q.value !== 'number') return undefined;
    const unit = (z: Record<string, unknown>) => `${z.system ?? ''} ${z.code ?? z.unit ?? ''}`;
    return unit(p) === unit(q) ? Math.sign(p.value - q.value) : undefined;
  }
  return undefined;
}

export function itemsEqual(a: Item, b: Item): boolean {
  if (a.v === undefined || b.v === undefined) return a === b;
  return deepEqual(a.v, b.v);
}

/** FHIRPath `=`: undefined when a side is empty. */
export function collectionsEqual(a: Items, b: Items): boolean | undefined {
  if (a.length === 0 || b.length === 0) return undefined;
  return a.length === b.length && a.every((item, i) => itemsEqual(item, b[i]!));
}

/** FHIRPath `~`: order and letter case do not matter. */
export function collectionsEquivalent(a: Items, b: Items): boolean {
  const same = (x: Item, y: Item) =>
    typeof x.v === 'string' && typeof y.v === 'string'
      ? x.v.trim().toLowerCase() === y.v.trim().toLowerCase()
      : deepEqual(x.v, y.v);
  return a.length === b.length && a.every((x) => b.some((y) => same(x, y)));
}

export function distinct(items: Items): Item[] {
  const seen = new Set<unknown>();
  const objects: Item[] = [];
  return items.filter((item) => {
    if (typeof item.v !== 'object') return !seen.has(item.v) && seen.add(item.v);
    if (objects.some((known) => deepEqual(known.v, item.v))) return false;
    objects.push(item);
    return true;
  });
}
