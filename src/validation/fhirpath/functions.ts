/** The FHIRPath functions that invariants use (https://hl7.org/fhirpath/#functions, https://hl7.org/fhir/R4/fhirpath.html#functions). */
import type { Atom } from '@medplum/core';
import { distinct, itemsEqual } from './equality.ts';
import { type Compile, type Env, type Fn, typeName, UnsupportedExpression } from './expression.ts';
import { bool, type Item, type Items, isObject, NONE, single, TRUE, truth } from './items.ts';
import { resolveReference } from './resolve.ts';

/** Compiles the arguments of a call; the result applies the function to a collection. */
type Builder = (args: readonly Atom[], compile: Compile) => Fn;

/** Throws UnsupportedExpression for a function that is not in the table. */
export function compileFunction(name: string, args: readonly Atom[], compile: Compile): Fn {
  const builder = FUNCTIONS[name];
  if (!builder) throw new UnsupportedExpression(`function ${name}()`);
  return builder(args, compile);
}

/** A function of the collection alone. */
function plain(apply: (input: Items, env: Env) => Items): Builder {
  return () => (input, _self, env) => apply(input, env);
}

/** A function of the collection and the collection its argument yields. */
function withArgument(apply: (input: Items, other: Items, env: Env) => Items): Builder {
  return ([arg], compile) => {
    const other = compile(required(arg));
    return (input, self, env) => apply(input, other(self, self, env), env);
  };
}

/** A function of the collection and a criterion that is evaluated on each item. */
function withCriterion(apply: (input: Items, holds: (item: Item) => boolean) => Items): Builder {
  return ([arg], compile) => {
    const criterion = compile(required(arg));
    return (input, _self, env) =>
      apply(input, (item) => {
        const one = [item];
        return truth(criterion(one, one, env)) === true;
      });
  };
}

/** A function of one string; empty input gives empty. */
function onString(apply: (text: string, ...args: unknown[]) => unknown, type = 'string'): Builder {
  return (args, compile) => {
    const compiled = args.map((arg) => compile(arg));
    return (input, self, env) => {
      const text = single(input)?.v;
      if (text === undefined) return NONE;
      const values = compiled.map((fn) => single(fn(self, self, env))?.v);
      const result = apply(String(text), ...values);
      if (result === undefined) return NONE;
      return typeof result === 'boolean' ? bool(result) : [{ v: result, t: type }];
    };
  };
}

function onNumber(apply: (value: number) => number): Builder {
  return plain((input) => {
    const value = single(input)?.v;
    if (typeof value !== 'number') return NONE;
    const result = apply(value);
    return [{ v: result, t: Number.isInteger(result) ? 'integer' : 'decimal' }];
  });
}

function required(arg: Atom | undefined): Atom {
  if (!arg) throw new UnsupportedExpression('missing argument');
  return arg;
}

function has(items: Items, item: Item): boolean {
  return items.some((other) => itemsEqual(other, item));
}

function descendants(input: Items, env: Env): Item[] {
  const out: Item[] = [];
  let level = input;
  while (level.length > 0) {
    const next: Item[] = [];
    for (const item of level) env.model.children(item, next);
    out.push(...next);
    level = next;
  }
  return out;
}

const patterns = new Map<string, RegExp>();

/** Regular expressions are kept: an invariant uses the same one every time. */
function pattern(source: string, flags = ''): RegExp {
  const key = `${flags}/${source}`;
  let found = patterns.get(key);
  if (!found) {
    try {
      found = new RegExp(source, `${flags}u`);
    } catch {
      found = new RegExp(source, flags); // escapes such as `\@` are only allowed without Unicode mode
    }
    if (patterns.size < 1000) patterns.set(key, found);
  }
  found.lastIndex = 0;
  return found;
}

