/**
 * The terminology service: what code systems, value sets and concept maps there are. What it remembers is
 * bounded, and forgotten as soon as anything of it is written, here or in another process.
 */
import type { CodeSystem, ConceptMap, Resource, ValueSet } from '@medplum/fhirtypes';
import type { Definitions } from '../definitions/definitions.ts';
import type { Db } from '../kernel/ctx.ts';
import { type Composed, composed, type Versions, withoutVersion } from './compose.ts';
import { Lru } from './lru.ts';
import { readSystems, type Systems } from './systems.ts';

/** The channel that migration 0015 notifies: whoever hears of it forgets. */
export const TERMINOLOGY_CHANNEL = 'terminology';
const MAX_VALUE_SETS = 500;

export type TerminologyType = 'CodeSystem' | 'ValueSet' | 'ConceptMap';

/** Stored resources: by canonical (a version is heeded), or by `Type/id`; the newest where several say they are it. */
export interface StoredTerminology {
  find(type: TerminologyType, name: string): Promise<Resource | undefined>;
  /** Active concept maps. */
  maps(): Promise<readonly ConceptMap[]>;
}

export interface Terminology {
  readonly db: Db;
  /** Changes whenever anything is forgotten: what was made of the former is to be made anew. */
  generation(): number;
  systems(): Promise<Systems>;
  valueSet(name: string): Promise<ValueSet | undefined>;
  codeSystem(name: string): Promise<CodeSystem | undefined>;
  conceptMap(name: string): Promise<ConceptMap | undefined>;
  conceptMaps(): Promise<readonly ConceptMap[]>;
  /** A value set with all it refers to; undefined when it is not known here. Throws when it contains itself. */
  composed(name: string, versions?: Versions): Promise<Composed | undefined>;
  /** Something was written. */
  forget(): void;
}

export function createTerminology(
  db: Db,
  definitions: Pick<Definitions, 'codeSystem' | 'valueSetDefinition'>,
  stored: StoredTerminology,
): Terminology {
  let generation = 0;
  let systems: Promise<Systems> | undefined;
  let maps: Promise<readonly ConceptMap[]> | undefined;
  const compositions = new Lru<{ readonly set: Composed | undefined }>(MAX_VALUE_SETS);

  const terminology: Terminology = {
    db,
    generation: () => generation,
    systems() {
      systems ??= unlessForgotten(
        () => readSystems(db),
        () => {
          systems = undefined;
        },
      );
      return systems;
    },
    async valueSet(name) {
      const own = definitions.valueSetDefinition(name);
      return own ?? ((await stored.find('ValueSet', name)) as ValueSet | undefined);
    },
    async codeSystem(name) {
      const own = definitions.codeSystem(name);
      return own ?? ((await stored.find('CodeSystem', name)) as CodeSystem | undefined);
    },
    async conceptMap(name) {
      return (await stored.find('ConceptMap', name)) as ConceptMap | undefined;
    },
    conceptMaps() {
      maps ??= unlessForgotten(stored.maps, () => {
        maps = undefined;
      });
      return maps;
    },
    async composed(name, versions) {
      const key = JSON.stringify([name, ...(versions ?? [])]);
      const known = compositions.get(key);
      if (known) return known.set;
      const before = generation;
      const valueSet = await terminology.valueSet(name);
      const set =
        valueSet &&
        (await composed(
          { url: withoutVersion(name), ...valueSet },
          await terminology.systems(),
          terminology.valueSet,
          versions,
        ));
      if (generation === before) compositions.set(key, { set });
      return set;
    },
    forget() {
      generation++;
      systems = undefined;
      maps = undefined;
      compositions.clear();
    },
  };
  return terminology;
}

/** What failed is asked again by the next. */
function unlessForgotten<T>(read: () => Promise<T>, drop: () => void): Promise<T> {
  const reading = read();
  reading.catch(drop);
  return reading;
}
