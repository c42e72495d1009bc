/**
 * Bindings (https://hl7.org/fhir/R4/terminologies.html#strength): a code that is not of its value set is an error
 * where the binding is required, a warning where it is extensible, information where it is preferred, and nothing
 * where it is an example; a maxValueSet is an error whatever the strength.
 */
import type { ElementDefinitionBinding } from '@medplum/fhirtypes';
import type { Definitions } from '../definitions/definitions.ts';
import type { CodeCheck } from '../kernel/code-check.ts';
import { type Demand, notInSet } from './binding-issues.ts';
import { isObject, type Json } from './fhirpath/items.ts';
import type { Run } from './run.ts';

type Codes = ReadonlyMap<string, ReadonlySet<string>>;

/** Checks a value at the current path. */
export type Check = (value: unknown, run: Run) => void;

const MAX_VALUE_SET = 'http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet';

/** What a binding demands: a value set, and how strongly. */
export interface Binding {
  readonly strength: Demand | 'example';
  readonly valueSet?: string;
  readonly maxValueSet?: string;
}

/** The parts of an element's binding that are checked. */
export function bindingOf(binding: ElementDefinitionBinding | undefined): Binding | undefined {
  if (!binding) return undefined;
  const most = binding.extension?.find((x) => x.url === MAX_VALUE_SET);
  return {
    strength: binding.strength ?? 'example',
    valueSet: binding.valueSet,
    maxValueSet: most?.valueCanonical ?? most?.valueUri,
  };
}

/** The check of a binding for a type; undefined when there is nothing to check, or the type is not coded. */
export function bindingCheck(definitions: Definitions, type: string, binding: Binding): Check | undefined {
  const codingsIn = CODINGS_OF[type];
  if (!codingsIn) return undefined;
  const { strength, valueSet, maxValueSet } = binding;
  const wanted =
    valueSet && strength !== 'example' ? setCheck(definitions, codingsIn, valueSet, strength) : undefined;
  // Words alone may stand where a code is only preferred, whatever the code would have to be from.
  const coded: CodingsIn = strength === 'preferred' ? (value) => some(codingsIn(value)) : codingsIn;
  const most = maxValueSet ? setCheck(definitions, coded, maxValueSet, 'max') : undefined;
  if (!wanted || !most) return wanted ?? most;
  return (value, run) => {
    wanted(value, run);
    most(value, run);
  };
}

function some(codings: readonly Coded[] | undefined): readonly Coded[] | undefined {
  return codings?.length ? codings : undefined;
}

/** Whether a value of a coded type is in the set: for slices that are told apart by a binding. */
export function isBound(codes: Codes, value: unknown): boolean {
  if (typeof value === 'string') return [...codes.values()].some((set) => set.has(value));
  if (!isObject(value)) return false;
  if (Array.isArray(value.coding)) return value.coding.some((c) => isObject(c) && codingIn(codes, c));
  return codingIn(codes, value);
}

/** A code with its system; a bare code has that of the value set. */
interface Coded {
  readonly system?: string;
  readonly version?: string;
  readonly code: string;
}

/** The codes of a value, one of which must be of the set; undefined when the value may do without. */
type CodingsIn = (value: unknown) => readonly Coded[] | undefined;

const bareCode: CodingsIn = (value) => (typeof value === 'string' ? [{ code: value }] : undefined);

/** A URL in place of a code names a type of somebody's own (ElementDefinition.type.code). */
const bareUri: CodingsIn = (value) =>
  typeof value === 'string' && !value.includes(':') ? [{ code: value }] : undefined;

const oneCoding: CodingsIn = (value) => {
  if (!isObject(value)) return undefined;
  const coded = codedOf(value);
  return coded ? [coded] : undefined;
};

const CODINGS_OF: Readonly<Record<string, CodingsIn>> = {
  code: bareCode,
  string: bareCode,
  uri: bareUri,
  Coding: oneCoding,
  Quantity: oneCoding,
  Age: oneCoding,
  Count: oneCoding,
  Distance: oneCoding,
  Duration: oneCoding,
  CodeableConcept: (value) => {
    if (!isObject(value)) return undefined;
    const codings = Array.isArray(value.coding) ? value.coding : [];
    // A concept that says why it is absent (data-absent-reason) has said all it can.
    if (codings.length === 0 && value.text === undefined && value.extension !== undefined) return undefined;
    return codings.flatMap((c) => (isObject(c) ? (codedOf(c) ?? []) : []));
  },
};

function codedOf({ system, version, code }: Json): Coded | undefined {
  if (typeof code !== 'string') return undefined;
  return {
    code,
    ...(typeof system === 'string' ? { system } : {}),
    ...(typeof version === 'string' ? { version } : {}),
  };
}

function setCheck(
  definitions: Definitions,
  codingsIn: CodingsIn,
  url: string,
  demand: Demand,
): Check | undefined {
  const codes = definitions.valueSet(url);
  if (!codes) return demand === 'preferred' ? undefined : askedCheck(codingsIn, url, demand);
  if (codingsIn === bareCode || codingsIn === bareUri) {
    const flat = new Set([...codes.values()].flatMap((set) => [...set]));
    return (value, run) => {
      const found = flat.has(value as string) ? undefined : codingsIn(value);
      if (found) run.add(notInSet(url, demand, found, codes));
    };
  }
  return (value, run) => {
    const found = codingsIn(value);
    if (found?.length === 0 && demand === 'preferred') return;
    if (found && !found.some((c) => codingIn(codes, c))) run.add(notInSet(url, demand, found, codes));
  };
}

/** For a value set that cannot be listed in memory. */
function askedCheck(codingsIn: CodingsIn, valueSet: string, demand: Demand): Check {
  return (value, run) => {
    if (!run.manner.outside.checkCodes) return;
    const found = codingsIn(value);
    if (!found) return;
    if (found.length === 0) {
      run.add(notInSet(valueSet, demand, found));
      return;
    }
    const codes = found.map((c): CodeCheck => ({ valueSet, ...c }));
    run.ask({
      about: 'codes',
      codes,
      judge: (verdicts, later) => {
        if (verdicts.every((v) => v.valid === false)) later.add(notInSet(valueSet, demand, found));
      },
    });
  };
}

function codingIn(codes: Codes, { system, code }: Json | Coded): boolean {
  return typeof code === 'string' && typeof system === 'string' && codes.get(system)?.has(code) === true;
}
