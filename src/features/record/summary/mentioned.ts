/** Names of the institutions and people that a record mentions. Pure. */
import type { Resource } from '../../../kernel/contribution.ts';
import type { Gathered } from './gather.ts';
import { hasLabel, PATIENT_REPORTED, referenceIn } from './words.ts';

export function nameOfMentioned({ mentioned }: Gathered, reference: string | undefined): string {
  if (reference === undefined) return '';
  const resource = mentioned.get(reference)?.resource;
  if (!resource) return '';
  if (typeof resource.name === 'string') return String(resource.name ?? '');
  if (resource.resourceType === 'PractitionerRole') {
    const { practitioner, organization } = resource as Record<
      string,
      { reference?: string; display?: string }
    >;
    const names = [practitioner, organization].map(
      (r) => r?.display ?? nameOfMentioned({ mentioned } as Gathered, r?.reference),
    );
    return names.filter((n) => n !== '').join(' ');
  }
  const [name] = (resource.name ?? []) as { text?: string; family?: string; given?: string[] }[];
  return name?.text ?? `${name?.family ?? ''}${(name?.given ?? []).join('')}`;
}

/** Whose word a result is: the first who performed it, or that the resident measured it. */
export function sourceOf(g: Gathered, resource: Resource): string {
  if (hasLabel(resource, PATIENT_REPORTED)) return '居民自测';
  return nameOfMentioned(g, referenceIn((resource.performer as object[] | undefined)?.[0]));
}
