/**
 * Identifier systems that mean the same thing, as the NamingSystems of the packages say
 * (https://hl7.org/fhir/R4/namingsystem.html): one of their unique ids is preferred, the others are read as it.
 */
import type { NamingSystem } from '@medplum/fhirtypes';
import { RESIDENT_ID_SYSTEM } from '../kernel/canonical.ts';
import { halfWidth } from '../kernel/half-width.ts';
import { DefinitionsError } from './packages.ts';

export interface NamedIdentifier {
  readonly system: string;
  readonly value: string;
}

export interface IdentifierSystems {
  /** The preferred form of a system, however it is written; undefined when no NamingSystem names it. */
  preferred(system: string): string | undefined;
  /** An identifier as it is stored; undefined when no NamingSystem names its system. */
  normal(identifier: NamedIdentifier): NamedIdentifier | undefined;
  /** The forms in which a value may be stored when its system is not said: as written, and normalised. */
  forms(value: string): readonly string[];
}

/** `urn:oid:` in any case, or nothing, before an object identifier. */
const OID = /^(?:urn:oid:)?([0-2](?:\.(?:0|[1-9]\d*))+)$/i;

/** Equal for systems that say the same: object identifiers however written, addresses by http and https. */
function keyOf(system: string): string {
  const oid = OID.exec(system)?.[1];
  return oid === undefined ? system.replace(/^https?:/i, '').replace(/\/$/, '') : `oid:${oid}`;
}

/** Throws DefinitionsError when two NamingSystems claim one unique id. */
export function identifierSystems(namingSystems: readonly NamingSystem[]): IdentifierSystems {
  const owners = new Map<string, NamingSystem>();
  const preferredOf = new Map<string, string>();
  const problems: string[] = [];
  for (const naming of namingSystems) {
    if (naming.kind !== 'identifier' || naming.status === 'retired') continue;
    const ids = naming.uniqueId ?? [];
    const { type, value = '' } = ids.find((id) => id.preferred) ?? ids[0] ?? {};
    const preferred = type === 'oid' ? `urn:oid:${value}` : value;
    for (const { value: id = '' } of ids) {
      const owner = owners.get(keyOf(id));
      if (owner && owner !== naming) {
        problems.push(`NamingSystem ${naming.name} has the unique id ${id}, which is that of ${owner.name}`);
      }
      owners.set(keyOf(id), naming);
      preferredOf.set(keyOf(id), preferred);
    }
  }
  if (problems.length > 0) throw new DefinitionsError(problems);

  const preferred = (system: string) => preferredOf.get(keyOf(system));
  return {
    preferred,
    normal: ({ system: written, value }) => {
      const system = preferred(written);
      return system === undefined ? undefined : { system, value: normalValue(system, value) };
    },
    forms: (value) => [
      ...new Set([value, normalValue(undefined, value), normalValue(RESIDENT_ID_SYSTEM, value)]),
    ],
  };
}

/** Half-width, without spaces around it; the check character of a resident identity number is a capital X. */
function normalValue(system: string | undefined, value: string): string {
  const plain = halfWidth(value).trim();
  // What is nothing but spaces is left to validation.
  if (plain === '') return value;
  return system === RESIDENT_ID_SYSTEM && /^\d{17}x$/.test(plain) ? plain.toUpperCase() : plain;
}
