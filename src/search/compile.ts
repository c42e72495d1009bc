/**
 * SearchPlan -> SQL. Every value is a binding. The equality index answers in date order, so the most
 * selective token drives the query where the order allows it; everything else is a probe by key.
 */
import type { Sql } from '../kernel/ctx.ts';
import { LOGGED_TYPE, loggedFilter, loggedFrom, loggedHas, loggedWhere } from './audit-log.ts';
import { isBare } from './bare-codes.ts';
import { anyOf, Bindings } from './bindings.ts';
import { canonicalBelowWhere } from './canonical-below.ts';
import { chainWhere, hasWhere } from './chain.ts';
import { memberWhere } from './compartment.ts';
import { compareWhere } from './filter/compare.ts';
import { unequalWhere } from './filter/unequal.ts';
import { hierarchyWhere } from './hierarchy.ts';
import { listWhere } from './list.ts';
import { presentWhere } from './missing.ts';
import { isByUntil, type OpenWork, openWorkOf, untilKeyOf } from './open-work.ts';
import type { Filter, SearchPlan } from './plan.ts';
import { UNDATED } from './rows.ts';
import { behindCursor, dateOf, directions, type Ordered, sortColumns } from './sort.ts';
import { textWhere } from './text.ts';
import { searchTypes } from './types/all.ts';
import { spanWhere } from './types/number.ts';
import { setMemberWhere } from './types/set-member.ts';
import { uriBelowWhere } from './types/uri.ts';
import { wordsWhere } from './words.ts';

/** Columns of the resource `r`, whose key is that of the row `of`. */
function columnsOf(of: Ordered): string {
  return `${of}.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content`;
}

export interface Page {
  readonly sql: Sql;
  /** How many sort values stand before the key in each row (`s0`, `s1`, …). */
  readonly sortColumns: number;
  /** Whether an index leaves few rows to look at, or to look at first. */
  readonly small: boolean;
}

/** Rows of a page that many can have in one answer. */
const SMALL_PAGE = 100;

/** Plans for different types of which all but `type` and `filters` is the same, the way to sort included. */
export type Plans = readonly [SearchPlan, ...SearchPlan[]];

/**
 * The page of some plans: one row more than `count` when there is more to read. A page before a cursor comes
 * in the order it is read in, which is the other one.
 */
export function compilePage(plans: Plans): Page {
  const b = new Bindings();
  const [plan] = plans;
  const sources = plans.map((p) => compileSources(p, b));
  const pages = plans.flatMap((p, i) =>
    sources[i]!.flatMap((source) => splitByDate(p, source)).map((source) => pageOf(p, source, b)),
  );
  const small = plan.count <= SMALL_PAGE && sources.length === 1 && sources[0]!.every(({ few }) => few);
  const columns = plan.sort.map((_, i) => `s${i}`);
  const text =
    pages.length === 1
      ? pages[0]!
      : `select * from (${pages.map((page) => `(${page})`).join('\nunion all\n')}) u
order by ${orderOf(plan, columns, 'key')}
limit ${b.limit(plan.count + 1)}`;
  return { sql: b.statement(text), sortColumns: columns.length, small };
}

/**
 * Rising by date, what has no date comes last although it stands first in the index: it is read apart, so that
 * both parts come in the order of the index.
 */
function splitByDate({ sort: [first] }: SearchPlan, source: Source): Source[] {
  if (first?.by !== 'date' || first.descending) return [source];
  const date = dateOf(source.ordered);
  return [
    { ...source, dated: true, conditions: [...source.conditions, `${date} > ${UNDATED}`] },
    { ...source, dated: false, conditions: [...source.conditions, `${date} = ${UNDATED}`] },
  ];
}

