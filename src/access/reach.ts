/** What somebody reaches, by the policy: of who they are (`standing.ts`) and what their scopes say. Pure. */
import type { Access, Permission, Reach, ResourceScope } from '../kernel/ctx.ts';
import type { AccessPolicy, Grant, Role } from './policy.ts';
import type { Post, Standing } from './standing.ts';

/** Purpose of use of who broke the glass. http://terminology.hl7.org/CodeSystem/v3-ActReason */
export const BREAK_THE_GLASS = 'BTG';

type Held = Post & Role;

/** The roles that count together: those that show less (numbers, some elements) count when there are no others. */
function heldRoles(policy: AccessPolicy, standing: Standing): Held[] {
  const held = standing.posts.map((post) => ({ ...post, ...policy.roles[post.role] }));
  const full = held.filter((role) => role.countsFrom === undefined && role.elements === undefined);
  const masked = held.filter((role) => role.countsFrom === undefined);
  return full.length > 0 ? full : masked.length > 0 ? masked : held;
}

/** Whether somebody may break the glass. */
export function mayBreakGlass(policy: AccessPolicy, standing: Standing): boolean {
  return heldRoles(policy, standing).some((role) => role.breakGlass);
}

/**
 * `opened`: ids of the records of one resident, for whom the glass is broken: everything of theirs is reached, and
 * nobody else's data with them.
 */
export function reachOf(policy: AccessPolicy, standing: Standing, opened?: readonly string[]): Reach {
  const broken = opened !== undefined;
  const roles = heldRoles(policy, standing);
  const names = new Set(roles.map(({ role }) => role));
  const sees = roles.flatMap((role) =>
    (role.sees ?? []).flatMap((g) => [...handlesOf(policy, standing, role, g), ...shownTo(role, g)]),
  );
  const written = (adds: boolean) =>
    roles.flatMap((role) =>
      (role.writes ?? [])
        .filter((g) => (g.adds === true) === adds)
        .flatMap((g) => handlesOf(policy, standing, role, g)),
    );
  const reserved = Object.entries(policy.reserved).flatMap(([type, writers]) =>
    writers.some((r) => names.has(r)) ? [] : [type],
  );
  const [countsFrom] = roles.flatMap((role) => role.countsFrom ?? []).sort((a, b) => b - a);
  const parts = roles.map(({ elements }) => elements).filter((e) => e !== undefined);
  return {
    open: policy.open,
    sees: unique([...sees.filter(isOfAll), ...(broken ? ['all'] : [])]),
    ...optional('seesOfType', unique(sees.filter((h) => !isOfAll(h)))),
    writes: unique(written(false)),
    ...optional('adds', unique(written(true))),
    ...optional('reserved', reserved),
    hidden: broken
      ? []
      : Object.entries(policy.labels).flatMap(([label, seen]) =>
          seen.some((r) => names.has(r)) ? [] : [`s:${label}`],
        ),
    actors: unique(roles.flatMap(({ parties }) => parties)),
    purposes: unique([
      ...roles.flatMap(({ purposes = [] }) => purposes),
      ...(broken ? [BREAK_THE_GLASS] : []),
    ]),
    // A resident's Consents are about others; of a ward's, those that name the guardian hold.
    ...(broken || standing.patients.length > 0 ? { overrides: 'consent' as const } : {}),
    audits: standing.patients,
    ...wardsIn(policy, standing),
    ...(roles.some((role) => role.identifies) ? { identifies: policy.identification } : {}),
    ...(countsFrom === undefined ? {} : { countsFrom }),
    ...(parts.length > 0 ? { elements: shownByAll(parts) } : {}),
    ...(broken ? { patient: opened, unconfined: policy.open } : maskedByAll(roles)),
  };
}

/** What a guardian does not see of wards, whatever the same person sees of itself. */
function wardsIn(policy: AccessPolicy, { wards = [] }: Standing): Pick<Reach, 'wards' | 'hiddenOfWards'> {
  if (wards.length === 0) return {};
  const hidden = Object.entries(policy.labels).flatMap(([label, seen]) =>
    seen.includes('guardian') ? [] : [`s:${label}`],
  );
  return { wards, hiddenOfWards: hidden };
}

/** The reach of a county-wide actor whose scopes are for some resources only: the rest is for them to narrow. */
export const EVERYTHING: Reach = {
  sees: ['all'],
  open: [],
  writes: ['all'],
  hidden: [],
  actors: [],
  purposes: [],
  overrides: 'consent',
  audits: [],
};

function handlesOf(policy: AccessPolicy, standing: Standing, post: Held, grant: Grant): string[] {
  const handles = untyped(policy, standing, post, grant);
  return grant.types ? grant.types.flatMap((type) => handles.map((h) => `${type} ${h}`)) : handles;
}

/** What others show to the own institutions: see `SHOWN_TO` in `marks.ts`. */
function shownTo({ organizations }: Post, { of, types }: Grant): string[] {
  const handles = of === 'own' ? organizations.map((id) => `r:${id}`) : [];
  return types ? types.flatMap((type) => handles.map((h) => `${type} ${h}`)) : handles;
}

function untyped({ care }: AccessPolicy, { patients }: Standing, post: Post, { of, kind }: Grant): string[] {
  switch (of) {
    case 'own':
      return post.organizations.flatMap((id) => [`o:${id}`, `w:${id}`]);
    case 'care':
      return care.flatMap((basis) => post.parties.map((party) => `c:${basis}|${party}`));
    case 'self':
      return patients.map((id) => `p:${id}`);
    case 'kind':
      return [`k:${kind}`];
    case 'subject':
      return [`Patient a:${kind}`];
    case 'all':
      return ['all'];
  }
}

function isOfAll(handle: string): boolean {
  return !/^[A-Z][A-Za-z]+ /.test(handle);
}

/** Elements that every role shows a type with; a type that one of them does not name is not masked by it. */
function shownByAll(all: readonly NonNullable<Role['elements']>[]): NonNullable<Reach['elements']> {
  const merged: Record<string, string[]> = {};
  for (const elements of all) {
    for (const [type, names] of Object.entries(elements)) {
      merged[type] = merged[type] ? merged[type].filter((n) => names.includes(n)) : [...names];
    }
  }
  return merged;
}

/** What every role that sees something masks. */
function maskedByAll(roles: readonly Role[]): Pick<Reach, 'masks'> {
  const [first, ...others] = roles.filter(({ sees = [] }) => sees.length > 0).map(({ masks = {} }) => masks);
  const masks = Object.entries(first ?? {}).flatMap(([type, fields]) => {
    const left = fields.filter((field) => others.every((other) => other[type]?.includes(field)));
    return left.length > 0 ? [[type, left] as const] : [];
  });
  return masks.length > 0 ? { masks: Object.fromEntries(masks) } : {};
}

function unique<T>(list: readonly T[]): T[] {
  return [...new Set(list)];
}

function optional<K extends string, T>(name: K, list: readonly T[]): { [P in K]?: readonly T[] } {
  return (list.length > 0 ? { [name]: list } : {}) as { [P in K]?: readonly T[] };
}

/** What the scopes that count for an actor permit by type, whatever they are narrowed to. */
export function grantsOf(scopes: readonly ResourceScope[]): Access['grants'] {
  const grants = new Map<string, Set<Permission>>();
  for (const { type, permissions } of scopes) {
    const granted = grants.get(type) ?? new Set<Permission>();
    for (const permission of permissions) granted.add(permission);
    grants.set(type, granted);
  }
  return grants;
}
