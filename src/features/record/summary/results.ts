/** Results as a summary shows them: the latest of each item, with where it is going and whether it is recognised. */
import { CANONICAL } from '../../../kernel/canonical.ts';
import type { Resource } from '../../../kernel/contribution.ts';
import type { Gathered, Item } from './gather.ts';
import { conceptText, type Digits, day, digits, effectiveOf, referenceIn, valueText } from './words.ts';

const RECOGNITION_MARK = `${CANONICAL}/StructureDefinition/recognition-mark`;
const STANDING = new Set(['final', 'amended', 'corrected', 'appended']);

export interface Result {
  readonly item: Item;
  /** Item, value, trend, flag, date, recognition. */
  readonly row: readonly string[];
}

export function latestResults({ parts }: Gathered): Result[] {
  const byCode = byCodeOf(parts.results ?? []);
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

/** Reports that stand by what they conclude, as of images: the latest of each kind. */
export function latestReports({ parts }: Gathered): Result[] {
  const concluding = (parts.reports ?? []).filter(
    ({ resource }) => resource.conclusion !== undefined && resultsOf({ resource }).length === 0,
  );
  return [...byCodeOf(concluding).values()].map(([item]) => {
    const { resource } = item!;
    const recognised = isMarked(resource) ? '互认' : '';
    const said = String(resource.conclusion);
    return {
      item: item!,
      row: [conceptText(resource.code), said, '', '', day(effectiveOf(resource)), recognised],
    };
  });
}

/** What stands, by what was asked for; newest first as it came. */
function byCodeOf(items: readonly Item[]): Map<string, Item[]> {
  const standing = items.filter(
    (i) => STANDING.has(String(i.resource.status)) && effectiveOf(i.resource) !== '',
  );
  return Map.groupBy(standing, (i) => keyOf(i.resource));
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
  readonly value?: Digits;
  readonly unit?: string;
  readonly code?: string;
}

/** Against the result before it, in the same unit; one part in a hundred is no change. */
function trendOf(now: Resource, before: Resource | undefined): string {
  const [a, b] = [before?.valueQuantity as Quantity | undefined, now.valueQuantity as Quantity | undefined];
  if (a?.value === undefined || b?.value === undefined) return '';
  if ((a.code ?? a.unit) !== (b.code ?? b.unit)) return '';
  const [was, is] = [Number(digits(a.value)), Number(digits(b.value))];
  if (Math.abs(is - was) <= Math.abs(was) * 0.01) return `→ ${digits(a.value)}`;
  return `${is > was ? '↑' : '↓'} ${digits(a.value)}`;
}

function isMarked({ extension }: Resource): boolean {
  return ((extension ?? []) as { url?: string }[]).some((e) => e.url === RECOGNITION_MARK);
}

function resultsOf({ resource }: Pick<Item, 'resource'>): string[] {
  return ((resource.result ?? []) as object[]).flatMap((r) => referenceIn(r) ?? []);
}
