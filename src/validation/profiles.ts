/**
 * Profiles, each compiled once: only what a snapshot demands beyond the base specification becomes a check, so
 * applying a profile walks just the elements it constrains.
 */
import type { ElementDefinition, StructureDefinition } from '@medplum/fhirtypes';
import { type Definitions, fhirTypeCode } from '../definitions/definitions.ts';
import { type Binding, bindingCheck, bindingOf } from './bindings.ts';
import type { SliceParts } from './discriminator-paths.ts';
import { isObject, type Json, type Model } from './fhirpath/items.ts';
import { expected } from './fixed-values.ts';
import { invariantCheck } from './invariants.ts';
import { bound, limitChecks } from './limits.ts';
import * as say from './profile-issues.ts';
import { type ProfileNode, profileTree } from './profile-tree.ts';
import { type ReferenceParts, referenceChecks, targetFault } from './reference-rules.ts';
import type { Run } from './run.ts';
import { tooFew, tooMany } from './shape-issues.ts';
import { compiledSlices } from './slice-compile.ts';
import { type CompiledSlice, checkSlices } from './slices.ts';
import { type Access, access, type Value, valuesOf } from './values.ts';

/** Checks one value of an element; the path stands at the value. */
export type ValueCheck = (value: Value, run: Run) => void;
/** Checks an element of an object; the path stands at the object. */
type ElementCheck = (parent: Json, parentType: string, run: Run) => void;

export interface CompiledProfile {
  readonly url: string;
  readonly type: string;
  readonly version: string | undefined;
  readonly check: ValueCheck;
}

/** The base element that a snapshot element restricts: its path in the base type. */
type BasePath = string | undefined;

export class Profiles {
  readonly #definitions: Definitions;
  readonly #model: Model;
  readonly #baseElement: (path: string) => ElementDefinition | undefined;
  readonly #compiled = new Map<StructureDefinition, CompiledProfile>();
  readonly #trees = new Map<StructureDefinition, ProfileNode>();
  readonly #parts: SliceParts & ReferenceParts;

  constructor(model: Model, baseElement: (path: string) => ElementDefinition | undefined) {
    this.#definitions = model.definitions;
    this.#model = model;
    this.#baseElement = baseElement;
    this.#parts = {
      definitions: model.definitions,
      tree: (url) => this.#tree(url),
      conforms: (url, value, run) =>
        isObject(value) && typeof value.resourceType === 'string'
          ? targetFault(this.#parts, url, value, run) === undefined
          : run.passes((trial) => this.#applyNested(url, value, trial)),
      applyTo: (url, target, run) => this.#applyNested(url, target, run),
    };
  }

  /** By canonical; undefined when no such profile is loaded. */
  get(canonical: string): CompiledProfile | undefined {
    const sd = this.#definitions.structure(canonical);
    if (!sd?.snapshot || sd.derivation !== 'constraint') return undefined;
    let compiled = this.#compiled.get(sd);
    if (!compiled) {
      compiled = this.#compile(sd);
      this.#compiled.set(sd, compiled);
    }
    return compiled;
  }

  /** Applies a profile to a value at the current path. A profile that is not loaded demands nothing. */
  apply(canonical: string, value: unknown, run: Run): void {
    const profile = this.get(canonical);
    if (!profile) return;
    const outer = run.profile;
    run.profile = profile.url;
    profile.check({ value, sibling: undefined, type: profile.type, index: -1 }, run);
    run.profile = outer;
  }

  /** Whether a value is as a profile says. */
  conforms(url: string, value: unknown, run: Run): boolean {
    return this.#parts.conforms(url, value, run);
  }

  #compile(sd: StructureDefinition): CompiledProfile {
    const check = this.#valueCheck(this.#treeOf(sd), sd.type, true) ?? (() => {});
    return { url: sd.url, type: sd.type, version: sd.version, check };
  }

