/**
 * What a resource says of itself for access: whose data it is, its kind, its security labels. The store keeps it
 * beside the version (`marks`), where PostgreSQL's policies look.
 */
import { CANONICAL } from '../kernel/canonical.ts';
import type { AccessPolicy, KindRule } from './policy.ts';

type Resource = Readonly<Record<string, unknown>>;

/**
 * Elements that say which organisation a resource is of: who keeps it, made it, is to act on it, or asked for it. In
 * the definitions each may refer to an Organization, by itself or as the party of a part (`performer.actor`,
 * `restriction.recipient`).
 */
const OWNERS = [
  'managingOrganization',
  'custodian',
  'author',
  'performer',
  'serviceProvider',
  'owner',
  'requester',
  'authority',
  'providedBy',
  'organization',
  'sender',
  'recipient',
  'source',
  'onBehalfOf',
  'agent',
  'generalPractitioner',
  'attester',
  'restriction',
];
const PARTIES = ['actor', 'who', 'onBehalfOf', 'party', 'reference', 'observer', 'recipient'];

/** Whom a request asks. https://hl7.org/fhir/R4/request.html#request */
const ADDRESSEES: Readonly<Record<string, readonly string[]>> = {
  Communication: ['recipient'],
  CommunicationRequest: ['recipient'],
  DeviceRequest: ['performer'],
  MedicationRequest: ['performer'],
  ServiceRequest: ['performer'],
  Task: ['owner', 'restriction'],
};

/** Tags that name an organisation which is shown a resource and does not own it: the code is its id. */
export const SHOWN_TO = `${CANONICAL}/shown-to`;

export type MarksOf = (resource: Resource) => Set<string>;

export function createMarks(policy: Pick<AccessPolicy, 'kinds'>): MarksOf {
  const kinds = Object.entries(policy.kinds);
  return (resource) => {
    const marks = new Set<string>();
    for (const organization of organizationsOf(resource)) marks.add(`o:${organization}`);
    for (const [kind, rules] of kinds) if (rules.some((rule) => isOf(rule, resource))) marks.add(`k:${kind}`);
    for (const label of labelsOf(resource)) marks.add(label);
    for (const { system, code } of codingsOf(resource, 'tag'))
      if (system === SHOWN_TO) marks.add(`r:${code}`);
    return marks;
  };
}

/** Marks of the security labels of a resource. */
export function labelsOf(resource: Resource): string[] {
  return codingsOf(resource, 'security').map(({ system = '', code }) => `s:${system}|${code}`);
}

/** Ids of the organisations whose data it is, by what it says; an Organization is its own. */
export function organizationsOf(resource: Resource): string[] {
  return organizationsIn(resource, OWNERS);
}

/** Marks of the organisations that have a say in a new resource: who is asked to do something is none of them. */
export function askersOf(resource: Resource): Set<string> {
  const addressees = ADDRESSEES[String(resource.resourceType)] ?? [];
  const names = OWNERS.filter((name) => !addressees.includes(name));
  return new Set(organizationsIn(resource, names).map((id) => `o:${id}`));
}

function organizationsIn(resource: Resource, names: readonly string[]): string[] {
  const found = new Set<string>();
  if (resource.resourceType === 'Organization' && typeof resource.id === 'string') found.add(resource.id);
  for (const name of names) {
    for (const value of listOf(resource[name])) {
      const parts = [value, ...PARTIES.flatMap((party) => listOf(value[party]))];
      for (const part of parts) {
        const id = organizationIn(part.reference);
        if (id !== undefined) found.add(id);
      }
    }
  }
  return [...found];
}

function organizationIn(reference: unknown): string | undefined {
  if (typeof reference !== 'string') return undefined;
  return /(?:^|\/)Organization\/([A-Za-z0-9.-]{1,64})(?:\/_history\/.*)?$/.exec(reference)?.[1];
}

function isOf({ type, profile, code }: KindRule, resource: Resource): boolean {
  if (resource.resourceType !== type) return false;
  const profiles = (resource.meta as { profile?: unknown } | undefined)?.profile;
  if (profile !== undefined && !(Array.isArray(profiles) && profiles.some((p) => isVersionOf(p, profile))))
    return false;
  return code === undefined || codesOf(resource).includes(code);
}

function isVersionOf(canonical: unknown, url: string): boolean {
  return canonical === url || (typeof canonical === 'string' && canonical.startsWith(`${url}|`));
}

function codesOf(resource: Resource): string[] {
  return ['category', 'code'].flatMap((name) =>
    listOf(resource[name])
      .flatMap(({ coding }) => listOf(coding))
      .map(({ system = '', code }) => `${system}|${code}`),
  );
}

function codingsOf({ meta }: Resource, name: 'security' | 'tag'): { system?: string; code?: string }[] {
  return listOf((meta as Resource | undefined)?.[name]);
}

function listOf(value: unknown): Record<string, unknown>[] {
  const list = Array.isArray(value) ? value : [value];
  return list.filter((v) => typeof v === 'object' && v !== null) as Record<string, unknown>[];
}
