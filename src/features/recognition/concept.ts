/** Codes and words, as FHIR writes them, and the settings and lengths that rules are written in. Pure. */
import type { Coding, Concept } from '../../kernel/elements.ts';

export type Setting = 'outpatient' | 'inpatient' | 'emergency';

const DAYS_IN: Readonly<Record<string, number>> = {
  min: 1 / 1440,
  h: 1 / 24,
  d: 1,
  wk: 7,
  mo: 30.4375,
  a: 365.25,
};

/** A Duration in days; undefined when its unit is no measure of time by UCUM. */
export function daysOf(
  duration: { readonly value?: number; readonly code?: string } | undefined,
): number | undefined {
  const days = DAYS_IN[duration?.code ?? ''];
  return days === undefined || duration?.value === undefined ? undefined : duration.value * days;
}

export function keyOf({ system, code }: Coding): string {
  return `${system ?? ''}|${code ?? ''}`;
}

/** Whether two concepts share a code, or the words where one has no code. */
export function agree(a: Concept, b: Concept): boolean {
  const codes = new Set((a.coding ?? []).map(keyOf));
  if ((b.coding ?? []).some((c) => codes.has(keyOf(c)))) return true;
  return a.text !== undefined && a.text === b.text;
}
