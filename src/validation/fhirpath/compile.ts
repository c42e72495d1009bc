/**
 * FHIRPath -> plain functions (https://hl7.org/fhirpath/ as FHIR R4 uses it). The parser is @medplum/core's;
 * the expression tree is compiled once, so that evaluating an invariant costs about what hand-written code does.
 */
import {
  AndAtom,
  ArithmeticOperatorAtom,
  AsAtom,
  type Atom,
  ConcatAtom,
  ContainsAtom,
  DotAtom,
  EmptySetAtom,
  EqualsAtom,
  EquivalentAtom,
  FhirPathAtom,
  FunctionAtom,
  ImpliesAtom,
  InAtom,
  IndexerAtom,
  IsAtom,
  LiteralAtom,
  NotEqualsAtom,
  NotEquivalentAtom,
  OrAtom,
  parseFhirPath,
  SymbolAtom,
  UnaryOperatorAtom,
  UnionAtom,
  XorAtom,
} from '@medplum/core';
import { collectionsEqual, collectionsEquivalent, compare, distinct, itemsEqual } from './equality.ts';
import { type Fn, typeName, UnsupportedExpression } from './expression.ts';
import { compileFunction } from './functions.ts';
import { bool, type Item, type Items, NONE, single, truth } from './items.ts';

const CONSTANTS: Readonly<Record<string, string>> = {
  '%ucum': 'http://unitsofmeasure.org',
  '%sct': 'http://snomed.info/sct',
  '%loinc': 'http://loinc.org',
};

/**
 * Parses and compiles. Throws on a syntax error, and UnsupportedExpression on what cannot be compiled. `calls` hears the
 * name of each function that is called, and may throw.
 */
export function compileExpression(expression: string, calls?: (name: string) => void): Fn {
  const parsed = parseFhirPath(expression);
  if (calls) for (const name of functionsIn(parsed)) calls(name);
  return compile(parsed);
}

function functionsIn(part: unknown): string[] {
  if (typeof part !== 'object' || part === null) return [];
  const inside = Object.values(part).flatMap(functionsIn);
  return part instanceof FunctionAtom ? [part.name, ...inside] : inside;
}

export function compile(atom: Atom): Fn {
  if (atom instanceof FhirPathAtom) return compile(atom.child);
  if (atom instanceof LiteralAtom) return literal(atom);
  if (atom instanceof EmptySetAtom) return () => NONE;
  if (atom instanceof SymbolAtom) return symbol(atom.name);
  if (atom instanceof DotAtom) {
    const [left, right] = [compile(atom.left), compile(atom.right)];
    return (input, self, env) => right(left(input, self, env), self, env);
  }
  if (atom instanceof FunctionAtom) return compileFunction(atom.name, atom.args, compile);
  if (atom instanceof IndexerAtom) return indexer(atom);
  if (atom instanceof UnaryOperatorAtom) return compile(atom.child);
  if (atom instanceof IsAtom) {
    const [left, name] = [compile(atom.left), typeName(atom.right)];
    return (input, self, env) => {
      const item = single(left(input, self, env));
      return item ? bool(env.model.isType(item, name)) : NONE;
    };
  }
  if (atom instanceof AsAtom) {
    const [left, name] = [compile(atom.left), typeName(atom.right)];
    return (input, self, env) => left(input, self, env).filter((item) => env.model.isType(item, name));
  }
  return binary(atom);
}

function literal(atom: LiteralAtom): Fn {
  const { type, value } = atom.value;
  const items: Items = [{ v: value, t: type }];
  return () => items;
}

function symbol(name: string): Fn {
  if (name === '$this') return (_input, self) => self;
  if (name === '%context') return (_input, _self, env) => [env.context];
  if (name === '%resource') return (_input, _self, env) => [env.resource];
  if (name === '%rootResource') return (_input, _self, env) => [env.rootResource];
  const constant = CONSTANTS[name] ?? namedSet(name);
  if (constant !== undefined) {
    const items: Items = [{ v: constant, t: 'string' }];
    return () => items;
  }
  if (name.startsWith('%') || name.startsWith('$')) throw new UnsupportedExpression(`variable ${name}`);
  const upper = /^[A-Z]/.test(name);
  return (input, _self, env) => {
    const out: Item[] = [];
    for (const item of input) {
      if (upper && item.t === name) out.push(item);
      else env.model.step(item, name, out);
    }
    return out;
  };
}

/** Percent names in backticks that start with vs- or ext- (https://hl7.org/fhir/R4/fhirpath.html#vars). */
function namedSet(name: string): string | undefined {
  const match = /^%[`']?(vs|ext)-([^`']+)[`']?$/.exec(name);
  if (!match) return undefined;
  return `http://hl7.org/fhir/${match[1] === 'vs' ? 'ValueSet' : 'StructureDefinition'}/${match[2]}`;
}

