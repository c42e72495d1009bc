/** The paths of discriminators, followed through a profile and through the JSON at once. */
import type { Definitions } from '../definitions/definitions.ts';
import { isObject } from './fhirpath/items.ts';
import type { ProfileNode } from './profile-tree.ts';
import { resolved } from './resolution.ts';
import type { Run } from './run.ts';
import { access, type Value, valuesOf } from './values.ts';

/** What discriminators need from the rest of the validator. */
export interface SliceParts {
  readonly definitions: Definitions;
  /** The root of a profile's snapshot, by canonical. */
  tree(url: string): ProfileNode | undefined;
  conforms(url: string, value: unknown, run: Run): boolean;
}

/** Where a path leads: the elements that define what is there, and the steps from an item to its values. */
export interface Located {
  /** Several where the elements on the way are sliced themselves; none where the profile says nothing. */
  readonly nodes: readonly ProfileNode[];
  readonly get: (value: Value, run: Run) => readonly Value[];
}

/** Steps of a restricted FHIRPath: names, `$this`, `ofType()`, `extension()`, `resolve()`. */
const STEPS = /[^.(]+(?:\([^)]*\))?/g;

/** Undefined for a path that is none of a discriminator's. */
export function locate(parts: SliceParts, slice: ProfileNode, path: string): Located | undefined {
  let located: Located = { nodes: [slice], get: (value) => [value] };
  for (const step of path.match(STEPS) ?? []) {
    if (step === '$this') continue;
    if (step === 'resolve()') located = targetsOf(parts, located);
    else if (step.startsWith('ofType(')) located = ofType(located, step);
    else if (step.startsWith('extension(')) located = extensionOf(parts, located, step);
    else if (step.includes('(')) return undefined;
    else located = childOf(parts, located, step);
  }
  return located;
}

/** The type of a value at hand: of a resource, that it names. */
export function runtimeType({ value, type }: Value): string {
  return isObject(value) && typeof value.resourceType === 'string' ? value.resourceType : type;
}

function ofType({ nodes, get }: Located, step: string): Located {
  const wanted = step.slice('ofType('.length, -1).replace(/^(FHIR|System)\./, '');
  return { nodes, get: (value, run) => get(value, run).filter((v) => runtimeType(v) === wanted) };
}

function childOf(parts: SliceParts, { nodes, get }: Located, name: string): Located {
  return {
    nodes: nodes.flatMap((node) => childNodes(parts, node, name)),
    get: (value, run) => get(value, run).flatMap((v) => valuesAt(parts, v, name)),
  };
}

function extensionOf(parts: SliceParts, located: Located, step: string): Located {
  const url = step.slice('extension('.length, -1).replace(/^'(.*)'$/, '$1');
  const { nodes, get } = childOf(parts, located, 'extension');
  return {
    nodes: nodes.filter((node) => urlOf(parts, node) === url),
    get: (value, run) => get(value, run).filter((x) => isObject(x.value) && x.value.url === url),
  };
}

function targetsOf(parts: SliceParts, { nodes, get }: Located): Located {
  const urls = nodes.flatMap((node) => (node.element.type ?? []).flatMap((t) => t.targetProfile ?? []));
  return {
    nodes: urls.flatMap((url) => parts.tree(url) ?? []),
    get: (value, run) => get(value, run).flatMap((v) => targetOf(v, run)),
  };
}

function targetOf({ value }: Value, run: Run): Value[] {
  const reference = isObject(value) ? value.reference : value;
  const target = typeof reference === 'string' ? resolved(reference, run) : undefined;
  if (!target || typeof target.resourceType !== 'string') return [];
  return [{ value: target, sibling: undefined, type: target.resourceType, index: -1 }];
}

function valuesAt(parts: SliceParts, { value, sibling, type }: Value, name: string): Value[] {
  const from = isObject(value) ? value : isObject(sibling) ? sibling : undefined;
  if (!from) return [];
  const fromType = isObject(value) ? runtimeType({ value, sibling, type, index: -1 }) : 'Element';
  return valuesOf(from, access(parts.definitions, fromType, name));
}

/** A child in the snapshot with its slices, or in the profiles that the element's type names. */
function childNodes(parts: SliceParts, node: ProfileNode, name: string): ProfileNode[] {
  const own = node.children.get(name);
  if (own) return [own, ...own.slices];
  const profiles = (node.element.type ?? []).flatMap((t) => t.profile ?? []);
  return profiles.flatMap((url) => {
    const child = parts.tree(url)?.children.get(name);
    return child ? [child, ...child.slices] : [];
  });
}

/** The url that a slice of extensions has. */
function urlOf(parts: SliceParts, slice: ProfileNode): string | undefined {
  const fixed = slice.children.get('url')?.element.fixedUri;
  if (fixed !== undefined) return fixed;
  const [profile] = (slice.element.type ?? []).flatMap((t) => t.profile ?? []);
  return profile && (parts.tree(profile)?.children.get('url')?.element.fixedUri ?? profile.split('|')[0]);
}
