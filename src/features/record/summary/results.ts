/** Results as a summary shows them: the latest of each item, with where it is going and whether it is recognised. */
import { CANONICAL } from '../../../kernel/canonical.ts';
import type { Resource } from '../../../kernel/contribution.ts';
import type { Gathered, Item } from './gather.ts';
import { conceptText, day, effectiveOf, referenceIn, valueText } from './words.ts';

const RECOGNITION_MARK = `${CANONICAL}/StructureDefinition/recognition-mark`;
const STANDING = new Set(['final', 'amended', 'corrected']);

export interface Result {
  readonly item: Item;
  /** Item, value, trend, flag, date, recognition. */
  readonly row: readonly string[];
}

export function latestResults({ parts }: Gathered): Result[] {
  const byCode = new Map<string, Item[]>();
  for (const item of parts.results ?? []) {
    if (!STANDING.has(String(item.resource.status)) || effectiveOf(item.resource) === '') continue;
    const key = keyOf(item.resource);
    const there = byCode.get(key);
    if (there) there.push(item);
    else byCode.set(key, [item]);
  }
  const marked = new Set((parts.reports ?? []).filter((r) => isMarked(r.resource)).flatMap(resultsOf));
  return [...byCode.values()].map(([item, before]) => {
    const { resource } = item!;
    const recognised = isMarked(resource) || marked.has(item!.reference);
    return {
      item: item!,
      row: [
        conceptText(resource.code),
        valueText(resource),
        trendOf(resource, before?.resource),
        (resource.interpretation as object[] | undefined)?.map(conceptText).join(' ') ?? '',
        day(effectiveOf(resource)),
        recognised ? '互认' : '',
      ],
    };
  });
}

function keyOf({ code }: Resource): string {
  const { coding = [], text } = (code ?? {}) as {
    coding?: { system?: string; code?: string }[];
    text?: string;
  };
  const first = coding[0];
  return first ? `${first.system}|${first.code}` : (text ?? '');
}

interface Quantity {
  readonly value?: number;
  readonly unit?: string;
  readonly code?: string;
}

/** Against the result before it, in the same unit; one part in a hundred is no change. */
function trendOf(now: Resource, before: Resource | undefined): string {
  const [a, b] = [before?.valueQuantity as Quantity | undefined, now.valueQuantity as Quantity | undefined];
  if (a?.value === undefined || b?.value === undefined) return '';
  if ((a.code ?? a.unit) !== (b.code ?? b.unit)) return '';
  if (Math.abs(b.value - a.value) <= Math.abs(a.value) * 0.01) return `→ ${a.value}`;
  return `${b.value > a.value ? '↑' : '↓'} ${a.value}`;
}

function isMarked({ extension }: Resource): boolean {
  return ((extension ?? []) as { url?: string }[]).some((e) => e.url === RECOGNITION_MARK);
}

function resultsOf({ resource }: Item): string[] {
  return ((resource.result ?? []) as object[]).flatMap((r) => referenceIn(r) ?? []);
}