/** A page from one source. */
function pageOf(plan: SearchPlan, source: Source, b: Bindings): string {
  const { columns, joins } = sortColumns(plan, source, b);
  const conditions = [...source.conditions];
  const cursor = plan.after ?? plan.before;
  if (cursor) conditions.push(behindCursor(plan, columns, source.ordered, cursor, b));
  return `select ${columnsOf(source.ordered === 'ro' ? 'ro' : 'r')}${columns.map((c, i) => `, ${c} as s${i}`).join('')}
from ${source.from}${joins.join('')}
where ${conditions.join('\n  and ')}
order by ${orderOf(plan, columns, `${source.ordered}.key`)}
limit ${b.limit(plan.count + 1)}`;
}

/** Ties are broken by the key, in the direction of the last field. */
function orderOf(plan: SearchPlan, columns: readonly string[], key: string): string {
  const falling = directions(plan);
  return [...columns, key].map((c, i) => `${c} ${falling[i] ? 'desc' : 'asc'}`).join(', ');
}

/** How many resources match. */
export function compileCount(plans: Plans): Sql {
  const b = new Bindings();
  const counts = plans
    .flatMap((plan) => compileSources(plan, b))
    .map(
      ({ from, conditions }) =>
        `select count(*) as total\nfrom ${from}\nwhere ${conditions.join('\n  and ')}`,
    );
  return b.statement(
    counts.length === 1
      ? counts[0]!
      : `select sum(total)::bigint as total from (${counts.join('\nunion all\n')}) u`,
  );
}

/** How many resources match, at most `limit`. */
export function compileCountUpTo(plans: Plans, limit: number): Sql {
  const b = new Bindings();
  const most = ` limit ${b.limit(limit)}`;
  return b.statement(
    `select count(*) as total from (select 1 from (${matchesOf(plans, b, most)}) m${most}) u`,
  );
}

/** The planner's estimate of how many resources match: one row, whose `QUERY PLAN` is JSON. */
export function compileEstimate(plans: Plans): Sql {
  const b = new Bindings();
  return { text: `explain (format json) ${matchesOf(plans, b, '')}`, values: b.values };
}

function matchesOf(plans: Plans, b: Bindings, limit: string): string {
  return plans
    .flatMap((plan) => compileSources(plan, b))
    .map(({ from, conditions }) => `(select 1 from ${from}\nwhere ${conditions.join('\n  and ')}${limit})`)
    .join('\nunion all\n');
}

/** Names of at most `limit` matches, and whose they are: for conditions, and for what follows from a few. */
export function compileMatches(type: string, filters: readonly Filter[], limit: number): Sql {
  const b = new Bindings();
  const sources = compileSources({ type, filters, sort: [{ by: 'date', descending: true }] }, b);
  const text = sources.map(
    ({ from, conditions, ordered }) =>
      `select ${ordered === 'ro' ? 'ro' : 'r'}.key, r.type, r.id, r.version, r.patient\nfrom ${from}\nwhere ${conditions.join('\n  and ')}`,
  );
  return b.statement(`${text.join('\nunion all\n')}\nlimit ${b.limit(limit)}`);
}

/** What refers to some resources: `_revinclude`. */
export interface Referring {
  /** Types of the resources that refer. */
  readonly types: readonly string[];
  /** Tokens of the references; those to a patient that the patient column answers are below. */
  readonly texts: readonly string[];
  readonly patientIds: readonly string[];
  readonly patientTypes: readonly string[];
}

export function compileReferrers(referring: Referring, limit: number): Sql {
  const b = new Bindings();
  const { types, texts, patientIds, patientTypes } = referring;
  const branches: string[] = [];
  if (patientIds.length > 0) {
    branches.push(
      `select p.key from resource p where p.patient = any(${b.bind(patientIds, 'text[]')}) and p.type = any(${b.bind(patientTypes, 'text[]')})`,
    );
  }
  if (texts.length > 0) branches.push(keysOfTokens(texts, b));
  const stored = `select ${columnsOf('r')}
from resource r
where r.key in (${branches.join('\nunion all\n')}) and r.type = any(${b.bind(types, 'text[]')}) and not r.deleted`;
  const text = types.includes(LOGGED_TYPE) ? `${stored}\nunion all\n${loggedReferrers(texts, b)}` : stored;
  return b.statement(`${text}\norder by key\nlimit ${b.limit(limit)}`);
}

