/** A record as all messages say it together, in whichever order they came. Pure. */
import type { Resource } from '../../../kernel/contribution.ts';
import type { Said } from './messages.ts';

/** Elements of which a resource has one of several forms: a newer one takes the place of any. */
const CHOICE =
  /^(value|effective|onset|abatement|performed|occurrence|deceased|multipleBirth|medication|serviced)(?=[A-Z])/;

/**
 * What was said last of each element stands; what the last message says nothing of stays as it was said before.
 * `there`: the record as it is now, in which others may have written what no message speaks of.
 */
export function folded(said: readonly Said[], there: Resource | undefined): Resource {
  const inOrder = said.toSorted(
    (a, b) => a.sent - b.sent || compare(a.source, b.source) || compare(a.id, b.id),
  );
  const { text: _, ...kept } = there ?? inOrder[0]!.resource;
  return inOrder.reduce<Resource>((before, { resource }) => over(before, resource), kept as Resource);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function over(before: Resource, after: Resource): Resource {
  const forms = new Set(Object.keys(after).flatMap((key) => CHOICE.exec(key)?.[1] ?? []));
  if (after.dataAbsentReason) forms.add('value');
  const kept = Object.entries(before).filter(([key]) => {
    const form = CHOICE.exec(key)?.[1];
    if (key === 'dataAbsentReason' && forms.has('value')) return false;
    return form === undefined || !forms.has(form);
  });
  return {
    ...Object.fromEntries(kept),
    ...after,
    ...periodOf(before, after),
    ...identifiersOf(before, after),
  } as Resource;
}

/** One message tells the beginning, another the end. */
function periodOf(before: Resource, after: Resource): object {
  if (!before.period || !after.period) return {};
  return { period: { ...(before.period as object), ...(after.period as object) } };
}

interface Identifier {
  readonly system?: string;
  readonly value?: string;
}

/** Each message names some of the numbers. */
function identifiersOf(before: Resource, after: Resource): object {
  if (!Array.isArray(before.identifier) || !Array.isArray(after.identifier)) return {};
  const named = after.identifier as Identifier[];
  const others = (before.identifier as Identifier[]).filter(
    (b) => !named.some((n) => n.system === b.system && n.value === b.value),
  );
  return { identifier: [...named, ...others] };
}
