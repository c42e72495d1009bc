/** Whether an answer that was kept may still be shown: what a Consent, a contract or a post opened may be closed since. */
import { localReference } from '../kernel/ids.ts';
import { readMany } from '../store/read.ts';
import type { Engine } from './engine.ts';

// biome-ignore lint/suspicious/noExplicitAny: an answer of any shape
type Part = Record<string, any>;

/**
 * Whether the caller whom `engine` serves sees all of what is in the answer (`text`, a resource): the entries of
 * Bundles, what Parameters hold and name. What is not stored is part of the answer alone.
 */
export async function isStillSeen({ database }: Engine, text: string): Promise<boolean> {
  if (!database.whole) return true;
  const named = [...new Set(namedIn(JSON.parse(text) as Part))].flatMap((name) => localReference(name) ?? []);
  const there = await readMany(database.whole, named);
  const seen = new Set((await readMany(database, named)).map(({ key }) => key));
  return there.every(({ key }) => seen.has(key));
}

function namedIn(answer: Part): string[] {
  const { resourceType, id } = answer;
  if (resourceType === 'Bundle')
    return (answer.entry ?? []).flatMap(({ resource }: Part) => (resource ? namedIn(resource) : []));
  if (resourceType === 'Parameters') return (answer.parameter ?? []).flatMap(namedByParameter);
  return typeof id === 'string' ? [`${resourceType}/${id}`] : [];
}

function namedByParameter({ resource, valueReference, part = [] }: Part): string[] {
  return [
    ...(resource ? namedIn(resource) : []),
    ...(typeof valueReference?.reference === 'string' ? [valueReference.reference] : []),
    ...part.flatMap(namedByParameter),
  ];
}
