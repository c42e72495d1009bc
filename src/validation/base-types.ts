/** The types of the base specification, each compiled once, when it is first met. */
import type { ElementDefinition, StructureDefinition } from '@medplum/fhirtypes';
import type { ChildElement, Definitions, ElementInfo } from '../definitions/definitions.ts';
import { checkAttachment } from './attachments.ts';
import { notInSet } from './binding-issues.ts';
import { bindingCheck, bindingOf, type Check } from './bindings.ts';
import { isObject, type Json, type Model } from './fhirpath/items.ts';
import { type InvariantCheck, invariantCheck } from './invariants.ts';
import { PRIMITIVES, type PrimitiveCheck } from './primitives.ts';
import { checkReference } from './references.ts';
import type { Run } from './run.ts';
import * as shape from './shape-issues.ts';

/** What the base types need from the rest of the validator. */
export interface Parts {
  readonly model: Model;
  /** A resource inside another: contained, or in an entry of a Bundle or Parameters. */
  nestedResource(value: unknown, run: Run, contained: boolean): void;
  /** An extension, after its own structure: its definition, when that is known. */
  extension(value: Json, run: Run): void;
  coding(value: unknown, run: Run): void;
  quantity(value: unknown, run: Run): void;
  /** Applies a profile by canonical to a value at the current path. */
  profile(url: string, value: unknown, run: Run): void;
}

/** Quantity and the types made from it. */
const QUANTITIES: ReadonlySet<string> = new Set(['Quantity', 'Age', 'Count', 'Distance', 'Duration']);

/** One JSON property of an object. */
interface Property {
  readonly name: string;
  /** Name in paths: of a choice, without the type. */
  readonly element: string;
  readonly array: boolean;
  readonly min: number;
  readonly max: number;
  readonly primitive: PrimitiveCheck | undefined;
  /** Checks one value: the whole of it for complex types, what comes on top for primitives. */
  readonly check: Check | undefined;
  /** Checks a primitive that has extensions and no value. */
  readonly absent: Check | undefined;
  /** Bits of the object: which required element, which choice this is. */
  readonly requiredBit: number;
  readonly choiceBit: number;
}

interface Entry {
  readonly property: Property;
  /** `_name`. */
  readonly sibling: boolean;
}

interface Required {
  readonly bit: number;
  readonly name: string;
  readonly choices: readonly string[] | undefined;
}

export interface ObjectType {
  readonly name: string;
  readonly resource: boolean;
  readonly extension: boolean;
  readonly entries: ReadonlyMap<string, Entry>;
  readonly required: readonly Required[];
  readonly requiredMask: number;
  readonly invariants: readonly InvariantCheck[];
}

export class BaseTypes {
  readonly #definitions: Definitions;
  readonly #parts: Parts;
  readonly #types = new Map<string, ObjectType>();
  readonly #elements = new Map<string, ReadonlyMap<string, ElementDefinition>>();
  readonly #siblingType: ObjectType;

  constructor(definitions: Definitions, parts: Parts) {
    this.#definitions = definitions;
    this.#parts = parts;
    this.#siblingType = this.type('Element');
  }

  /** A type by name or backbone path. */
  type(name: string): ObjectType {
    let type = this.#types.get(name);
    if (!type) {
      type = this.#compile(name);
      this.#types.set(name, type);
    }
    return type;
  }

  /** The ElementDefinition of a base element. */
  element(path: string): ElementDefinition | undefined {
    const type = path.split('.', 1)[0]!;
    let elements = this.#elements.get(type);
    if (!elements) {
      const sd: StructureDefinition | undefined = this.#definitions.structure(type);
      elements = new Map((sd?.snapshot?.element ?? []).map((e) => [e.path, e]));
      this.#elements.set(type, elements);
    }
    return elements.get(path);
  }

