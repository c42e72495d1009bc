/** Prefixes of ordered values. https://hl7.org/fhir/R4/search.html#prefix */
import type { Prefix } from '../plan.ts';

const PREFIXES: readonly Prefix[] = ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'];

/** `ge2024` -> [ge, 2024]; without a prefix it is `eq`. */
export function splitPrefix(text: string): [Prefix, string] {
  const prefix = PREFIXES.find((p) => text.startsWith(p));
  return prefix ? [prefix, text.slice(2)] : ['eq', text];
}