  #tree(url: string): ProfileNode | undefined {
    const sd = this.#definitions.structure(url);
    return sd?.snapshot && this.#treeOf(sd);
  }

  #treeOf(sd: StructureDefinition): ProfileNode {
    let tree = this.#trees.get(sd);
    if (!tree) {
      tree = profileTree(sd);
      this.#trees.set(sd, tree);
    }
    return tree;
  }

  /** Everything about an element below a parent: how often it appears, its values, its slices. */
  #elementCheck(node: ProfileNode, parentBase: BasePath): ElementCheck | undefined {
    const base = this.#childBase(parentBase, node.name);
    const baseElement = base === undefined ? undefined : this.#baseElement(base);
    const { element, name } = node;
    const min = element.min ?? 0;
    const max = bound(element.max);
    const checkMin = min > (baseElement?.min ?? 0);
    const checkMax = max < bound(baseElement?.max);
    const checkValue = this.#valueCheck(node, base, false);
    const slices = this.#slices(node, base);
    if (!checkMin && !checkMax && !checkValue && !slices) return undefined;
    // A choice may stand under the name that it has in one type: the path is that of the element.
    const child = parentBase === undefined ? undefined : this.#definitions.children(parentBase).get(name);
    const place = child?.element.name ?? name;
    // Nearly always the same type of parent: what it has where is kept.
    let knownType = '';
    let places: Access = [];
    return (parent, parentType, run) => {
      if (parentType !== knownType) {
        places = access(this.#definitions, parentType, name);
        knownType = parentType;
      }
      const values = valuesOf(parent, places);
      if (checkMin && values.length < min) tooFew(run, shownName(places, name), min, values.length);
      if (checkMax && values.length > max) tooMany(run, name, max, values.length);
      if (values.length === 0 && !slices) return;
      if (checkValue) {
        for (const value of values) {
          run.push(place);
          if (value.index >= 0) run.at(value.index);
          checkValue(value, run);
          run.pop();
        }
      }
      if (slices) checkSlices(slices, name, values, run);
    };
  }

  /** What one value has to pass, with its children; undefined when the base demands as much. */
  #valueCheck(node: ProfileNode, base: BasePath, root: boolean): ValueCheck | undefined {
    const checks: ValueCheck[] = [];
    const { element } = node;
    const baseElement = base === undefined ? undefined : this.#baseElement(base);
    if (!root) {
      this.#typeChecks(element, baseElement, checks);
      const fixed = expected(element);
      if (fixed) {
        checks.push(({ value }, run) => {
          if (!fixed.matches(value)) say.notExpected(run, fixed);
        });
      }
      this.#bindingChecks(element, baseElement, checks);
      limitChecks(element, checks);
    }
    this.#invariantChecks(element, base, baseElement, checks);
    const children = [...node.children.values()]
      .map((child) => this.#elementCheck(child, this.#contentBase(element, base, root)))
      .filter((check) => check !== undefined);
    if (children.length > 0) {
      checks.push(({ value, sibling, type }, run) => {
        const parent = isObject(value) ? value : isObject(sibling) ? sibling : undefined;
        if (!parent) return;
        const parentType = !isObject(value) ? 'Element' : runtimeType(value, type);
        for (const check of children) check(parent, parentType, run);
      });
    }
    if (checks.length === 0) return undefined;
    return (value, run) => {
      for (const check of checks) check(value, run);
    };
  }

  #typeChecks(element: ElementDefinition, base: ElementDefinition | undefined, checks: ValueCheck[]): void {
    const types = element.type ?? [];
    if (types.length === 0) return;
    const codes = new Set(types.map((t) => fhirTypeCode(t, element.path, '')));
    const free = codes.has('Resource') || codes.has('BackboneElement') || codes.has('Element');
    const narrowed = !base || (base.type ?? []).some((t) => !codes.has(fhirTypeCode(t, base.path, '')));
    if (narrowed && !free && !element.path.endsWith('.id')) {
      checks.push(({ value, type }, run) => {
        const actual = runtimeType(value, type);
        if (!codes.has(actual) && !this.#isPart(actual)) say.typeNotAllowed(run, actual, [...codes]);
      });
    }
    for (const type of types) {
      const baseType = base?.type?.find((t) => t.code === type.code);
      if (type.code === 'Reference') {
        for (const check of referenceChecks(this.#parts, type, baseType)) {
          checks.push(({ value, type: actual }, run) => {
            if (actual === 'Reference' && isObject(value)) check(value, run);
          });
        }
      }
      const profiles = (type.profile ?? []).filter((url) => !baseType?.profile?.includes(url));
      // Extensions are checked against their definitions wherever they stand.
      if (profiles.length > 0 && type.code !== 'Extension') this.#profileCheck(type.code!, profiles, checks);
    }
  }

  /** Backbone paths and other types that are not types of the specification by name. */
  #isPart(type: string): boolean {
    return type.includes('.');
  }

  /** One of the profiles must hold; with a single one, its own issues are told. */
  #profileCheck(code: string, urls: readonly string[], checks: ValueCheck[]): void {
    const applies = ({ value, type }: Value) => code === 'Resource' || runtimeType(value, type) === code;
    const [only, ...more] = urls;
    if (more.length === 0) {
      checks.push((value, run) => {
        if (applies(value)) this.#applyNested(only!, value.value, run);
      });
      return;
    }
    checks.push((value, run) => {
      if (!applies(value)) return;
      const ok = urls.some((url) => run.passes((trial) => this.#applyNested(url, value.value, trial)));
      if (!ok) say.noProfileFits(run, urls);
    });
  }

  #applyNested(url: string, value: unknown, run: Run): void {
    const outer = run.resource;
    if (isObject(value) && typeof value.resourceType === 'string') {
      const profile = this.get(url);
      if (profile && profile.type !== value.resourceType) {
        say.typeNotAllowed(run, value.resourceType, [profile.type]);
        return;
      }
      run.resource = value;
    }
    this.apply(url, value, run);
    run.resource = outer;
  }

  #bindingChecks(
    element: ElementDefinition,
    base: ElementDefinition | undefined,
    checks: ValueCheck[],
  ): void {
    const binding = bindingOf(element.binding);
    if (!binding) return;
    const known = bindingOf(base?.binding);
    const more = {
      strength: binding.strength,
      valueSet: demands(known, binding) ? undefined : binding.valueSet,
      maxValueSet: known?.maxValueSet === binding.maxValueSet ? undefined : binding.maxValueSet,
    };
    for (const code of new Set((element.type ?? []).map((t) => t.code!))) {
      const check = bindingCheck(this.#definitions, code, more);
      if (!check) continue;
      checks.push(({ value, type }, run) => {
        if (type === code) check(value, run);
      });
    }
  }

  #invariantChecks(
    element: ElementDefinition,
    base: BasePath,
    baseElement: ElementDefinition | undefined,
    checks: ValueCheck[],
  ): void {
    const known = new Set((baseElement?.constraint ?? []).map((c) => c.key));
    for (const type of element.type ?? []) {
      for (const c of this.#baseElement(type.code ?? '')?.constraint ?? []) known.add(c.key);
    }
    for (const constraint of element.constraint ?? []) {
      if (known.has(constraint.key) || isBestPractice(constraint)) continue;
      const check = invariantCheck(this.#model, constraint, base ?? element.path, false);
      if (check)
        checks.push(({ value, sibling, type }, run) => check(value, sibling, runtimeType(value, type), run));
    }
  }

  #slices(node: ProfileNode, base: BasePath): CompiledSlice | undefined {
    return compiledSlices(this.#parts, node, (slice) => this.#valueCheck(slice, base, false));
  }

  /** The base path of a child element, given that of its parent's content. */
  #childBase(parent: BasePath, name: string): BasePath {
    if (parent === undefined) return undefined;
    const plain = `${parent}.${name}`;
    if (this.#baseElement(plain)) return plain;
    const choice = `${plain}[x]`;
    return this.#baseElement(choice) ? choice : undefined;
  }

  /** Where the children of an element are defined: in its own backbone, or in its type. */
  #contentBase(element: ElementDefinition, base: BasePath, root: boolean): BasePath {
    if (root) return base;
    const baseElement = base === undefined ? undefined : this.#baseElement(base);
    if (baseElement?.contentReference) return baseElement.contentReference.split('#').at(-1);
    const codes = (element.type ?? []).map((t) => fhirTypeCode(t, element.path, ''));
    if (codes.length !== 1) return undefined;
    return codes[0] === 'BackboneElement' || codes[0] === 'Element' ? base : codes[0];
  }
}

/** Whether a binding of the base is as strong, on the same value set. */
function demands(base: Binding | undefined, { valueSet, strength }: Binding): boolean {
  if (base?.valueSet === undefined || valueSet === undefined) return false;
  return base.strength === strength && base.valueSet.split('|')[0] === valueSet.split('|')[0];
}

function runtimeType(value: unknown, type: string): string {
  return isObject(value) && typeof value.resourceType === 'string' ? value.resourceType : type;
}

function shownName(places: Access, name: string): string {
  return places.length === 1 ? places[0]!.key : name;
}

function isBestPractice(constraint: {
  extension?: readonly { url?: string; valueBoolean?: boolean }[];
}): boolean {
  return (
    constraint.extension?.some((x) => x.url?.endsWith('elementdefinition-bestpractice') && x.valueBoolean) ===
    true
  );
}
