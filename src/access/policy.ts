/**
 * Who may do what, as data: `profiles/access-policy.json`, or the file of `ACCESS_POLICY`. FHIR R4 has no resource
 * for it. `src/access/README.md` explains every member.
 */
import { readFileSync } from 'node:fs';
import { MASKED_FIELDS, type MaskedField } from '../kernel/mask.ts';

/**
 * What a role reaches: data of its own organisation; of those it cares for now; its own and its wards'; all; or of a
 * kind, or the Patients whom Conditions of a kind are about. Only of some types, when it names them.
 */
export interface Grant {
  readonly of: 'own' | 'care' | 'self' | 'all' | 'kind' | 'subject';
  readonly kind?: string;
  readonly types?: readonly string[];
  /** Of `writes`: adds to what is there, and changes only what was added so. */
  readonly adds?: boolean;
}

export interface Role {
  readonly sees?: readonly Grant[];
  readonly writes?: readonly Grant[];
  /** Codes of http://terminology.hl7.org/ValueSet/v3-PurposeOfUse, for Consents. */
  readonly purposes?: readonly string[];
  /** Held only at organisations of one of these types. */
  readonly at?: readonly string[];
  /** May break the glass. */
  readonly breakGlass?: boolean;
  /** Is shown cards: `Patient/$identify`. */
  readonly identifies?: boolean;
  /** Numbers and no resources; smaller ones than this are not told. */
  readonly countsFrom?: number;
  /** Type -> elements that are shown; the others are left out. */
  readonly elements?: Readonly<Record<string, readonly string[]>>;
  /** Type -> what is shortened in it. */
  readonly masks?: Readonly<Record<string, readonly MaskedField[]>>;
}

/** Resources of a kind: of the type, with the profile or a code if they are named. */
export interface KindRule {
  readonly type: string;
  readonly profile?: string;
  /** `system|code` in category or code. */
  readonly code?: string;
}

export interface AccessPolicy {
  readonly roles: Readonly<Record<string, Role>>;
  /** `system|code`, or the text, of PractitionerRole.code and .specialty -> role. */
  readonly codes: Readonly<Record<string, string>>;
  /** Code of Organization.type: an organisation of it belongs to the one that it is part of. */
  readonly partsOf: readonly string[];
  /** What of the care that is given now opens the record: bases of the table `care`. */
  readonly care: readonly string[];
  /**
   * How many hours after it began, or was written last, an encounter opens the record, by its class, `*` for any
   * other; null: until it is finished.
   */
  readonly encounterHours: Readonly<Record<string, number | null>>;
  /** Codes of RelatedPerson.relationship: of a guardian, and of a parent, who is one until the ward is of age. */
  readonly guardians: readonly string[];
  readonly parents: readonly string[];
  /** Types that are nobody's data: everybody sees them. */
  readonly open: readonly string[];
  /** Types that say who is who, or hold for everybody: written by these roles, and by county-wide clients, alone. */
  readonly reserved: Readonly<Record<string, readonly string[]>>;
  readonly kinds: Readonly<Record<string, readonly KindRule[]>>;
  /** `system|code` of meta.security -> the roles that see what has it. */
  readonly labels: Readonly<Record<string, readonly string[]>>;
  /** How long an emergency is told of once; of how many residents one caller may break the glass in an hour. */
  readonly breakGlass: { readonly minutes: number; readonly residentsPerHour: number };
  /** How long what follows may rest on a card; how often an institution may ask in an hour, and how often in vain. */
  readonly identification: {
    readonly hours: number;
    readonly perHour: number;
    readonly failuresPerHour: number;
  };
}

/** Roles that nobody is appointed to: a system acting for its organisation, a resident, who acts for a ward. */
const GIVEN = ['system', 'resident', 'guardian'];
const GRANTS = ['own', 'care', 'self', 'all', 'kind', 'subject'];

/** Reads the policy; throws an Error that lists everything that is wrong. */
export function loadPolicy(file: string): AccessPolicy {
  const policy = JSON.parse(readFileSync(file, 'utf8')) as AccessPolicy;
  const problems = faultsOf(policy);
  if (problems.length > 0) throw new Error(problems.map((p) => `${file}: ${p}`).join('\n'));
  return policy;
}

/** What is wrong with a policy. */
export function faultsOf(policy: AccessPolicy): string[] {
  const missing = [
    'roles',
    'codes',
    'partsOf',
    'care',
    'encounterHours',
    'guardians',
    'parents',
    'open',
    'reserved',
    'kinds',
    'labels',
    'breakGlass',
    'identification',
  ].filter((member) => !(member in policy));
  if (missing.length > 0) return missing.map((member) => `'${member}' is missing`);
  const known = (role: string) => role in policy.roles;
  return [
    ...GIVEN.filter((role) => !known(role)).map((role) => `roles has no '${role}'`),
    ...Object.entries(policy.roles).flatMap(([name, role]) =>
      [...(role.sees ?? []), ...(role.writes ?? [])].flatMap((g) => grantFaults(policy, name, g)),
    ),
    ...Object.entries(policy.roles).flatMap(([name, { masks = {} }]) =>
      Object.entries(masks).flatMap(([type, fields]) =>
        fields
          .filter((field) => !MASKED_FIELDS.includes(field))
          .map(
            (field) =>
              `role '${name}' masks '${field}' of ${type}: it must be one of ${MASKED_FIELDS.join(', ')}`,
          ),
      ),
    ),
    ...Object.entries(policy.codes).flatMap(([code, role]) =>
      known(role) ? [] : [`codes gives '${code}' the role '${role}', which roles does not have`],
    ),
    ...Object.entries(policy.reserved).flatMap(([type, roles]) =>
      roles
        .filter((r) => !known(r))
        .map((r) => `reserved leaves '${type}' to '${r}', which roles does not have`),
    ),
    ...Object.entries(policy.labels).flatMap(([label, roles]) =>
      roles
        .filter((r) => !known(r))
        .map((r) => `labels shows '${label}' to '${r}', which roles does not have`),
    ),
    ...Object.entries(policy.encounterHours).flatMap(([name, hours]) =>
      hours === null || hours > 0 ? [] : [`encounterHours.${name} must be null or a number above 0`],
    ),
    ...Object.entries(policy.identification).flatMap(([name, value]) =>
      value > 0 ? [] : [`identification.${name} must be a number above 0`],
    ),
    ...(['minutes', 'residentsPerHour'] as const).flatMap((name) =>
      policy.breakGlass[name] > 0 ? [] : [`breakGlass.${name} must be a number above 0`],
    ),
  ];
}

function grantFaults(policy: AccessPolicy, role: string, { of, kind }: Grant): string[] {
  if (!GRANTS.includes(of)) return [`role '${role}' reaches '${of}': it must be one of ${GRANTS.join(', ')}`];
  if ((of === 'kind' || of === 'subject') && !(kind !== undefined && kind in policy.kinds))
    return [`role '${role}' reaches the kind '${kind}', which kinds does not have`];
  return [];
}
