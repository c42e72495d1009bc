/**
 * The grammar of `_filter`: text -> expression, without knowing any parameter.
 * https://hl7.org/fhir/R4/search_filter.html
 *
 *     filter   = primary *( ("and" / "or") primary )        left to right, neither binds tighter
 *     primary  = test / [ "not" ] "(" filter ")"
 *     test     = path operator value
 *     path     = name / name [ ":" Type ] [ "[" filter "]" ] "." path / "_has:" Type ":" name ":" path
 *     value    = JSON string / characters other than white space, ")" and "]"
 *
 * `_has:…` and `:Type` are not in R4's grammar: they are written as in every other search (R5 has the first).
 */
import { badParameter, type FhirError, tooCostly } from '../../kernel/fhir-error.ts';
import { MAX_CONDITIONS, tooMany } from '../condition.ts';

export const OPERATORS = [
  'eq',
  'ne',
  'co',
  'sw',
  'ew',
  'gt',
  'lt',
  'ge',
  'le',
  'ap',
  'sa',
  'eb',
  'pr',
  'po',
  'ss',
  'sb',
  'in',
  'ni',
  're',
] as const;

export type Operator = (typeof OPERATORS)[number];

export type Expression =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Expression[] }
  | { readonly kind: 'not'; readonly inner: Expression }
  | Test;

export interface Test {
  readonly kind: 'test';
  readonly path: Path;
  readonly operator: Operator;
  /** Without the quotes and escapes of a string. */
  readonly value: string;
}

export type Path =
  | { readonly kind: 'end'; readonly name: string }
  /** `subject:Patient[active eq true].name`: `where` is the filter in brackets. */
  | {
      readonly kind: 'link';
      readonly name: string;
      readonly target?: string;
      readonly where?: Expression;
      readonly rest: Path;
    }
  | { readonly kind: 'has'; readonly source: string; readonly name: string; readonly rest: Path };

/** Brackets and parentheses inside each other. */
const MAX_DEPTH = 20;

const SPACE = /\s*/y;
const NAME = /[A-Za-z_][\w-]*/y;
const HAS = /_has:([A-Za-z]+):([A-Za-z_][\w-]*):/y;
const NOT = /not\s*\(/y;
const LOGICAL = /(and|or)(?=[\s(]|$)/y;
const WORD = /[A-Za-z]+(?=\s|$)/y;
const STRING = /"(?:[^"\\]|\\.)*"/sy;
const TOKEN = /[^\s)\]"][^\s)\]]*/y;

/** Throws `bad-parameter` that says where the text stops being a filter. */
export function parseFilter(text: string): Expression {
  const parser = new Parser(text);
  const expression = parser.filter(0);
  parser.end();
  return expression;
}

class Parser {
  readonly #text: string;
  #at = 0;
  #tests = 0;

  constructor(text: string) {
    this.#text = text;
  }

  filter(depth: number): Expression {
    if (depth > MAX_DEPTH) throw tooDeep();
    let left = this.#primary(depth);
    for (;;) {
      const operator = this.#match(LOGICAL)?.[1] as 'and' | 'or' | undefined;
      if (!operator) return left;
      const right = this.#primary(depth);
      const parts = left.kind === operator ? [...left.parts, right] : [left, right];
      left = { kind: operator, parts };
    }
  }

  end(): void {
    this.#here(SPACE);
    if (this.#at < this.#text.length) throw this.#expected(`'and', 'or' or the end`, '“and”、“or”或结尾');
  }

  #primary(depth: number): Expression {
    if (this.#match(NOT)) {
      const inner = this.filter(depth + 1);
      this.#need(')');
      return { kind: 'not', inner };
    }
    if (this.#take('(')) {
      const inner = this.filter(depth + 1);
      this.#need(')');
      return inner;
    }
    if (++this.#tests > MAX_CONDITIONS) throw tooMany('_filter');
    this.#here(SPACE);
    return { kind: 'test', path: this.#path(depth), operator: this.#operator(), value: this.#value() };
  }

  #path(depth: number): Path {
    if (depth > MAX_DEPTH) throw tooDeep();
    const has = this.#here(HAS);
    if (has) return { kind: 'has', source: has[1]!, name: has[2]!, rest: this.#path(depth + 1) };
    const name = this.#here(NAME)?.[0];
    if (name === undefined) throw this.#expected('the name of a search parameter', '检索参数名');
    const target = this.#takeHere(':') ? this.#here(NAME)?.[0] : undefined;
    const where = this.#takeHere('[') ? this.filter(depth + 1) : undefined;
    if (where) this.#need(']');
    if (this.#takeHere('.')) return { kind: 'link', name, target, where, rest: this.#path(depth + 1) };
    // After a type or a filter in brackets, there must be something to ask for.
    if (target !== undefined || where) throw this.#expected(`'.' and another name`, '“.”及下一个名称');
    return { kind: 'end', name };
  }

  #operator(): Operator {
    this.#here(SPACE);
    const at = this.#at;
    const word = this.#match(WORD)?.[0].toLowerCase();
    const operator = OPERATORS.find((o) => o === word);
    if (operator) return operator;
    this.#at = at;
    const list = OPERATORS.join(', ');
    throw this.#expected(`an operator (${list}) with spaces around it`, `前后带空格的运算符(${list})`);
  }

  #value(): string {
    const string = this.#match(STRING)?.[0];
    if (string !== undefined) {
      const value = stringOf(string);
      if (value !== undefined) return value;
      this.#at -= string.length;
      throw this.#expected('a JSON string of Unicode characters', '由 Unicode 字符组成的 JSON 字符串');
    }
    const token = this.#match(TOKEN)?.[0];
    if (token === undefined) throw this.#expected('a value', '值');
    return token;
  }

  /** What stands next, after white space; moves behind it. */
  #match(pattern: RegExp): RegExpExecArray | undefined {
    this.#here(SPACE);
    return this.#here(pattern);
  }

  #here(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match) this.#at = pattern.lastIndex;
    return match ?? undefined;
  }

  #take(character: string): boolean {
    this.#here(SPACE);
    return this.#takeHere(character);
  }

  #takeHere(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #need(character: string): void {
    if (!this.#take(character)) throw this.#expected(`'${character}'`, `“${character}”`);
  }

  #expected(en: string, zh: string): FhirError {
    const rest = this.#text.slice(this.#at, this.#at + 20);
    return badParameter('_filter', {
      en: `At character ${this.#at + 1} of _filter there should be ${en}, not ${rest === '' ? 'the end' : `'${rest}'`}.`,
      zh: `_filter 的第 ${this.#at + 1} 个字符处应为${zh},而不是${rest === '' ? '结尾' : `“${rest}”`}。`,
    });
  }
}

/** Undefined for what is no JSON, and for what PostgreSQL cannot hold: NUL, half of a surrogate pair. */
function stringOf(json: string): string | undefined {
  try {
    const value = JSON.parse(json) as string;
    return value.includes('\0') || !value.isWellFormed() ? undefined : value;
  } catch {
    return undefined;
  }
}

function tooDeep(): FhirError {
  return tooCostly(
    {
      en: `_filter may have at most ${MAX_DEPTH} parentheses, brackets or links inside each other.`,
      zh: `_filter 的括号与链接最多嵌套 ${MAX_DEPTH} 层。`,
    },
    '_filter',
  );
}
