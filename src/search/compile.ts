/**
 * SearchPlan -> SQL. Every value is a binding. The equality index answers in date order, so the most
 * selective token drives the query where the order allows it; everything else is a probe by key.
 */
import { createHash } from 'node:crypto';
import type { Sql } from '../kernel/ctx.ts';
import type { DateComparison, Filter, NumberComparison, ReferenceLink, SearchPlan, Sort } from './plan.ts';
import { referenceToken } from './tokens.ts';

/** Names of prepared statements are bounded: past this many shapes, statements go unnamed. */
const MAX_NAMED = 500;
const named = new Set<string>();

const COLUMNS = 'r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content';

class Bindings {
  readonly values: unknown[] = [];

  bind(value: unknown, cast?: string): string {
    this.values.push(value);
    return cast ? `$${this.values.length}::${cast}` : `$${this.values.length}`;
  }

  hash(text: string): string {
    return `hashtextextended(${this.bind(text, 'text')}, 0)`;
  }

  /** `in (…)` or `= …` over the hashes of some texts. */
  hashes(texts: readonly string[]): string {
    return texts.length === 1
      ? `= ${this.hash(texts[0]!)}`
      : `in (${texts.map((t) => this.hash(t)).join(', ')})`;
  }
}

function statement(text: string, values: readonly unknown[]): Sql {
  const name = `search.${createHash('sha1').update(text).digest('base64url').slice(0, 16)}`;
  if (!named.has(name)) {
    if (named.size >= MAX_NAMED) return { text, values };
    named.add(name);
  }
  return { name, text, values };
}

export interface Page {
  readonly sql: Sql;
  /** How many sort values stand before the key in each row (`s0`, `s1`, …). */
  readonly sortColumns: number;
}

/** The page of a plan: one row more than `count` when there is a next page. */
export function compilePage(plan: SearchPlan): Page {
  const b = new Bindings();
  const source = compileSource(plan, b);
  const { columns, joins } = sortColumns(plan.sort, source.ordered, b);
  const conditions = [...source.conditions];
  if (plan.after) conditions.push(afterCondition(plan.sort, columns, source.ordered, plan.after, b));
  const order = columns.map((c, i) => `${c} ${plan.sort[i]!.descending ? 'desc' : 'asc'}`);
  const last = plan.sort.at(-1)!;
  const text = `select ${COLUMNS}${columns.map((c, i) => `, ${c} as s${i}`).join('')}
from ${source.from}${joins.join('')}
where ${conditions.join('\n  and ')}
order by ${[...order, `${source.ordered}.key ${last.descending ? 'desc' : 'asc'}`].join(', ')}
limit ${b.bind(plan.count + 1, 'int')}`;
  return { sql: statement(text, b.values), sortColumns: columns.length };
}

/** How many resources match. */
export function compileCount(plan: SearchPlan): Sql {
  const b = new Bindings();
  const source = compileSource(plan, b);
  return statement(
    `select count(*) as total\nfrom ${source.from}\nwhere ${source.conditions.join('\n  and ')}`,
    b.values,
  );
}

/** Keys of at most `limit` matches, for conditional interactions. */
export function compileMatches(type: string, filters: readonly Filter[], limit: number): Sql {
  const b = new Bindings();
  const source = compileSource({ type, filters, sort: [{ by: 'date', descending: true }] }, b);
  const text = `select r.key, r.type, r.id, r.version\nfrom ${source.from}\nwhere ${source.conditions.join('\n  and ')}\norder by r.key\nlimit ${b.bind(limit, 'int')}`;
  return statement(text, b.values);
}

