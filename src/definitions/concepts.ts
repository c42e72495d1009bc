/** The hierarchy of a code system. https://hl7.org/fhir/R4/codesystem.html#hierarchy */
import type { CodeSystem, CodeSystemConcept } from '@medplum/fhirtypes';

/** A concept and the codes above it. */
export interface Placed {
  readonly concept: CodeSystemConcept;
  readonly ancestors: ReadonlySet<string>;
}

/** Every concept with its ancestors: by nesting, and by `parent`, `subsumedBy` or `child` properties. */
export function place(concepts: readonly CodeSystemConcept[]): Placed[] {
  const parents = new Map<string, string[]>();
  const flat: CodeSystemConcept[] = [];
  const putBelow = (code: string, parent: string) => {
    const known = parents.get(code);
    if (known) known.push(parent);
    else parents.set(code, [parent]);
  };
  const walk = (list: readonly CodeSystemConcept[], parent: string | undefined) => {
    for (const concept of list) {
      const code = concept.code!;
      if (parent !== undefined) putBelow(code, parent);
      for (const { code: property, valueCode: other = '' } of concept.property ?? []) {
        if (property === 'parent' || property === 'subsumedBy') putBelow(code, other);
        else if (property === 'child') putBelow(other, code);
      }
      flat.push(concept);
      if (concept.concept) walk(concept.concept, code);
    }
  };
  walk(concepts, undefined);
  return flat.map((concept) => {
    const ancestors = new Set<string>();
    const queue = [...(parents.get(concept.code!) ?? [])];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (ancestors.has(next)) continue;
      ancestors.add(next);
      queue.push(...(parents.get(next) ?? []));
    }
    return { concept, ancestors };
  });
}

/**
 * A code, and the codes that subsume it (`above`) or that it subsumes (`below`). The code alone when the system
 * does not list it; undefined when the system does not list all of its codes.
 */
export function relatedCodes(
  system: CodeSystem | undefined,
  code: string,
  direction: 'above' | 'below',
): ReadonlySet<string> | undefined {
  if (system?.content !== 'complete' || !system.concept) return undefined;
  const placed = place(system.concept);
  const found =
    direction === 'above'
      ? placed.filter(({ concept }) => concept.code === code).flatMap(({ ancestors }) => [...ancestors])
      : placed.filter(({ ancestors }) => ancestors.has(code)).map(({ concept }) => concept.code!);
  return new Set([code, ...found]);
}
