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
  find(db: Db, type: TerminologyType, name: string): Promise<Resource | undefined>;
  /** Concept maps that are in use. */
  maps(db: Db): Promise<readonly ConceptMap[]>;
}

export interface Terminology {
  /** What it asks: a request that holds a connection must not wait for another. */
  readonly db: Db;
  /** The same service, asking through a transaction. */
  on(db: Db): Terminology;
  /** Changes whenever anything is forgotten: what was made of the former is to be made anew. */
  generation(): number;
  /** Whether what is answered here may be remembered for others: not in a transaction that has written terminology. */
  remembers(): boolean;
  systems(): Promise<Systems>;
  valueSet(name: string): Promise<ValueSet | undefined>;
  codeSystem(name: string): Promise<CodeSystem | undefined>;
  conceptMap(name: string): Promise<ConceptMap | undefined>;
  conceptMaps(): Promise<readonly ConceptMap[]>;
  /** A value set with all it refers to; undefined when it is not known here. Throws when it contains itself. */
  composed(name: string, versions?: Versions): Promise<Composed | undefined>;
  /** Something was written. */
  forget(): void;
  /** A transaction has written terminology that nobody else sees yet. */
  setApart(db: Db): void;
}

/** Large ones may take some megabytes each. */
const MAX_MAPS = 20;

export function createTerminology(
  pool: Db,
  definitions: Pick<Definitions, 'codeSystem' | 'valueSetDefinition'>,
  stored: StoredTerminology,
): Terminology {
  let generation = 0;
  const known = new Lru<{ readonly value: unknown }>(MAX_VALUE_SETS);
  const maps = new Lru<{ readonly value: unknown }>(MAX_MAPS);
  /** By their `query`: the engine in a transaction wraps its connection. */
  const apart = new WeakSet<Db['query']>();

  function forget(): void {
    generation++;
    known.clear();
    maps.clear();
  }

  function on(db: Db): Terminology {
    const remembers = () => !apart.has(db.query);

    /** Remembered, unless something was written since it was asked. */
    async function remember<V>(memory: typeof known, key: string, ask: () => Promise<V>): Promise<V> {
      if (!remembers()) return ask();
      const found = memory.get(key);
      if (found) return found.value as V;
      const before = generation;
      const value = await ask();
      if (generation === before) memory.set(key, { value });
      return value;
    }

    const terminology: Terminology = {
      db,
      on,
      generation: () => generation,
      remembers,
      systems: () => remember(known, 'systems', () => readSystems(db)),
      async valueSet(name) {
        const own = definitions.valueSetDefinition(name);
        const [, version] = name.split('|');
        if (own && (version === undefined || own.version === version)) return own;
        const found = (await stored.find(db, 'ValueSet', name)) as ValueSet | undefined;
        return found ?? implicit(await terminology.systems(), name);
      },
      async codeSystem(name) {
        const own = definitions.codeSystem(name);
        return own ?? ((await stored.find(db, 'CodeSystem', name)) as CodeSystem | undefined);
      },
      conceptMap: (name) =>
        remember(maps, name, () => stored.find(db, 'ConceptMap', name)) as Promise<ConceptMap | undefined>,
      conceptMaps: () => remember(maps, '', () => stored.maps(db)),
      composed: (name, versions) =>
        remember(known, JSON.stringify([name, ...(versions ?? [])]), async () => {
          const valueSet = await terminology.valueSet(name);
          if (!valueSet) return undefined;
          const systems = await terminology.systems();
          const named = { url: withoutVersion(name), ...valueSet };
          return composed(named, systems, terminology.valueSet, versions);
        }),
      forget,
      setApart: (transaction) => void apart.add(transaction.query),
    };
    return terminology;
  }

  return on(pool);
}

/** The value set of all codes of a system. https://hl7.org/fhir/R4/codesystem-definitions.html#CodeSystem.valueSet */
function implicit(systems: Systems, name: string): ValueSet | undefined {
  const [url, version] = name.split('|');
  for (const versions of systems.values()) {
    const system = versions.find(
      (s) => s.valueSet === url && (version === undefined || s.version === version),
    );
    if (system) {
      const include = [{ system: system.url, ...(version === undefined ? {} : { version }) }];
      return {
        resourceType: 'ValueSet',
        url,
        version: system.version,
        status: 'active',
        compose: { include },
      };
    }
  }
  return undefined;
}