/** Resources that refer to any of some others through one parameter: `_revinclude`. */
export function compileReferrers(
  source: string,
  link: ReferenceLink,
  targets: readonly { type: string; id: string }[],
  limit: number,
): Sql {
  const b = new Bindings();
  const patients = link.isPatient ? targets.filter((t) => t.type === 'Patient').map((t) => t.id) : [];
  const texts = targets
    .filter((t) => !link.isPatient || t.type !== 'Patient')
    .map((t) => referenceToken(link.key, `${t.type}/${t.id}`));
  const type = b.bind(source, 'text');
  const branches: string[] = [];
  if (patients.length > 0) {
    branches.push(
      `select r.key from resource r where r.patient = any(${b.bind(patients, 'text[]')}) and r.type = ${type}`,
    );
  }
  if (texts.length > 0) {
    branches.push(
      `select t.key from unnest(${b.bind(texts, 'text[]')}) u(text) join token t on t.hash = hashtextextended(u.text, 0)`,
    );
  }
  const text = `select ${COLUMNS}
from resource r
where r.key in (${branches.join('\nunion all\n')}) and r.type = ${type} and not r.deleted
order by r.key
limit ${b.bind(limit, 'int')}`;
  return statement(text, b.values);
}

type Sourced = Pick<SearchPlan, 'type' | 'filters' | 'sort'>;

interface Source {
  readonly from: string;
  readonly conditions: readonly string[];
  /** Whose `date` and `key` to order by: the driving token's index has its rows in that order already. */
  readonly ordered: 't0' | 'r';
}

/** The tables and conditions of a plan; the resource is always `r`. */
function compileSource(plan: Sourced, b: Bindings): Source {
  const driver = chooseDriver(plan);
  const rest = plan.filters.filter((f) => f !== driver);
  const conditions: string[] = [];
  let from = 'resource r';
  let ordered: Source['ordered'] = 'r';
  if (driver?.kind === 'token' || driver?.kind === 'reference') {
    from = 'token t0 join resource r on r.key = t0.key';
    ordered = 't0';
    conditions.push(`t0.hash ${b.hashes(driver.texts)}`);
  } else {
    conditions.push(`r.type = ${b.bind(plan.type, 'text')}`, 'not r.deleted');
    if (driver) conditions.push(compileFilter(driver, 'r', b));
  }
  for (const filter of rest) conditions.push(compileFilter(filter, 'r', b));
  return { from, conditions, ordered };
}

/** The filter whose index gives the rows in order; none when the resource table itself is the best start. */
function chooseDriver(plan: Sourced): Filter | undefined {
  if (plan.filters.some((f) => f.kind === 'id' || (f.kind === 'reference' && f.patientIds.length > 0))) {
    return undefined;
  }
  let best: (Filter & { kind: 'token' | 'reference' }) | undefined;
  for (const f of plan.filters) {
    const drives =
      (f.kind === 'token' && !f.negate && f.texts.length === 1) ||
      (f.kind === 'reference' && f.texts.length === 1);
    if (drives && (!best || f.rank < best.rank)) best = f as typeof best;
  }
  return best;
}

/** A boolean SQL expression over the resource row named `r`. */
function compileFilter(filter: Filter, r: string, b: Bindings): string {
  switch (filter.kind) {
    case 'id':
      return `${r}.id = any(${b.bind(filter.ids, 'text[]')})`;
    case 'token': {
      if (filter.texts.length === 0) return filter.negate ? 'true' : 'false';
      return `${filter.negate ? 'not ' : ''}${tokenProbe(filter.texts, r, b)}`;
    }
    case 'reference': {
      const parts: string[] = [];
      if (filter.patientIds.length === 1)
        parts.push(`${r}.patient = ${b.bind(filter.patientIds[0], 'text')}`);
      else if (filter.patientIds.length > 1)
        parts.push(`${r}.patient = any(${b.bind(filter.patientIds, 'text[]')})`);
      if (filter.texts.length > 0) parts.push(tokenProbe(filter.texts, r, b));
      if (parts.length === 0) return 'false';
      return parts.length === 1 ? parts[0]! : `(${parts.join(' or ')})`;
    }
    case 'string': {
      const hash = b.hash(filter.key);
      const any = filter.values.map((v) =>
        filter.match === 'prefix'
          ? `(s.value >= ${b.bind(v, 'text')} and s.value < ${b.bind(`${v}\u{10FFFF}`, 'text')})`
          : `s.value like ${b.bind(`%${v.replace(/[\\%_]/g, '\\$&')}%`, 'text')}`,
      );
      return `exists (select 1 from string s where s.hash = ${hash} and s.key = ${r}.key and (${any.join(' or ')}))`;
    }
    case 'date':
      return compileDate(filter, r, b);
    case 'number': {
      const any = filter.any.map(
        (c) =>
          `exists (select 1 from number n where n.hash = ${b.hash(c.key)} and n.key = ${r}.key and ${numberCondition(c, b)})`,
      );
      return any.length === 1 ? any[0]! : `(${any.join(' or ')})`;
    }
    case 'any':
      return filter.filters.length === 0
        ? 'false'
        : `(${filter.filters.map((f) => compileFilter(f, r, b)).join(' or ')})`;
    case 'chain':
      return compileChain(filter, r, b);
    case 'has':
      return compileHas(filter, r, b);
  }
}

