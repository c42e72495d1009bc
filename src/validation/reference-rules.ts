/**
 * What a profile demands of references: types and profiles of their targets, where the targets are, and whether they
 * name a version (https://hl7.org/fhir/R4/elementdefinition.html#ElementDefinition.type.targetProfile).
 */
import type { ElementDefinitionType } from '@medplum/fhirtypes';
import { type Definitions, targetTypes } from '../definitions/definitions.ts';
import { isObject, type Json } from './fhirpath/items.ts';
import * as say from './profile-issues.ts';
import { referencedType } from './references.ts';
import { resolved } from './resolution.ts';
import type { Run } from './run.ts';

export interface ReferenceParts {
  readonly definitions: Definitions;
  /** Applies a profile to the resource that a reference names. */
  applyTo(url: string, target: Json, run: Run): void;
}

/** Checks a Reference at the current path. */
export type ReferenceCheck = (reference: Json, run: Run) => void;

/** The checks of a type beyond those of the same type in the base definition. */
export function referenceChecks(
  parts: ReferenceParts,
  type: ElementDefinitionType,
  base: ElementDefinitionType | undefined,
): ReferenceCheck[] {
  const { targetProfile = [], aggregation, versioning } = type;
  const checks: ReferenceCheck[] = [];
  const structures = { get: (url: string) => parts.definitions.structure(url) } as Parameters<
    typeof targetTypes
  >[1];
  const targets = targetTypes(targetProfile, structures);
  if (targets.length > 0 && targets.join() !== targetTypes(base?.targetProfile, structures).join())
    checks.push(targetCheck(parts.definitions, targets));
  if (targetProfile.some((url) => isProfile(parts.definitions, url)))
    checks.push(profileCheck(parts, targetProfile));
  if (aggregation?.length) checks.push(aggregationCheck(aggregation));
  if (versioning === 'independent' || versioning === 'specific')
    checks.push(versionCheck(versioning === 'specific'));
  return checks;
}

function isProfile(definitions: Definitions, url: string): boolean {
  return definitions.structure(url)?.derivation === 'constraint';
}

function targetCheck(definitions: Definitions, targets: readonly string[]): ReferenceCheck {
  return ({ reference }, run) => {
    if (typeof reference !== 'string') return;
    const actual = referencedType(definitions, reference, run);
    if (actual && !targets.includes(actual)) say.targetNotAllowed(run, actual, targets);
  };
}

/** A target that is at hand conforms to one of the profiles that are for its type. */
function profileCheck(parts: ReferenceParts, urls: readonly string[]): ReferenceCheck {
  return ({ reference }, run) => {
    const target = typeof reference === 'string' ? resolved(reference, run) : undefined;
    if (!isObject(target)) return;
    const candidates = urls.filter((url) => {
      const type = parts.definitions.structure(url)?.type;
      return type === target.resourceType || type === 'Resource';
    });
    if (candidates.length === 0 || candidates.some((url) => !isProfile(parts.definitions, url))) return;
    const faults = candidates.map((url) => targetFault(parts, url, target, run));
    if (faults.every((fault) => fault !== undefined))
      say.targetUnfit(run, String(reference), candidates, faults[0]!);
  };
}

/** The first error of a target under a profile. One that is being looked at already is taken to be right. */
export function targetFault(parts: ReferenceParts, url: string, target: Json, run: Run) {
  const visited = run.visiting.get(url) ?? new Set<Json>();
  if (visited.has(target)) return undefined;
  return run.errorOf((trial) => {
    trial.visiting = new Map(run.visiting).set(url, new Set(visited).add(target));
    parts.applyTo(url, target, trial);
  });
}

function aggregationCheck(modes: readonly string[]): ReferenceCheck {
  return ({ reference }, run) => {
    if (typeof reference !== 'string') return;
    const contained = reference.startsWith('#');
    const bundled = !contained && resolved(reference, run) !== undefined;
    const allowed = contained
      ? modes.includes('contained')
      : modes.includes('referenced') || (bundled && modes.includes('bundled'));
    if (!allowed) say.wrongAggregation(run, reference, modes);
  };
}

function versionCheck(specific: boolean): ReferenceCheck {
  return ({ reference }, run) => {
    if (typeof reference !== 'string' || !/^(?!urn:)[^#]*\/[^#]+/.test(reference)) return;
    if (reference.includes('/_history/') !== specific) say.wrongVersioning(run, reference, specific);
  };
}
