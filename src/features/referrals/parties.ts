/** Who takes part in a referral, and who of them acts. */
import { actingFor, actsForAnybody } from '../../access/acting.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import type { Concept, Reference } from '../../kernel/elements.ts';
import type { Scene } from '../../kernel/workflow.ts';
import { codeIn, INSTITUTION, INSTITUTION_TYPE } from './codes.ts';
import type { Side } from './model.ts';
import { plain, type Request } from './reading.ts';

/** Village clinic, township centre, hospital, community: deeper is a loop. */
const MAX_LEVELS = 8;

/** Where the institution of somebody stands. */
const INSTITUTION_ELEMENT: Readonly<Record<string, string>> = {
  PractitionerRole: 'organization',
  HealthcareService: 'providedBy',
  CareTeam: 'managingOrganization',
  Location: 'managingOrganization',
};

/** `Organization/x` of an institution, a department, a team or a doctor's role; undefined when nobody knows. */
export async function institutionOf(
  scene: Scene,
  reference: string | undefined,
): Promise<string | undefined> {
  const party = plain(reference, scene.ctx.base);
  const type = party?.split('/')[0] ?? '';
  if (type === 'Organization') return party;
  const element = INSTITUTION_ELEMENT[type];
  if (!element) return undefined;
  const found = (await scene.read(party))?.[element] as Reference | readonly Reference[] | undefined;
  const one = Array.isArray(found) ? found[0] : (found as Reference | undefined);
  return plain(one?.reference, scene.ctx.base);
}

export async function institutionsOf(scene: Scene, references: readonly Reference[]): Promise<string[]> {
  const found = await Promise.all(references.map((r) => institutionOf(scene, r.reference)));
  return [...new Set(found.filter((f) => f !== undefined))];
}

/** The referral centre of an institution's community: of several, the one with the same head. */
export async function centreOf(scene: Scene, institution: string | undefined): Promise<string | undefined> {
  const centres = await scene.search('Organization', [['type', `${INSTITUTION}|referral-centre`]]);
  const active = centres.filter((c) => c.active !== false);
  const heads = await headsOf(scene, institution);
  for (const centre of active) {
    const own = await headsOf(scene, `Organization/${centre.id}`);
    if (own.at(-1) === heads.at(-1)) return `Organization/${centre.id}`;
  }
  return active.length === 1 ? `Organization/${active[0]!.id}` : undefined;
}

/** An institution and those above it. */
async function headsOf(scene: Scene, institution: string | undefined): Promise<string[]> {
  const found: string[] = [];
  let at = institution;
  while (at !== undefined && found.length < MAX_LEVELS && !found.includes(at)) {
    found.push(at);
    const above = (await scene.read(at))?.partOf as Reference | undefined;
    at = plain(above?.reference, scene.ctx.base);
  }
  return found;
}

/** Community health centres, township centres, clinics: where family doctors work. */
export async function isPrimaryCare(scene: Scene, institution: string | undefined): Promise<boolean> {
  const organization = await scene.read(institution);
  const type = codeIn(INSTITUTION_TYPE, ...((organization?.type ?? []) as Concept[]));
  return /^[BCD]/.test(type ?? '');
}

/** For which sides the actor of a request may act. */
export async function sidesOf(scene: Scene, request: Request): Promise<ReadonlySet<Side>> {
  const { ctx } = scene;
  const sides = new Set<Side>();
  if (actsForAnybody(ctx)) {
    for (const side of ['requesting', 'centre', 'receiving', 'patient'] as const) sides.add(side);
    if (ctx.actor.client === 'system') sides.add('timer');
    return sides;
  }
  const own = actingFor(ctx).map((institution) => plain(institution, ctx.base)!);
  const requesting = await institutionOf(scene, request.requester?.reference);
  const receiving = await institutionsOf(scene, request.performer ?? []);
  if (requesting !== undefined && own.includes(requesting)) sides.add('requesting');
  if (receiving.some((r) => own.includes(r))) sides.add('receiving');
  const centre = await centreOf(scene, requesting);
  // Without a centre the receiving institution does its work.
  if (centre === undefined ? sides.has('receiving') : await runs(scene, own, centre)) sides.add('centre');
  if (isTheResident(ctx, request)) sides.add('patient');
  return sides;
}

/** Everybody who takes part, by institution; the resident, too. */
export async function partiesTo(scene: Scene, request: Request): Promise<string[]> {
  const requesting = await institutionOf(scene, request.requester?.reference);
  const centre = await centreOf(scene, requesting);
  const above = centre === undefined ? undefined : (await scene.read(centre))?.partOf;
  const named = [requesting, centre, plain((above as Reference | undefined)?.reference, scene.ctx.base)];
  const patient = plain(request.subject?.reference, scene.ctx.base);
  return [...named, ...(await institutionsOf(scene, request.performer ?? [])), patient].filter(
    (party) => party !== undefined,
  );
}

/** A centre is run by itself, or by the institution above it. */
async function runs(scene: Scene, own: readonly string[], centre: string): Promise<boolean> {
  if (own.includes(centre)) return true;
  const above = (await scene.read(centre))?.partOf as Reference | undefined;
  return own.includes(plain(above?.reference, scene.ctx.base) ?? '');
}

/** The resident, or who acts for the resident now. */
function isTheResident({ access, base }: Ctx, request: Request): boolean {
  const patient = plain(request.subject?.reference, base);
  return (access.reach?.audits ?? []).some((id) => patient === `Patient/${id}`);
}
