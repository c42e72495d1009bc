/** The medical community of an institution: everybody below the same head. */
import { localReference } from '../../kernel/ids.ts';
import type { Looks } from './look.ts';

/** Village clinic, township centre, hospital, community: deeper is a loop. */
const MAX_LEVELS = 8;

export interface OrganizationFields {
  readonly id: string;
  readonly name?: string;
  readonly identifier?: readonly { system?: string; value?: string }[];
  readonly partOf?: { readonly reference?: string };
}

export interface Community {
  organization(reference: string): OrganizationFields | undefined;
  /** Whether two institutions have the same head. Two unknown ones do not. */
  same(a: string | undefined, b: string | undefined): boolean;
}

/** Reads the institutions named, and everything above them through `Organization.partOf`. */
export async function community(
  { law, base }: Looks,
  references: readonly (string | undefined)[],
): Promise<Community> {
  const known = new Map<string, OrganizationFields>();
  let wanted = new Set(references.filter((r) => r !== undefined));
  for (let level = 0; level < MAX_LEVELS && wanted.size > 0; level++) {
    const above = new Set<string>();
    for (const reference of wanted) {
      if (localReference(reference, base)?.type !== 'Organization') continue;
      const organization = (await law.read(reference)) as OrganizationFields | undefined;
      if (!organization) continue;
      known.set(reference, organization);
      const parent = organization.partOf?.reference;
      if (parent !== undefined && !known.has(parent)) above.add(parent);
    }
    wanted = above;
  }
  const headOf = (reference: string): string | undefined => {
    let at = reference;
    for (let level = 0; level < MAX_LEVELS; level++) {
      const organization = known.get(at);
      if (!organization) return undefined;
      if (organization.partOf?.reference === undefined) return organization.id;
      at = organization.partOf.reference;
    }
    return undefined;
  };
  return {
    organization: (reference) => known.get(reference),
    same: (a, b) => {
      if (a === undefined || b === undefined) return false;
      const head = headOf(a);
      return head !== undefined && head === headOf(b);
    },
  };
}
