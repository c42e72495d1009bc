/** Whether an answer that was kept may still be shown: what a Consent, a contract or a post opened may be closed since. */
import { wholeOf } from '../db/reader.ts';
import { localReference } from '../kernel/ids.ts';
import type { Stored } from '../store/change.ts';
import { type Named, readMany } from '../store/read.ts';
import type { Engine } from './engine.ts';

// biome-ignore lint/suspicious/noExplicitAny: an answer of any shape
type Part = Record<string, any>;

/** An answer that was kept: JSON `text`, and references of what was recorded as told by it. */
interface Kept {
  readonly text: string;
  readonly told: readonly string[];
}

/**
 * Whether the caller whom `engine` serves sees all of what the answer tells: what was recorded as told, the entries of
 * Bundles, what Parameters hold and name. What is not stored is part of the answer alone. What was deleted since may
 * be hidden by that.
 */
export async function isStillSeen({ database }: Engine, answer: Kept): Promise<boolean> {
  if (!database.whole) return true;
  const named = namedBy(answer);
  const there = await readMany(database.whole, named);
  const seen = new Set((await readMany(database, named)).map(({ key }) => key));
  return there.every(({ key }) => seen.has(key));
}

/** What the answer tells of, as it is now, whoever asks. */
export async function toldBy({ database }: Engine, answer: Kept): Promise<Stored[]> {
  return readMany(wholeOf(database), namedBy(answer));
}

function namedBy({ text, told }: Kept): Named[] {
  return [...new Set([...told, ...namedIn(JSON.parse(text) as Part)])].flatMap(
    (name) => localReference(name) ?? [],
  );
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