  /** Checks an object of a type at the current path. */
  check(type: ObjectType, value: unknown, run: Run): void {
    if (!isObject(value)) {
      if (value === null) shape.unexpectedNull(run);
      else if (Array.isArray(value)) shape.unexpectedArray(run);
      else shape.notAnObject(run, value, type.name);
      return;
    }
    let present = 0;
    let choices = 0;
    let content = false;
    for (const key in value) {
      const entry = type.entries.get(key);
      if (entry === undefined) {
        if (key === 'resourceType' && type.resource) continue;
        unknown(run, type, key);
        continue;
      }
      const { property } = entry;
      if (property.name !== 'id' || type.name === 'Element') content = true;
      present |= property.requiredBit;
      if (property.choiceBit !== 0 && !(entry.sibling && property.name in value)) {
        if ((choices & property.choiceBit) !== 0) conflict(run, type, property, value);
        choices |= property.choiceBit;
      }
      run.push(property.element);
      if (entry.sibling) this.#checkSibling(property, value[key], value[property.name], run);
      else this.#checkProperty(property, value[key], value, run);
      run.pop();
    }
    if (!content && !type.resource) shape.emptyObject(run);
    if ((present & type.requiredMask) !== type.requiredMask) {
      for (const { bit, name, choices: names } of type.required) {
        if ((present & bit) === 0) shape.missing(run, name, names);
      }
    }
    for (const invariant of type.invariants) invariant(value, undefined, type.name, run);
    if (type.extension) this.#parts.extension(value, run);
  }

