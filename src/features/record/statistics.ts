/** Statistics over numbers, by the codes of http://terminology.hl7.org/CodeSystem/observation-statistics. Pure. */

/** Sorted rising, never empty. */
type Numbers = readonly number[];

const sum = (n: Numbers) => n.reduce((a, b) => a + b, 0);
const mean = (n: Numbers) => sum(n) / n.length;
const moment = (n: Numbers, power: number) => n.reduce((a, b) => a + (b - mean(n)) ** power, 0) / n.length;

/** Of the sample; undefined for one value. */
function variance(n: Numbers): number | undefined {
  return n.length < 2 ? undefined : (moment(n, 2) * n.length) / (n.length - 1);
}

function deviation(n: Numbers): number | undefined {
  const found = variance(n);
  return found === undefined ? undefined : Math.sqrt(found);
}

/** Between the two values beside it. */
function quantile(n: Numbers, part: number): number {
  const at = (n.length - 1) * part;
  const low = n[Math.floor(at)]!;
  return low + (n[Math.ceil(at)]! - low) * (at - Math.floor(at));
}

export const STATISTICS: Readonly<Record<string, (n: Numbers) => number | undefined>> = {
  average: mean,
  maximum: (n) => n.at(-1),
  minimum: (n) => n[0],
  count: (n) => n.length,
  'total-count': (n) => n.length,
  median: (n) => quantile(n, 0.5),
  'std-dev': deviation,
  sum,
  variance,
  '20-percent': (n) => quantile(n, 0.2),
  '80-percent': (n) => quantile(n, 0.8),
  '4-lower': (n) => quantile(n, 0.25),
  '4-upper': (n) => quantile(n, 0.75),
  '4-dev': (n) => quantile(n, 0.75) - quantile(n, 0.25),
  '5-1': (n) => quantile(n, 0.2),
  '5-2': (n) => quantile(n, 0.4),
  '5-3': (n) => quantile(n, 0.6),
  '5-4': (n) => quantile(n, 0.8),
  skew: (n) => (n.length < 3 || moment(n, 2) === 0 ? undefined : moment(n, 3) / moment(n, 2) ** 1.5),
  kurtosis: (n) => (n.length < 4 || moment(n, 2) === 0 ? undefined : moment(n, 4) / moment(n, 2) ** 2 - 3),
};

/** The short names that the operation's own examples use. */
const SHORT: Readonly<Record<string, string>> = { max: 'maximum', min: 'minimum' };

export function statisticNamed(code: string): string | undefined {
  const name = SHORT[code] ?? code;
  return Object.hasOwn(STATISTICS, name) ? name : undefined;
}
