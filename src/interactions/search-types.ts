/**
 * Search at a type or across types: of the whole server, or of a compartment (`Patient/1/*`). Parameters must then
 * be common to all types that are searched. https://hl7.org/fhir/R4/http.html#search
 */
import { assertMay } from '../access/decide.ts';
import { readableTypes } from '../access/filter.ts';
import { wholeOf } from '../db/reader.ts';
import type { Ctx, Db } from '../kernel/ctx.ts';
import { badParameter, forbidden } from '../kernel/fhir-error.ts';
import { LOGGED_TYPE } from '../search/audit-log.ts';
import { type Compartment, compartmentTypes } from '../search/compartment.ts';
import { parseSearch, type QueryPairs, queryText } from '../search/parse.ts';
import type { SearchPlan } from '../search/plan.ts';
import { cursorKinds } from '../search/sort.ts';
import { typesWithResources } from '../store/read.ts';
import type { Engine } from './engine.ts';
import {
  assertCompartment,
  permittedPlans,
  planType,
  runSearch,
  type SearchInput,
  type SearchResult,
  type SearchRun,
} from './search.ts';
import { withStoredTerminology } from './search-terminology.ts';

/** A search wherever it is: at a type, in a compartment, in the whole server. */
export interface AnySearch extends Omit<SearchInput, 'type'> {
  /** Absent: all types. */
  readonly type?: string;
}

/** The address below the base: `Observation`, `Patient/1/Observation`, `Patient/1/*`, or nothing. */
export function pathOf({ type, compartment }: Pick<AnySearch, 'type' | 'compartment'>): string {
  return compartment ? `${compartment.type}/${compartment.id}/${type ?? '*'}` : (type ?? '');
}

/** Runs a search on `db`: the pool, or the transaction it is part of. */
export async function search(
  engine: Engine,
  ctx: Ctx,
  input: AnySearch,
  db: Db = engine.database,
): Promise<SearchResult> {
  return runSearch(engine, ctx, db, await planSearch(engine, ctx, input, db));
}

/** What a search asks for, as far as the caller may. Throws `forbidden`, `bad-parameter`, `too-costly`. */
export function planSearch(engine: Engine, ctx: Ctx, input: AnySearch, db: Db): Promise<SearchRun> {
  const { type, ...across } = input;
  return type === undefined
    ? planTypes(engine, ctx, across, db)
    : planType(engine, ctx, { ...across, type }, db);
}

async function planTypes(engine: Engine, ctx: Ctx, input: AnySearch, db: Db): Promise<SearchRun> {
  const { query, lenient, compartment } = input;
  if (compartment) assertCompartment(engine, compartment);
  const types = typesOf(engine, ctx, query, compartment);
  const known = await withStoredTerminology(engine, ctx, db, query);
  const parsed = parseCommon(types, query, lenient, (type, pairs) =>
    parseSearch(known, type, pairs, {
      lenient,
      base: ctx.base,
      now: ctx.now.getTime(),
      // The order that means the same in all types.
      order: [{ by: 'updated', descending: true }],
    }),
  );
  const present = new Set(await typesWithResources(wholeOf(db))).add(LOGGED_TYPE);
  const used = [...query.filter(isType), ...parsed[0]!.used];
  return {
    plan: { ...parsed[0]!, used },
    plans: await permittedPlans(
      engine,
      ctx,
      db,
      parsed.filter(({ type }) => present.has(type)),
      compartment,
    ),
    interaction: 'search-system',
    query: `${pathOf(input)}?${queryText(used)}`,
    compartment,
  };
}

function isType([name]: readonly [string, string]): boolean {
  return name === '_type';
}

/** The types that are named, all of which must be permitted, or else all that are. */
function typesOf(
  engine: Engine,
  ctx: Ctx,
  query: QueryPairs,
  compartment: Compartment | undefined,
): string[] {
  const all = compartment
    ? compartmentTypes(engine.definitions, compartment.type)
    : [...engine.definitions.resourceTypes];
  // Several `_type` would all have to hold.
  const lists = query.filter(isType).map(([, value]) => value.split(',').filter((t) => t !== ''));
  if (lists.length === 0) {
    const types = readableTypes(ctx.access, all);
    if (types.length > 0) return types;
    throw forbidden({ en: 'No scope of this token allows searching.', zh: '该令牌没有任何检索权限。' });
  }
  const unknown = lists.flat().find((type) => !all.includes(type));
  if (unknown !== undefined) {
    throw badParameter('_type', {
      en: `'${unknown}' is not a resource type ${compartment ? `of the ${compartment.type} compartment` : 'of FHIR R4'}.`,
      zh: `“${unknown}”不是${compartment ? ` ${compartment.type} 分区内的` : ' FHIR R4 的'}资源类型。`,
    });
  }
  const types = [...new Set(lists[0])].filter((type) => lists.every((list) => list.includes(type)));
  if (types.length === 0) {
    throw badParameter('_type', {
      en: 'No type is left. Write the types as one list: _type=Patient,Observation.',
      zh: '没有可检索的类型。请将类型写成一个列表:_type=Patient,Observation。',
    });
  }
  for (const type of types) assertMay(ctx, 's', type);
  return types;
}

/** One plan for each type, of what all of them understand. Throws `bad-parameter`. */
function parseCommon(
  types: readonly string[],
  query: QueryPairs,
  lenient: boolean,
  parse: (type: string, query: QueryPairs) => SearchPlan,
): SearchPlan[] {
  const asked = query.filter((pair) => !isType(pair));
  const plans = types.map((type) => parse(type, asked));
  assertAlike(plans);
  if (!lenient) return plans;
  // What one type ignores is ignored for all.
  const warnings = new Map(plans.flatMap((p) => p.warnings).map((issue) => [issue.expression, issue]));
  if (warnings.size === 0) return plans;
  const left = asked.filter(([name]) => !warnings.has(name) && !warnings.has(name.split(':')[0]));
  return types.map((type) => ({ ...parse(type, left), warnings: [...warnings.values()] }));
}

/** A page mixes the types, so they must be ordered by values of one kind. */
function assertAlike(plans: readonly SearchPlan[]): void {
  const kinds = new Set(plans.map(({ sort }) => cursorKinds(sort).join()));
  if (kinds.size === 1) return;
  throw badParameter('_sort', {
    en: 'The types that are searched cannot be ordered together by this: the parameter is of another kind in each. Sort by _lastUpdated or _id.',
    zh: '所检索的各类型无法按此共同排序,因为该参数在各类型中种类不同。请按 _lastUpdated 或 _id 排序。',
  });
}
