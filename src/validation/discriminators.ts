/** How the items of a sliced element are told apart (https://hl7.org/fhir/R4/profiling.html#discriminator). */
import type { ElementDefinitionSlicingDiscriminator } from '@medplum/fhirtypes';
import { isBound } from './bindings.ts';
import { type Located, locate, runtimeType, type SliceParts } from './discriminator-paths.ts';
import { isObject } from './fhirpath/items.ts';
import { expected } from './fixed-values.ts';
import type { ProfileNode } from './profile-tree.ts';
import { referencedType } from './references.ts';
import type { Run } from './run.ts';
import { access, type Value, valuesOf } from './values.ts';

export type SliceTest = (value: Value, run: Run) => boolean;

/**
 * Whether an item belongs to a slice; undefined when the profile does not say how to tell. A discriminator that the
 * slice says nothing about makes no difference to it, where others do.
 */
export function sliceTest(
  parts: SliceParts,
  discriminators: readonly ElementDefinitionSlicingDiscriminator[],
  slice: ProfileNode,
): SliceTest | undefined {
  const tests = discriminators
    .map((discriminator) => oneTest(parts, discriminator, slice))
    .filter((test) => test !== undefined);
  if (tests.length <= 1) return tests[0];
  return (value, run) => tests.every((test) => test(value, run));
}

function oneTest(
  parts: SliceParts,
  { type, path = '$this' }: ElementDefinitionSlicingDiscriminator,
  slice: ProfileNode,
): SliceTest | undefined {
  const located = locate(parts, slice, path);
  switch (type) {
    case 'value':
    case 'pattern':
      return located && (anyNode(located, (node) => valueTest(parts, node)) ?? urlTest(slice, path));
    case 'exists':
      return located && existsTest(located);
    case 'type':
      return path.endsWith('resolve()')
        ? targetTypeTest(parts, slice, path)
        : located && anyNode(located, (node) => typeTest(node));
    case 'profile':
      return path.endsWith('resolve()')
        ? targetProfileTest(parts, slice, path)
        : located && anyNode(located, (node) => profileTest(parts, node));
    default:
      return undefined;
  }
}

type NodeTest = (value: Value, run: Run) => boolean;

/** The path may lead through several slices of the profile: an item may be as any of them says. */
function anyNode(
  { nodes, get }: Located,
  testOf: (node: ProfileNode) => NodeTest | undefined,
): SliceTest | undefined {
  const tests = nodes.map(testOf).filter((test) => test !== undefined);
  if (tests.length === 0) return undefined;
  return (value, run) => get(value, run).some((v) => tests.some((test) => test(v, run)));
}

function existsTest({ nodes, get }: Located): SliceTest | undefined {
  const [node] = nodes;
  if (!node) return undefined;
  const wanted = node.element.max !== '0';
  return (value, run) => get(value, run).length > 0 === wanted;
}

function typeTest(node: ProfileNode): NodeTest | undefined {
  const types = new Set((node.element.type ?? []).map((t) => t.code));
  return types.size === 0 ? undefined : (v) => types.has(runtimeType(v));
}

function profileTest(parts: SliceParts, node: ProfileNode): NodeTest | undefined {
  const urls = (node.element.type ?? []).flatMap((t) => t.profile ?? []);
  return urls.length === 0 ? undefined : (v, run) => urls.some((url) => parts.conforms(url, v.value, run));
}

/** The element before `resolve()`, and the profiles that its targets may have. */
function referenceAt(parts: SliceParts, slice: ProfileNode, path: string) {
  const before = path.slice(0, -'resolve()'.length).replace(/\.$/, '');
  const located = locate(parts, slice, before || '$this');
  const urls = (located?.nodes ?? []).flatMap((node) =>
    (node.element.type ?? []).flatMap((t) => t.targetProfile ?? []),
  );
  return located && urls.length > 0 ? { get: located.get, urls } : undefined;
}

/** Where the target is not at hand, its reference tells the type. */
function targetTypeTest(parts: SliceParts, slice: ProfileNode, path: string): SliceTest | undefined {
  const at = referenceAt(parts, slice, path);
  if (!at) return undefined;
  const types = new Set(
    at.urls.map((url) => parts.definitions.structure(url)?.type ?? url.split('/').at(-1)),
  );
  return (value, run) => at.get(value, run).some((v) => types.has(typeOfTarget(parts, v, run) ?? ''));
}

function typeOfTarget({ definitions }: SliceParts, { value }: Value, run: Run): string | undefined {
  if (!isObject(value)) return undefined;
  const named =
    typeof value.reference === 'string' ? referencedType(definitions, value.reference, run) : undefined;
  return named ?? (typeof value.type === 'string' ? value.type : undefined);
}

/** A target that is not at hand is told by its type alone, as far as that decides. */
function targetProfileTest(parts: SliceParts, slice: ProfileNode, path: string): SliceTest | undefined {
  const at = referenceAt(parts, slice, path);
  const targets = locate(parts, slice, path);
  if (!at || !targets) return undefined;
  const types = new Set(at.urls.map((url) => parts.definitions.structure(url)?.type));
  return (value, run) => {
    const found = targets.get(value, run);
    if (found.length > 0) return found.some((v) => at.urls.some((url) => parts.conforms(url, v.value, run)));
    return at.get(value, run).some((v) => types.has(typeOfTarget(parts, v, run) as never));
  };
}

/** A slice of extensions whose definition is not loaded is still told by its canonical. */
function urlTest(slice: ProfileNode, path: string): SliceTest | undefined {
  if (path !== 'url') return undefined;
  const urls = (slice.element.type ?? []).flatMap((t) => t.profile ?? []).map((url) => url.split('|')[0]);
  return urls.length === 0 ? undefined : ({ value }) => isObject(value) && urls.includes(value.url as string);
}

/** What the snapshot fixes a value to, on the element or on its children. */
function valueTest(parts: SliceParts, node: ProfileNode): ((value: Value) => boolean) | undefined {
  const fixed = expected(node.element);
  if (fixed) return ({ value }) => fixed.matches(value);
  const childTests: ((value: Value) => boolean)[] = [];
  for (const child of node.children.values()) {
    const test = valueTest(parts, child);
    if (!test) continue;
    childTests.push((value) => {
      if (!isObject(value.value)) return false;
      const found = valuesOf(value.value, access(parts.definitions, value.type, child.name));
      return found.some((v) => test(v));
    });
  }
  if (childTests.length > 0) return (value) => childTests.every((test) => test(value));
  const binding = node.element.binding;
  if (binding?.strength === 'required' && binding.valueSet) {
    const codes = parts.definitions.valueSet(binding.valueSet);
    if (codes) return ({ value }) => isBound(codes, value);
  }
  return undefined;
}
