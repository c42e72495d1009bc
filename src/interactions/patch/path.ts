/**
 * The paths of a FHIRPath Patch: the part of FHIRPath that names elements. What a client writes here runs on
 * the server, so nothing is admitted whose cost grows faster than the resource: no regular expressions, no
 * descendants, no second start at the resource.
 */
import {
  AndAtom,
  type Atom,
  DotAtom,
  EqualsAtom,
  FhirPathAtom,
  FunctionAtom,
  IndexerAtom,
  IsAtom,
  LiteralAtom,
  NotEqualsAtom,
  OrAtom,
  parseFhirPath,
  SymbolAtom,
} from '@medplum/core';
import type { Text } from '../../kernel/issue.ts';
import { compile } from '../../validation/fhirpath/compile.ts';
import type { Fn } from '../../validation/fhirpath/expression.ts';

/** Longer than any path to an element. */
const MOST_CHARACTERS = 1000;

const FUNCTIONS: ReadonlySet<string> = new Set([
  'where',
  'ofType',
  'as',
  'is',
  'first',
  'last',
  'skip',
  'take',
  'tail',
  'single',
  'exists',
  'empty',
  'not',
  'extension',
  'hasValue',
  'startsWith',
  'endsWith',
  'contains',
  'lower',
  'upper',
]);

export interface PatchPath {
  /** Whether it is more than names and indexes, so that what it finds tells what values are there. */
  readonly asks: boolean;
  /** Finds what the path names. */
  readonly find: Fn;
  /** The path as a list of an element: who has it, and its name; undefined when it does not end in a name. */
  readonly list?: { readonly holder: Fn | undefined; readonly name: string };
}

/** The path, or what is wrong with it. */
export function readPath(text: string): PatchPath | { readonly fault: Text } {
  if (text.length > MOST_CHARACTERS) {
    return fault('the path is too long.', '路径过长。');
  }
  try {
    const atom = bare(parseFhirPath(text));
    const refused = refusedIn(atom);
    if (refused !== undefined) {
      return fault(
        `'${refused}' is not possible in the path of a patch. Possible: element names, indexes, comparisons with = and !=, and, or, is, ${[...FUNCTIONS].join('(), ')}().`,
        `补丁路径中不支持“${refused}”。可用:元素名、下标、= 与 != 比较、and、or、is、${[...FUNCTIONS].join('()、')}()。`,
      );
    }
    const find = compile(atom);
    const asks = isQuestion(atom);
    if (atom instanceof SymbolAtom) return { asks, find, list: { holder: undefined, name: atom.name } };
    const last = atom instanceof DotAtom ? bare(atom.right) : undefined;
    if (!(atom instanceof DotAtom) || !(last instanceof SymbolAtom)) return { asks, find };
    return { asks, find, list: { holder: compile(atom.left), name: last.name } };
  } catch {
    return fault('the path is no FHIRPath.', '路径不是合法的 FHIRPath。');
  }
}

function fault(en: string, zh: string): { fault: Text } {
  return { fault: { en, zh } };
}

function bare(atom: Atom): Atom {
  return atom instanceof FhirPathAtom ? bare(atom.child) : atom;
}

function isQuestion(whole: Atom): boolean {
  const atom = bare(whole);
  if (atom instanceof DotAtom) return isQuestion(atom.left) || isQuestion(atom.right);
  if (atom instanceof IndexerAtom) return isQuestion(atom.left) || isQuestion(atom.expr);
  return !(atom instanceof SymbolAtom || atom instanceof LiteralAtom);
}

/** The first thing in an expression that a path may not have. */
function refusedIn(whole: Atom): string | undefined {
  const atom = bare(whole);
  if (atom instanceof LiteralAtom) return undefined;
  if (atom instanceof SymbolAtom)
    return /^[%$]/.test(atom.name) && atom.name !== '$this' ? atom.name : undefined;
  if (atom instanceof FunctionAtom) {
    if (!FUNCTIONS.has(atom.name)) return `${atom.name}()`;
    return firstOf(atom.args);
  }
  if (atom instanceof IndexerAtom) return firstOf([atom.left, atom.expr]);
  if (
    atom instanceof DotAtom ||
    atom instanceof EqualsAtom ||
    atom instanceof NotEqualsAtom ||
    atom instanceof AndAtom ||
    atom instanceof OrAtom ||
    atom instanceof IsAtom
  ) {
    return firstOf([atom.left, atom.right]);
  }
  return (atom as { operator?: string }).operator ?? atom.constructor.name;
}

function firstOf(atoms: readonly Atom[]): string | undefined {
  for (const atom of atoms) {
    const refused = refusedIn(atom);
    if (refused !== undefined) return refused;
  }
  return undefined;
}
