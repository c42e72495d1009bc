/** A record as all messages say it together, in whichever order they came. Pure. */
import { isDeepStrictEqual } from 'node:util';
import type { Resource } from '../../../kernel/contribution.ts';
import type { Identifier } from '../../../kernel/elements.ts';
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
  const all = inOrder.reduce<Resource>((before, { resource }) => over(before, resource), kept as Resource);
  return RESULTS.has(all.resourceType) ? { ...all, status: statusOf(inOrder.map((s) => s.resource)) } : all;
}

const RESULTS = new Set(['Observation', 'DiagnosticReport']);
const SHOWN = new Set(['amended', 'corrected', 'appended']);
const PUBLISHED = new Set(['final', ...SHOWN]);
const WITHDRAWN = new Set(['entered-in-error', 'cancelled']);
/** What may come later without changing what was found. */
const ABOUT_IT = ['id', 'meta', 'status', 'identifier', 'basedOn', 'encounter'];

/**
 * The status of a result by all that was said of it, in order. What was final stays published, and shows in its status
 * that it is not as some message published it: senders say `final` again, and a message of before comes late.
 */
function statusOf(inOrder: readonly Resource[]): unknown {
  let all: Resource | undefined;
  let status: unknown;
  for (const resource of inOrder) {
    const next = all ? over(all, resource) : resource;
    const said = resource.status;
    const wasPublished = PUBLISHED.has(String(status));
    const isShown = SHOWN.has(String(said)) || WITHDRAWN.has(String(said));
    if (isShown || !(wasPublished || PUBLISHED.has(String(said)))) status = said;
    else if (!isDeepStrictEqual(found(next), found(wasPublished ? all! : resource))) status = 'amended';
    else if (!wasPublished) status = said;
    all = next;
  }
  return status;
}

function found(resource: Resource): object {
  return Object.fromEntries(Object.entries(resource).filter(([name]) => !ABOUT_IT.includes(name)));
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

/** Each message names some of the numbers. */
function identifiersOf(before: Resource, after: Resource): object {
  if (!Array.isArray(before.identifier) || !Array.isArray(after.identifier)) return {};
  const named = after.identifier as Identifier[];
  const others = (before.identifier as Identifier[]).filter(
    (b) => !named.some((n) => n.system === b.system && n.value === b.value),
  );
  return { identifier: [...named, ...others] };
}
