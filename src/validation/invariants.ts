/** Constraints of a snapshot -> checks (https://hl7.org/fhir/R4/conformance-rules.html#constraints). */
import { type Atom, evalFhirPathTyped, parseFhirPath } from '@medplum/core';
import { COUNTY_OUTCOME_SYSTEM } from '../kernel/canonical.ts';
import type { Text } from '../kernel/issue.ts';
import { COUNTY_INVARIANTS } from './county-invariants.ts';
import { compileExpression } from './fhirpath/compile.ts';
import { type Env, type Fn, UnsupportedExpression } from './fhirpath/expression.ts';
import { type Item, type Items, isObject, type Model, truth } from './fhirpath/items.ts';
import { NATIVE_INVARIANTS } from './native-invariants.ts';
import type { Run } from './run.ts';

/** The parts of an ElementDefinition.constraint that are used. */
export interface Constraint {
  readonly key?: string;
  readonly severity?: string;
  readonly human?: string;
  /** Its translations: http://hl7.org/fhir/StructureDefinition/translation. */
  readonly _human?: { readonly extension?: readonly Translation[] };
  readonly expression?: string;
}

interface Translation {
  readonly url?: string;
  readonly extension?: readonly {
    readonly url?: string;
    readonly valueCode?: string;
    readonly valueString?: string;
  }[];
}

/** A constraint with the name its breach is reported under. */
interface NamedConstraint extends Constraint {
  readonly rule: string;
}

const TRANSLATION = 'http://hl7.org/fhir/StructureDefinition/translation';

/** Checks a value of a FHIR type at the current path; `sibling` is the `_name` part of a primitive. */
export type InvariantCheck = (value: unknown, sibling: unknown, type: string, run: Run) => void;

/**
 * Rules that are checked wherever they apply, natively and not as constraints of elements; and dom-6, a best practice
 * (every resource should have a narrative) that systems which exchange data do not follow.
 */
const ELSEWHERE: ReadonlySet<string> = new Set([
  'ele-1',
  'ext-1',
  'dom-2',
  'dom-3',
  'dom-4',
  'dom-5',
  'dom-6',
  'txt-1',
  'txt-2',
]);

/**
 * The check of one constraint. Undefined for one that is checked elsewhere or gives no expression. Throws when the
 * expression cannot be parsed.
 */
export function invariantCheck(
  model: Model,
  constraint: Constraint,
  path: string,
  base: boolean,
): InvariantCheck | undefined {
  const { key = '', expression } = constraint;
  const named: NamedConstraint = { ...constraint, rule: ruleOf(model, key) };
  if (ELSEWHERE.has(key)) return undefined;
  const county = COUNTY_INVARIANTS[key];
  if (county) {
    return (value, _sibling, _type, run) => {
      for (const { text, at } of county(value, run.now)) report(run, named, text, at);
    };
  }
  const native = base ? (NATIVE_INVARIANTS[key] ?? NATIVE_INVARIANTS[`${key} ${path}`]) : undefined;
  if (native) {
    const text = human(constraint, native.zh);
    return (value, _sibling, _type, run) => {
      if (!isObject(value)) return;
      const result = native.test(value, run);
      if (result !== true) report(run, named, result === false ? text : result);
    };
  }
  if (!expression) return undefined;
  const holds = evaluator(expression);
  const text = human(constraint);
  return (value, sibling, type, run) => {
    const item = sibling === undefined ? { v: value, t: type } : { v: value, t: type, e: sibling };
    if (!holds(item, environment(model, item, run))) report(run, named, text);
  };
}

function evaluator(expression: string): (item: Item, env: Env) => boolean {
  let compiled: Fn;
  try {
    compiled = compileExpression(expression);
  } catch (error) {
    if (!(error instanceof UnsupportedExpression))
      throw new Error(`FHIRPath "${expression}": ${(error as Error).message}`);
    const atom = parseFhirPath(expression);
    return (item, env) => interpreted(atom, item, env);
  }
  return (item, env) => {
    const self: Items = [item];
    try {
      return truth(compiled(self, self, env)) === true;
    } catch {
      return false; // an expression that fails, as on several items where it takes one, does not hold
    }
  };
}

/** What is wrong with an expression, in English; undefined when it can be evaluated. */
export function expressionFault(expression: string): string | undefined {
  try {
    compileExpression(expression);
    return undefined;
  } catch (error) {
    const unknown = /^function (\w+)\(\)/.exec((error as Error).message)?.[1];
    if (!(error instanceof UnsupportedExpression)) return (error as Error).message;
    return unknown !== undefined && !isFunction(unknown) ? `there is no function ${unknown}()` : undefined;
  }
}

/** Whether the general evaluator knows a function: it says so when it is called on nothing. */
function isFunction(name: string): boolean {
  try {
    evalFhirPathTyped(`${name}()`, []);
    return true;
  } catch (error) {
    return !/unrecognized function/i.test((error as Error).message);
  }
}

/** The general evaluator, for the rare expression that does not compile. */
function interpreted(atom: Atom & ReturnType<typeof parseFhirPath>, item: Item, env: Env): boolean {
  const typed = (i: Item) => ({ type: i.t, value: i.v });
  try {
    const result = evalFhirPathTyped(atom, [typed(item)], {
      '%context': typed(item),
      '%resource': typed(env.resource),
      '%rootResource': typed(env.rootResource),
      '%ucum': { type: 'string', value: 'http://unitsofmeasure.org' },
    });
    return result.length === 1 && result[0]!.value === true;
  } catch {
    return false;
  }
}

/** What an expression sees that is evaluated on an element of the resource being checked. */
export function environment(model: Model, context: Item, run: Run): Env {
  const item = (v: Record<string, unknown>): Item => ({ v, t: String(v.resourceType) });
  const { resource, root, bundle, now } = run;
  const conforms = (url: string, value: unknown) => run.manner.conforms(url, value, run);
  return { model, context, resource: item(resource), rootResource: item(root), bundle, now, conforms };
}

function human(constraint: Constraint, own?: string): Text {
  const { key, human: text, expression } = constraint;
  const en = text ?? expression ?? '';
  const zh = own ?? chineseOf(constraint);
  if (/[\u4e00-\u9fff]/.test(en)) return { en: `${en} (${key})`, zh: `${en}(${key})` };
  return { en: `${en} (${key})`, zh: zh ? `${zh}(${key})` : `不符合约束 ${key}:${en}` };
}

/** The concept of county-outcome that stands for the constraint, or a name made of its key. */
function ruleOf(model: Model, key: string): string {
  const concepts = model.definitions.codeSystem(COUNTY_OUTCOME_SYSTEM)?.concept ?? [];
  const concept = concepts.find((c) =>
    c.property?.some((p) => p.code === 'constraint' && p.valueString === key),
  );
  return concept?.code ?? `invariant-${key}`;
}

function report(run: Run, { rule, severity }: NamedConstraint, text: Text, at?: string): void {
  run.add({
    code: 'invariant',
    severity: severity === 'warning' ? 'warning' : 'error',
    rule,
    text,
    ...(at ? { at } : {}),
  });
}

function chineseOf({ _human }: Constraint): string | undefined {
  for (const { url, extension } of _human?.extension ?? []) {
    const part = (name: string) => extension?.find((e) => e.url === name);
    if (url !== TRANSLATION || !part('lang')?.valueCode?.startsWith('zh')) continue;
    return part('content')?.valueString;
  }
  return undefined;
}