function keysOfTokens(texts: readonly string[], b: Bindings): string {
  return `select t.key from unnest(${b.bind(texts, 'text[]')}) u(text) join token t on t.hash = hashtextextended(u.text, 0)`;
}

/** Resources that have any of some tokens. */
export function compileByTokens(texts: readonly string[], limit: number): Sql {
  const b = new Bindings();
  return b.statement(`select ${columnsOf('r')}
from resource r
where r.key in (${keysOfTokens(texts, b)}) and not r.deleted
order by key
limit ${b.limit(limit)}`);
}

/** The server's own AuditEvents that refer to something by one of these tokens. */
function loggedReferrers(all: readonly string[], b: Bindings): string {
  const texts = all.filter((text) => text.startsWith(`${LOGGED_TYPE}:`));
  const filter = loggedFilter({ kind: 'token', texts, negate: false, rank: 1 });
  return `select ${columnsOf('ro')} from ${loggedFrom('r')} where ${compileFilter(filter, 'r', b)}`;
}

type Sourced = Pick<SearchPlan, 'type' | 'filters' | 'sort'>;

interface Source {
  readonly from: string;
  readonly conditions: readonly string[];
  readonly ordered: Ordered;
  /** Whether its conditions are asked row by row. */
  readonly few: boolean;
  /** Whether all of its rows have a main date, or none; undefined when some do. */
  readonly dated?: boolean;
  /** The column that the only field of the sort is in, in the order of the index. */
  readonly byRow?: string;
}

/** Where the resources of a plan are: AuditEvents are in two places. */
function compileSources(plan: Sourced, b: Bindings): Source[] {
  const stored = compileSource(plan, b);
  if (plan.type !== LOGGED_TYPE) return [stored];
  const conditions = plan.filters.map((filter) => compileFilter(loggedFilter(filter), 'r', b));
  return [
    stored,
    {
      from: loggedFrom('r'),
      conditions: conditions.length > 0 ? conditions : ['true'],
      ordered: 'ro',
      few: false,
    },
  ];
}

/** The tables and conditions of a plan; the resource is always `r`. */
function compileSource(plan: Sourced, b: Bindings): Source {
  const filters = plan.filters.flatMap(conjuncts);
  const work = filters.some(selects) ? undefined : openWorkOf(plan.type, filters, plan.sort);
  if (work) return compileWork(plan, filters, work, b);
  const driver = chooseDriver(filters);
  const rest = filters.filter((f) => f !== driver);
  const conditions: string[] = [];
  let from = 'resource r';
  let ordered: Ordered = 'r';
  if (driver) {
    from = 'token t0 join resource r on r.key = t0.key';
    ordered = 't0';
    conditions.push(`t0.hash ${b.hashes(driver.texts)}`);
  } else {
    conditions.push(`r.type = ${b.bind(plan.type, 'text')}`, 'not r.deleted');
  }
  const few = filters.some(selects) || (driver !== undefined && driver.rank < COMMON);
  b.rowByRow = few;
  for (const filter of rest) conditions.push(compileFilter(filter, 'r', b));
  b.rowByRow = false;
  return { from, conditions, ordered, few };
}

/** A worklist: its rows, and what else is asked of each resource. */
function compileWork(plan: Sourced, filters: readonly Filter[], work: OpenWork, b: Bindings): Source {
  const conditions = [`w0.hash = ${b.hash(work.key)}`, ...work.conditions(b)];
  b.rowByRow = true;
  b.linksByRow = true;
  for (const filter of filters) {
    if (!work.answered.has(filter)) conditions.push(compileFilter(filter, 'r', b));
  }
  b.rowByRow = false;
  b.linksByRow = false;
  const key = untilKeyOf(plan.type);
  return {
    from: 'date_range w0 join resource r on r.key = w0.key',
    conditions,
    ordered: 'w0',
    few: true,
    ...(key !== undefined && isByUntil(plan.sort, key) ? { byRow: 'w0.lo' } : {}),
  };
}

