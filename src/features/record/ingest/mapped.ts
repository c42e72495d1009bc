/**
 * What an institution codes in its own way, and a ConceptMap in use translates: the county's code stands beside the
 * institution's, which stays as it came. https://hl7.org/fhir/R4/conceptmap.html
 */
import type { CodeableConcept, Coding, ConceptMap } from '@medplum/fhirtypes';
import type { Resource } from '../../../kernel/contribution.ts';
import { withoutVersion } from '../../../terminology/compose.ts';
import type { Terminology } from '../../../terminology/terminology.ts';
import { translate } from '../../../terminology/translate.ts';

/** A code that says as much as the one it is for, and no more and no less. */
const SAME = new Set(['equal', 'equivalent']);

/** The resources with what the maps add to their CodeableConcepts. */
export async function mapped(
  terminology: Terminology,
  resources: readonly Resource[],
): Promise<readonly Resource[]> {
  const maps = bySource(await terminology.conceptMaps());
  const visit = async (value: unknown): Promise<unknown> => {
    if (Array.isArray(value)) return Promise.all(value.map(visit));
    if (typeof value !== 'object' || value === null) return value;
    const members = await Promise.all(
      Object.entries(value).map(async ([key, v]) => [key, await visit(v)] as const),
    );
    const visited = Object.fromEntries(members) as CodeableConcept;
    return isConcept(visited) ? withTranslations(terminology, maps, visited) : visited;
  };
  return Promise.all(resources.map(visit)) as Promise<Resource[]>;
}

type BySource = ReadonlyMap<string, readonly ConceptMap[]>;

const indexed = new WeakMap<readonly ConceptMap[], BySource>();

/** Maps in use by the systems that they translate. */
function bySource(maps: readonly ConceptMap[]): BySource {
  const before = indexed.get(maps);
  if (before) return before;
  const found = new Map<string, ConceptMap[]>();
  for (const map of maps) {
    if (map.status !== 'active') continue;
    const sources = (map.group ?? []).flatMap(({ source }) => (source ? [withoutVersion(source)] : []));
    for (const source of new Set(sources)) found.set(source, [...(found.get(source) ?? []), map]);
  }
  indexed.set(maps, found);
  return found;
}

function isConcept(value: CodeableConcept): boolean {
  return Array.isArray(value.coding) && value.coding.every((c) => typeof c === 'object' && c !== null);
}

async function withTranslations(
  terminology: Terminology,
  maps: BySource,
  concept: CodeableConcept,
): Promise<CodeableConcept> {
  const sent = concept.coding!;
  const found: Coding[] = [];
  for (const coding of sent) {
    const own = maps.get(coding.system ?? '');
    if (!own || coding.code === undefined) continue;
    const translations = await translate(own, coding, {}, terminology.conceptMap);
    found.push(...translations.filter((t) => SAME.has(t.equivalence)).map((t) => t.concept));
  }
  const added = found.filter(
    ({ system, code }) =>
      code !== undefined &&
      // What the institution says in a system itself stands; of several codes of one system none is known to be right.
      !sent.some((s) => s.system === system) &&
      found.every((f) => f.system !== system || f.code === code),
  );
  const unique = new Map(added.map((coding) => [`${coding.system}|${coding.code}`, coding]));
  return unique.size === 0 ? concept : { ...concept, coding: [...sent, ...unique.values()] };
}
