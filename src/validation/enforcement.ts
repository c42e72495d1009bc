/** Which profiles the county demands of which client's resources, besides those a resource declares. */
import { readFileSync } from 'node:fs';

export interface EnforcementRule {
  /** Client ids; absent means every client. */
  readonly clients?: readonly string[];
  readonly type: string;
  /** Canonical of the profile. */
  readonly profile: string;
}

/** Profiles demanded of resources of a type from a client. */
export type Enforcement = (client: string, type: string) => readonly string[];

/** Reads `enforcement.json`; throws when a rule names no type or profile. */
export function loadEnforcement(file: string): Enforcement {
  const rules = JSON.parse(readFileSync(file, 'utf8')) as EnforcementRule[];
  for (const rule of rules) {
    if (!rule.type || !rule.profile)
      throw new Error(`${file}: a rule needs type and profile: ${JSON.stringify(rule)}`);
  }
  return (client, type) =>
    rules
      .filter((r) => r.type === type && (r.clients === undefined || r.clients.includes(client)))
      .map((r) => r.profile);
}
