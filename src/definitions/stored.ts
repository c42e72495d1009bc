/** Profiles and extensions that were stored while the server runs, beside those of its packages, which go first. */
import type { StructureDefinition } from '@medplum/fhirtypes';
import { byCanonical } from './canonicals.ts';
import { typeUrl, withoutVersion } from './registry.ts';
import { withSnapshot } from './snapshot.ts';

export interface StoredDefinitions {
  /** With a snapshot, which is made when there is none; undefined also when none can be made. */
  structure(canonical: string): StructureDefinition | undefined;
  /** Profiles on resources. */
  profiles(): readonly StructureDefinition[];
}

/** Whether a profile with a snapshot can be checked by. */
export type Usable = (sd: StructureDefinition) => boolean;

/**
 * `base`: the definitions of the packages. What has a canonical of theirs is left aside, and so is a profile that is
 * not usable, which is asked when it is first needed.
 */
export function storedDefinitions(
  stored: readonly StructureDefinition[],
  base: ReadonlyMap<string, StructureDefinition>,
  usable: Usable,
): StoredDefinitions {
  const structures = byCanonical(stored.filter((sd) => isConstraint(sd, base)));
  const made = new Map<StructureDefinition, StructureDefinition | undefined>();

  /** A profile that is, over others, its own base has no snapshot. */
  function complete(sd: StructureDefinition): StructureDefinition | undefined {
    if (made.has(sd)) return made.get(sd);
    made.set(sd, sd.snapshot ? sd : undefined);
    try {
      const whole = sd.snapshot ? sd : withSnapshot(sd, (url) => base.get(typeUrl(url)) ?? structure(url));
      made.set(sd, whole);
      if (!usable(whole)) made.set(sd, undefined);
    } catch {
      // Said to whoever stored it; see validation/profile-faults.ts.
    }
    return made.get(sd);
  }

  function structure(canonical: string): StructureDefinition | undefined {
    const sd = structures.get(canonical);
    return sd && complete(sd);
  }

  return {
    structure,
    profiles: () =>
      structures
        .newest()
        .filter((sd) => sd.kind === 'resource')
        .map(complete)
        .filter((sd) => sd !== undefined),
  };
}

/** A profile or an extension on a type of R4: new types cannot be added. */
export function isConstraint(
  { url, derivation, type }: StructureDefinition,
  base: ReadonlyMap<string, StructureDefinition>,
): boolean {
  return derivation === 'constraint' && base.has(typeUrl(type)) && !base.has(withoutVersion(url));
}
