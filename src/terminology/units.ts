/** Quantities in canonical UCUM units, so that 5.5 mmol/L and 5500 umol/L are one value. https://ucum.org */
import ucumLhc from '@lhncbc/ucum-lhc';

export const UCUM = 'http://unitsofmeasure.org';

interface Canonical {
  /** Names the dimension; equal for all comparable units. Moles count apart: mmol/L is no 10*9/L. */
  readonly unit: string;
  readonly factor: number;
}

interface UcumUnit {
  magnitude_: number;
  dim_: { dimVec_: number[] | null } | null;
  isArbitrary_: boolean;
  moleExp_: number;
  /** Set for units that are not proportional to their base (Cel, [degF], [pH]). */
  cnv_: string | null;
}

const ucum = ucumLhc.UcumLhcUtils.getInstance();
const known = new Map<string, Canonical | undefined>();
const MAX_KNOWN = 5000;

/** The canonical form of a UCUM unit; undefined when the code is no unit. */
function canonical(code: string): Canonical | undefined {
  if (known.has(code)) return known.get(code);
  const found = ucum.getSpecifiedUnit(code, 'validate')?.unit as UcumUnit | null | undefined;
  const result = found ? canonicalOf(found, code) : undefined;
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(code, result);
  return result;
}

function canonicalOf(unit: UcumUnit, code: string): Canonical {
  if (unit.isArbitrary_ || unit.cnv_ || !Number.isFinite(unit.magnitude_)) return { unit: code, factor: 1 };
  return { unit: `${unit.dim_?.dimVec_?.join(',') ?? ''};${unit.moleExp_}`, factor: unit.magnitude_ };
}

/** A value in the canonical unit of its UCUM code; undefined when that cannot be done. */
export function canonicalQuantity(value: number, code: string): { value: number; unit: string } | undefined {
  const c = canonical(code);
  // Twelve digits: what conversion factors carry, so that equal amounts become equal numbers.
  return c && { value: Number((value * c.factor).toPrecision(12)), unit: c.unit };
}

/** Whether two UCUM units measure the same kind of quantity, so that values convert into each other. */
export function comparableUnits(a: string, b: string): boolean {
  if (a === b) return true;
  const [x, y] = [canonical(a), canonical(b)];
  return x !== undefined && y !== undefined && x.unit === y.unit;
}
