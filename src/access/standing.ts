/** Who somebody is in the county at a moment: organisations and roles, wards, teams. Pure. */
import { periodRange } from '../kernel/dates.ts';
import type { AccessPolicy } from './policy.ts';

/** A stored resource, parsed. */
// biome-ignore lint/suspicious/noExplicitAny: read by name
type Resource = Readonly<Record<string, any>>;

/** What is stored about the actor: see `store/standing.ts`. */
export interface Facts {
  /** PractitionerRoles, CareTeams, RelatedPersons and Patients (wards) that concern the user. */
  readonly resources: readonly Resource[];
  /** Organization -> the codes of its types, and those that are part of it with theirs. */
  readonly organizations: ReadonlyMap<
    string,
    { readonly types: readonly string[]; readonly partOf?: string }
  >;
}

/** A role somebody has, and where. */
export interface Post {
  readonly role: string;
  /** Ids of organisations whose data count as its own. */
  readonly organizations: readonly string[];
  /** References by which those who care for a patient are named. */
  readonly parties: readonly string[];
}

export interface Standing {
  readonly posts: readonly Post[];
  /** Ids of the patients that the user is, or acts for. */
  readonly patients: readonly string[];
  /** Those of them that the user acts for. */
  readonly wards?: readonly string[];
}

