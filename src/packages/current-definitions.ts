/** Keeps the profiles and extensions that this process uses those of the database: see README.md. */
import type { StructureDefinition } from '@medplum/fhirtypes';
import type { GrowingDefinitions } from '../definitions/definitions.ts';
import { slim } from '../definitions/slim.ts';
import type { Db } from '../kernel/ctx.ts';
import { oneAtATime } from '../kernel/one-at-a-time.ts';
import { listDefinitions, readDefinitions } from '../store/stored-definitions.ts';
import { profileFaults } from '../validation/profile-faults.ts';

/** How many are used, those of the lowest ids: what is kept in memory has a bound. */
const MOST = 10_000;

export interface CurrentDefinitions {
  /**
   * Resolves when the process uses what the database held when this was called, or something later. `id`: of the
   * StructureDefinition that may have changed; any, when it is not given.
   */
  learn(id?: string): Promise<void>;
}

/** `changed` is called after the definitions have become others: whatever was made of them is outdated. */
export function growDefinitions(
  db: Db,
  definitions: GrowingDefinitions,
  changed: () => void,
): CurrentDefinitions {
  const known = new Map<string, StructureDefinition>();
  /** What is to be looked at; undefined: everything. */
  let asked: Set<string> | undefined;

  const run = oneAtATime(async () => {
    const some = asked;
    asked = new Set();
    try {
      if (!(await read(some))) return;
    } catch (error) {
      asked = undefined;
      throw error;
    }
    const used = [...known.keys()].sort().slice(0, MOST);
    definitions.use(
      used.map((id) => known.get(id)!),
      (sd) => profileFaults(definitions, sd).length === 0,
    );
    changed();
  });

  /** Answers whether anything is other than before. */
  async function read(some: ReadonlySet<string> | undefined): Promise<boolean> {
    const ids = [...(some ?? (await listDefinitions(db)))];
    const gone = new Set(some ?? known.keys());
    let different = false;
    for await (const sd of readDefinitions(db, ids)) {
      gone.delete(sd.id);
      if (definitions.ofPackage('StructureDefinition', sd.url)) {
        different = known.delete(sd.id) || different;
      } else if (known.get(sd.id)?.meta?.versionId !== sd.meta?.versionId) {
        known.set(sd.id, slim(sd));
        different = true;
      }
    }
    for (const id of gone) different = known.delete(id) || different;
    return different;
  }

  return {
    learn(id) {
      if (id === undefined) asked = undefined;
      else asked?.add(id);
      return run();
    },
  };
}