function tokenProbe(texts: readonly string[], r: string, b: Bindings): string {
  return `exists (select 1 from token t where t.hash ${b.hashes(texts)} and t.date = ${r}.date and t.key = ${r}.key)`;
}

function compileChain(filter: Filter & { kind: 'chain' }, r: string, b: Bindings): string {
  const c = chainAlias(r);
  const inner = compileFilter(filter.filter, c, b);
  const target = b.bind(filter.target, 'text');
  if (filter.link.isPatient && filter.target === 'Patient') {
    return `exists (select 1 from resource ${c} where ${c}.type = ${target} and ${c}.id = ${r}.patient and not ${c}.deleted and ${inner})`;
  }
  const prefix = b.bind(referenceToken(filter.link.key, `${filter.target}/`), 'text');
  return `exists (select 1 from resource ${c} join token t on t.hash = hashtextextended(${prefix} || ${c}.id, 0) and t.date = ${r}.date and t.key = ${r}.key where ${c}.type = ${target} and not ${c}.deleted and ${inner})`;
}

function compileHas(filter: Filter & { kind: 'has' }, r: string, b: Bindings): string {
  const c = chainAlias(r);
  const inner = compileFilter(filter.filter, c, b);
  const byToken = `exists (select 1 from token t join resource ${c} on ${c}.key = t.key where t.hash = hashtextextended(${b.bind(filter.link.key, 'text')} || 'r' || ${r}.type || '/' || ${r}.id, 0) and ${inner})`;
  if (!filter.link.isPatient) return byToken;
  const source = b.bind(filter.source, 'text');
  const byPatient = `exists (select 1 from resource ${c} where ${c}.patient = ${r}.id and ${c}.type = ${source} and ${inner})`;
  return `(case when ${r}.type = 'Patient' then ${byPatient} else ${byToken} end)`;
}

/** Aliases are nested (`r`, `rc`, `rcc`), so that equal searches compile to equal text. */
function chainAlias(r: string): string {
  return `${r}c`;
}

function compileDate(filter: Filter & { kind: 'date' }, r: string, b: Bindings): string {
  const join = (conditions: string[]) =>
    conditions.length === 1 ? conditions[0]! : `(${conditions.join(' or ')})`;
  if (filter.on === 'updated') {
    return join(filter.any.map((c) => dateCondition(c, `${r}.updated`, `${r}.updated + 1`, b)));
  }
  if (filter.on === 'main') {
    return `${r}.date_end is not null and ${join(filter.any.map((c) => dateCondition(c, `${r}.date`, `${r}.date_end`, b)))}`;
  }
  const hash = b.hash(filter.on.key);
  const any = join(filter.any.map((c) => dateCondition(c, 'd.lo', 'd.hi', b)));
  return `exists (select 1 from date_range d where d.hash = ${hash} and d.key = ${r}.key and ${any})`;
}

/** https://hl7.org/fhir/R4/search.html#prefix, on half-open ranges: the resource's [lo, hi), the search's. */
function dateCondition({ prefix, range }: DateComparison, lo: string, hi: string, b: Bindings): string {
  const from = () => b.bind(range.lo, 'bigint');
  const to = () => b.bind(range.hi, 'bigint');
  switch (prefix) {
    case 'eq':
      return `(${lo} >= ${from()} and ${hi} <= ${to()})`;
    case 'ne':
      return `not (${lo} >= ${from()} and ${hi} <= ${to()})`;
    case 'gt':
      return `${hi} > ${to()}`;
    case 'lt':
      return `${lo} < ${from()}`;
    case 'ge':
      return `(${hi} > ${to()} or (${lo} >= ${from()} and ${hi} <= ${to()}))`;
    case 'le':
      return `(${lo} < ${from()} or (${lo} >= ${from()} and ${hi} <= ${to()}))`;
    case 'sa':
      return `${lo} >= ${to()}`;
    case 'eb':
      return `${hi} <= ${from()}`;
    case 'ap':
      return `(${lo} < ${to()} and ${hi} > ${from()})`;
  }
}

