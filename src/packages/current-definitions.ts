/** Keeps the definitions of this process those of the database: see README.md. */
import type { GrowingDefinitions } from '../definitions/definitions.ts';
import { type Defining, slim } from '../definitions/slim.ts';
import type { Db } from '../kernel/ctx.ts';
import { oneAtATime } from '../kernel/one-at-a-time.ts';
import { listDefinitions, readDefinitions } from '../store/stored-definitions.ts';
import { profileFaults } from '../validation/profile-faults.ts';

/** How many are used, those of the lowest ids: what is kept in memory has a bound. */
const MOST = 10_000;

export interface CurrentDefinitions {
  /**
   * Resolves when the process uses what the database held when this was called, or something later. `changed` is the
   * `Type/id` of what may have changed; anything, when it is not given.
   */
  learn(changed?: string): Promise<void>;
}

/** `changed` is called after the definitions have become others: whatever was made of them is outdated. */
export function growDefinitions(
  db: Db,
  definitions: GrowingDefinitions,
  changed: () => void,
): CurrentDefinitions {
  const known = new Map<string, Defining>();
  /** What is to be looked at; undefined: everything. */
  let asked: Set<string> | undefined;

  const run = oneAtATime(async () => {
    const names = asked;
    asked = new Set();
    try {
      if (await read(names)) {
        const names = [...known.keys()].sort().slice(0, MOST);
        definitions.use(
          names.map((name) => known.get(name)!),
          (sd) => profileFaults(definitions, sd).length === 0,
        );
        changed();
      }
    } catch (error) {
      asked = undefined;
      throw error;
    }
  });

  /** Answers whether anything is other than before. */
  async function read(some: ReadonlySet<string> | undefined): Promise<boolean> {
    const names = [...(some ?? (await listDefinitions(db)))].sort();
    const gone = new Set(some ?? known.keys());
    let different = false;
    for await (const { name, definition } of readDefinitions(db, names)) {
      gone.delete(name);
      const { url, resourceType, meta } = definition;
      const before = known.get(name);
      if (!url || definitions.ofPackage(resourceType, url)) {
        different = known.delete(name) || different;
      } else if (before?.meta?.versionId !== meta?.versionId) {
        known.set(name, slim(definition));
        different = true;
      }
    }
    for (const name of gone) different = known.delete(name) || different;
    return different;
  }

  return {
    learn(name) {
      if (name === undefined) asked = undefined;
      else asked?.add(name);
      return run();
    },
  };
}
