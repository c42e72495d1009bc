/**
 * Linkage is the decision that records are one person's, or are not: https://hl7.org/fhir/R4/linkage.html. It is what
 * `Patient.link` follows from, and its history is the lineage. Pure.
 *
 *     active, source + alternate     linked: both are in use            link.type seealso
 *     active, source + historical    merged: the source replaces it     link.type replaces, replaced-by
 *     not active                     kept apart, or apart again
 */
import { createHash } from 'node:crypto';
import type { Resource } from '../../../kernel/contribution.ts';
import { localReference } from '../../../kernel/ids.ts';
import { patientLinks } from '../links.ts';

export type Relation = 'linked' | 'merged' | 'apart';

/** What is decided of two records: `main` is the one that stays when they are merged. */
export interface Decision {
  readonly main: string;
  readonly other: string;
  readonly relation: Relation;
}

interface LinkageFields {
  readonly active?: boolean;
  readonly item?: readonly { readonly type?: string; readonly resource?: { readonly reference?: string } }[];
}

/** One for each two records, whoever decides: of two at once, one waits for the other. */
export function linkageId(a: string, b: string): string {
  const pair = [a, b].sort().join(' ');
  return `identity-${createHash('sha256').update(pair).digest('hex').slice(0, 40)}`;
}

export function linkageOf(
  { main, other, relation }: Decision,
  more: { readonly author?: string; readonly was?: Resource } = {},
): Resource {
  const type = relation === 'merged' ? 'historical' : 'alternate';
  const items = relation === 'apart' && more.was ? (more.was as LinkageFields).item : undefined;
  return {
    resourceType: 'Linkage',
    id: linkageId(main, other),
    active: relation !== 'apart',
    ...(more.author ? { author: { reference: more.author } } : {}),
    item: items ?? [
      { type: 'source', resource: { reference: `Patient/${main}` } },
      { type, resource: { reference: `Patient/${other}` } },
    ],
  };
}

/** What a Linkage decides of Patients: each of its items beside the first source. */
export function decisionsOf(linkage: Resource | undefined): readonly Decision[] {
  if (linkage?.resourceType !== 'Linkage') return [];
  const { active = true, item = [] } = linkage as LinkageFields;
  const items = item.flatMap(({ type, resource }) => {
    const local = localReference(resource?.reference ?? '');
    return local?.type === 'Patient' ? [{ type, id: local.id }] : [];
  });
  const main = items.find((i) => i.type === 'source') ?? items[0];
  return items
    .filter((i) => main !== undefined && i.id !== main.id)
    .map(({ type, id }) => ({
      main: main!.id,
      other: id,
      relation: !active ? 'apart' : type === 'historical' ? 'merged' : 'linked',
    }));
}

/** What the links of a Patient say, as decisions. */
export function statedIn(patient: Resource): readonly Decision[] {
  const id = patient.id as string;
  return patientLinks(patient).flatMap(({ other, type }): Decision[] => {
    const to = localReference(other.reference!)!.id;
    if (to === id) return [];
    if (type === 'replaced-by') return [{ main: to, other: id, relation: 'merged' }];
    return [{ main: id, other: to, relation: type === 'replaces' ? 'merged' : 'linked' }];
  });
}

export function isAbout({ main, other }: Decision, a: string, b: string): boolean {
  return (main === a && other === b) || (main === b && other === a);
}