function numberCondition({ prefix, value, lo, hi }: NumberComparison, b: Bindings): string {
  const bind = (v: number) => b.bind(v, 'float8');
  switch (prefix) {
    case 'eq':
      return `n.value >= ${bind(lo)} and n.value < ${bind(hi)}`;
    case 'ne':
      return `not (n.value >= ${bind(lo)} and n.value < ${bind(hi)})`;
    case 'gt':
    case 'sa':
      return `n.value > ${bind(value)}`;
    case 'lt':
    case 'eb':
      return `n.value < ${bind(value)}`;
    case 'ge':
      return `n.value >= ${bind(value)}`;
    case 'le':
      return `n.value <= ${bind(value)}`;
    case 'ap': {
      // a tenth to both sides, at least what the written digits stand for
      const tenth = Math.abs(value) * 0.1;
      return `n.value between ${bind(Math.min(lo, value - tenth))} and ${bind(Math.max(hi, value + tenth))}`;
    }
  }
}

/** What each sort field orders by. Resources without a value come last, in both directions. */
function sortColumns(
  sorts: readonly Sort[],
  ordered: Source['ordered'],
  b: Bindings,
): { columns: string[]; joins: string[] } {
  const columns: string[] = [];
  const joins: string[] = [];
  for (const [i, { by, descending }] of sorts.entries()) {
    if (by === 'id') columns.push('r.id');
    else if (by === 'updated') columns.push('r.updated');
    else if (by === 'date' && descending) columns.push(`${ordered}.date`);
    else if (by === 'date') {
      columns.push(`case when r.date_end is null then 9000000000000000 else ${ordered}.date end`);
    } else {
      const value = by.kind === 'date_range' ? (descending ? 'hi' : 'lo') : 'value';
      joins.push(
        ` left join (select x.key, ${descending ? 'max' : 'min'}(x.${value}) as v from ${by.kind} x where x.hash = ${b.hash(by.key)} group by x.key) o${i} on o${i}.key = r.key`,
      );
      columns.push(`coalesce(o${i}.v, ${missingValue(by.kind, descending)})`);
    }
  }
  return { columns, joins };
}

function missingValue(kind: 'string' | 'number' | 'date_range', descending: boolean): string {
  if (kind === 'string') return descending ? `''` : `U&'\\+10FFFF'`;
  if (kind === 'number') return descending ? `'-infinity'::float8` : `'infinity'::float8`;
  return descending ? '-9000000000000000' : '9000000000000000';
}

/** The rows after a cursor, in the order of the sort. */
function afterCondition(
  sorts: readonly Sort[],
  columns: readonly string[],
  ordered: Source['ordered'],
  after: readonly (string | number)[],
  b: Bindings,
): string {
  const casts = sorts.map(({ by }) =>
    by === 'id' ? 'text' : by === 'updated' || by === 'date' ? 'bigint' : castOf(by.kind),
  );
  const fields = [...columns, `${ordered}.key`];
  const directions = [...sorts.map((s) => s.descending), sorts.at(-1)!.descending];
  const bound = after.map((v, i) => b.bind(v, casts[i] ?? 'bigint'));
  if (directions.every((d) => d === directions[0])) {
    return `(${fields.join(', ')}) ${directions[0] ? '<' : '>'} (${bound.join(', ')})`;
  }
  const alternatives = fields.map((field, i) => {
    const equal = fields.slice(0, i).map((f, j) => `${f} = ${bound[j]}`);
    return `(${[...equal, `${field} ${directions[i] ? '<' : '>'} ${bound[i]}`].join(' and ')})`;
  });
  return `(${alternatives.join(' or ')})`;
}

function castOf(kind: 'string' | 'number' | 'date_range'): string {
  return { string: 'text', number: 'float8', date_range: 'bigint' }[kind];
}
