/**
 * The expression of a parameter as SQL/JSON paths, for what is asked too seldom to have rows in the index:
 * whether there is a value at all, and the text that goes with a code. PostgreSQL reads them in the stored text.
 */
import type { Definitions } from '../definitions/definitions.ts';
import type { Bindings } from './bindings.ts';
import { isComputed, isSpecialised, parseExpression, propertiesOf, type Step } from './expression.ts';

/** A path to the values of one FHIR type. */
export interface JsonPath {
  /** `$."name"[*]."given"[*]`, in lax mode. */
  readonly path: string;
  readonly type: string;
}

/** A path, and whether it has gone through an array. */
interface Place extends JsonPath {
  readonly many: boolean;
}

/**
 * The paths of an expression that `compileExpression` understands; undefined when it is none (a computed
 * value, or an index into what several arrays hold).
 */
export function jsonPaths(
  definitions: Definitions,
  type: string,
  expression: string,
): readonly JsonPath[] | undefined {
  if (isComputed(expression)) return undefined;
  return pathsFrom(definitions, { path: '$', type }, expression);
}

/** The same for an expression that starts at what a path leads to; in a filter, the path is `@`. */
export function pathsFrom(
  definitions: Definitions,
  from: JsonPath,
  expression: string,
): readonly JsonPath[] | undefined {
  const found: JsonPath[] = [];
  for (const steps of parseExpression(from.type, expression)) {
    const places = placesOf(definitions, [{ ...from, many: false }], steps);
    if (!places) return undefined;
    found.push(...places.map(({ path, type }) => ({ path, type })));
  }
  return found;
}

function placesOf(
  definitions: Definitions,
  from: readonly Place[],
  steps: readonly Step[],
): readonly Place[] | undefined {
  let places = from;
  for (const [i, step] of steps.entries()) {
    const filtered = (condition: string) =>
      places.map((p) => ({ ...p, path: `${p.path} ? (${condition})`, many: true }));
    switch (step.kind) {
      case 'child': {
        const indexed = steps[i + 1]?.kind === 'index';
        places = places.flatMap((p) =>
          propertiesOf(definitions, p.type, step.name).map(({ property, type, array }): Place => {
            const path = `${p.path}.${JSON.stringify(property)}`;
            if (!array || indexed) return { path, type, many: p.many };
            // An array of primitives has nulls where only an extension is.
            const nulls = definitions.isPrimitive(type) ? ' ? (@ != null)' : '';
            return { path: `${path}[*]${nulls}`, type, many: true };
          }),
        );
        break;
      }
      case 'index':
        if (places.length > 1 || places.some((p) => p.many)) return undefined;
        places = places.map((p) => ({ ...p, path: `${p.path}[${step.index}]` }));
        break;
      case 'type':
        places = places.filter((p) => p.type === step.type || isSpecialised(p.type, step.type));
        break;
      case 'exists':
        return undefined;
      case 'where-equals':
        places = filtered(`@.${JSON.stringify(step.name)} == ${JSON.stringify(step.value)}`);
        break;
      case 'where-resolves':
        places = filtered(refersTo(step.type));
        break;
    }
  }
  return places;
}

/** The path predicate that agrees with `referencedType` of expression.ts. */
function refersTo(type: string): string {
  const reference = (t: string) =>
    JSON.stringify(`(^|/)${t}/[A-Za-z0-9.-]{1,64}(/_history/[A-Za-z0-9.-]{1,64})?$`);
  return `@."reference" like_regex ${reference(type)} || @."type" == ${JSON.stringify(type)} && !(@."reference" like_regex ${reference('[A-Z][A-Za-z]+')})`;
}

/**
 * Whether any of the paths leads to something in the resource row `r`. A subquery, so that the planner
 * puts it behind what an index answers.
 */
export function existsAt(paths: readonly JsonPath[], r: string, b: Bindings): string {
  const any = b.bind(paths.map(({ path }) => `exists(${path})`).join(' || '), 'jsonpath');
  return `exists (select 1 from (select resource_json(${r}.content) as json offset 0) c where jsonb_path_match(c.json, ${any}, silent => true))`;
}

/** A `from` item: the values at the paths in the resource row `r`, as `v.value` (jsonb). */
export function valuesAt(paths: readonly string[], r: string, b: Bindings): string {
  return `(select jsonb_path_query(c.json, p.path, silent => true) as value from (select resource_json(${r}.content) as json offset 0) c, unnest(${b.bind(paths, 'jsonpath[]')}) p(path)) v`;
}
