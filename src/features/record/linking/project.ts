/** A Patient as it must be by what was decided of it, whatever its institution sends. Pure. */
import { isDeepStrictEqual } from 'node:util';
import type { Resource } from '../../../kernel/contribution.ts';
import type { Identifier } from '../../../kernel/elements.ts';
import { localReference } from '../../../kernel/ids.ts';
import { type LinkType, linksOf, type PatientLink, patientLinks, replacedBy } from '../links.ts';
import { isStrong } from '../matching/strong-identifiers.ts';
import type { Decision } from './linkage.ts';

/** `decisions`: all that concern the Patient. */
export function linkedAs(patient: Resource, decisions: readonly Decision[]): Resource {
  const id = patient.id as string;
  const wanted = new Map<string, LinkType>();
  for (const { main, other, relation } of decisions) {
    const to = main === id ? other : main;
    if (relation === 'linked' && !wanted.has(to)) wanted.set(to, 'seealso');
    if (relation === 'merged') wanted.set(to, main === id ? 'replaces' : 'replaced-by');
  }
  const decided = new Set(decisions.map(({ main, other }) => (main === id ? other : main)));
  const kept = linksOf(patient).filter((link) => stays(link, wanted, decided));
  const there = new Set(kept.map((link) => localReference(link.other.reference ?? '')?.id));
  const added = [...wanted]
    .filter(([to]) => !there.has(to))
    .map(([to, type]): PatientLink => ({ other: { reference: `Patient/${to}` }, type }));
  const { link: _, ...rest } = patient;
  const links = [...kept, ...added];
  const projected: Resource = { ...rest, ...(links.length > 0 ? { link: links } : {}) } as Resource;
  if (patientLinks(projected).some((l) => l.type === 'replaced-by')) return { ...projected, active: false };
  return replacedBy(patient) === undefined ? projected : { ...projected, active: true };
}

function stays(
  { other, type }: PatientLink,
  wanted: ReadonlyMap<string, LinkType>,
  decided: ReadonlySet<string>,
): boolean {
  const local = localReference(other?.reference ?? '');
  if (local?.type !== 'Patient' || !decided.has(local.id)) return true;
  const is = wanted.get(local.id);
  return is === type || (is === 'seealso' && type === 'refer');
}

/** The numbers that belong to a person alone stay in the record when another version leaves them out: as former ones. */
export function withFormerIdentifiers(before: Resource | undefined, after: Resource, now: Date): Resource {
  const is = identifiersOf(after);
  const missing = identifiersOf(before)
    .filter(({ system }) => isStrong(system))
    .filter((was) => !is.some((i) => i.system === was.system && i.value === was.value))
    .map((was) => formerOf(was, now));
  return missing.length === 0 ? after : { ...after, identifier: [...is, ...missing] };
}

function formerOf(was: Identifier & { use?: string; period?: object }, now: Date): Identifier {
  if (was.use === 'old') return was;
  return { ...was, use: 'old', period: { ...was.period, end: now.toISOString() } } as Identifier;
}

function identifiersOf(patient: Resource | undefined): readonly Identifier[] {
  return Array.isArray(patient?.identifier) ? (patient.identifier as Identifier[]) : [];
}

/** Whether something that matching looks at is another than before. */
export function isOtherPerson(before: Resource | undefined, after: Resource): boolean {
  return LOOKED_AT.some((name) => !isDeepStrictEqual(before?.[name], after[name]));
}

const LOOKED_AT = ['identifier', 'name', 'birthDate', 'gender', 'telecom', 'address', 'contact', 'active'];
