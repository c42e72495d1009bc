/** The slices of a profile's element, compiled: how to tell them apart, and what each demands. */
import type { ElementDefinitionSlicingDiscriminator } from '@medplum/fhirtypes';
import type { SliceParts } from './discriminator-paths.ts';
import { type SliceTest, sliceTest } from './discriminators.ts';
import { bound } from './limits.ts';
import type { ProfileNode } from './profile-tree.ts';
import type { CompiledSlice, Slice } from './slices.ts';

type Discriminators = readonly ElementDefinitionSlicingDiscriminator[];

/** What an item of a slice has to pass. */
type CheckOf = (slice: ProfileNode) => Slice['check'];

/** The slice of everything that is in no other. */
const DEFAULT_SLICE = '@default';

/** Undefined for an element without slices, and where nothing tells them apart. */
export function compiledSlices(
  parts: SliceParts,
  node: ProfileNode,
  checkOf: CheckOf,
): CompiledSlice | undefined {
  if (node.slices.length === 0) return undefined;
  const { rules = 'open', ordered = false, discriminator = [] } = node.element.slicing ?? {};
  const how = discriminator.length > 0 ? discriminator : impliedDiscriminator(node);
  const slices: Slice[] = [];
  let rest: Slice | undefined;
  for (const slice of node.slices) {
    const inner = compiledSlices(parts, slice, checkOf);
    const check = checkOf(slice);
    const isRest = slice.sliceName === DEFAULT_SLICE;
    const test = isRest ? () => true : testOf(parts, how, slice, check);
    if (!test) return undefined;
    const { min = 0, max } = slice.element;
    const one: Slice = { name: slice.sliceName!, test, min, max: bound(max), check, inner };
    if (isRest) rest = one;
    else slices.push(one);
  }
  return { slices, rest, rules, ordered };
}

/** The slices of a choice are told by type, those of extensions by url, also where the profile does not say so. */
function impliedDiscriminator(node: ProfileNode): Discriminators {
  if (node.choice) return [{ type: 'type', path: '$this' }];
  return node.name === 'extension' || node.name === 'modifierExtension'
    ? [{ type: 'value', path: 'url' }]
    : [];
}

function testOf(
  parts: SliceParts,
  discriminators: Discriminators,
  slice: ProfileNode,
  check: Slice['check'],
): SliceTest | undefined {
  if (discriminators.length > 0) return sliceTest(parts, discriminators, slice);
  // Nothing says how to tell: what conforms to the slice is of it.
  return check && ((value, run) => run.passes((trial) => check(value, trial)));
}
