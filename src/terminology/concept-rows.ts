/** The concepts of a code system as rows. Pure. https://hl7.org/fhir/R4/codesystem.html */
import type {
  CodeSystem,
  CodeSystemConcept,
  CodeSystemConceptDesignation,
  CodeSystemConceptProperty,
} from '@medplum/fhirtypes';
import { fold, latinReadings } from '../kernel/fold.ts';

export interface ConceptRow {
  readonly code: string;
  readonly display?: string;
  readonly inactive: boolean;
  readonly abstract: boolean;
  /** Codes of the concepts directly above, and of all above. */
  readonly parents: readonly string[];
  readonly ancestors: readonly string[];
  /** Property -> its values as texts. */
  readonly facts: Readonly<Record<string, readonly string[]>>;
  readonly properties: readonly CodeSystemConceptProperty[];
  readonly designations: readonly CodeSystemConceptDesignation[];
  readonly words: string;
}

/** A concept before its place in the hierarchy is known. */
export type FlatConcept = Omit<ConceptRow, 'ancestors'>;

/** Separates what stands beside each other in `words`: no filter text contains it. */
const BETWEEN = '\u0001';

/** Every concept of a resource, in its order, nested or not. */
export function conceptRows(system: Pick<CodeSystem, 'concept'>): ConceptRow[] {
  const flat = new Map<string, FlatConcept>();
  const walk = (concepts: readonly CodeSystemConcept[], parent: string | undefined) => {
    for (const concept of concepts) {
      if (typeof concept?.code !== 'string') continue;
      const known = flat.get(concept.code);
      if (known && parent !== undefined && !known.parents.includes(parent)) {
        flat.set(concept.code, { ...known, parents: [...known.parents, parent] });
      } else if (!known) flat.set(concept.code, flatConcept(concept, parent === undefined ? [] : [parent]));
      walk(concept.concept ?? [], concept.code);
    }
  };
  walk(system.concept ?? [], undefined);
  return withAncestors([...flat.values()]);
}

/** `above`: the codes that it stands below by its place. */
export function flatConcept(concept: CodeSystemConcept, above: readonly string[]): FlatConcept {
  const { code = '', display, definition, property = [], designation = [] } = concept;
  const facts: Record<string, string[]> = {};
  for (const p of property) {
    const value = valueText(p);
    if (p.code === undefined || value === undefined) continue;
    facts[p.code] ??= [];
    facts[p.code]!.push(value);
  }
  const parents = [...new Set([...above, ...(facts.parent ?? []), ...(facts.subsumedBy ?? [])])];
  const is = (name: string, ...values: string[]) => facts[name]?.some((v) => values.includes(v)) === true;
  const designations = definition === undefined ? designation : [...designation, definitionOf(definition)];
  return {
    code,
    display,
    inactive: is('inactive', 'true') || is('status', 'retired', 'inactive', 'withdrawn'),
    abstract: is('notSelectable', 'true') || is('abstract', 'true'),
    parents,
    facts,
    properties: property,
    designations,
    words: wordsOf([code, display, ...designation.map((d) => d.value)]),
  };
}

/** Where the definition of a concept is kept: it is told by `$lookup` as the property it is in later versions. */
const DEFINITION_USE = 'definition';

export function definitionIn(designations: readonly CodeSystemConceptDesignation[]): string | undefined {
  return designations.find((d) => !isDesignation(d))?.value;
}

export function isDesignation({ use }: CodeSystemConceptDesignation): boolean {
  return use?.code !== DEFINITION_USE || use.system !== undefined;
}

function definitionOf(value: string): CodeSystemConceptDesignation {
  return { use: { code: DEFINITION_USE }, value };
}

function valueText(property: CodeSystemConceptProperty): string | undefined {
  const key = Object.keys(property).find((k) => k.startsWith('value'));
  const value = key === undefined ? undefined : (property as unknown as Record<string, unknown>)[key];
  if (value === undefined || value === null) return undefined;
  return typeof value === 'object' ? (value as { code?: string }).code : String(value);
}

/** What a text filter looks into: texts folded, and the readings of Chinese ones. */
export function wordsOf(texts: readonly (string | undefined)[]): string {
  const words = new Set<string>();
  for (const text of texts) {
    if (typeof text !== 'string') continue;
    words.add(fold(text));
    for (const reading of latinReadings(text)) words.add(reading);
  }
  return BETWEEN + [...words].join(BETWEEN) + BETWEEN;
}

/** The concepts with all codes above each. A circle, which is refused before, makes its members stand above each other. */
export function withAncestors<C extends Pick<FlatConcept, 'code' | 'parents'>>(
  concepts: readonly C[],
): (C & Pick<ConceptRow, 'ancestors'>)[] {
  const parents = new Map(concepts.map((c) => [c.code, c.parents]));
  const known = new Map<string, readonly string[]>();
  const above = (code: string): readonly string[] => {
    const found = known.get(code);
    if (found) return found;
    const ancestors = new Set<string>();
    const queue = [...(parents.get(code) ?? [])];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (ancestors.has(next) || next === code) continue;
      ancestors.add(next);
      const whole = known.get(next);
      if (whole) for (const a of whole) ancestors.add(a);
      else queue.push(...(parents.get(next) ?? []));
    }
    ancestors.delete(code);
    const list = [...ancestors];
    known.set(code, list);
    return list;
  };
  return concepts.map((c) => ({ ...c, ancestors: above(c.code) }));
}
