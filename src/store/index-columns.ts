/** Rows of the index tables as columns ready for `unnest`, and the inserts that take them. */
import type { IndexRows } from '../search/rows.ts';

/** The rows of some resources, or of some kinds of audit. */
export class IndexColumns {
  readonly token: [string[], number[], string[]] = [[], [], []];
  readonly string: [string[], string[], string[]] = [[], [], []];
  readonly number: [string[], string[], (string | null)[], string[]] = [[], [], [], []];
  readonly dates: [string[], string[], string[], string[]] = [[], [], [], []];

  /** The rows of `rows` that `without` does not have. */
  add(key: string, rows: IndexRows, date: number, without?: { rows: IndexRows; date: number }): void {
    const sameDate = without?.date === date;
    for (const text of rows.tokens) {
      if (!(sameDate && without.rows.tokens.has(text))) push(this.token, text, date, key);
    }
    for (const [parameter, values] of rows.strings) {
      const had = without?.rows.strings.get(parameter);
      for (const value of values) if (!had?.has(value)) push(this.string, parameter, value, key);
    }
    for (const [parameter, values] of rows.numbers) {
      const had = without?.rows.numbers.get(parameter);
      for (const pair of values) {
        if (had?.has(pair)) continue;
        const [value, canonical = null] = pair.split(',');
        push(this.number, parameter, value, canonical, key);
      }
    }
    for (const [parameter, values] of rows.dates) {
      const had = without?.rows.dates.get(parameter);
      for (const value of values) {
        if (had?.has(value)) continue;
        const [lo, hi] = value.split(',') as [string, string];
        push(this.dates, parameter, lo, hi, key);
      }
    }
  }

  bindings(): unknown[][] {
    return [...this.token, ...this.string, ...this.number, ...this.dates];
  }
}

function push(columns: unknown[][], ...values: unknown[]): void {
  values.forEach((value, i) => {
    columns[i]!.push(value);
  });
}

/** Types of the columns of `IndexColumns.bindings`, in order. */
const COLUMN_TYPES = [
  ['text', 'bigint', 'bigint'],
  ['text', 'text', 'bigint'],
  ['text', 'float8', 'float8', 'bigint'],
  ['text', 'bigint', 'bigint', 'bigint'],
] as const;

/** `unnest(…)` of each index table's columns, from bindings that start at `$first`. */
export function indexSources(first: number): string[] {
  let next = first;
  return COLUMN_TYPES.map((types) => `unnest(${types.map((type) => `$${next++}::${type}[]`).join(', ')})`);
}

export const INDEX_COLUMNS = COLUMN_TYPES.flat().length;

/**
 * CTEs that insert into the four index tables. Two texts of one resource may have one hash: rows of a new
 * resource can only meet each other, so `distinct` does for them what the dearer speculative insertion of
 * `on conflict` does for a resource that has rows. `among` names a CTE whose keys alone are written.
 */
export function indexInserts(prefix: string, first: number, of: 'new' | 'changed', among?: string): string {
  const [token, string, number, dates] = indexSources(first);
  const only = among === undefined ? '' : ` where u.key in (select key from ${among})`;
  return `${prefix}_tokens as (
  insert into token (hash, date, key)
  select distinct hashtextextended(u.text, 0), u.date, u.key from ${token} u(text, date, key)${only}
  ${of === 'changed' ? 'on conflict do nothing' : ''}
), ${prefix}_strings as (
  insert into string (hash, value, key)
  select hashtextextended(u.parameter, 0), u.value, u.key from ${string} u(parameter, value, key)${only}
), ${prefix}_numbers as (
  insert into number (hash, value, canonical, key)
  select hashtextextended(u.parameter, 0), u.value, u.canonical, u.key
  from ${number} u(parameter, value, canonical, key)${only}
), ${prefix}_dates as (
  insert into date_range (hash, lo, hi, key)
  select hashtextextended(u.parameter, 0), u.lo, u.hi, u.key from ${dates} u(parameter, lo, hi, key)${only}
)`;
}

/** CTEs that delete from the four index tables, for the keys of the CTE `among`. */
export function indexDeletes(prefix: string, first: number, among: string): string {
  const [token, string, number, dates] = indexSources(first);
  const only = `u.key in (select key from ${among})`;
  return `${prefix}_tokens as (
  delete from token t using ${token} u(text, date, key)
  where t.hash = hashtextextended(u.text, 0) and t.date = u.date and t.key = u.key and ${only}
), ${prefix}_strings as (
  delete from string s using ${string} u(parameter, value, key)
  where s.hash = hashtextextended(u.parameter, 0) and s.value = u.value and s.key = u.key and ${only}
), ${prefix}_numbers as (
  delete from number n using ${number} u(parameter, value, canonical, key)
  where n.hash = hashtextextended(u.parameter, 0) and n.value = u.value and n.key = u.key
    and n.canonical is not distinct from u.canonical and ${only}
), ${prefix}_dates as (
  delete from date_range d using ${dates} u(parameter, lo, hi, key)
  where d.hash = hashtextextended(u.parameter, 0) and d.lo = u.lo and d.hi = u.hi and d.key = u.key and ${only}
)`;
}
