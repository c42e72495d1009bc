/**
 * Composite parameters, compiled. https://hl7.org/fhir/R4/search.html#composite
 *
 * Where the whole resource is what the components are taken from, a composite is both of its components at
 * once, and needs no rows. Where it is an element that repeats (`Observation.component`), the components must
 * meet in one of them: that is written down, as rows of the later components under the token of the first.
 */
import type { Definitions, SearchParam } from '../definitions/definitions.ts';
import { compileExpression, compileRelative, type Typed } from './expression.ts';
import { type JsonPath, jsonPaths, pathsFrom } from './json-path.ts';
import type { Parameter } from './parameters.ts';

export type Composite =
  /**
   * All of these parameters, in the order of the components, and something at one of the paths: R4 asks in
   * code-value-string for less than value-string finds.
   */
  | { readonly how: 'all'; readonly parts: readonly Parameter[]; readonly where: readonly JsonPath[] }
  /** Components of one element: the first is a token. Their `key` is empty, as it depends on the token. */
  | { readonly how: 'together'; readonly parts: readonly Parameter[] };

/** The value of a `together`: what each component found in one element. */
export const TOGETHER = 'together';

/**
 * `params` are all of the type, `simple` those that are compiled. A composite of no kind that is understood is
 * left out: a parameter that is not indexed must not be claimed.
 */
export function compileComposites(
  definitions: Definitions,
  type: string,
  params: readonly SearchParam[],
  simple: ReadonlyMap<string, Parameter>,
  make: (p: SearchParam, more: Partial<Parameter> & Pick<Parameter, 'extract' | 'paths'>) => Parameter,
): Parameter[] {
  const composites = params.filter((p) => p.type === 'composite' && p.components.length > 1);
  const found = new Map<SearchParam, Parameter>();
  for (const p of composites.filter((c) => branchesOf(c).length === 1)) {
    const whole = p.expression === type;
    const compiled = whole
      ? wholeComposite(definitions, type, p, simple, make)
      : elementComposite(definitions, type, p, simple, make);
    if (compiled) found.set(p, compiled);
  }
  for (const p of composites.filter((c) => branchesOf(c).length > 1)) {
    const branches = branchesOf(p).map((branch) =>
      composites.find((c) => c.expression === branch && sameComponents(c, p)),
    );
    const parts = branches.map((c) => c && found.get(c)).filter((c) => c !== undefined);
    if (parts.length < branches.length) continue;
    found.set(p, make(p, { extract: () => [], paths: parts.flatMap((c) => c.paths ?? []), parts }));
  }
  return [...found.values()];
}

type Make = Parameters<typeof compileComposites>[4];

function wholeComposite(
  definitions: Definitions,
  type: string,
  p: SearchParam,
  simple: ReadonlyMap<string, Parameter>,
  make: Make,
): Parameter | undefined {
  const parts = p.components.map(({ definition }) => byUrl(simple, definition));
  if (parts.some((part) => part === undefined)) return undefined;
  const paths = meetingPaths(definitions, { path: '$', type }, p);
  const narrower = p.components.some(({ expression }, i) => {
    const own = pathsFrom(definitions, { path: '$', type }, expression) ?? [];
    const more = parts[i]!.paths?.filter(({ path }) => !own.some((o) => o.path === path)) ?? [];
    // What is sampled is no worse an answer for a quantity, and looking at the text costs time.
    return more.some((m) => m.type !== 'SampledData');
  });
  const composite: Composite = {
    how: 'all',
    parts: parts as Parameter[],
    where: narrower ? (paths ?? []) : [],
  };
  return paths && make(p, { extract: () => [], paths, composite });
}

function elementComposite(
  definitions: Definitions,
  type: string,
  p: SearchParam,
  simple: ReadonlyMap<string, Parameter>,
  make: Make,
): Parameter | undefined {
  const element = jsonPaths(definitions, type, p.expression)?.[0];
  if (!element) return undefined;
  const components = p.components.map(({ expression }) => {
    const ofResource = /^%resource\.(.+)$/.exec(expression)?.[1];
    const from = ofResource ? { path: '$', type } : { path: '@', type: element.type };
    const run = compileRelative(definitions, from.type, ofResource ?? expression);
    return {
      paths: pathsFrom(definitions, from, ofResource ?? expression) ?? [],
      extract: (of: Typed, resource: Typed) => run(ofResource ? resource : of),
    };
  });
  const parts = components.map(({ paths }, i) => partOf(p, i, paths, simple));
  const kinds = parts.map((part) => part?.kind);
  const understood =
    kinds[0] === 'token' &&
    (kinds.length === 2
      ? kinds[1] !== undefined && kinds[1] !== 'composite'
      : kinds.length === 3 && kinds[1] === 'number' && kinds[2] === 'number');
  const paths = meetingPaths(definitions, element, p);
  if (!understood || !paths) return undefined;
  const elements = compileExpression(definitions, type, p.expression);
  const extract = (resource: Record<string, unknown>): Typed[] =>
    elements(resource).map((of) => ({
      type: TOGETHER,
      value: components.map((c) => c.extract(of, { type, value: resource })),
    }));
  return make(p, { extract, paths, composite: { how: 'together', parts: parts as Parameter[] } });
}

/**
 * A component as a parameter of its own, without a key. The definitions of R4 name each other's parameter in
 * DocumentReference.relationship: where the types do not fit, another component's definition is taken.
 */
function partOf(
  p: SearchParam,
  at: number,
  paths: readonly JsonPath[],
  simple: ReadonlyMap<string, Parameter>,
): Parameter | undefined {
  const isReference = paths.length > 0 && paths.every((path) => path.type === 'Reference');
  const fits = (part: Parameter | undefined) =>
    part && (part.kind === 'reference') === isReference ? part : undefined;
  const named = p.components.map(({ definition }) => fits(byUrl(simple, definition)));
  const part = named[at] ?? named.find((other) => other !== undefined);
  return part && { ...part, key: '', paths, isPatient: false, isMainDate: false };
}

/** The elements in which every component has a value. */
function meetingPaths(definitions: Definitions, element: JsonPath, p: SearchParam): JsonPath[] | undefined {
  const conditions: string[] = [];
  for (const { expression } of p.components) {
    if (expression.startsWith('%resource.')) continue;
    const paths = pathsFrom(definitions, { path: '@', type: element.type }, expression);
    if (!paths || paths.length === 0) return undefined;
    conditions.push(`(${paths.map(({ path }) => `exists(${path})`).join(' || ')})`);
  }
  return [{ path: `${element.path} ? (${conditions.join(' && ')})`, type: element.type }];
}

function byUrl(simple: ReadonlyMap<string, Parameter>, url: string): Parameter | undefined {
  return [...simple.values()].find((parameter) => parameter.url === url);
}

function branchesOf(p: SearchParam): string[] {
  return p.expression.split('|').map((branch) => branch.trim());
}

function sameComponents(a: SearchParam, b: SearchParam): boolean {
  const expressions = (p: SearchParam) => p.components.map(({ expression }) => expression).join(' ');
  return expressions(a) === expressions(b);
}
