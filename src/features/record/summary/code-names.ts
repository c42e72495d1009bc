/** Names of codes that came without any: a page for people shows no codes where the county knows the words. */
import type { Resource } from '../../../kernel/contribution.ts';
import { displayIn, readConcepts } from '../../../terminology/concepts.ts';
import { systemOf } from '../../../terminology/systems.ts';
import type { Terminology } from '../../../terminology/terminology.ts';

interface Coding {
  readonly system?: string;
  readonly code?: string;
  display?: string;
}

/** What HL7 codes without a name are statuses and flags, which have words of their own or are known as they are: H, L. */
const KNOWN_AS_CODES = 'http://terminology.hl7.org/';

/** Puts the Chinese display into those concepts of the resources, as they were read, that have neither text nor display. */
export async function nameCodes(terminology: Terminology, resources: readonly Resource[]): Promise<void> {
  const unnamed = resources.flatMap((resource) => [...unnamedIn(resource)]);
  const bySystem = Map.groupBy(unnamed, ({ system }) => system!);
  if (bySystem.size === 0) return;
  const systems = await terminology.systems();
  for (const [url, codings] of bySystem) {
    const system = systemOf(systems, url);
    if (!system) continue;
    const concepts = await readConcepts(terminology, system, [...new Set(codings.map((c) => c.code!))]);
    for (const coding of codings) {
      const concept = concepts.get(coding.code!);
      const display = concept && displayIn(concept, 'zh-CN');
      if (display !== undefined) coding.display = display;
    }
  }
}

function* unnamedIn(value: unknown): Generator<Coding> {
  if (Array.isArray(value)) for (const item of value) yield* unnamedIn(item);
  else if (typeof value === 'object' && value !== null) {
    const { coding, text } = value as { coding?: unknown; text?: unknown };
    if (Array.isArray(coding)) {
      const codings = coding as Coding[];
      if (text !== undefined || codings.some((c) => c.display !== undefined)) return;
      yield* codings.filter(
        ({ system, code }) =>
          system !== undefined && code !== undefined && !system.startsWith(KNOWN_AS_CODES),
      );
    } else for (const inner of Object.values(value)) yield* unnamedIn(inner);
  }
}
