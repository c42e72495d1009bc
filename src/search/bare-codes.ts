/**
 * A code without its system, as in `code=718-7`. Codes are indexed once, together with their system, and the
 * table `code_system` knows under which systems a parameter has codes: a bare code is asked for under each.
 * `withSystems` puts them in when they are known before the SQL is made, which leaves one token to look for in
 * most cases; what it was not asked to resolve is resolved inside the query.
 */
import type { Bindings } from './bindings.ts';
import type { Parameter, Parameters } from './parameters.ts';
import type { Filter } from './plan.ts';
import { bareCodeToken, codeToken, systemCodeToken } from './tokens.ts';

/** `Observation:code:b718-7` */
const BARE = /^(\w+:[^:]+:)b(.*)$/s;

/** A code whatever its system. Not a text of the index: stands for some. */
export function bareToken(parameter: string, code: string): string {
  return `${parameter}b${code}`;
}

export function isBare(text: string): boolean {
  return BARE.test(text);
}

/** Types of values whose codes have systems. */
const CODED = new Set(['Coding', 'CodeableConcept', 'Identifier', 'ContactPoint']);

/** Whether some values of a parameter are codes with a system, and some are without by their type. */
function valuesOf(parameters: Parameters, key: string): { coded: boolean; plain: boolean } {
  const [type, code] = key.split(':') as [string, string];
  const parameter: Parameter | undefined = parameters(type).byCode.get(code);
  // Of a composite, the text begins with its first component.
  const { paths = [] } = parameter?.composite?.parts[0] ?? parameter ?? {};
  const types = paths.map((p) => p.type);
  return {
    coded: types.some((t) => CODED.has(t)),
    plain: types.length === 0 || types.some((t) => !CODED.has(t)),
  };
}

/** Keys of the parameters whose systems must be known to resolve the bare codes of these filters. */
export function keysOfBareCodes(parameters: Parameters, filters: readonly Filter[]): string[] {
  const keys = new Set<string>();
  mapTexts(filters, (text) => {
    const key = BARE.exec(text)?.[1];
    if (key !== undefined && valuesOf(parameters, key).coded) keys.add(key);
    return [text];
  });
  return [...keys];
}

/** The filters with the bare codes under each system that their parameter is known to have. */
export function withSystems(
  parameters: Parameters,
  filters: readonly Filter[],
  systems: ReadonlyMap<string, readonly string[]>,
): Filter[] {
  return mapTexts(filters, (text) => {
    const [, key, code] = BARE.exec(text) ?? [];
    if (key === undefined || code === undefined) return [text];
    return [
      ...(valuesOf(parameters, key).plain ? [codeToken(key, code)] : []),
      ...(systems.get(key) ?? []).map((system) =>
        system === '' ? bareCodeToken(key, code) : systemCodeToken(key, system, code),
      ),
    ];
  });
}

/** The filters with the texts of their tokens replaced, wherever they stand. */
function mapTexts(filters: readonly Filter[], change: (text: string) => readonly string[]): Filter[] {
  return filters.map((filter): Filter => {
    switch (filter.kind) {
      case 'token':
        return { ...filter, texts: filter.texts.flatMap(change) };
      case 'any':
      case 'all':
        return { ...filter, filters: mapTexts(filter.filters, change) };
      case 'not':
      case 'chain':
      case 'has':
        return { ...filter, filter: mapTexts([filter.filter], change)[0]! };
      default:
        return filter;
    }
  });
}

/** The hashes of texts of which some are bare codes, as an array. */
export function hashArrayWithSystems(texts: readonly string[], b: Bindings): string {
  const arrays = texts.map((text) => {
    const [, key, code] = BARE.exec(text) ?? [];
    if (key === undefined || code === undefined) return `array[${b.hash(text)}]`;
    const [k, c] = [b.bind(key, 'text'), b.bind(code, 'text')];
    return `array(select hashtextextended(${k} || case system when '' then 'n' else 's' || system || '|' end || ${c}, 0) from code_system where parameter = ${k} union all select ${b.hash(codeToken(key, code))})`;
  });
  return arrays.join(' || ');
}