function indexer(atom: IndexerAtom): Fn {
  const [left, index] = [compile(atom.left), compile(atom.expr)];
  return (input, self, env) => {
    const item = left(input, self, env)[single(index(self, self, env))?.v as number];
    return item ? [item] : NONE;
  };
}

/** Three-valued logic: undefined stands for the empty collection. */
const LOGIC = new Map<unknown, (a: boolean | undefined, b: () => boolean | undefined) => boolean | undefined>(
  [
    [AndAtom, (a, b) => (a === false ? false : and(a, b()))],
    [OrAtom, (a, b) => (a === true ? true : or(a, b()))],
    [XorAtom, (a, b) => xor(a, b())],
    [ImpliesAtom, (a, b) => (a === false ? true : implies(a, b()))],
  ],
);

function and(a: boolean | undefined, b: boolean | undefined): boolean | undefined {
  if (b === false) return false;
  return a && b ? true : undefined;
}

function or(a: boolean | undefined, b: boolean | undefined): boolean | undefined {
  if (b) return true;
  return a === false && b === false ? false : undefined;
}

function xor(a: boolean | undefined, b: boolean | undefined): boolean | undefined {
  return a === undefined || b === undefined ? undefined : a !== b;
}

function implies(a: boolean | undefined, b: boolean | undefined): boolean | undefined {
  if (b) return true;
  return a === true && b === false ? false : undefined;
}

const COMPARE: Readonly<Record<string, (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

type Pair = (a: Items, b: Items) => Items;

const PAIRS = new Map<unknown, Pair>([
  [EqualsAtom, (a, b) => optional(collectionsEqual(a, b))],
  [NotEqualsAtom, (a, b) => optional(negate(collectionsEqual(a, b)))],
  [EquivalentAtom, (a, b) => bool(collectionsEquivalent(a, b))],
  [NotEquivalentAtom, (a, b) => bool(!collectionsEquivalent(a, b))],
  [UnionAtom, (a, b) => distinct([...a, ...b])],
  [InAtom, (a, b) => (a.length === 0 ? NONE : bool(member(single(a)!, b)))],
  [ContainsAtom, (a, b) => (b.length === 0 ? NONE : bool(member(single(b)!, a)))],
  [ConcatAtom, (a, b) => [{ v: `${single(a)?.v ?? ''}${single(b)?.v ?? ''}`, t: 'string' }]],
]);

function optional(value: boolean | undefined): Items {
  return value === undefined ? NONE : bool(value);
}

function negate(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value;
}

function member(item: Item, items: Items): boolean {
  return items.some((other) => itemsEqual(item, other));
}

function binary(atom: Atom): Fn {
  const { left: l, right: r, operator } = atom as unknown as { left: Atom; right: Atom; operator: string };
  if (!l || !r) throw new UnsupportedExpression(atom.constructor.name);
  const [left, right] = [compile(l), compile(r)];
  const logic = LOGIC.get(atom.constructor);
  if (logic) {
    return (input, self, env) =>
      optional(logic(truth(left(input, self, env)), () => truth(right(input, self, env))));
  }
  const pair = PAIRS.get(atom.constructor);
  if (pair) return (input, self, env) => pair(left(input, self, env), right(input, self, env));
  if (!(atom instanceof ArithmeticOperatorAtom)) throw new UnsupportedExpression(operator);
  const test = COMPARE[operator];
  if (test) {
    return (input, self, env) => {
      const [a, b] = [single(left(input, self, env)), single(right(input, self, env))];
      const order = a && b ? compare(a, b) : undefined;
      return order === undefined ? NONE : bool(test(order));
    };
  }
  return arithmetic(operator, left, right, l === r);
}

/** `+ - * / div mod`. The parser writes unary minus as an operator with the same operand twice. */
function arithmetic(operator: string, left: Fn, right: Fn, unary: boolean): Fn {
  return (input, self, env) => {
    const [a, b] = [single(left(input, self, env))?.v, single(right(input, self, env))?.v];
    if (operator === '+' && typeof a === 'string' && typeof b === 'string')
      return [{ v: a + b, t: 'string' }];
    if (typeof a !== 'number' || typeof b !== 'number') return NONE;
    const value = unary && operator === '-' ? -a : calculate(operator, a, b);
    return [{ v: value, t: Number.isInteger(value) ? 'integer' : 'decimal' }];
  };
}

function calculate(operator: string, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case 'div':
      return Math.trunc(a / b);
    case 'mod':
      return a % b;
    default:
      throw new UnsupportedExpression(operator);
  }
}
