/** Code systems that are no lists but grammars: their codes are recognised, not looked up. */
import { isUnit, UCUM } from './units.ts';

/** No code of these is longer, and taking one apart costs more than its length. */
const MAX_CODE = 200;

/** Whether a code is one of the system; undefined for a system that is none of these. */
export function inGrammar(system: string, code: string): boolean | undefined {
  return isGrammar(system) ? code.length <= MAX_CODE && GRAMMARS[system]!(code) : undefined;
}

export function isGrammar(system: string): boolean {
  return Object.hasOwn(GRAMMARS, system);
}

export function grammars(): string[] {
  return Object.keys(GRAMMARS);
}

const CURRENCIES = new Set(Intl.supportedValuesOf('currency'));

const GRAMMARS: Readonly<Record<string, (code: string) => boolean>> = {
  [UCUM]: isUnit,
  // https://www.rfc-editor.org/rfc/rfc5646#section-2.1
  'urn:ietf:bcp:47': isLanguage,
  // ISO 4217: the currencies that the Unicode CLDR has, present and past
  'urn:iso:std:iso:4217': (code) => CURRENCIES.has(code),
  // https://www.rfc-editor.org/rfc/rfc6838#section-4.2, with parameters, whose values HL7's examples do not quote; FHIR's own names of its formats
  // (https://hl7.org/fhir/R4/http.html#mime-type)
  'urn:ietf:bcp:13': (code) =>
    /^(json|xml|ttl)$/.test(code) ||
    /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(\s*;\s*[\w!#$&^.+-]+=("[^"]*"|[^;"]+))*$/.test(code),
};

function isLanguage(code: string): boolean {
  try {
    return Intl.getCanonicalLocales(code).length === 1;
  } catch {
    return false;
  }
}
