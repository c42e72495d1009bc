/** The bounds that an ElementDefinition sets: max, maxLength, minValue[x], maxValue[x]. */
import type { ElementDefinition } from '@medplum/fhirtypes';
import { compare } from './fhirpath/equality.ts';
import * as say from './profile-issues.ts';
import type { Run } from './run.ts';
import type { Value } from './values.ts';

/** `*` is Infinity. */
export function bound(max: string | undefined): number {
  return max === undefined || max === '*' ? Number.POSITIVE_INFINITY : Number(max);
}

/** maxLength, minValue[x], maxValue[x]. */
export function limitChecks(element: ElementDefinition, checks: ((value: Value, run: Run) => void)[]): void {
  const { maxLength } = element;
  if (maxLength !== undefined) {
    checks.push(({ value }, run) => {
      if (typeof value === 'string' && [...value].length > maxLength)
        say.tooLong(run, maxLength, [...value].length);
    });
  }
  for (const [key, limit] of Object.entries(element)) {
    const side = /^(min|max)Value[A-Z]/.exec(key)?.[1];
    if (!side) continue;
    checks.push(({ value }, run) => {
      const order = value === undefined ? undefined : compare({ v: value, t: '' }, { v: limit, t: '' });
      if (order !== undefined && (side === 'min' ? order < 0 : order > 0))
        say.outOfRange(run, side === 'min', limit);
    });
  }
}
