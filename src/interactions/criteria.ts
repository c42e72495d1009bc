/** Criteria of conditional interactions: a search that decides which resource is meant. */
import { assertMay } from '../access/decide.ts';
import type { Ctx, Db } from '../kernel/ctx.ts';
import { badParameter, malformed, multipleMatches } from '../kernel/fhir-error.ts';
import { halfWidth } from '../kernel/half-width.ts';
import { queryPairs } from '../kernel/query-pairs.ts';
import { compileMatches, compilePage } from '../search/compile.ts';
import { storedIdentifier } from '../search/identifiers.ts';
import { parseSearch, type QueryPairs } from '../search/parse.ts';
import type { SearchPlan } from '../search/plan.ts';
import { splitEscaped } from '../search/values.ts';
import type { Stored } from '../store/change.ts';
import { isLogged } from '../store/logged.ts';
import { lockMany, lockTexts, readMany } from '../store/read.ts';
import { type Row, storedOf } from '../store/row.ts';
import { resolveBareCodes } from './bare-codes.ts';
import type { Engine } from './engine.ts';
import { dbFor } from './engine-for.ts';
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
  return queryPairs(withoutType(criteria));
}

/** Criteria of a type, as a conditional interaction has them. */
export interface Criteria {
  readonly type: string;
  readonly criteria: string;
}

/** Equal for criteria that say the same, however they and the identifiers in them are written. */
export function criteriaKey(
  { definitions }: Pick<Engine, 'definitions'>,
  { type, criteria }: Criteria,
): string {
  const systems = definitions.identifierSystems;
  const asStored = (value: string) =>
    splitEscaped(value, ',').flatMap((v) => (v.includes('|') ? storedIdentifier(systems, v) : [v]));
  const pairs = criteriaPairs(criteria).map(([name, value]) => [name, asStored(value).join(',')]);
  return JSON.stringify([type, ...pairs.toSorted()]);
}

/** Lets whoever decides by the same criteria wait until the transaction ends. */
export async function lockCriteria(
  engine: Pick<Engine, 'definitions'>,
  db: Db,
  conditions: readonly Criteria[],
): Promise<void> {
  // An identifier without its system has several spellings, too: they wait for each other.
  const spelledAlike = (key: string) => halfWidth(key).replaceAll(' ', '').toUpperCase();
  await lockTexts(
    db,
    conditions.map((c) => spelledAlike(criteriaKey(engine, c))),
  );
}

/** Parameters that would choose among the matches. */
const PAGING = ['_count', '_cursor'];

/** What is meant. Always strict: a condition that is not understood must not match everything. */
async function planOf(engine: Engine, ctx: Ctx, db: Db, { type, criteria }: Criteria): Promise<SearchPlan> {
  assertMay(ctx, 's', type);
  const pairs = criteriaPairs(criteria);
  const paging = pairs.find(([name]) => PAGING.includes(name))?.[0];
  if (paging !== undefined) {
    throw badParameter(paging, {
      en: `'${paging}' makes pages of a result; a condition says which resources are meant. Leave it out.`,
      zh: `“${paging}”用于结果分页,不能作为判断资源的条件。请去掉。`,
    });
  }
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
  return { ...plan, filters: await resolveBareCodes(engine, db, permittedFilters(ctx, plan.filters)) };
}

/** All matches, at most `limit`. */
export async function findMatches(
  engine: Engine,
  ctx: Ctx,
  db: Db,
  type: string,
  criteria: string,
  limit: number,
): Promise<Match[]> {
  const { filters } = await planOf(engine, ctx, db, { type, criteria });
  const view = dbFor(db, ctx);
  const { rows } = await (view.together ?? view.query)<Match>(compileMatches(type, filters, limit));
  return rows;
}

/** The one match as it is now, or none; several are an error (412). Nothing keeps it as it is. */
export async function findOne(engine: Engine, ctx: Ctx, condition: Criteria): Promise<Stored | undefined> {
  const { database } = engine;
  const plan = await planOf(engine, ctx, database, condition);
  const { sql } = compilePage([{ ...plan, count: 1 }]);
  const { rows } = await (database.together ?? database.query)<Row>(sql);
  if (rows.length > 1) throw severalMatch(condition, rows.length);
  return rows[0] && storedOf(rows[0]);
}

/** The one match, locked, or none; several are an error (412). */
export async function lockOne(
  engine: Engine,
  ctx: Ctx,
  db: Db,
  { type, criteria }: Criteria,
): Promise<Stored | undefined> {
  const matches = await lockMatches(engine, ctx, db, { type, criteria }, 2);
  if (matches.length > 1) throw severalMatch({ type, criteria }, matches.length);
  return matches[0];
}

function severalMatch({ type, criteria }: Criteria, count: number) {
  return multipleMatches(`${type}?${withoutType(criteria)}`, count);
}

/** All matches, at most `limit`, locked: none of them can cease to match before the transaction ends. */
export async function lockMatches(
  engine: Engine,
  ctx: Ctx,
  db: Db,
  { type, criteria }: Criteria,
  limit: number,
): Promise<Stored[]> {
  for (;;) {
    const matches = await findMatches(engine, ctx, db, type, criteria, limit);
    // The server's own AuditEvents never change, and cannot be locked.
    const locked = [
      ...(await readMany(db, matches.filter(isLogged))),
      ...(await lockMany(
        db,
        matches.filter((m) => !isLogged(m)),
      )),
    ];
    // Between the search and the lock somebody may have made another version, which may match no longer.
    const versions = new Map(locked.map((s) => [s.id, s.version]));
    if (matches.every((m) => versions.get(m.id) === m.version)) return locked;
  }
}
