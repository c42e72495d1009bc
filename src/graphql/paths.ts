/** FHIRPath of a request: filters of lists, and the names that `@slice` makes. https://hl7.org/fhir/R4/fhirpath.html */
import type { Definitions } from '../definitions/definitions.ts';
import { badParameter, FhirError } from '../kernel/fhir-error.ts';
import { compileExpression } from '../validation/fhirpath/compile.ts';
import type { Fn } from '../validation/fhirpath/expression.ts';
import { type Item, type Items, Model } from '../validation/fhirpath/items.ts';

const MAX_LENGTH = 500;
/** Functions whose cost, or whose result, a caller could make endless. */
const REFUSED = ['matches', 'replaceMatches', 'replace', 'repeat', 'descendants'];
const MAX_KEPT = 500;

/** Evaluates an expression on an element of a FHIR type. */
export interface Paths {
  evaluate(expression: string, value: unknown, type: string, now: Date): Items;
}

/** Compiled expressions are kept: the same queries come again. */
export function createPaths(definitions: Definitions): Paths {
  const model = new Model(definitions);
  const compiled = new Map<string, Fn>();
  return {
    evaluate(expression, value, type, now) {
      let fn = compiled.get(expression);
      if (!fn) {
        fn = compile(expression);
        if (compiled.size >= MAX_KEPT) compiled.clear();
        compiled.set(expression, fn);
      }
      // Decimals with digits that matter are no numbers to FHIRPath.
      const item: Item = { v: JSON.parse(JSON.stringify(value)), t: type };
      const env = { model, context: item, resource: item, rootResource: item, now };
      try {
        return fn([item], [item], env);
      } catch (error) {
        throw wrong(expression, error);
      }
    },
  };
}

function compile(expression: string): Fn {
  if (expression.length > MAX_LENGTH) throw refused();
  try {
    // What is called, however it is spelled: quoted, or with a comment before its arguments.
    return compileExpression(expression, (name) => {
      if (REFUSED.includes(name)) throw refused();
    });
  } catch (error) {
    throw error instanceof FhirError ? error : wrong(expression, error);
  }
}

function refused() {
  return badParameter(
    'fhirpath',
    {
      en: `FHIRPath here may have ${MAX_LENGTH} characters and no ${REFUSED.map((f) => `${f}()`).join(', ')}.`,
      zh: `此处的 FHIRPath 最长 ${MAX_LENGTH} 个字符,且不得使用 ${REFUSED.map((f) => `${f}()`).join('、')}。`,
    },
    false,
  );
}

function wrong(expression: string, error: unknown) {
  const { message } = error as Error;
  return badParameter('fhirpath', {
    en: `The FHIRPath '${expression}' cannot be evaluated: ${message}.`,
    zh: `无法计算 FHIRPath“${expression}”:${message}。`,
  });
}
