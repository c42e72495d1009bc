/** Numbers, with the precision they are written in. https://hl7.org/fhir/R4/search.html#number */
import { badParameter } from '../../kernel/fhir-error.ts';
import { anyOf, type Bindings } from '../bindings.ts';
import { unsupportedModifier } from '../condition.ts';
import type { NumberComparison } from '../plan.ts';
import { splitEscaped, unescaped } from '../values.ts';
import { splitPrefix } from './prefix.ts';
import type { FilterOf, SearchType } from './search-type.ts';

export const number: SearchType<FilterOf<'number'>> = {
  index(rows, { key }, { type, value }) {
    if (typeof value === 'number') rows.number(key, value);
    else if (type === 'Range') {
      const { low, high } = value as { low?: { value?: number }; high?: { value?: number } };
      for (const v of [low?.value, high?.value]) if (v !== undefined) rows.number(key, v);
    }
  },

  parse({ parameter, name, modifier, value }) {
    if (modifier) throw unsupportedModifier(name, ['missing']);
    return { kind: 'number', any: numberComparisons(parameter.key, name, value) };
  },

  where({ any }, r, b) {
    return anyOf(
      any.map(
        (c) =>
          `exists (select 1 from number n where n.hash = ${b.hash(c.key)} and n.key = ${r}.key and ${numberCondition(c, b)})`,
      ),
    );
  },
};

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
