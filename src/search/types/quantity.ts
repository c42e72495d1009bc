/** Quantities, compared across units by UCUM. https://hl7.org/fhir/R4/search.html#quantity */
import { badParameter } from '../../kernel/fhir-error.ts';
import { canonicalQuantity, UCUM } from '../../terminology/units.ts';
import { unsupportedModifier } from '../condition.ts';
import type { Parameter } from '../parameters.ts';
import type { NumberComparison } from '../plan.ts';
import type { Rows } from '../rows.ts';
import { canonicalUnitKey, rangeEndKey, systemUnitKey, unitKey } from '../tokens.ts';
import { splitEscaped, unescaped } from '../values.ts';
import { hasIntervals, number, numberRange } from './number.ts';
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
  index(rows, parameter, { type, value }) {
    if (type === 'Range') {
      indexRange(rows, parameter, value as { low?: Quantity; high?: Quantity });
    } else if (type === 'SampledData') {
      indexQuantity(rows, parameter, (value as { origin?: Quantity }).origin ?? {});
    } else if (type === 'Money') {
      const money = value as Quantity;
      indexQuantity(rows, parameter, {
        value: money.value,
        system: 'urn:iso:std:iso:4217',
        code: money.currency,
      });
    } else indexQuantity(rows, parameter, value as Quantity);
  },

  parse({ parameter, name, modifier, value }) {
    if (modifier) throw unsupportedModifier(name, ['missing']);
    const any = quantityComparisons(parameter, name, value);
    return { kind: 'number', any, intervals: hasIntervals(parameter) };
  },

  where: number.where,
};

function indexQuantity(rows: Rows, parameter: Parameter, q: Quantity): void {
  if (typeof q.value !== 'number') return;
  const [written, ...others] = unitsOf(parameter, q);
  rows.number(written!.key, q.value, canonicalValue(parameter, q));
  for (const { key: k, scale } of others) rows.number(k, scale(q.value));
}

/** The value in the canonical unit; as written when the unit has none. */
function canonicalValue(parameter: Parameter, q: Quantity): number {
  const unit = ucumUnit(parameter, q);
  return (unit === undefined ? undefined : canonicalQuantity(q.value!, unit)?.value) ?? q.value!;
}

/** The UCUM unit of a quantity: its code, or what a spelling that is none stands for; undefined without one. */
function ucumUnit({ ucumOf }: Parameter, { unit, system, code }: Quantity): string | undefined {
  if (system !== undefined && system !== UCUM) return undefined;
  if (system === UCUM && code !== undefined && canonicalQuantity(1, code)) return code;
  const spelling = code ?? unit;
  return spelling === undefined ? undefined : ucumOf(spelling);
}

/** An interval in the unit of its ends; an end that is not said is open. */
function indexRange(
  rows: Rows,
  parameter: Parameter,
  { low, high }: { low?: Quantity; high?: Quantity },
): void {
  if (low?.value === undefined && high?.value === undefined) return;
  for (const { key: k, scale } of unitsOf(parameter, { ...high, ...low })) {
    const end = (q: Quantity | undefined, open: number) => (q?.value === undefined ? open : scale(q.value));
    rows.interval(k, end(low, -Infinity), end(high, Infinity));
  }
  for (const q of [low, high]) {
    if (q?.value !== undefined)
      rows.number(rangeEndKey(parameter.key), q.value, canonicalValue(parameter, { ...high, ...low, ...q }));
  }
}

/** The keys under which a quantity is found, and what its value is there. */
function unitsOf(parameter: Parameter, q: Quantity): { key: string; scale(n: number): number }[] {
  const { key } = parameter;
  const { unit, system, code } = q;
  const asWritten = (k: string) => ({ key: k, scale: (n: number) => n });
  const found = [asWritten(key)];
  const ucum = ucumUnit(parameter, q);
  const canonical = ucum === undefined ? undefined : canonicalQuantity(1, ucum);
  if (canonical) {
    found.push({
      key: canonicalUnitKey(key, canonical.unit),
      scale: (n) => canonicalQuantity(n, ucum!)!.value,
    });
  }
  if (code !== undefined && (!canonical || code !== ucum)) {
    found.push(asWritten(systemUnitKey(key, system ?? '', code)), asWritten(unitKey(key, code)));
  }
  if (unit !== undefined && unit !== code) found.push(asWritten(unitKey(key, unit)));
  return found;
}

/** `[prefix]number`, `…|system|code`, `…||code-or-unit`. */
export function quantityComparisons(
  parameter: Pick<Parameter, 'key' | 'ucumOf'>,
  name: string,
  value: string,
): NumberComparison[] {
  const { key } = parameter;
  return splitEscaped(value, ',').flatMap((v) => {
    const [first, system, code, ...more] = splitEscaped(v, '|').map(unescaped);
    if (more.length > 0) {
      throw badParameter(name, {
        en: `'${v}' has more than number|system|code. Write a | inside a part as \\|.`,
        zh: `“${v}”多于 数值|system|code 三部分。部分之内的 | 应写作 \\|。`,
      });
    }
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
      const unit = canonicalQuantity(1, code) ? code : parameter.ucumOf(code);
      const canonical = unit === undefined ? undefined : canonicalQuantity(1, unit);
      if (canonical) {
        const scale = (n: number) => canonicalQuantity(n, unit!)!.value;
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
