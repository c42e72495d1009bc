/** `_sort`: read, turned into columns, and where a page after a cursor begins. https://hl7.org/fhir/R4/search.html#sort */
import { badParameter } from '../kernel/fhir-error.ts';
import type { Bindings } from './bindings.ts';
import { type SearchContext, unknownParameter } from './condition.ts';
import type { CursorKind } from './cursor.ts';
import type { Sort } from './plan.ts';

/** Each field of a sort may be a join. */
const MAX_SORTS = 5;

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
  // Newest first when nothing is asked: the order the indexes have.
  return sorts.length === 0 ? [{ by: 'date', descending: true }] : sorts;
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
  const parameter = context.parameters(type).byCode.get(code);
  if (!parameter) throw unknownParameter(context, type, code, '_sort');
  if (parameter.isMainDate) return 'date';
  switch (parameter.kind) {
    case 'string':
      return { kind: 'string', key: parameter.key };
    case 'date':
      return { kind: 'date_range', key: parameter.key };
    case 'number':
    case 'quantity':
      // A parameter without rows of its own is sorted by those of its parts.
      return parameter.parts.length > 0
        ? { kind: 'number', key: parameter.key, parts: parameter.parts.map((p) => p.key) }
        : { kind: 'number', key: parameter.key };
    default:
      throw badParameter(
        '_sort',
        {
          en: `Sorting by '${code}' (${parameter.kind}) is not supported. Sort by _id, _lastUpdated, or a date, string, number or quantity parameter.`,
          zh: `不支持按“${code}”(${parameter.kind})排序。可按 _id、_lastUpdated 或日期、字符串、数字、数量类参数排序。`,
        },
        false,
      );
  }
}

/**
 * Whose `date` and `key` to order by: the driving token's index has its rows in that order already; a row of
 * the audit log has them in its entry.
 */
export type Ordered = 't0' | 'r' | 'ro';

/** What each sort field orders by. Resources without a value come last, in both directions. */
export function sortColumns(
  sorts: readonly Sort[],
  ordered: Ordered,
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
        ` left join (select x.key, ${descending ? 'max' : 'min'}(x.${value}) as v from ${by.kind} x where x.hash ${b.hashes(by.parts ?? [by.key])} group by x.key) o${i} on o${i}.key = r.key`,
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
export function afterCondition(
  sorts: readonly Sort[],
  columns: readonly string[],
  ordered: Ordered,
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