const FUNCTIONS: Record<string, Builder> = Object.assign(Object.create(null), {
  empty: plain((input) => bool(input.length === 0)),
  exists: ([arg]: readonly Atom[], compile: Compile) =>
    arg
      ? withCriterion((input, holds) => bool(input.some(holds)))([arg], compile)
      : (input: Items) => bool(input.length > 0),
  all: withCriterion((input, holds) => bool(input.every(holds))),
  where: withCriterion((input, holds) => input.filter(holds)),
  allTrue: plain((input) => bool(input.every((i) => i.v === true))),
  anyTrue: plain((input) => bool(input.some((i) => i.v === true))),
  allFalse: plain((input) => bool(input.every((i) => i.v === false))),
  anyFalse: plain((input) => bool(input.some((i) => i.v === false))),
  count: plain((input) => [{ v: input.length, t: 'integer' }]),
  distinct: plain((input) => distinct(input)),
  isDistinct: plain((input) => bool(distinct(input).length === input.length)),
  subsetOf: withArgument((input, other) => bool(input.every((i) => has(other, i)))),
  supersetOf: withArgument((input, other) => bool(other.every((i) => has(input, i)))),
  intersect: withArgument((input, other) => distinct(input.filter((i) => has(other, i)))),
  exclude: withArgument((input, other) => input.filter((i) => !has(other, i))),
  union: withArgument((input, other) => distinct([...input, ...other])),
  combine: withArgument((input, other) => [...input, ...other]),
  single: plain((input) => (single(input) ? input : NONE)),
  first: plain((input) => input.slice(0, 1)),
  last: plain((input) => input.slice(-1)),
  tail: plain((input) => input.slice(1)),
  skip: withArgument((input, n) => input.slice(Math.max(0, Number(single(n)?.v)))),
  take: withArgument((input, n) => input.slice(0, Math.max(0, Number(single(n)?.v)))),
  not: plain((input) => {
    const value = truth(input);
    return value === undefined ? NONE : bool(!value);
  }),
  hasValue: plain((input) =>
    bool(input.length === 1 && input[0]!.v !== undefined && typeof input[0]!.v !== 'object'),
  ),
  getValue: plain((input) => (input.length === 1 && typeof input[0]!.v !== 'object' ? input : NONE)),
  children: plain((input, env) => {
    const out: Item[] = [];
    for (const item of input) env.model.children(item, out);
    return out;
  }),
  descendants: plain(descendants),
  trace: () => (input: Items) => input,
  htmlChecks: () => () => TRUE,
  select: ([arg]: readonly Atom[], compile: Compile): Fn => {
    const projection = compile(required(arg));
    return (input, _self, env) =>
      input.flatMap((item) => {
        const one = [item];
        return projection(one, one, env);
      });
  },
  repeat: ([arg]: readonly Atom[], compile: Compile): Fn => {
    const projection = compile(required(arg));
    return (input, _self, env) => {
      const out: Item[] = [];
      let level = input;
      while (level.length > 0 && out.length < 100_000) {
        level = level.flatMap((item) => projection([item], [item], env));
        out.push(...level);
      }
      return out;
    };
  },
  iif: (args: readonly Atom[], compile: Compile): Fn => {
    const [test, yes, no] = args.map((arg) => compile(arg));
    return (input, _self, env) => {
      const branch = truth(test!(input, input, env)) === true ? yes : no;
      return branch ? branch(input, input, env) : NONE;
    };
  },
  ofType: ([arg]: readonly Atom[]): Fn => {
    const name = typeName(arg);
    return (input, _self, env) => input.filter((item) => env.model.isType(item, name));
  },
  is: ([arg]: readonly Atom[]): Fn => {
    const name = typeName(arg);
    return (input, _self, env) => {
      const item = single(input);
      return item ? bool(env.model.isType(item, name)) : NONE;
    };
  },
  extension: withArgument((input, url, env) => {
    const out: Item[] = [];
    for (const item of input) env.model.step(item, 'extension', out);
    const wanted = single(url)?.v;
    return out.filter((item) => isObject(item.v) && item.v.url === wanted);
  }),
  resolve: plain((input, env) => input.flatMap((item) => resolveReference(item, env) ?? [])),
  memberOf: withArgument((input, url, env) => {
    const codes = env.model.definitions.valueSet(String(single(url)?.v));
    const item = single(input);
    if (!codes || !item) return codes ? NONE : TRUE;
    if (typeof item.v === 'string') return bool([...codes.values()].some((set) => set.has(item.v as string)));
    if (!isObject(item.v)) return NONE;
    const codings = (Array.isArray(item.v.coding) ? item.v.coding : [item.v]) as Record<string, unknown>[];
    return bool(codings.some((c) => codes.get(String(c.system))?.has(String(c.code)) === true));
  }),
  conformsTo: withArgument((input, url, env) => {
    const item = single(input);
    return item ? bool(env.conforms?.(String(single(url)?.v), item.v) ?? true) : NONE;
  }),
  toString: plain((input) => {
    const item = single(input);
    return item?.v === undefined || typeof item.v === 'object' ? NONE : [{ v: String(item.v), t: 'string' }];
  }),
  toInteger: plain((input) => {
    const value = single(input)?.v;
    if (typeof value === 'boolean') return [{ v: Number(value), t: 'integer' }];
    if (typeof value === 'number' && Number.isInteger(value)) return [{ v: value, t: 'integer' }];
    return typeof value === 'string' && /^[+-]?\d+$/.test(value)
      ? [{ v: Number(value), t: 'integer' }]
      : NONE;
  }),
  toDecimal: plain((input) => {
    const value = single(input)?.v;
    if (typeof value === 'number') return [{ v: value, t: 'decimal' }];
    return typeof value === 'string' && /^[+-]?\d+(\.\d+)?$/.test(value)
      ? [{ v: Number(value), t: 'decimal' }]
      : NONE;
  }),
  today: plain((_input, env) => [{ v: env.now.toISOString().slice(0, 10), t: 'date' }]),
  now: plain((_input, env) => [{ v: env.now.toISOString(), t: 'dateTime' }]),
  indexOf: onString((text, part) => text.indexOf(String(part)), 'integer'),
  length: onString((text) => text.length, 'integer'),
  substring: onString((text, start, length) => {
    const from = Number(start);
    if (from < 0 || from >= text.length) return undefined;
    return length === undefined ? text.slice(from) : text.slice(from, from + Number(length));
  }),
  startsWith: onString((text, part) => text.startsWith(String(part))),
  endsWith: onString((text, part) => text.endsWith(String(part))),
  contains: onString((text, part) => text.includes(String(part))),
  upper: onString((text) => text.toUpperCase()),
  lower: onString((text) => text.toLowerCase()),
  trim: onString((text) => text.trim()),
  replace: onString((text, from, to) => text.replaceAll(String(from), String(to))),
  matches: onString((text, source) => pattern(String(source), 's').test(text)),
  replaceMatches: onString((text, source, to) => text.replace(pattern(String(source), 'gs'), String(to))),
  split: ([arg]: readonly Atom[], compile: Compile): Fn => {
    const separator = compile(required(arg));
    return (input, self, env) => {
      const text = single(input)?.v;
      if (typeof text !== 'string') return NONE;
      return text.split(String(single(separator(self, self, env))?.v)).map((v) => ({ v, t: 'string' }));
    };
  },
  join: ([arg]: readonly Atom[], compile: Compile): Fn => {
    const separator = arg ? compile(arg) : () => NONE;
    return (input, self, env) => {
      const glue = String(single(separator(self, self, env))?.v ?? '');
      return [{ v: input.map((i) => String(i.v)).join(glue), t: 'string' }];
    };
  },
  abs: onNumber(Math.abs),
  ceiling: onNumber(Math.ceil),
  floor: onNumber(Math.floor),
  truncate: onNumber(Math.trunc),
}) as Record<string, Builder>;

// `as` is both an operator and a function.
FUNCTIONS.as = FUNCTIONS.ofType!;
