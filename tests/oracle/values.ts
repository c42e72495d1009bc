/** Exact numbers, units and moments: what the oracle compares with. Nothing here is rounded. */

/** A fraction in lowest terms is not needed: comparison multiplies crosswise. */
export interface Exact {
  readonly n: bigint;
  /** Always above zero. */
  readonly d: bigint;
}

const NUMBER = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

export function isNumber(text: string): boolean {
  return NUMBER.test(text);
}

export function exact(text: string | number): Exact {
  const [, sign, whole, fraction = '', exponent = '0'] = NUMBER.exec(String(text))!;
  const digits = BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}`);
  const shift = Number(exponent) - fraction.length;
  return shift >= 0 ? { n: digits * 10n ** BigInt(shift), d: 1n } : { n: digits, d: 10n ** BigInt(-shift) };
}

/** Half a unit of the last digit that is written: 5.40 is 5.40 ± 0.005. */
export function halfUnit(text: string): Exact {
  const [, , , fraction = '', exponent = '0'] = NUMBER.exec(text)!;
  return exact(`5e${Number(exponent) - fraction.length - 1}`);
}

export const plus = (a: Exact, b: Exact): Exact => ({ n: a.n * b.d + b.n * a.d, d: a.d * b.d });
export const minus = (a: Exact, b: Exact): Exact => ({ n: a.n * b.d - b.n * a.d, d: a.d * b.d });
export const times = (a: Exact, b: Exact): Exact => ({ n: a.n * b.n, d: a.d * b.d });
export const absolute = (a: Exact): Exact => (a.n < 0n ? { n: -a.n, d: a.d } : a);

/** Below, at or above zero as a is below, at or above b. */
export function compare(a: Exact, b: Exact): number {
  const difference = a.n * b.d - b.n * a.d;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** UCUM units that the tests use: value × factor + offset is the value in the unit of the dimension. */
export const UNITS: Readonly<
  Record<string, { readonly dimension: string; readonly factor: Exact; readonly offset?: Exact }>
> = {
  kg: { dimension: 'mass', factor: exact('1000') },
  g: { dimension: 'mass', factor: exact('1') },
  mg: { dimension: 'mass', factor: exact('1e-3') },
  ug: { dimension: 'mass', factor: exact('1e-6') },
  'mol/L': { dimension: 'substance concentration', factor: exact('1') },
  'mmol/L': { dimension: 'substance concentration', factor: exact('1e-3') },
  'umol/L': { dimension: 'substance concentration', factor: exact('1e-6') },
  'g/L': { dimension: 'mass concentration', factor: exact('1') },
  'mg/dL': { dimension: 'mass concentration', factor: exact('1e-2') },
  'ug/mL': { dimension: 'mass concentration', factor: exact('1e-3') },
  s: { dimension: 'time', factor: exact('1') },
  min: { dimension: 'time', factor: exact('60') },
  h: { dimension: 'time', factor: exact('3600') },
  d: { dimension: 'time', factor: exact('86400') },
  mo: { dimension: 'time', factor: exact('2629800') },
  a: { dimension: 'time', factor: exact('31557600') },
  Pa: { dimension: 'pressure', factor: exact('1') },
  kPa: { dimension: 'pressure', factor: exact('1000') },
  'mm[Hg]': { dimension: 'pressure', factor: exact('133.322') },
  Cel: { dimension: 'temperature', factor: exact('1'), offset: exact('273.15') },
  K: { dimension: 'temperature', factor: exact('1') },
};

/** Microseconds since 1970, from the first to before the last. */
export interface Span {
  readonly from: bigint;
  readonly to: bigint;
}

export const ALWAYS_FROM = -(10n ** 30n);
export const ALWAYS_TO = 10n ** 30n;

const MOMENT =
  /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d)?)?)?)?$/;
const CHINA = 8 * 60;

/** Everything that a date of any precision can mean; without a zone it is China's time. */
export function span(text: string): Span {
  const match = MOMENT.exec(text);
  if (!match) throw new Error(`no date: ${text}`);
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const at = (y: number, m: number, d: number, h = 0, min = 0, s = 0): bigint => {
    const date = new Date(0);
    date.setUTCFullYear(y, m - 1, d);
    date.setUTCHours(h, min, s);
    return BigInt(date.getTime()) * 1000n - BigInt(minutesOf(zone)) * 60_000_000n;
  };
  const y = Number(year);
  if (month === undefined) return { from: at(y, 1, 1), to: at(y + 1, 1, 1) };
  const m = Number(month);
  if (day === undefined) return { from: at(y, m, 1), to: at(y, m + 1, 1) };
  const d = Number(day);
  if (hour === undefined) return { from: at(y, m, d), to: at(y, m, d + 1) };
  const [h, min] = [Number(hour), Number(minute)];
  if (second === undefined) return { from: at(y, m, d, h, min), to: at(y, m, d, h, min + 1) };
  const s = Number(second);
  if (fraction === undefined) return { from: at(y, m, d, h, min, s), to: at(y, m, d, h, min, s + 1) };
  const digits = fraction.slice(0, 6);
  const from = at(y, m, d, h, min, s) + BigInt(digits.padEnd(6, '0'));
  return { from, to: from + 10n ** BigInt(6 - digits.length) };
}

function minutesOf(zone: string | undefined): number {
  if (zone === undefined) return CHINA;
  if (zone === 'Z') return 0;
  const size = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6));
  return zone.startsWith('-') ? -size : size;
}
