/** FHIR's partial dates as half-open ranges of milliseconds: `2024-02` is [1 Feb 2024, 1 Mar 2024). */

/** Dates and times without a zone are local time in China; the offset has been constant since 1991. */
const LOCAL_OFFSET_MINUTES = 480;

export interface Range {
  readonly lo: number;
  readonly hi: number;
}

/** Ends of periods that are open: before and after every date that FHIR can write. */
export const BEGINNING = -62_200_000_000_000;
export const END = 253_500_000_000_000;

const DATE =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?(Z|[+-]\d{2}:\d{2})?)?)?)?$/;

/**
 * `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, `YYYY-MM-DDThh:mm[:ss[.fff]][zone]`
 * (https://hl7.org/fhir/R4/search.html#date); undefined when the text is no such date.
 */
export function dateRange(text: string): Range | undefined {
  const m = DATE.exec(text);
  if (!m) return undefined;
  const year = Number(m[1]);
  const month = m[2] === undefined ? undefined : Number(m[2]);
  const day = m[3] === undefined ? undefined : Number(m[3]);
  if (month !== undefined && (month < 1 || month > 12)) return undefined;
  if (day !== undefined && (day < 1 || day > daysIn(year, month!))) return undefined;
  const offset = m[8] === undefined ? LOCAL_OFFSET_MINUTES : zoneMinutes(m[8]);
  if (offset === undefined) return undefined;
  const shift = offset * 60_000;
  if (month === undefined) return { lo: utc(year, 0, 1) - shift, hi: utc(year + 1, 0, 1) - shift };
  if (day === undefined) return { lo: utc(year, month - 1, 1) - shift, hi: utc(year, month, 1) - shift };
  const start = utc(year, month - 1, day) - shift;
  if (m[4] === undefined) return { lo: start, hi: start + 86_400_000 };
  const [hour, minute] = [Number(m[4]), Number(m[5])];
  if (hour > 23 || minute > 59) return undefined;
  const toMinute = start + hour * 3_600_000 + minute * 60_000;
  if (m[6] === undefined) return { lo: toMinute, hi: toMinute + 60_000 };
  const second = Number(m[6]);
  if (second > 60) return undefined;
  const toSecond = toMinute + second * 1000;
  if (m[7] === undefined) return { lo: toSecond, hi: toSecond + 1000 };
  const digits = m[7].slice(0, 3);
  const width = 10 ** (3 - digits.length);
  const lo = toSecond + Number(digits) * width;
  return { lo, hi: lo + width };
}

function utc(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  return date.getTime();
}

function daysIn(year: number, month: number): number {
  return [
    31,
    year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28,
    31,
    30,
    31,
    30,
    31,
    31,
    30,
    31,
    30,
    31,
  ][month - 1]!;
}

function zoneMinutes(zone: string): number | undefined {
  if (zone === 'Z') return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(4, 6))];
  if (hours > 14 || minutes > 59) return undefined;
  return (zone[0] === '-' ? -1 : 1) * (hours * 60 + minutes);
}

/** `Period` -> its range; a missing end is open. */
export function periodRange(period: { start?: string; end?: string }): Range | undefined {
  const start = period.start === undefined ? undefined : dateRange(period.start);
  const end = period.end === undefined ? undefined : dateRange(period.end);
  if (!start && !end) return undefined;
  return { lo: start?.lo ?? BEGINNING, hi: end?.hi ?? END };
}
