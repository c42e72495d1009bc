/** Dates, periods and timings as half-open ranges. https://hl7.org/fhir/R4/search.html#date */
import { dateRange, periodRange, type Range } from '../../kernel/dates.ts';
import { badParameter } from '../../kernel/fhir-error.ts';
import type { Text } from '../../kernel/issue.ts';
import { anyOf, type Bindings } from '../bindings.ts';
import { unsupportedModifier } from '../condition.ts';
import type { Typed } from '../expression.ts';
import type { DateComparison } from '../plan.ts';
import { splitEscaped, unescaped } from '../values.ts';
import { splitPrefix } from './prefix.ts';
import type { FilterOf, SearchType } from './search-type.ts';

export const date: SearchType<FilterOf<'date'>> = {
  index(rows, parameter, typed) {
    const range = rangeOf(typed);
    if (!range) return;
    if (parameter.isMainDate && rows.date === null) rows.date = range;
    else rows.range(parameter.key, range);
  },

  parse({ options, parameter, name, modifier, value }) {
    if (modifier) throw unsupportedModifier(name, ['missing']);
    return {
      kind: 'date',
      on: parameter.isMainDate ? 'main' : { key: parameter.key },
      any: dateComparisons(name, value, options.now),
    };
  },

  where({ on, any }, r, b) {
    const compare = (lo: string, hi: string) => anyOf(any.map((c) => dateCondition(c, lo, hi, b)));
    if (on === 'updated') return compare(`${r}.updated`, `${r}.updated + 1`);
    if (on === 'main') return `${r}.date_end is not null and ${compare(`${r}.date`, `${r}.date_end`)}`;
    const hash = b.hashes([on.key]);
    return b.exists(`date_range d where d.hash ${hash} and d.key = ${r}.key and ${compare('d.lo', 'd.hi')}`);
  },
};

/** The time a value stands for; a Timing stands for the span of its events or bounds. */
function rangeOf({ type, value }: Typed): Range | undefined {
  if (typeof value === 'string') return dateRange(value);
  if (type === 'Period') return periodRange(value as { start?: string; end?: string });
  if (type === 'Timing') {
    const timing = value as {
      event?: string[];
      repeat?: { boundsPeriod?: { start?: string; end?: string } };
    };
    const ranges = (timing.event ?? []).map(dateRange).filter((r) => r !== undefined);
    const bounds = timing.repeat?.boundsPeriod && periodRange(timing.repeat.boundsPeriod);
    if (bounds) ranges.push(bounds);
    if (ranges.length === 0) return undefined;
    return { lo: Math.min(...ranges.map((r) => r.lo)), hi: Math.max(...ranges.map((r) => r.hi)) };
  }
  return undefined;
}

/** `[prefix]date`, several separated by commas; `now` is what `ap` is relative to, in milliseconds. */
export function dateComparisons(name: string, value: string, now: number): DateComparison[] {
  return splitEscaped(value, ',').map((v) => {
    const [prefix, text] = splitPrefix(unescaped(v));
    // A `+` in a zone arrives as a space when the client did not encode it.
    const range = dateRange(text.replace(/ (\d{2}:\d{2})$/, '+$1'));
    if (!range) throw badParameter(name, notADate(text));
    return { prefix, range: prefix === 'ap' ? approximately(range, now) : range };
  });
}

/** `ap` widens by a tenth of the distance to now, at least by the width of what was written. */
function approximately(range: Range, now: number): Range {
  const gap = Math.round(Math.max(Math.abs(now - range.lo) * 0.1, range.hi - range.lo));
  return { lo: range.lo - gap, hi: range.hi + gap };
}

function notADate(text: string): Text {
  return {
    en: `'${text}' is no date. Write YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss+08:00, with an optional prefix (ge, lt, …).`,
    zh: `“${text}”不是日期。格式为 YYYY、YYYY-MM、YYYY-MM-DD 或 YYYY-MM-DDThh:mm:ss+08:00,可带前缀(ge、lt 等)。`,
  };
}

/** https://hl7.org/fhir/R4/search.html#prefix, on half-open ranges: the resource's [lo, hi), the search's. */
export function dateCondition(
  { prefix, range }: DateComparison,
  lo: string,
  hi: string,
  b: Bindings,
): string {
  const from = () => b.bind(range.lo, 'bigint');
  const to = () => b.bind(range.hi, 'bigint');
  switch (prefix) {
    case 'eq':
      return `(${lo} >= ${from()} and ${hi} <= ${to()})`;
    case 'ne':
      return `not (${lo} >= ${from()} and ${hi} <= ${to()})`;
    case 'gt':
      return `${hi} > ${to()}`;
    case 'lt':
      return `${lo} < ${from()}`;
    case 'ge':
      return `(${hi} > ${to()} or (${lo} >= ${from()} and ${hi} <= ${to()}))`;
    case 'le':
      return `(${lo} < ${from()} or (${lo} >= ${from()} and ${hi} <= ${to()}))`;
    case 'sa':
      return `${lo} >= ${to()}`;
    case 'eb':
      return `${hi} <= ${from()}`;
    case 'co':
      return `(${lo} <= ${from()} and ${hi} >= ${to()})`;
    case 'ap':
    case 'po':
      return `(${lo} < ${to()} and ${hi} > ${from()})`;
  }
}
