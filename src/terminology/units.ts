/** Quantities in canonical UCUM units, so that 5.5 mmol/L and 5500 umol/L are one value. https://ucum.org */
import ucumLhc from '@lhncbc/ucum-lhc';

export const UCUM = 'http://unitsofmeasure.org';

interface Canonical {
  /** Names the dimension; equal for all comparable units. Moles count apart: mmol/L is no 10*9/L. */
  readonly unit: string;
  readonly factor: number;
  /** Added after the factor: degrees Celsius begin at 273.15 K. */
  readonly offset: number;
}

interface UcumUnit {
  magnitude_: number;
  dim_: { dimVec_: number[] | null } | null;
  isArbitrary_: boolean;
  moleExp_: number;
  /** Set for units that are not proportional to their base (Cel, [degF], [pH]). */
  cnv_: string | null;
}

/** Units that begin elsewhere than at zero, in kelvin. */
const SHIFTED: Readonly<Record<string, { factor: number; offset: number }>> = {
  Cel: { factor: 1, offset: 273.15 },
  degF: { factor: 5 / 9, offset: 459.67 * (5 / 9) },
  degRe: { factor: 1.25, offset: 273.15 },
};

const ucum = ucumLhc.UcumLhcUtils.getInstance();
const known = new Map<string, Canonical | undefined>();
const MAX_KNOWN = 5000;
/** No unit is longer, and taking one apart costs more than its length. */
const MAX_CODE = 100;

/** The canonical form of a UCUM unit; undefined when the code is no unit. */
function canonical(code: string): Canonical | undefined {
  if (code.length > MAX_CODE) return undefined;
  if (known.has(code)) return known.get(code);
  const found = ucum.getSpecifiedUnit(code, 'validate')?.unit as UcumUnit | null | undefined;
  const result = found ? canonicalOf(found, code) : undefined;
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(code, result);
  return result;
}

function canonicalOf(unit: UcumUnit, code: string): Canonical {
  const dimension = `${unit.dim_?.dimVec_?.join(',') ?? ''};${unit.moleExp_}`;
  const shift = unit.cnv_ === null ? undefined : SHIFTED[unit.cnv_];
  if (shift) return { unit: dimension, ...shift };
  if (unit.isArbitrary_ || unit.cnv_ || !Number.isFinite(unit.magnitude_))
    return { unit: code, factor: 1, offset: 0 };
  return { unit: dimension, factor: unit.magnitude_, offset: 0 };
}

/** A value in the canonical unit of its UCUM code; undefined when that cannot be done. */
export function canonicalQuantity(value: number, code: string): { value: number; unit: string } | undefined {
  const c = canonical(code);
  // Twelve digits: what conversion factors carry, so that equal amounts become equal numbers.
  return c && { value: Number((value * c.factor + c.offset).toPrecision(12)), unit: c.unit };
}

/** Whether two UCUM units measure the same kind of quantity, so that values convert into each other. */
export function comparableUnits(a: string, b: string): boolean {
  if (a === b) return true;
  const [x, y] = [canonical(a), canonical(b)];
  return x !== undefined && y !== undefined && x.unit === y.unit;
}

/** A value in another unit of the same kind; undefined when that cannot be done. */
export function converted(value: number, from: string, to: string): number | undefined {
  if (from === to) return value;
  const [x, y] = [canonical(from), canonical(to)];
  if (!x || x.unit !== y?.unit) return undefined;
  return Number(((value * x.factor + x.offset - y.offset) / y.factor).toPrecision(12));
}

/** Whether a text is a UCUM unit, case-sensitive form. */
export function isUnit(code: string): boolean {
  return canonical(code) !== undefined;
}