/** What a system of an organisation is. */
export function systemStanding(
  policy: AccessPolicy,
  facts: Facts,
  organization: string | undefined,
  roles: readonly string[] = [],
): Standing {
  if (organization === undefined) return { posts: [], patients: [] };
  const id = organization.replace(/^Organization\//, '');
  return {
    posts: (roles.length > 0 ? roles : ['system'])
      .filter((role) => isHeldAt(policy, role, facts, id))
      .map((role) => ({
        role,
        organizations: withParts(policy, facts, id),
        parties: [`Organization/${id}`],
      })),
    patients: [],
  };
}

/** What a person is, by the roles that are active at `now` (milliseconds). */
export function personStanding(policy: AccessPolicy, facts: Facts, user: string, now: number): Standing {
  const [type, id = ''] = user.split('/');
  switch (type) {
    case 'Practitioner':
    case 'PractitionerRole':
      return { posts: posts(policy, facts, user, now), patients: [] };
    case 'Patient': {
      const relations = relationsOf(policy, facts, now);
      const wards = relations.map(({ ward }) => ward);
      const posts = [resident('resident'), ...(wards.length > 0 ? [guardian(user, relations)] : [])];
      return { posts, patients: [id, ...wards], wards };
    }
    case 'RelatedPerson': {
      const relations = relationsOf(policy, facts, now);
      const wards = relations.map(({ ward }) => ward);
      return { posts: [guardian(user, relations)], patients: wards, wards };
    }
    default:
      return { posts: [], patients: [] };
  }
}

function resident(role: string, parties: readonly string[] = []): Post {
  return { role, organizations: [], parties };
}

/** Consents name a guardian as the person, or as what the person is to the ward. */
function guardian(user: string, relations: readonly Relation[]): Post {
  return resident('guardian', [user, ...relations.map(({ id }) => `RelatedPerson/${id}`)]);
}

function posts(policy: AccessPolicy, facts: Facts, user: string, now: number): Post[] {
  const teams = facts.resources.filter((r) => r.resourceType === 'CareTeam' && isCurrent(r.period, now));
  return facts.resources.flatMap((r) => {
    if (r.resourceType !== 'PractitionerRole' || r.active === false || !isCurrent(r.period, now)) return [];
    const id = localId(r.organization?.reference, 'Organization');
    if (id === undefined) return [];
    const names = [user, r.practitioner?.reference, `PractitionerRole/${r.id}`];
    const member = (t: Resource) =>
      t.participant?.some((p: Resource) => names.includes(p.member?.reference) && isCurrent(p.period, now));
    const parties = [
      ...names.filter((name) => typeof name === 'string'),
      `Organization/${id}`,
      ...teams.filter((t) => t.status === 'active' && member(t)).map((t) => `CareTeam/${t.id}`),
    ];
    return rolesOf(policy, r)
      .filter((role) => isHeldAt(policy, role, facts, id))
      .map((role) => ({ role, organizations: withParts(policy, facts, id), parties }));
  });
}

/** The roles that codes and specialties stand for. */
function rolesOf(policy: AccessPolicy, role: Resource): string[] {
  const concepts = [...(role.code ?? []), ...(role.specialty ?? [])] as Resource[];
  const names = concepts.flatMap(({ coding = [], text }) => {
    const codes = coding.map((c: Resource) => `${c.system ?? ''}|${c.code}`);
    // The text is the narrower: a village doctor has the code of every doctor.
    return text !== undefined && text in policy.codes ? [text] : codes;
  });
  return [...new Set(names.flatMap((name) => policy.codes[name] ?? []))];
}

function isHeldAt(policy: AccessPolicy, role: string, facts: Facts, organization: string): boolean {
  const { at } = policy.roles[role] ?? { at: [] };
  return at === undefined || at.some((type) => facts.organizations.get(organization)?.types.includes(type));
}

/** The organisation, and its parts that are none of their own. */
function withParts(policy: AccessPolicy, { organizations }: Facts, id: string): string[] {
  const found = [id];
  for (const at of found) {
    for (const [part, { partOf, types }] of organizations) {
      if (partOf !== at || found.includes(part)) continue;
      if (types.some((type) => policy.partsOf.includes(type))) found.push(part);
    }
  }
  return found;
}

/** Codes of the types of an Organization, as `Facts` has them. */
export function institutionTypes(organization: Resource): string[] {
  return list(organization.type).flatMap(({ coding }) =>
    list(coding).flatMap(({ code }) => (typeof code === 'string' ? [code] : [])),
  );
}

function list(value: unknown): Resource[] {
  return Array.isArray(value) ? value.filter((v) => typeof v === 'object' && v !== null) : [];
}

const ADULT_YEARS = 18;

/** A RelatedPerson that the user is, and the Patient it is related to: ids. */
interface Relation {
  readonly id: string;
  readonly ward: string;
}

/** By which the user may act for patients: as a guardian, or as the parent of a minor. */
function relationsOf(policy: AccessPolicy, { resources }: Facts, now: number): Relation[] {
  return resources.flatMap((r) => {
    if (r.resourceType !== 'RelatedPerson' || r.active === false || !isCurrent(r.period, now)) return [];
    const id = localId(r.patient?.reference, 'Patient');
    const codes = (r.relationship ?? []).flatMap(({ coding = [] }: Resource) =>
      coding.map((c: Resource) => c.code),
    );
    if (id === undefined) return [];
    const relation = { id: String(r.id), ward: id };
    if (codes.some((code: string) => policy.guardians.includes(code))) return [relation];
    const birth = resources.find((p) => p.resourceType === 'Patient' && p.id === id)?.birthDate;
    return codes.some((code: string) => policy.parents.includes(code)) && isMinor(birth, now)
      ? [relation]
      : [];
  });
}

function isMinor(birthDate: unknown, now: number): boolean {
  const [, year, rest] = /^(\d{4})(.*)$/.exec(String(birthDate)) ?? [];
  return year !== undefined && Date.parse(`${Number(year) + ADULT_YEARS}${rest}`) > now;
}

function isCurrent(period: { start?: string; end?: string } | undefined, now: number): boolean {
  const range = period && periodRange(period);
  return !range || (range.lo <= now && now < range.hi);
}

function localId(reference: unknown, type: string): string | undefined {
  const [, found, id] = /(?:^|\/)([A-Z][A-Za-z]+)\/([A-Za-z0-9.-]{1,64})$/.exec(String(reference)) ?? [];
  return found === type ? id : undefined;
}
