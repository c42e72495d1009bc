/** Quantities, compared across units by UCUM. https://hl7.org/fhir/R4/search.html#quantity */
import { badParameter } from '../../kernel/fhir-error.ts';
import { canonicalQuantity, UCUM } from '../../terminology/units.ts';
import { unsupportedModifier } from '../condition.ts';
import type { NumberComparison } from '../plan.ts';
import type { Rows } from '../rows.ts';
import { canonicalUnitKey, systemUnitKey, unitKey } from '../tokens.ts';
import { splitEscaped, unescaped } from '../values.ts';
import { number, numberRange } from './number.ts';
import { splitPrefix } from './prefix.ts';
import type { FilterOf, SearchType } from './search-type.ts';

interface Quantity {
  value?: number;
  unit?: string;
  system?: string;
  code?: string;
  currency?: string;
}

export const quantity: SearchType<FilterOf<'number'>> = {
  index(rows, { key }, { type, value }) {
    if (type === 'Range') {
      const range = value as { low?: Quantity; high?: Quantity };
      if (range.low) indexQuantity(rows, key, range.low);
      if (range.high) indexQuantity(rows, key, range.high);
    } else if (type === 'SampledData') {
      indexQuantity(rows, key, (value as { origin?: Quantity }).origin ?? {});
    } else if (type === 'Money') {
      const money = value as Quantity;
      indexQuantity(rows, key, { value: money.value, system: 'urn:iso:std:iso:4217', code: money.currency });
    } else indexQuantity(rows, key, value as Quantity);
  },

  parse({ parameter, name, modifier, value }) {
    if (modifier) throw unsupportedModifier(name, ['missing']);
    return { kind: 'number', any: quantityComparisons(parameter.key, name, value) };
  },

  where: number.where,
};

function indexQuantity(rows: Rows, key: string, q: Quantity): void {
  if (typeof q.value !== 'number') return;
  rows.number(key, q.value);
  if (q.code !== undefined) {
    const canonical = q.system === UCUM ? canonicalQuantity(q.value, q.code) : undefined;
    if (canonical) rows.number(canonicalUnitKey(key, canonical.unit), canonical.value);
    else {
      rows.number(systemUnitKey(key, q.system ?? '', q.code), q.value);
      rows.number(unitKey(key, q.code), q.value);
    }
    if (q.unit !== undefined && q.unit !== q.code) rows.number(unitKey(key, q.unit), q.value);
  } else if (q.unit !== undefined) rows.number(unitKey(key, q.unit), q.value);
}

/** `[prefix]number`, `…|system|code`, `…||code-or-unit`. */
export function quantityComparisons(key: string, name: string, value: string): NumberComparison[] {
  return splitEscaped(value, ',').flatMap((v) => {
    const [first, system, code] = splitEscaped(v, '|').map(unescaped);
    const [prefix, text] = splitPrefix(first!);
    const range = numberRange(name, text);
    if (code === undefined || code === '') {
      if (system) {
        throw badParameter(name, {
          en: `'${v}' has a system but no code. Write number, number|system|code or number||code.`,
          zh: `“${v}”有 system 而无 code。格式为 数值、数值|system|code 或 数值||code。`,
        });
      }
      return [{ key, prefix, ...range }];
    }
    const found: NumberComparison[] = [];
    if (system === '' || system === undefined || system === UCUM) {
      const canonical = canonicalQuantity(1, code);
      if (canonical) {
        const scale = (n: number) => canonicalQuantity(n, code)!.value;
        found.push({
          key: canonicalUnitKey(key, canonical.unit),
          prefix,
          value: scale(range.value),
          lo: scale(range.lo),
          hi: scale(range.hi),
        });
      }
    }
    if (system === '' || system === undefined) found.push({ key: unitKey(key, code), prefix, ...range });
    else if (found.length === 0) found.push({ key: systemUnitKey(key, system, code), prefix, ...range });
    return found;
  });
}
