/** Dates of a query. https://hl7.org/fhir/R4/search.html#date */
import { dateRange, type Range } from '../kernel/dates.ts';
import { badParameter } from '../kernel/fhir-error.ts';
import type { Text } from '../kernel/issue.ts';
import { splitPrefix } from './parse-number.ts';
import type { DateComparison, Prefix } from './plan.ts';
import { splitEscaped, unescaped } from './values.ts';

const PREFIXES: readonly Prefix[] = ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'];

/** `[prefix]date`, several separated by commas; `now` is what `ap` is relative to, in milliseconds. */
export function dateComparisons(name: string, value: string, now: number): DateComparison[] {
  return splitEscaped(value, ',').map((v) => {
    const [prefix, text] = splitPrefix(unescaped(v), PREFIXES);
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
