/** What a compiled FHIRPath expression is. */
import { type Atom, DotAtom, SymbolAtom } from '@medplum/core';
import type { Item, Items, Json, Model } from './items.ts';

/** What an expression sees besides its input. */
export interface Env {
  readonly model: Model;
  /** `%context`: the element the expression is evaluated on. */
  readonly context: Item;
  /** `%resource`: the resource the element is in. */
  readonly resource: Item;
  /** `%rootResource`: the resource that contains `%resource`, or itself. */
  readonly rootResource: Item;
  /** The Bundle that `%rootResource` is an entry of. */
  readonly bundle?: Json;
  readonly now: Date;
  /** `conformsTo()`: whether a value is as a structure definition says. */
  readonly conforms?: (url: string, value: unknown) => boolean;
}

/** A compiled expression: `self` is `$this` where the expression is written, `input` what it applies to. */
export type Fn = (input: Items, self: Items, env: Env) => Items;

/** Compiles a part of an expression. */
export type Compile = (atom: Atom) => Fn;

/** The expression uses something this compiler does not know. */
export class UnsupportedExpression extends Error {
  override readonly name = 'UnsupportedExpression';
}

/** The type name after `is`, `as` or in `ofType(...)`. */
export function typeName(atom: Atom | undefined): string {
  if (atom instanceof SymbolAtom) return atom.name;
  if (atom instanceof DotAtom) return `${typeName(atom.left)}.${typeName(atom.right)}`;
  throw new UnsupportedExpression('type name expected');
}
