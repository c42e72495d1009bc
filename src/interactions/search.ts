/** https://hl7.org/fhir/R4/http.html#search */
import { assertMay } from '../access/decide.ts';
import type { Ctx, Db } from '../kernel/ctx.ts';
import type { Issue } from '../kernel/issue.ts';
import { compartmentFilter } from '../search/compartment.ts';
import { compileCount, compilePage } from '../search/compile.ts';
import { encodeCursor } from '../search/cursor.ts';
import { parseSearch, type QueryPairs, queryText } from '../search/parse.ts';
import type { Filter, SearchPlan } from '../search/plan.ts';
import type { Stored } from '../store/change.ts';
import { type Row, storedOf } from '../store/row.ts';
import { auditRead } from './audit-read.ts';
import { resolveBareCodes } from './bare-codes.ts';
import type { Engine } from './engine.ts';
import { includedResources } from './include.ts';
import { permittedFilters } from './search-access.ts';
import { withStoredTerminology } from './search-terminology.ts';

export interface SearchInput {
  readonly type: string;
  readonly query: QueryPairs;
  /** `Prefer: handling=lenient` */
  readonly lenient: boolean;
  /** Compartment search: `Patient/1/Observation`. */
  readonly patientId?: string;
}

export interface SearchResult {
  readonly plan: SearchPlan;
  readonly matches: readonly Stored[];
  readonly included: readonly Stored[];
  /** Cursor of the next page; undefined on the last one. */
  readonly next?: string;
  /** Number of all matches, when asked for or known without counting. */
  readonly total?: number;
  readonly issues: readonly Issue[];
}

type PageRow = Row & Record<`s${number}`, string | number>;

/** What a search asks for, as far as the caller may. Throws `forbidden`, `bad-parameter`, `too-costly`. */
export async function planSearch(engine: Engine, ctx: Ctx, input: SearchInput, db: Db): Promise<SearchPlan> {
  assertMay(ctx, 's', input.type);
  const known = await withStoredTerminology(engine, ctx, db, input.query);
  const parsed = parseSearch(known, input.type, input.query, {
    lenient: input.lenient,
    base: ctx.base,
    now: ctx.now.getTime(),
  });
  const filters = await resolveBareCodes(engine, db, permittedFilters(ctx, parsed.filters));
  return {
    ...parsed,
    filters:
      input.patientId === undefined
        ? filters
        : [compartmentFilter(engine, input.type, input.patientId), ...filters],
  };
}

/** Runs a search on `db`: the pool, or the transaction it is part of. */
export async function searchType(
  engine: Engine,
  ctx: Ctx,
  input: SearchInput,
  db: Db = engine.database,
): Promise<SearchResult> {
  const plan = await planSearch(engine, ctx, input, db);
  const page = plan.count === 0 ? { matches: [], next: undefined } : await readPage(db, plan);
  const included = await includedResources(engine, ctx, db, plan, page.matches);
  const total = await totalOf(db, plan, page);
  await auditRead(engine, ctx, {
    interaction: 'search-type',
    type: input.type,
    targets: [],
    found: [...page.matches, ...included],
    query: `${input.type}?${queryText(plan.used)}`,
    askedPatients: [
      ...askedPatients(input.type, plan.filters),
      ...(input.patientId ? [input.patientId] : []),
    ],
  });
  return { plan, matches: page.matches, included, next: page.next, total, issues: plan.warnings };
}

async function readPage(db: Db, plan: SearchPlan): Promise<{ matches: Stored[]; next?: string }> {
  const { sql, sortColumns } = compilePage(plan);
  const { rows } = await db.query<PageRow>(sql);
  const matches = rows.slice(0, plan.count);
  const last = matches.at(-1);
  if (rows.length <= plan.count || !last) return { matches: matches.map(storedOf) };
  const place = Array.from({ length: sortColumns }, (_, i) => last[`s${i}`]!);
  return { matches: matches.map(storedOf), next: encodeCursor([...place, last.key]) };
}

async function totalOf(
  db: Db,
  plan: SearchPlan,
  page: { matches: readonly Stored[]; next?: string },
): Promise<number | undefined> {
  // The first page that is also the last one tells the total by itself.
  if (plan.count > 0 && !plan.after && !page.next) return page.matches.length;
  if (plan.total === 'none' && plan.count > 0) return undefined;
  const { rows } = await db.query<{ total: string }>(compileCount(plan));
  return Number(rows[0]!.total);
}

/** The patients whom the filters name: they were asked about, whatever was found. */
function askedPatients(type: string, filters: readonly Filter[]): string[] {
  return filters.flatMap((f) => {
    switch (f.kind) {
      case 'id':
        return type === 'Patient' ? f.ids : [];
      case 'reference':
        return f.patientIds;
      case 'any':
      case 'all':
        return askedPatients(type, f.filters);
      case 'chain':
        return askedPatients(f.target, [f.filter]);
      case 'has':
        return askedPatients(f.source, [f.filter]);
      default:
        return [];
    }
  });
}
