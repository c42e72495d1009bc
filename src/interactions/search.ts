/** https://hl7.org/fhir/R4/http.html#search: at a type, and what every search does with its plans. */
import { assertMay } from '../access/decide.ts';
import type { AuditedInteraction } from '../audit/audit-entry.ts';
import type { Ctx, Db, Reach } from '../kernel/ctx.ts';
import { forbidden, malformed } from '../kernel/fhir-error.ts';
import { type Issue, information } from '../kernel/issue.ts';
import { LOGGED_TYPE } from '../search/audit-log.ts';
import { type Compartment, compartmentFilter, compartmentTypes } from '../search/compartment.ts';
import { compilePage, type Plans } from '../search/compile.ts';
import { encodeCursor } from '../search/cursor.ts';
import { parseSearch, type QueryPairs, queryText } from '../search/parse.ts';
import type { Filter, SearchPlan } from '../search/plan.ts';
import type { FilterOf } from '../search/types/search-type.ts';
import type { Stored } from '../store/change.ts';
import { type Row, storedOf } from '../store/row.ts';
import { auditRead } from './audit-read.ts';
import { resolveBareCodes } from './bare-codes.ts';
import type { Engine } from './engine.ts';
import { dbFor, engineFor } from './engine-for.ts';
import { includedResources } from './include.ts';
import { overLinked } from './linked-patients.ts';
import { permittedFilters } from './search-access.ts';
import { withStoredTerminology } from './search-terminology.ts';
import { assertShown } from './shown-parameters.ts';
import { type Total, totalOf } from './total.ts';

export interface SearchInput {
  readonly type: string;
  readonly query: QueryPairs;
  /** `Prefer: handling=lenient` */
  readonly lenient: boolean;
  /** Compartment search: `Patient/1/Observation`. */
  readonly compartment?: Compartment;
  /** The caller records who was told what: one operation is one entry of the audit log. */
  readonly toldByCaller?: boolean;
}

export interface SearchResult extends Page {
  /** What was used, and what shape was asked for. */
  readonly plan: SearchPlan;
  readonly included: readonly Stored[];
  /** Number of all matches, when asked for or known without counting. */
  readonly total?: number;
  readonly issues: readonly Issue[];
}

export interface Page {
  readonly matches: readonly Stored[];
  /** Cursors of the pages beside this one; undefined where there is none. */
  readonly next?: string;
  readonly previous?: string;
}

/** Runs a search on `db`: the pool, or the transaction it is part of. */
export async function searchType(
  engine: Engine,
  ctx: Ctx,
  input: SearchInput,
  given?: Db,
): Promise<SearchResult> {
  const db = given ? dbFor(given, ctx) : engineFor(engine, ctx).database;
  return runSearch(engine, ctx, db, await planType(engine, ctx, input, db));
}

/** What a search asks for, as far as the caller may. Throws `forbidden`, `bad-parameter`, `too-costly`. */
export async function planType(engine: Engine, ctx: Ctx, input: SearchInput, db: Db): Promise<SearchRun> {
  const { type, query, lenient, compartment } = input;
  assertMay(ctx, 's', type);
  if (compartment) assertCompartment(engine, compartment);
  const known = await withStoredTerminology(engine, ctx, db, query);
  const parsed = parseSearch(known, type, query, { lenient, base: ctx.base, now: ctx.now.getTime() });
  const [plan] = await permittedPlans(engine, ctx, db, [parsed], compartment);
  return {
    plan,
    plans: [plan],
    interaction: 'search-type',
    type,
    query: `${type}?${queryText(plan.used)}`,
    compartment,
    toldByCaller: input.toldByCaller,
  };
}

/** Throws `malformed` unless resources of that type have compartments. */
export function assertCompartment({ definitions }: Engine, { type }: Compartment): void {
  if (compartmentTypes(definitions, type).length > 0) return;
  throw malformed({
    en: `There are no ${type} compartments. There are those of Patient, Practitioner, Device, Encounter and RelatedPerson.`,
    zh: `不存在 ${type} 分区。可用分区:Patient、Practitioner、Device、Encounter、RelatedPerson。`,
  });
}

/**
 * The plans within the compartment, without the ways that lead to what the caller may not search, and over all
 * records of each person.
 */
export async function permittedPlans<P extends readonly SearchPlan[]>(
  engine: Engine,
  ctx: Ctx,
  db: Db,
  parsed: readonly [...P],
  compartment: Compartment | undefined,
): Promise<P> {
  for (const plan of parsed) assertShown(engine, ctx, plan);
  const permitted = parsed.map(({ type, filters }): Filter => {
    const within = compartment ? [compartmentFilter(engine, type, compartment)] : [];
    const own = ownRecords(engine, ctx, type);
    return { kind: 'all', filters: [...within, ...own, ...permittedFilters(ctx, filters)] };
  });
  const resolved = await resolveBareCodes(engine, db, permitted);
  const plans = parsed.map((plan, i) => ({
    ...plan,
    filters: (resolved[i] as FilterOf<'all'>).filters,
  })) as unknown as P;
  return overLinked(engine, db, plans);
}

