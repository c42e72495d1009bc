/** Whether an item is asked at all (https://hl7.org/fhir/R4/questionnaire.html#enableWhen). */
import { compare, deepEqual } from '../fhirpath/equality.ts';
import { isObject, type Json } from '../fhirpath/items.ts';
import { objects, type Question, typedValue } from './items.ts';

/** What holds the items beside a question, the nearest first: an item or answer of the response, at last itself. */
export type Scopes = readonly Json[];

export function isEnabled({ content }: Question, scopes: Scopes): boolean {
  const conditions = objects(content.enableWhen);
  if (conditions.length === 0) return true;
  const holds = (condition: Json) => conditionHolds(condition, scopes);
  return content.enableBehavior === 'all' ? conditions.every(holds) : conditions.some(holds);
}

/** https://hl7.org/fhir/R4/valueset-questionnaire-enable-operator.html */
function conditionHolds(condition: Json, scopes: Scopes): boolean {
  const answers = answersTo(String(condition.question), scopes);
  const wanted = typedValue(condition, 'answer')?.value;
  switch (condition.operator) {
    case 'exists':
      return answers.length > 0 === wanted;
    case '=':
      return answers.some((a) => equal(a, wanted));
    case '!=':
      return !answers.some((a) => equal(a, wanted));
    case '>':
      return answers.some((a) => (order(a, wanted) ?? 0) > 0);
    case '<':
      return answers.some((a) => (order(a, wanted) ?? 0) < 0);
    case '>=':
      return answers.some((a) => (order(a, wanted) ?? -1) >= 0);
    case '<=':
      return answers.some((a) => (order(a, wanted) ?? 1) <= 0);
    default:
      return true;
  }
}

/** The values that answer a question, of the nearest scope that has any. */
function answersTo(linkId: string, scopes: Scopes): unknown[] {
  for (const scope of scopes) {
    const found: unknown[] = [];
    collect(scope, linkId, found);
    if (found.length > 0) return found;
  }
  return [];
}

function collect(from: Json, linkId: string, into: unknown[]): void {
  for (const item of objects(from.item)) {
    for (const answer of objects(item.answer)) {
      const value = typedValue(answer, 'value');
      if (item.linkId === linkId && value) into.push(value.value);
      collect(answer, linkId, into);
    }
    collect(item, linkId, into);
  }
}

function order(a: unknown, b: unknown): number | undefined {
  return compare({ v: a, t: '' }, { v: b, t: '' });
}

/** Codings are equal by system and code, quantities by value and unit; their texts do not count. */
export function equal(a: unknown, b: unknown): boolean {
  if (!isObject(a) || !isObject(b)) return a === b;
  if (a.code !== undefined || b.code !== undefined)
    return a.code === b.code && a.system === b.system && a.value === b.value;
  if (typeof a.reference === 'string') return a.reference === b.reference;
  return deepEqual(a, b);
}
