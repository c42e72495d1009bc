/**
 * `:below` and `:above` of references to what is part of another of its kind (`Location.partOf`): the resource that
 * is named, and all of which it is a part, or that are parts of it. https://hl7.org/fhir/R4/search.html#reference
 */
import { badParameter } from '../kernel/fhir-error.ts';
import { isId, localReference } from '../kernel/ids.ts';
import type { Bindings } from './bindings.ts';
import type { SearchContext } from './condition.ts';
import type { Parameter } from './parameters.ts';
import type { Filter } from './plan.ts';
import { referenceToken } from './tokens.ts';
import type { Asked, FilterOf } from './types/search-type.ts';
import { splitEscaped, unescaped } from './values.ts';

const PART_OF = /^\$\."partOf"(\[\*\])?$/;

/** The parameter by which a type is part of its own kind. */
function partParameter(context: SearchContext, type: string): Parameter | undefined {
  return [...context.parameters(type).byCode.values()].find(
    ({ kind, targets, paths = [] }) =>
      kind === 'reference' && targets.includes(type) && paths.length === 1 && PART_OF.test(paths[0]!.path),
  );
}

/** The targets of a reference parameter that have such a hierarchy. */
export function hierarchicalTargets(context: SearchContext, { targets }: Parameter): string[] {
  return targets.filter((type) => partParameter(context, type));
}

/** Throws `bad-parameter` for a value that names nothing of these types. */
export function hierarchyFilter(
  { context, options, parameter, name, value }: Asked,
  direction: 'above' | 'below',
  types: readonly string[],
): Filter {
  const ids = new Map<string, string[]>();
  for (const v of splitEscaped(value, ',').map(unescaped)) {
    const local = localReference(v, options.base);
    const named = local ? types.filter((type) => type === local.type) : isId(v) ? types : [];
    if (named.length === 0) {
      throw badParameter(name, {
        en: `'${v}' is not understood: :${direction} takes an id, or a reference to ${types.join(' or ')}, as in ${types[0]}/1.`,
        zh: `无法识别“${v}”::${direction} 的取值为 id,或对 ${types.join('、')} 的引用,例如 ${types[0]}/1。`,
      });
    }
    for (const type of named) ids.set(type, [...(ids.get(type) ?? []), local?.id ?? v]);
  }
  const filters = [...ids].map(
    ([target, of]): Filter => ({
      kind: 'hierarchy',
      direction,
      key: parameter.key,
      target,
      part: partParameter(context, target)!.key,
      ids: of,
      base: options.base,
    }),
  );
  return filters.length === 1 ? filters[0]! : { kind: 'any', filters };
}

/** `union` leaves out what was met before, so that a circle ends. */
export function hierarchyWhere(filter: FilterOf<'hierarchy'>, r: string, b: Bindings): string {
  const step = filter.direction === 'below' ? partsOf(filter, b) : wholesOf(filter, b);
  const prefix = b.bind(referenceToken(filter.key, `${filter.target}/`), 'text');
  const hashes = `with recursive h(id) as (select i.id collate "C" from unnest(${b.bind(filter.ids, 'text[]')}) i(id) union ${step}) select hashtextextended(${prefix} || h.id, 0) from h`;
  return b.exists(`token t where t.hash in (${hashes}) and t.date = ${r}.date and t.key = ${r}.key`);
}

function partsOf({ part, target }: FilterOf<'hierarchy'>, b: Bindings): string {
  const prefix = b.bind(referenceToken(part, `${target}/`), 'text');
  return `select c.id from h join token p on p.hash = hashtextextended(${prefix} || h.id, 0) join resource c on c.key = p.key where not c.deleted`;
}

/** What something is a part of stands in its own text. */
function wholesOf({ target, base }: FilterOf<'hierarchy'>, b: Bindings): string {
  const ours = base.replace(/[^\w/:]/g, '\\$&');
  const reference = b.bind(
    `^(?:${ours}/)?${target}/([A-Za-z0-9.-]{1,64})(?:/_history/[A-Za-z0-9.-]{1,64})?$`,
    'text',
  );
  const type = b.bind(target, 'text');
  return `select w.id collate "C" from h join resource c on c.type = ${type} and c.id = h.id and not c.deleted cross join lateral (select substring(e.value #>> '{}' from ${reference}) as id from jsonb_path_query(resource_json(c.content), '$."partOf"."reference"', silent => true) e(value)) w where w.id is not null`;
}