/**
 * Who reaches the records of some patients alone searches in them: an index finds them, where PostgreSQL's policies
 * would have to look at every row.
 */
function ownRecords(engine: Engine, { access: { reach } }: Pick<Ctx, 'access'>, type: string): Filter[] {
  if (!reach || type === LOGGED_TYPE || reach.open.includes(type)) return [];
  const confined = reach.patient !== undefined && !reach.unconfined?.includes(type);
  const ids = confined ? reach.patient! : patientsAlone(reach);
  if (ids.length === 0 || !compartmentTypes(engine.definitions, 'Patient').includes(type)) return [];
  const records = ids.map((id) => compartmentFilter(engine, type, { type: 'Patient', id }));
  return records.length === 1 ? records : [{ kind: 'any', filters: records }];
}

/** None when other handles than those of patients reach something, too. */
function patientsAlone({ sees, seesOfType = [] }: Reach): string[] {
  const others = seesOfType.length > 0 || sees.some((handle) => !handle.startsWith('p:'));
  return others ? [] : sees.map((handle) => handle.slice('p:'.length));
}

export interface SearchRun {
  /** What is the same for all plans: what was used, the page, the shape. */
  readonly plan: SearchPlan;
  /** One for each type that may have matches. */
  readonly plans: readonly SearchPlan[];
  readonly interaction: AuditedInteraction;
  /** The type that was asked for, when it was one. */
  readonly type?: string;
  /** The search, for the audit. */
  readonly query: string;
  readonly compartment?: Compartment;
  readonly toldByCaller?: boolean;
}

export async function runSearch(engine: Engine, ctx: Ctx, db: Db, run: SearchRun): Promise<SearchResult> {
  const { plan, interaction, type, query, compartment } = run;
  assertNumbersAlone(ctx, run);
  const [first, ...others] = run.plans;
  const plans: Plans | undefined = first && [first, ...others];
  const page = plans && plan.count > 0 ? await readPage(db, plans) : { matches: [] };
  const { included, issues } = await includedResources(engine, ctx, db, plan, page.matches);
  const counted = plans ? await totalOf(db, plans, page) : { total: 0, issues: [] };
  const total = largeEnough(ctx, counted);
  if (!run.toldByCaller) {
    await auditRead(engine, ctx, {
      interaction,
      type,
      targets: [],
      found: [...page.matches, ...included],
      query,
      askedPatients: [
        ...new Set(run.plans.flatMap((p) => askedPatients(p.type, p.filters))),
        ...(compartment?.type === 'Patient' ? [compartment.id] : []),
      ],
    });
  }
  return {
    plan,
    ...page,
    included,
    total: total.total,
    issues: [...plan.warnings, ...issues, ...total.issues],
  };
}

/** Throws `forbidden` when the caller is told numbers alone, and asks for resources. */
function assertNumbersAlone({ access }: Ctx, { plan, plans }: SearchRun): void {
  const { reach } = access;
  if (reach?.countsFrom === undefined || plan.count === 0) return;
  if (plans.every(({ type }) => reach.open.includes(type))) return;
  throw forbidden({
    en: 'The caller is told numbers, and no resources. Ask with _summary=count.',
    zh: '调用者只能获取统计数,不能查看资源。请使用 _summary=count。',
  });
}

/** A number so small that it tells of single residents is not told. */
function largeEnough({ access }: Ctx, counted: Total): Total {
  const least = access.reach?.countsFrom;
  if (least === undefined || counted.total === undefined || counted.total >= least) return counted;
  const issue = information({
    en: `Numbers below ${least} are not told.`,
    zh: `小于 ${least} 的数量不予显示。`,
  });
  return { issues: [...counted.issues, issue] };
}

type PageRow = Row & Record<`s${number}`, string | number>;

async function readPage(db: Db, plans: Plans): Promise<Page> {
  const [{ count, after, before, cursor }] = plans;
  const { sql, sortColumns, small } = compilePage(plans);
  const { rows } = await (small && db.together ? db.together<PageRow>(sql) : db.query<PageRow>(sql));
  const more = rows.length > count;
  const page = rows.slice(0, count);
  if (before) page.reverse();
  const cursorOf = (row: PageRow) =>
    encodeCursor([...Array.from({ length: sortColumns }, (_, i) => row[`s${i}`]!), row.key]);
  const [first, last] = [page[0], page.at(-1)];
  if (cursor !== undefined && !(first && last)) {
    // Nothing is left here: the way back leads to where the page began, what stands there included.
    const place = cursor.replace(/^[-.]*/, '');
    return { matches: [], ...(before ? { next: `.${place}` } : { previous: `-.${place}` }) };
  }
  // Where a cursor came from, there is something on its other side.
  return {
    matches: page.map(storedOf),
    next: last && (before ? true : more) ? cursorOf(last) : undefined,
    previous: first && (before ? more : after !== undefined) ? `-${cursorOf(first)}` : undefined,
  };
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
