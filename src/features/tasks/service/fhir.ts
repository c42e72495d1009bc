/** Elements of FHIR that the resources of public-health services share, and their names. Pure. */
import { CANONICAL } from '../../../kernel/canonical.ts';
import type { Resource } from '../../../kernel/contribution.ts';
import type { Coding, Concept, Reference } from '../../../kernel/elements.ts';

export const TASK_SYSTEM = `${CANONICAL}/CodeSystem/public-health-task`;
export const STATE_SYSTEM = `${CANONICAL}/CodeSystem/public-health-task-state`;
export const ORIGIN_SYSTEM = `${CANONICAL}/CodeSystem/public-health-task-origin`;
export const OUTPUT_SYSTEM = `${CANONICAL}/CodeSystem/public-health-task-output`;
export const PROGRAMME_SYSTEM = `${CANONICAL}/CodeSystem/public-health-programme`;
export const CLASS_SYSTEM = `${CANONICAL}/CodeSystem/follow-up-class`;
export const MENTAL_CLASS_SYSTEM = `${CANONICAL}/CodeSystem/mental-disorder-class`;
export const TRIGGER_SYSTEM = `${CANONICAL}/CodeSystem/follow-up-referral-reason`;
export const NOT_VISITED_SYSTEM = `${CANONICAL}/CodeSystem/not-visited-reason`;
export const END_SYSTEM = `${CANONICAL}/CodeSystem/enrolment-end-reason`;
export const POPULATION_SYSTEM = `${CANONICAL}/CodeSystem/key-population`;
export const TASK_NUMBER_SYSTEM = `${CANONICAL}/NamingSystem/public-health-task`;

const structure = (id: string) => `${CANONICAL}/StructureDefinition/${id}`;
export const TASK_PROFILE = structure('county-public-health-task');
export const ENROLMENT_PROFILE = structure('county-programme-enrolment');
export const PROGRAMME_URL = structure('programme');
export const AREA_URL = structure('service-area');
export const SERVED_URL = structure('served-contract');
export const ANCHOR_URL = structure('programme-anchor');
export const OPTION_URL = structure('programme-option');
export const END_URL = structure('enrolment-end');
export const POPULATION_URL = structure('key-population');

export interface Extension {
  readonly url: string;
  readonly extension?: readonly Extension[];
  readonly valueCode?: string;
  readonly valueDate?: string;
  readonly valueBoolean?: boolean;
  readonly valuePositiveInt?: number;
  readonly valueCoding?: Coding;
  readonly valueCodeableConcept?: Concept;
  readonly valueReference?: Reference;
  readonly valueRange?: {
    readonly low?: { readonly value?: number };
    readonly high?: { readonly value?: number };
  };
}

export function extensionsOf(resource: object, url: string): readonly Extension[] {
  const { extension } = resource as { readonly extension?: unknown };
  return Array.isArray(extension) ? (extension as Extension[]).filter((e) => e?.url === url) : [];
}

export function extensionOf(resource: object, url: string): Extension | undefined {
  return extensionsOf(resource, url)[0];
}

export function codeIn(concept: unknown, system: string): string | undefined {
  return (concept as Concept | undefined)?.coding?.find?.((c) => c.system === system)?.code;
}

export function codesOf(concept: unknown): readonly Coding[] {
  const coding = (concept as Concept | undefined)?.coding;
  return Array.isArray(coding) ? coding : [];
}

export function concept(system: string, code: string): Concept {
  return { coding: [{ system, code }] };
}

export function referenceIn(value: unknown): string | undefined {
  return (value as Reference | undefined)?.reference;
}

/** `Type/id` of a resource. */
export function nameOf(resource: Resource): string {
  return `${resource.resourceType}/${String(resource.id)}`;
}

/** Codes of the key populations that a resident belongs to. */
export function populationsOf(patient: Resource): Set<string> {
  return new Set(
    extensionsOf(patient, POPULATION_URL).flatMap(
      (e) => codeIn(e.valueCodeableConcept, POPULATION_SYSTEM) ?? [],
    ),
  );
}
