/** fixed[x] and pattern[x] (https://hl7.org/fhir/R4/elementdefinition.html#ElementDefinition.pattern_x_). */
import type { ElementDefinition } from '@medplum/fhirtypes';
import { deepEqual } from './fhirpath/equality.ts';
import { isObject } from './fhirpath/items.ts';

export interface Expected {
  readonly kind: 'fixed' | 'pattern';
  readonly value: unknown;
  matches(value: unknown): boolean;
}

/** What an element is fixed to; undefined when it is free. */
export function expected(element: ElementDefinition): Expected | undefined {
  for (const [key, value] of Object.entries(element)) {
    if (/^fixed[A-Z]/.test(key)) return { kind: 'fixed', value, matches: (v) => deepEqual(v, value) };
    if (/^pattern[A-Z]/.test(key))
      return { kind: 'pattern', value, matches: (v) => matchesPattern(v, value) };
  }
  return undefined;
}

/** Everything in the pattern is in the value; array items match in any order. */
export function matchesPattern(value: unknown, pattern: unknown): boolean {
  if (Array.isArray(pattern)) {
    return Array.isArray(value) && pattern.every((p) => value.some((v) => matchesPattern(v, p)));
  }
  if (isObject(pattern)) {
    return isObject(value) && Object.entries(pattern).every(([key, p]) => matchesPattern(value[key], p));
  }
  return value === pattern;
}
