/**
 * `_sort`: read, turned into columns, and where a page after a cursor begins. https://hl7.org/fhir/R4/search.html#sort
 *
 * By what each type of parameter is ordered:
 *   date       ascending by where each value begins, descending by where it ends; the main date by its begin
 *   string     by the folded text (case, accents and width do not count), Chinese by its pinyin
 *   number     by its value
 *   quantity   by its value in canonical UCUM units; as written when the unit has none; a Range by its ends
 *   token      by its code or value as written; a concept without codes by its text
 *   reference  by the reference as written, else by the value of its identifier
 *   uri        as written
 *
 * Of several values counts the one that comes first in the order asked for. Resources without a value come last,
 * ascending and descending. Ties are broken by the surrogate key, so that every order is total.
 */
import { badParameter } from '../kernel/fhir-error.ts';
import type { Bindings } from './bindings.ts';
import { type SearchContext, unknownParameter } from './condition.ts';
import type { CursorKind } from './cursor.ts';
import { type JsonPath, valuesAt } from './json-path.ts';
import type { Filter, SearchPlan, Sort } from './plan.ts';
import { codeToken, rangeEndKey } from './tokens.ts';
import { hasIntervals } from './types/number.ts';
import { isReadAloud } from './types/string.ts';
import { tokenProbe } from './types/token.ts';

/** Each field of a sort may be a join. */
const MAX_SORTS = 5;

/** Conditions that are no values of a resource. */
const UNORDERED = new Set(['_text', '_content', '_filter', '_list']);

/** The fields of `_sort`, none when nothing is asked. Throws `bad-parameter`. */
export function parseSort(context: SearchContext, type: string, text: string): Sort[] {
  const sorts: Sort[] = [];
  for (const field of text.split(',').filter((f) => f !== '')) {
    const descending = field.startsWith('-');
    const code = descending ? field.slice(1) : field;
    sorts.push({ by: sortBy(context, type, code), descending });
  }
  if (sorts.length > MAX_SORTS) {
    throw badParameter('_sort', {
      en: `_sort may name at most ${MAX_SORTS} fields.`,
      zh: `_sort 最多可指定 ${MAX_SORTS} 个字段。`,
    });
  }
  return sorts;
}

/** What a cursor holds for each field of the sort, and for the key behind them. */
export function cursorKinds(sorts: readonly Sort[]): CursorKind[] {
  return [...sorts.map(cursorKind), 'int'];
}

function cursorKind({ by }: Sort): CursorKind {
  if (by === 'id') return 'text';
  if (by === 'updated' || by === 'date' || by.kind === 'date_range') return 'int';
  return by.kind === 'number' ? 'float' : 'text';
}

function sortBy(context: SearchContext, type: string, code: string): Sort['by'] {
  if (code === '_id') return 'id';
  if (code === '_lastUpdated') return 'updated';
  if (/[.:]/.test(code)) {
    throw badParameter('_sort', {
      en: `_sort takes names of parameters, with neither chains nor modifiers: not '${code}'.`,
      zh: `_sort 只接受检索参数名,不支持链式或修饰符:“${code}”。`,
    });
  }
  if (UNORDERED.has(code)) throw notSortable(code, 'special');
  const parameter = context.parameters(type).byCode.get(code);
  if (!parameter) throw unknownParameter(context, type, code, '_sort');
  if (parameter.isMainDate) return 'date';
  const { kind, key, paths, parts } = parameter;
  const keys = parts.length > 0 ? parts.map((part) => part.key) : [key];
  switch (kind) {
    case 'string':
      return { kind: 'string', keys, readings: isReadAloud(code) };
    case 'date':
      return { kind: 'date_range', keys };
    case 'number':
    case 'quantity':
      return { kind: 'number', keys: hasIntervals(parameter) ? [...keys, ...keys.map(rangeEndKey)] : keys };
    case 'token':
    case 'reference':
    case 'uri':
      return paths ? { kind: 'text', paths: paths.flatMap(textPaths) } : { kind: 'computed', key };
    default:
      throw notSortable(code, kind);
  }
}

function notSortable(code: string, kind: string) {
  return badParameter('_sort', {
    en: `'${code}' is a ${kind} parameter, which has no order. Sort by a parameter of another type.`,
    zh: `“${code}”是 ${kind} 参数,没有次序可言。请按其他类型的参数排序。`,
  });
}

/** Where the text is that a value of this type is sorted by. */
function textPaths({ path, type }: JsonPath): string[] {
  switch (type) {
    case 'Coding':
      return [`${path}."code"`];
    case 'CodeableConcept':
      return [`${path}."coding"[*]."code"`, `${path} ? (!exists(@."coding"[*]."code"))."text"`];
    case 'Identifier':
    case 'ContactPoint':
      return [`${path}."value"`];
    case 'Reference':
      return [`${path}."reference"`, `${path} ? (!exists(@."reference"))."identifier"."value"`];
    default:
      return /^[a-z]/.test(type) ? [path] : [];
  }
}

/**
 * Whose `date` and `key` to order by: the driving token's index has its rows in that order already; a row of
 * the audit log has them in its entry; one of a worklist (`w0`) has the key alone.
 */
export type Ordered = 't0' | 'r' | 'ro' | 'w0';

