/** Numbers as 64-bit integers of the same order, so that an interval of numbers is a row of `date_range`. */
const view = new DataView(new ArrayBuffer(8));

/** Infinities are smaller and greater than everything; -0 is 0. */
export function sortable(value: number): bigint {
  view.setFloat64(0, value === 0 ? 0 : value);
  const bits = view.getBigInt64(0);
  // Below zero the bits count away from it.
  return bits < 0n ? -(bits & 0x7fff_ffff_ffff_ffffn) : bits;
}
