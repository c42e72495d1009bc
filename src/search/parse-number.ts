/** Numbers and quantities of a query. https://hl7.org/fhir/R4/search.html#number */
import { badParameter } from '../kernel/fhir-error.ts';
import { canonicalQuantity, UCUM } from '../terminology/units.ts';
import type { NumberComparison, Prefix } from './plan.ts';
import { canonicalUnitKey, systemUnitKey, unitKey } from './tokens.ts';
import { splitEscaped, unescaped } from './values.ts';

const PREFIXES: readonly Prefix[] = ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'];

/** `ge2024` -> [ge, 2024]; without a prefix it is `eq`. */
export function splitPrefix(text: string, prefixes: readonly Prefix[]): [Prefix, string] {
  const prefix = prefixes.find((p) => text.startsWith(p));
  return prefix ? [prefix, text.slice(2)] : ['eq', text];
}

export function numberComparisons(key: string, name: string, value: string): NumberComparison[] {
  return splitEscaped(value, ',').map((v) => {
    const [prefix, text] = splitPrefix(unescaped(v), PREFIXES);
    return { key, prefix, ...numberRange(name, text) };
  });
}

/** `[prefix]number`, `…|system|code`, `…||code-or-unit`. https://hl7.org/fhir/R4/search.html#quantity */
export function quantityComparisons(key: string, name: string, value: string): NumberComparison[] {
  return splitEscaped(value, ',').flatMap((v) => {
    const [first, system, code] = splitEscaped(v, '|').map(unescaped);
    const [prefix, text] = splitPrefix(first!, PREFIXES);
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

/** The range a written number stands for: half a unit of its last digit to both sides. */
function numberRange(name: string, text: string): { value: number; lo: number; hi: number } {
  const match = /^[+-]?\d+(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text);
  if (!match) {
    throw badParameter(name, {
      en: `'${text}' is no number.`,
      zh: `“${text}”不是数字。`,
    });
  }
  const value = Number(text);
  const half = 0.5 * 10 ** (Number(match[2] ?? 0) - (match[1]?.length ?? 0));
  return { value, lo: value - half, hi: value + half };
}
