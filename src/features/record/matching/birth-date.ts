/** Dates of birth, and how alike two are. */
import { isOneEditApart } from './name.ts';

export type BirthDateLevel = 'same' | 'slip' | 'partial' | 'year' | 'different';

/** `YYYY`, `YYYY-MM` or `YYYY-MM-DD` each. */
export function compareBirthDates(a: string, b: string): BirthDateLevel {
  if (a === b) return 'same';
  if (a.length < 10 || b.length < 10) {
    return a.startsWith(b) || b.startsWith(a) ? 'partial' : 'different';
  }
  if (isSlip(a, b)) return 'slip';
  return a.slice(0, 4) === b.slice(0, 4) ? 'year' : 'different';
}

/** One digit wrong, two digits or day and month in the other order, or one of them by the lunar calendar. */
function isSlip(a: string, b: string): boolean {
  const [x, y] = [digits(a), digits(b)];
  if (isOneEditApart(x, y)) return true;
  const swapped = `${a.slice(0, 4)}-${a.slice(8)}-${a.slice(5, 7)}`;
  return swapped === b || lunarDate(a) === b || lunarDate(b) === a;
}

function digits(date: string): string {
  return date.replaceAll('-', '');
}

const LUNAR = new Intl.DateTimeFormat('en-u-ca-chinese', {
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  timeZone: 'UTC',
});
const lunar = new Map<string, string | undefined>();

/**
 * The day by the lunar calendar, written as a date, as older people give it: year, month (a leap month as the one
 * before it) and day. Undefined for what is no date.
 */
export function lunarDate(date: string): string | undefined {
  if (lunar.has(date)) return lunar.get(date);
  const at = date.length === 10 ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
  const found = Number.isNaN(at) ? undefined : lunarText(new Date(at));
  if (lunar.size < 100_000) lunar.set(date, found);
  return found;
}

function lunarText(at: Date): string {
  const parts = new Map(LUNAR.formatToParts(at).map(({ type, value }) => [type as string, value]));
  const two = (name: string) => String(Number.parseInt(parts.get(name) ?? '', 10)).padStart(2, '0');
  return `${parts.get('relatedYear')}-${two('month')}-${two('day')}`;
}
