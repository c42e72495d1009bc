/**
 * Compiles the FHIRPath of SearchParameters to plain functions. R4's search expressions use a small part of
 * FHIRPath (paths, indexes, `first`, `ofType`, `as`, `where` on a type or an equality, `extension`, `exists`);
 * this is that part, and `compileExpression` refuses anything else, so that nothing is indexed by accident.
 * https://hl7.org/fhir/R4/searchparameter-registry.html
 */
import type { Definitions } from '../definitions/definitions.ts';
import type { Text } from '../kernel/issue.ts';

/** A value found in a resource, with its FHIR type. */
export interface Typed {
  readonly type: string;
  readonly value: unknown;
}

export type Extractor = (resource: Record<string, unknown>) => Typed[];

export type Step =
  | { kind: 'child'; name: string }
  | { kind: 'index'; index: number }
  | { kind: 'type'; type: string }
  | { kind: 'where-resolves'; type: string }
  | { kind: 'where-equals'; name: string; value: string }
  | { kind: 'exists' };

/** What of an expression is not understood. */
export class ExpressionFault extends Error {
  readonly text: Text;

  constructor(text: Text) {
    super(text.en);
    this.text = text;
  }
}

/** Throws an ExpressionFault that names what is not understood. */
export function compileExpression(definitions: Definitions, type: string, expression: string): Extractor {
  if (isComputed(expression)) return (r) => [{ type: 'boolean', value: isDeceased(r) }];
  const branches = parseExpression(type, expression).map((steps) => compileSteps(definitions, type, steps));
  if (branches.length === 1) return branches[0]!;
  return (r) => branches.flatMap((branch) => branch(r));
}

/** An expression that starts at a value of a resource, as those of composite parameters do: `value.as(Quantity)`. */
export function compileRelative(
  definitions: Definitions,
  type: string,
  expression: string,
): (from: Typed) => Typed[] {
  const branches = parseExpression(type, expression).map((steps) => runSteps(definitions, steps));
  return (from) => branches.flatMap((branch) => branch([from]));
}

/** The steps of each branch that starts at `type`. Throws an ExpressionFault that names what is not understood. */
export function parseExpression(type: string, expression: string): Step[][] {
  const branches = splitUnion(expression)
    .map((branch) => parseBranch(branch, type))
    .filter((steps) => steps !== undefined);
  if (branches.length === 0) {
    throw new ExpressionFault({
      en: `No branch of '${expression}' starts at ${type}.`,
      zh: `表达式“${expression}”中没有以 ${type} 开头的分支。`,
    });
  }
  return branches;
}

/** The one expression of R4 that is no path: it has a value for every Patient. */
export function isComputed(expression: string): boolean {
  return /^Patient\.deceased\.exists\(\) and Patient\.deceased != false$/.test(expression.trim());
}

function isDeceased(patient: Record<string, unknown>): boolean {
  return patient.deceasedDateTime !== undefined || patient.deceasedBoolean === true;
}

/** `a | (b | c)` -> [a, b, c]; quotes are respected. */
function splitUnion(expression: string): string[] {
  const parts: string[] = [];
  let level = 0;
  let quoted = false;
  let from = 0;
  for (let i = 0; i <= expression.length; i++) {
    const c = expression[i];
    if (c === "'") quoted = !quoted;
    if (quoted) continue;
    if (c === '(') level++;
    if (c === ')') level--;
    if (i === expression.length || (c === '|' && level === 0)) {
      parts.push(stripParentheses(expression.slice(from, i).trim()));
      from = i + 1;
    }
  }
  return parts.length > 1 ? parts.flatMap(splitUnion) : parts;
}

function stripParentheses(text: string): string {
  let inner = text;
  while (inner.startsWith('(') && closingOf(inner, 0) === inner.length - 1) inner = inner.slice(1, -1).trim();
  return inner;
}

function closingOf(text: string, open: number): number {
  let level = 0;
  let quoted = false;
  for (let i = open; i < text.length; i++) {
    if (text[i] === "'") quoted = !quoted;
    if (quoted) continue;
    if (text[i] === '(') level++;
    if (text[i] === ')' && --level === 0) return i;
  }
  return -1;
}

