/** Slicing (https://hl7.org/fhir/R4/profiling.html#slicing): items to slices, then the demands of each slice. */
import type { SliceTest } from './discriminators.ts';
import * as say from './profile-issues.ts';
import type { Run } from './run.ts';
import type { Value } from './values.ts';

export interface Slice {
  readonly name: string;
  readonly test: SliceTest;
  readonly min: number;
  readonly max: number;
  readonly check: ((value: Value, run: Run) => void) | undefined;
  readonly inner: CompiledSlice | undefined;
}

export interface CompiledSlice {
  readonly rules: string;
  readonly ordered: boolean;
  readonly slices: readonly Slice[];
  /** The slice `@default`: of every item that is in no other. */
  readonly rest?: Slice;
}

/** Called on the parent; `name` is the sliced element. */
export function checkSlices(compiled: CompiledSlice, name: string, values: readonly Value[], run: Run): void {
  const { rules, ordered, rest } = compiled;
  const slices = rest ? [...compiled.slices, rest] : compiled.slices;
  const groups: Value[][] = slices.map(() => []);
  let last = 0;
  let unmatched = false;
  for (const value of values) {
    run.push(name);
    if (value.index >= 0) run.at(value.index);
    const found = slices.findIndex((slice) => slice.test(value, run));
    const slice = slices[found];
    if (!slice) {
      unmatched = true;
      if (rules === 'closed') {
        say.sliceUnknown(
          run,
          slices.map((s) => s.name),
        );
      }
    } else {
      if (slice !== rest && ((ordered && found < last) || (rules === 'openAtEnd' && unmatched)))
        say.sliceOrder(run, slice.name);
      if (slice !== rest) last = found;
      groups[found]!.push(value);
      slice.check?.(value, run);
    }
    run.pop();
  }
  slices.forEach((slice, i) => {
    const group = groups[i]!;
    if (group.length < slice.min) say.sliceTooFew(run, name, slice.name, slice.min, group.length);
    if (group.length > slice.max) say.sliceTooMany(run, name, slice.name, slice.max, group.length);
    if (slice.inner) checkSlices(slice.inner, name, group, run);
  });
}
