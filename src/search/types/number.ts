/** Numbers, with the precision they are written in. https://hl7.org/fhir/R4/search.html#number */
import { badParameter } from '../../kernel/fhir-error.ts';
import { anyOf, type Bindings } from '../bindings.ts';
import { unsupportedModifier } from '../condition.ts';
import type { Parameter } from '../parameters.ts';
import type { NumberComparison } from '../plan.ts';
import { sortable } from '../sortable.ts';
import { rangeEndKey } from '../tokens.ts';
import { splitEscaped, unescaped } from '../values.ts';
import { splitPrefix } from './prefix.ts';
import type { FilterOf, SearchType } from './search-type.ts';

export const number: SearchType<FilterOf<'number'>> = {
  index(rows, { key }, { type, value }) {
    if (typeof value === 'number') rows.number(key, value);
    else if (type === 'Range') {
      const { low, high } = value as { low?: { value?: number }; high?: { value?: number } };
      if (low?.value === undefined && high?.value === undefined) return;
      rows.interval(key, low?.value ?? -Infinity, high?.value ?? Infinity);
      for (const end of [low, high]) if (end?.value !== undefined) rows.number(rangeEndKey(key), end.value);
    }
  },

  parse({ parameter, name, modifier, value }) {
    if (modifier) throw unsupportedModifier(name, ['missing']);
    const any = numberComparisons(parameter.key, name, value);
    return { kind: 'number', any, intervals: hasIntervals(parameter) };
  },

  where({ any, intervals }, r, b) {
    return anyOf(
      any.flatMap((c) => {
        const rows = [
          b.exists(
            `number n where n.hash ${b.hashes([c.key])} and n.key = ${r}.key and ${numberCondition(c, 'n.value', (v) => b.bind(v, 'float8'))}`,
          ),
        ];
        if (intervals) {
          rows.push(
            b.exists(
              `date_range d where d.hash ${b.hashes([c.key])} and d.key = ${r}.key and ${intervalCondition(c, b)}`,
            ),
          );
        }
        return rows;
      }),
    );
  },
};

/** Whether values of a parameter may be Ranges, which are searched as intervals. */
export function hasIntervals({ paths }: Parameter): boolean {
  return paths?.some(({ type }) => type === 'Range') ?? false;
}

export function numberComparisons(key: string, name: string, value: string): NumberComparison[] {
  return splitEscaped(value, ',').map((v) => {
    const [prefix, text] = splitPrefix(unescaped(v));
    return { key, prefix, ...numberRange(name, text) };
  });
}

/** The range a written number stands for: half a unit of its last digit to both sides. */
export function numberRange(name: string, text: string): { value: number; lo: number; hi: number } {
  const match = /^([+-]?\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text);
  if (!match) {
    throw badParameter(name, {
      en: `'${text}' is no number.`,
      zh: `“${text}”不是数字。`,
    });
  }
  const [, whole, fraction = '', exponent = '0'] = match;
  // In whole units of a tenth of the last digit, so that the ends are the doubles nearest to 5.35 and 5.45.
  const tenths = BigInt(`${whole}${fraction}`) * 10n;
  const at = (n: bigint) => Number(`${n}e${Number(exponent) - fraction.length - 1}`);
  return { value: Number(text), lo: at(tenths - 5n), hi: at(tenths + 5n) };
}

/** `bind` makes what the column is compared with. */
function numberCondition(
  { prefix, value, lo, hi }: NumberComparison,
  column: string,
  bind: (value: number) => string,
): string {
  switch (prefix) {
    case 'eq':
      return `${column} >= ${bind(lo)} and ${column} < ${bind(hi)}`;
    case 'ne':
      return `not (${column} >= ${bind(lo)} and ${column} < ${bind(hi)})`;
    case 'gt':
    case 'sa':
      return `${column} > ${bind(value)}`;
    case 'lt':
    case 'eb':
      return `${column} < ${bind(value)}`;
    case 'ge':
      return `${column} >= ${bind(value)}`;
    case 'le':
      return `${column} <= ${bind(value)}`;
    case 'ap': {
      const { from, to } = about(value, lo, hi);
      return `${column} between ${bind(from)} and ${bind(to)}`;
    }
  }
}

/** A tenth to both sides, at least what the written digits stand for. */
function about(value: number, lo: number, hi: number): { from: number; to: number } {
  const tenth = Math.abs(value) * 0.1;
  return { from: Math.min(lo, value - tenth), to: Math.max(hi, value + tenth) };
}

/** https://hl7.org/fhir/R4/search.html#prefix, on the interval from `d.lo` to `d.hi`. */
function intervalCondition({ prefix, value, lo, hi }: NumberComparison, b: Bindings): string {
  const bind = (v: number) => bindSortable(v, b);
  switch (prefix) {
    case 'eq':
      return `d.lo >= ${bind(lo)} and d.hi <= ${bind(hi)}`;
    case 'ne':
      return `not (d.lo >= ${bind(lo)} and d.hi <= ${bind(hi)})`;
    case 'gt':
      return `d.hi > ${bind(value)}`;
    case 'lt':
      return `d.lo < ${bind(value)}`;
    case 'ge':
      return `d.hi >= ${bind(value)}`;
    case 'le':
      return `d.lo <= ${bind(value)}`;
    case 'sa':
      return `d.lo > ${bind(value)}`;
    case 'eb':
      return `d.hi < ${bind(value)}`;
    case 'ap': {
      const { from, to } = about(value, lo, hi);
      return `d.lo <= ${bind(to)} and d.hi >= ${bind(from)}`;
    }
  }
}

/** Two numbers that belong together, each with its own condition: the ends of an interval. */
export function spanWhere({ key, low, high }: FilterOf<'span'>, r: string, b: Bindings): string {
  const bind = (v: number) => bindSortable(v, b);
  return b.exists(
    `date_range d where d.hash ${b.hashes([key])} and d.key = ${r}.key and ${numberCondition(low, 'd.lo', bind)} and ${numberCondition(high, 'd.hi', bind)}`,
  );
}

function bindSortable(value: number, b: Bindings): string {
  return b.bind(sortable(value).toString(), 'bigint');
}