/** Rank from which on a token is that of many resources of its type. */
const COMMON = 8;

/** Whether a column of the resource answers a filter, and leaves few. */
function selects(filter: Filter): boolean {
  return (
    filter.kind === 'id' ||
    filter.kind === 'list' ||
    (filter.kind === 'reference' && filter.patientIds.length > 0)
  );
}

/** What must all hold, one by one: each may drive the query. */
function conjuncts(filter: Filter): Filter[] {
  return filter.kind === 'all' ? filter.filters.flatMap(conjuncts) : [filter];
}

/** The filter whose index gives the rows in order; none when the resource table itself is the best start. */
function chooseDriver(filters: readonly Filter[]): (Filter & { kind: 'token' | 'reference' }) | undefined {
  if (filters.some(selects)) return undefined;
  let best: (Filter & { kind: 'token' | 'reference' }) | undefined;
  for (const f of filters) {
    const drives =
      (f.kind === 'token' && !f.negate && f.texts.length === 1 && !isBare(f.texts[0]!)) ||
      (f.kind === 'reference' && f.texts.length === 1);
    if (drives && (!best || f.rank < best.rank)) best = f as typeof best;
  }
  return best;
}

/** A boolean SQL expression over the resource row named `r`. */
function compileFilter(filter: Filter, r: string, b: Bindings): string {
  const inner = (f: Filter, row = r) => compileFilter(f, row, b);
  const compiled = (f: Filter, row: string, byRow: boolean) => {
    const { rowByRow } = b;
    b.rowByRow = byRow;
    const condition = compileFilter(f, row, b);
    b.rowByRow = rowByRow;
    return condition;
  };
  /** Beyond a link it is again for the planner to say where to begin. */
  const beyond = (f: Filter, row: string) => compiled(f, row, false);
  /** Of what refers to a row, by a token, one after the other is looked at. */
  const referring = (f: Filter, row: string) => compiled(f, row, true);
  switch (filter.kind) {
    case 'id':
      return `${r}.id = any(${b.bind(filter.ids, 'text[]')})`;
    case 'token':
      return searchTypes.token.where(filter, r, b);
    case 'reference':
      return searchTypes.reference.where(filter, r, b);
    case 'string':
      return searchTypes.string.where(filter, r, b);
    case 'date':
      return searchTypes.date.where(filter, r, b);
    case 'number':
      return searchTypes.number.where(filter, r, b);
    case 'near':
      return searchTypes.special.where(filter, r, b);
    case 'span':
      return spanWhere(filter, r, b);
    case 'text':
      return textWhere(filter, r, b);
    case 'uri-below':
      return uriBelowWhere(filter, r, b);
    case 'canonical-below':
      return canonicalBelowWhere(filter, r, b);
    case 'set-member':
      return setMemberWhere(filter, r, b);
    case 'compared':
      return compareWhere(filter, r, b);
    case 'unequal':
      return unequalWhere(filter, r, b);
    case 'hierarchy':
      return hierarchyWhere(filter, r, b);
    case 'list':
      return listWhere(filter, r, b);
    case 'words':
      return wordsWhere(filter, r, b);
    case 'member':
      return memberWhere(filter, r, b);
    case 'present':
      return presentWhere(filter, r, b);
    case 'chain':
      return chainWhere(filter, r, b, beyond);
    case 'has': {
      const stored = hasWhere(filter, r, b, filter.link.isPatient ? beyond : referring);
      return filter.source === LOGGED_TYPE ? anyOf([stored, loggedHas(filter, r, b, beyond)]) : stored;
    }
    case 'any':
      return anyOf(filter.filters.map((f) => inner(f)));
    case 'logged':
      return loggedWhere(filter, r, b, inner);
    case 'all':
      return filter.filters.length === 0 ? 'true' : `(${filter.filters.map((f) => inner(f)).join(' and ')})`;
    case 'not':
      // `is not true`: a resource whose patient is null does not refer to a patient
      return `(${inner(filter.filter)}) is not true`;
  }
}