/** Steps of one branch, or undefined when it starts at another resource type. */
function parseBranch(branch: string, type: string): Step[] | undefined {
  const steps: Step[] = [];
  let rest = branch;
  // (path as Type).more
  const cast = /^\((.+) as (\w+)\)(.*)$/.exec(rest) ?? /^(.+) as (\w+)()$/.exec(rest);
  if (cast) rest = `${cast[1]}.ofType(${cast[2]})${cast[3]}`;
  let first = true;
  while (rest !== '') {
    rest = rest.replace(/^\./, '');
    const call = /^(ofType|as|where|exists|extension|first)\(/.exec(rest);
    if (call) {
      const close = closingOf(rest, call[0].length - 1);
      if (close < 0) throw notUnderstood(rest, branch);
      const argument = rest.slice(call[0].length, close).trim();
      steps.push(...callSteps(call[1]!, argument, branch));
      rest = rest.slice(close + 1);
    } else {
      const name = /^([A-Za-z_]\w*)(?:\[(\d+)\])?/.exec(rest);
      if (!name) throw notUnderstood(rest, branch);
      rest = rest.slice(name[0].length);
      if (first && /^[A-Z]/.test(name[1]!)) {
        if (name[1] !== type && name[1] !== 'Resource' && name[1] !== 'DomainResource') return undefined;
      } else {
        steps.push({ kind: 'child', name: name[1]! });
      }
      if (name[2] !== undefined) steps.push({ kind: 'index', index: Number(name[2]) });
    }
    first = false;
  }
  return steps;
}

function notUnderstood(part: string, branch: string): ExpressionFault {
  return new ExpressionFault({
    en: `'${part}' in '${branch}' is not understood. Search expressions may use paths, [index], first(), ofType(), as, where(name='value'), where(resolve() is Type), extension('url'), exists() and |.`,
    zh: `无法识别“${branch}”中的“${part}”。检索表达式可使用路径、[下标]、first()、ofType()、as、where(name='value')、where(resolve() is Type)、extension('url')、exists() 和 |。`,
  });
}

function callSteps(name: string, argument: string, branch: string): Step[] {
  if (name === 'extension') {
    const url = /^'([^']*)'$/.exec(argument);
    if (!url) throw notUnderstood(`extension(${argument})`, branch);
    return [
      { kind: 'child', name: 'extension' },
      { kind: 'where-equals', name: 'url', value: url[1]! },
    ];
  }
  if (name === 'first' && argument === '') return [{ kind: 'index', index: 0 }];
  return [callStep(name, argument, branch)];
}

function callStep(name: string, argument: string, branch: string): Step {
  if ((name === 'ofType' || name === 'as') && /^(FHIR\.)?\w+$/.test(argument)) {
    return { kind: 'type', type: argument.replace(/^FHIR\./, '') };
  }
  if (name === 'exists' && argument === '') return { kind: 'exists' };
  const resolves = /^resolve\(\) is (\w+)$/.exec(argument);
  if (name === 'where' && resolves) return { kind: 'where-resolves', type: resolves[1]! };
  const equals = /^(\w+)\s*=\s*'([^']*)'$/.exec(argument);
  if (name === 'where' && equals) return { kind: 'where-equals', name: equals[1]!, value: equals[2]! };
  throw notUnderstood(`${name}(${argument})`, branch);
}

function compileSteps(definitions: Definitions, type: string, steps: readonly Step[]): Extractor {
  const run = runSteps(definitions, steps);
  return (resource) => run([{ type, value: resource }]);
}

function runSteps(definitions: Definitions, steps: readonly Step[]): (from: Typed[]) => Typed[] {
  const run = steps.map((step) => compileStep(definitions, step));
  return (from) => {
    let found = from;
    for (const step of run) {
      if (found.length === 0) return found;
      found = step(found);
    }
    return found;
  };
}

function compileStep(definitions: Definitions, step: Step): (found: Typed[]) => Typed[] {
  switch (step.kind) {
    case 'child':
      return childStep(definitions, step.name);
    case 'index':
      return (found) => (step.index < found.length ? [found[step.index]!] : []);
    case 'type':
      return (found) => found.filter((f) => f.type === step.type || isSpecialised(f.type, step.type));
    case 'exists':
      return (found) => [{ type: 'boolean', value: found.length > 0 }];
    case 'where-equals':
      return (found) =>
        found.filter((f) => (f.value as Record<string, unknown> | null)?.[step.name] === step.value);
    case 'where-resolves':
      return (found) =>
        found.filter((f) => referencedType(f.value as { reference?: string; type?: string }) === step.type);
  }
}

