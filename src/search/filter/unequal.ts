/**
 * `ne` of codes, identifiers and uris: some value that is there is not the one named. The index knows which
 * resources have a code, not which have another, so the stored text is read.
 */
import { badParameter } from '../../kernel/fhir-error.ts';
import { anyOf, type Bindings } from '../bindings.ts';
import { isComputed } from '../expression.ts';
import { type JsonPath, valuesAt } from '../json-path.ts';
import type { Parameter } from '../parameters.ts';
import type { Filter } from '../plan.ts';
import type { FilterOf } from '../types/search-type.ts';
import { splitEscaped, unescaped } from '../values.ts';

const NEVER = '1 == 0';

/**
 * `equal` is what finds the resources with the value, for a parameter that is computed and always there. Throws
 * `not-supported` when it cannot be said where the values are.
 */
export function unequalFilter(parameter: Parameter, value: string, equal: Filter): Filter {
  if (isComputed(parameter.path)) return { kind: 'not', filter: equal };
  const paths = pathsOf(parameter);
  return {
    kind: 'unequal',
    any: paths.map(({ path, type }) => ({ path, equal: equals(parameter, type, value) })),
  };
}

/** Where the values of a parameter stand. Throws `not-supported` for an expression that is more than a path. */
export function pathsOf({ code, paths }: Parameter): readonly JsonPath[] {
  if (paths) return paths;
  throw badParameter(
    '_filter',
    {
      en: `This cannot be asked of '${code}', whose expression does not say where in a resource its values stand. eq can.`,
      zh: `“${code}”不支持该运算符:其表达式未指明取值在资源中的位置。可使用 eq。`,
    },
    false,
  );
}

export function unequalWhere({ any }: FilterOf<'unequal'>, r: string, b: Bindings): string {
  return anyOf(
    any.map(
      ({ path, equal }) =>
        `exists (select 1 from ${valuesAt([path], r, b)} where jsonb_path_match(v.value, ${b.bind(equal, 'jsonpath')}, silent => true) is not true)`,
    ),
  );
}

/** A path predicate over a value (`$`) of a FHIR type that agrees with what the token index holds. */
function equals(parameter: Parameter, type: string, value: string): string {
  if (parameter.kind === 'uri') return `$ == ${JSON.stringify(unescaped(value))}`;
  const [first = '', second] = splitEscaped(value, '|').map(unescaped);
  switch (type) {
    case 'CodeableConcept':
      return `exists($."coding"[*] ? (${coded('@', 'code', first, second)}))`;
    case 'Coding':
      return coded('$', 'code', first, second);
    case 'Identifier':
    case 'ContactPoint':
      return coded('$', 'value', first, second);
    default:
      return primitive(parameter, first, second);
  }
}

/** `code`, `system|code`, `|code` or `system|`. */
function coded(at: string, property: string, first: string, second: string | undefined): string {
  const system = `${at}."system"`;
  const code = (text: string) => `${at}."${property}" == ${JSON.stringify(text)}`;
  if (second === undefined) return code(first);
  if (first === '') return `${code(second)} && !(exists(${system}))`;
  const ofSystem = `${system} == ${JSON.stringify(first)}`;
  return second === '' ? ofSystem : `${ofSystem} && ${code(second)}`;
}

/** A bare code, whose system is implied; a boolean; a number. */
function primitive({ impliedSystems }: Parameter, first: string, second: string | undefined): string {
  const is = (text: string) =>
    /^(true|false|-?\d{1,15})$/.test(text)
      ? `($ == ${JSON.stringify(text)} || $ == ${Number.isNaN(Number(text)) ? text : String(Number(text))})`
      : `$ == ${JSON.stringify(text)}`;
  if (second === undefined) return is(first);
  if (first === '') return impliedSystems.size > 0 ? is(second) : NEVER;
  const codes = impliedSystems.get(first);
  if (!codes) return NEVER;
  if (second !== '') return is(second);
  return [...codes].map(is).join(' || ') || NEVER;
}
