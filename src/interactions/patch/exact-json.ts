/** JSON values whose numbers may be raw text (`parseExactly`): copied and compared without losing a digit. */
import { tooCostly } from '../../kernel/fhir-error.ts';

type Raw = { readonly rawJSON: string };

/** A number that is kept as the text it was written with. */
export function isRaw(value: unknown): value is Raw {
  return (JSON as unknown as { isRawJSON(value: unknown): boolean }).isRawJSON(value);
}

/** An object as JSON has it: neither an array nor a raw number. */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRaw(value);
}

/** Sets a member; `__proto__` becomes an ordinary one, as `JSON.parse` makes it. */
export function setMember(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') object[key] = value;
  else {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  }
}

/** How many values one patch may touch: far beyond any edit, short of what would keep others waiting. */
const MOST_EFFORT = 2_000_000;

/** Counts the work of one patch, so that few operations cannot ask for much (`copy` of a copy of a copy …). */
export class Effort {
  #left = MOST_EFFORT;

  spend(amount = 1): void {
    this.#left -= amount;
    if (this.#left >= 0) return;
    throw tooCostly({
      en: 'The patch copies or compares too much. Send the whole resource with PUT instead.',
      zh: '该补丁复制或比较的内容过多。请改用 PUT 提交整个资源。',
    });
  }
}

/** A copy that shares nothing with the original. */
export function copyOf(value: unknown, effort: Effort): unknown {
  effort.spend();
  if (Array.isArray(value)) return value.map((v) => copyOf(v, effort));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, copyOf(v, effort)]));
}

/** Levels of objects and arrays in a value: 0 for a string. */
export function levelsOf(value: unknown, effort: Effort): number {
  effort.spend();
  if (typeof value !== 'object' || value === null || isRaw(value)) return 0;
  let deepest = 0;
  for (const child of Object.values(value)) deepest = Math.max(deepest, levelsOf(child, effort));
  return deepest + 1;
}

/**
 * Equality as the `test` of a JSON Patch has it (RFC 6902 §4.6): numbers are equal when their values are
 * (`1.50` and `1.5`), whatever their precision; members in any order.
 */
export function sameJson(a: unknown, b: unknown, effort: Effort): boolean {
  effort.spend();
  const [x, y] = [numberText(a), numberText(b)];
  if (x !== undefined || y !== undefined) {
    return x !== undefined && y !== undefined && (x === y || plainNumber(x) === plainNumber(y));
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((v, i) => sameJson(v, b[i], effort));
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return a === b;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key], effort))
  );
}

function numberText(value: unknown): string | undefined {
  return typeof value === 'number' ? String(value) : isRaw(value) ? value.rawJSON : undefined;
}

/** One text for each number: `1.50`, `15e-1` -> `15e-1`. */
function plainNumber(text: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,12}))?$/.exec(text);
  if (!match) return text;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const digits = (whole + fraction).replace(/^0+/, '');
  if (digits === '') return '0';
  let end = digits.length;
  while (digits[end - 1] === '0') end--;
  return `${sign}${digits.slice(0, end)}e${Number(exponent) - fraction.length + digits.length - end}`;
}
