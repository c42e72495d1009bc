/** Which measurements can be true at all. Pure. */
import { CANONICAL } from '../../../kernel/canonical.ts';
import type { Resource } from '../../../kernel/contribution.ts';
import { type Issue, problem } from '../../../kernel/issue.ts';
import { codesOf, extensionOf } from './fhir.ts';

const ORIGIN_URL = `${CANONICAL}/StructureDefinition/measurement-origin`;

interface Limits {
  readonly low: number;
  readonly high: number;
  readonly unit: string;
}

/** LOINC -> what a living body, and the usual device, can show. */
const LIMITS: Readonly<Record<string, Limits>> = {
  '8480-6': { low: 40, high: 300, unit: 'mmHg' },
  '8462-4': { low: 20, high: 200, unit: 'mmHg' },
  '8867-4': { low: 20, high: 300, unit: '/min' },
  '14743-9': { low: 0.6, high: 40, unit: 'mmol/L' },
  '14771-0': { low: 0.6, high: 60, unit: 'mmol/L' },
  '8310-5': { low: 25, high: 45, unit: 'Cel' },
  '59408-5': { low: 30, high: 100, unit: '%' },
  '29463-7': { low: 0.3, high: 400, unit: 'kg' },
};

/** A measurement that a resident made with a device. */
export function isHomeMeasurement(resource: Resource | undefined): boolean {
  return (
    resource?.resourceType === 'Observation' &&
    resource.device !== undefined &&
    extensionOf(resource, ORIGIN_URL)?.valueCode === 'home'
  );
}

interface Implausible {
  readonly code: string;
  readonly value: number;
  /** FHIRPath of the value. */
  readonly expression: string;
}

function implausibleIn(observation: Resource): Implausible[] {
  type Part = { code?: unknown; valueQuantity?: { value?: number } };
  const component = (Array.isArray(observation.component) ? observation.component : []) as readonly Part[];
  const parts = [
    { part: observation as unknown as Part, at: 'Observation.value' },
    ...component.map((part, i) => ({ part, at: `Observation.component[${i}].value` })),
  ];
  return parts.flatMap(({ part, at }) => {
    const code = codesOf(part.code).find((c) => LIMITS[c.code ?? ''])?.code;
    const value = part.valueQuantity?.value;
    if (!code || typeof value !== 'number') return [];
    const { low, high } = LIMITS[code]!;
    return value < low || value > high ? [{ code, value, expression: at }] : [];
  });
}

/** `at`: where to look, when not in the Observation itself. */
export function implausibleIssues(observation: Resource, at?: string): Issue[] {
  return implausibleIn(observation).map(({ code, value, expression }) => {
    const { low, high, unit } = LIMITS[code]!;
    return problem(
      'business-rule',
      {
        en: `${value} ${unit} is no plausible measurement: it would be from ${low} to ${high}.`,
        zh: `测量值 ${value} ${unit} 不合理:应在 ${low} 至 ${high} 之间。`,
      },
      { expression: at ?? expression, rule: 'measurement-implausible' },
    );
  });
}
