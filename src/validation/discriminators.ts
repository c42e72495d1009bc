/** How the items of a sliced element are told apart (https://hl7.org/fhir/R4/profiling.html#discriminator). */
import type { ElementDefinitionSlicingDiscriminator } from '@medplum/fhirtypes';
import type { Definitions } from '../definitions/definitions.ts';
import { isBound } from './bindings.ts';
import { isObject } from './fhirpath/items.ts';
import { expected } from './fixed-values.ts';
import type { ProfileNode } from './profile-tree.ts';
import type { Run } from './run.ts';
import { access, type Value, valuesOf } from './values.ts';

export type SliceTest = (value: Value, run: Run) => boolean;

/** What discriminators need from the rest of the validator. */
export interface SliceParts {
  readonly definitions: Definitions;
  /** The root of a profile's snapshot, by canonical. */
  tree(url: string): ProfileNode | undefined;
  conforms(url: string, value: unknown, run: Run): boolean;
}

/** The elements on the way to a discriminator: the defining node, and the steps from item to values. */
interface Located {
  readonly node: ProfileNode | undefined;
  readonly get: (value: Value) => readonly Value[];
}

/** Whether an item belongs to a slice; undefined when this cannot be decided here, as with `resolve()`. */
export function sliceTest(
  parts: SliceParts,
  discriminators: readonly ElementDefinitionSlicingDiscriminator[],
  slice: ProfileNode,
): SliceTest | undefined {
  const tests: SliceTest[] = [];
  for (const discriminator of discriminators) {
    const test = oneTest(parts, discriminator, slice);
    if (!test) return undefined;
    tests.push(test);
  }
  if (tests.length === 1) return tests[0];
  return tests.length === 0 ? undefined : (value, run) => tests.every((test) => test(value, run));
}

function oneTest(
  parts: SliceParts,
  { type, path }: ElementDefinitionSlicingDiscriminator,
  slice: ProfileNode,
): SliceTest | undefined {
  const located = locate(parts, slice, path ?? '$this');
  if (!located?.node) return undefined;
  const { node, get } = located;
  switch (type) {
    case 'value':
    case 'pattern': {
      const test = valueTest(parts, node);
      return test && ((value) => get(value).some((v) => test(v)));
    }
    case 'exists': {
      const wanted = node.element.max !== '0';
      return (value) => get(value).length > 0 === wanted;
    }
    case 'type': {
      const types = new Set((node.element.type ?? []).map((t) => t.code));
      return (value) => get(value).some((v) => types.has(runtimeType(v)));
    }
    case 'profile': {
      const urls = (node.element.type ?? []).flatMap((t) => t.profile ?? []);
      return urls.length === 0
        ? undefined
        : (value, run) => get(value).some((v) => urls.some((url) => parts.conforms(url, v.value, run)));
    }
    default:
      return undefined;
  }
}

function runtimeType({ value, type }: Value): string {
  return type === 'Resource' && isObject(value) ? String(value.resourceType) : type;
}

/** Follows a discriminator path through the snapshot and through the JSON at once. */
function locate(parts: SliceParts, slice: ProfileNode, path: string): Located | undefined {
  let node: ProfileNode | undefined = slice;
  let get: Located['get'] = (value) => [value];
  for (const segment of path.match(/[^.(]+(\([^)]*\))?/g) ?? []) {
    if (segment === '$this') continue;
    if (segment.startsWith('resolve(')) return undefined;
    const ofType = /^ofType\((?:FHIR\.)?(\w+)\)$/.exec(segment)?.[1];
    const before = get;
    if (ofType) {
      get = (value) => before(value).filter((v) => runtimeType(v) === ofType);
      continue;
    }
    const url = /^extension\('(.*)'\)$/.exec(segment)?.[1];
    const name = url === undefined ? segment : 'extension';
    const next: ProfileNode | undefined = childNode(parts, node, name);
    get = (value) =>
      before(value).flatMap((v) => {
        const from = isObject(v.value) ? v.value : isObject(v.sibling) ? v.sibling : undefined;
        if (!from) return [];
        const found = valuesOf(from, access(parts.definitions, isObject(v.value) ? v.type : 'Element', name));
        return url === undefined ? found : found.filter((x) => isObject(x.value) && x.value.url === url);
      });
    node = url === undefined ? next : extensionSlice(parts, next, url);
  }
  return { node, get };
}

/** A child in the snapshot, or in the profile that the element's type names. */
function childNode(parts: SliceParts, node: ProfileNode | undefined, name: string): ProfileNode | undefined {
  const own = node?.children.get(name);
  if (own || !node) return own;
  const profiles = (node.element.type ?? []).flatMap((t) => t.profile ?? []);
  for (const url of profiles) {
    const child = parts.tree(url)?.children.get(name);
    if (child) return child;
  }
  return undefined;
}

function extensionSlice(
  parts: SliceParts,
  node: ProfileNode | undefined,
  url: string,
): ProfileNode | undefined {
  return node?.slices.find((slice) => {
    const own = slice.children.get('url')?.element.fixedUri;
    const profiles = (slice.element.type ?? []).flatMap((t) => t.profile ?? []);
    return own === url || profiles.some((p) => parts.tree(p)?.children.get('url')?.element.fixedUri === url);
  });
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
