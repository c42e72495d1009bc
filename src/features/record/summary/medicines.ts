/** Medicines as a summary shows them: which may still be taken, and what they are called. Pure. */
import type { Resource } from '../../../kernel/contribution.ts';
import type { Gathered, Item } from './gather.ts';
import { conceptText, referenceIn } from './words.ts';

/** The medicine in words: coded, contained, or a resource of its own. */
export function medicineOf({ mentioned }: Gathered, r: Resource): string {
  const reference = referenceIn(r.medicationReference);
  if (reference === undefined) return conceptText(r.medicationCodeableConcept);
  const contained = ((r.contained ?? []) as Resource[]).find(({ id }) => reference === `#${id as string}`);
  const medicine = contained ?? mentioned.get(reference)?.resource;
  const { display } = r.medicationReference as { display?: string };
  return conceptText(medicine?.code) || (display ?? reference);
}

export function takenStatements(items: readonly Item[]): Item[] {
  return items.filter(({ resource }) => !['stopped', 'not-taken'].includes(resource.status as string));
}

/** Prescriptions that may still be taken: active ones, and those whose supply has not run out. */
export function currentRequests(items: readonly Item[], now: Date): Item[] {
  return items.filter(({ resource }) => {
    if (resource.status !== 'completed') return true;
    const { dispenseRequest, authoredOn } = resource as {
      dispenseRequest?: { expectedSupplyDuration?: { value?: number; code?: string } };
      authoredOn?: string;
    };
    const { value = 0, code } = dispenseRequest?.expectedSupplyDuration ?? {};
    const days = code === 'd' ? value : code === 'wk' ? value * 7 : code === 'mo' ? value * 31 : 0;
    return authoredOn !== undefined && Date.parse(authoredOn) + days * 86_400_000 >= now.getTime();
  });
}
