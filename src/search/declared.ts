/**
 * What the SearchParameter of a client says it may be asked with: a search that asks for more is refused. What it
 * leaves open is not limited. https://hl7.org/fhir/R4/searchparameter-definitions.html
 */
import type { SearchParameter } from '@medplum/fhirtypes';
import { badParameter } from '../kernel/fhir-error.ts';
import { unsupportedModifier } from './condition.ts';
import type { Parameter } from './parameters.ts';
import { splitPrefix } from './types/prefix.ts';
import { splitEscaped } from './values.ts';

/** SearchParameter.multipleOr, multipleAnd, comparator, modifier. */
export type Declared = Pick<SearchParameter, 'multipleOr' | 'multipleAnd' | 'comparator' | 'modifier'>;

const ORDERED: ReadonlySet<string> = new Set(['number', 'date', 'quantity']);

/** Throws unless the parameter may be asked for this value with this modifier. */
export function assertDeclared(
  { declared, kind, code }: Parameter,
  name: string,
  modifier: string | undefined,
  value: string,
): void {
  if (!declared) return;
  const { modifier: modifiers, multipleOr, comparator } = declared;
  if (modifier !== undefined && modifiers?.length && !modifiers.includes(codeOf(modifier))) {
    throw unsupportedModifier(name, modifiers);
  }
  const values = splitEscaped(value, ',');
  if (multipleOr === false && values.length > 1) {
    throw badParameter(name, {
      en: `'${code}' takes one value, as its SearchParameter says (multipleOr), not ${values.length}.`,
      zh: `“${code}”按其 SearchParameter 的规定(multipleOr)只接受一个值,而不是 ${values.length} 个。`,
    });
  }
  if (!comparator?.length || !ORDERED.has(kind) || modifier !== undefined) return;
  const prefix = values.map((v) => splitPrefix(v)[0]).find((p) => p !== 'eq' && !comparator.includes(p));
  if (prefix) {
    throw badParameter(name, {
      en: `'${code}' is not compared by '${prefix}'. Its SearchParameter declares: ${comparator.join(', ')}.`,
      zh: `“${code}”不支持前缀“${prefix}”。其 SearchParameter 声明的有:${comparator.join('、')}。`,
    });
  }
}

/** Throws when a parameter that may stand once in a query (multipleAnd) has been `seen`; remembers it. */
export function assertOnce(parameter: Parameter | undefined, name: string, seen: Set<Parameter>): void {
  if (parameter?.declared?.multipleAnd !== false) return;
  if (seen.has(parameter)) {
    throw badParameter(name, {
      en: `'${parameter.code}' may stand in a search once, as its SearchParameter says (multipleAnd).`,
      zh: `“${parameter.code}”按其 SearchParameter 的规定(multipleAnd)在一次检索中只能出现一次。`,
    });
  }
  seen.add(parameter);
}

/** https://hl7.org/fhir/R4/valueset-search-modifier-code.html */
function codeOf(modifier: string): NonNullable<Declared['modifier']>[number] {
  if (/^[A-Z]/.test(modifier)) return 'type';
  return (modifier === 'of-type' ? 'ofType' : modifier) as 'exact';
}
