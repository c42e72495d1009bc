/** What the county demands of which client's resources, besides what a resource declares of itself. */
import { readFileSync } from 'node:fs';

/** A rule demands a profile, or that references lead somewhere, or both. */
export interface EnforcementRule {
  /** Client ids; absent means every client. */
  readonly clients?: readonly string[];
  /** A resource type, or `*` for every one. */
  readonly type: string;
  /** Canonical of the profile. */
  readonly profile?: string;
  /**
   * What becomes of a resource that breaks the profile: `refuse` unless given. `quarantine` stores it with a tag,
   * beside a Task that tells what is to be mended.
   */
  readonly violations?: 'refuse' | 'quarantine';
  /** What becomes of a reference to a resource of this server that is not there. */
  readonly references?: 'warn' | 'refuse';
}

export interface Enforcement {
  /** Profiles demanded of resources of a type from a client. */
  profiles(client: string, type: string): readonly string[];
  /** Those of them that must be met for the resource to be stored. */
  strictProfiles(client: string, type: string): readonly string[];
  /** What becomes of references that lead nowhere; undefined where nobody asks. */
  references(client: string, type: string): 'warn' | 'refuse' | undefined;
}

/** Reads `enforcement.json`; throws when a rule names no type, or demands nothing. */
export function loadEnforcement(file: string): Enforcement {
  const rules = JSON.parse(readFileSync(file, 'utf8')) as EnforcementRule[];
  for (const rule of rules) {
    const { type, profile, references, violations } = rule;
    if (!type || !(profile || references))
      throw new Error(`${file}: a rule needs a type, and a profile or references: ${JSON.stringify(rule)}`);
    if (references !== undefined && references !== 'warn' && references !== 'refuse')
      throw new Error(`${file}: references must be 'warn' or 'refuse', not '${references}'`);
    if (violations !== undefined && violations !== 'refuse' && violations !== 'quarantine')
      throw new Error(`${file}: violations must be 'refuse' or 'quarantine', not '${violations}'`);
  }
  return createEnforcement(rules);
}

export function createEnforcement(rules: readonly EnforcementRule[]): Enforcement {
  const applying = (client: string, type: string) =>
    rules.filter(
      (r) => (r.type === type || r.type === '*') && (r.clients === undefined || r.clients.includes(client)),
    );
  return {
    profiles: (client, type) => applying(client, type).flatMap((r) => r.profile ?? []),
    strictProfiles: (client, type) =>
      applying(client, type).flatMap((r) => (r.violations === 'quarantine' ? [] : (r.profile ?? []))),
    references(client, type) {
      const demands = applying(client, type).map((r) => r.references);
      return demands.includes('refuse') ? 'refuse' : demands.find((d) => d !== undefined);
    },
  };
}
