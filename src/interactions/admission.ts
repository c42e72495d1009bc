/** From a verified caller to what it may do and reaches, for one request: nothing of it outlives the request. */
import type { AccessPolicy } from '../access/policy.ts';
import { EVERYTHING, grantsOf, mayBreakGlass, reachOf } from '../access/reach.ts';
import { type Facts, personStanding, type Standing, systemStanding } from '../access/standing.ts';
import type { MovableClock } from '../kernel/clock.ts';
import type { Access, Actor, Ctx, Db, Reach, ResourceScope } from '../kernel/ctx.ts';
import { forbidden } from '../kernel/fhir-error.ts';
import { localReference } from '../kernel/ids.ts';
import { linkedPatients } from '../store/linked.ts';
import { factsAbout } from '../store/standing.ts';
import { breakGlass } from './break-glass.ts';
import type { Engine } from './engine.ts';
import { narrowedBy } from './narrowed-scopes.ts';

/**
 * The same context with what the caller may: it comes with what its scopes say. A `purpose` is an emergency in which
 * the glass is broken for one resident. Throws `forbidden` when that is not for the caller.
 */
export type Admit = (ctx: Ctx) => Promise<Ctx>;

/** `clock`: the one that is moved by hand, if there is one. */
export function createAdmission(
  engine: Engine,
  policy: AccessPolicy,
  clock?: Pick<MovableClock, 'ahead'>,
): Admit {
  const db = engine.database;

  /** Residents are who they are in every record of theirs, and of their wards'. */
  async function standingOf(user: string, organization: string | undefined, now: number): Promise<Standing> {
    const own = localReference(user);
    const ids = own?.type === 'Patient' ? await linkedPatients(db, [own.id]) : [];
    const users = [user, ...ids.map((id) => `Patient/${id}`).filter((one) => one !== user)];
    const about = await Promise.all(users.map((one) => factsAbout(db, { user: one, organization })));
    const standing = personStanding(policy, togetherOf(about), user, now);
    const [patients, wards] = await Promise.all(
      [standing.patients, standing.wards ?? []].map((some) => linkedPatients(db, some)),
    );
    return { ...standing, patients: patients!, wards: wards! };
  }

  /** `confined`: what the scopes are confined to. */
  async function reachFor(ctx: Ctx, confined?: Confinement): Promise<Reach | undefined> {
    const { fhirUser, user, organization, countyWide, roles } = ctx.actor;
    // A client's rights are its own: they are not for whoever signed in to it.
    if (user === undefined && fhirUser === undefined && countyWide) return undefined;
    const standing =
      fhirUser === undefined
        ? systemStanding(
            policy,
            await factsAbout(db, { organization }),
            user === undefined ? organization : undefined,
            roles,
          )
        : await standingOf(fhirUser, organization, ctx.now.getTime());
    if (!ctx.purpose) return { ...reachOf(policy, standing), ...confined };
    if (!mayBreakGlass(policy, standing)) throw mayNotBreakGlass();
    const patient = ctx.purpose.patient ?? '';
    if (confined && !confined.patient.includes(patient)) throw ofAnother();
    const [told] = standing.posts.flatMap((post) => post.organizations);
    await breakGlass(engine, ctx, patient, policy.breakGlass, told);
    return reachOf(policy, standing, await linkedPatients(db, [patient]));
  }

  return async (ctx) => {
    const { access, actor, base } = ctx;
    const scopes = access.scopes.filter((scope) => counts(scope, actor, access));
    const { scopes: granting, ...narrow } = await narrowedBy(engine, db, scopes, base);
    const grants = grantsOf(granting);
    const confined = await confinedTo(db, granting, access.patient);
    const reach = await reachFor(ctx, confined);
    const limited = confined !== undefined || Object.keys(narrow).length > 0;
    if (!reach && !limited) return Object.freeze({ ...ctx, access: { ...access, grants } });
    const ahead = clock?.ahead() ?? 0;
    const time = ahead === 0 ? {} : { ahead };
    const reached = { ...(reach ?? { ...EVERYTHING, ...confined }), ...narrow, ...time };
    return Object.freeze({ ...ctx, access: { ...access, grants, reach: reached } });
  };
}

/** The same context as a system of an institution (`Organization/x`) has it: what that may do is for others to say. */
export type AsInstitution = Engine['asInstitution'];

export function createAsInstitution(
  db: Db,
  policy: AccessPolicy,
  clock?: Pick<MovableClock, 'ahead'>,
): AsInstitution {
  return async (ctx, organization) => {
    const standing = systemStanding(policy, await factsAbout(db, { organization }), organization);
    const ahead = clock?.ahead() ?? 0;
    const reach = { ...reachOf(policy, standing), ...(ahead === 0 ? {} : { ahead }) };
    return Object.freeze({ ...ctx, access: { ...ctx.access, reach } });
  };
}

/** Scopes for a person count when there is one, scopes for a patient when one is in context. */
function counts({ context }: ResourceScope, { fhirUser }: Actor, { patient }: Access): boolean {
  return context === 'system' || (context === 'user' ? fhirUser !== undefined : patient !== undefined);
}

function togetherOf(facts: readonly Facts[]): Facts {
  return {
    resources: facts.flatMap(({ resources }) => resources),
    organizations: new Map(facts.flatMap(({ organizations }) => [...organizations])),
  };
}

/** To records of one person, and types beyond. */
type Confinement = Required<Pick<Reach, 'patient' | 'unconfined'>>;

/** The records of the patient in context, and the types that other scopes reach as well, beyond that patient. */
async function confinedTo(
  db: Db,
  scopes: readonly ResourceScope[],
  patient: string | undefined,
): Promise<Confinement | undefined> {
  if (!scopes.some(({ context }) => context === 'patient')) return undefined;
  const others = scopes.filter(({ context }) => context !== 'patient').map(({ type }) => type);
  if (patient === undefined || others.includes('*')) return undefined;
  return { patient: await linkedPatients(db, [patient]), unconfined: others };
}

function ofAnother() {
  return forbidden({
    en: 'The app was opened for another resident than X-Break-Glass names. Open it for that one.',
    zh: '应用当前打开的是另一名居民,与 X-Break-Glass 所指居民不同。请为该居民重新打开应用。',
  });
}

function mayNotBreakGlass() {
  return forbidden({
    en: 'X-Break-Glass is not for the roles of this caller. Ask somebody who treats the resident.',
    zh: '调用者的岗位无权使用 X-Break-Glass 紧急调阅。请联系正在诊治该居民的医务人员。',
  });
}
