/** https://hl7.org/fhir/R4/conceptmap-operation-translate.html */
import type { Coding, ConceptMap, ConceptMapGroup, ConceptMapGroupElementTarget } from '@medplum/fhirtypes';
import { withoutVersion } from './compose.ts';

export interface Translation {
  readonly equivalence: string;
  readonly concept: Coding;
  /** Canonical of the map it is from. */
  readonly source?: string;
  readonly product: readonly { element: string; concept: Coding }[];
}

export interface TranslateOptions {
  /** From the targets of the maps to their sources. */
  readonly reverse?: boolean;
  readonly targetSystem?: string;
  /** property -> code or text that the translation may depend on. */
  readonly dependencies?: ReadonlyMap<string, string>;
}

/** What the maps make of a code. `other`: finds the map that a group names for what it does not map. */
export async function translate(
  maps: readonly ConceptMap[],
  coding: Coding,
  options: TranslateOptions,
  other: (url: string) => Promise<ConceptMap | undefined>,
): Promise<Translation[]> {
  const found: Translation[] = [];
  const seen = new Set<string>();
  const queue = [...maps];
  for (let map = queue.shift(); map; map = queue.shift()) {
    const name = map.url ?? map.id ?? '';
    if (seen.has(name) && name !== '') continue;
    seen.add(name);
    for (const group of map.group ?? []) {
      if (options.reverse) {
        found.push(...reversed(map, group, coding, options));
        continue;
      }
      if (coding.system !== undefined && group.source !== undefined && bare(group.source) !== coding.system)
        continue;
      if (
        options.targetSystem !== undefined &&
        group.target !== undefined &&
        bare(group.target) !== options.targetSystem
      )
        continue;
      const elements = (group.element ?? []).filter((e) => e.code === coding.code);
      const targets = elements
        .flatMap((e) => e.target ?? [])
        .filter((t) => dependsMet(t, options.dependencies));
      found.push(...targets.map((t) => forward(map, group, t)));
      if (elements.length > 0) continue;
      const { unmapped } = group;
      if (unmapped?.mode === 'provided')
        found.push(made(map, 'equal', { system: group.target, code: coding.code }));
      else if (unmapped?.mode === 'fixed') {
        found.push(
          made(map, 'inexact', { system: group.target, code: unmapped.code, display: unmapped.display }),
        );
      } else if (unmapped?.mode === 'other-map' && unmapped.url) {
        const next = await other(unmapped.url);
        if (next) queue.push(next);
      }
    }
  }
  return found;
}

/** Whether the matches say that there is a translation. */
export function isTranslated(matches: readonly Translation[]): boolean {
  return matches.some((m) => m.equivalence !== 'unmatched' && m.equivalence !== 'disjoint');
}

function forward(map: ConceptMap, group: ConceptMapGroup, target: ConceptMapGroupElementTarget): Translation {
  const { code, display, equivalence = 'equivalent', product = [] } = target;
  return {
    equivalence,
    concept: coded(group.target, group.targetVersion, code, display),
    source: map.url,
    product: product.map((p) => ({
      element: p.property ?? '',
      concept: { system: p.system, code: p.value, display: p.display },
    })),
  };
}

/** https://hl7.org/fhir/R4/valueset-concept-map-equivalence.html, read from the other side. */
const INVERSE: Readonly<Record<string, string>> = {
  wider: 'narrower',
  narrower: 'wider',
  subsumes: 'specializes',
  specializes: 'subsumes',
};

function reversed(
  map: ConceptMap,
  group: ConceptMapGroup,
  coding: Coding,
  options: TranslateOptions,
): Translation[] {
  if (coding.system !== undefined && group.target !== undefined && bare(group.target) !== coding.system)
    return [];
  if (
    options.targetSystem !== undefined &&
    group.source !== undefined &&
    bare(group.source) !== options.targetSystem
  )
    return [];
  return (group.element ?? []).flatMap(({ code, display, target = [] }) =>
    target
      .filter((t) => t.code === coding.code && dependsMet(t, options.dependencies))
      .map(({ equivalence = 'equivalent' }) =>
        made(
          map,
          INVERSE[equivalence] ?? equivalence,
          coded(group.source, group.sourceVersion, code, display),
        ),
      ),
  );
}

function made(map: ConceptMap, equivalence: string, concept: Coding): Translation {
  return { equivalence, concept, source: map.url, product: [] };
}

function coded(system?: string, version?: string, code?: string, display?: string): Coding {
  return {
    ...(system === undefined ? {} : { system: bare(system) }),
    ...(version === undefined ? {} : { version }),
    ...(code === undefined ? {} : { code }),
    ...(display === undefined ? {} : { display }),
  };
}

function dependsMet(
  { dependsOn = [] }: ConceptMapGroupElementTarget,
  given?: ReadonlyMap<string, string>,
): boolean {
  return dependsOn.every((d) => given?.get(d.property ?? '') === d.value);
}

function bare(system: string): string {
  return withoutVersion(system);
}
