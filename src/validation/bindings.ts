/** Required bindings (https://hl7.org/fhir/R4/terminologies.html#required) against value sets that can be listed. */
import type { Definitions } from '../definitions/definitions.ts';
import type { Text } from '../kernel/issue.ts';
import { isObject } from './fhirpath/items.ts';
import type { Run } from './run.ts';

type Codes = ReadonlyMap<string, ReadonlySet<string>>;

/** Checks a value at the current path. */
export type Check = (value: unknown, run: Run) => void;

const SHOWN = 12;

/**
 * The check of a binding for a type; undefined when there is nothing to check: the type is not coded, or the
 * value set cannot be listed, so that any code passes.
 */
export function bindingCheck(definitions: Definitions, type: string, valueSet: string): Check | undefined {
  const codes = definitions.valueSet(valueSet);
  if (!codes) return undefined;
  switch (type) {
    case 'code':
    case 'string':
      return codeCheck(codes, valueSet);
    case 'Coding':
    case 'Quantity':
      return (value, run) => {
        if (isObject(value) && value.code !== undefined && !codingIn(codes, value)) {
          report(run, valueSet, codes, `${value.system ?? ''}|${value.code}`);
        }
      };
    case 'CodeableConcept':
      return (value, run) => {
        if (!isObject(value)) return;
        const codings = Array.isArray(value.coding) ? value.coding : [];
        if (codings.some((coding) => isObject(coding) && codingIn(codes, coding))) return;
        if (codings.length === 0 && value.text === undefined && value.extension !== undefined) return;
        const found = codings.map((c) => (isObject(c) ? `${c.system ?? ''}|${c.code ?? ''}` : '')).join(', ');
        report(run, valueSet, codes, found);
      };
    default:
      return undefined;
  }
}

/** Whether a value of a coded type is in the set: for slices that are told apart by a binding. */
export function isBound(codes: Codes, value: unknown): boolean {
  if (typeof value === 'string') return [...codes.values()].some((set) => set.has(value));
  if (!isObject(value)) return false;
  if (Array.isArray(value.coding)) return value.coding.some((c) => isObject(c) && codingIn(codes, c));
  return codingIn(codes, value);
}

function codeCheck(codes: Codes, valueSet: string): Check {
  const flat = new Set<string>();
  for (const set of codes.values()) for (const code of set) flat.add(code);
  return (value, run) => {
    if (typeof value === 'string' && !flat.has(value)) report(run, valueSet, codes, value);
  };
}

function codingIn(codes: Codes, coding: Record<string, unknown>): boolean {
  if (typeof coding.code !== 'string') return false;
  return typeof coding.system === 'string' && codes.get(coding.system)?.has(coding.code) === true;
}

function report(run: Run, valueSet: string, codes: Codes, found: string): void {
  run.add({ code: 'code-invalid', rule: 'binding-required', text: notInSet(valueSet, codes, found) });
}

function notInSet(valueSet: string, codes: Codes, found: string): Text {
  const several = codes.size > 1 || found.includes('|') || found === '';
  const all = [...codes].flatMap(([system, set]) =>
    [...set].map((code) => (several ? `${system}|${code}` : code)),
  );
  const list = all.slice(0, SHOWN).join(', ') + (all.length > SHOWN ? ', …' : '');
  const url = valueSet.split('|')[0]!;
  return found === ''
    ? {
        en: `A coding from ${url} is required here: ${list}.`,
        zh: `此处必须有一个取自 ${url} 的编码:${list}。`,
      }
    : {
        en: `'${found}' is not in ${url}. Use one of: ${list}.`,
        zh: `“${found}”不在 ${url} 之内。可用:${list}。`,
      };
}