/** Quantity has specialisations that search treats as quantities; and R4 writes `DateTime` where it means `dateTime`. */
export function isSpecialised(actual: string, wanted: string): boolean {
  if (wanted === 'DateTime') return actual === 'dateTime';
  return wanted === 'Quantity' && ['Age', 'Duration', 'Distance', 'Count', 'SimpleQuantity'].includes(actual);
}

/** The resource type a Reference points to, as far as the reference itself says. */
export function referencedType(reference: { reference?: string; type?: string }): string | undefined {
  const match = /(?:^|\/)([A-Z][A-Za-z]+)\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/.exec(
    reference.reference ?? '',
  );
  return match?.[1] ?? reference.type;
}

export interface Property {
  /** In JSON: `name`, or `nameString`, `nameQuantity`, … */
  readonly property: string;
  readonly type: string;
  readonly array: boolean;
}

/** The properties that `name` may stand for in a type. */
export function propertiesOf(definitions: Definitions, type: string, name: string): Property[] {
  return [...definitions.children(type)]
    .filter(([, child]) => child.element.name === name)
    .map(([property, child]) => ({ property, type: child.type, array: child.element.array }));
}

function childStep(definitions: Definitions, name: string): (found: Typed[]) => Typed[] {
  const cache = new Map<string, readonly Property[]>();
  const properties = (type: string) => {
    let known = cache.get(type);
    if (!known) {
      known = propertiesOf(definitions, type, name);
      cache.set(type, known);
    }
    return known;
  };
  return (found) => {
    const out: Typed[] = [];
    for (const item of found) {
      const object = item.value as Record<string, unknown>;
      if (typeof object !== 'object' || object === null) continue;
      for (const { property, type } of properties(item.type)) {
        const value = object[property];
        if (value === undefined || value === null) continue;
        if (Array.isArray(value)) for (const v of value) pushTyped(out, type, v);
        else pushTyped(out, type, value);
      }
    }
    return out;
  };
}

function pushTyped(out: Typed[], type: string, value: unknown): void {
  if (value === null || value === undefined) return;
  // A resource inside a resource (contained, Bundle.entry.resource) says its own type.
  if (type === 'Resource') {
    out.push({ type: (value as { resourceType?: string }).resourceType ?? 'Resource', value });
  } else out.push({ type, value });
}

/**
 * The FHIR types that an expression can find in resources of `type`. Throws an ExpressionFault for a step
 * that leads nowhere: an element or a type that is not there.
 */
export function expressionTypes(
  definitions: Definitions,
  type: string,
  expression: string,
): ReadonlySet<string> {
  if (isComputed(expression)) return new Set(['boolean']);
  const found = parseExpression(type, expression).flatMap((steps) => typesAfter(definitions, type, steps));
  return new Set(found);
}

function typesAfter(definitions: Definitions, type: string, steps: readonly Step[]): string[] {
  let types = [type];
  for (const step of steps) {
    const before = types;
    if (step.kind === 'child') {
      types = before.flatMap((t) => propertiesOf(definitions, t, step.name).map((p) => p.type));
      if (types.length === 0) {
        throw new ExpressionFault({
          en: `${before.join(', ')} has no element '${step.name}'.`,
          zh: `${before.join('、')} 没有元素“${step.name}”。`,
        });
      }
    } else if (step.kind === 'type') {
      types = before.filter((t) => t === step.type || isSpecialised(t, step.type));
      if (types.length === 0) {
        throw new ExpressionFault({
          en: `'${step.type}' is not a type that stands there. Possible: ${[...new Set(before)].join(', ')}.`,
          zh: `此处不可能是“${step.type}”类型。可能的类型:${[...new Set(before)].join('、')}。`,
        });
      }
    } else if (step.kind === 'exists') types = ['boolean'];
    types = [...new Set(types)];
  }
  return types;
}