  #checkProperty(property: Property, value: unknown, parent: Json, run: Run): void {
    if (!property.array) {
      if (value === null) shape.unexpectedNull(run);
      else if (Array.isArray(value)) shape.unexpectedArray(run);
      else one(property, value, run);
      return;
    }
    if (!Array.isArray(value)) {
      shape.notAnArray(run);
      if (value !== null && value !== undefined) one(property, value, run);
      return;
    }
    const length = value.length;
    if (length === 0) shape.emptyArray(run);
    for (let i = 0; i < length; i++) {
      const item: unknown = value[i];
      run.at(i);
      if (item === null) {
        const siblings = property.primitive ? parent[`_${property.name}`] : undefined;
        if (!Array.isArray(siblings) || !isObject(siblings[i])) shape.unexpectedNull(run);
      } else one(property, item, run);
    }
    if (length < property.min || length > property.max) count(run, property, length);
  }

  #checkSibling(property: Property, value: unknown, values: unknown, run: Run): void {
    if (!property.primitive) {
      shape.siblingNotAllowed(run, property.name);
      return;
    }
    if (!property.array) {
      this.check(this.#siblingType, value, run);
      if (values === undefined) property.absent?.(undefined, run);
      return;
    }
    if (!Array.isArray(value)) {
      shape.notAnArray(run);
      return;
    }
    if (value.length === 0) shape.emptyArray(run);
    if (Array.isArray(values) && values.length !== value.length) {
      shape.siblingLength(run, property.name, values.length, value.length);
    }
    for (let i = 0; i < value.length; i++) {
      run.at(i);
      const one: unknown = Array.isArray(values) ? values[i] : undefined;
      if (value[i] !== null) {
        this.check(this.#siblingType, value[i], run);
        if (one === undefined || one === null) property.absent?.(undefined, run);
      } else if (!Array.isArray(values) || values[i] === undefined || values[i] === null)
        shape.unexpectedNull(run);
    }
  }

  #compile(name: string): ObjectType {
    const children = this.#definitions.children(name);
    const definition = this.element(name);
    const entries = new Map<string, Entry>();
    const required: Required[] = [];
    const bits = new Map<ElementInfo, { requiredBit: number; choiceBit: number }>();
    let nextRequired = 1;
    let nextChoice = 1;
    for (const { element } of children.values()) {
      if (bits.has(element)) continue;
      const bit = { requiredBit: 0, choiceBit: 0 };
      if (element.min > 0) {
        bit.requiredBit = nextRequired;
        nextRequired <<= 1;
        const names = element.choice ? element.types.map((t) => choiceKey(element.name, t.code)) : undefined;
        required.push({ bit: bit.requiredBit, name: element.name, choices: names });
      }
      if (element.choice) {
        bit.choiceBit = nextChoice;
        nextChoice <<= 1;
      }
      bits.set(element, bit);
    }
    for (const [key, child] of children) {
      const property = this.#property(key, child, bits.get(child.element)!);
      entries.set(key, { property, sibling: false });
      entries.set(`_${key}`, { property, sibling: true });
    }
    const root = !name.includes('.');
    const invariants = (definition?.constraint ?? [])
      .map((c) => invariantCheck(this.#parts.model, c, name, true))
      .filter((c) => c !== undefined);
    return {
      name,
      resource: root && this.#definitions.structure(name)?.kind === 'resource',
      extension: name === 'Extension',
      entries,
      required,
      requiredMask: required.reduce((mask, r) => mask | r.bit, 0),
      invariants,
    };
  }

  #property(name: string, child: ChildElement, bits: { requiredBit: number; choiceBit: number }): Property {
    const { element, type } = child;
    const primitive = PRIMITIVES[type];
    return {
      name,
      element: element.name,
      array: element.array,
      min: element.min,
      max: element.max,
      primitive,
      check: sequence(this.#checks(child, primitive === undefined)),
      absent: this.#absentCheck(child),
      ...bits,
    };
  }

  /** A code with a required binding cannot be replaced by a reason why it is absent. */
  #absentCheck({ element, type }: ChildElement): Check | undefined {
    const { strength, valueSet } = element.binding ?? {};
    return type === 'code' && strength === 'required' && valueSet
      ? (_value, run) => run.add(notInSet(valueSet, 'required', [], this.#definitions.valueSet(valueSet)))
      : undefined;
  }

  /** Everything that one value of an element has to pass, beyond the format of a primitive. */
  #checks({ element, type }: ChildElement, complex: boolean): Check[] {
    const checks: Check[] = [];
    const parts = this.#parts;
    if (type === 'Resource') {
      const contained = element.name === 'contained';
      return [(value, run) => parts.nestedResource(value, run, contained)];
    }
    if (complex) {
      let objectType: ObjectType | undefined;
      checks.push((value, run) => {
        objectType ??= this.type(type);
        this.check(objectType, value, run);
      });
    }
    const elementType = element.types.find((t) => t.code === type);
    if (type === 'Reference') {
      const targets = elementType?.targets ?? [];
      checks.push((value, run) => {
        if (isObject(value)) checkReference(this.#definitions, targets, value, run);
      });
    }
    if (type === 'Coding') checks.push((value, run) => parts.coding(value, run));
    if (type === 'Attachment') checks.push((value, run) => isObject(value) && checkAttachment(value, run));
    if (QUANTITIES.has(type)) checks.push((value, run) => parts.quantity(value, run));
    const definition = this.element(element.path);
    const binding = bindingOf(definition?.binding);
    if (binding) {
      const check = bindingCheck(this.#definitions, type, binding);
      if (check) checks.push(check);
    }
    for (const url of definition?.type?.find((t) => t.code === type)?.profile ?? []) {
      checks.push((value, run) => parts.profile(url, value, run));
    }
    if (type !== element.path) {
      // Constraints of a backbone element are those of its own type, compiled with it.
      for (const constraint of definition?.constraint ?? []) {
        const check = invariantCheck(parts.model, constraint, element.path, true);
        if (check) checks.push((value, run) => check(value, undefined, type, run));
      }
    }
    return checks;
  }
}

function one(property: Property, value: unknown, run: Run): void {
  if (property.primitive !== undefined) {
    const fault = property.primitive(value);
    if (fault !== undefined) {
      const type = typeof value === 'object' ? 'structure' : 'value';
      run.add({ code: type, rule: type === 'value' ? 'primitive-format' : 'json-type', text: fault });
      return;
    }
  }
  if (property.check !== undefined) property.check(value, run);
}

function sequence(checks: readonly Check[]): Check | undefined {
  const [first, second, ...rest] = checks;
  if (!first || !second) return first;
  if (rest.length === 0) {
    return (value, run) => {
      first(value, run);
      second(value, run);
    };
  }
  return (value, run) => {
    for (const check of checks) check(value, run);
  };
}

function choiceKey(name: string, type: string): string {
  return name + type[0]!.toUpperCase() + type.slice(1);
}

function unknown(run: Run, type: ObjectType, key: string): void {
  // Looking for what was meant costs far more than the error that is not reported.
  const known = run.full ? [] : [...type.entries].filter(([, e]) => !e.sibling);
  const names = known.map(([name]) => name);
  shape.unknownElement(run, key, names);
}

function conflict(run: Run, type: ObjectType, property: Property, value: Json): void {
  const same = Object.keys(value)
    .map((key) => type.entries.get(key)?.property)
    .filter((p) => p?.choiceBit === property.choiceBit);
  shape.choiceConflict(run, property.element, same[0]!.name, property.name);
}

function count(run: Run, property: Property, length: number): void {
  run.pop();
  if (length < property.min && length > 0) shape.tooFew(run, property.element, property.min, length);
  if (length > property.max) shape.tooMany(run, property.element, property.max, length);
  run.push(property.element);
}