/** The natural date of what is ordered so; a row of a worklist has its own time alone. */
export function dateOf(ordered: Ordered): string {
  return ordered === 'w0' ? 'r.date' : `${ordered}.date`;
}

/** Where a row stands that has no date, when dates rise. */
const LAST_DATE = '9000000000000000::bigint';

/**
 * What each sort field orders by. `dated`: whether all rows have a main date, or none; else some do. `byRow`: the column
 * that has the only field already.
 */
export function sortColumns(
  { sort, filters }: { sort: readonly Sort[]; filters: readonly Filter[] },
  { ordered, dated, byRow }: { ordered: Ordered; dated?: boolean; byRow?: string },
  b: Bindings,
): { columns: string[]; joins: string[] } {
  const columns: string[] = [];
  const joins: string[] = [];
  for (const [i, { by, descending }] of sort.entries()) {
    if (byRow !== undefined) columns.push(byRow);
    else if (by === 'id') columns.push('r.id');
    else if (by === 'updated') columns.push('r.updated');
    else if (by === 'date' && (descending || dated)) columns.push(dateOf(ordered));
    else if (by === 'date') {
      columns.push(
        dated === undefined
          ? `case when r.date_end is null then ${LAST_DATE} else ${dateOf(ordered)} end`
          : LAST_DATE,
      );
    } else if (by.kind === 'computed') {
      columns.push(`(${tokenProbe([codeToken(by.key, 'true')], 'r', b)})::text collate "C"`);
    } else {
      const o = `o${i}`;
      const first = firstValue(by, descending);
      joins.push(
        by.kind === 'text'
          ? ` cross join lateral (select ${first} as v from ${valuesAt(by.paths, 'r', b)}) ${o}`
          : rowsJoin(by, first, o, filters.length > 0, b),
      );
      columns.push(`coalesce(${o}.v, ${missingValue(by.kind, descending)})`);
    }
  }
  return { columns, joins };
}

/** Rows of the index: looked up for each match when filters leave few, else gathered for all at once. */
function rowsJoin(
  { kind, keys }: Extract<Sort['by'], { kind: 'string' | 'number' | 'date_range' }>,
  first: string,
  o: string,
  filtered: boolean,
  b: Bindings,
): string {
  const rows = `from ${kind} x where x.hash ${b.hashes(keys)}`;
  return filtered
    ? ` cross join lateral (select ${first} as v ${rows} and x.key = r.key) ${o}`
    : ` left join (select x.key, ${first} as v ${rows} group by x.key) ${o} on ${o}.key = r.key`;
}

type Kind = Exclude<Sort['by'], string>['kind'];

/** Of several values, the one that comes first. */
function firstValue(by: Exclude<Sort['by'], string>, descending: boolean): string {
  const first = (value: string) => `${descending ? 'max' : 'min'}(${value})`;
  switch (by.kind) {
    case 'date_range':
      return first(descending ? 'x.hi' : 'x.lo');
    case 'number':
      return first('coalesce(x.canonical, x.value)');
    case 'string': {
      const text = first('x.value collate "zh-x-icu"');
      // Readings are for finding: in what initials begin with, names are not in order.
      return by.readings ? `coalesce(${text} filter (where x.value ~ '[\\u3400-\\u9fff]'), ${text})` : text;
    }
    default:
      return first(`(v.value #>> '{}') collate "C"`);
  }
}

function missingValue(kind: Kind, descending: boolean): string {
  if (kind === 'number') return descending ? `'-infinity'::float8` : `'infinity'::float8`;
  if (kind === 'date_range') return descending ? '-9000000000000000' : '9000000000000000';
  return descending ? `''` : `U&'\\+10FFFF'`;
}

/** Whether each field, and the key behind them, falls in the order that rows are read in. */
export function directions({ sort, before }: Pick<SearchPlan, 'sort' | 'before'>): boolean[] {
  const backward = before !== undefined;
  return [...sort, sort.at(-1)!].map(({ descending }) => descending !== backward);
}

/** The rows behind a cursor, in the order they are read in. */
export function behindCursor(
  plan: Pick<SearchPlan, 'sort' | 'before' | 'inclusive'>,
  columns: readonly string[],
  ordered: Ordered,
  cursor: readonly (string | number)[],
  b: Bindings,
): string {
  const casts = plan.sort.map(castOf);
  const fields = [...columns, `${ordered}.key`];
  const falling = directions(plan);
  const bound = cursor.map((v, i) => b.bind(v, casts[i] ?? 'bigint'));
  const orEqual = plan.inclusive ? '=' : '';
  if (falling.every((d) => d === falling[0])) {
    return `(${fields.join(', ')}) ${falling[0] ? '<' : '>'}${orEqual} (${bound.join(', ')})`;
  }
  const alternatives = fields.map((field, i) => {
    const equal = fields.slice(0, i).map((f, j) => `${f} = ${bound[j]}`);
    const behind = `${falling[i] ? '<' : '>'}${i === fields.length - 1 ? orEqual : ''}`;
    return `(${[...equal, `${field} ${behind} ${bound[i]}`].join(' and ')})`;
  });
  return `(${alternatives.join(' or ')})`;
}

function castOf(sort: Sort): string {
  return { text: 'text', int: 'bigint', int4: 'int', float: 'float8' }[cursorKind(sort)];
}
