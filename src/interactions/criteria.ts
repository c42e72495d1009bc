/** Criteria of conditional interactions: a search that must match at most one resource. */
import { assertMay } from '../access/decide.ts';
import type { Ctx, Db } from '../kernel/ctx.ts';
import { malformed, multipleMatches } from '../kernel/fhir-error.ts';
import { compileMatches } from '../search/compile.ts';
import { parseSearch, type QueryPairs } from '../search/parse.ts';
import { resolveBareCodes } from './bare-codes.ts';
import type { Engine } from './engine.ts';
import { permittedFilters } from './search-access.ts';
import { withStoredTerminology } from './search-terminology.ts';

export interface Match {
  readonly key: string;
  readonly type: string;
  readonly id: string;
  readonly version: number;
}

/** A `?` further on belongs to a value. */
function withoutType(criteria: string): string {
  return criteria.replace(/^[A-Za-z]*\?/, '');
}

/** `a=1&b=2` (with or without `?` and a type before it) -> pairs. */
export function criteriaPairs(criteria: string): QueryPairs {
  return [...new URLSearchParams(withoutType(criteria))];
}

/** All matches, at most `limit`. Always strict: a condition that is not understood must not match everything. */
export async function findMatches(
  engine: Engine,
  ctx: Ctx,
  db: Db,
  type: string,
  criteria: string,
  limit: number,
): Promise<Match[]> {
  assertMay(ctx, 's', type);
  const pairs = criteriaPairs(criteria);
  const plan = parseSearch(await withStoredTerminology(engine, ctx, db, pairs), type, pairs, {
    lenient: false,
    base: ctx.base,
    now: ctx.now.getTime(),
  });
  if (plan.filters.length === 0) {
    throw malformed({
      en: `The criteria '${criteria}' select nothing in particular. Name at least one search parameter with a value.`,
      zh: `条件“${criteria}”没有实际筛选内容。请至少给出一个带值的检索参数。`,
    });
  }
  const filters = await resolveBareCodes(engine, db, permittedFilters(ctx, plan.filters));
  const { rows } = await db.query<Match>(compileMatches(type, filters, limit));
  return rows;
}

/** The one match, or none; several are an error (412). */
export async function findOne(
  engine: Engine,
  ctx: Ctx,
  db: Db,
  type: string,
  criteria: string,
): Promise<Match | undefined> {
  const matches = await findMatches(engine, ctx, db, type, criteria, 2);
  if (matches.length > 1) throw multipleMatches(`${type}?${withoutType(criteria)}`, matches.length);
  return matches[0];
}
